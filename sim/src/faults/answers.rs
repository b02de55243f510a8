//! Somebody answers an offer that is gone, or one that is not theirs.

use super::Fault;
use crate::world::World;
use readyroom_core::ids::OfferId;

impl World {
    /// An old offer of the agent, which it answers instead of the one that rings.
    pub(crate) fn stale_offer(&mut self, house: usize, agent: usize) -> Option<OfferId> {
        if self.calm || !self.dice.chance(30) {
            return None;
        }
        let old = self.houses[house].agents[agent].old_offers.clone();
        let stale = self.dice.pick(&old);
        self.count(Fault::StaleAnswer, stale.is_some());
        stale
    }

    /// An offer that rings for somebody else.
    pub(crate) fn offer_of_another(&mut self, house: usize, agent: usize) -> Option<OfferId> {
        let model = &self.houses[house].watch.model;
        let me = self.houses[house].agents[agent].id;
        let offers: Vec<_> = model.offers.iter().filter(|(_, out)| out.agent != me).map(|(id, _)| *id).collect();
        let theirs = self.dice.pick(&offers);
        self.count(Fault::ForeignAnswer, theirs.is_some());
        theirs
    }
}
