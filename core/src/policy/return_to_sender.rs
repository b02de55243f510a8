//! An offer made by hand comes to nothing: the conversation goes back to its sender if that one may
//! take it, and otherwise it waits in its queue at its age.

use crate::eligibility::Question;
use crate::event::{Event, OfferKind, OfferOutcome, Recorded, WrapUpOutcome};
use crate::floor::conversation::Stage;
use crate::floor::{AgentSlot, ConversationSlot, Floor};

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::OfferEnded { conversation, sender: Some(sender), outcome, .. } = fact.event else {
        return Vec::new();
    };
    let still_waits =
        floor.find_conversation(conversation).ok().filter(|&slot| floor.conversation(slot).stage == Stage::Waiting);
    let (Some(slot), true) = (still_waits, outcome != OfferOutcome::Rescinded) else {
        return Vec::new();
    };
    let sender = floor.find_agent(sender).expect("a fact names a known agent");
    if !may_have_it_back(floor, fact, sender, slot) {
        return Vec::new();
    }
    let finishing_it = floor.agent(sender).wrap_ups.iter().any(|wrap| wrap.conversation == Some(conversation));
    let mut events = Vec::new();
    if finishing_it {
        let (agent, conversation) = (floor.agent(sender).id, Some(conversation));
        events.push(Event::WrapUpEnded { agent, conversation, outcome: WrapUpOutcome::Returned });
    }
    events.push(floor.offer_made(fact.at, slot, sender, OfferKind::Assigned, None));
    events
}

/// Its own wrap-up of just this conversation does not keep it from the sender.
fn may_have_it_back(floor: &Floor, fact: &Recorded, sender: AgentSlot, slot: ConversationSlot) -> bool {
    let mut as_if = floor.agent(sender).clone();
    let conversation = floor.conversation(slot);
    if let Some(at) = as_if.wrap_ups.iter().position(|wrap| wrap.conversation == Some(conversation.id)) {
        as_if.wrap_ups.remove(at);
        as_if.tally.load -= as_if.settings.weight(conversation.channel);
    }
    let question = Question::about(floor, fact.at, OfferKind::Assigned, sender, slot);
    Question { agent: &as_if, ..question }.first_failure().is_none()
}
