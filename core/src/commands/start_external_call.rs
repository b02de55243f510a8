//! An agent is on a call that no queue gave: direct, outbound, consult (S-17).

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;

/// Tells that such a call began.
#[derive(Clone, Debug, PartialEq)]
pub struct StartExternalCall {
    /// Who is on it.
    pub agent: UserId,
    /// Which.
    pub call: CallId,
}

impl Decide for StartExternalCall {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let calls = &ask.floor.agent(ask.for_devices_of(self.agent)?).external_calls;
        if calls.contains(&self.call) {
            return Ok(vec![]);
        }
        valid::below("external calls of an agent", calls.len(), limits::EXTERNAL_CALLS_PER_AGENT_MAX)?;
        Ok(vec![Event::ExternalCallStarted { agent: self.agent, call: self.call }])
    }
}
