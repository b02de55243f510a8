//! The floor of one account: its agents, queues and conversations as they are now.
//!
//! It is changed by the fold of events alone (`fold.rs`), but for what is soft: when a lease ends, and
//! which device is silent. Everything else only looks at it.

pub mod agent;
pub mod conversation;
pub mod deadlines;
pub mod facts;
mod fold;
mod offers;
pub mod queue;
mod slots;
pub mod snapshot;

pub use fold::Touched;
pub use slots::{AgentSlot, ConversationSlot, QueueSlot, ReasonSlot, SeatSlot};

use crate::ids::*;
use crate::mutant;
use crate::refusal::Refusal;
use crate::settings::ReasonSettings;
use agent::Agent;
use conversation::{Conversation, Stage};
use deadlines::Deadlines;
use queue::{Queue, Seat};
use slab::Slab;
use slots::SlotIndex;
use std::collections::{BTreeMap, BTreeSet};

/// One account's floor.
#[derive(Clone, Debug, Default)]
pub struct Floor {
    general: Option<QueueId>,
    events: EventNo,
    at: Timestamp,
    offers_made: u64,
    agents: Vec<Agent>,
    agent_slots: SlotIndex<UserId>,
    queues: Slab<Queue>,
    queue_slots: SlotIndex<QueueId>,
    seats: Slab<Seat>,
    conversations: Slab<Conversation>,
    conversation_slots: SlotIndex<ConversationId>,
    offers: SlotIndex<OfferId>,
    reasons: Vec<ReasonSettings>,
    skills: BTreeMap<SkillId, String>,
    blocked: BTreeSet<ClientId>,
    deadlines: Deadlines,
}

impl Floor {
    /// The number of the last event that was folded; 0 before the first.
    pub fn last_no(&self) -> EventNo {
        self.events
    }

    /// When that event happened.
    pub fn last_at(&self) -> Timestamp {
        self.at
    }

    /// Whether the account has been opened.
    pub fn is_open(&self) -> bool {
        self.general.is_some()
    }

    /// The queue *General*.
    pub fn general(&self) -> Option<QueueId> {
        self.general
    }

    /// The id that the next offer gets. Offers are counted, so no dice are needed: the instant
    /// makes the id sortable, the count makes it unique.
    pub fn next_offer_id(&self, now: Timestamp) -> OfferId {
        OfferId::from_u128(((now.0 as u128) << 80) | u128::from(self.offers_made + 1))
    }

    /// All alarms.
    pub fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// All agents, in the order in which they were added.
    pub fn agents(&self) -> impl Iterator<Item = agent::Numbered<'_>> {
        (0..).map(AgentSlot).zip(&self.agents)
    }

    /// How many agents there are.
    pub fn agent_count(&self) -> usize {
        self.agents.len()
    }

    /// All queues, by slot.
    pub fn queues(&self) -> impl Iterator<Item = (QueueSlot, &Queue)> {
        self.queues.iter().map(|(slot, queue)| (QueueSlot::at(slot), queue))
    }

    /// How many queues there are.
    pub fn queue_count(&self) -> usize {
        self.queues.len()
    }

    /// All conversations, by slot.
    pub fn conversations(&self) -> impl Iterator<Item = (ConversationSlot, &Conversation)> {
        self.conversations.iter().map(|(slot, conversation)| (ConversationSlot::at(slot), conversation))
    }

    /// All conversations, in the order in which they came.
    pub fn conversations_by_age(&self) -> Vec<ConversationSlot> {
        let age = |conversation: &Conversation| mutant!(OldestBySlot: EventNo(0), else conversation.no);
        let mut all: Vec<_> = self.conversations().map(|(slot, it)| (age(it), slot)).collect();
        all.sort();
        all.into_iter().map(|(_, slot)| slot).collect()
    }

    /// How many conversations there are.
    pub fn conversation_count(&self) -> usize {
        self.conversations.len()
    }

    /// All memberships, by slot.
    pub fn seats(&self) -> impl Iterator<Item = (SeatSlot, &Seat)> {
        self.seats.iter().map(|(slot, seat)| (SeatSlot::at(slot), seat))
    }

    /// All reasons, in the order in which they were defined.
    pub fn reasons(&self) -> &[ReasonSettings] {
        &self.reasons
    }

    /// All skills and their names.
    pub fn skills(&self) -> &BTreeMap<SkillId, String> {
        &self.skills
    }

    /// Whether the client is never routed.
    pub fn is_blocked(&self, client: ClientId) -> bool {
        self.blocked.contains(&client)
    }

    /// The clients that are never routed, by id.
    pub fn blocked_clients(&self) -> impl Iterator<Item = ClientId> {
        self.blocked.iter().copied()
    }

    /// How many clients are blocked.
    pub fn blocked_count(&self) -> usize {
        self.blocked.len()
    }

    /// The agent of this slot.
    pub fn agent(&self, slot: AgentSlot) -> &Agent {
        &self.agents[slot.index()]
    }

    /// The queue of this slot.
    pub fn queue(&self, slot: QueueSlot) -> &Queue {
        &self.queues[slot.index()]
    }

    /// The membership of this slot.
    pub fn seat(&self, slot: SeatSlot) -> &Seat {
        &self.seats[slot.index()]
    }

    /// The conversation of this slot.
    pub fn conversation(&self, slot: ConversationSlot) -> &Conversation {
        &self.conversations[slot.index()]
    }

    /// The conversation of this slot, unless it has gone.
    pub fn conversation_at(&self, slot: ConversationSlot) -> Option<&Conversation> {
        self.conversations.get(slot.index())
    }

    /// The reason of this slot.
    pub fn reason(&self, slot: ReasonSlot) -> &ReasonSettings {
        &self.reasons[slot.index()]
    }

    /// Where the agent is kept.
    ///
    /// # Errors
    /// `UnknownAgent`.
    pub fn find_agent(&self, agent: UserId) -> Result<AgentSlot, Refusal> {
        self.agent_slots.get(agent).map(AgentSlot).ok_or(Refusal::UnknownAgent { agent })
    }

    /// Where the queue is kept.
    ///
    /// # Errors
    /// `UnknownQueue`.
    pub fn find_queue(&self, queue: QueueId) -> Result<QueueSlot, Refusal> {
        self.queue_slots.get(queue).map(QueueSlot).ok_or(Refusal::UnknownQueue { queue })
    }

    /// Where the conversation is kept.
    ///
    /// # Errors
    /// `UnknownConversation`; one that has ended is unknown here.
    pub fn find_conversation(&self, conversation: ConversationId) -> Result<ConversationSlot, Refusal> {
        self.conversation_slots
            .get(conversation)
            .map(ConversationSlot)
            .ok_or(Refusal::UnknownConversation { conversation })
    }

    /// The conversation that this offer reserves, and the offer.
    ///
    /// # Errors
    /// `OfferGone`: it was taken, ran out, or was withdrawn.
    pub fn find_offer(&self, offer: OfferId) -> Result<(ConversationSlot, conversation::Offer), Refusal> {
        let slot = self.offers.get(offer).map(ConversationSlot).ok_or(Refusal::OfferGone { offer })?;
        Ok((slot, self.conversation(slot).offer().expect("an offer on the list is out")))
    }

    /// Where the reason is kept.
    ///
    /// # Errors
    /// `UnknownReason`.
    pub fn find_reason(&self, code: ReasonCode) -> Result<ReasonSlot, Refusal> {
        self.reasons
            .iter()
            .position(|reason| reason.code == code)
            .map(ReasonSlot::at)
            .ok_or(Refusal::UnknownReason { code })
    }

    /// The agent's membership of the queue.
    pub fn seat_of(&self, agent: AgentSlot, queue: QueueSlot) -> Option<SeatSlot> {
        self.agent(agent).seats.iter().copied().find(|&seat| self.seat(seat).queue == queue)
    }

    /// The memberships of an agent, by queue id.
    pub fn seats_of(&self, agent: AgentSlot) -> impl Iterator<Item = (SeatSlot, &Seat)> {
        self.agent(agent).seats.iter().map(|&slot| (slot, self.seat(slot)))
    }

    /// The active chats of an agent, by conversation id.
    pub fn chats_of(&self, agent: AgentSlot) -> Vec<&Conversation> {
        let mut chats: Vec<_> = self
            .agent(agent)
            .held
            .iter()
            .map(|&slot| self.conversation(slot))
            .filter(|held| held.channel == Channel::Chat && matches!(held.stage, Stage::Active { .. }))
            .collect();
        chats.sort_by_key(|chat| chat.id);
        chats
    }

    /// The offers an agent has before it, by conversation id.
    pub fn offers_of(&self, agent: AgentSlot) -> Vec<&Conversation> {
        let mut offered: Vec<_> = self
            .agent(agent)
            .held
            .iter()
            .map(|&slot| self.conversation(slot))
            .filter(|held| held.offer().is_some())
            .collect();
        offered.sort_by_key(|held| held.id);
        offered
    }
}
