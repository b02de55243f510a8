//! The server's clock steps back, or ahead, and later right again.

use super::Fault;
use crate::world::World;

impl World {
    pub(crate) fn step_the_clock(&mut self) {
        let step = if self.skew != 0 {
            -self.skew
        } else if self.dice.chance(500) {
            -(self.dice.between(500, 60_000) as i64)
        } else {
            self.dice.between(500, 20_000) as i64
        };
        self.skew += step;
        self.count(if step < 0 { Fault::ClockBack } else { Fault::ClockForward }, true);
        self.note(format!("The server's clock steps by {} s.", step as f64 / 1_000.0));
        for house in 0..self.houses.len() {
            self.set_alarm(house);
        }
    }
}
