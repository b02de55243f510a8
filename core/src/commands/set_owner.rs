//! A client gets an agent of its own for this conversation, or none.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;

/// Sets the owner of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct SetOwner {
    /// Which.
    pub conversation: ConversationId,
    /// Whose client it is; none: anybody's.
    pub owner: Option<UserId>,
}

impl Decide for SetOwner {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_conversation(self.conversation)?;
        let owner = self.owner.map(|owner| ask.floor.find_agent(owner)).transpose()?;
        let same = ask.floor.conversation(slot).owner == owner;
        let (conversation, owner) = (self.conversation, self.owner);
        Ok(if same { vec![] } else { vec![Event::OwnerSet { conversation, owner }] })
    }
}
