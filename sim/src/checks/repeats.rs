//! 23, over time: whoever asks again with the same key gets the answer it had, and nothing happens,
//! however long ago that was and whatever broke in between.

use crate::invariant::{Held, broken, hold};
use crate::server::{Key, Keyed, Unit};
use readyroom_core::commands::Command;
use readyroom_core::engine::Input;
use readyroom_core::event::Actor;
use readyroom_core::event::codec::Kept;
use readyroom_core::ids::*;
use std::collections::BTreeMap;

/// What was answered to each key, as its holder remembers it.
#[derive(Default)]
pub(crate) struct Repeats {
    given: BTreeMap<Key, Given>,
}

struct Given {
    by: Actor,
    command: Command,
    no: EventNo,
    answer: Vec<u8>,
}

impl Repeats {
    /// A unit was let go.
    pub(crate) fn take(&mut self, unit: &Unit) -> Held {
        let (Some(key), Input::Command { by, command, .. }) = (unit.key, &unit.input) else { return Ok(()) };
        let now = unit.now;
        let Some(given) = self.given.get(&key) else {
            hold!(23, now, unit.is_judged(), "a key is known that nobody was answered: {:?}", unit.keyed);
            let answer = unit.turns.iter().find_map(|turn| turn.answer.as_ref());
            let done = answer.and_then(|answer| answer.result.as_ref().ok());
            hold!(23, now, done.is_some() == unit.promise().is_some(), "{command:?} was {done:?}: {:?}", unit.keyed);
            if let (Some(&no), Some(promise)) = (done, unit.promise()) {
                let (command, answer) = (command.clone(), promise.answer.clone());
                self.given.insert(key, Given { by: *by, command, no, answer });
            }
            return Ok(());
        };
        hold!(23, now, unit.turns.is_empty(), "{command:?} again did {:?}", unit.turns);
        let same = (&given.by, &given.command) == (by, command);
        match &unit.keyed {
            Keyed::Again(kept) if same => {
                let answers = ((given.no, &given.answer), (kept.no, &kept.promise.answer));
                hold!(
                    23,
                    now,
                    answers.0 == answers.1,
                    "{command:?} was answered {:?}, and then {:?}",
                    answers.0,
                    answers.1
                );
            }
            Keyed::Reused if !same => {}
            keyed => broken!(23, now, "the key of {:?} came with {command:?}: {keyed:?}", given.command),
        }
        Ok(())
    }

    /// The account was opened: its log promises what was answered, and of what was in doubt so many.
    pub(crate) fn survive(&self, now: Timestamp, doubtful: &[Unit], found: &[Kept]) -> Held<usize> {
        let known: BTreeMap<_, _> = found.iter().map(|kept| (kept.promise.key, kept)).collect();
        for (key, given) in &self.given {
            let kept = known.get(key).map(|kept| (kept.no, &kept.promise.answer));
            let was = Some((given.no, &given.answer));
            hold!(21, now, kept == was, "{:?} was answered {was:?}, and the log promises {kept:?}", given.command);
        }
        let landed =
            doubtful.iter().filter_map(Unit::promise).filter(|promise| known.contains_key(&promise.key)).count();
        let all = self.given.len() + landed;
        hold!(23, now, found.len() == all, "the log makes {} promises, and {all} were given", found.len());
        Ok(landed)
    }
}
