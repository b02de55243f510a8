//! Wrong passwords for one login, again and again: each further guess waits longer.
//!
//! Failures are counted for the login and the network they come from, so that a stranger who guesses locks
//! out nobody who comes from elsewhere. Above that there is a count for the login from anywhere, far higher
//! and draining by itself: one network cannot fill it, and many together guess no faster than it drains.

use super::rate::{RetryAfterSeconds, network};
use crate::directory::Login;
use readyroom_core::ids::{AccountId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

/// Guesses from one network that cost nothing.
pub const FREE_FAILURES: u32 = 5;
/// Guesses from anywhere that cost nothing.
pub const FREE_ANYWHERE: u32 = 100;
/// The wait after the last free guess; it doubles with each further one.
pub const WAIT_MS: u64 = 30_000;
/// The longest wait.
pub const WAIT_MS_MAX: u64 = 15 * 60_000;
/// Failures from one network are forgotten this long after the last.
pub const FORGET_MS: u64 = 3_600_000;
/// Of the failures from anywhere, one is forgotten each time so long has passed. A network that waits as it
/// must fails four times an hour and stays below.
pub const DRAIN_MS: u64 = 300_000;
/// Logins remembered at one time, each as often as networks guessed at it; over it the one that failed longest
/// ago is forgotten.
pub const LOGINS_MAX: usize = 100_000;

/// Who guessed wrong lately. Logins that nobody has are counted like others, so that a lock tells nothing.
#[derive(Default)]
pub struct Lockout {
    failures: Mutex<Failures>,
}

/// Whose password, and from which network; none: from anywhere.
type Guessed = (AccountId, Login, Option<IpAddr>);

#[derive(Default)]
struct Failures {
    of: BTreeMap<Guessed, Failed>,
    by_age: BTreeSet<(Timestamp, Guessed)>,
}

#[derive(Clone, Copy)]
struct Failed {
    times: u32,
    last: Timestamp,
    /// Up to when those from anywhere have drained.
    drained: Timestamp,
}

/// A guess that was let through, and counts as wrong until it is said otherwise.
#[derive(Debug)]
#[must_use = "a guess that was right counts as wrong until it is told"]
pub struct Attempt {
    guessed: Guessed,
    at: Timestamp,
    /// When a guess from this network, and one from anywhere, had failed before it.
    before: [Option<Timestamp>; 2],
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
    pub fn attempt(
        &self,
        account: AccountId,
        login: &Login,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Attempt, RetryAfterSeconds> {
        let here = (account, login.clone(), Some(network(from)));
        let anywhere = (account, login.clone(), None);
        let mut failures = self.failures();
        let known = failures.of.get(&here).copied().filter(|failed| now.ms_since(failed.last) < FORGET_MS);
        let all = failures.of.get(&anywhere).map(|failed| failed.drained(now)).filter(|failed| failed.times > 0);
        let left = known.map_or(0, |failed| failed.wait_left_ms(FREE_FAILURES, now));
        let left = left.max(all.map_or(0, |failed| failed.wait_left_ms(FREE_ANYWHERE, now)));
        if left > 0 {
            return Err(RetryAfterSeconds::from_ms(left));
        }
        for (guessed, before) in [(&here, known), (&anywhere, all)] {
            let before = before.unwrap_or(Failed { times: 0, last: now, drained: now });
            failures.put(guessed.clone(), Failed { times: before.times.saturating_add(1), last: now, ..before });
        }
        Ok(Attempt { guessed: here, at: now, before: [known, all].map(|failed| failed.map(|failed| failed.last)) })
    }

    /// The password was right: earlier failures from its network are forgotten. Those from elsewhere are not
    /// its own.
    pub fn succeeded(&self, attempt: Attempt) {
        let here = attempt.guessed.clone();
        self.take_back(attempt);
        self.failures().remove(&here);
    }

    /// The password was not looked at: as if nobody had asked.
    pub fn take_back(&self, attempt: Attempt) {
        let Attempt { guessed, at, before: [here, anywhere] } = attempt;
        let all = (guessed.0, guessed.1.clone(), None);
        let mut failures = self.failures();
        for (guessed, before) in [(guessed, here), (all, anywhere)] {
            let Some(failed) = failures.of.get(&guessed).copied() else { continue };
            match failed.times {
                0 | 1 => failures.remove(&guessed),
                // Another may have failed meanwhile; its time stands.
                times => {
                    let last = before.filter(|_| failed.last == at).unwrap_or(failed.last);
                    failures.put(guessed, Failed { times: times - 1, last, ..failed });
                }
            }
        }
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().expect("nothing panics while it counts")
    }
}

impl Failed {
    /// What is left of the failures from anywhere. The wait goes on from the last one.
    fn drained(self, now: Timestamp) -> Failed {
        let gone = now.ms_since(self.drained) / DRAIN_MS;
        let times = self.times.saturating_sub(u32::try_from(gone).unwrap_or(u32::MAX));
        Failed { times, drained: self.drained.plus_ms(gone * DRAIN_MS), ..self }
    }

    fn wait_left_ms(self, free: u32, now: Timestamp) -> u64 {
        wait_ms(self.times, free).saturating_sub(now.ms_since(self.last))
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

fn wait_ms(failures: u32, free: u32) -> u64 {
    match failures.checked_sub(free) {
        None => 0,
        Some(more) => WAIT_MS.saturating_mul(1 << more.min(16)).min(WAIT_MS_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const ACCOUNT: AccountId = AccountId::from_u128(1);
    const START: Timestamp = Timestamp(1_000_000);

    fn anna() -> Login {
        Login::new("anna").unwrap()
    }

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));

    fn fail(lockout: &Lockout, times: u32, now: Timestamp) {
        for _ in 0..times {
            let _ = lockout.attempt(ACCOUNT, &anna(), HERE, now).unwrap();
        }
    }

    /// How long a guess at anna's password has to wait, in seconds.
    fn waits(lockout: &Lockout, from: IpAddr, now: Timestamp) -> u32 {
        lockout.attempt(ACCOUNT, &anna(), from, now).err().map_or(0, |RetryAfterSeconds(wait)| wait)
    }

    #[test]
    fn the_sixth_guess_waits_and_each_further_one_twice_as_long() {
        let lockout = Lockout::new();
        let mut now = START;
        fail(&lockout, 5, now);
        for wait_s in [30, 60, 120, 240, 480, 900, 900, 900] {
            assert_eq!(waits(&lockout, HERE, now), wait_s);
            now = now.plus_ms(u64::from(wait_s) * 1000 - 1);
            assert_eq!(waits(&lockout, HERE, now), 1);
            now = now.plus_ms(1);
            assert_eq!(waits(&lockout, HERE, now), 0);
        }
    }

    #[test]
    fn success_forgets_and_so_does_an_hour() {
        let lockout = Lockout::new();
        fail(&lockout, 4, START);
        lockout.succeeded(lockout.attempt(ACCOUNT, &anna(), HERE, START).unwrap());
        fail(&lockout, 5, START);
        assert_ne!(waits(&lockout, HERE, START), 0);
        fail(&lockout, 5, START.plus_ms(FORGET_MS));
    }

    #[test]
    fn logins_and_accounts_wait_for_themselves() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        assert_ne!(waits(&lockout, HERE, START), 0);
        assert!(lockout.attempt(ACCOUNT, &Login::new("bert").unwrap(), HERE, START).is_ok());
        assert!(lockout.attempt(AccountId::from_u128(2), &anna(), HERE, START).is_ok());
    }

    #[test]
    fn another_spelling_is_the_same_login() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        assert!(lockout.attempt(ACCOUNT, &Login::new("ANNA").unwrap(), HERE, START).is_err());
    }

    #[test]
    fn a_stranger_who_guesses_for_days_locks_out_nobody_elsewhere() {
        let lockout = Lockout::new();
        let mut guesses = 0;
        for minute in 0..3 * 1_440 {
            let now = START.plus_ms(minute * 60_000);
            guesses += u32::from(waits(&lockout, HERE, now) == 0);
            let person = lockout.attempt(ACCOUNT, &anna(), ELSEWHERE, now).expect("comes from elsewhere");
            lockout.succeeded(person);
        }
        assert!((250..350).contains(&guesses), "four an hour, and a few at first: {guesses}");
    }

    #[test]
    fn one_customer_is_one_network() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        assert_ne!(waits(&lockout, Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped().into(), START), 0);
        let v6 = |text: &str| text.parse::<IpAddr>().unwrap();
        for host in 1..=5 {
            assert_eq!(waits(&lockout, v6(&format!("2001:db8:1:2::{host}")), START), 0);
        }
        assert_ne!(waits(&lockout, v6("2001:db8:1:2:ffff::6"), START), 0);
        assert_eq!(waits(&lockout, v6("2001:db8:1:3::1"), START), 0);
    }

    #[test]
    fn many_networks_together_guess_no_faster_than_the_count_drains() {
        let lockout = Lockout::new();
        let mut networks = (0..u32::MAX).map(|number| IpAddr::V4(Ipv4Addr::from_bits(number)));
        for network in networks.by_ref().take(FREE_ANYWHERE as usize) {
            assert_eq!(waits(&lockout, network, START), 0);
        }
        assert_eq!(waits(&lockout, networks.next().unwrap(), START), 30);
        let mut guesses = 0;
        for second in 0..86_400 {
            let now = START.plus_ms(second * 1_000);
            guesses += u32::from(waits(&lockout, networks.next().unwrap(), now) == 0);
        }
        assert!((200..320).contains(&guesses), "twelve an hour: {guesses}");
        let drained = START.plus_ms(86_400_000 + 110 * DRAIN_MS);
        for network in networks.take(FREE_ANYWHERE as usize) {
            assert_eq!(waits(&lockout, network, drained), 0);
        }
    }

    #[test]
    fn a_guess_that_was_not_looked_at_is_given_back() {
        let lockout = Lockout::new();
        for _ in 0..2 * FREE_ANYWHERE {
            lockout.take_back(lockout.attempt(ACCOUNT, &anna(), HERE, START).unwrap());
        }
        assert!(lockout.failures().of.is_empty() && lockout.failures().by_age.is_empty());
        fail(&lockout, 5, START);
        let later = START.plus_ms(30_000);
        lockout.take_back(lockout.attempt(ACCOUNT, &anna(), HERE, later).unwrap());
        let one = lockout.attempt(ACCOUNT, &anna(), HERE, later).expect("it waited long enough already");
        assert_eq!(waits(&lockout, HERE, later), 60, "this one counts");
        lockout.take_back(one);
        assert_eq!(waits(&lockout, HERE, later), 0);
    }

    #[test]
    fn a_clock_that_steps_back_neither_frees_nor_locks_for_ever() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        let back = Timestamp(START.0 - 500_000);
        assert_eq!(waits(&lockout, HERE, back), 30);
        assert_eq!(waits(&lockout, HERE, START.plus_ms(30_000)), 0);
    }

    #[test]
    fn over_the_limit_the_oldest_is_forgotten() {
        let lockout = Lockout::new();
        fail(&lockout, 5, START);
        for number in 0..LOGINS_MAX {
            let login = Login::new(&format!("u{number}")).unwrap();
            let _ = lockout.attempt(ACCOUNT, &login, HERE, START.plus_ms(1)).unwrap();
        }
        let failures = lockout.failures();
        assert_eq!((failures.of.len(), failures.by_age.len()), (LOGINS_MAX, LOGINS_MAX));
        assert!(!failures.of.contains_key(&(ACCOUNT, anna(), Some(HERE))));
    }
}
