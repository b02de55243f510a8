//! The facts that make and end offers, as every decision writes them.

use super::conversation::Conversation;
use super::{AgentSlot, ConversationSlot, Floor};
use crate::event::{Event, OfferKind, OfferOutcome};
use crate::ids::*;

impl Floor {
    /// The fact that reserves a conversation for an agent.
    pub fn offer_made(
        &self,
        now: Timestamp,
        slot: ConversationSlot,
        agent: AgentSlot,
        kind: OfferKind,
        sender: Option<AgentSlot>,
    ) -> Event {
        let conversation = self.conversation(slot);
        let queue = self.queue(conversation.queue);
        Event::OfferMade {
            offer: self.next_offer_id(now),
            conversation: conversation.id,
            agent: self.agent(agent).id,
            queue: queue.id,
            kind,
            until: now.plus_ms(queue.settings.ring_timeout_ms),
            sender: sender.map(|sender| self.agent(sender).id),
        }
    }

    /// The fact that ends the offer of an offered conversation, other than by acceptance.
    pub fn offer_ended(&self, offered: &Conversation, outcome: OfferOutcome) -> Event {
        let offer = offered.offer().expect("the conversation is offered");
        Event::OfferEnded {
            offer: offer.id,
            conversation: offered.id,
            agent: self.agent(offer.agent).id,
            queue: self.queue(offered.queue).id,
            outcome,
            sender: offer.sender.map(|sender| self.agent(sender).id),
        }
    }
}
