//! The projector behind a real engine and a real vault.

mod forgetting;
mod reading;
mod writing;

use super::{Batch, Filling, Projector, Reader, Views};
use crate::vault::Vault;
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket, Turn};
use readyroom_core::event::{Actor, Author, DeviceKind, Sealed};
use readyroom_core::ids::*;
use readyroom_core::settings::{AgentSettings, MembershipSettings};
use readyroom_views::tables::{Filled, Step, Tables, Tracker};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

const ACCOUNT: AccountId = AccountId::from_u128(0xac);
const BOSS: Actor = Actor::Supervisor(UserId::from_u128(0xb0));
const GENERAL: QueueId = QueueId::from_u128(0x90);
const ANNA: UserId = UserId::from_u128(0xa1);
const BEN: UserId = UserId::from_u128(0xa2);
/// 2026-03-02T09:00:00Z.
const NINE: Timestamp = Timestamp(1_772_442_000_000);
const DAY_MS: u64 = 86_400_000;

/// One account at work, and what it has done.
pub struct Scene {
    pub dir: TempDir,
    pub vault: Arc<Vault>,
    pub now: Timestamp,
    pub turns: Vec<Turn>,
    engine: Engine,
    conversations: u128,
}

impl Scene {
    /// Anna and Ben are at work.
    pub fn begin() -> Scene {
        let dir = TempDir::new().unwrap();
        let vault = Arc::new(Vault::open(&dir.path().join("keys.db")).unwrap());
        let engine = Engine::new();
        let mut scene = Scene { dir, vault, now: NINE, turns: Vec::new(), engine, conversations: 0 };
        scene.ask(BOSS, OpenAccount { general: GENERAL });
        for agent in [ANNA, BEN] {
            let settings =
                AgentSettings { auto_queue_login: true, auto_ready_on_login: true, ..AgentSettings::default() };
            scene.ask(BOSS, AddAgent::new(agent, settings));
            scene.ask(BOSS, SetMembership { agent, queue: GENERAL, settings: MembershipSettings::default() });
            scene.ask(BOSS, LogIn { agent, queues: vec![] });
            scene.ask(BOSS, QueueReady { agent, queue: QueueChoice::One(GENERAL) });
        }
        scene.devices();
        scene
    }

    pub fn ask(&mut self, by: Actor, command: impl Into<Command>) {
        self.engine.handle(self.now, Input::Command { ticket: Ticket(1), by, command: command.into() });
        while let Some(turn) = self.engine.poll() {
            let refused = matches!(&turn.answer, Some(answer) if answer.result.is_err());
            assert!(!refused, "{:?}", turn.answer);
            self.turns.push(turn);
        }
    }

    /// Telephones and consoles are there for a day.
    fn devices(&mut self) {
        for agent in [ANNA, BEN] {
            for (number, kind) in [(1, DeviceKind::Sip), (2, DeviceKind::Console)] {
                let (device, ttl_ms) = (DeviceId::from_u128(number), Some(DAY_MS));
                self.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable: true, ttl_ms });
            }
        }
    }

    pub fn pass(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        self.engine.handle(self.now, Input::Wake);
        while let Some(turn) = self.engine.poll() {
            self.turns.push(turn);
        }
    }

    /// The number of the last event.
    pub fn last(&self) -> EventNo {
        self.engine.floor().last_no()
    }

    pub fn seal(&self, client: ClientId, text: &str) -> Sealed {
        self.vault.seal(ACCOUNT, client, self.now, text).unwrap()
    }

    /// A client comes, is taken by whoever is offered it, writes, and leaves.
    pub fn thread(&mut self, client: ClientId, texts: &[&str]) -> ConversationId {
        let conversation = self.arrive(client, Channel::Chat);
        for text in texts {
            let body = self.seal(client, text);
            self.ask(Actor::Client, RecordMessage { conversation, author: Author::Client, body });
            self.pass(1_000);
        }
        self.ask(BOSS, EndConversation { conversation });
        conversation
    }

    /// A call that lasts so long, with a wrap-up behind it.
    pub fn call(&mut self, ms: u64) -> ConversationId {
        let conversation = self.arrive(ClientId::from_u128(7), Channel::Voice);
        self.pass(ms);
        self.ask(BOSS, EndConversation { conversation });
        self.pass(60_000);
        conversation
    }

    fn arrive(&mut self, client: ClientId, channel: Channel) -> ConversationId {
        self.devices();
        self.conversations += 1;
        let conversation = ConversationId::from_u128(self.conversations);
        let (queue, skills, priority, owner, arrived_at) = (GENERAL, vec![], None, None, None);
        self.ask(BOSS, EnterQueue { conversation, client, channel, queue, skills, priority, owner, arrived_at });
        self.pass(2_000);
        let floor = self.engine.floor();
        let offer = floor.conversations().find_map(|(_, it)| it.offer().filter(|_| it.id == conversation));
        let offer = offer.expect("somebody is free").id;
        self.ask(BOSS, AcceptOffer { offer });
        conversation
    }

    /// A day with a bit of everything, and then a second.
    pub fn two_days(&mut self) {
        for day in 0..2 {
            for number in 0..4 {
                let client = ClientId::from_u128(0xc0 + number);
                self.thread(client, &["Good morning", &format!("Where is parcel {day}-{number}?")]);
                self.call(30_000);
                let about = self.seal(client, &format!("Client {number}, day {day}"));
                self.ask(BOSS, DescribeClient { client, about });
                self.ask(Actor::Agent(ANNA), SetStatus { agent: ANNA, wish: Wish::OnBreak { reason: None } });
                self.pass(300_000);
                self.ask(Actor::Agent(ANNA), SetStatus { agent: ANNA, wish: Wish::Available { out_only: false } });
            }
            self.pass(DAY_MS);
        }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("views.db")
    }

    pub fn open(&self) -> (Views, Filling) {
        Views::open(&self.path(), ACCOUNT, self.vault.clone()).unwrap()
    }

    /// Feeds what must be fed of the first events, up to `to`, in batches of some events each. No
    /// checkpoint is made.
    pub fn feed(&self, views: &mut Views, mut filling: Filling, to: EventNo, each: usize) -> Tables {
        let mut batch = Batch { upto: filling.from(), ..Batch::default() };
        let (from, mut events) = (filling.from(), 0);
        self.each(|step| {
            if step.no > from && step.no <= to {
                filling.fold(step, &mut batch.rows);
                batch.upto = step.no;
                events += 1;
                if events % each == 0 {
                    views.write(&std::mem::take(&mut batch)).unwrap();
                }
            }
        });
        batch.upto = to;
        views.write(&batch).unwrap();
        filling.done()
    }

    /// Opens the file and brings it to the last event.
    pub fn filled(&self) -> Views {
        let (mut views, filling) = self.open();
        let tables = self.feed(&mut views, filling, self.last(), 7);
        views.write(&checkpoint(self.last(), tables)).unwrap();
        views
    }

    /// All that happened, step by step.
    pub fn each(&self, mut take: impl FnMut(&Step<'_>)) {
        let mut tracker = Tracker::default();
        for turn in &self.turns {
            tracker.turn(turn).for_each(|step| take(&step));
        }
    }

    /// What the folds say there must be.
    pub fn rows(&self) -> Vec<Filled> {
        let (mut tables, mut rows) = (Tables::default(), Vec::new());
        self.each(|step| tables.fold(step, &mut rows));
        rows
    }

    pub fn reader(&self) -> Reader {
        Reader::new(&self.path())
    }

    /// Everything that readers can see, table by table.
    pub fn dump(&self) -> Vec<(String, Vec<Vec<Value>>)> {
        let conn = self.sql();
        let more = ["promise", "bucket_since", "agent_day", "longest"];
        let tables = Tables::SHAPES.iter().map(|shape| shape.name).chain(more);
        let dump = |table: &str| {
            let mut all = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let width = all.column_count();
            let rows = all.query_map([], |row| (0..width).map(|index| row.get(index)).collect()).unwrap();
            (table.to_owned(), rows.collect::<Result<_, _>>().unwrap())
        };
        tables.map(dump).collect()
    }

    /// The file, for what only a test may do with it.
    pub fn sql(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

pub fn checkpoint(upto: EventNo, tables: Tables) -> Batch {
    Batch { upto, checkpoint: Some(tables), ..Batch::default() }
}
