//! A server in this process with one account, and a way to ask it: at the engine's channel, or over HTTP.

use crate::floor::{agent, queue};
use readyroom::accounts::Account;
use readyroom::auth::{ApiScope, Role};
use readyroom::config::Config;
use readyroom::directory::{Act, By, Login, Made, NewAccount, NewApiKey, NewUser, PersonName};
use readyroom::serve::Server;
use readyroom::{clock, dice};
use readyroom_core::commands::*;
use readyroom_core::event::{Actor, DeviceKind};
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_log::{Log, MemoryLog, SqliteLog};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long a server may take to open an account.
const OPEN_MAX: Duration = Duration::from_secs(60);
/// Commands under way at one time while a floor is set up.
const AT_ONCE: usize = 512;
/// Whoever may do everything.
pub const BOSS: Actor = Actor::Supervisor(UserId([0xb0; 16]));

/// Where the log is kept.
#[derive(Clone, Copy)]
pub enum Kept {
    /// On disk, where an answer waits for an fsync.
    OnDisk,
    /// In memory.
    InMemory,
}

/// A server, its account, and the tasks they run in.
pub struct House {
    /// Where tasks run.
    pub runtime: Runtime,
    /// The account.
    pub account: Account,
    /// Where it listens, as `host:port`.
    pub address: String,
    /// A key for everything.
    pub key: String,
    /// Its history.
    pub views: PathBuf,
    server: Option<Server>,
    /// Removed with its owner.
    _dir: TempDir,
}

impl House {
    /// An empty floor with a queue for calls that are never wrapped up and ring for long.
    pub fn new(kept: Kept) -> House {
        let dir = tempfile::tempdir().expect("a directory for the store");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
        let (server, account, key) = runtime.block_on(open(kept, dir.path(), 0));
        let views = dir.path().join("views").join(format!("{}.db", account.id()));
        let address = server.address.to_string();
        let house = House { runtime, account, address, key, views, server: Some(server), _dir: dir };
        let settings = QueueSettings {
            wrap_up_ms: Some(0),
            ring_timeout_ms: 60_000_000,
            ..QueueSettings::new("calls", ChannelSet::only(Channel::Voice))
        };
        house.ask(BOSS, AddQueue { queue: queue(0), settings });
        house
    }

    /// Has something done, which must not be refused, and returns its position.
    pub fn ask(&self, by: Actor, command: impl Into<Command>) -> u64 {
        self.runtime.block_on(ask(&self.account, by, command.into()))
    }

    /// Has many things done, in their order, many at a time.
    pub fn ask_all(&self, commands: impl IntoIterator<Item = (Actor, Command)>) {
        self.runtime.block_on(async {
            let mut under_way = VecDeque::new();
            for (by, command) in commands {
                // On one task after the other, so that they reach the account in this order.
                let account = self.account.clone();
                let mut asking = Box::pin(async move { ask(&account, by, command).await });
                if std::future::poll_fn(|context| std::task::Poll::Ready(asking.as_mut().poll(context)))
                    .await
                    .is_pending()
                {
                    under_way.push_back(asking);
                }
                if under_way.len() >= AT_ONCE {
                    under_way.pop_front().expect("there are many").await;
                }
            }
            for asking in under_way {
                asking.await;
            }
        });
    }

    /// Lets new agents come: members of the queue, reachable, and ready if it is wished.
    pub fn let_in(&self, agents: std::ops::Range<usize>, queue: QueueId, ready: bool) {
        self.ask_all(agents.flat_map(|at| comes(agent(at), queue, ready)));
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

async fn ask(account: &Account, by: Actor, command: Command) -> u64 {
    let name = command.name();
    match account.command(by, command, None, None).await {
        Ok(done) => done.position.0,
        Err(failure) => panic!("{name} was not done: {failure:?}"),
    }
}

fn comes(agent: UserId, queue: QueueId, ready: bool) -> Vec<(Actor, Command)> {
    let (device, kind) = (DeviceId::from_u128(1), DeviceKind::Sip);
    let report = ReportDevice { agent, device, kind, reachable: true, ttl_ms: None };
    let mut acts: Vec<(Actor, Command)> = vec![
        (BOSS, AddAgent::new(agent, AgentSettings::default()).into()),
        (BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() }.into()),
        (Actor::Signalling, report.into()),
        (Actor::Agent(agent), LogIn { agent, queues: vec![queue] }.into()),
    ];
    if ready {
        acts.push((Actor::Agent(agent), SetStatus { agent, wish: Wish::Available { out_only: false } }.into()));
    }
    acts
}

/// A call that comes to a queue now.
pub fn call(at: usize, queue: QueueId) -> EnterQueue {
    let number = (1 << 64) + at as u128;
    EnterQueue {
        conversation: ConversationId::from_u128(number),
        client: ClientId::from_u128(number),
        channel: Channel::Voice,
        queue,
        skills: vec![],
        priority: None,
        owner: None,
        arrived_at: None,
    }
}

/// A server on a new store, with its account open, and so many people who may ask over HTTP. Also the
/// secret of a key for everything.
pub async fn open(kept: Kept, dir: &Path, people: usize) -> (Server, Account, String) {
    let log: Arc<dyn Log> = match kept {
        Kept::OnDisk => Arc::new(SqliteLog::open(dir).expect("a new store")),
        Kept::InMemory => Arc::new(MemoryLog::default()),
    };
    let config = Config { store: dir.to_owned(), listen: ([127, 0, 0, 1], 0).into(), ..Config::default() };
    let server = Server::start_on(config, log).await.expect("a new store");
    let (directory, now) = (&server.app.directory, clock::now());
    let act = |act: &'static str| Act::new(now, By::System, act, "bench");
    let (id, general_queue) = (AccountId(dice::id(now)), QueueId(dice::id(now)));
    let new = NewAccount { id, name: "bench".into(), zone: None, text_retention_days: None, general_queue };
    directory.create_account(new, &act("account.created")).expect("a new account");
    for at in 0..people {
        let (login, name) = (Login::new(&format!("agent{at}")), PersonName::new("Agent"));
        let (login, name) = (login.expect("a login"), name.expect("a name"));
        let new = NewUser {
            id: agent(at),
            login,
            name,
            email: None,
            role: Role::Agent,
            password: None,
            teams: BTreeSet::new(),
        };
        directory.create_user(id, new, None, &act("user.created")).expect("a new user");
    }
    let scopes = BTreeSet::from([ApiScope::All]);
    let new = NewApiKey { id: KeyId(dice::id(now)), name: "bench".into(), scopes, expires_at: None };
    let Ok(Made::Now((secret, _))) = directory.create_key(id, new, None, &act("key.created")) else {
        panic!("a new key is made now");
    };
    let account = server.app.accounts.open(id);
    assert!(account.opened(OPEN_MAX).await, "the account opens");
    // What the directory asks for is on the floor when as many agents are.
    while account.look(|floor, _| floor.agent_count()).await.expect("it is open") < people {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    while !account.look(|floor, _| floor.is_open()).await.expect("it is open") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (server, account, secret.reveal().to_owned())
}
