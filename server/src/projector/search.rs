//! Messages as they are read: of one thread, of one client, or found by a part of their text.

use super::error::ReadError;
use super::reader::{LIMIT_MAX, Reader, of_text};
use readyroom_core::ids::{ClientId, ConversationId, EventNo, KeyId, Timestamp};
use readyroom_views::tables::WrittenBy;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

/// The longest text that is searched for.
pub const CHARS_MAX: usize = 256;
/// The shortest, for the index knows three characters at a time.
const CHARS_MIN: usize = 3;

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number of its row.
    pub seq: u64,
    /// When it was written.
    pub ts: Timestamp,
    /// The event that recorded it.
    pub position: EventNo,
    /// The thread.
    pub conversation: ConversationId,
    /// Who wrote it.
    pub author: WrittenBy,
    /// What.
    pub text: String,
}

impl Reader {
    /// Messages of a thread behind row `after`, oldest first; at most 10,000.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn messages(&self, conversation: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>, ReadError> {
        let sql =
            format!("SELECT {COLUMNS} FROM message WHERE conversation_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
        self.with(|conn| {
            let bound = params![conversation.to_string(), after.cast_signed(), limit.min(LIMIT_MAX) as i64];
            conn.prepare_cached(&sql)?.query_map(bound, message)?.collect()
        })
    }

    /// The newest messages that these keys sealed, oldest first: with the keys of a client, what was said in
    /// all its threads, without what others noted about it. At most 10,000.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn messages_under(&self, keys: &[KeyId], limit: usize) -> Result<Vec<Message>, ReadError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM message WHERE key_id IN (SELECT value FROM json_each(?1)) AND author <> 'note'
             ORDER BY seq DESC LIMIT ?2"
        );
        let keys: Vec<String> = keys.iter().map(KeyId::to_string).collect();
        let keys = serde_json::to_string(&keys).expect("ids are text");
        let mut newest: Vec<Message> = self.with(|conn| {
            conn.prepare_cached(&sql)?.query_map(params![keys, limit.min(LIMIT_MAX) as i64], message)?.collect()
        })?;
        newest.reverse();
        Ok(newest)
    }

    /// The last message of the client in this conversation at or before a position.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn said_by_client(&self, conversation: ConversationId, upto: EventNo) -> Result<Option<Message>, ReadError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM message WHERE conversation_id = ?1 AND author = 'client' AND position <= ?2
             ORDER BY seq DESC LIMIT 1"
        );
        self.with(|conn| {
            let bound = params![conversation.to_string(), upto.0.cast_signed()];
            conn.prepare_cached(&sql)?.query_row(bound, message).optional()
        })
    }

    /// Messages that contain this text, whatever the case of its letters, newest first; only those
    /// before row `before`, if it is given, and at most 10,000.
    ///
    /// # Errors
    /// [`ReadError::SearchLength`], or [`ReadError::Store`].
    pub fn search(&self, text: &str, limit: usize, before: Option<u64>) -> Result<Vec<Message>, ReadError> {
        let text = text.trim();
        let found = text.chars().count();
        if !(CHARS_MIN..=CHARS_MAX).contains(&found) {
            return Err(ReadError::SearchLength { found });
        }
        let phrase = format!("\"{}\"", text.replace('"', "\"\""));
        let sql = format!(
            "SELECT {COLUMNS} FROM message WHERE seq IN (
                SELECT rowid FROM message_fts WHERE message_fts MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3
             ) ORDER BY seq DESC"
        );
        self.with(|conn| {
            let before = before.map_or(i64::MAX, u64::cast_signed);
            let bound = params![phrase, before, limit.min(LIMIT_MAX) as i64];
            conn.prepare_cached(&sql)?.query_map(bound, message)?.collect()
        })
    }

    /// What was last written down of a client.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn client(&self, client: ClientId) -> Result<Option<String>, ReadError> {
        self.with(|conn| {
            conn.prepare_cached("SELECT about FROM client WHERE client_id = ?1 ORDER BY seq DESC LIMIT 1")?
                .query_row([client.to_string()], |row| row.get(0))
                .optional()
        })
    }
}

const COLUMNS: &str = "seq, ts, position, conversation_id, author, author_id, text";

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let (author, user): (String, Option<String>) = (row.get(4)?, row.get(5)?);
    let user = user.map(|_| of_text(row, 5)).transpose()?;
    Ok(Message {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        ts: Timestamp(row.get(1)?),
        position: EventNo(row.get::<_, i64>(2)?.cast_unsigned()),
        conversation: of_text(row, 3)?,
        author: match (author.as_str(), user) {
            ("client", None) => WrittenBy::Client,
            ("agent", Some(agent)) => WrittenBy::Agent(agent),
            ("note", user) => WrittenBy::Note(user),
            _ => return Err(rusqlite::Error::InvalidColumnType(4, author, Type::Text)),
        },
        text: row.get(6)?,
    })
}
