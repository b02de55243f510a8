//! Another server takes the account over; ours learns it from its next append.

use super::Fault;
use crate::world::World;

impl World {
    pub(crate) fn usurp(&mut self, house: usize) {
        let nonce = self.dice.next() | 1 << 63;
        self.log.set_dice(readyroom_log::faults::none());
        let taken = !self.houses[house].server.is_waiting() && self.houses[house].server.usurp(nonce);
        self.set_log_dice();
        self.count(Fault::OtherWriter, taken);
        if taken {
            self.note("Another server takes the account over.".into());
        }
    }
}
