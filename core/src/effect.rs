//! What the floor desires of the world: who rings, who is connected. These are levels, not acts:
//! after a restart the channels compare them with what is, and mend the difference.

use crate::event::{Event, WorkOutcome};
use crate::floor::Floor;
use crate::floor::conversation::Stage;
use crate::ids::*;

/// A desire that an event made or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the fields carry the names of the model")]
pub enum Effect {
    /// Ring the agent for this conversation until then.
    Ring { offer: OfferId, conversation: ConversationId, agent: UserId, until: Timestamp },
    /// Stop ringing for this offer.
    StopRinging { offer: OfferId, agent: UserId },
    /// Connect the client with the agent.
    Connect { conversation: ConversationId, agent: UserId },
    /// Part them; the client stays on the line.
    Part { conversation: ConversationId, agent: UserId },
    /// The conversation is over: hang up, close the thread.
    Close { conversation: ConversationId },
}

/// The desire that this event changes.
pub fn of(event: &Event) -> Option<Effect> {
    match *event {
        Event::OfferMade { offer, conversation, agent, until, .. } => {
            Some(Effect::Ring { offer, conversation, agent, until })
        }
        Event::OfferEnded { offer, agent, .. } => Some(Effect::StopRinging { offer, agent }),
        Event::OfferAccepted { conversation, agent, .. } => Some(Effect::Connect { conversation, agent }),
        Event::WorkEnded { conversation, agent, outcome, .. } if outcome != WorkOutcome::Ended => {
            Some(Effect::Part { conversation, agent })
        }
        Event::ConversationEnded { conversation, .. } => Some(Effect::Close { conversation }),
        _ => None,
    }
}

impl Floor {
    /// Everything that should ring and be connected now, in order.
    pub fn desired(&self) -> Vec<Effect> {
        let mut desired: Vec<_> = self
            .conversations()
            .filter_map(|(_, conversation)| match conversation.stage {
                Stage::Offered(offer) => Some(Effect::Ring {
                    offer: offer.id,
                    conversation: conversation.id,
                    agent: self.agent(offer.agent).id,
                    until: offer.until,
                }),
                Stage::Active { agent, .. } => {
                    Some(Effect::Connect { conversation: conversation.id, agent: self.agent(agent).id })
                }
                Stage::Waiting | Stage::Parked { .. } | Stage::Wrapping { .. } => None,
            })
            .collect();
        desired.sort();
        desired
    }
}
