//! The rank of an agent for a conversation: a tuple, compared part by part, the least first. The
//! first part in which a loser differs is the reason why it lost.

use super::longest_idle;
use crate::floor::{AgentSlot, ConversationSlot, Floor};
use crate::ids::*;

/// Why an agent who may take a conversation ranks behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is a word of the model; `words` says it in a sentence")]
pub enum RankCode {
    MissedJustNow,
    NotTheOwner,
    HigherTierLevel,
    LaterPosition,
    IdleForLessTime,
    LaterId,
}

impl RankCode {
    /// The code that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            RankCode::NotTheOwner => "not_the_owner",
            RankCode::MissedJustNow => "missed_just_now",
            RankCode::HigherTierLevel => "higher_tier_level",
            RankCode::LaterPosition => "later_position",
            RankCode::IdleForLessTime => "idle_for_less_time",
            RankCode::LaterId => "later_id",
        }
    }

    /// The same for people, to follow a colon.
    pub fn words(self) -> &'static str {
        match self {
            RankCode::NotTheOwner => "the client has an agent of its own",
            RankCode::MissedJustNow => "missed an offer just now",
            RankCode::HigherTierLevel => "in a higher tier",
            RankCode::LaterPosition => "at a later position of the tier",
            RankCode::IdleForLessTime => "idle for less time",
            RankCode::LaterId => "equal in everything, and its id comes later",
        }
    }
}

/// An agent's rank; lower goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Whoever missed an offer in the last seconds goes after all.
    pub missed_just_now: bool,
    /// The client's own agent goes before all others.
    pub not_the_owner: bool,
    /// Of the membership; an owner needs none.
    pub tier_level: u16,
    /// Of the membership.
    pub position: u16,
    /// The strategy: since when it is idle.
    pub idle_since: Timestamp,
    /// Settles ties.
    pub id: UserId,
}

impl Rank {
    /// The rank of an agent who may take the conversation.
    pub fn of(floor: &Floor, agent_slot: AgentSlot, slot: ConversationSlot, now: Timestamp) -> Rank {
        let (agent, conversation) = (floor.agent(agent_slot), floor.conversation(slot));
        let seat =
            floor.seat_of(agent_slot, conversation.queue).map(|seat| floor.seat(seat).settings).unwrap_or_default();
        let (idle_since, id) = longest_idle::key(agent);
        Rank {
            missed_just_now: agent.missed_just_now(now),
            not_the_owner: conversation.owner != Some(agent_slot),
            tier_level: seat.tier_level,
            position: seat.position,
            idle_since,
            id,
        }
    }

    /// Why this one loses to `winner`; none when it does not.
    pub fn loses_by(&self, winner: &Rank) -> Option<RankCode> {
        let parts = [
            (RankCode::MissedJustNow, self.missed_just_now.cmp(&winner.missed_just_now)),
            (RankCode::NotTheOwner, self.not_the_owner.cmp(&winner.not_the_owner)),
            (RankCode::HigherTierLevel, self.tier_level.cmp(&winner.tier_level)),
            (RankCode::LaterPosition, self.position.cmp(&winner.position)),
            (RankCode::IdleForLessTime, self.idle_since.cmp(&winner.idle_since)),
            (RankCode::LaterId, self.id.cmp(&winner.id)),
        ];
        let (code, order) = parts.into_iter().find(|(_, order)| order.is_ne())?;
        order.is_gt().then_some(code)
    }
}
