//! The network between people and server: it loses, delays, doubles and reorders. Those who have a
//! key ask again.

use super::{Happening, World};
use crate::server::Key;
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
        let key = key(ticket, &command);
        let latency = self.dice.between(5, 120) as i64 + self.delay_of_late() + self.delay_of_reordered();
        if let Some(key) = key {
            self.asks_again(house, latency, by, &command, key);
        }
        if let Some(echo) = self.echo_of_doubled() {
            let again = Happening::Deliver { by, command: Box::new(command.clone()), ticket, key };
            self.after(latency + echo, house, again);
        }
        self.after(latency, house, Happening::Deliver { by, command: Box::new(command), ticket, key });
        ticket
    }
}

/// The idempotency key of a command, if it has one: whatever does something a second time, and half of
/// the rest. Devices report how they are, and mean it again each time.
fn key(ticket: Ticket, command: &Command) -> Option<Key> {
    let has_one = match command {
        Command::ReportDevice(_) | Command::RemoveDevice(_) => false,
        Command::EnterQueue(_)
        | Command::AcceptOffer(_)
        | Command::RecordMessage(_)
        | Command::RecordNote(_)
        | Command::DescribeClient(_)
        | Command::Transfer(_)
        | Command::Assign(_)
        | Command::Requeue(_)
        | Command::ExtendWrapUp(_) => true,
        _ => ticket.0.is_multiple_of(2),
    };
    has_one.then(|| u128::from(ticket.0).to_be_bytes())
}
