//! The server stands still for a while; what ran out meanwhile is nobody's fault.

use super::Fault;
use crate::world::World;

impl World {
    pub(crate) fn stop_for_a_while(&mut self, house: usize) {
        if !self.houses[house].up {
            return;
        }
        self.count(Fault::Outage, true);
        let down_ms = self.dice.between(3_000, 120_000) as i64;
        self.note(format!("The server stops for {} s.", down_ms / 1_000));
        self.goes_down(house, down_ms);
    }
}
