//! Why: why this conversation waits, why this agent has nothing to do. The answers are read off the
//! same list and the same rank by which the router decides.

use crate::eligibility::{Code, Question};
use crate::event::OfferKind;
use crate::floor::conversation::Stage;
use crate::floor::facts::ConversationFacts;
use crate::floor::{AgentSlot, ConversationSlot, Floor, QueueSlot};
use crate::ids::*;
use crate::limits;
use crate::routing::{Rank, RankCode, Router};
use std::cmp::Reverse;

/// What is to be said of one agent and one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Of all who may take it, this one comes first.
    First,
    /// It may take it, and another comes before it.
    Behind(RankCode),
    /// It may not.
    Refused {
        /// The first predicate that fails.
        code: Code,
        /// With `delay_not_reached`: when that ends.
        opens_at: Option<Timestamp>,
    },
}

/// An agent who might take a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub agent: UserId,
    /// Whether, and if not why.
    pub verdict: Verdict,
}

/// Why a conversation is where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationExplained {
    /// The conversation.
    pub facts: ConversationFacts,
    /// How long it has been in its queue, milliseconds.
    pub waited_ms: u64,
    /// Its place in the waiting line of its queue, from 1; none when it does not wait.
    pub place: Option<usize>,
    /// Its queue's members and its owner: those who may take it first, in rank, then the others by id.
    pub candidates: Vec<Candidate>,
}

/// What one queue has for an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueExplained {
    /// Which.
    pub queue: QueueId,
    /// Why the agent may take nothing of these channels from it; a channel for which nothing
    /// fails is not here.
    pub refused: Vec<(Channel, Code)>,
    /// What waits in it, best first, and what is to be said of the agent and each.
    pub waiting: Vec<(ConversationId, Verdict)>,
}

/// Why an agent has no work, or no more of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentExplained {
    /// Who.
    pub agent: UserId,
    /// Its queues, by id.
    pub queues: Vec<QueueExplained>,
    /// Conversations of its own clients, wherever they wait.
    pub own: Vec<(ConversationId, Verdict)>,
}

/// Explains a conversation. At most `limits::EXPLAINED_MAX` candidates are listed.
pub fn conversation(floor: &Floor, slot: ConversationSlot, now: Timestamp) -> ConversationExplained {
    let conversation = floor.conversation(slot);
    let members = floor.queue(conversation.queue).seats.iter().map(|&seat| floor.seat(seat).agent);
    let owner = conversation.owner.filter(|&owner| floor.seat_of(owner, conversation.queue).is_none());
    let mut ranked = Vec::new();
    let mut refused = Vec::new();
    for agent in members.chain(owner) {
        match first_failure(floor, agent, slot, now) {
            None => ranked.push(Rank::of(floor, agent, slot, now)),
            Some(verdict) => refused.push(Candidate { agent: floor.agent(agent).id, verdict }),
        }
    }
    ranked.sort();
    refused.sort_by_key(|candidate| candidate.agent);
    let mut candidates: Vec<_> = ranked
        .iter()
        .map(|rank| {
            let verdict = rank.loses_by(&ranked[0]).map_or(Verdict::First, Verdict::Behind);
            Candidate { agent: rank.id, verdict }
        })
        .chain(refused)
        .collect();
    candidates.truncate(limits::EXPLAINED_MAX);
    let line = waiting_in(floor, conversation.queue);
    ConversationExplained {
        facts: floor.conversation_facts(slot),
        waited_ms: conversation.waited_ms(now),
        place: line.iter().position(|&waiting| waiting == slot).map(|before| before + 1),
        candidates,
    }
}

/// Explains an agent, in all its queues or in one. At most `limits::EXPLAINED_MAX` conversations
/// of each queue are listed.
pub fn agent(floor: &Floor, slot: AgentSlot, queue: Option<QueueSlot>, now: Timestamp) -> AgentExplained {
    let seats = floor.seats_of(slot).filter(|(_, seat)| queue.is_none_or(|queue| seat.queue == queue));
    let queues = seats.map(|(seat_slot, seat)| {
        let refused = floor.queue(seat.queue).settings.channels.iter().filter_map(|channel| {
            let question = Question { now, ..Question::about_seat(floor, seat_slot, channel) };
            question.first_failure().map(|code| (channel, code))
        });
        QueueExplained {
            queue: floor.queue(seat.queue).id,
            refused: refused.collect(),
            waiting: verdicts(floor, slot, waiting_in(floor, seat.queue), now),
        }
    });
    let mut own: Vec<_> = floor
        .conversations()
        .filter(|(_, conversation)| conversation.owner == Some(slot) && conversation.stage == Stage::Waiting)
        .map(|(slot, conversation)| (conversation.no, slot))
        .collect();
    own.sort();
    AgentExplained {
        agent: floor.agent(slot).id,
        queues: queues.collect(),
        own: verdicts(floor, slot, own.into_iter().map(|(_, slot)| slot).collect(), now),
    }
}

fn verdicts(
    floor: &Floor,
    agent: AgentSlot,
    line: Vec<ConversationSlot>,
    now: Timestamp,
) -> Vec<(ConversationId, Verdict)> {
    let verdict = |slot| {
        first_failure(floor, agent, slot, now).unwrap_or_else(|| {
            let best = best_rank(floor, slot, now);
            let rank = Rank::of(floor, agent, slot, now);
            best.and_then(|best| rank.loses_by(&best)).map_or(Verdict::First, Verdict::Behind)
        })
    };
    let told = line.into_iter().take(limits::EXPLAINED_MAX);
    told.map(|slot| (floor.conversation(slot).id, verdict(slot))).collect()
}

fn best_rank(floor: &Floor, slot: ConversationSlot, now: Timestamp) -> Option<Rank> {
    let conversation = floor.conversation(slot);
    let members = floor.queue(conversation.queue).seats.iter().map(|&seat| floor.seat(seat).agent);
    let able = members.chain(conversation.owner).filter(|&agent| first_failure(floor, agent, slot, now).is_none());
    able.map(|agent| Rank::of(floor, agent, slot, now)).min()
}

/// Why the agent may not take it, as its own client's or from the queue.
fn first_failure(floor: &Floor, agent: AgentSlot, slot: ConversationSlot, now: Timestamp) -> Option<Verdict> {
    let owns = floor.conversation(slot).owner == Some(agent);
    let kind = if owns { OfferKind::Own } else { OfferKind::Queued };
    let code = Question::about(floor, now, kind, agent, slot).first_failure()?;
    let opens_at = if code == Code::DelayNotReached { Router::opens_at(floor, agent, slot, now) } else { None };
    Some(Verdict::Refused { code, opens_at })
}

/// What waits in a queue, best first.
fn waiting_in(floor: &Floor, queue: QueueSlot) -> Vec<ConversationSlot> {
    let waits = floor.conversations().filter(|(_, held)| held.queue == queue && held.stage == Stage::Waiting);
    let mut line: Vec<_> = waits.map(|(slot, held)| (Reverse(held.priority), held.arrived_at, held.no, slot)).collect();
    line.sort();
    line.into_iter().map(|(_, _, _, slot)| slot).collect()
}
