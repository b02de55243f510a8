//! What a publisher begins with: the floor as it was at a position, and what else its rows tell.

use readyroom_core::event::SkillLevel;
use readyroom_core::floor::Floor;
use readyroom_core::floor::facts::{ConversationFacts, Facts};
use readyroom_core::ids::*;
use readyroom_views::board::Board;
use readyroom_views::tables::{Tables, Tracker};
use std::collections::{BTreeMap, BTreeSet};

/// A person of the staff, as the directory knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// What people call it.
    pub name: String,
    /// What it logs in with.
    pub login: Option<String>,
    /// Its teams, by the ids that rows show and that a filter asks for.
    pub teams: Vec<String>,
}

/// The staff of the account.
pub type People = BTreeMap<UserId, Person>;

/// How a queue is called and dialled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueName {
    /// What people call it.
    pub name: String,
    /// What telephones dial.
    pub number: Option<String>,
}

/// The floor at a position. What happened after it is taken in event by event, and can be resumed.
pub struct Start {
    /// The last event that is in all of it.
    pub position: EventNo,
    /// The board; its buckets are as old as the agents' statuses unless somebody knows better.
    pub board: Board,
    /// The facts from which the tables' steps begin.
    pub tracker: Tracker,
    /// The conversations that have not ended.
    pub conversations: Vec<ConversationFacts>,
    /// The clients who are blocked.
    pub blocked: BTreeSet<ClientId>,
    /// The queues' names.
    pub queues: BTreeMap<QueueId, QueueName>,
    /// The skills' names.
    pub skills: BTreeMap<SkillId, String>,
    /// What each agent is good at.
    pub agent_skills: BTreeMap<UserId, Vec<SkillLevel>>,
    /// Conversations that ended in each agent's hands since it logged in.
    pub handled: BTreeMap<UserId, u32>,
    /// The staff.
    pub people: People,
    /// What the tables' folds remember.
    pub tables: Tables,
    /// The last event that the tables have taken; `position` or later. Events up to it are taken in
    /// without giving rows once more.
    pub tables_at: EventNo,
}

impl Start {
    /// The start at a floor that was folded from its log, with tables that have taken just as much.
    pub fn of(floor: &Floor, tables: Tables) -> Start {
        let (mut board, mut tracker) = (Board::default(), Tracker::default());
        let (no, at) = (floor.last_no(), floor.last_at());
        let mut tell = |facts: Facts| {
            tracker.seed(&facts);
            board.touch(no, at, &facts);
        };
        floor.agents().for_each(|(slot, _)| tell(Facts::Agent(floor.agent_facts(slot))));
        floor.seats().for_each(|(slot, _)| tell(Facts::Seat(floor.seat_facts(slot))));
        floor.queues().for_each(|(slot, _)| tell(Facts::Queue(floor.queue_facts(slot))));
        let name = |settings: &readyroom_core::settings::QueueSettings| QueueName {
            name: settings.name.clone(),
            number: settings.number.clone(),
        };
        Start {
            position: no,
            board,
            tracker,
            conversations: floor.conversations().map(|(slot, _)| floor.conversation_facts(slot)).collect(),
            blocked: floor.blocked_clients().collect(),
            queues: floor.queues().map(|(_, queue)| (queue.id, name(&queue.settings))).collect(),
            skills: floor.skills().clone(),
            agent_skills: floor.agents().map(|(_, agent)| (agent.id, agent.skills.to_vec())).collect(),
            handled: BTreeMap::new(),
            people: People::new(),
            tables,
            tables_at: no,
        }
    }
}
