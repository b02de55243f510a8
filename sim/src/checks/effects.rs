//! 24, for channels: what was desired in passing adds up to what the floor desires now.

use crate::invariant::{Held, hold};
use crate::model::Model;
use readyroom_core::effect::Effect;
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use std::collections::BTreeMap;

/// What rings and who is connected, as a channel would keep it.
#[derive(Default)]
pub(crate) struct Levels {
    rings: BTreeMap<OfferId, Effect>,
    connected: BTreeMap<ConversationId, Effect>,
}

impl Levels {
    pub(crate) fn take(&mut self, effects: &[Effect]) {
        for &effect in effects {
            match effect {
                Effect::Ring { offer, .. } => drop(self.rings.insert(offer, effect)),
                Effect::StopRinging { offer, .. } => drop(self.rings.remove(&offer)),
                Effect::Connect { conversation, .. } => {
                    self.stop_ringing(conversation);
                    self.connected.insert(conversation, effect);
                }
                Effect::Part { conversation, .. } | Effect::Close { conversation } => {
                    self.connected.remove(&conversation);
                }
            }
        }
    }

    fn stop_ringing(&mut self, taken: ConversationId) {
        self.rings.retain(|_, ring| !matches!(ring, Effect::Ring { conversation, .. } if *conversation == taken));
    }

    pub(crate) fn start_from(&mut self, desired: &[Effect]) {
        *self = Levels::default();
        self.take(desired);
    }

    pub(crate) fn are_desired(&self, m: &Model, floor: &Floor) -> Held {
        let mut kept: Vec<_> = self.rings.values().chain(self.connected.values()).copied().collect();
        kept.sort();
        let desired = floor.desired();
        hold!(24, m.now, kept == desired, "the channels keep {kept:?}, and the floor desires {desired:?}");
        Ok(())
    }
}
