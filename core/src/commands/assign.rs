//! A supervisor gives a conversation to an agent (G-25), from wherever it is.

use super::transfer::{hand_to, may_move};
use super::{Ask, Decide, Decision};
use crate::event::WorkOutcome;
use crate::ids::*;

/// Assigns a conversation by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// Which.
    pub conversation: ConversationId,
    /// To whom.
    pub agent: UserId,
}

impl Decide for Assign {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_conversation(self.conversation)?;
        let holder = may_move(ask, ask.floor.conversation(slot))?;
        hand_to(ask, slot, self.agent, holder, WorkOutcome::Reassigned)
    }
}
