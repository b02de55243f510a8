//! The log of an account, event by event, as tables are filled from it.

use super::fold::{Fold, place};
use super::guard::guard;
use super::store::Store;
use super::{Exit, stop};
use readyroom_core::engine::{self, Touch};
use readyroom_core::ids::AccountId;
use readyroom_views::tables::{Step, Tracker};

/// Steps of an account, from its first event.
pub struct Steps<'a> {
    account: AccountId,
    fold: Fold<'a>,
    tracker: Tracker,
    told: Vec<Touch>,
}

impl<'a> Steps<'a> {
    /// Before the first. There are none if the log does not reach back to it.
    pub fn begin(store: &'a Store, account: AccountId) -> anyhow::Result<Steps<'a>> {
        let start = store.start(account)?.next_no;
        if start > 1 {
            let sentence = format!(
                "the events of account {account} before {start} were trimmed away; rows made from the rest would be others, with other numbers"
            );
            return Err(stop(Exit::Store, sentence));
        }
        let fold = Fold::begin(store, account, None)?;
        Ok(Steps { account, fold, tracker: Tracker::default(), told: Vec::new() })
    }

    /// Shows the next step; none when there is no more.
    pub fn next<R>(&mut self, show: impl FnOnce(&Step<'_>) -> R) -> anyhow::Result<Option<R>> {
        let Some((recorded, touched)) = self.fold.step()? else { return Ok(None) };
        let Steps { account, fold, tracker, told } = self;
        told.clear();
        let shown = guard(
            || place(*account, &recorded),
            || {
                engine::tell(fold.floor(), recorded.no, &touched, told);
                show(&tracker.step(&recorded, told.iter().map(|touch| &touch.facts)))
            },
        )?;
        Ok(Some(shown))
    }
}
