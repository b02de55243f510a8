//! Rows of a store for the walk: changes of buckets, and stretches of work.

use super::super::steps::Steps;
use super::super::store::Store;
use super::super::{Exit, stop};
use crate::report::People;
use readyroom_core::ids::{AccountId, Timestamp, UserId};
use readyroom_views::reports::cells::Span;
use readyroom_views::reports::walk::{AgentNo, Misfit, StateChange, Walk};
use readyroom_views::tables::{AgentEvent, AgentEvents, ConversationSegments, Phase, Segment, Table};
use std::collections::BTreeMap;

/// Folds the whole log, and shows the walk what concerns these people.
pub fn read(store: &Store, account: AccountId, people: &mut People, walk: &mut Walk) -> anyhow::Result<()> {
    let mut steps = Steps::begin(store, account)?;
    let mut reading = Reading { people, walk, numbers: BTreeMap::new() };
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
            reading.change(&row)?;
        }
        for row in ended.drain(..) {
            reading.work(&row.segment, row.end)?;
        }
    }
    // What has not ended goes on; the walk counts it up to now.
    segments.open_segments().try_for_each(|segment| reading.work(segment, Timestamp(i64::MAX)))
}

/// What is read, and whose it is.
struct Reading<'a> {
    people: &'a mut People,
    walk: &'a mut Walk,
    /// Numbers by id, so that its text is made once; none of those whom the report is not about.
    numbers: BTreeMap<UserId, Option<AgentNo>>,
}

impl Reading<'_> {
    fn change(&mut self, row: &AgentEvent) -> anyhow::Result<()> {
        let Some(agent) = self.number(row.user_id) else { return Ok(()) };
        let change = StateChange { seq: row.seq, ts: row.ts, agent, from: row.from_status, to: row.to_status };
        self.walk.row(change).map_err(|misfit| refused(misfit, row.seq))
    }

    fn work(&mut self, segment: &Segment, end: Timestamp) -> anyhow::Result<()> {
        let works = matches!(segment.phase, Phase::Talking | Phase::Held | Phase::Wrapping);
        let agent = segment.agent.filter(|_| works).and_then(|user| self.number(user));
        let Some(agent) = agent else { return Ok(()) };
        let worked = self.walk.worked(agent, Span { from: segment.start, to: end });
        worked.map_err(|misfit| stop(Exit::Usage, misfit.to_string()))
    }

    fn number(&mut self, user: UserId) -> Option<AgentNo> {
        let people = &mut *self.people;
        *self.numbers.entry(user).or_insert_with(|| people.number(&user.to_string()))
    }
}

fn refused(misfit: Misfit, seq: u64) -> anyhow::Error {
    match misfit.column() {
        None => stop(Exit::Usage, misfit.to_string()),
        Some(column) => stop(Exit::Store, format!("row {seq} of agent_event, {column}: {misfit}")),
    }
}
