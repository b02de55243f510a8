//! An agent gives a conversation back to its queue, at its age.

use super::transfer::{let_go, may_move};
use super::{Ask, Decide, Decision};
use crate::event::{Event, QueueCause, WorkOutcome};
use crate::ids::*;
use crate::refusal::Refusal;

/// Sends a conversation back to its queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Requeue {
    /// Which.
    pub conversation: ConversationId,
}

impl Decide for Requeue {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let conversation = ask.floor.conversation(ask.floor.find_conversation(self.conversation)?);
        if may_move(ask, conversation)?.is_none() {
            return Err(Refusal::NotActive { conversation: self.conversation });
        }
        let queue = ask.floor.queue(conversation.queue).id;
        let mut events = let_go(ask, conversation, WorkOutcome::Requeued);
        let (conversation, cause) = (self.conversation, QueueCause::Requeued);
        events.push(Event::Queued { conversation, queue, since: ask.now, cause });
        Ok(events)
    }
}
