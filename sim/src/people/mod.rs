//! The people of the virtual world: each knows only what reached it, and acts on that.

pub(crate) mod agents;
pub(crate) mod clients;
pub(crate) mod phones;
pub(crate) mod supervisors;

use readyroom_core::event::DeviceKind;
use readyroom_core::ids::*;

/// How a device goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    Reported,
    Silent,
    Unregistered,
}

/// What an agent believes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Home,
    Preparing,
    Working,
    Away,
}

/// A device on somebody's desk.
#[derive(Clone, Debug)]
pub(crate) struct Phone {
    pub id: DeviceId,
    pub kind: DeviceKind,
    pub ttl_ms: Option<u64>,
    pub away: Option<Absence>,
}

/// An agent, as a person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub id: UserId,
    pub mood: Mood,
    /// Of a thousand offers it lets so many ring out.
    pub laziness: u64,
    pub offers: Vec<(OfferId, ConversationId)>,
    pub old_offers: Vec<OfferId>,
    pub hands: Vec<ConversationId>,
    pub last_work: Option<ConversationId>,
    pub calls: Vec<CallId>,
    pub phones: Vec<Phone>,
}

/// A client with one conversation.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub channel: Channel,
    pub connected: bool,
    pub gone: bool,
    pub messages_left: u32,
}
