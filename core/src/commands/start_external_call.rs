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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_direct_call_keeps_offers_away_and_leaves_no_trace() {
        check(
            "
            queue sales voice
            agent anna in sales
            09:00:00  anna arrives                 -> ready
            09:01:00  anna begins a direct call    -> available, unready
            09:02:00  w1 calls sales               -> w1 waits
            09:03:00  anna ends the direct call    -> w1 offered to anna, available
        ",
        );
    }

    #[test]
    fn it_does_not_end_an_offer_that_is_out() {
        check(
            "
            queue sales voice ring 20
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:05  anna begins a direct call    -> w1 offered to anna
            09:01:20                               -> w1 waits, 1 miss
        ",
        );
    }
}
