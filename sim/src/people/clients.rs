//! Clients: they call and write, wait for as long as they can, hang up at every stage, come back.

use super::Caller;
use crate::world::{Happening, World};
use readyroom_core::commands::*;
use readyroom_core::effect::Effect;
use readyroom_core::event::*;
use readyroom_core::ids::*;

impl World {
    /// Somebody new calls or writes.
    pub(crate) fn client_comes(&mut self, house: usize) {
        let gap = self.setting.arrival_gap_ms * self.houses.len() as u64;
        let next = self.dice.between(gap / 10, gap * 2 - gap / 10) as i64;
        self.after(next, house, Happening::ClientComes);
        let home = &self.houses[house];
        let queues: Vec<_> = home.queues.iter().map(|(id, channels)| (*id, *channels)).collect();
        let Some((queue, channels)) = self.dice.pick(&queues) else { return };
        let channels: Vec<_> = channels.iter().collect();
        let Some(channel) = self.dice.pick(&channels) else { return };
        let clients = home.clients.clone();
        let Some(client) = self.dice.pick(&clients) else { return };
        let conversation = ConversationId::from_u128(self.dice.id());
        let skills = if self.dice.chance(120) {
            let known = self.houses[house].skills.clone();
            let level = self.dice.between(1, 4) as u8;
            self.dice.pick(&known).map(|skill| SkillLevel { skill, level }).into_iter().collect()
        } else {
            Vec::new()
        };
        let priority = self.dice.chance(150).then(|| self.dice.between(1, 10) as u8);
        let owner = if self.dice.chance(90) {
            let who = self.dice.below(self.houses[house].agents.len());
            Some(self.houses[house].agents[who].id)
        } else {
            None
        };
        let arrived_at =
            self.dice.chance(40).then(|| Timestamp(self.clock().0 - self.dice.between(1_000, 300_000) as i64));
        let messages_left = self.dice.between(1, 5) as u32;
        let caller = Caller { channel, connected: false, gone: false, messages_left };
        self.houses[house].callers.insert(conversation, caller);
        let enter = EnterQueue { conversation, client, channel, queue, skills, priority, owner, arrived_at };
        self.send(house, Actor::Signalling, enter.into());
        let patience = self.dice.between(8_000, if channel == Channel::Voice { 150_000 } else { 400_000 }) as i64;
        self.after(patience, house, Happening::Client(conversation));
        if channel == Channel::Chat {
            let write = self.dice.between(3_000, 40_000) as i64;
            self.after(write, house, Happening::ClientWrites(conversation));
        }
    }

    /// The patience of a client, or its conversation, comes to an end.
    pub(crate) fn client_ticks(&mut self, house: usize, id: ConversationId) {
        let Some(caller) = self.houses[house].callers.get(&id) else { return };
        // A client in good hands mostly lets the agent end it.
        if caller.connected && !caller.gone && !self.calm && self.dice.chance(500) {
            let later = self.dice.between(20_000, 120_000) as i64;
            self.after(later, house, Happening::Client(id));
            return;
        }
        if let Some(caller) = self.houses[house].callers.get_mut(&id) {
            caller.gone = true;
        }
        let by = if self.dice.chance(500) { Actor::Client } else { Actor::Signalling };
        self.send(house, by, EndConversation { conversation: id }.into());
        self.after(7_000, house, Happening::Client(id));
    }

    pub(crate) fn client_writes(&mut self, house: usize, id: ConversationId) {
        let Some(caller) = self.houses[house].callers.get_mut(&id) else { return };
        if caller.gone || caller.messages_left == 0 {
            return;
        }
        caller.messages_left -= 1;
        let body = self.text();
        self.send(house, Actor::Client, RecordMessage { conversation: id, author: Author::Client, body }.into());
        let next = self.dice.between(10_000, 120_000) as i64;
        self.after(next, house, Happening::ClientWrites(id));
    }

    /// A client notices that it is connected, put back, or cut off.
    pub(crate) fn client_sees(&mut self, house: usize, effect: Effect) {
        match effect {
            Effect::Connect { conversation, .. } => {
                if let Some(caller) = self.houses[house].callers.get_mut(&conversation) {
                    caller.connected = true;
                }
            }
            Effect::Part { conversation, .. } => {
                if let Some(caller) = self.houses[house].callers.get_mut(&conversation) {
                    caller.connected = false;
                }
            }
            Effect::Close { conversation } => drop(self.houses[house].callers.remove(&conversation)),
            Effect::Ring { .. } | Effect::StopRinging { .. } => {}
        }
    }
}
