//! An agent misses too many offers in a row: it is sent on a break, so that clients stop waiting for it.

use crate::commands::step_away::step_away;
use crate::event::{Event, OfferOutcome, Recorded, Status, StatusCause};
use crate::floor::Floor;
use crate::mutant;
use crate::settings::reasons;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::OfferEnded {
        agent,
        queue,
        outcome: OfferOutcome::Missed,
        ..
    } = &fact.event
    else {
        return Vec::new();
    };
    let slot = floor.find_agent(*agent).expect("a fact names a known agent");
    let max = floor
        .queue(floor.find_queue(*queue).expect("a fact names a known queue"))
        .settings
        .max_no_answer;
    let misses = mutant!(OneMissTooMany: floor.agent(slot).misses.saturating_sub(1), else floor.agent(slot).misses);
    if max == 0 || misses < max || floor.agent(slot).leaving.is_some() {
        return Vec::new();
    }
    step_away(
        floor,
        fact.at,
        slot,
        Status::OnBreak,
        Some(reasons::NO_ANSWER),
        StatusCause::NoAnswer,
    )
}
