//! `agent_event`: one row for each change of an agent's bucket, and none for anything else
//! (S-30 … S-33).

use super::{Cell, Column, Row, Step, Table};
use crate::vocabulary::{Bucket, Subject, bucket, subject};
use readyroom_core::event::Event;
use readyroom_core::floor::facts::AgentFacts;
use readyroom_core::ids::{ReasonCode, Timestamp, UserId};
use readyroom_core::mutant;
use serde::{Deserialize, Serialize};

/// An agent went from one bucket to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentEvent {
    /// Counted from 1 without a gap. It orders rows of one instant.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// Who.
    pub user_id: UserId,
    /// The former bucket; the first is `offline`.
    pub from_status: Bucket,
    /// The bucket now; never the same.
    pub to_status: Bucket,
    /// On a row into `paused`, why: also when the break began long before, unseen behind a call
    /// or a lost device.
    pub reason: Option<ReasonCode>,
    /// On a row into `ring`, `incall`, `wrapup` or `extcall`, what it is about. A wrap-up begun by
    /// hand is about nothing.
    pub call_id: Option<Subject>,
}

/// The fold, which remembers how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEvents {
    seq: u64,
}

impl AgentEvents {
    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.seq
    }
}

impl Table for AgentEvents {
    const NAME: &'static str = "agent_event";
    const VERSION: u32 = 1;
    const COLUMNS: &'static [Column] = &[
        Column::SEQ,
        Column::int("ts", "epoch milliseconds"),
        Column::text("user_id", "the agent"),
        Column::text("from_status", "the former bucket"),
        Column::text("to_status", "the bucket now"),
        Column::text("reason", "code of the break's reason, on rows into paused").or_null(),
        Column::text("call_id", "the conversation or external call, where it is about one").or_null(),
    ];
    type Row = AgentEvent;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<AgentEvent>) {
        for change in &step.agents {
            let (from_status, to_status) = (bucket(&change.before), bucket(&change.after));
            if mutant!(AgentEventNotDeduped: change.before != change.after, else from_status != to_status) {
                self.seq += 1;
                out.push(AgentEvent {
                    seq: self.seq,
                    ts: step.ts,
                    user_id: change.after.agent,
                    from_status,
                    to_status,
                    reason: reason(&change.after, to_status),
                    call_id: subject(&change.after).or_else(|| accepted(step.event, &change.after, to_status)),
                });
            }
        }
    }
}

fn reason(agent: &AgentFacts, to: Bucket) -> Option<ReasonCode> {
    agent.reason.filter(|_| to == Bucket::Paused).map(|reason| reason.code)
}

/// An agent full of threads is in all of them; the one that filled it is the one it accepted.
fn accepted(event: &Event, agent: &AgentFacts, to: Bucket) -> Option<Subject> {
    match event {
        Event::OfferAccepted { agent: by, conversation, .. } if *by == agent.agent && to == Bucket::Incall => {
            Some(Subject::Conversation(*conversation))
        }
        _ => None,
    }
}

impl Row for AgentEvent {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::count(self.seq),
            self.ts.into(),
            Cell::text(self.user_id),
            Cell::word(self.from_status.as_str()),
            Cell::word(self.to_status.as_str()),
            Cell::text_or_null(self.reason),
            Cell::text_or_null(self.call_id),
        ]
    }
}
