//! What a visitor's page is told, by REST and by its stream. Nothing of it names an agent, a queue or a
//! position of the log.

use super::conversation::AuthorKind;
use super::{Instant, words};
use readyroom_channels::chat::Stage;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

/// Where a chat stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChatStanding {
    /// `none` before the first word, `waiting` for an agent, `active` with one, `ended`; the next word begins it anew.
    #[serde(serialize_with = "word")]
    #[schema(schema_with = stage)]
    pub stage: Stage,
    /// The place in the line, from 1, while it waits; not told behind the thousandth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// The first name of the agent who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// A message of a visitor's thread.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatMessage {
    /// Its own, always the same: a message that comes twice is known by it.
    #[schema(example = "ms_7Wn0c2kq5mB1u8aGd3XyZQ")]
    pub id: String,
    /// Who wrote: the visitor is the client.
    pub author: AuthorKind,
    /// The first name of the agent who wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// The chat stands so now. It comes first, and then whenever it changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatState {
    /// `state`.
    #[serde(rename = "type")]
    #[schema(schema_with = state)]
    pub kind: &'static str,
    /// How it stands.
    #[serde(flatten)]
    pub standing: ChatStanding,
}

/// Somebody wrote, or had written before the stream was opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatSaid {
    /// `message`.
    #[serde(rename = "type")]
    #[schema(schema_with = message)]
    pub kind: &'static str,
    /// What.
    #[serde(flatten)]
    pub message: ChatMessage,
}

/// Nothing is missing up to here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatHeartbeat {
    /// `heartbeat`.
    #[serde(rename = "type")]
    #[schema(schema_with = heartbeat)]
    pub kind: &'static str,
    /// The server's time.
    pub server_time: Instant,
}

impl ChatState {
    /// As a message.
    pub fn of(standing: ChatStanding) -> ChatState {
        ChatState { kind: "state", standing }
    }
}

impl ChatSaid {
    /// As a message.
    pub fn of(message: ChatMessage) -> ChatSaid {
        ChatSaid { kind: "message", message }
    }
}

impl ChatHeartbeat {
    /// As a message.
    pub fn at(server_time: Instant) -> ChatHeartbeat {
        ChatHeartbeat { kind: "heartbeat", server_time }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn word<S: Serializer>(stage: &Stage, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(stage.as_str())
}

fn stage() -> Schema {
    words::one_of("where a chat stands", Stage::ALL.map(Stage::as_str))
}

fn state() -> Schema {
    words::one_of("always this", ["state"])
}

fn message() -> Schema {
    words::one_of("always this", ["message"])
}

fn heartbeat() -> Schema {
    words::one_of("always this", ["heartbeat"])
}
