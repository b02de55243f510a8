//! The answers that holders of idempotency keys were promised: whoever asks again gets the same one.
//!
//! What is decided rests on these as on the floor, so they are kept when the command is decided, and
//! made anew from the log when the account is opened.

use crate::event::codec::Kept;
use crate::ids::*;
use crate::limits;
use crate::mutant;
use std::collections::{BTreeMap, VecDeque};

/// The promises that still count.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    kept: BTreeMap<[u8; 16], Kept>,
    /// When each was given, the oldest first.
    ages: VecDeque<(Timestamp, [u8; 16])>,
}

/// What a key is known for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Nothing: the command is to be judged.
    New,
    /// Just this command: it is not done again, and this is the answer.
    Again(&'a Kept),
    /// Another command: this one is refused.
    OtherRequest,
}

impl Promises {
    /// What the key was promised, when asked for this. `key` and `request` are the hashes that stand in
    /// the promise.
    pub fn look(&self, key: &[u8; 16], request: &[u8; 16]) -> Seen<'_> {
        match self.kept.get(key) {
            None => Seen::New,
            Some(kept) if kept.promise.request != *request => {
                mutant!(KeyForAnything: Seen::Again(kept), else Seen::OtherRequest)
            }
            Some(kept) => Seen::Again(kept),
        }
    }

    /// Keeps a promise. A key that was known counts for this one from now on. Over
    /// [`limits::PROMISES_MAX`] the oldest is forgotten.
    pub fn keep(&mut self, kept: Kept) {
        self.keep_at_most(limits::PROMISES_MAX, kept);
    }

    /// Forgets those that were given before this instant: [`limits::PROMISE_MS`] ago.
    pub fn forget_before(&mut self, instant: Timestamp) {
        while self.ages.front().is_some_and(|&(at, _)| at < instant) {
            self.forget_oldest();
        }
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    fn keep_at_most(&mut self, max: usize, kept: Kept) {
        self.ages.push_back((kept.at, kept.promise.key));
        self.kept.insert(kept.promise.key, kept);
        while self.ages.len() > max {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((at, key)) = self.ages.pop_front() else { return };
        // A key that was given anew has a later promise, which stays.
        if self.kept.get(&key).is_some_and(|kept| kept.at == at) {
            self.kept.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::codec::Promise;

    fn kept(key: u8, at: i64) -> Kept {
        let promise = Promise { key: [key; 16], request: [key + 100; 16], status: 200, answer: vec![key] };
        Kept { no: EventNo(u64::from(key)), at: Timestamp(at), promise }
    }

    fn known(promises: &Promises) -> Vec<u8> {
        let is_known = |&key: &u8| promises.look(&[key; 16], &[key + 100; 16]) != Seen::New;
        (0..10).filter(is_known).collect()
    }

    #[test]
    fn a_key_gets_its_answer_again_and_is_good_for_nothing_else() {
        let mut promises = Promises::default();
        assert_eq!(promises.look(&[1; 16], &[101; 16]), Seen::New);
        promises.keep(kept(1, 5));
        assert_eq!(promises.look(&[1; 16], &[101; 16]), Seen::Again(&kept(1, 5)));
        assert_eq!(promises.look(&[1; 16], &[102; 16]), Seen::OtherRequest);
        assert_eq!(promises.look(&[2; 16], &[101; 16]), Seen::New);
    }

    #[test]
    fn what_was_promised_before_an_instant_is_forgotten() {
        let mut promises = Promises::default();
        for key in 1..5 {
            promises.keep(kept(key, i64::from(key)));
        }
        promises.forget_before(Timestamp(3));
        assert_eq!(known(&promises), [3, 4]);
        promises.forget_before(Timestamp(3));
        assert_eq!(promises.len(), 2);
        promises.forget_before(Timestamp(9));
        assert!(promises.is_empty());
    }

    #[test]
    fn a_key_that_is_given_anew_outlives_its_first_promise() {
        let mut promises = Promises::default();
        promises.keep(kept(1, 1));
        promises.keep(kept(2, 2));
        promises.keep(kept(1, 3));
        promises.forget_before(Timestamp(3));
        assert_eq!(known(&promises), [1]);
        assert_eq!(promises.look(&[1; 16], &[101; 16]), Seen::Again(&kept(1, 3)));
    }

    #[test]
    fn over_the_limit_the_oldest_go_first() {
        let mut promises = Promises::default();
        for key in 0..5 {
            promises.keep_at_most(3, kept(key, i64::from(key)));
        }
        assert_eq!(known(&promises), [2, 3, 4]);
    }
}
