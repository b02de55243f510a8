//! A wrap-up needs more time.

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;
use crate::refusal::Refusal;

/// Extends the wrap-up of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtendWrapUp {
    /// Who is in it.
    pub agent: UserId,
    /// After which conversation.
    pub conversation: ConversationId,
    /// By how much, milliseconds; it then still ends within the longest wrap-up from now.
    pub by_ms: u64,
}

impl Decide for ExtendWrapUp {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let agent = ask.floor.agent(ask.for_agent(self.agent)?);
        let (of_this, refusal) = (Some(self.conversation), Refusal::NoWrapUp { agent: self.agent });
        let wrap = agent.wrap_ups.iter().find(|wrap| wrap.conversation == of_this).ok_or(refusal)?;
        let until = wrap.until.expect("the wrap-up of a conversation has an end").plus_ms(self.by_ms);
        valid::within("by_ms", self.by_ms, &(1..=*limits::WRAP_UP_MS.end()))?;
        valid::within("by_ms", until.ms_since(ask.now), &limits::WRAP_UP_MS)?;
        Ok(vec![Event::WrapUpExtended { agent: self.agent, conversation: self.conversation, until }])
    }
}
