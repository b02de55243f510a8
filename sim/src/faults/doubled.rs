//! A command arrives twice, a moment or some seconds apart.

use super::Fault;
use crate::world::World;

impl World {
    /// When the second copy of a command comes, after the first.
    pub(crate) fn echo_of_doubled(&mut self) -> Option<i64> {
        let doubled = !self.calm && self.dice.chance(self.weather);
        self.count(Fault::Doubled, doubled);
        doubled.then(|| self.dice.between(0, 5_000) as i64)
    }
}
