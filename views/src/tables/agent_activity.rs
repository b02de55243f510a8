//! `agent_activity`: the finer twin of `agent_event`, for reports on reasons, queues and load.
//!
//! One row for each change of an agent's (status, reason, out_only, leaving, queue readiness,
//! load), with the one who made it and why. Each row tells all of it as it is afterwards, so an
//! interval is a row and the next of the same agent. An event that changes an agent's readiness in
//! several queues, as a logout does, gives a row for each of them, alike in everything else.

use super::{Cell, Change, Column, Row, Step, Table, words};
use readyroom_core::event::{Actor, Status};
use readyroom_core::floor::facts::{AgentFacts, Leaving, SeatFacts};
use readyroom_core::ids::{EventNo, QueueId, ReasonCode, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Something about an agent's work changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgentActivity {
    /// Counted from 1 without a gap.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// The event that did it.
    pub position: EventNo,
    /// Who.
    pub user_id: UserId,
    /// What is so now.
    pub now: Activity,
    /// The queue in which it is now at work or not, ready or not, where that is what changed.
    pub queue: Option<QueueReadiness>,
    /// Who made the change.
    pub actor: Actor,
    /// Why the status changed, or what else happened.
    pub cause: &'static str,
}

/// What the table is about, of one agent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// The wish.
    pub status: Status,
    /// The reason of the break.
    pub reason: Option<ReasonCode>,
    /// Takes only its own clients.
    pub out_only: bool,
    /// What it will be when no thread awaits it any more.
    pub leaving: Option<Leaving>,
    /// Queues it is at work in.
    pub queues_logged_in: u16,
    /// Queues whose conversations it takes.
    pub queues_ready: u16,
    /// Slots taken by offered, active and wrapping work.
    pub load: u16,
}

/// An agent in one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueReadiness {
    /// The queue.
    pub queue: QueueId,
    /// At work in it.
    pub logged_in: bool,
    /// Takes its conversations.
    pub ready: bool,
}

/// The fold, which remembers how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentActivities {
    seq: u64,
}

impl Table for AgentActivities {
    const NAME: &'static str = "agent_activity";
    const VERSION: u32 = 1;
    const COLUMNS: &'static [Column] = &[
        Column::SEQ,
        Column::int("ts", "epoch milliseconds"),
        Column::int("position", "number of the event that did it"),
        Column::text("user_id", "the agent"),
        Column::text("status", "offline, not_ready, available or on_break"),
        Column::text("reason", "code of the break's reason").or_null(),
        Column::int("out_only", "1: takes only its own clients"),
        Column::text("leaving_to", "the status it will have when no thread awaits it").or_null(),
        Column::text("leaving_reason", "the reason it will have then").or_null(),
        Column::int("queues_logged_in", "queues it is at work in"),
        Column::int("queues_ready", "queues whose conversations it takes"),
        Column::int("load", "slots taken by offered, active and wrapping work"),
        Column::text("queue_id", "the queue it entered, left, or became ready or unready in").or_null(),
        Column::int("queue_logged_in", "1: it is now at work in that queue").or_null(),
        Column::int("queue_ready", "1: it now takes that queue's conversations").or_null(),
        Column::text("actor", "agent, supervisor, client, signalling, integration or policy"),
        Column::text("actor_id", "the person, the key, or the rule by name").or_null(),
        Column::text("cause", "why the status changed, or the kind of the event"),
    ];
    type Row = AgentActivity;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<AgentActivity>) {
        for change in &step.agents {
            let agent = change.after.agent;
            let moved = step.seats.iter().filter(|seat| seat.after.agent == agent && has_moved(seat));
            let mut queues: Vec<_> = moved.map(|seat| Some(readiness(&seat.after))).collect();
            if queues.is_empty() && activity(&change.before) != activity(&change.after) {
                queues.push(None);
            }
            for queue in queues {
                self.seq += 1;
                out.push(AgentActivity {
                    seq: self.seq,
                    ts: step.ts,
                    position: step.no,
                    user_id: agent,
                    now: activity(&change.after),
                    queue,
                    actor: step.by,
                    cause: words::cause(step.event),
                });
            }
        }
    }
}

fn activity(agent: &AgentFacts) -> Activity {
    Activity {
        status: agent.status,
        reason: agent.reason.map(|reason| reason.code),
        out_only: agent.out_only,
        leaving: agent.leaving,
        queues_logged_in: agent.queues.logged_in,
        queues_ready: agent.queues.ready,
        load: agent.load,
    }
}

fn readiness(seat: &SeatFacts) -> QueueReadiness {
    QueueReadiness { queue: seat.queue, logged_in: seat.logged_in, ready: seat.ready }
}

fn has_moved(seat: &Change<SeatFacts>) -> bool {
    readiness(&seat.before) != readiness(&seat.after)
}

impl Row for AgentActivity {
    fn cells(&self) -> Vec<Cell> {
        let (actor, actor_id) = words::actor(self.actor);
        let leaving = self.now.leaving;
        let of_queue = |told: fn(QueueReadiness) -> Cell| self.queue.map_or(Cell::Null, told);
        vec![
            Cell::count(self.seq),
            self.ts.into(),
            Cell::count(self.position.0),
            Cell::text(self.user_id),
            Cell::word(words::status(self.now.status)),
            Cell::text_or_null(self.now.reason),
            self.now.out_only.into(),
            leaving.map_or(Cell::Null, |leaving| Cell::word(words::status(leaving.to))),
            Cell::text_or_null(leaving.and_then(|leaving| leaving.reason)),
            self.now.queues_logged_in.into(),
            self.now.queues_ready.into(),
            self.now.load.into(),
            of_queue(|queue| Cell::text(queue.queue)),
            of_queue(|queue| queue.logged_in.into()),
            of_queue(|queue| queue.ready.into()),
            Cell::word(actor),
            Cell::text_or_null(actor_id),
            Cell::word(self.cause),
        ]
    }
}
