//! Why a conversation waits and why an agent has nothing to do, in codes and in words.

use super::{ChannelWord, Id, Instant, of};
use readyroom_core::eligibility::Code;
use readyroom_core::explain::{self, Verdict};
use readyroom_core::ids::*;
use serde::Serialize;
use utoipa::ToSchema;

/// What is to be said of one agent and one conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VerdictRow {
    /// Whether the agent may take it now.
    pub may: bool,
    /// Why not; or by which component of the rank another comes before it; none: it comes first.
    #[schema(example = "delay_not_reached")]
    pub code: Option<&'static str>,
    /// The same in words.
    pub words: &'static str,
    /// With `delay_not_reached`: when that ends.
    pub opens_at: Option<Instant>,
}

impl From<&Verdict> for VerdictRow {
    fn from(verdict: &Verdict) -> VerdictRow {
        match *verdict {
            Verdict::First => VerdictRow { may: true, code: None, words: "comes first", opens_at: None },
            Verdict::Behind(rank) => {
                VerdictRow { may: true, code: Some(rank.as_str()), words: rank.words(), opens_at: None }
            }
            Verdict::Refused { code, opens_at } => VerdictRow {
                may: false,
                code: Some(code.as_str()),
                words: code.words(),
                opens_at: opens_at.map(Instant),
            },
        }
    }
}

/// An agent who might take a conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CandidateRow {
    /// Who.
    pub agent: of::Agent,
    #[serde(flatten)]
    verdict: VerdictRow,
}

/// Why a conversation is where it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationExplained {
    /// Which.
    pub conversation: of::Conversation,
    /// Its queue.
    pub queue: of::Queue,
    /// How long it has been in its queue, milliseconds.
    pub waited_ms: u64,
    /// Its place in the waiting line of its queue, from 1; none when it does not wait.
    pub place: Option<usize>,
    /// Its queue's members and its owner: those who may take it first, in rank, then the others.
    pub candidates: Vec<CandidateRow>,
    /// How many more there are whom the caller may not see.
    pub hidden: usize,
    /// The position that this rests on.
    pub position: u64,
}

impl ConversationExplained {
    /// As the floor explains it, of those agents whom the caller sees.
    pub fn of(
        told: &explain::ConversationExplained,
        position: EventNo,
        sees: impl Fn(UserId) -> bool,
    ) -> ConversationExplained {
        let hidden = told.candidates.iter().filter(|candidate| !sees(candidate.agent)).count();
        ConversationExplained {
            conversation: Id(told.facts.conversation),
            queue: Id(told.facts.queue),
            waited_ms: told.waited_ms,
            place: told.place,
            candidates: told
                .candidates
                .iter()
                .filter(|candidate| sees(candidate.agent))
                .map(|candidate| CandidateRow { agent: Id(candidate.agent), verdict: (&candidate.verdict).into() })
                .collect(),
            hidden,
            position: position.0,
        }
    }
}

/// Why an agent may take nothing of a channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedRow {
    /// The channel.
    pub channel: ChannelWord,
    /// The first predicate that fails.
    #[schema(example = "not_logged_in_to_the_queue")]
    pub code: &'static str,
    /// The same in words.
    pub words: &'static str,
}

/// A conversation that waits, and what is to be said of the agent and it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitingRow {
    /// Which.
    pub conversation: of::Conversation,
    #[serde(flatten)]
    verdict: VerdictRow,
}

/// What one queue has for an agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueExplained {
    /// Which.
    pub queue: of::Queue,
    /// Why the agent may take nothing of these channels from it.
    pub refused: Vec<RefusedRow>,
    /// What waits in it, best first.
    pub waiting: Vec<WaitingRow>,
}

/// Why an agent has no work, or no more of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentExplained {
    /// Who.
    pub agent: of::Agent,
    /// Its queues.
    pub queues: Vec<QueueExplained>,
    /// Conversations of its own clients, wherever they wait.
    pub own: Vec<WaitingRow>,
    /// The position that this rests on.
    pub position: u64,
}

impl AgentExplained {
    /// As the floor explains it.
    pub fn of(told: &explain::AgentExplained, position: EventNo) -> AgentExplained {
        AgentExplained {
            agent: Id(told.agent),
            queues: told
                .queues
                .iter()
                .map(|queue| QueueExplained {
                    queue: Id(queue.queue),
                    refused: queue.refused.iter().map(refused).collect(),
                    waiting: queue.waiting.iter().map(waiting).collect(),
                })
                .collect(),
            own: told.own.iter().map(waiting).collect(),
            position: position.0,
        }
    }
}

fn refused(&(channel, code): &(Channel, Code)) -> RefusedRow {
    RefusedRow { channel: channel.into(), code: code.as_str(), words: code.words() }
}

fn waiting((conversation, verdict): &(ConversationId, Verdict)) -> WaitingRow {
    WaitingRow { conversation: Id(*conversation), verdict: verdict.into() }
}
