//! A queue as the floor keeps it, and the seats in it.

use super::{AgentSlot, QueueSlot, SeatSlot};
use crate::ids::*;
use crate::settings::{MembershipSettings, QueueSettings};

/// How many conversations of a queue are at each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the queue.
    pub waiting: u32,
    /// Reserved for an agent.
    pub offered: u32,
    /// With an agent.
    pub active: u32,
    /// Put aside.
    pub parked: u32,
    /// Over, in wrap-up.
    pub wrapping: u32,
}

impl Counts {
    /// All of them.
    pub fn all(self) -> u32 {
        self.waiting + self.offered + self.active + self.parked + self.wrapping
    }
}

/// A place where conversations wait.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Which.
    pub id: QueueId,
    /// How it is set up.
    pub settings: QueueSettings,
    /// Its members, in no order that matters.
    pub seats: Vec<SeatSlot>,
    /// Its conversations.
    pub counts: Counts,
}

/// A membership: one agent's seat in one queue.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Who.
    pub agent: AgentSlot,
    /// Where.
    pub queue: QueueSlot,
    /// How it ranks, and who activates it.
    pub settings: MembershipSettings,
    /// At work in the queue.
    pub logged_in: bool,
    /// Takes its conversations.
    pub ready: bool,
    /// Fixed by a supervisor.
    pub locked: bool,
}
