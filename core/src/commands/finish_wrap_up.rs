//! A wrap-up is finished early, or, when it was begun by hand, at all.

use super::{Ask, Decide, Decision};
use crate::event::{Event, WrapUpOutcome};
use crate::ids::*;
use crate::refusal::Refusal;

/// Ends a wrap-up.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishWrapUp {
    /// Who is in it.
    pub agent: UserId,
    /// After which conversation; none: the one by hand.
    pub conversation: Option<ConversationId>,
}

impl Decide for FinishWrapUp {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let agent = ask.floor.agent(ask.for_agent(self.agent)?);
        if !agent.wrap_ups.iter().any(|wrap| wrap.conversation == self.conversation) {
            return Err(Refusal::NoWrapUp { agent: self.agent });
        }
        let (agent, conversation) = (self.agent, self.conversation);
        Ok(vec![Event::WrapUpEnded { agent, conversation, outcome: WrapUpOutcome::Finished }])
    }
}
