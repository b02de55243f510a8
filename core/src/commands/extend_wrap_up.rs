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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_wrap_up_can_be_longer_and_shorter() {
        check(
            "
            queue sales voice wrap 10
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts
            09:02:00  w1 ends                      -> wrapping, w1 finished by anna
            09:02:05  anna extends w1 by 20        -> wrapping
            09:02:29                               -> wrapping
            09:02:30                               -> waiting, w1 gone
            09:03:00  anna wraps up                -> wrapping, unready
            09:09:00  anna finishes wrap-up        -> ready, idle since 09:09:00
        ",
        );
    }
}
