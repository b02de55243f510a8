//! Every alarm that is set: an absolute instant and its owner. They are state, so a restart keeps them.

use crate::ids::*;
use std::collections::BTreeSet;

/// What happens at a deadline. Named by ids, so that those of one instant keep their order
/// through a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deadline {
    /// An offer runs out.
    Offer(OfferId),
    /// A wrap-up ends.
    WrapUp(UserId, ConversationId),
    /// A device's lease ends.
    Lease(UserId, DeviceId),
}

/// The alarms, earliest first.
#[derive(Clone, Debug, Default)]
pub struct Deadlines(BTreeSet<(Timestamp, Deadline)>);

impl Deadlines {
    /// The earliest.
    pub fn first(&self) -> Option<(Timestamp, Deadline)> {
        self.0.first().copied()
    }

    /// How many are set.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, Deadline)> {
        self.0.iter().copied()
    }

    pub(crate) fn set(&mut self, at: Timestamp, what: Deadline) {
        self.0.insert((at, what));
    }

    pub(crate) fn clear(&mut self, at: Timestamp, what: Deadline) {
        let was_set = self.0.remove(&(at, what));
        assert!(was_set, "an alarm is cleared by its owner, once: {what:?} at {at:?}");
    }
}
