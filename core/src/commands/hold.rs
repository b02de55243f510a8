//! A caller is put on hold, and taken off it.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::floor::conversation::Stage;
use crate::ids::*;
use crate::refusal::Refusal;

/// Holds a call, or takes it up again.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Which.
    pub conversation: ConversationId,
    /// On hold, or not.
    pub held: bool,
}

impl Decide for Hold {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let (conversation, slot) = (self.conversation, ask.floor.find_conversation(self.conversation)?);
        let call = ask.floor.conversation(slot);
        let Stage::Active { agent, held, .. } = call.stage else { return Err(Refusal::NotActive { conversation }) };
        let agent = ask.floor.agent(agent).id;
        ask.for_devices_of(agent)?;
        if call.channel != Channel::Voice {
            return Err(Refusal::NotACall { conversation });
        }
        Ok(if held == self.held { vec![] } else { vec![Event::HoldSet { conversation, agent, held: self.held }] })
    }
}
