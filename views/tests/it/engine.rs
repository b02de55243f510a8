//! The views beside a real engine, which many people push about by chance: what they were told
//! must always be what the floor is, and the tables must hold what they promise.

use crate::combination::code;
use crate::floor::Numbers;
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket, Turn};
use readyroom_core::event::*;
use readyroom_core::floor::conversation::Stage;
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_views::board::{Board, row};
use readyroom_views::tables::*;
use readyroom_views::vocabulary::{Bucket, Desk, bucket};
use std::collections::BTreeMap;

const BOSS: Actor = Actor::Supervisor(UserId::from_u128(99));
const AGENTS: u128 = 5;
const QUEUES: u128 = 4;

struct World {
    engine: Engine,
    now: Timestamp,
    dice: Numbers,
    conversations: u128,
    tracker: Tracker,
    board: Board,
    events: (AgentEvents, Vec<AgentEvent>),
    activities: (AgentActivities, Vec<AgentActivity>),
    segments: (ConversationSegments, Vec<ConversationSegment>),
    lives: BTreeMap<ConversationId, (Timestamp, Option<Timestamp>)>,
}

impl World {
    fn new(seed: u64) -> World {
        let mut world = World {
            engine: Engine::new(),
            now: Timestamp(1_000_000),
            dice: Numbers(seed),
            conversations: 0,
            tracker: Tracker::default(),
            board: Board::default(),
            events: Default::default(),
            activities: Default::default(),
            segments: Default::default(),
            lives: BTreeMap::new(),
        };
        world.ask(BOSS, OpenAccount { general: QueueId::from_u128(1) });
        for number in 2..=QUEUES {
            let queue = QueueId::from_u128(number);
            let channels = [ChannelSet::only(Channel::Voice), ChannelSet::only(Channel::Chat), ChannelSet::ALL];
            let mut settings = QueueSettings::new(&format!("queue {number}"), channels[number as usize - 2]);
            settings.wrap_up_ms = Some(5_000);
            world.ask(BOSS, AddQueue { queue, settings });
        }
        for number in 1..=AGENTS {
            let agent = UserId::from_u128(number);
            let capacity = [1, 2, 3, 5, 5][number as usize - 1];
            let settings = AgentSettings {
                capacity,
                auto_queue_login: true,
                auto_ready_on_login: true,
                ..AgentSettings::default()
            };
            world.ask(BOSS, AddAgent::new(agent, settings));
            for queue in (1..=QUEUES).map(QueueId::from_u128) {
                world.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() });
            }
        }
        world
    }

    fn ask(&mut self, by: Actor, command: impl Into<Command>) {
        let command = command.into();
        self.input(Input::Command { ticket: Ticket(1), by, command });
    }

    fn input(&mut self, input: Input) {
        self.engine.handle(self.now, input);
        while let Some(turn) = self.engine.poll() {
            self.take(&turn);
        }
    }

    fn take(&mut self, turn: &Turn) {
        self.board.turn(turn);
        for step in self.tracker.turn(turn) {
            self.events.0.fold(&step, &mut self.events.1);
            self.activities.0.fold(&step, &mut self.activities.1);
            self.segments.0.fold(&step, &mut self.segments.1);
            match *step.event {
                Event::Arrived { conversation, arrived_at, .. } => {
                    self.lives.insert(conversation, (arrived_at, None));
                }
                Event::ConversationEnded { conversation, .. } => {
                    self.lives.get_mut(&conversation).unwrap().1 = Some(step.ts);
                }
                _ => {}
            }
        }
    }

    /// Something happens.
    fn happen(&mut self) {
        self.now = self.now.plus_ms([0, 0, 100, 1_000, 7_000][self.dice.below(5)]);
        let agent = UserId::from_u128(1 + self.dice.below(AGENTS as usize) as u128);
        let other = UserId::from_u128(1 + self.dice.below(AGENTS as usize) as u128);
        let queue = QueueId::from_u128(1 + self.dice.below(QUEUES as usize) as u128);
        let call = CallId::from_u128(self.dice.below(2) as u128);
        let conversation = ConversationId::from_u128(1 + self.dice.below(self.conversations.max(1) as usize) as u128);
        let (kind, device) = match self.dice.below(2) {
            0 => (DeviceKind::Sip, DeviceId::from_u128(1)),
            _ => (DeviceKind::Console, DeviceId::from_u128(2)),
        };
        let (rarely, half) = (self.dice_is(8), self.dice_is(2));
        match self.dice.below(30) {
            0 => self.ask(BOSS, LogIn { agent, queues: vec![] }),
            1 if self.dice.below(4) == 0 => self.ask(BOSS, LogOut { agent }),
            2 => self.ask(BOSS, QueueLogIn { agent, queue: QueueChoice::One(queue) }),
            3 => self.ask(BOSS, QueueLogOut { agent, queue: QueueChoice::One(queue) }),
            4 => self.ask(BOSS, QueueReady { agent, queue: QueueChoice::All }),
            5 => self.ask(BOSS, QueueNotReady { agent, queue: QueueChoice::One(queue) }),
            6 => {
                let reason = [None, Some(code("meeting")), Some(code("lunch_break"))][self.dice.below(3)];
                self.ask(Actor::Agent(agent), SetStatus { agent, wish: Wish::OnBreak { reason } });
            }
            7 | 8 => self.ask(BOSS, SetStatus { agent, wish: Wish::Available { out_only: rarely } }),
            9 => self.ask(BOSS, SetStatus { agent, wish: Wish::NotReady }),
            10..=12 => {
                let (reachable, ttl_ms) = (!self.dice_is(5), Some(600_000));
                self.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable, ttl_ms });
            }
            13 => self.ask(BOSS, StartExternalCall { agent, call }),
            14 | 15 => self.ask(BOSS, EndExternalCall { agent, call }),
            16..=18 => self.arrive(queue),
            19..=22 => self.answer(),
            23 => self.ask(BOSS, Hold { conversation, held: half }),
            24 => self.ask(BOSS, EndConversation { conversation }),
            25 => self.ask(BOSS, Transfer { conversation, to: Target::Queue(queue), note: None }),
            26 => self.ask(BOSS, Transfer { conversation, to: Target::Agent(other), note: None }),
            27 => self.ask(BOSS, Requeue { conversation }),
            28 => {
                let author = if self.dice_is(2) {
                    Author::Client
                } else {
                    Author::Agent(self.holder(conversation).unwrap_or(agent))
                };
                let body = Sealed { key: KeyId::from_u128(1), bytes: vec![1] };
                self.ask(BOSS, RecordMessage { conversation, author, body });
            }
            _ => self.rare(agent, queue, conversation),
        }
    }

    fn rare(&mut self, agent: UserId, queue: QueueId, conversation: ConversationId) {
        match self.dice.below(9) {
            0 => self.ask(BOSS, StartWrapUp { agent }),
            1 => self.ask(BOSS, FinishWrapUp { agent, conversation: None }),
            2 => self.ask(BOSS, FinishWrapUp { agent, conversation: Some(conversation) }),
            3 => self.ask(BOSS, RemoveMembership { agent, queue }),
            4 => self.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() }),
            5 => {
                let capacity = 1 + self.dice.below(6) as u8;
                self.ask(BOSS, ChangeAgent { agent, settings: AgentSettings { capacity, ..AgentSettings::default() } });
            }
            6 => self.input(Input::Reopen),
            7 => self.ask(BOSS, RescindOffer { offer: OfferId::from_u128(1) }),
            _ => {
                let channels = [ChannelSet::only(Channel::Voice), ChannelSet::ALL][self.dice.below(2)];
                self.ask(
                    BOSS,
                    ChangeQueue { queue, settings: QueueSettings::new(&format!("queue {queue}")[..20], channels) },
                );
            }
        }
    }

    fn dice_is(&mut self, one_of: usize) -> bool {
        self.dice.below(one_of) == 0
    }

    fn arrive(&mut self, queue: QueueId) {
        self.conversations += 1;
        let arrived_at = self.dice_is(4).then_some(Timestamp(self.now.0 - 3_000));
        let channel = Channel::ALL[self.dice.below(2)];
        let conversation = ConversationId::from_u128(self.conversations);
        let client = ClientId::from_u128(self.conversations);
        let (skills, priority, owner) = (vec![], None, None);
        self.ask(BOSS, EnterQueue { conversation, client, channel, queue, skills, priority, owner, arrived_at });
    }

    /// Some offer is answered.
    fn answer(&mut self) {
        let offers: Vec<_> = self
            .engine
            .floor()
            .conversations()
            .filter_map(|(_, conversation)| conversation.offer())
            .map(|offer| offer.id)
            .collect();
        if !offers.is_empty() {
            let offer = self.dice.one_of(&offers);
            if self.dice_is(4) {
                self.ask(BOSS, DeclineOffer { offer });
            } else {
                self.ask(BOSS, AcceptOffer { offer });
            }
        }
    }

    fn holder(&self, conversation: ConversationId) -> Option<UserId> {
        let floor = self.engine.floor();
        let slot = floor.find_conversation(conversation).ok()?;
        match floor.conversation(slot).stage {
            Stage::Active { agent, .. } => Some(floor.agent(agent).id),
            _ => None,
        }
    }

    /// The board was told of everything: its rows are those of the floor as it is.
    fn check_board(&self) {
        let floor = self.engine.floor();
        for (slot, agent) in floor.agents() {
            let told = self.board.agent(agent.id).expect("an agent that was added is on the board");
            let mut seats: Vec<_> = floor.seats_of(slot).map(|(seat, _)| floor.seat_facts(seat)).collect();
            seats.sort_by_key(|seat| seat.queue);
            let is = row(&floor.agent_facts(slot), &seats, told.bucket_since, told.at);
            assert_eq!(told, is, "at event {}", floor.last_no());
        }
        for (slot, queue) in floor.queues() {
            let is = floor.queue_facts(slot);
            let told = self.board.queue(queue.id).map(|told| (told.waiting, told.offered, told.active, told.seats));
            let is = (is.waiting, is.offered, is.active, is.seats);
            assert_eq!(told, Some(is), "at event {}", floor.last_no());
        }
    }

    fn check_tables(&self) {
        let mut last: BTreeMap<UserId, &AgentEvent> = BTreeMap::new();
        for (seq, row) in (1..).zip(&self.events.1) {
            let before = last.insert(row.user_id, row);
            assert_eq!(row.seq, seq);
            assert_eq!(row.from_status, before.map_or(Bucket::Offline, |before| before.to_status));
            assert_ne!(row.from_status, row.to_status);
            assert!(before.is_none_or(|before| before.ts <= row.ts));
        }
        for (_, agent) in self.engine.floor().agents() {
            let row = self.board.agent(agent.id).unwrap();
            let told = last.get(&agent.id).map(|row| (row.to_status, row.ts));
            assert_eq!(told.unwrap_or((Bucket::Offline, row.bucket_since)), (row.bucket, row.bucket_since));
        }

        assert!(self.activities.1.iter().map(|row| row.seq).eq(1..=self.activities.1.len() as u64));
        assert!(self.segments.1.iter().map(|row| row.seq).eq(1..=self.segments.1.len() as u64));
        let mut spans: BTreeMap<ConversationId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        let ended = self.segments.1.iter().map(|row| (&row.segment, row.end));
        let open = self.segments.0.open_segments().map(|segment| (segment, self.now));
        for (segment, end) in ended.chain(open).filter(|(segment, _)| segment.phase != Phase::Wrapping) {
            spans.entry(segment.conversation).or_default().push((segment.start, end));
        }
        for (conversation, (arrived_at, ended_at)) in &self.lives {
            let spans = &spans[conversation];
            assert_eq!((spans[0].0, spans[spans.len() - 1].1), (*arrived_at, ended_at.unwrap_or(self.now)));
            assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "{conversation}: {spans:?}");
        }
    }

    fn wake(&mut self) {
        self.now = self.now.max(self.engine.next_wake().map_or(self.now, |(at, _)| at));
        self.input(Input::Wake);
    }
}

#[test]
fn whatever_happens_the_views_tell_what_the_floor_is() {
    let mut buckets = BTreeMap::new();
    let mut phases = BTreeMap::new();
    for seed in 0..40 {
        let mut world = World::new(seed);
        for _ in 0..1_500 {
            world.happen();
            if world.dice_is(10) {
                world.wake();
            }
            world.check_board();
        }
        world.check_tables();
        for (slot, _) in world.engine.floor().agents() {
            let facts = world.engine.floor().agent_facts(slot);
            assert_eq!(world.board.agent(facts.agent).unwrap().bucket, bucket(&facts));
        }
        for row in &world.events.1 {
            *buckets.entry(row.to_status).or_insert(0) += 1;
        }
        for row in &world.segments.1 {
            *phases.entry(row.segment.phase).or_insert(0) += 1;
        }
    }
    // The people were busy enough for all of it to happen.
    assert_eq!(buckets.len(), Bucket::ALL.len(), "{buckets:?}");
    assert_eq!(phases.len(), Phase::ALL.len(), "{phases:?}");
}

#[test]
fn a_reason_that_changes_its_class_shows_at_the_desk_at_once() {
    let mut world = World::new(0);
    let (agent, device, kind) = (UserId::from_u128(1), DeviceId::from_u128(1), DeviceKind::Sip);
    let mut reason = reasons::built_in().remove(0);
    world.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable: true, ttl_ms: None });
    world.ask(BOSS, LogIn { agent, queues: vec![] });
    world.ask(BOSS, SetStatus { agent, wish: Wish::OnBreak { reason: Some(reason.code) } });
    assert_eq!(world.board.agent(agent).unwrap().desk, Desk::Away);
    reason.class = ReasonClass::Busy;
    world.ask(BOSS, DefineReason { reason });
    assert_eq!(world.board.agent(agent).unwrap().desk, Desk::Busy);
}
