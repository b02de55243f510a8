//! A conversation as the board shows it, and its messages as they come.

use super::{Id, Instant, of, words};
use readyroom_core::event::Pending;
use readyroom_core::floor::facts::{ConversationFacts, StageFacts};
use readyroom_core::ids::*;
use readyroom_views::tables::WrittenBy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A conversation that has not ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationRow {
    /// Which.
    pub id: of::Conversation,
    /// The position of the row's last change.
    pub position: u64,
    /// Whose.
    pub client: of::Client,
    /// How it speaks.
    #[schema(schema_with = words::channel)]
    pub channel: Channel,
    /// Its queue; it stays after an agent took it.
    pub queue: of::Queue,
    /// Where it is.
    pub stage: Stage,
    /// To whom it is offered, who has it, put it aside, or finishes it.
    pub agent: Option<of::Agent>,
    /// By which offer, when it is offered.
    pub offer: Option<of::Offer>,
    /// Until when that stands.
    pub offer_until: Option<Instant>,
    /// Whether the client is on hold.
    pub held: bool,
    /// Higher goes first, 1 to 10.
    pub priority: u8,
    /// Its age.
    pub arrived_at: Instant,
    /// Since when it is in this queue.
    pub queued_at: Instant,
    /// Whose turn it is to write.
    #[schema(schema_with = words::pending)]
    pub pending: Pending,
    /// Its client's own agent.
    pub owner: Option<of::Agent>,
    /// Messages so far.
    pub messages: u32,
}

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In its queue.
    Waiting,
    /// Before an agent.
    Offered,
    /// With an agent.
    Active,
    /// Put aside until the client writes.
    Parked,
    /// Over, and its agent finishes it.
    Wrapping,
    /// Gone from the floor; no row says so.
    Ended,
}

impl From<StageFacts> for Stage {
    fn from(stage: StageFacts) -> Self {
        match stage {
            StageFacts::Waiting => Stage::Waiting,
            StageFacts::Offered { .. } => Stage::Offered,
            StageFacts::Active { .. } => Stage::Active,
            StageFacts::Parked { .. } => Stage::Parked,
            StageFacts::Wrapping { .. } => Stage::Wrapping,
            StageFacts::Ended => Stage::Ended,
        }
    }
}

impl ConversationRow {
    /// The row of a conversation that last changed at this position.
    pub fn new(facts: &ConversationFacts, position: EventNo) -> ConversationRow {
        let (offer, offer_until) = match facts.stage {
            StageFacts::Offered { offer, until, .. } => (Some(Id(offer)), Some(Instant(until))),
            _ => (None, None),
        };
        ConversationRow {
            id: Id(facts.conversation),
            position: position.0,
            client: Id(facts.client),
            channel: facts.channel,
            queue: Id(facts.queue),
            stage: facts.stage.into(),
            agent: agent_of(facts).map(Id),
            offer,
            offer_until,
            held: matches!(facts.stage, StageFacts::Active { held: true, .. }),
            priority: facts.priority,
            arrived_at: Instant(facts.arrived_at),
            queued_at: Instant(facts.queued_at),
            pending: facts.pending,
            owner: facts.owner.map(Id),
            messages: facts.messages,
        }
    }
}

/// The agent whom a conversation concerns at the moment.
pub fn agent_of(facts: &ConversationFacts) -> Option<UserId> {
    match facts.stage {
        StageFacts::Offered { agent, .. }
        | StageFacts::Active { agent, .. }
        | StageFacts::Parked { agent }
        | StageFacts::Wrapping { agent } => Some(agent),
        StageFacts::Waiting | StageFacts::Ended => None,
    }
}

/// A message, as it comes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageRow {
    /// Its position.
    pub position: u64,
    /// In which conversation.
    pub conversation: of::Conversation,
    /// When.
    pub ts: Instant,
    /// Who wrote.
    pub author: WriterKind,
    /// Which agent wrote, or which user made the note; null for a client, or a program's note.
    pub agent: Option<of::Agent>,
    /// What; none when its key is gone, because the person was forgotten.
    pub text: Option<String>,
}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// The client.
    Client,
    /// An agent.
    Agent,
}

/// Who wrote, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriterKind {
    /// The client.
    Client,
    /// An agent, to the client.
    Agent,
    /// Somebody at work, for others at work: the client never sees it.
    Note,
}

impl MessageRow {
    /// The row of a message whose text was opened, or cannot be.
    pub fn new(
        position: EventNo,
        conversation: ConversationId,
        ts: Timestamp,
        writer: WrittenBy,
        text: Option<String>,
    ) -> MessageRow {
        let (author, agent) = match writer {
            WrittenBy::Client => (WriterKind::Client, None),
            WrittenBy::Agent(agent) => (WriterKind::Agent, Some(Id(agent))),
            WrittenBy::Note(user) => (WriterKind::Note, user.map(Id)),
        };
        MessageRow { position: position.0, conversation: Id(conversation), ts: Instant(ts), author, agent, text }
    }
}
