//! The last call outside the queues ends. In queues that ask for it the agent is then not ready,
//! and when that leaves it ready nowhere, its status follows.

use crate::commands::step_away::lower;
use crate::event::{Event, Recorded, StatusCause};
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
            events.push(Event::QueueReadySet { agent: *agent, queue: queue.id, ready: false });
        } else {
            still_ready = true;
        }
    }
    if !events.is_empty() && !still_ready {
        events.extend(lower(floor, fact.at, slot, StatusCause::ExternalCall));
    }
    events
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_queue_may_ask_for_not_ready_after_a_direct_call() {
        check(
            "
            queue sales voice not-ready-after-external-call
            queue help voice
            agent anna in sales, help
            agent bruno in sales
            09:00:00  anna arrives                 -> 2 ready
            09:00:00  bruno arrives                -> 1 ready
            09:01:00  anna begins a direct call
            09:01:01  bruno begins a direct call
            09:02:00  anna ends the direct call    -> available, 1 ready
            09:02:01  bruno ends the direct call   -> not ready, 0 ready
        ",
        );
    }
}
