//! A conversation ends: its client leaves, its agent is done, or somebody cuts it off.

use super::{Ask, Decide, Decision};
use crate::event::*;
use crate::floor::conversation::{Conversation, Stage};
use crate::floor::{AgentSlot, Floor};
use crate::ids::*;
use crate::mutant;
use crate::refusal::Refusal;

/// Ends a conversation. Its agent's wrap-up begins.
#[derive(Clone, Debug, PartialEq)]
pub struct EndConversation {
    /// Which.
    pub conversation: ConversationId,
}

impl Decide for EndConversation {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let floor = ask.floor;
        let conversation = floor.conversation(floor.find_conversation(self.conversation)?);
        let by_client = matches!(ask.by, Actor::Client | Actor::Signalling);
        let unanswered = if by_client { EndOutcome::Abandoned } else { EndOutcome::Cancelled };
        let may_end = |agent: AgentSlot| if by_client { Ok(agent) } else { ask.for_agent(floor.agent(agent).id) };
        match conversation.stage {
            Stage::Wrapping { .. } => Err(Refusal::AlreadyEnded { conversation: self.conversation }),
            Stage::Waiting | Stage::Offered(_) => {
                if !by_client {
                    ask.supervisor_only()?;
                }
                Ok(end(floor, conversation, None, unanswered))
            }
            Stage::Active { agent, .. } => {
                may_end(agent)?;
                Ok(end(floor, conversation, wrap_up_until(floor, agent, conversation, ask.now), EndOutcome::Handled))
            }
            Stage::Parked { agent, .. } => {
                may_end(agent)?;
                Ok(end(floor, conversation, None, EndOutcome::Handled))
            }
        }
    }
}

/// The facts of an end, wherever the conversation is.
pub(super) fn end(floor: &Floor, held: &Conversation, wrap_up_until: Option<Timestamp>, outcome: EndOutcome) -> Vec<Event> {
    let conversation = held.id;
    let first = match held.stage {
        Stage::Offered(_) => Some(floor.offer_ended(held, OfferOutcome::Rescinded)),
        Stage::Active { agent, .. } => Some(Event::WorkEnded {
            conversation,
            agent: floor.agent(agent).id,
            queue: floor.queue(held.queue).id,
            outcome: WorkOutcome::Ended,
            wrap_up_until,
        }),
        Stage::Waiting | Stage::Parked { .. } | Stage::Wrapping { .. } => None,
    };
    first.into_iter().chain([Event::ConversationEnded { conversation, outcome }]).collect()
}

/// When the agent's work after this conversation ends: none when the queue has none, and none for
/// an agent who logged out, or asked to, while it ran.
pub(super) fn wrap_up_until(floor: &Floor, agent: AgentSlot, conversation: &Conversation, now: Timestamp) -> Option<Timestamp> {
    let agent = floor.agent(agent);
    let goes_home = agent.status == Status::Offline || agent.leaving.is_some_and(|leaving| leaving.to == Status::Offline);
    let wrap_up_ms = floor.queue(conversation.queue).settings.wrap_up_ms(conversation.channel);
    let wrap_up_ms = mutant!(NoWrapUpAfterCalls: 0, else wrap_up_ms);
    (wrap_up_ms > 0 && !goes_home).then(|| now.plus_ms(wrap_up_ms))
}
