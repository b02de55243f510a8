//! An agent begins a wrap-up by hand (M-24); it ends by hand too.

use super::{Ask, Decide, Decision};
use crate::event::{Event, Status};
use crate::ids::*;
use crate::refusal::Refusal;

/// Begins a wrap-up without a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct StartWrapUp {
    /// Who.
    pub agent: UserId,
}

impl Decide for StartWrapUp {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let agent = ask.floor.agent(ask.for_agent(self.agent)?);
        if agent.status == Status::Offline {
            return Err(Refusal::NotLoggedIn { agent: self.agent });
        }
        let in_one = agent.wrap_ups.iter().any(|wrap| wrap.conversation.is_none());
        Ok(if in_one { vec![] } else { vec![Event::WrapUpStarted { agent: self.agent }] })
    }
}
