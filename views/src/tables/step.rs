//! One event as the tables see it: what happened, and what it changed from what to what.
//!
//! The floor tells only what is so after an event; the tracker remembers what was so before it.
//! A fold gets the event whole rather than once for each thing it touched: a row may need two of
//! them, and some rows are cut from the event alone.

use readyroom_core::engine::Turn;
use readyroom_core::event::{Actor, Event, Recorded, Status};
use readyroom_core::floor::facts::{AgentFacts, Facts, SeatCounts, SeatFacts};
use readyroom_core::ids::*;
use readyroom_core::limits;
use std::collections::BTreeMap;

/// The facts of one thing, around an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<F> {
    /// As they were. Of an agent first seen: logged out, with nothing in hand. Of a seat first
    /// seen: neither logged in nor ready.
    pub before: F,
    /// As they are.
    pub after: F,
}

/// One event, and what it changed.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Its number.
    pub no: EventNo,
    /// Its instant.
    pub ts: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub event: &'a Event,
    /// The agents it touched.
    pub agents: Vec<Change<AgentFacts>>,
    /// The memberships it touched.
    pub seats: Vec<Change<SeatFacts>>,
}

/// Remembers the last facts of every agent and membership.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    agents: BTreeMap<UserId, AgentFacts>,
    seats: BTreeMap<(UserId, QueueId), SeatFacts>,
}

impl Tracker {
    /// Takes in the facts of something that no event touched lately, as after a snapshot.
    pub fn seed(&mut self, facts: &Facts) {
        match facts {
            Facts::Agent(agent) => drop(self.change_agent(agent)),
            Facts::Seat(seat) => drop(self.change_seat(seat)),
            Facts::Queue(_) | Facts::Conversation(_) => {}
        }
    }

    /// The steps that a turn was, one for each of its events. Each must be taken.
    pub fn turn<'a>(&mut self, turn: &'a Turn) -> impl Iterator<Item = Step<'a>> {
        let mut rest = &turn.touched[..];
        turn.events.iter().map(move |event| {
            let own;
            (own, rest) = rest.split_at(rest.partition_point(|touch| touch.no <= event.no));
            self.step(event, own.iter().map(|touch| &touch.facts))
        })
    }

    /// The step that an event was, from the facts of what it touched.
    pub fn step<'a, 'f>(&mut self, event: &'a Recorded, touched: impl IntoIterator<Item = &'f Facts>) -> Step<'a> {
        let mut step = Step {
            no: event.no,
            ts: event.at,
            by: event.by,
            event: &event.event,
            agents: Vec::new(),
            seats: Vec::new(),
        };
        for facts in touched {
            match facts {
                Facts::Agent(agent) => step.agents.push(self.change_agent(agent)),
                Facts::Seat(seat) => step.seats.push(self.change_seat(seat)),
                Facts::Queue(_) | Facts::Conversation(_) => {}
            }
        }
        step
    }

    fn change_agent(&mut self, after: &AgentFacts) -> Change<AgentFacts> {
        let before = self.agents.insert(after.agent, *after);
        Change { before: before.unwrap_or_else(|| fresh_agent(after.agent)), after: *after }
    }

    fn change_seat(&mut self, after: &SeatFacts) -> Change<SeatFacts> {
        // A membership that is no more holds nobody at work.
        let out = |seat: &SeatFacts| SeatFacts { logged_in: false, ready: false, ..*seat };
        let key = (after.agent, after.queue);
        if after.removed {
            let before = self.seats.remove(&key);
            return Change { before: before.unwrap_or_else(|| out(after)), after: out(after) };
        }
        let before = self.seats.insert(key, *after);
        Change { before: before.unwrap_or_else(|| out(after)), after: *after }
    }
}

/// An agent of whom nothing is known yet: logged out, with no queue, no device and no work.
pub fn fresh_agent(agent: UserId) -> AgentFacts {
    AgentFacts {
        agent,
        active: true,
        status: Status::Offline,
        reason: None,
        out_only: false,
        leaving: None,
        capacity: limits::CAPACITY_DEFAULT,
        load: 0,
        load_offered: 0,
        channels: ChannelSet::NONE,
        reachable: ChannelSet::NONE,
        room: ChannelSet::NONE,
        external_call: None,
        call: None,
        offer: None,
        offers: 0,
        chats: 0,
        awaiting_agent: 0,
        parked: 0,
        wrap_up: None,
        queues: SeatCounts::default(),
        misses: 0,
        status_since: Timestamp::default(),
        idle_since: Timestamp::default(),
        logged_in_at: None,
        logged_out_at: None,
    }
}
