//! The only dice of the server.

use readyroom_core::ids::Timestamp;

/// Random bytes from the operating system, fit for keys.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// A random number.
pub fn number() -> u64 {
    u64::from_le_bytes(bytes())
}

/// The bytes of a new id: 48 bits of the instant, then 80 random ones, so that ids sort by age.
pub fn id(now: Timestamp) -> [u8; 16] {
    let mut id: [u8; 16] = bytes();
    id[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_core::ids::UserId;

    #[test]
    fn ids_sort_by_age_and_never_meet() {
        let (early, late) = (UserId(id(Timestamp(1_000))), UserId(id(Timestamp(2_000))));
        assert!(early < late && early.to_string() < late.to_string());
        assert_ne!(id(Timestamp(1_000)), id(Timestamp(1_000)));
    }
}
