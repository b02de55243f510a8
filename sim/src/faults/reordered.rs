//! A command is overtaken by those that were sent after it.

use super::Fault;
use crate::world::World;

impl World {
    /// For how long others may overtake this command.
    pub(crate) fn delay_of_reordered(&mut self) -> i64 {
        let reordered = !self.calm && self.dice.chance(2 * self.weather);
        self.count(Fault::Reordered, reordered);
        if reordered { self.dice.between(150, 900) as i64 } else { 0 }
    }
}
