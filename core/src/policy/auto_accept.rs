//! A queue may say that an offer counts as accepted at once.

use crate::event::{Event, Recorded};
use crate::floor::Floor;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::OfferMade { offer, conversation, agent, queue, .. } = fact.event else {
        return Vec::new();
    };
    let auto = floor.queue(floor.find_queue(queue).expect("a fact names a known queue")).settings.auto_accept;
    let out = floor.find_offer(offer).is_ok();
    if auto && out { vec![Event::OfferAccepted { offer, conversation, agent, queue }] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn an_offer_of_such_a_queue_counts_as_accepted() {
        check(
            "
            queue help chat auto-accept
            agent anna in help capacity 2
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 with anna
            09:01:01  w2 chats help                -> w2 with anna, full
            09:01:02  w3 chats help                -> w3 waits
            09:01:03  w1 ends                      -> w3 with anna
        ",
        );
    }
}
