//! An administrator closes a queue for good, once nothing is in it.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;

/// Removes a queue and its memberships.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveQueue {
    /// Which; not General.
    pub queue: QueueId,
}

impl Decide for RemoveQueue {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let floor = ask.floor;
        let slot = floor.find_queue(self.queue)?;
        let wrapped_for = || floor.agents().any(|(_, agent)| agent.wrap_ups.iter().any(|wrap| wrap.queue == Some(slot)));
        if floor.general() == Some(self.queue) || floor.queue(slot).counts.all() > 0 || wrapped_for() {
            return Err(Refusal::QueueInUse { queue: self.queue });
        }
        let mut members: Vec<_> = floor.queue(slot).seats.iter().map(|&seat| floor.agent(floor.seat(seat).agent).id).collect();
        members.sort();
        let removed = |agent| Event::MembershipRemoved { agent, queue: self.queue };
        Ok(members.into_iter().map(removed).chain([Event::QueueRemoved { queue: self.queue }]).collect())
    }
}
