//! The last call outside the queues ends. In queues that ask for it the agent is then not ready,
//! and when that leaves it ready nowhere, its status follows.

use crate::commands::step_away::step_away;
use crate::event::{Event, Recorded, Status, StatusCause};
use crate::floor::Floor;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::ExternalCallEnded { agent, .. } = &fact.event else {
        return Vec::new();
    };
    let slot = floor.find_agent(*agent).expect("a fact names a known agent");
    if !floor.agent(slot).external_calls.is_empty() {
        return Vec::new();
    }
    let (mut events, mut still_ready) = (Vec::new(), false);
    for (_, seat) in floor.seats_of(slot).filter(|(_, seat)| seat.ready) {
        let queue = floor.queue(seat.queue);
        if queue.settings.auto_not_ready_after_external_call && !queue.settings.auto_ready {
            events.push(Event::QueueReadySet {
                agent: *agent,
                queue: queue.id,
                ready: false,
            });
        } else {
            still_ready = true;
        }
    }
    if !events.is_empty() && !still_ready && floor.agent(slot).status == Status::Available {
        events.extend(step_away(
            floor,
            fact.at,
            slot,
            Status::NotReady,
            None,
            StatusCause::ExternalCall,
        ));
    }
    events
}
