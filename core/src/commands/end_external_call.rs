//! A call that no queue gave is over; the agent is what it was before.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;

/// Tells that such a call ended.
#[derive(Clone, Debug, PartialEq)]
pub struct EndExternalCall {
    /// Who was on it.
    pub agent: UserId,
    /// Which.
    pub call: CallId,
}

impl Decide for EndExternalCall {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_devices_of(self.agent)?;
        if !ask.floor.agent(slot).external_calls.contains(&self.call) {
            return Err(Refusal::UnknownCall { call: self.call });
        }
        Ok(vec![Event::ExternalCallEnded { agent: self.agent, call: self.call }])
    }
}
