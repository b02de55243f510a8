//! Wrong passwords for one login, again and again: each further guess waits longer.

use super::rate::RetryAfterSeconds;
use crate::directory::Login;
use readyroom_core::ids::{AccountId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

/// Guesses that cost nothing.
pub const FREE_FAILURES: u32 = 5;
/// The wait after the last free guess; it doubles with each further one.
pub const WAIT_MS: u64 = 30_000;
/// The longest wait.
pub const WAIT_MS_MAX: u64 = 15 * 60_000;
/// Failures are forgotten this long after the last.
pub const FORGET_MS: u64 = 3_600_000;
/// Logins remembered at one time; over it the one that failed longest ago is forgotten.
pub const LOGINS_MAX: usize = 100_000;

/// Who guessed wrong lately. Logins that nobody has are counted like others, so that a lock tells nothing.
#[derive(Default)]
pub struct Lockout {
    failures: Mutex<Failures>,
}

type Guessed = (AccountId, Login);

#[derive(Default)]
struct Failures {
    of: BTreeMap<Guessed, Failed>,
    by_age: BTreeSet<(Timestamp, Guessed)>,
}

#[derive(Clone, Copy)]
struct Failed {
    times: u32,
    last: Timestamp,
}

impl Lockout {
    /// Nobody has failed yet.
    pub fn new() -> Lockout {
        Lockout::default()
    }

    /// Asks to check a password for this login. The guess counts as wrong until [`Lockout::succeeded`] says
    /// otherwise, so many at one time gain nothing. One that must wait is not counted.
    ///
    /// # Errors
    /// How long to wait.
    pub fn attempt(&self, account: AccountId, login: &Login, now: Timestamp) -> Result<(), RetryAfterSeconds> {
        let guessed = (account, login.clone());
        let mut failures = self.failures();
        let before = failures.of.get(&guessed).copied().filter(|failed| now.ms_since(failed.last) < FORGET_MS);
        let times = before.map_or(0, |failed| failed.times);
        if let Some(failed) = before {
            let left = wait_ms(times).saturating_sub(now.ms_since(failed.last));
            if left > 0 {
                return Err(RetryAfterSeconds::from_ms(left));
            }
        }
        failures.put(guessed, Failed { times: times.saturating_add(1), last: now });
        Ok(())
    }

    /// The password was right: earlier failures are forgotten.
    pub fn succeeded(&self, account: AccountId, login: &Login) {
        self.failures().remove(&(account, login.clone()));
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().expect("nothing panics while it counts")
    }
}

impl Failures {
    fn put(&mut self, guessed: Guessed, failed: Failed) {
        self.remove(&guessed);
        if self.of.len() >= LOGINS_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.of.remove(&oldest);
        }
        self.by_age.insert((failed.last, guessed.clone()));
        self.of.insert(guessed, failed);
    }

    fn remove(&mut self, guessed: &Guessed) {
        if let Some(failed) = self.of.remove(guessed) {
            self.by_age.remove(&(failed.last, guessed.clone()));
        }
    }
}

fn wait_ms(failures: u32) -> u64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(more) => WAIT_MS.saturating_mul(1 << more.min(16)).min(WAIT_MS_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId::from_u128(1);
    const START: Timestamp = Timestamp(1_000_000);

    fn anna() -> Login {
        Login::new("anna").unwrap()
    }

    fn fail(lockout: &Lockout, times: u32, now: Timestamp) {
        for _ in 0..times {
            lockout.attempt(ACCOUNT, &anna(), now).unwrap();
        }
    }

    #[test]
    fn the_sixth_guess_waits_and_each_further_one_twice_as_long() {
        let lockout = Lockout::new();
        let mut now = START;
        fail(&lockout, 5, now);
        for wait_s in [30, 60, 120, 240, 480, 900, 900, 900] {
            assert_eq!(lockout.attempt(ACCOUNT, &anna(), now), Err(RetryAfterSeconds(wait_s)));
            now = now.plus_ms(u64::from(wait_s) * 1000 - 1);
            assert_eq!(lockout.attempt(ACCOUNT, &anna(), now), Err(RetryAfterSeconds(1)));
            now = now.plus_ms(1);
            assert_eq!(lockout.attempt(ACCOUNT, &anna(), now), Ok(()));
        }
    }

    #[test]
    fn success_forgets_and_so_does_an_hour() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        lockout.succeeded(ACCOUNT, &anna());
        fail(&lockout, 5, START);
        assert!(lockout.attempt(ACCOUNT, &anna(), START).is_err());
        fail(&lockout, 5, START.plus_ms(FORGET_MS));
    }

    #[test]
    fn logins_and_accounts_wait_for_themselves() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        assert!(lockout.attempt(ACCOUNT, &anna(), START).is_err());
        assert!(lockout.attempt(ACCOUNT, &Login::new("bert").unwrap(), START).is_ok());
        assert!(lockout.attempt(AccountId::from_u128(2), &anna(), START).is_ok());
    }

    #[test]
    fn another_spelling_is_the_same_login() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        assert!(lockout.attempt(ACCOUNT, &Login::new("ANNA").unwrap(), START).is_err());
    }

    #[test]
    fn a_clock_that_steps_back_neither_frees_nor_locks_for_ever() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        let back = Timestamp(START.0 - 500_000);
        assert_eq!(lockout.attempt(ACCOUNT, &anna(), back), Err(RetryAfterSeconds(30)));
        assert_eq!(lockout.attempt(ACCOUNT, &anna(), START.plus_ms(30_000)), Ok(()));
    }

    #[test]
    fn over_the_limit_the_oldest_is_forgotten() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        for number in 0..LOGINS_MAX {
            lockout.attempt(ACCOUNT, &Login::new(&format!("u{number}")).unwrap(), START.plus_ms(1)).unwrap();
        }
        let failures = lockout.failures();
        assert_eq!((failures.of.len(), failures.by_age.len()), (LOGINS_MAX, LOGINS_MAX));
        assert!(!failures.of.contains_key(&(ACCOUNT, anna())));
    }
}
