//! A supervisor of one account names things of another.

use super::Fault;
use crate::world::World;
use readyroom_core::commands::*;
use readyroom_core::engine::Ticket;

impl World {
    /// Sends a command that must be refused, and remembers its ticket.
    pub(crate) fn reach_across(&mut self, house: usize) {
        let other = (house + 1) % self.houses.len();
        if other == house {
            return;
        }
        let them = &self.houses[other];
        let who = self.dice.below(them.agents.len());
        let agent = them.agents[who].id;
        let conversation = them.watch.model.conversations.keys().next().copied();
        let offer = them.watch.model.offers.keys().next().copied();
        let command: Command = match (self.dice.below(4), conversation, offer) {
            (0, Some(conversation), _) => EndConversation { conversation }.into(),
            (1, _, Some(offer)) => AcceptOffer { offer }.into(),
            (2, Some(conversation), _) => Assign { conversation, agent }.into(),
            _ => LogOut { agent }.into(),
        };
        self.count(Fault::Foreign, true);
        let ticket = self.send(house, self.boss(house), command);
        self.houses[house].foreign.insert(ticket);
    }

    pub(crate) fn was_foreign(&mut self, house: usize, ticket: Ticket) -> bool {
        self.houses[house].foreign.contains(&ticket)
    }
}
