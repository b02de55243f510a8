//! Passwords: their one rule, and argon2id to keep and to check them.

use crate::dice;
use crate::directory::{DirectoryError, Login};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The characters of a password.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 10..=128;
/// Hashes worked on at one time: each takes a processor and megabytes of memory.
const AT_WORK_MAX: usize = 2;
/// Hashes that may wait for their turn; whoever comes then is sent away.
const WAITING_MAX: usize = 64;

/// A password fit to be set.
pub struct Password(String);

impl Password {
    /// The password `text` of the person with this login: 10 to 128 characters, and not the login itself.
    /// Nothing else is demanded, because length is what helps.
    pub fn new(text: &str, login: &Login) -> Result<Password, DirectoryError> {
        let invalid = |why: &str| Err(DirectoryError::Invalid { field: "password", why: why.into() });
        if !PASSWORD_CHARS.contains(&text.chars().count()) {
            return invalid("a password has 10 to 128 characters");
        }
        if text.to_lowercase() == login.reveal() {
            return invalid("a password is not the login itself");
        }
        Ok(Password(text.to_owned()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(…)")
    }
}

/// A password as it is kept: algorithm, cost, salt and hash in the PHC text form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash as the store holds it.
    pub(crate) fn stored(text: String) -> PasswordHash {
        PasswordHash(text)
    }

    /// The text to store.
    pub(crate) fn as_stored(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PasswordHash(…)")
    }
}

/// What one hash costs us, and whoever guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// KiB of memory, 8 to 1,048,576.
    pub memory_kib: u32,
    /// Passes over it, 1 to 100.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB and two passes: some twenty milliseconds.
    fn default() -> Self {
        PasswordCost { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// Hashes and checks on the caller's thread.
pub struct Hasher {
    argon2: Argon2<'static>,
    nobodys: PasswordHash,
}

impl Hasher {
    /// With this cost for new hashes; those there are keep theirs.
    pub fn new(cost: PasswordCost) -> Result<Hasher, DirectoryError> {
        let in_range = (8..=1_048_576).contains(&cost.memory_kib) && (1..=100).contains(&cost.passes);
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).ok().filter(|_| in_range);
        let Some(params) = params else {
            let why = "a hash takes 8 to 1048576 KiB and 1 to 100 passes".into();
            return Err(DirectoryError::Invalid { field: "password_cost", why });
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hashed(&argon2, &dice::bytes::<16>());
        Ok(Hasher { argon2, nobodys })
    }

    /// The hash to keep of a password.
    pub fn hash(&self, password: &Password) -> PasswordHash {
        hashed(&self.argon2, password.0.as_bytes())
    }

    /// Whether `text` is the password. Without a hash (nobody has this login, or no password is set) it takes
    /// as long and is false, so that the time tells nothing.
    pub fn verify(&self, text: &str, hash: Option<&PasswordHash>) -> bool {
        let matches = self.argon2.verify_password(text.as_bytes(), hash.unwrap_or(&self.nobodys).0.as_str()).is_ok();
        matches && hash.is_some()
    }
}

fn hashed(argon2: &Argon2<'_>, password: &[u8]) -> PasswordHash {
    let hash = argon2.hash_password_with_salt(password, &dice::bytes::<16>());
    PasswordHash(hash.expect("cost, salt and length are in range").to_string())
}

/// Too many passwords wait to be checked; try again shortly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people are logging in at this moment; try again in a few seconds")]
pub struct Overloaded;

impl Overloaded {
    /// For machines.
    pub const fn code(&self) -> &'static str {
        "overloaded"
    }
}

/// Hashes and checks beside the runtime, two at a time.
#[derive(Clone)]
pub struct Passwords {
    hasher: Arc<Hasher>,
    at_work: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Passwords {
    /// With this cost for new hashes. Takes as long as one hash.
    pub fn new(cost: PasswordCost) -> Result<Passwords, DirectoryError> {
        Ok(Passwords {
            hasher: Arc::new(Hasher::new(cost)?),
            at_work: Arc::new(Semaphore::new(AT_WORK_MAX)),
            admitted: Arc::new(Semaphore::new(AT_WORK_MAX + WAITING_MAX)),
        })
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Overloaded> {
        self.work(move |hasher| hasher.hash(&password)).await
    }

    /// Whether `text` is the password; see [`Hasher::verify`].
    pub async fn verify(&self, text: String, hash: Option<PasswordHash>) -> Result<bool, Overloaded> {
        self.work(move |hasher| hasher.verify(&text, hash.as_ref())).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce(&Hasher) -> T + Send + 'static) -> Result<T, Overloaded> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        let turn = self.at_work.clone().acquire_owned().await.expect("it is never closed");
        let hasher = self.hasher.clone();
        let done = tokio::task::spawn_blocking(move || {
            // The turn goes with the work: a caller who hangs up does not make room before it is done.
            let _held = (admitted, turn);
            work(&hasher)
        });
        Ok(done.await.expect("hashing does not panic"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };

    fn anna() -> Login {
        Login::new("anna.andersson").unwrap()
    }

    #[test]
    fn length_is_the_rule_and_the_login_is_no_password() {
        for text in ["", "short", "ninechars", &"x".repeat(129), "anna.andersson", "Anna.Andersson"] {
            let error = Password::new(text, &anna()).unwrap_err();
            assert_eq!((error.code(), error.field()), ("invalid", Some("password")), "{text:?}");
        }
        for text in ["tencharsss", &"x".repeat(128), "åäöåäöåäöå", "          "] {
            assert!(Password::new(text, &anna()).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn only_the_password_itself_verifies() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let hash = hasher.hash(&Password::new("correct horse", &anna()).unwrap());
        assert!(hasher.verify("correct horse", Some(&hash)));
        for wrong in ["", "Correct horse", "correct horse ", "correct horse\0"] {
            assert!(!hasher.verify(wrong, Some(&hash)), "{wrong:?}");
        }
        assert!(!hasher.verify("correct horse", None));
        assert!(!hasher.verify("correct horse", Some(&PasswordHash::stored("not a hash".into()))));
    }

    #[test]
    fn two_hashes_of_one_password_differ_and_name_their_cost() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let password = Password::new("correct horse", &anna()).unwrap();
        let (one, two) = (hasher.hash(&password), hasher.hash(&password));
        assert_ne!(one, two);
        assert!(one.as_stored().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{}", one.as_stored());
    }

    #[test]
    fn a_hash_of_an_earlier_cost_still_verifies() {
        let hash = Hasher::new(CHEAP).unwrap().hash(&Password::new("correct horse", &anna()).unwrap());
        assert!(Hasher::new(PasswordCost { memory_kib: 16, passes: 2 }).unwrap().verify("correct horse", Some(&hash)));
    }

    #[test]
    fn a_cost_out_of_range_is_refused() {
        for (memory_kib, passes) in [(7, 1), (1_048_577, 1), (8, 0), (8, 101)] {
            assert!(Hasher::new(PasswordCost { memory_kib, passes }).is_err());
        }
    }

    #[test]
    fn nothing_of_a_password_is_printed() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let password = Password::new("correct horse", &anna()).unwrap();
        let printed = format!("{password:?} {:?}", hasher.hash(&password));
        assert_eq!(printed, "Password(…) PasswordHash(…)");
    }

    #[tokio::test]
    async fn passwords_are_checked_beside_the_runtime_and_not_without_end() {
        let passwords = Passwords::new(CHEAP).unwrap();
        let hash = passwords.hash(Password::new("correct horse", &anna()).unwrap()).await.unwrap();
        assert_eq!(passwords.verify("correct horse".into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify("wrong horse".into(), Some(hash.clone())).await, Ok(false));
        let held = passwords.admitted.clone().acquire_many_owned((AT_WORK_MAX + WAITING_MAX) as u32).await.unwrap();
        assert_eq!(passwords.verify("correct horse".into(), Some(hash.clone())).await, Err(Overloaded));
        drop(held);
        assert_eq!(passwords.verify("correct horse".into(), Some(hash)).await, Ok(true));
    }
}
