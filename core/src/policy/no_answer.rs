//! An agent misses too many offers in a row: it is sent on a break, so that clients stop waiting for it.

use crate::commands::step_away::step_away;
use crate::event::{Event, OfferOutcome, Recorded, Status, StatusCause};
use crate::floor::Floor;
use crate::mutant;
use crate::settings::reasons;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::OfferEnded { agent, queue, outcome: OfferOutcome::Missed, .. } = &fact.event else {
        return Vec::new();
    };
    let slot = floor.find_agent(*agent).expect("a fact names a known agent");
    let max = floor.queue(floor.find_queue(*queue).expect("a fact names a known queue")).settings.max_no_answer;
    let misses = mutant!(OneMissTooMany: floor.agent(slot).misses.saturating_sub(1), else floor.agent(slot).misses);
    if max == 0 || misses < max || floor.agent(slot).leaving.is_some() {
        return Vec::new();
    }
    step_away(floor, fact.at, slot, Status::OnBreak, Some(reasons::NO_ANSWER), StatusCause::NoAnswer)
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn three_misses_in_a_row_are_a_break() {
        check(
            "
            queue sales voice ring 20 max-no-answer 3
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:20                               -> w1 offered to anna, 1 miss
            09:01:40                               -> w1 offered to anna, 2 misses
            09:02:00                               -> on break no_answer, w1 waits
            09:05:00  anna is available            -> w1 offered to anna, 0 misses
        ",
        );
    }

    #[test]
    fn an_answer_begins_the_count_anew() {
        check(
            "
            queue sales voice ring 20 max-no-answer 2 wrap 0
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:20                               -> 1 miss
            09:01:21  anna accepts                 -> 0 misses
            09:02:00  w1 ends
            09:03:00  w2 calls sales
            09:03:20                               -> available, 1 miss
        ",
        );
    }
}
