//! An agent is called, or calls, beside the queues.

use super::Fault;
use crate::world::World;
use readyroom_core::ids::CallId;

impl World {
    /// A call beside the queues, and how long it takes, milliseconds.
    pub(crate) fn external_call(&mut self) -> (CallId, i64) {
        self.count(Fault::ExternalCall, true);
        (CallId::from_u128(self.dice.id()), self.dice.between(2_000, 150_000) as i64)
    }
}
