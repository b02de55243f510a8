//! What a viewer sees of the floor: all of it, or some agents and some queues.

use readyroom_core::floor::facts::ConversationFacts;
use readyroom_core::ids::{QueueId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The agents and queues that somebody sees; none given is all of them. A conversation that an agent
/// has is seen with that agent, and one that waits is seen with its queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// These agents, and their history.
    pub agents: Option<Arc<BTreeSet<UserId>>>,
    /// These queues.
    pub queues: Option<Arc<BTreeSet<QueueId>>>,
}

/// Where a conversation is, as far as it matters to who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub queue: QueueId,
    pub agent: Option<UserId>,
}

impl Scope {
    /// Everything.
    pub const ALL: Scope = Scope { agents: None, queues: None };

    /// Whether this agent is seen.
    pub fn sees_agent(&self, agent: UserId) -> bool {
        self.agents.as_ref().is_none_or(|agents| agents.contains(&agent))
    }

    /// Whether this queue is seen.
    pub fn sees_queue(&self, queue: QueueId) -> bool {
        self.queues.as_ref().is_none_or(|queues| queues.contains(&queue))
    }

    /// Whether a conversation is seen.
    pub fn sees_conversation(&self, facts: &ConversationFacts) -> bool {
        self.sees(Place::of(facts))
    }

    pub(super) fn sees(&self, place: Place) -> bool {
        match place.agent {
            Some(agent) => self.sees_agent(agent),
            None => self.sees_queue(place.queue),
        }
    }
}

impl Place {
    pub fn of(facts: &ConversationFacts) -> Place {
        Place { queue: facts.queue, agent: crate::wire::conversation::agent_of(facts) }
    }
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The person, when it is one: its streams end when its rights change.
    pub user: Option<UserId>,
    /// Which of a row's two lists of actions is meant for it.
    pub standing: Standing,
}

/// As whom one looks at an agent's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// As that agent.
    Itself,
    /// As its supervisor, or a program that acts as one.
    Supervisor,
}

impl Standing {
    /// What a snapshot calls it, and a row its list of actions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Itself => "self",
            Standing::Supervisor => "supervisor",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: UserId = UserId::from_u128(1);
    const BERT: UserId = UserId::from_u128(2);
    const SALES: QueueId = QueueId::from_u128(1);
    const HELP: QueueId = QueueId::from_u128(2);

    #[test]
    fn what_waits_is_seen_with_its_queue_and_what_an_agent_has_with_the_agent() {
        let anna = Scope { agents: Some(Arc::new([ANNA].into())), queues: Some(Arc::new([SALES].into())) };
        for (queue, agent, seen) in [
            (SALES, None, true),
            (HELP, None, false),
            (HELP, Some(ANNA), true),
            (SALES, Some(BERT), false),
            (SALES, Some(ANNA), true),
        ] {
            assert_eq!(anna.sees(Place { queue, agent }), seen, "{queue} {agent:?}");
            assert!(Scope::ALL.sees(Place { queue, agent }));
        }
    }
}
