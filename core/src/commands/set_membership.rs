//! An administrator assigns an agent to a queue, or changes how (S-21 … S-28).

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;
use crate::settings::MembershipSettings;

/// Makes an agent a member of a queue, or changes its membership.
#[derive(Clone, Debug, PartialEq)]
pub struct SetMembership {
    /// Who.
    pub agent: UserId,
    /// Of which queue.
    pub queue: QueueId,
    /// How.
    pub settings: MembershipSettings,
}

impl Decide for SetMembership {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let (agent, queue) = (ask.floor.find_agent(self.agent)?, ask.floor.find_queue(self.queue)?);
        valid::membership(&self.settings)?;
        match ask.floor.seat_of(agent, queue) {
            Some(seat) if ask.floor.seat(seat).settings == self.settings => return Ok(vec![]),
            Some(_) => {}
            None => valid::below("memberships of an agent", ask.floor.agent(agent).seats.len(), limits::MEMBERSHIPS_PER_AGENT_MAX)?,
        }
        Ok(vec![Event::MembershipSet { agent: self.agent, queue: self.queue, settings: self.settings }])
    }
}
