//! A command is lost on its way.

use super::Fault;
use crate::world::World;

impl World {
    /// Whether this command never arrives.
    pub(crate) fn is_lost(&mut self) -> bool {
        let lost = !self.calm && self.dice.chance(self.weather);
        self.count(Fault::Lost, lost);
        lost
    }
}
