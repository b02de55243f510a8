//! An administrator takes an agent out of a queue. Work that it has from there it keeps.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;

/// Removes a membership.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveMembership {
    /// Who.
    pub agent: UserId,
    /// Of which queue.
    pub queue: QueueId,
}

impl Decide for RemoveMembership {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let (agent, queue) = (ask.floor.find_agent(self.agent)?, ask.floor.find_queue(self.queue)?);
        ask.floor.seat_of(agent, queue).ok_or(Refusal::NotAMember { agent: self.agent, queue: self.queue })?;
        Ok(vec![Event::MembershipRemoved { agent: self.agent, queue: self.queue }])
    }
}
