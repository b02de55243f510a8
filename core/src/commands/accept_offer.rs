//! The agent takes what it is offered. An answer to an offer that is gone changes nothing: the fence.

use super::{Ask, Decide, Decision};
#[cfg(mutants)]
use crate::event::Actor;
use crate::event::Event;
use crate::floor::conversation::Offer;
use crate::floor::{ConversationSlot, Floor};
use crate::ids::*;
use crate::mutant;
use crate::refusal::Refusal;

/// Accepts an offer.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptOffer {
    /// Which.
    pub offer: OfferId,
}

impl Decide for AcceptOffer {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let (slot, offer) = answered(ask, self.offer)?;
        let (conversation, queue) = names(ask.floor, slot);
        Ok(vec![Event::OfferAccepted { offer: offer.id, conversation, agent: ask.floor.agent(offer.agent).id, queue }])
    }
}

/// The offer that an answer means, for those who may answer it: its agent, its agent's device, or a
/// supervisor.
pub(super) fn answered(ask: &Ask<'_>, offer: OfferId) -> Result<(ConversationSlot, Offer), Refusal> {
    let found = mutant!(FenceIgnoresGeneration: any_offer_of(ask).map_or_else(|| ask.floor.find_offer(offer), Ok), else ask.floor.find_offer(offer));
    let (slot, offer) = found?;
    ask.for_devices_of(ask.floor.agent(offer.agent).id)?;
    Ok((slot, offer))
}

fn names(floor: &Floor, slot: ConversationSlot) -> (ConversationId, QueueId) {
    let conversation = floor.conversation(slot);
    (conversation.id, floor.queue(conversation.queue).id)
}

#[cfg(mutants)]
fn any_offer_of(ask: &Ask<'_>) -> Option<(ConversationSlot, Offer)> {
    let Actor::Agent(agent) = ask.by else { return None };
    let agent = ask.floor.find_agent(agent).ok()?;
    ask.floor.conversations().find_map(|(slot, held)| held.offer().filter(|offer| offer.agent == agent).map(|offer| (slot, offer)))
}
