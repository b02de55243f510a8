//! Where things are kept: small numbers inside, ids outside. No order is ever made of slots,
//! because a floor restored from a snapshot numbers them anew.

use rustc_hash::FxHashMap;
use std::hash::Hash;

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            pub(crate) fn at(index: usize) -> Self {
                $name(u32::try_from(index).expect("limits.rs keeps every list below 2^32"))
            }

            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

slots! {
    /// Where an agent is kept.
    AgentSlot;
    /// Where a queue is kept.
    QueueSlot;
    /// Where a membership is kept.
    SeatSlot;
    /// Where a conversation is kept.
    ConversationSlot;
    /// Where a reason is kept.
    ReasonSlot;
}

/// From id to slot. It can be asked, and not walked: a hash has no order worth showing.
#[derive(Clone, Debug)]
pub(super) struct SlotIndex<K>(FxHashMap<K, u32>);

impl<K> Default for SlotIndex<K> {
    fn default() -> Self {
        SlotIndex(FxHashMap::default())
    }
}

impl<K: Hash + Eq> SlotIndex<K> {
    pub(super) fn get(&self, key: K) -> Option<u32> {
        self.0.get(&key).copied()
    }

    pub(super) fn insert(&mut self, key: K, slot: u32) {
        let before = self.0.insert(key, slot);
        assert!(before.is_none(), "an id is given once");
    }

    pub(super) fn remove(&mut self, key: K) {
        let before = self.0.remove(&key);
        assert!(before.is_some(), "what goes was there");
    }
}
