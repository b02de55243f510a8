//! `message`: what was written in each thread, one row for each message.
//!
//! The text is sealed here, for a view has no key. Whoever stores the row opens it, and leaves the
//! row out when the key is gone: so rows made anew are those that forgetting left.

use super::{Cell, Column, Row, Step, Table};
use readyroom_core::event::{Author, Event, Sealed};
use readyroom_core::ids::{ConversationId, EventNo, Timestamp};
use serde::{Deserialize, Serialize};

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
    pub author: Author,
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
        Column::text("author", "client or agent"),
        Column::text("author_id", "the agent, where one wrote").or_null(),
        Column::text("key_id", "the key that opens the text"),
        Column::sealed("text", "what was written"),
    ];
    type Row = Message;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<Message>) {
        if let Event::MessageRecorded { conversation, author, body } = step.event {
            self.seq += 1;
            out.push(Message {
                seq: self.seq,
                ts: step.ts,
                position: step.no,
                conversation: *conversation,
                author: *author,
                text: body.clone(),
            });
        }
    }
}

impl Row for Message {
    fn cells(&self) -> Vec<Cell> {
        let (author, author_id) = match self.author {
            Author::Client => ("client", None),
            Author::Agent(agent) => ("agent", Some(agent)),
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
