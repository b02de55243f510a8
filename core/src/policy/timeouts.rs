//! What happens at a deadline: an offer runs out, a wrap-up ends, a lease ends.

use crate::event::{Event, OfferOutcome, Policy, Status, WrapUpOutcome};
use crate::floor::Floor;
use crate::floor::deadlines::Deadline;
use crate::ids::*;

/// The facts that a deadline makes, and under whose name.
pub(crate) fn passed(floor: &Floor, deadline: Deadline) -> (Policy, Event) {
    match deadline {
        Deadline::Offer(offer) => (Policy::OfferTimeout, offer_ran_out(floor, offer)),
        Deadline::WrapUp(agent, conversation) => {
            let event = Event::WrapUpEnded { agent, conversation: Some(conversation), outcome: WrapUpOutcome::Expired };
            (Policy::WrapUpTimeout, event)
        }
        Deadline::Lease(agent, device) => (Policy::LeaseEnd, Event::DeviceLost { agent, device }),
    }
}

/// A miss, unless the agent had asked to go or its device was silent.
fn offer_ran_out(floor: &Floor, offer: OfferId) -> Event {
    let (slot, offer) = floor.find_offer(offer).expect("an alarm belongs to an offer that is out");
    let (agent, conversation) = (floor.agent(offer.agent), floor.conversation(slot));
    let outcome = if agent.status != Status::Available || agent.leaving.is_some() {
        OfferOutcome::Withdrawn
    } else if agent.is_silent(conversation.channel) {
        OfferOutcome::Lost
    } else {
        OfferOutcome::Missed
    };
    floor.offer_ended(conversation, outcome)
}

/// The offers that ran out while nobody looked, when an account comes back: no misses.
pub(crate) fn ran_out_while_down(floor: &Floor, now: Timestamp) -> Vec<Event> {
    let due = floor.deadlines().iter().take_while(|&(at, _)| at <= now);
    let offers = due.filter_map(|(_, deadline)| match deadline {
        Deadline::Offer(offer) => floor.find_offer(offer).ok(),
        _ => None,
    });
    offers.map(|(slot, _)| floor.offer_ended(floor.conversation(slot), OfferOutcome::ServerDown)).collect()
}
