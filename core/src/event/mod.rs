//! Every fact there is. State is the fold of these, and nothing else is stored.
//!
//! The list is closed: variants and optional fields are added, never changed or taken away, and
//! golden logs of every released version are folded by a test for ever.

pub mod codec;
pub mod restored;
pub mod upcast;

use crate::ids::*;
use crate::settings::*;
use restored::*;
use serde::{Deserialize, Serialize};

/// The wish of an agent. Only an agent, a supervisor or a named policy changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not logged in.
    Offline,
    /// Logged in and preparing.
    NotReady,
    /// Willing to work.
    Available,
    /// Away or busy, for a reason.
    OnBreak,
}

/// Why a status changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCause {
    /// Somebody asked for just this.
    Asked,
    /// A login.
    LogIn,
    /// A logout.
    LogOut,
    /// A login to a queue raised it.
    QueueLogIn,
    /// Becoming ready in a queue raised it.
    QueueReady,
    /// The last ready or logged-in queue was cleared.
    LastQueue,
    /// Too many offers missed in a row.
    NoAnswer,
    /// An external call ended, and the queue asks for this.
    ExternalCall,
    /// The agent was deactivated.
    Deactivated,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// An agent, for itself.
    Agent(UserId),
    /// A supervisor or above.
    Supervisor(UserId),
    /// The client of the conversation, through its channel.
    Client,
    /// The signalling layer: telephones, consoles, lines.
    Signalling,
    /// A program with a key of its own.
    Integration(KeyId),
    /// A rule of ours: the router, or a policy by name.
    Policy(Policy),
}

/// The rules that act by themselves, one file each under `policy/`; and the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Who gets what.
    Router,
    /// An offer ran out.
    OfferTimeout,
    /// A wrap-up's time was up.
    WrapUpTimeout,
    /// A device's lease ended.
    LeaseEnd,
    /// Offers to a device that went.
    LostDevice,
    /// A break after too many misses.
    NoAnswer,
    /// A wish to go, when no thread awaits the agent any more.
    Leaving,
    /// Not ready after a call outside the queues.
    AfterExternalCall,
    /// Offers that count as accepted at once.
    AutoAccept,
    /// An assigned offer that came to nothing goes back to its sender.
    ReturnToSender,
    /// An account was opened again.
    Reopen,
    /// What the server does without being asked by a person: text whose time is up goes, and so do
    /// those whom its operator orders to be forgotten.
    Upkeep,
}

/// Which of the three kinds an offer is; each predicate binds some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// From a queue to a member of it.
    Queued,
    /// Of a client's own agent.
    Own,
    /// By hand: transferred or assigned to this agent.
    Assigned,
}

/// How an offer ended other than by acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The agent said no.
    Declined,
    /// The agent let it run out.
    Missed,
    /// The client left, or somebody took it back.
    Rescinded,
    /// The agent had asked to go.
    Withdrawn,
    /// The agent's device went, or was silent when it ran out.
    Lost,
    /// It ran out while the server was down.
    ServerDown,
}

/// Why an agent's part in a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkOutcome {
    /// The conversation is over.
    Ended,
    /// Handed to another agent or queue.
    Transferred,
    /// Sent back to its queue.
    Requeued,
    /// Put aside until the client writes, because the agent left.
    Parked,
    /// Given to somebody else by a supervisor.
    Reassigned,
}

/// Why a conversation began to wait in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueCause {
    /// It is new.
    Arrived,
    /// It came back from an agent.
    Requeued,
    /// It was handed on to this queue.
    Transferred,
    /// It was put aside and the client wrote.
    ClientWrote,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndOutcome {
    /// It ended with an agent, or while it was put aside by one.
    Handled,
    /// The client left while it waited or rang.
    Abandoned,
    /// Its client was blocked.
    Blocked,
    /// Somebody other than the client ended it while it waited or rang.
    Cancelled,
}

/// How a wrap-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpOutcome {
    /// Its time was up.
    Expired,
    /// Somebody ended it early.
    Finished,
    /// The conversation came back to the agent.
    Returned,
}

/// Whose turn it is to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// The agent's: the thread is new, or the client wrote last.
    Agent,
    /// The client's.
    Client,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The client.
    Client,
    /// The agent who has the conversation.
    Agent(UserId),
}

/// What a device can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A telephone's registration: serves voice.
    Sip,
    /// A console's link: serves chat.
    Console,
}

impl DeviceKind {
    /// The channel that a live one makes reachable.
    pub fn serves(self) -> Channel {
        match self {
            DeviceKind::Sip => Channel::Voice,
            DeviceKind::Console => Channel::Chat,
        }
    }
}

/// A text of a person, sealed with that person's key before it came here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose key opens it.
    pub key: KeyId,
    /// The sealed bytes.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

mod bytes {
    //! Bytes as bytes in the log, and as a list of numbers in JSON.
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(from: D) -> Result<T, D::Error> {
        struct Bytes;
        impl<'de> serde::de::Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("bytes")
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        let bytes = from.deserialize_byte_buf(Bytes)?;
        let len = bytes.len();
        T::try_from(bytes).map_err(|_| D::Error::custom(format_args!("{len} bytes are not as many as there should be")))
    }
}

/// A skill that a conversation requires, and how good one must be at it, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SkillLevel {
    /// The skill.
    pub skill: SkillId,
    /// 1 to 5.
    pub level: u8,
}

/// A fact: something that happened on the floor of one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields carry the names of the model; each variant says what happened")]
pub enum Event {
    /// The first fact of every account: it exists, with its queue *General*.
    AccountOpened { general: QueueId },
    /// The account came back after a stop: leases and inactivity clocks start afresh.
    Reopened {},

    /// An agent was set up.
    AgentAdded { agent: UserId, settings: AgentSettings },
    /// Its settings are now these.
    AgentChanged { agent: UserId, settings: AgentSettings },
    /// It may not log in any more.
    AgentDeactivated { agent: UserId },
    /// It may again.
    AgentReactivated { agent: UserId },
    /// A skill exists, or has a new name.
    SkillDefined { skill: SkillId, name: String },
    /// The agent has these skills and no others.
    AgentSkillsSet { agent: UserId, skills: Vec<SkillLevel> },
    /// A queue was set up.
    QueueAdded { queue: QueueId, settings: Box<QueueSettings> },
    /// Its settings are now these.
    QueueChanged { queue: QueueId, settings: Box<QueueSettings> },
    /// It is gone; nothing was in it.
    QueueRemoved { queue: QueueId },
    /// A reason exists, or is now so.
    ReasonDefined { reason: Box<ReasonSettings> },
    /// The agent belongs to the queue, so.
    MembershipSet { agent: UserId, queue: QueueId, settings: MembershipSettings },
    /// It does not any more.
    MembershipRemoved { agent: UserId, queue: QueueId },
    /// A supervisor fixed the membership as it stands, or let it go.
    MembershipLocked { agent: UserId, queue: QueueId, locked: bool },
    /// The client is never routed, or is again.
    ClientBlocked { client: ClientId, blocked: bool },
    /// Somebody wrote down who the client is. The text is for others.
    ClientDescribed { client: ClientId, about: Sealed },
    /// The client asked to be forgotten: these keys are no more, and what they sealed is lost.
    PersonForgotten { client: ClientId, keys: Vec<KeyId> },

    /// The wish changed. `reason` is there exactly with `on_break`.
    StatusSet { agent: UserId, status: Status, reason: Option<ReasonCode>, out_only: bool, cause: StatusCause },
    /// The agent asked to go, and will when no thread awaits it.
    LeavingAsked { agent: UserId, to: Status, reason: Option<ReasonCode>, cause: StatusCause },
    /// It took that back.
    LeavingCancelled { agent: UserId },
    /// The agent is at work in the queue.
    QueueLoggedIn { agent: UserId, queue: QueueId, ready: bool },
    /// It is not any more.
    QueueLoggedOut { agent: UserId, queue: QueueId },
    /// It takes the queue's conversations, or not.
    QueueReadySet { agent: UserId, queue: QueueId, ready: bool },

    /// A device is there. `ttl_ms` is its lease; none: until it goes.
    DeviceConnected { agent: UserId, device: DeviceId, kind: DeviceKind, ttl_ms: Option<u64> },
    /// A device took its leave.
    DeviceDisconnected { agent: UserId, device: DeviceId },
    /// A device fell silent for longer than its lease, or was reported gone.
    DeviceLost { agent: UserId, device: DeviceId },
    /// A lost device answers again.
    DeviceBack { agent: UserId, device: DeviceId, ttl_ms: Option<u64> },
    /// The agent is on a call that no queue gave.
    ExternalCallStarted { agent: UserId, call: CallId },
    /// That call is over.
    ExternalCallEnded { agent: UserId, call: CallId },

    /// Work came. `arrived_at` is its age, which orders it for ever.
    Arrived {
        conversation: ConversationId,
        client: ClientId,
        channel: Channel,
        queue: QueueId,
        arrived_at: Timestamp,
        priority: u8,
        skills: Vec<SkillLevel>,
        owner: Option<UserId>,
    },
    /// It began to wait in a queue: a new stay. `since` drives delays and limits.
    Queued { conversation: ConversationId, queue: QueueId, since: Timestamp, cause: QueueCause },
    /// It is reserved for one agent until the deadline. `sender` gets it back if it was assigned.
    OfferMade {
        offer: OfferId,
        conversation: ConversationId,
        agent: UserId,
        queue: QueueId,
        kind: OfferKind,
        until: Timestamp,
        sender: Option<UserId>,
    },
    /// The agent has it.
    OfferAccepted { offer: OfferId, conversation: ConversationId, agent: UserId, queue: QueueId },
    /// The agent does not get it; it waits again where it waited, at its age.
    OfferEnded {
        offer: OfferId,
        conversation: ConversationId,
        agent: UserId,
        queue: QueueId,
        outcome: OfferOutcome,
        sender: Option<UserId>,
    },
    /// The agent's part is over; with `wrap_up_until` its work after it begins.
    WorkEnded {
        conversation: ConversationId,
        agent: UserId,
        queue: QueueId,
        outcome: WorkOutcome,
        wrap_up_until: Option<Timestamp>,
    },
    /// The client waits on the line, or does not any more.
    HoldSet { conversation: ConversationId, agent: UserId, held: bool },
    /// The conversation is over.
    ConversationEnded { conversation: ConversationId, outcome: EndOutcome },
    /// Somebody wrote. The floor counts; the text is for others.
    MessageRecorded { conversation: ConversationId, author: Author, body: Sealed },
    /// Who caused this noted something for those who have the conversation; its client never sees it.
    NoteRecorded { conversation: ConversationId, body: Sealed },
    /// Higher goes first, 1 to 10.
    PrioritySet { conversation: ConversationId, priority: u8 },
    /// It is this agent's client, or nobody's.
    OwnerSet { conversation: ConversationId, owner: Option<UserId> },
    /// It requires these skills and no others.
    RequiredSkillsSet { conversation: ConversationId, skills: Vec<SkillLevel> },

    /// The agent began a wrap-up by hand, which ends by hand.
    WrapUpStarted { agent: UserId },
    /// The wrap-up of a conversation runs until then.
    WrapUpExtended { agent: UserId, conversation: ConversationId, until: Timestamp },
    /// A wrap-up is over: of a conversation, or the one by hand.
    WrapUpEnded { agent: UserId, conversation: Option<ConversationId>, outcome: WrapUpOutcome },

    /// From a snapshot: the account.
    RestoredAccount(RestoredAccount),
    /// From a snapshot: a reason.
    RestoredReason(Box<ReasonSettings>),
    /// From a snapshot: a skill.
    RestoredSkill(RestoredSkill),
    /// From a snapshot: a queue.
    RestoredQueue(Box<RestoredQueue>),
    /// From a snapshot: an agent.
    RestoredAgent(Box<RestoredAgent>),
    /// From a snapshot: a membership.
    RestoredMembership(Box<RestoredMembership>),
    /// From a snapshot: a blocked client.
    RestoredClient(ClientId),
    /// From a snapshot: a conversation.
    RestoredConversation(Box<RestoredConversation>),
    /// From a snapshot: work after work, or by hand.
    RestoredWrapUp(Box<RestoredWrapUp>),
}

/// A fact with its number, its instant and the one who caused it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the log of the account.
    pub no: EventNo,
    /// When it was decided.
    pub at: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub event: Event,
}
