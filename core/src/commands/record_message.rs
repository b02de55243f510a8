//! Somebody writes in a thread. The floor only counts, and notes whose turn it is. A client who
//! writes in a thread that was put aside is routed again.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Actor, Author, Event, QueueCause, Sealed};
use crate::floor::conversation::Stage;
use crate::ids::*;
use crate::refusal::Refusal;

/// Records a message.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordMessage {
    /// In which thread.
    pub conversation: ConversationId,
    /// Who wrote.
    pub author: Author,
    /// What, sealed.
    pub body: Sealed,
}

impl Decide for RecordMessage {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        valid::sealed(&self.body)?;
        let conversation = self.conversation;
        let thread = ask.floor.conversation(ask.floor.find_conversation(conversation)?);
        let recorded = Event::MessageRecorded { conversation, author: self.author, body: self.body.clone() };
        match (self.author, thread.stage) {
            (_, Stage::Wrapping { .. }) => Err(Refusal::AlreadyEnded { conversation }),
            (Author::Client, _) if matches!(ask.by, Actor::Agent(_) | Actor::Supervisor(_)) => Err(Refusal::NotYours),
            (Author::Client, Stage::Parked { .. }) => {
                let queue = ask.floor.queue(thread.queue).id;
                Ok(vec![recorded, Event::Queued { conversation, queue, since: ask.now, cause: QueueCause::ClientWrote }])
            }
            (Author::Client, _) => Ok(vec![recorded]),
            (Author::Agent(author), Stage::Active { agent, .. }) => {
                ask.for_agent(author)?;
                if ask.floor.agent(agent).id == author { Ok(vec![recorded]) } else { Err(Refusal::NotYours) }
            }
            (Author::Agent(_), _) => Err(Refusal::NotActive { conversation }),
        }
    }
}
