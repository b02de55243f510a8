//! A floor that is pushed about by chance, and what its rows should be, worked out afresh.

use crate::publisher::{Live, Opener, People, Person, Scope, Start, Topic};
use crate::wire::agent::{AgentEventRow, AgentRow, Known, Proficiency};
use crate::wire::conversation::ConversationRow;
use crate::wire::queue::{BucketCounts, QueueRow};
use crate::wire::{Id, Instant};
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket, Turn};
use readyroom_core::event::*;
use readyroom_core::floor::facts::{ConversationFacts, StageFacts};
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_views::board::{Board, row};
use readyroom_views::tables::{AgentEvent, AgentEvents, Table, Tables, Tracker};
use readyroom_views::vocabulary::{AcdState, Bucket, acd, bucket};
use serde_json::Value;
use std::collections::BTreeMap;

pub const BOSS: Actor = Actor::Supervisor(UserId::from_u128(99));
pub const AGENTS: u128 = 5;

/// Rows by id, without their positions.
pub type Rows = BTreeMap<String, Value>;

/// Opens what was never sealed.
pub struct Plain;

impl Opener for Plain {
    fn open(&self, sealed: &Sealed) -> Option<String> {
        String::from_utf8(sealed.bytes.clone()).ok()
    }
}

pub fn live(engine: &Engine) -> Live {
    Live::new(Start::of(engine.floor(), Tables::default()))
}

/// Numbers that look random and are the same every time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

pub struct Office {
    pub engine: Engine,
    pub now: Timestamp,
    pub dice: Numbers,
    /// Everything that was decided, as the log would release it.
    pub turns: Vec<Turn>,
    pub people: People,
    conversations: u128,
    queues: u128,
    tracker: Tracker,
    board: Board,
    folded: AgentEvents,
    /// The history, as the table would have it.
    events: Vec<(EventNo, UserId, Value)>,
    handled: BTreeMap<UserId, u32>,
}

impl Office {
    pub fn new(seed: u64) -> Office {
        let mut office = Office {
            engine: Engine::new(),
            now: Timestamp(1_767_571_200_000),
            dice: Numbers(seed),
            turns: Vec::new(),
            people: People::new(),
            conversations: 0,
            queues: 3,
            tracker: Tracker::default(),
            board: Board::default(),
            folded: AgentEvents::default(),
            events: Vec::new(),
            handled: BTreeMap::new(),
        };
        office.ask(BOSS, OpenAccount { general: QueueId::from_u128(1) });
        for number in 2..=3 {
            office.add_queue(number);
        }
        for number in 1..=AGENTS {
            let agent = UserId::from_u128(number);
            let settings = AgentSettings {
                auto_queue_login: true,
                auto_ready_on_login: true,
                capacity: 3,
                ..AgentSettings::default()
            };
            office.ask(BOSS, AddAgent::new(agent, settings));
            for queue in (1..=3).map(QueueId::from_u128) {
                office.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() });
            }
        }
        office
    }

    fn add_queue(&mut self, number: u128) {
        let settings = QueueSettings {
            wrap_up_ms: Some(5_000),
            number: Some(format!("{}", 8_000 + number)),
            ..QueueSettings::new(&format!("queue {number}"), ChannelSet::ALL)
        };
        self.ask(BOSS, AddQueue { queue: QueueId::from_u128(number), settings });
    }

    /// Puts a command; it may be refused.
    pub fn ask(&mut self, by: Actor, command: impl Into<Command>) {
        self.input(Input::Command { ticket: Ticket(1), by, command: command.into() });
    }

    fn input(&mut self, input: Input) {
        self.engine.handle(self.now, input);
        while let Some(turn) = self.engine.poll() {
            self.board.turn(&turn);
            for step in self.tracker.turn(&turn) {
                let mut rows = Vec::new();
                self.folded.fold(&step, &mut rows);
                let told = |row: AgentEvent| {
                    let value = serde_json::to_value(AgentEventRow::new(step.no, &row)).unwrap();
                    (step.no, row.user_id, value)
                };
                self.events.extend(rows.into_iter().map(told));
                if let Event::WorkEnded { agent, outcome: WorkOutcome::Ended, .. } = step.event {
                    *self.handled.entry(*agent).or_default() += 1;
                }
                for change in step.agents {
                    let came = change.before.status == Status::Offline && change.after.status != Status::Offline;
                    if came {
                        self.handled.insert(change.after.agent, 0);
                    }
                }
            }
            if !turn.events.is_empty() {
                self.turns.push(turn);
            }
        }
    }

    /// Something happens.
    pub fn happen(&mut self) {
        self.now = self.now.plus_ms([0, 100, 1_000, 7_000][self.dice.below(4)]);
        let agent = UserId::from_u128(1 + self.dice.below(AGENTS as usize) as u128);
        let queue = QueueId::from_u128(1 + self.dice.below(self.queues as usize) as u128);
        let held: Vec<_> = self.engine.floor().conversations().map(|(_, held)| held.id).collect();
        let conversation = *held.get(self.dice.below(held.len().max(1))).unwrap_or(&ConversationId::from_u128(1));
        let (half, priority) = (self.dice.below(2) == 0, 1 + self.dice.below(10) as u8);
        match self.dice.below(32) {
            0..=2 => self.ask(BOSS, LogIn { agent, queues: vec![] }),
            3 => self.ask(BOSS, LogOut { agent }),
            4..=6 => self.ask(BOSS, SetStatus { agent, wish: Wish::Available { out_only: false } }),
            7 => self.ask(BOSS, SetStatus { agent, wish: Wish::OnBreak { reason: None } }),
            8..=10 => {
                let (device, kind) = match half {
                    true => (DeviceId::from_u128(1), DeviceKind::Sip),
                    false => (DeviceId::from_u128(2), DeviceKind::Console),
                };
                let reachable = self.dice.below(6) > 0;
                self.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable, ttl_ms: None });
            }
            11..=14 => self.arrive(queue, Channel::ALL[usize::from(half)]),
            15..=18 => self.answer(),
            19 => self.ask(BOSS, EndConversation { conversation }),
            20 => self.ask(BOSS, Transfer { conversation, to: Target::Queue(queue), note: None }),
            21 => self.ask(BOSS, Transfer { conversation, to: Target::Agent(agent), note: None }),
            22 => self.ask(BOSS, Requeue { conversation }),
            23 | 24 => self.write(conversation, if half { Author::Client } else { Author::Agent(agent) }, "hello"),
            25 => self.ask(BOSS, QueueNotReady { agent, queue: QueueChoice::One(queue) }),
            26 => self.ask(BOSS, QueueLogIn { agent, queue: QueueChoice::All }),
            27 => self.ask(BOSS, SetPriority { conversation, priority }),
            28 => self.set_up(agent, queue),
            29 => self.ask(BOSS, StartExternalCall { agent, call: CallId::from_u128(1) }),
            30 => self.ask(BOSS, EndExternalCall { agent, call: CallId::from_u128(1) }),
            _ => {
                self.now = self.now.max(self.engine.next_wake().map_or(self.now, |(at, _)| at));
                self.input(Input::Wake);
            }
        }
    }

    fn set_up(&mut self, agent: UserId, queue: QueueId) {
        let skill = SkillId::from_u128(1 + self.dice.below(2) as u128);
        let level = 1 + self.dice.below(5) as u8;
        match self.dice.below(7) {
            0 => self.ask(BOSS, DefineSkill { skill, name: format!("skill {level}") }),
            1 => self.ask(BOSS, SetAgentSkills { agent, skills: vec![SkillLevel { skill, level }] }),
            2 if self.queues < 6 => {
                self.queues += 1;
                self.add_queue(self.queues);
            }
            3 => self.ask(BOSS, RemoveQueue { queue }),
            4 => {
                let settings = QueueSettings::new(&format!("renamed {level}"), ChannelSet::ALL);
                self.ask(BOSS, ChangeQueue { queue, settings });
            }
            5 => self.ask(BOSS, RemoveMembership { agent, queue }),
            _ => self.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() }),
        }
    }

    pub fn arrive(&mut self, queue: QueueId, channel: Channel) {
        self.conversations += 1;
        let conversation = ConversationId::from_u128(self.conversations);
        let client = ClientId::from_u128(self.conversations);
        let (skills, priority, owner, arrived_at) = (vec![], None, None, None);
        self.ask(BOSS, EnterQueue { conversation, client, channel, queue, skills, priority, owner, arrived_at });
    }

    pub fn write(&mut self, conversation: ConversationId, author: Author, text: &str) {
        let body = Sealed { key: KeyId::from_u128(1), bytes: text.as_bytes().to_vec() };
        self.ask(Actor::Signalling, RecordMessage { conversation, author, body: body.clone() });
        self.ask(BOSS, RecordMessage { conversation, author, body });
    }

    /// Some offer is answered.
    pub fn answer(&mut self) {
        let offers: Vec<_> =
            self.engine.floor().conversations().filter_map(|(_, held)| held.offer()).map(|offer| offer.id).collect();
        if !offers.is_empty() {
            let offer = offers[self.dice.below(offers.len())];
            match self.dice.below(4) {
                0 => self.ask(BOSS, DeclineOffer { offer }),
                _ => self.ask(BOSS, AcceptOffer { offer }),
            }
        }
    }

    /// Somebody of the staff has another name now, or another team.
    pub fn rename(&mut self) {
        let agent = UserId::from_u128(1 + self.dice.below(AGENTS as usize) as u128);
        let name = format!("name {}", self.dice.below(1_000));
        self.people.insert(agent, Person { name, login: None, teams: vec!["team".to_owned()] });
    }

    /// What is so, worked out afresh from the floor.
    pub fn truth(&self) -> Truth<'_> {
        Truth {
            agents: self.agents(),
            queues: self.queues(),
            conversations: self.conversations(),
            events: &self.events,
        }
    }

    fn agents(&self) -> BTreeMap<String, (UserId, Value)> {
        let floor = self.engine.floor();
        let rows = floor.agents().map(|(slot, agent)| {
            let seats: Vec<_> = floor.seats_of(slot).map(|(seat, _)| floor.seat_facts(seat)).collect();
            let since = self.board.agent(agent.id).unwrap().bucket_since;
            let Person { name, login, teams } = self.people.get(&agent.id).cloned().unwrap_or_default();
            let skills = agent.skills.iter().map(|known| Proficiency {
                skill: Id(known.skill),
                name: floor.skills()[&known.skill].clone(),
                level: known.level,
            });
            let (skills, handled) = (skills.collect(), self.handled.get(&agent.id).copied().unwrap_or(0));
            let known = Known { name, login, teams, skills, handled, position: EventNo(0) };
            (agent.id, AgentRow::new(row(&floor.agent_facts(slot), &seats, since, EventNo(0)), known))
        });
        by_id(rows)
    }

    fn queues(&self) -> BTreeMap<String, (QueueId, Value)> {
        let floor = self.engine.floor();
        let rows = floor.queues().map(|(slot, queue)| {
            let facts = floor.queue_facts(slot);
            let (mut agents, mut ready) = (BucketCounts::default(), 0);
            for (agent, _) in floor.agents() {
                let at_work = floor.seats_of(agent).find(|(_, seat)| seat.queue == slot && seat.logged_in);
                if let Some((seat, _)) = at_work {
                    let facts = floor.agent_facts(agent);
                    *agents.of(bucket(&facts)) += 1;
                    let takes = acd(&facts, &floor.seat_facts(seat)).state == AcdState::Ready;
                    ready += u32::from(takes && bucket(&facts) == Bucket::Ready);
                }
            }
            let here = floor.conversations().map(|(slot, _)| floor.conversation_facts(slot));
            let waits = here.filter(|facts| facts.queue == queue.id && facts.stage == StageFacts::Waiting);
            let row = QueueRow {
                id: Id(queue.id),
                position: 0,
                name: queue.settings.name.clone(),
                number: queue.settings.number.clone(),
                channels: facts.channels,
                waiting: facts.waiting,
                longest_waiting_since: waits.map(|facts| facts.queued_at).min().map(Instant),
                offered: facts.offered,
                active: facts.active,
                members: facts.seats,
                agents,
                ready,
            };
            (queue.id, row)
        });
        by_id(rows)
    }

    fn conversations(&self) -> BTreeMap<String, (ConversationFacts, Value)> {
        let floor = self.engine.floor();
        let all = floor.conversations().map(|(slot, _)| floor.conversation_facts(slot));
        by_id(all.map(|facts| (facts, ConversationRow::new(&facts, EventNo(0)))))
    }
}

/// What is so: rows by id, each with what it takes to know who sees it; and the history.
pub struct Truth<'a> {
    agents: BTreeMap<String, (UserId, Value)>,
    queues: BTreeMap<String, (QueueId, Value)>,
    conversations: BTreeMap<String, (ConversationFacts, Value)>,
    events: &'a [(EventNo, UserId, Value)],
}

impl Truth<'_> {
    /// These are the rows that a receiver of this topic sees.
    pub fn check(&self, topic: Topic, scope: &Scope, rows: &Rows) {
        match topic {
            Topic::Agents => check(rows, &self.agents, |agent| scope.sees_agent(*agent)),
            Topic::Queues => check(rows, &self.queues, |queue| scope.sees_queue(*queue)),
            Topic::Conversations => check(rows, &self.conversations, |facts| scope.sees_conversation(facts)),
            Topic::Conversation(_) | Topic::AgentEvents => panic!("{topic} has no rows of its own"),
        }
    }

    /// The history in scope after a position.
    pub fn events(&self, scope: &Scope, after: u64) -> Vec<&Value> {
        let seen = self.events.iter().filter(|(at, agent, _)| at.0 > after && scope.sees_agent(*agent));
        seen.map(|(_, _, row)| row).collect()
    }
}

fn check<S>(rows: &Rows, truth: &BTreeMap<String, (S, Value)>, sees: impl Fn(&S) -> bool) {
    let told: Vec<_> = truth.iter().filter(|(_, (whose, _))| sees(whose)).map(|(id, (_, row))| (id, row)).collect();
    assert!(rows.iter().eq(told.iter().copied()), "{rows:#?} and not {told:#?}");
}

fn by_id<S>(rows: impl Iterator<Item = (S, impl serde::Serialize)>) -> BTreeMap<String, (S, Value)> {
    let whole = rows.map(|(whose, row)| (whose, keyed(serde_json::to_value(row).unwrap())));
    whole.map(|(whose, (id, row))| (id, (whose, row))).collect()
}

/// A row and its id, without its position.
pub fn keyed(mut row: Value) -> (String, Value) {
    row.as_object_mut().unwrap().remove("position").expect("every row has its position");
    (row["id"].as_str().unwrap().to_owned(), row)
}
