//! An agent leaves the company: it goes offline, and nothing that it had is orphaned. A call it is
//! on goes on to its end.

use super::{Ask, Decide, Decision};
use crate::event::*;
use crate::ids::*;

/// Deactivates an agent: no login until it is reactivated, its history stays.
#[derive(Clone, Debug, PartialEq)]
pub struct DeactivateAgent {
    /// Who.
    pub agent: UserId,
}

impl Decide for DeactivateAgent {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let floor = ask.floor;
        let slot = floor.find_agent(self.agent)?;
        let agent = floor.agent(slot);
        if !agent.active {
            return Ok(vec![]);
        }
        let mut events: Vec<_> =
            floor.offers_of(slot).into_iter().map(|offered| floor.offer_ended(offered, OfferOutcome::Withdrawn)).collect();
        let requeued = |conversation, queue| Event::Queued { conversation, queue, since: ask.now, cause: QueueCause::Requeued };
        for chat in floor.chats_of(slot) {
            let (conversation, queue) = (chat.id, floor.queue(chat.queue).id);
            let (agent, outcome) = (self.agent, WorkOutcome::Requeued);
            events.push(Event::WorkEnded { conversation, agent, queue, outcome, wrap_up_until: None });
            events.push(requeued(conversation, queue));
        }
        let mut parked: Vec<_> = agent.parked.iter().map(|&slot| floor.conversation(slot)).collect();
        parked.sort_by_key(|thread| thread.id);
        events.extend(parked.into_iter().map(|thread| requeued(thread.id, floor.queue(thread.queue).id)));
        if agent.status != Status::Offline {
            let (status, cause) = (Status::Offline, StatusCause::Deactivated);
            events.push(Event::StatusSet { agent: self.agent, status, reason: None, out_only: false, cause });
        }
        events.push(Event::AgentDeactivated { agent: self.agent });
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn nothing_that_it_had_is_orphaned() {
        check(
            "
            queue help chat
            queue sales voice
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts
            09:01:02  w2 chats help                -> w2 offered to anna
            09:02:00  boss deactivates anna        -> offline, waiting, w1 waits, w2 waits
            09:03:00  bruno arrives                -> w1 offered to bruno
        ",
        );
    }
}
