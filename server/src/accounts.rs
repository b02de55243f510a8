//! All accounts of this server. Each has its own task; what fails in one is of no concern to another.

use crate::boot::{self, Booted};
use crate::directory::{Directory, DirectoryError, User};
use crate::projector::{Projector, Reader};
use crate::publisher::{Opener, People, Person, Publisher};
use crate::run::{Ask, CommandAsk, Done, End, Guard, No, Run};
use crate::upkeep;
use crate::vault::{self, Vault};
use readyroom_core::commands::{AddAgent, Command, DeactivateAgent, OpenAccount, ReactivateAgent};
use readyroom_core::event::codec::Promise;
use readyroom_core::event::{Actor, Policy, Sealed};
use readyroom_core::floor::Floor;
use readyroom_core::floor::snapshot::SNAPSHOT_VERSION;
use readyroom_core::ids::*;
use readyroom_core::settings::AgentSettings;
use readyroom_log::{Anchor, Log, Snapshot};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// How long a read waits for the position it should rest on.
const READ_WAIT_MAX: Duration = Duration::from_secs(1);
/// How long a command waits for the log before its sender is told that it may or may not be done.
const COMMAND_WAIT_MAX: Duration = Duration::from_secs(10);
/// Between attempts to open an account that cannot be opened.
const PAUSES: std::ops::RangeInclusive<Duration> = Duration::from_millis(200)..=Duration::from_secs(10);
/// How long each part of an account may take to close.
const CLOSE_MAX: Duration = Duration::from_secs(15);
/// Events after which a stop leaves a snapshot behind: fewer are replayed in no time.
const SNAPSHOT_WORTH: u64 = 10_000;

/// Why there is no answer to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It was not done, for a reason.
    No(No),
    /// Too much is waiting; it was not done.
    Overloaded,
    /// The log cannot confirm.
    Unavailable,
    /// A read was to rest on a position that did not come in time.
    NotYet {
        /// The position that was asked for.
        asked: EventNo,
        /// The one there is.
        reached: EventNo,
    },
}

/// What accounts are made of.
pub struct Ground {
    /// Where entries go.
    pub log: Arc<dyn Log>,
    /// Who there is.
    pub directory: Arc<Directory>,
    /// What opens what people wrote.
    pub vault: Arc<Vault>,
    /// The directory of the tables' files.
    pub views: PathBuf,
}

/// All accounts of this server. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    ground: Ground,
    open: RwLock<BTreeMap<AccountId, Kept>>,
}

struct Kept {
    account: Account,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    upkeep: JoinHandle<()>,
}

/// One account. Cheap to clone; outlives restarts of its engine.
#[derive(Clone)]
pub struct Account(Arc<Shared>);

struct Shared {
    id: AccountId,
    live: RwLock<Option<Live>>,
}

/// An account at work.
#[derive(Clone)]
struct Live {
    door: mpsc::Sender<Ask>,
    publisher: Publisher,
    stored: watch::Receiver<EventNo>,
    written: watch::Receiver<EventNo>,
    reader: Reader,
}

impl Accounts {
    /// No accounts yet, on this ground.
    pub fn new(ground: Ground) -> Accounts {
        Accounts(Arc::new(Inner { ground, open: RwLock::default() }))
    }

    /// Opens an account and keeps it open. Returns at once; `Account::is_open` tells when it is.
    pub fn open(&self, id: AccountId) -> Account {
        let mut open = self.0.open.write().expect("nothing panics while it holds the lock");
        if let Some(kept) = open.get(&id) {
            return kept.account.clone();
        }
        let account = Account(Arc::new(Shared { id, live: RwLock::default() }));
        let (stop, stopping) = watch::channel(false);
        let upkeep = tokio::spawn(upkeep::keep(self.clone(), account.clone(), stopping.clone()));
        let task = tokio::spawn(keep(self.clone(), account.clone(), stopping));
        open.insert(id, Kept { account: account.clone(), stop, task, upkeep });
        account
    }

    /// The account, whether it is at work at the moment or not.
    pub fn get(&self, id: AccountId) -> Option<Account> {
        self.read().get(&id).map(|kept| kept.account.clone())
    }

    /// Every account.
    pub fn all(&self) -> Vec<Account> {
        self.read().values().map(|kept| kept.account.clone()).collect()
    }

    /// What they are made of.
    pub fn ground(&self) -> &Ground {
        &self.0.ground
    }

    /// Stores a snapshot that the account's tables have passed.
    ///
    /// # Errors
    /// Why it could not be stored. The next start takes longer without it, and that is all.
    pub async fn put_snapshot(&self, account: AccountId, at: Anchor, state: Vec<u8>) -> Result<(), String> {
        let log = self.0.ground.log.clone();
        let snapshot = Snapshot::new(readyroom_log::Account(account.0), at, SNAPSHOT_VERSION, state);
        let stored = tokio::task::spawn_blocking(move || log.put_snapshot(&snapshot)).await;
        stored.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<AccountId, Kept>> {
        self.0.open.read().expect("nothing panics while it holds the lock")
    }

    /// Tells an account that its people changed.
    pub async fn people_changed(&self, id: AccountId) {
        let live = self.get(id).and_then(|account| account.live());
        if let (Some(live), Ok(people)) = (live, people_of(&self.0.ground.directory, id)) {
            // An account that closes reads its people when it opens again.
            let _ = live.publisher.people(people).await;
        }
    }

    /// Stores what was decided, leaves snapshots behind, and ends.
    pub async fn stop(&self) {
        let kept = std::mem::take(&mut *self.0.open.write().expect("nothing panics while it holds the lock"));
        for kept in kept.values() {
            let _ = kept.stop.send(true); // Its task may have ended by itself.
        }
        for (id, kept) in kept {
            for task in [kept.upkeep, kept.task] {
                if let Err(error) = task.await {
                    tracing::error!(account = %id, "its task failed: {error}");
                }
            }
        }
    }
}

impl Account {
    /// Which.
    pub fn id(&self) -> AccountId {
        self.0.id
    }

    /// Whether it is at work.
    pub fn is_open(&self) -> bool {
        self.live().is_some()
    }

    /// Waits until it is at work.
    pub async fn opened(&self, within: Duration) -> bool {
        let until = Instant::now() + within;
        while !self.is_open() && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.is_open()
    }

    fn live(&self) -> Option<Live> {
        self.0.live.read().expect("nothing panics while it holds the lock").clone()
    }

    fn set_live(&self, live: Option<Live>) {
        *self.0.live.write().expect("nothing panics while it holds the lock") = live;
    }

    fn at_work(&self) -> Result<Live, Failure> {
        self.live().ok_or(Failure::Unavailable)
    }

    fn ask(&self, ask: Ask) -> Result<(), Failure> {
        self.at_work()?.door.try_send(ask).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Failure::Unavailable,
        })
    }

    /// Has something done, and returns when it is stored.
    ///
    /// # Errors
    /// `Failure`. After `Unavailable` it may or may not be done: repeat it with the same key.
    pub async fn command(
        &self,
        by: Actor,
        command: Command,
        promise: Option<Promise>,
        guard: Option<Guard>,
    ) -> Result<Done, Failure> {
        let (answer, answered) = oneshot::channel();
        let ask = CommandAsk { by, command, promise, guard, since: Instant::now(), answer };
        self.ask(Ask::Command(Box::new(ask)))?;
        wait(COMMAND_WAIT_MAX, answered).await?.map_err(Failure::No)
    }

    /// What was answered to this idempotency key before.
    ///
    /// # Errors
    /// `Failure::No(No::KeyReused)` when it stands for another request.
    pub async fn promised(&self, key: [u8; 16], request: [u8; 16]) -> Result<Option<Done>, Failure> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Promised { key, request, answer })?;
        wait(COMMAND_WAIT_MAX, answered).await?.map_err(Failure::No)
    }

    /// Looks at the floor; answers when everything that was seen is stored.
    ///
    /// # Errors
    /// `Failure`, never `No`.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Floor, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Look(Box::new(move |floor, now| {
            let seen = look(floor, now);
            Box::new(move || {
                let _ = answer.send(seen); // Whoever asked may be gone.
            })
        })))?;
        wait(COMMAND_WAIT_MAX, answered).await
    }

    /// The floor as the bytes of a snapshot, all of it stored; its place, and its last event.
    ///
    /// # Errors
    /// `Failure`, never `No`.
    pub async fn snapshot(&self) -> Result<(Anchor, EventNo, Vec<u8>), Failure> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Snapshot(answer))?;
        wait(COMMAND_WAIT_MAX, answered).await
    }

    /// A device has not been heard of, though its lease runs on.
    pub fn silent(&self, agent: UserId, device: DeviceId) {
        // If it cannot be said now, the lease ends all the same.
        let _ = self.ask(Ask::Silent { agent, device });
    }

    /// The last event that is stored.
    pub fn position(&self) -> EventNo {
        self.live().map_or(EventNo(0), |live| *live.stored.borrow())
    }

    /// The last event whose rows are in the history.
    pub fn written(&self) -> EventNo {
        self.live().map_or(EventNo(0), |live| *live.written.borrow())
    }

    /// Waits until this position is stored, if one is given.
    ///
    /// # Errors
    /// `NotYet` when it does not come in time.
    pub async fn reached(&self, position: Option<u64>) -> Result<(), Failure> {
        let mut live = self.at_work()?;
        let target = EventNo(position.unwrap_or(0));
        pass(&mut live.stored, target).await
    }

    /// What a person may see is no longer the same: its streams end, and begin anew with what it may.
    pub async fn rescope(&self, user: UserId) {
        if let Some(live) = self.live() {
            // Of an account that closes, all streams end.
            let _ = live.publisher.rescope(user).await;
        }
    }

    /// The board, when it shows this position and everything acknowledged so far.
    ///
    /// # Errors
    /// `NotYet` when that takes too long.
    pub async fn publisher(&self, position: Option<u64>) -> Result<Publisher, Failure> {
        let live = self.at_work()?;
        let target = EventNo(position.unwrap_or(0)).max(*live.stored.borrow());
        pass(&mut live.publisher.position(), target).await?;
        Ok(live.publisher)
    }

    /// The history, when it holds this position and everything acknowledged so far.
    ///
    /// # Errors
    /// `NotYet` when that takes too long.
    pub async fn history(&self, position: Option<u64>) -> Result<(Reader, EventNo), Failure> {
        let mut live = self.at_work()?;
        let target = EventNo(position.unwrap_or(0)).max(*live.stored.borrow());
        pass(&mut live.written, target).await?;
        let written = *live.written.borrow();
        Ok((live.reader, written))
    }
}

async fn wait<T>(longest: Duration, answered: oneshot::Receiver<T>) -> Result<T, Failure> {
    match tokio::time::timeout(longest, answered).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) | Err(_) => Err(Failure::Unavailable),
    }
}

async fn pass(position: &mut watch::Receiver<EventNo>, target: EventNo) -> Result<(), Failure> {
    let waited = tokio::time::timeout(READ_WAIT_MAX, position.wait_for(|at| *at >= target)).await;
    match waited.map(|reached| reached.map(drop)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Failure::Unavailable),
        Err(_) => Err(Failure::NotYet { asked: target, reached: *position.borrow() }),
    }
}

/// Keeps one account open, however often its engine must be dropped, until it is told to stop.
async fn keep(accounts: Accounts, account: Account, mut stopping: watch::Receiver<bool>) {
    let mut pause = *PAUSES.start();
    while !*stopping.borrow() {
        match open(&accounts, &account).await {
            Ok(opened) => {
                pause = *PAUSES.start();
                if work(&accounts, &account, opened, &mut stopping).await {
                    return;
                }
            }
            Err(why) => tracing::error!(account = %account.id(), "{why}; trying again in {pause:?}"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.changed() => {}
        }
        pause = (pause * 2).min(*PAUSES.end());
    }
}

struct Opened {
    run: Run,
    door: mpsc::Sender<Ask>,
    publisher: Publisher,
    publishing: JoinHandle<()>,
    projector: Projector,
    stored: watch::Receiver<EventNo>,
    opened_at: EventNo,
}

/// Opens what people of one account wrote.
struct Opens {
    vault: Arc<Vault>,
    account: AccountId,
}

impl Opener for Opens {
    fn open(&self, sealed: &Sealed) -> Option<String> {
        match self.vault.open_sealed(self.account, sealed) {
            Ok(vault::Opened::Text(text)) => Some(text),
            Ok(vault::Opened::Forgotten) => None,
            Err(error) => {
                tracing::error!(account = %self.account, "a text cannot be opened: {error}");
                None
            }
        }
    }
}

async fn open(accounts: &Accounts, account: &Account) -> Result<Opened, String> {
    let ground = &accounts.0.ground;
    let (id, log, vault) = (account.id(), ground.log.clone(), ground.vault.clone());
    let people = people_of(&ground.directory, id).map_err(|error| error.to_string())?;
    let views = ground.views.join(format!("{id}.db"));
    let start = Instant::now();
    let booted = tokio::task::spawn_blocking(move || boot::boot(log, id, &views, &vault, people)).await;
    let Booted { engine, committer, promises, live, views } =
        booted.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let position = engine.floor().last_no();
    tracing::info!(account = %id, %position, took = ?start.elapsed(), "open");
    let projector = Projector::start(views);
    let opener = Box::new(Opens { vault: ground.vault.clone(), account: id });
    let (publisher, publishing) = Publisher::start(live, opener, projector.keeper());
    let (door, asks) = mpsc::channel(crate::run::DOOR_MAX);
    let (tell, stored) = watch::channel(position);
    let run = Run { engine, committer, promises, publisher: publisher.clone(), door: asks, stored: tell };
    Ok(Opened { run, door, publisher, publishing, projector, stored, opened_at: position })
}

/// Why an account stops working.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It was told to.
    Told,
    /// Its engine was lost.
    Engine,
    /// Nobody takes its events any more.
    Board,
}

/// Lets an account work until it is told to stop (true) or its engine is lost (false).
async fn work(accounts: &Accounts, account: &Account, opened: Opened, stopping: &mut watch::Receiver<bool>) -> bool {
    let Opened { run, door, publisher, publishing, projector, stored, opened_at } = opened;
    let (written, reader) = (projector.written(), projector.reader());
    account.set_live(Some(Live { door: door.clone(), publisher: publisher.clone(), stored, written, reader }));
    let mut running = tokio::spawn(run.run());
    reconcile(accounts, account).await;
    let mut publishing = publishing;
    let why = tokio::select! {
        _ = stopping.changed() => Why::Told,
        () = door.closed() => Why::Engine,
        published = &mut publishing => {
            tracing::error!(account = %account.id(), "its board or its tables failed ({published:?}); it is opened anew");
            Why::Board
        }
    };
    account.set_live(None);
    // A disk that takes no rows may hold all of it up; the log has everything.
    let stop = async {
        let _ = door.send(Ask::Stop).await; // It may have ended by itself.
        (&mut running).await
    };
    let end = tokio::time::timeout(CLOSE_MAX, stop).await;
    if end.is_err() {
        running.abort();
    }
    if why != Why::Board {
        // Its streams end, and it hands out its last rows; unless it has stopped by a fault of its own.
        let _ = publisher.close().await;
        match tokio::time::timeout(CLOSE_MAX, &mut publishing).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::error!(account = %account.id(), "its board failed: {fault}"),
            Err(_) => publishing.abort(),
        }
    }
    projector.stop().await;
    let stopped = why == Why::Told;
    let Ok(end) = end else {
        tracing::error!(account = %account.id(), "it could not be closed in time; the next start reads its log");
        return stopped;
    };
    match end {
        Ok(End::Stopped { at, no, state }) => {
            if no.0 - opened_at.0 >= SNAPSHOT_WORTH {
                // The tables have passed it: they were closed just now.
                if let Err(why) = accounts.put_snapshot(account.id(), at, state).await {
                    tracing::warn!(account = %account.id(), "no snapshot was left, the next start takes longer: {why}");
                }
            }
            tracing::info!(account = %account.id(), position = %no, "closed");
        }
        Ok(End::Lost(lost)) => tracing::error!(account = %account.id(), "{lost}; it is opened anew"),
        // A fault of ours: what was decided and not stored is dropped with the engine.
        Err(fault) => tracing::error!(account = %account.id(), "its engine failed ({fault}); it is opened anew"),
    }
    stopped
}

/// The directory comes first and the floor follows: what a stop left between the two is made good.
async fn reconcile(accounts: &Accounts, account: &Account) {
    let directory = &accounts.0.ground.directory;
    let system = Actor::Policy(Policy::Reopen);
    let Ok(entry) = directory.account(account.id()) else { return };
    let known = account
        .look(|floor, _| {
            let active = floor.agents().map(|(_, agent)| (agent.id, agent.active));
            (floor.is_open(), active.collect::<BTreeMap<UserId, bool>>())
        })
        .await;
    let Ok((open, agents)) = known else { return };
    let mut missing: Vec<(Command, Option<Guard>)> = Vec::new();
    if !open {
        missing.push((OpenAccount { general: entry.general_queue }.into(), None));
    }
    for user in directory.everybody(account.id()).unwrap_or_default() {
        // The doors are open: what was changed meanwhile is followed by whoever changed it.
        let still = || {
            let (directory, user) = (directory.clone(), user.clone());
            let guard: Guard =
                Box::new(move |_| directory.user(user.account, user.id).is_ok_and(|known| known.active == user.active));
            Some(guard)
        };
        let known = agents.get(&user.id);
        if known.is_none() {
            missing.push((AddAgent::new(user.id, AgentSettings::default()).into(), still()));
        }
        match known.unwrap_or(&true) {
            true if !user.active => missing.push((DeactivateAgent { agent: user.id }.into(), still())),
            false if user.active => missing.push((ReactivateAgent { agent: user.id }.into(), still())),
            _ => {}
        }
    }
    for (command, guard) in missing {
        let name = command.name();
        match account.command(system, command, None, guard).await {
            Ok(_) | Err(Failure::No(No::Changed)) => {}
            Err(failure) => {
                tracing::error!(account = %account.id(), "{name}, which the directory asks for, was not done: {failure:?}");
            }
        }
    }
}

/// The people of an account, as rows tell them.
pub fn people_of(directory: &Directory, account: AccountId) -> Result<People, DirectoryError> {
    let teams = directory.teams_by_user(account)?;
    let person = |user: &User| Person {
        name: user.name.reveal().to_owned(),
        login: Some(user.login.reveal().to_owned()),
        teams: teams.get(&user.id).into_iter().flatten().map(ToString::to_string).collect(),
    };
    Ok(directory.everybody(account)?.iter().map(|user| (user.id, person(user))).collect())
}
