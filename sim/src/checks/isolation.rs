//! 26: what one account does leaves the state and the log of the others as they were.

use crate::invariant::{Held, hold};
use readyroom_core::engine::Engine;
use readyroom_core::ids::*;
use readyroom_log::{Account, Log, MemoryLog, Pos};

/// What another account is, before this one acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Picture {
    digest: Option<u64>,
    more: usize,
}

impl Picture {
    /// `tail` is where its own server knows its log to end.
    pub(crate) fn of(engine: Option<&Engine>, log: &MemoryLog, account: Account, tail: Pos) -> Picture {
        let more = log.page(Some(account), tail, Pos::MAX).map_or(0, |rows| rows.len());
        Picture { digest: engine.map(|engine| engine.floor().digest()), more }
    }

    pub(crate) fn is_still(self, then: Picture, now: Timestamp) -> Held {
        hold!(26, now, self == then, "another account was {self:?} and is {then:?}");
        Ok(())
    }
}
