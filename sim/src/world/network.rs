//! The network between people and server: it loses, delays, doubles and reorders.

use super::{Happening, World};
use readyroom_core::commands::Command;
use readyroom_core::engine::Ticket;
use readyroom_core::event::Actor;

impl World {
    /// Somebody sends a command. Whether and when it arrives is another matter.
    pub(crate) fn send(&mut self, house: usize, by: Actor, command: Command) -> Ticket {
        let ticket = self.ticket();
        if self.is_lost() {
            return ticket;
        }
        let latency = self.dice.between(5, 120) as i64 + self.delay_of_late() + self.delay_of_reordered();
        if let Some(echo) = self.echo_of_doubled() {
            let again = Happening::Deliver { by, command: Box::new(command.clone()), ticket };
            self.after(latency + echo, house, again);
        }
        self.after(latency, house, Happening::Deliver { by, command: Box::new(command), ticket });
        ticket
    }
}
