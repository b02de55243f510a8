//! A device goes while its agent is being offered something: the offer is lost, and nobody is to blame.

use crate::event::{Event, OfferOutcome, Recorded};
use crate::floor::Floor;
use crate::mutant;

pub(super) fn react(floor: &Floor, fact: &Recorded) -> Vec<Event> {
    let (Event::DeviceLost { agent, .. } | Event::DeviceDisconnected { agent, .. }) = &fact.event else {
        return Vec::new();
    };
    let slot = floor.find_agent(*agent).expect("a fact names a known agent");
    let reachable = floor.agent(slot).reachable();
    let cut_off = floor.offers_of(slot).into_iter().filter(|offered| !reachable.has(offered.channel));
    let ended = cut_off.map(|offered| floor.offer_ended(offered, OfferOutcome::Lost));
    mutant!(LostDeviceKeepsOffer: Vec::new(), else ended.collect())
}
