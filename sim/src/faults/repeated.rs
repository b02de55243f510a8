//! Whoever has a key asks again, long after: across a crash, or when all is over. Somebody uses a key
//! for two things.

use super::Fault;
use crate::server::{Key, Keyed, Unit};
use crate::world::{Happening, World};
use readyroom_core::commands::{Command, Hold};
use readyroom_core::engine::Input;
use readyroom_core::event::Actor;
use readyroom_core::ids::ConversationId;

impl World {
    /// Counts what became of a key.
    pub(crate) fn notes_key(&mut self, house: usize, unit: &Unit) {
        let home = &self.houses[house];
        match &unit.keyed {
            Keyed::Judged | Keyed::Promised(_) => {}
            Keyed::Again(kept) => {
                let crossed = kept.no <= home.server.opened_behind;
                let over = matches!(&unit.input, Input::Command { command: Command::EnterQueue(enter), .. }
                    if !home.watch.model.conversations.contains_key(&enter.conversation));
                self.count(Fault::Repeated, true);
                self.count(Fault::RepeatedAfterStop, crossed);
                self.count(Fault::RepeatedAfterEnd, over);
            }
            Keyed::Reused => self.count(Fault::KeyReused, true),
        }
    }

    /// A command with a key is on its way and arrives after `latency` milliseconds. It may come again
    /// later, and its key with something else.
    pub(crate) fn asks_again(&mut self, house: usize, latency: i64, by: Actor, command: &Command, key: Key) {
        if self.calm {
            return;
        }
        let latest = if self.setting.small { 60_000 } else { 900_000 };
        if self.dice.chance(40) {
            let later = self.dice.between(1_000, latest) as i64;
            let (command, ticket) = (Box::new(command.clone()), self.ticket());
            self.after(latency + later, house, Happening::Deliver { by, command, ticket, key: Some(key) });
        }
        if self.dice.chance(8) {
            let later = self.dice.between(0, latest) as i64;
            // It concerns nothing, so it is refused should it be judged.
            let other = Hold { conversation: ConversationId::from_u128(self.dice.id()), held: true };
            let (command, ticket) = (Box::new(other.into()), self.ticket());
            self.after(latency + later, house, Happening::Deliver { by, command, ticket, key: Some(key) });
        }
    }
}
