//! `message`: what was written in each thread, one row for each message and each note.
//!
//! The text is sealed here, for a view has no key. Whoever stores the row opens it, and leaves the
//! row out when the key is gone: so rows made anew are those that forgetting left.

use super::{Cell, Column, Row, Step, Table};
use readyroom_core::event::{Actor, Author, Event, Sealed};
use readyroom_core::ids::{ConversationId, EventNo, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Who wrote, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenBy {
    /// The client, to the agents.
    Client,
    /// An agent, to the client.
    Agent(UserId),
    /// Somebody at work, to others at work: the client never sees it. None: a program.
    Note(Option<UserId>),
}

impl WrittenBy {
    /// Who wrote what an event records; none when it records nothing written.
    pub fn of(event: &Event, by: Actor) -> Option<(ConversationId, WrittenBy, &Sealed)> {
        match event {
            Event::MessageRecorded { conversation, author, body } => Some((*conversation, (*author).into(), body)),
            Event::NoteRecorded { conversation, body } => {
                let author = match by {
                    Actor::Agent(user) | Actor::Supervisor(user) => Some(user),
                    _ => None,
                };
                Some((*conversation, WrittenBy::Note(author), body))
            }
            _ => None,
        }
    }

    /// Who said it to whom in the thread; none of a note.
    pub fn said(self) -> Option<Author> {
        match self {
            WrittenBy::Client => Some(Author::Client),
            WrittenBy::Agent(agent) => Some(Author::Agent(agent)),
            WrittenBy::Note(_) => None,
        }
    }
}

impl From<Author> for WrittenBy {
    fn from(author: Author) -> WrittenBy {
        match author {
            Author::Client => WrittenBy::Client,
            Author::Agent(agent) => WrittenBy::Agent(agent),
        }
    }
}

/// Somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Counted from 1 without a gap.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// The event that recorded it.
    pub position: EventNo,
    /// In which thread.
    pub conversation: ConversationId,
    /// Who wrote.
    pub author: WrittenBy,
    /// What.
    pub text: Sealed,
}

/// The fold, which remembers how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    seq: u64,
}

impl Table for Messages {
    const NAME: &'static str = "message";
    const VERSION: u32 = 1;
    const COLUMNS: &'static [Column] = &[
        Column::SEQ,
        Column::int("ts", "epoch milliseconds"),
        Column::int("position", "number of the event that recorded it"),
        Column::text("conversation_id", "the thread"),
        Column::text("author", "client, agent or note"),
        Column::text("author_id", "the agent who wrote, or the user who noted").or_null(),
        Column::text("key_id", "the key that opens the text"),
        Column::sealed("text", "what was written"),
    ];
    type Row = Message;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<Message>) {
        if let Some((conversation, author, body)) = WrittenBy::of(step.event, step.by) {
            self.seq += 1;
            out.push(Message {
                seq: self.seq,
                ts: step.ts,
                position: step.no,
                conversation,
                author,
                text: body.clone(),
            });
        }
    }
}

impl Row for Message {
    fn cells(&self) -> Vec<Cell> {
        let (author, author_id) = match self.author {
            WrittenBy::Client => ("client", None),
            WrittenBy::Agent(agent) => ("agent", Some(agent)),
            WrittenBy::Note(user) => ("note", user),
        };
        vec![
            Cell::count(self.seq),
            self.ts.into(),
            Cell::count(self.position.0),
            Cell::text(self.conversation),
            Cell::word(author),
            Cell::text_or_null(author_id),
            Cell::text(self.text.key),
            Cell::Sealed(self.text.clone()),
        ]
    }
}
