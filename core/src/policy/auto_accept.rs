//! A queue may say that an offer counts as accepted at once.

use crate::event::{Event, Recorded};
use crate::floor::Floor;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let Event::OfferMade {
        offer,
        conversation,
        agent,
        queue,
        ..
    } = fact.event
    else {
        return Vec::new();
    };
    let auto = floor
        .queue(floor.find_queue(queue).expect("a fact names a known queue"))
        .settings
        .auto_accept;
    let out = floor.find_offer(offer).is_ok();
    if auto && out {
        vec![Event::OfferAccepted {
            offer,
            conversation,
            agent,
            queue,
        }]
    } else {
        Vec::new()
    }
}
