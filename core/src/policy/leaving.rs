//! An agent asked to go during chat work: it goes when no thread awaits it any more.

use crate::commands::step_away::{depart, put_threads_aside};
use crate::event::{Author, Event, Recorded, Status};
use crate::floor::Floor;
use crate::mutant;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let (Event::WorkEnded { agent, .. } | Event::MessageRecorded { author: Author::Agent(agent), .. }) = &fact.event
    else {
        return Vec::new();
    };
    let slot = floor.find_agent(*agent).expect("a fact names a known agent");
    let agent = floor.agent(slot);
    match agent.leaving {
        Some(leaving) if mutant!(LeavesThreadsBehind: true, else agent.tally.awaiting == 0) => {
            let reason = leaving.reason.map(|reason| floor.reason(reason).code);
            depart(floor, fact.at, slot, leaving.to, reason, leaving.cause)
        }
        // What it took up while it was away already is put aside in the same way.
        None if matches!(agent.status, Status::OnBreak | Status::NotReady) && agent.tally.awaiting == 0 => {
            put_threads_aside(floor, fact.at, slot)
        }
        _ => Vec::new(),
    }
}
