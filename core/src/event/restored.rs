//! A snapshot is a short log: these are its facts, and their fold from nothing is the state.

use super::{DeviceKind, OfferKind, Pending, SkillLevel, Status, StatusCause};
use crate::ids::*;
use crate::settings::*;
use serde::{Deserialize, Serialize};

/// The account itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredAccount {
    pub general: QueueId,
    /// Events so far; the next gets the number after it.
    pub events: EventNo,
    /// When the last of them happened.
    pub at: Timestamp,
    /// Offers made so far: ids are counted.
    pub offers_made: u64,
}

/// A skill and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredSkill {
    pub skill: SkillId,
    pub name: String,
}

/// A queue. What waits in it restores itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredQueue {
    pub queue: QueueId,
    pub settings: QueueSettings,
}

/// A device. Its lease starts afresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredDevice {
    pub device: DeviceId,
    pub kind: DeviceKind,
    pub live: bool,
    pub ttl_ms: Option<u64>,
}

/// A wish to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredLeaving {
    pub to: Status,
    pub reason: Option<ReasonCode>,
    pub cause: StatusCause,
}

/// An agent without its memberships and work, which restore themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredAgent {
    pub agent: UserId,
    pub settings: AgentSettings,
    pub active: bool,
    pub skills: Vec<SkillLevel>,
    pub status: Status,
    pub reason: Option<ReasonCode>,
    pub out_only: bool,
    pub leaving: Option<RestoredLeaving>,
    pub devices: Vec<RestoredDevice>,
    pub external_calls: Vec<CallId>,
    pub misses: u8,
    pub missed_at: Option<Timestamp>,
    pub status_since: Timestamp,
    pub idle_since: Timestamp,
    pub unreachable_from: Option<Timestamp>,
    pub logged_in_at: Option<Timestamp>,
    pub logged_out_at: Option<Timestamp>,
}

/// A membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredMembership {
    pub agent: UserId,
    pub queue: QueueId,
    pub settings: MembershipSettings,
    pub logged_in: bool,
    pub ready: bool,
    pub locked: bool,
}

/// Where a conversation was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub enum RestoredStage {
    Waiting,
    Offered {
        offer: OfferId,
        agent: UserId,
        kind: OfferKind,
        made_at: Timestamp,
        until: Timestamp,
        sender: Option<UserId>,
    },
    Active {
        agent: UserId,
        since: Timestamp,
        held: bool,
    },
    Parked {
        agent: UserId,
        since: Timestamp,
    },
    Wrapping {
        agent: UserId,
    },
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredConversation {
    pub conversation: ConversationId,
    pub no: EventNo,
    pub client: ClientId,
    pub channel: Channel,
    pub queue: QueueId,
    pub arrived_at: Timestamp,
    pub queued_at: Timestamp,
    pub priority: u8,
    pub skills: Vec<SkillLevel>,
    pub owner: Option<UserId>,
    pub declined: Vec<UserId>,
    pub pending: Pending,
    pub messages: u32,
    pub stage: RestoredStage,
}

/// A wrap-up: of a conversation, which may be over, handed on, or gone; or by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the floor")]
pub struct RestoredWrapUp {
    pub agent: UserId,
    pub conversation: Option<ConversationId>,
    pub queue: Option<QueueId>,
    pub channel: Option<Channel>,
    pub until: Option<Timestamp>,
}
