//! Somebody at work notes something in a conversation for those who come after. Its client never sees it, and it
//! is nobody's turn to answer.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Event, Sealed};
use crate::ids::*;
use crate::refusal::Refusal;

/// Records a note. Whoever has the conversation may, also while wrapping up, and a supervisor.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordNote {
    /// In which conversation.
    pub conversation: ConversationId,
    /// What, sealed.
    pub body: Sealed,
}

impl Decide for RecordNote {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let conversation = ask.floor.conversation(ask.floor.find_conversation(self.conversation)?);
        match conversation.stage.holder().filter(|_| conversation.offer().is_none()) {
            Some(holder) => drop(ask.for_agent(ask.floor.agent(holder).id)?),
            None => ask.supervisor_only()?,
        }
        Ok(vec![recorded(self.conversation, &self.body)?])
    }
}

/// The fact, if the text is not too long.
pub(super) fn recorded(conversation: ConversationId, body: &Sealed) -> Result<Event, Refusal> {
    valid::sealed(body)?;
    Ok(Event::NoteRecorded { conversation, body: body.clone() })
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn whoever_has_a_conversation_notes_in_it_and_nobody_else() {
        check(
            "
            queue help chat wrap 10
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  anna notes in w1             -> refused supervisor_only
            09:01:02  boss notes in w1             -> noted
            09:01:03  anna accepts
            09:01:04  anna notes in w1             -> noted
            09:01:05  bruno notes in w1            -> refused not_yours
            09:01:06  w1 ends                      -> anna wrapping
            09:01:07  anna notes in w1             -> noted
        ",
        );
    }

    #[test]
    fn a_note_goes_with_a_transfer_or_not_at_all() {
        check(
            "
            queue help chat
            queue sales chat
            agent anna in help
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  anna accepts
            09:01:02  anna hands w1 to queue sales noting   -> w1 waits in sales, noted
            09:01:03  anna hands w1 to queue help noting    -> refused supervisor_only, nothing noted
        ",
        );
    }
}
