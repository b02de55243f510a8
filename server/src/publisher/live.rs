//! The floor as it is told: released events in, rows of the tables out, and the rows of agents,
//! queues and conversations kept up to date with the positions of their changes.

use super::recent::Recent;
use super::rows::Rows;
use super::scope::Place;
use super::start::{People, Person, QueueName, Start};
use super::tally::{Stand, Tally, stands};
use super::visitors::Visits;
use crate::wire::agent::{AgentRow, Known, Proficiency};
use crate::wire::conversation::ConversationRow;
use crate::wire::queue::QueueRow;
use crate::wire::{Id, Instant};
use bytes::Bytes;
use readyroom_core::engine::{Touch, Turn};
use readyroom_core::event::{Event, Recorded, Sealed, SkillLevel, Status, WorkOutcome};
use readyroom_core::floor::facts::{ConversationFacts, Facts, StageFacts};
use readyroom_core::ids::*;
use readyroom_core::settings::QueueSettings;
use readyroom_views::board::Board;
use readyroom_views::tables::{AgentEvent, AgentEvents, Filled, Table, Tables, Tracker, WrittenBy};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the agents' history that are remembered for those who reconnect.
pub const AGENT_EVENTS_REMEMBERED: usize = 20_000;
/// Moves of conversations that are.
const MOVES_REMEMBERED: usize = 20_000;
/// Messages that are.
const MESSAGES_REMEMBERED: usize = 2_000;
/// Their sealed bytes together.
const MESSAGE_BYTES_REMEMBERED: usize = 4 * 1024 * 1024;
/// What may gather before a frame is due at once, well below what is remembered.
const GATHERED_BYTES_MAX: usize = 1024 * 1024;
/// What an event adds to that.
const EVENT_BYTES: usize = 1024;

/// The rows of one account, and the folds behind them.
pub struct Live {
    pub(super) board: Board,
    tracker: Tracker,
    tables: Tables,
    tables_at: EventNo,
    /// Counts the history behind `tables_at`, whose rows have been given before.
    earlier: AgentEvents,
    pub(super) people: People,
    agent_skills: BTreeMap<UserId, Vec<SkillLevel>>,
    skills: BTreeMap<SkillId, String>,
    handled: BTreeMap<UserId, u32>,
    queue_names: BTreeMap<QueueId, QueueName>,
    tallies: BTreeMap<QueueId, Tally>,
    facts: BTreeMap<ConversationId, ConversationFacts>,
    pub(super) visits: Visits,
    pub(super) agents: Rows<UserId>,
    pub(super) queues: Rows<QueueId>,
    pub(super) conversations: Rows<ConversationId>,
    pub(super) events: Recent<AgentEvent>,
    pub(super) messages: Recent<Message>,
    message_bytes: usize,
    /// Conversations that came, moved or went, and where they were before: whoever saw one there and sees
    /// it no more is told so, and nobody else.
    moves: Recent<(ConversationId, Option<Place>)>,
    /// Events and bytes of messages since the last frame, weighed together.
    gathered_bytes: usize,
    position: EventNo,
}

/// A message, still sealed.
pub(super) struct Message {
    pub conversation: ConversationId,
    pub client: Option<ClientId>,
    pub place: Option<Place>,
    pub ts: Timestamp,
    pub author: WrittenBy,
    pub body: Sealed,
}

impl Live {
    /// The floor at its start.
    pub fn new(start: Start) -> Live {
        let Start { position, board, tracker, conversations, people, tables, tables_at, .. } = start;
        assert!(tables_at >= position, "what the tables have not taken is taken in later");
        let mut live = Live {
            tracker,
            tables,
            tables_at,
            earlier: AgentEvents::default(),
            people,
            agent_skills: start.agent_skills,
            skills: start.skills,
            handled: start.handled,
            queue_names: start.queues,
            tallies: BTreeMap::new(),
            facts: BTreeMap::new(),
            visits: Visits::new(start.blocked),
            agents: Rows::new(position),
            queues: Rows::new(position),
            conversations: Rows::new(position),
            events: Recent::new(position, AGENT_EVENTS_REMEMBERED),
            messages: Recent::new(position, MESSAGES_REMEMBERED),
            message_bytes: 0,
            moves: Recent::new(position, MOVES_REMEMBERED),
            gathered_bytes: 0,
            position,
            board,
        };
        let agents: Vec<_> = live.board.agents().map(|row| row.agent).collect();
        let queues: Vec<_> = live.board.queues().map(|row| row.queue).collect();
        queues.into_iter().for_each(|queue| live.queues.change(queue, position));
        for agent in agents {
            live.agents.change(agent, position);
            live.recount(&[], &live.stands(agent), position);
        }
        conversations.iter().for_each(|facts| live.touch_conversation(facts, position));
        live.moves = Recent::new(position, MOVES_REMEMBERED);
        live
    }

    /// The last event taken in.
    pub fn position(&self) -> EventNo {
        self.position
    }

    /// Says how many conversations ended in each agent's hands since it logged in, before anybody was told.
    pub fn set_handled(&mut self, handled: BTreeMap<UserId, u32>) {
        self.handled = handled;
    }

    /// What the tables' folds remember at this position.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The position after which everything that changed is known.
    pub fn known_from(&self) -> EventNo {
        let rows = [self.agents.known_from(), self.queues.known_from(), self.conversations.known_from()];
        rows.into_iter().fold(self.events.known_from().max(self.moves.known_from()), EventNo::max)
    }

    /// Whether so much has gathered since the last frame that the next one should not wait.
    pub fn is_heavy(&self) -> bool {
        self.gathered_bytes >= GATHERED_BYTES_MAX
    }

    /// A frame tells all that has gathered.
    pub(super) fn told(&mut self) {
        self.gathered_bytes = 0;
    }

    /// Takes in a turn that was released, and adds the rows it gives to the tables.
    pub fn turn(&mut self, turn: &Turn, out: &mut Vec<Filled>) {
        let mut rest = &turn.touched[..];
        for event in &turn.events {
            let own;
            (own, rest) = rest.split_at(rest.partition_point(|touch| touch.no <= event.no));
            self.event(event, own, out);
        }
    }

    /// Takes in one event and what it touched; live, and when an account is opened.
    pub fn event(&mut self, event: &Recorded, touched: &[Touch], out: &mut Vec<Filled>) {
        assert_eq!(event.no, self.position.plus(1), "events are released in order, each once");
        self.position = event.no;
        self.gathered_bytes += EVENT_BYTES;
        let agents: BTreeSet<_> = touched.iter().filter_map(|touch| agent_of(&touch.facts)).collect();
        let stood: Vec<_> = agents.iter().map(|&agent| self.stands(agent)).collect();
        self.learn(event);
        for touch in touched {
            self.board.touch(event.no, event.at, &touch.facts);
            match &touch.facts {
                Facts::Conversation(facts) => self.touch_conversation(facts, event.no),
                Facts::Queue(facts) if facts.removed => self.remove_queue(facts.queue, event.no),
                Facts::Queue(facts) if self.board.queue(facts.queue).is_some_and(|row| row.at == event.no) => {
                    self.queues.change(facts.queue, event.no);
                }
                Facts::Queue(_) | Facts::Agent(_) | Facts::Seat(_) => {}
            }
        }
        for (&agent, stood) in agents.iter().zip(&stood) {
            if self.board.changed_at(agent) == Some(event.no) {
                self.agents.change(agent, event.no);
            }
            self.recount(stood, &self.stands(agent), event.no);
        }
        self.fold(event, touched, out);
    }

    fn fold(&mut self, event: &Recorded, touched: &[Touch], out: &mut Vec<Filled>) {
        let step = self.tracker.step(event, touched.iter().map(|touch| &touch.facts));
        let mut rows = Vec::new();
        if event.no > self.tables_at {
            // The fold that fills the table is asked on a copy: its rows come here as cells.
            let mut copy = self.tables.agent_event;
            copy.fold(&step, &mut rows);
            self.tables.fold(&step, out);
        } else {
            self.earlier.fold(&step, &mut rows);
        }
        for row in rows {
            self.events.push(event.no, row);
        }
        if event.no == self.tables_at {
            // How many there were before is known only now, at the end of those counted here.
            let before = self.tables.agent_event.count() - self.earlier.count();
            self.events.each().for_each(|row| row.seq += before);
        }
    }

    /// What the rows tell and the facts do not: names, skills, counts; and the messages.
    fn learn(&mut self, event: &Recorded) {
        let no = event.no;
        self.visits.learn(&event.event, &self.facts);
        match &event.event {
            Event::SkillDefined { skill, name } => {
                self.skills.insert(*skill, name.clone());
                let has = |skills: &[SkillLevel]| skills.iter().any(|known| known.skill == *skill);
                let those = self.agent_skills.iter().filter(|(_, skills)| has(skills));
                those.for_each(|(&agent, _)| self.agents.change(agent, no));
            }
            Event::AgentSkillsSet { agent, skills } => {
                self.agent_skills.insert(*agent, skills.clone());
                self.agents.change(*agent, no);
            }
            Event::QueueAdded { queue, settings } | Event::QueueChanged { queue, settings } => {
                let QueueSettings { name, number, .. } = &**settings;
                self.queue_names.insert(*queue, QueueName { name: name.clone(), number: number.clone() });
                self.queues.change(*queue, no);
            }
            Event::WorkEnded { agent, outcome: WorkOutcome::Ended, .. } => {
                *self.handled.entry(*agent).or_default() += 1;
                self.agents.change(*agent, no);
            }
            Event::StatusSet { agent, status, .. } if *status != Status::Offline && self.is_offline(*agent) => {
                self.handled.remove(agent);
                self.agents.change(*agent, no);
            }
            written @ (Event::MessageRecorded { .. } | Event::NoteRecorded { .. }) => {
                let (conversation, author, body) =
                    WrittenBy::of(written, event.by).expect("both are something that was written");
                let facts = self.facts.get(&conversation);
                let (place, client) = (facts.map(Place::of), facts.map(|facts| facts.client));
                let body = body.clone();
                self.message_bytes += body.bytes.len();
                self.gathered_bytes += body.bytes.len();
                let gone = self.messages.push(no, Message { conversation, client, place, ts: event.at, author, body });
                self.message_bytes -= gone.map_or(0, |gone| gone.body.bytes.len());
                while self.message_bytes > MESSAGE_BYTES_REMEMBERED {
                    let oldest = self.messages.forget_oldest().expect("bytes are those of messages");
                    self.message_bytes -= oldest.body.bytes.len();
                }
            }
            _ => {}
        }
    }

    fn touch_conversation(&mut self, facts: &ConversationFacts, no: EventNo) {
        let (id, gone) = (facts.conversation, facts.stage == StageFacts::Ended);
        let before = if gone { self.facts.remove(&id) } else { self.facts.insert(id, *facts) };
        if before == Some(*facts) {
            return;
        }
        self.visits.touch(before.as_ref(), (!gone).then_some(facts));
        let (was, is) = (before.as_ref().map(Place::of), (!gone).then(|| Place::of(facts)));
        if was != is {
            self.moves.push(no, (id, was));
        }
        if gone {
            self.conversations.remove(id, no)
        } else {
            self.conversations.change(id, no)
        }
        for (facts, waits) in before.iter().map(|facts| (facts, false)).chain([(facts, true)]) {
            if facts.stage == StageFacts::Waiting {
                let tally = self.tallies.entry(facts.queue).or_default();
                let longest = tally.longest();
                tally.waits(facts.queued_at, id, waits);
                if tally.longest() != longest {
                    self.queues.change(facts.queue, no);
                }
            }
        }
    }

    fn remove_queue(&mut self, queue: QueueId, no: EventNo) {
        self.queues.remove(queue, no);
        self.tallies.remove(&queue);
        self.queue_names.remove(&queue);
    }

    /// Where the agent counts, and as what.
    fn stands(&self, agent: UserId) -> Vec<Stand> {
        self.board.facts(agent).map_or_else(Vec::new, |facts| stands(facts, self.board.seats(agent)))
    }

    fn is_offline(&self, agent: UserId) -> bool {
        self.board.facts(agent).is_some_and(|facts| facts.status == Status::Offline)
    }

    fn recount(&mut self, before: &[Stand], after: &[Stand], no: EventNo) {
        let ceases = before.iter().filter(|stand| !after.contains(stand)).map(|stand| (stand, false));
        let begins = after.iter().filter(|stand| !before.contains(stand)).map(|stand| (stand, true));
        for (stand, counts) in ceases.chain(begins) {
            self.tallies.entry(stand.queue).or_default().stands(stand, counts);
            self.queues.change(stand.queue, no);
        }
    }

    /// The staff is now this: rows of those whose names or teams are others change. No event tells of
    /// it, so the change shows from the next position on, and is put again to who resumes before it.
    pub fn people(&mut self, people: People) {
        let next = self.position.plus(1);
        let ids: Vec<_> = self.agents.ids().filter(|id| people.get(id) != self.people.get(id)).collect();
        ids.into_iter().for_each(|id| self.agents.change(id, next));
        self.people = people;
    }

    /// Where conversations were at a position, of those that came, moved or went after it.
    pub(super) fn places_at(&self, position: EventNo) -> BTreeMap<ConversationId, Option<Place>> {
        let mut places = BTreeMap::new();
        for (_, &(conversation, was)) in self.moves.after(position) {
            places.entry(conversation).or_insert(was);
        }
        places
    }

    /// A conversation that has not ended.
    pub fn conversation_facts(&self, conversation: ConversationId) -> Option<&ConversationFacts> {
        self.facts.get(&conversation)
    }

    /// Whether an agent belongs to a queue.
    pub fn is_member(&self, agent: UserId, queue: QueueId) -> bool {
        self.board.seats(agent).any(|seat| seat.queue == queue)
    }

    /// The row of an agent, as JSON.
    pub fn agent(&mut self, agent: UserId) -> Option<Bytes> {
        let Live { board, people, agent_skills, skills, handled, position, .. } = self;
        self.agents.json(agent, |mark| {
            let row = board.agent(agent).expect("a row that changed is on the board");
            let Person { name, login, teams } = people.get(&agent).cloned().unwrap_or_default();
            let known = agent_skills.get(&agent).map_or(&[][..], |skills| skills);
            let skills = known.iter().map(|known| Proficiency {
                skill: Id(known.skill),
                name: skills.get(&known.skill).cloned().unwrap_or_default(),
                level: known.level,
            });
            let (skills, handled) = (skills.collect(), handled.get(&agent).copied().unwrap_or(0));
            let position = mark.min(*position);
            json(&AgentRow::new(row, Known { name, login, teams, skills, handled, position }))
        })
    }

    /// The row of a queue, as JSON.
    pub fn queue(&mut self, queue: QueueId) -> Option<Bytes> {
        let Live { board, queue_names, tallies, .. } = self;
        self.queues.json(queue, |mark| {
            let row = board.queue(queue).expect("a row that changed is on the board");
            let QueueName { name, number } = queue_names.get(&queue).cloned().unwrap_or_default();
            let tally = tallies.entry(queue).or_default();
            json(&QueueRow {
                id: Id(queue),
                position: mark.0,
                name,
                number,
                channels: row.channels,
                waiting: row.waiting,
                longest_waiting_since: tally.longest().map(Instant),
                offered: row.offered,
                active: row.active,
                members: row.seats,
                agents: tally.agents,
                ready: tally.ready,
            })
        })
    }

    /// The row of a conversation, as JSON.
    pub fn conversation(&mut self, conversation: ConversationId) -> Option<Bytes> {
        let facts = self.facts.get(&conversation)?;
        self.conversations.json(conversation, |mark| json(&ConversationRow::new(facts, mark)))
    }
}

fn agent_of(facts: &Facts) -> Option<UserId> {
    match facts {
        Facts::Agent(agent) => Some(agent.agent),
        Facts::Seat(seat) => Some(seat.agent),
        Facts::Queue(_) | Facts::Conversation(_) => None,
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(value).expect("a row is numbers, words and instants of our own calendar"))
}
