//! A command arrives long after it was sent.

use super::Fault;
use crate::world::World;

impl World {
    /// How much later than usual this command arrives, milliseconds.
    pub(crate) fn delay_of_late(&mut self) -> i64 {
        let late = !self.calm && self.dice.chance(self.weather);
        self.count(Fault::Late, late);
        if late { self.dice.between(1_000, 30_000) as i64 } else { 0 }
    }
}
