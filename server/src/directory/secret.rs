//! Secrets that are shown once and kept as their hash.

use crate::dice;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;

/// What is kept of a secret. It holds 256 random bits, so no slow hash is needed.
pub(super) type Hash = [u8; 32];

/// No secret of ours is longer, in bytes.
const LEN_MAX: usize = 64;

/// A secret on its way to the one who will use it.
#[derive(PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 256 random bits as base64url, behind a prefix that says of what kind.
    pub(super) fn new(prefix: &str) -> Secret {
        Secret(format!("{prefix}{}", random()))
    }

    /// The text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> Hash {
        Sha256::digest(&self.0).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// 256 random bits as base64url.
pub(super) fn random() -> String {
    URL_SAFE_NO_PAD.encode(dice::bytes::<32>())
}

/// The hash of what somebody claims to be a secret of ours; none if it cannot be one.
pub(super) fn hash_of_claim(text: &str) -> Option<Hash> {
    (text.len() <= LEN_MAX).then(|| Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_differ_and_are_not_printed() {
        let (one, two) = (Secret::new("rk_"), Secret::new("rk_"));
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), 3 + 43);
        assert!(one.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_eq!(format!("{one:?}"), "Secret(…)");
    }

    #[test]
    fn a_claim_is_hashed_like_the_secret_unless_it_is_too_long() {
        let secret = Secret::new("");
        assert_eq!(hash_of_claim(secret.reveal()), Some(secret.hash()));
        assert_eq!(hash_of_claim(&"x".repeat(65)), None);
    }
}
