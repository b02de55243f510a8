//! The messages of the live stream, as their schemas tell them. What the server sends is assembled in
//! `publisher/frames.rs` from rows that are encoded already, and is as it stands here.

use super::agent::{AgentEventRow, AgentRow};
use super::conversation::{ConversationRow, MessageRow};
use super::queue::QueueRow;
use super::{Instant, of, words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

/// What a client may say: `subscribe`, with `since` or without, or `bye`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What about: `agents`, `queues`, `agent_events`, `conversations`, and `conversation:cv_…` for one of
    /// them with its messages. It replaces what was subscribed to before.
    #[schema(min_items = 1, max_items = 100, example = json!(["agents", "queues", "agent_events"]))]
    pub subscribe: Option<Vec<String>>,
    /// The `at` of the last message that was taken in, by one who comes again with the same topics.
    pub since: Option<u64>,
    /// The page is left for good: the stream is no longer its user's console link. Always `true`.
    pub bye: Option<bool>,
}

/// The rows of everything that was subscribed to, as they are at a position.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Snapshot {
    /// `snapshot`.
    #[serde(rename = "type")]
    #[schema(schema_with = snapshot)]
    pub kind: &'static str,
    /// The position to which this brings its receiver.
    pub at: u64,
    /// The server's time.
    pub server_time: Instant,
    /// Which list of a row's `allowed` is meant for the receiver.
    #[schema(schema_with = viewer)]
    pub viewer: &'static str,
    /// The agents in scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentRow>,
    /// The queues in scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueRow>,
    /// The conversations in scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conversations: Vec<ConversationRow>,
    /// Another message of the same snapshot follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
}

/// What changed since the message before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Frame {
    /// `frame`.
    #[serde(rename = "type")]
    #[schema(schema_with = frame)]
    pub kind: &'static str,
    /// The position to which this brings its receiver.
    pub at: u64,
    /// Rows that are new or are others now, whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub put: Vec<Put>,
    /// Rows that are gone, or are no longer in scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<Gone>,
    /// Every row that the agents' history got, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<AgentEventRow>,
    /// Messages of the conversations that were subscribed to one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageRow>,
}

/// A row, under its kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Put {
    /// An agent.
    Agent(Box<AgentRow>),
    /// A queue.
    Queue(QueueRow),
    /// A conversation.
    Conversation(ConversationRow),
}

/// The id of a row, under its kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// A queue.
    Queue(of::Queue),
    /// A conversation.
    Conversation(of::Conversation),
}

/// Nothing is missing up to here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Heartbeat {
    /// `heartbeat`.
    #[serde(rename = "type")]
    #[schema(schema_with = heartbeat)]
    pub kind: &'static str,
    /// The position.
    pub at: u64,
    /// The server's time.
    pub server_time: Instant,
}

/// The receiver's position is of no use; a snapshot follows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resync {
    /// `resync`.
    #[serde(rename = "type")]
    #[schema(schema_with = resync)]
    pub kind: &'static str,
    /// The position.
    pub at: u64,
    /// Why.
    #[schema(schema_with = resync_reason)]
    pub reason: &'static str,
}

/// Nothing follows; the connection is closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct End {
    /// `end`.
    #[serde(rename = "type")]
    #[schema(schema_with = end)]
    pub kind: &'static str,
    /// The position to which all that came before brings its receiver; none when nothing was subscribed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// Why.
    #[schema(schema_with = end_reason)]
    pub reason: &'static str,
}

/// What the client said makes no sense, or cannot be done. It changes nothing, and the stream goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Mistake {
    /// `error`.
    #[serde(rename = "type")]
    #[schema(schema_with = mistake)]
    pub kind: &'static str,
    /// What programs read. It never changes.
    #[schema(example = "invalid")]
    pub code: String,
    /// What was wrong, where, and what to do.
    pub detail: String,
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The receiver fell behind. It may come again with the `at` of the end as `since`.
    SlowConsumer,
    /// What the receiver may see is no longer the same. It may come again, without `since`.
    ScopeChanged,
    /// The server goes, or opens the account anew. It may come again with `since`.
    Shutdown,
    /// The session was ended, or was too old.
    SessionEnded,
    /// The key was revoked, or has expired.
    KeyRevoked,
    /// Nothing was subscribed to in time.
    NotSubscribed,
    /// The client made too many mistakes.
    TooManyErrors,
    /// The client said too much.
    TooManyMessages,
    /// The client answered no ping. It may come again with `since`.
    NoPong,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 9] = [
        Reason::SlowConsumer,
        Reason::ScopeChanged,
        Reason::Shutdown,
        Reason::SessionEnded,
        Reason::KeyRevoked,
        Reason::NotSubscribed,
        Reason::TooManyErrors,
        Reason::TooManyMessages,
        Reason::NoPong,
    ];

    /// What the `end` message calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::SlowConsumer => "slow_consumer",
            Reason::ScopeChanged => "scope_changed",
            Reason::Shutdown => "shutdown",
            Reason::SessionEnded => "session_ended",
            Reason::KeyRevoked => "key_revoked",
            Reason::NotSubscribed => "not_subscribed",
            Reason::TooManyErrors => "too_many_errors",
            Reason::TooManyMessages => "too_many_messages",
            Reason::NoPong => "no_pong",
        }
    }

    /// The code with which the WebSocket is closed (RFC 6455; those from 4000 on are ours).
    pub const fn close_code(self) -> u16 {
        match self {
            Reason::SlowConsumer => 1013,
            Reason::Shutdown => 1001,
            Reason::SessionEnded | Reason::KeyRevoked => 4401,
            Reason::NotSubscribed | Reason::TooManyErrors | Reason::TooManyMessages | Reason::NoPong => 1008,
            Reason::ScopeChanged => 4409,
        }
    }
}

fn snapshot() -> Schema {
    words::one_of("always this", ["snapshot"])
}

fn frame() -> Schema {
    words::one_of("always this", ["frame"])
}

fn heartbeat() -> Schema {
    words::one_of("always this", ["heartbeat"])
}

fn resync() -> Schema {
    words::one_of("always this", ["resync"])
}

fn end() -> Schema {
    words::one_of("always this", ["end"])
}

fn mistake() -> Schema {
    words::one_of("always this", ["error"])
}

fn viewer() -> Schema {
    words::one_of("which list of `allowed` is the receiver's", ["self", "supervisor"])
}

fn resync_reason() -> Schema {
    words::one_of("why", ["position_gone", "position_not_reached", "scope_changed"])
}

fn end_reason() -> Schema {
    words::one_of("why", Reason::ALL.map(Reason::as_str))
}
