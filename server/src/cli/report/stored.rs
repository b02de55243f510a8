//! Rows of a store for the walk: changes of buckets, and stretches of work.

use super::super::steps::Steps;
use super::super::store::Store;
use super::super::{Exit, stop};
use crate::report::{People, Reading};
use readyroom_core::ids::{AccountId, Timestamp};
use readyroom_views::reports::walk::{Misfit, Walk};
use readyroom_views::tables::{AgentEvents, ConversationSegments, Table};

/// Folds the whole log, and shows the walk what concerns these people.
pub fn read(store: &Store, account: AccountId, people: &mut People, walk: &mut Walk) -> anyhow::Result<()> {
    let mut steps = Steps::begin(store, account)?;
    let mut reading = Reading::new(people, walk);
    let (mut changes, mut segments) = (AgentEvents::default(), ConversationSegments::default());
    let (mut changed, mut ended) = (Vec::new(), Vec::new());
    loop {
        let more = steps.next(|step| {
            changes.fold(step, &mut changed);
            segments.fold(step, &mut ended);
        })?;
        if more.is_none() {
            break;
        }
        for row in changed.drain(..) {
            reading.change(&row).map_err(|misfit| refused(misfit, row.seq))?;
        }
        for row in ended.drain(..) {
            reading.work(&row.segment, row.end).map_err(|misfit| stop(Exit::Usage, misfit.to_string()))?;
        }
    }
    // What has not ended goes on; the walk counts it up to now.
    let mut open = segments.open_segments();
    let worked = open.try_for_each(|segment| reading.work(segment, Timestamp(i64::MAX)));
    worked.map_err(|misfit| stop(Exit::Usage, misfit.to_string()))
}

fn refused(misfit: Misfit, seq: u64) -> anyhow::Error {
    match misfit.column() {
        None => stop(Exit::Usage, misfit.to_string()),
        Some(column) => stop(Exit::Store, format!("row {seq} of agent_event, {column}: {misfit}")),
    }
}
