//! Stores to look at, written by the engine and the log as a server writes them.

use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket};
use readyroom_core::event::codec;
use readyroom_core::event::{Actor, DeviceKind, Event, Recorded};
use readyroom_core::floor::snapshot::SNAPSHOT_VERSION;
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_log::open::StartFrom;
use readyroom_log::{Account, Anchor, Log, Snapshot, SqliteLog, open};
use std::path::Path;
use tempfile::TempDir;

pub const BOSS: Actor = Actor::Supervisor(UserId::from_u128(0xb0));
pub const ACCOUNT: AccountId = AccountId::from_u128(0xac);
pub const GENERAL: QueueId = QueueId::from_u128(0x90);
pub const SALES: QueueId = QueueId::from_u128(0x91);
pub const ANNA: UserId = UserId::from_u128(0xa1);
pub const BEN: UserId = UserId::from_u128(0xa2);
pub const CLEO: UserId = UserId::from_u128(0xa3);
pub const DORA: UserId = UserId::from_u128(0xa4);
pub const EMIL: UserId = UserId::from_u128(0xa5);

/// 2026-03-02T09:00:00Z.
pub const NINE: i64 = 1_772_442_000_000;

/// The call that came so many-th.
pub const fn call(number: u128) -> ConversationId {
    ConversationId::from_u128(0xc0 + number)
}

/// One account at work.
pub struct Scene {
    pub engine: Engine,
    pub at: Anchor,
    account: Account,
    nonce: u64,
}

impl Scene {
    /// Takes the account over in this log.
    pub fn begin(log: &SqliteLog, account: AccountId) -> Scene {
        let account = Account(account.0);
        let opened = open(log, account, 7, 1, StartFrom::Beginning, &mut |_| Ok(())).unwrap();
        Scene { engine: Engine::new(), at: opened.at, account, nonce: 1 }
    }

    /// Stores these events as one entry, whatever they are.
    pub fn store(&mut self, log: &SqliteLog, events: &[(i64, Actor, Event)]) {
        let no = EventNo(self.at.next_no);
        let events: Vec<_> = events
            .iter()
            .map(|(at, by, event)| Recorded { no, at: Timestamp(*at), by: *by, event: event.clone() })
            .collect();
        let mut body = Vec::new();
        codec::write(&mut body, &events);
        self.store_body(log, events.len() as u32, body);
    }

    /// Stores this body, whatever it is.
    pub fn store_body(&mut self, log: &SqliteLog, count: u32, body: Vec<u8>) {
        self.nonce += 1;
        let entry = self.at.entry(self.nonce, count, body);
        let pos = log.append(self.account, self.at.pos, entry.clone()).unwrap();
        self.at = self.at.behind(self.account, pos, &entry);
    }

    fn settle(&mut self, log: &SqliteLog) {
        let mut events = Vec::new();
        while let Some(turn) = self.engine.poll() {
            if let Some(Err(refusal)) = turn.answer.map(|answer| answer.result) {
                panic!("{refusal}");
            }
            events.extend(turn.events.into_iter().map(|Recorded { at, by, event, .. }| (at.0, by, event)));
        }
        if !events.is_empty() {
            self.store(log, &events);
        }
    }

    /// Asks for something, so many seconds after nine.
    pub fn ask(&mut self, log: &SqliteLog, second: i64, by: Actor, command: impl Into<Command>) {
        let (ticket, command) = (Ticket(1), command.into());
        let now = Timestamp(NINE + second * 1_000);
        self.engine.handle(now, Input::Command { ticket, by, command });
        self.settle(log);
    }

    /// The alarms up to then.
    pub fn wake(&mut self, log: &SqliteLog, second: i64) {
        self.engine.handle(Timestamp(NINE + second * 1_000), Input::Wake);
        self.settle(log);
    }

    /// The floor as a snapshot at the end of the log.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.account, self.at, SNAPSHOT_VERSION, self.engine.floor().to_bytes())
    }

    fn set_up(&mut self, log: &SqliteLog) {
        self.ask(log, 0, BOSS, OpenAccount { general: GENERAL });
        let settings = QueueSettings {
            number: Some("8000".into()),
            max_no_answer: 1,
            ..QueueSettings::new("sales", ChannelSet::only(Channel::Voice))
        };
        self.ask(log, 0, BOSS, AddQueue { queue: SALES, settings });
        for (agent, tier_level) in [(ANNA, 0), (BEN, 1), (CLEO, 0), (DORA, 0), (EMIL, 0)] {
            let settings =
                AgentSettings { auto_ready_on_login: true, auto_queue_login: true, ..AgentSettings::default() };
            self.ask(log, 1, BOSS, AddAgent::new(agent, settings));
            let settings = MembershipSettings { tier_level, ..MembershipSettings::default() };
            let queue = SALES;
            self.ask(log, 1, BOSS, SetMembership { agent, queue, settings });
        }
    }

    fn arrive(&mut self, log: &SqliteLog) {
        for (index, agent) in [ANNA, BEN, CLEO, DORA].into_iter().enumerate() {
            let device = ReportDevice {
                agent,
                device: DeviceId::from_u128(0xd0 + index as u128),
                kind: DeviceKind::Sip,
                reachable: true,
                ttl_ms: None,
            };
            self.ask(log, 10 + index as i64, Actor::Signalling, device);
            let queues = vec![];
            self.ask(log, 10 + index as i64, Actor::Agent(agent), LogIn { agent, queues });
        }
    }

    /// A call for sales, so many seconds after nine.
    pub fn call(&mut self, log: &SqliteLog, second: i64, number: u128) {
        let enter = EnterQueue {
            conversation: call(number),
            client: ClientId::from_u128(number),
            channel: Channel::Voice,
            queue: SALES,
            skills: vec![],
            priority: None,
            owner: None,
            arrived_at: None,
        };
        self.ask(log, second, Actor::Signalling, enter);
    }

    /// The agent takes what rings.
    pub fn accept(&mut self, log: &SqliteLog, second: i64, agent: UserId) {
        let floor = self.engine.floor();
        let slot = floor.find_agent(agent).unwrap();
        let offer = floor.agent_facts(slot).offer.unwrap().offer;
        self.ask(log, second, Actor::Agent(agent), AcceptOffer { offer });
    }

    /// A morning: anna takes a call, cleo misses one and ben gets it, dora is at lunch, emil never
    /// came, and the third caller waits while anna wraps up.
    pub fn morning(&mut self, log: &SqliteLog) {
        self.set_up(log);
        self.arrive(log);
        let wish = Wish::OnBreak { reason: Some("lunch_break".parse().unwrap()) };
        self.ask(log, 30, Actor::Agent(DORA), SetStatus { agent: DORA, wish });
        self.call(log, 60, 1);
        self.accept(log, 64, ANNA);
        self.call(log, 70, 2);
        self.wake(log, 90);
        self.accept(log, 95, BEN);
        self.call(log, 100, 3);
        self.ask(log, 130, Actor::Client, EndConversation { conversation: call(1) });
    }
}

/// A directory with the store of one morning, closed.
pub fn morning() -> (TempDir, Scene) {
    let dir = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut scene = Scene::begin(&log, ACCOUNT);
    scene.morning(&log);
    (dir, scene)
}

/// The same after a crash: the files as they are on the disk before the log was closed.
pub fn crashed() -> TempDir {
    let dir = TempDir::new().unwrap();
    let copy = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    Scene::begin(&log, ACCOUNT).morning(&log);
    image(dir.path(), copy.path());
    copy
}

/// Copies the files of a store, without the shared index that a crash would leave meaningless.
pub fn image(from: &Path, to: &Path) {
    for name in ["log.db", "log.db-wal", "log.lock"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}
