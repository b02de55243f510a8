//! An agent goes at the worst moment: while it rings, while it talks.

use super::Fault;
use crate::world::World;

/// How an agent goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Going {
    Home,
    Break,
}

impl World {
    /// Notes at which moment an agent goes.
    pub(crate) fn notes_going(&mut self, house: usize, agent: usize, going: Going) {
        let person = &self.houses[house].agents[agent];
        let (rings, works) = (!person.offers.is_empty(), !person.hands.is_empty());
        self.count(Fault::LogoutWhileRinging, rings && going == Going::Home);
        self.count(Fault::PauseWhileRinging, rings && going == Going::Break);
        self.count(Fault::LogoutDuringWork, works && going == Going::Home);
        self.count(Fault::PauseDuringWork, works && going == Going::Break);
    }

    /// Whether an agent that just began to ring or to talk goes now.
    pub(crate) fn goes_now(&mut self) -> Option<Going> {
        if self.calm || !self.dice.chance(40) {
            return None;
        }
        Some(if self.dice.chance(300) { Going::Home } else { Going::Break })
    }
}
