//! A supervisor fixes a membership as it stands, or lets it go (S-38).

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;

/// Locks or unlocks a membership. While it is locked, only a supervisor changes it.
#[derive(Clone, Debug, PartialEq)]
pub struct LockMembership {
    /// Who.
    pub agent: UserId,
    /// Of which queue.
    pub queue: QueueId,
    /// Locked, or not.
    pub locked: bool,
}

impl Decide for LockMembership {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let (agent, queue) = (ask.floor.find_agent(self.agent)?, ask.floor.find_queue(self.queue)?);
        let seat = ask.floor.seat_of(agent, queue).ok_or(Refusal::NotAMember { agent: self.agent, queue: self.queue })?;
        let locked = Event::MembershipLocked { agent: self.agent, queue: self.queue, locked: self.locked };
        Ok(if ask.floor.seat(seat).locked == self.locked { vec![] } else { vec![locked] })
    }
}
