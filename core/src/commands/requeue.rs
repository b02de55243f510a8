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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_conversation_goes_back_at_its_age() {
        check(
            "
            queue help chat
            agent anna in help capacity 1
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  anna accepts
            09:02:00  w2 chats help                -> w2 waits
            09:03:00  bruno arrives                -> w2 offered to bruno
            09:03:01  bruno accepts
            09:04:00  bruno is not ready           -> leaving
            09:05:00  anna requeues w1             -> w1 offered to anna
        ",
        );
    }
}
