//! A supervisor changes the priority of a conversation; its age stays.

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;

/// Sets the priority of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct SetPriority {
    /// Which.
    pub conversation: ConversationId,
    /// 1 to 10, higher first.
    pub priority: u8,
}

impl Decide for SetPriority {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_conversation(self.conversation)?;
        valid::within("priority", self.priority, &limits::PRIORITY)?;
        let same = ask.floor.conversation(slot).priority == self.priority;
        let (conversation, priority) = (self.conversation, self.priority);
        Ok(if same { vec![] } else { vec![Event::PrioritySet { conversation, priority }] })
    }
}
