//! A conversation as the floor keeps it: its age, its place, and the one who has it.

use super::{AgentSlot, QueueSlot};
use crate::event::{OfferKind, Pending, SkillLevel};
use crate::ids::*;

/// A reservation of a conversation for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its generation: an answer that names another one is void.
    pub id: OfferId,
    /// For whom.
    pub agent: AgentSlot,
    /// Queued, own or assigned.
    pub kind: OfferKind,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who assigned it away, and gets it back.
    pub sender: Option<AgentSlot>,
}

/// Where a conversation is; exactly one of these at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In its queue.
    Waiting,
    /// Reserved.
    Offered(Offer),
    /// An agent has it.
    Active {
        /// Who.
        agent: AgentSlot,
        /// Since when.
        since: Timestamp,
        /// The client is on hold.
        held: bool,
    },
    /// Put aside until the client writes.
    Parked {
        /// By whom.
        agent: AgentSlot,
        /// Since when.
        since: Timestamp,
    },
    /// Over for the client; its agent finishes it.
    Wrapping {
        /// Who.
        agent: AgentSlot,
    },
}

impl Stage {
    /// The agent to whom it is offered, or who has it, put it aside or finishes it; none while it waits.
    pub fn holder(self) -> Option<AgentSlot> {
        match self {
            Stage::Waiting => None,
            Stage::Offered(offer) => Some(offer.agent),
            Stage::Active { agent, .. } | Stage::Parked { agent, .. } | Stage::Wrapping { agent } => Some(agent),
        }
    }
}

/// A conversation.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// The event that brought it: orders those of one instant.
    pub no: EventNo,
    /// Whose.
    pub client: ClientId,
    /// How it speaks.
    pub channel: Channel,
    /// Where it waits, or came from.
    pub queue: QueueSlot,
    /// Its age: orders it for ever.
    pub arrived_at: Timestamp,
    /// Since when it is in this queue: drives delays and limits.
    pub queued_at: Timestamp,
    /// 1 to 10, higher first.
    pub priority: u8,
    /// What it requires, by skill.
    pub skills: Box<[SkillLevel]>,
    /// Its client's own agent.
    pub owner: Option<AgentSlot>,
    /// Who declined it in this stay.
    pub declined: Vec<AgentSlot>,
    /// Whose turn it is.
    pub pending: Pending,
    /// Messages so far.
    pub messages: u32,
    /// Where it is.
    pub stage: Stage,
}

impl Conversation {
    /// The offer that is out for it.
    pub fn offer(&self) -> Option<Offer> {
        match self.stage {
            Stage::Offered(offer) => Some(offer),
            _ => None,
        }
    }

    /// How long it has been in this queue, milliseconds.
    pub fn waited_ms(&self, now: Timestamp) -> u64 {
        now.ms_since(self.queued_at)
    }
}
