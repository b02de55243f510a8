//! What an account needs from time to time without anybody asking: texts whose time is up go, and a
//! snapshot is left so that the next start is short. One task for each account.

use crate::accounts::{Account, Accounts, Failure};
use crate::{clock, forget};
use readyroom_core::event::{Actor, Policy};
use readyroom_core::ids::{ClientId, EventNo, KeyId, Timestamp};
use readyroom_log::Pos;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Events after which a snapshot is left.
const SNAPSHOT_EVENTS: u64 = 200_000;
/// Between two looks.
const TICK: Duration = Duration::from_secs(60);
/// How long the tables may take to pass a snapshot.
const PASS_MAX: Duration = Duration::from_secs(60);
/// Between looks at something that is about to be so.
const PAUSE: Duration = Duration::from_millis(100);
/// Clients who are told to the log at once.
const AT_ONCE_MAX: usize = 256;
const DAY_MS: i64 = 86_400_000;

/// Keeps an account in order until it is told to stop.
pub async fn keep(accounts: Accounts, account: Account, mut stopping: watch::Receiver<bool>) {
    let mut keeper = Keeper { accounts, account, swept_on: None, snapshot_at: None };
    let work = async {
        loop {
            let pause = keeper.look().await;
            tokio::time::sleep(pause).await;
        }
    };
    // What is left undone is done at the next start: there keys that are gone take their rows with them.
    tokio::select! {
        _ = stopping.wait_for(|stop| *stop) => {}
        () = work => {}
    }
}

struct Keeper {
    accounts: Accounts,
    account: Account,
    /// The day on which texts were looked through, in days since 1970 UTC.
    swept_on: Option<i64>,
    /// The last event of the newest snapshot; none until it was looked up.
    snapshot_at: Option<EventNo>,
}

impl Keeper {
    /// Does what is due, and says when to look again.
    async fn look(&mut self) -> Duration {
        if !self.account.is_open() {
            return PAUSE;
        }
        let today = clock::now().0.div_euclid(DAY_MS);
        if self.swept_on != Some(today) && self.sweep().await {
            self.swept_on = Some(today);
        }
        self.snapshot().await;
        TICK
    }

    /// Forgets the texts of months that ended before they were to be kept. False: it did not come to its
    /// end, and is to be tried again.
    async fn sweep(&self) -> bool {
        let account = self.account.id();
        let days = match self.accounts.ground().directory.account(account) {
            Ok(entry) => entry.text_retention_days,
            Err(error) => {
                tracing::error!(%account, "{error}");
                return false;
            }
        };
        let Some(days) = days else { return true };
        let before = Timestamp(clock::now().0 - i64::from(days) * DAY_MS);
        let vault = self.accounts.ground().vault.clone();
        let gone = tokio::task::spawn_blocking(move || vault.forget_months_before(account, before)).await;
        match gone.expect("the vault does not panic") {
            Ok(gone) => self.record(gone).await,
            Err(error) => {
                tracing::error!(%account, "texts whose time is up may still be there; trying again soon: {error}");
                false
            }
        }
    }

    async fn record(&self, gone: Vec<(ClientId, KeyId)>) -> bool {
        let mut by_client: BTreeMap<ClientId, Vec<KeyId>> = BTreeMap::new();
        gone.into_iter().for_each(|(client, key)| by_client.entry(client).or_default().push(key));
        let clients = by_client.len();
        let (mut saying, mut said) = (JoinSet::new(), true);
        for (client, keys) in by_client {
            if saying.len() >= AT_ONCE_MAX {
                said &= told(saying.join_next().await);
            }
            let account = self.account.clone();
            let by = Actor::Policy(Policy::Upkeep);
            saying.spawn(async move { forget::record(&account, by, client, &keys).await.map(drop) });
        }
        while let Some(done) = saying.join_next().await {
            said &= told(Some(done));
        }
        if clients > 0 {
            tracing::info!(account = %self.account.id(), clients, "texts were forgotten, for their time was up");
        }
        said
    }

    /// Leaves a snapshot when enough has happened since the last.
    async fn snapshot(&mut self) {
        let last = match self.snapshot_at {
            Some(last) => last,
            None => self.newest().await,
        };
        self.snapshot_at = Some(last);
        if self.account.position().0.saturating_sub(last.0) < SNAPSHOT_EVENTS {
            return;
        }
        match leave_snapshot(&self.accounts, &self.account).await {
            Ok(at) => self.snapshot_at = Some(at),
            Err(why) => tracing::warn!(account = %self.account.id(), "no snapshot was left: {why}"),
        }
    }

    /// The last event of the newest snapshot there is.
    async fn newest(&self) -> EventNo {
        let (log, account) = (self.accounts.ground().log.clone(), readyroom_log::Account(self.account.id().0));
        let found = tokio::task::spawn_blocking(move || log.get_snapshot(account, Pos::MAX)).await;
        match found.expect("the log does not panic") {
            Ok(snapshot) => EventNo(snapshot.map_or(0, |snapshot| snapshot.at.next_no - 1)),
            Err(error) => {
                tracing::warn!(account = %self.account.id(), "the newest snapshot cannot be read: {error}");
                EventNo(0)
            }
        }
    }
}

/// Leaves a snapshot of the floor as it is now, when the tables have passed it; returns its last event. The
/// next start then reads only what lies behind it.
///
/// # Errors
/// Why there is none. It costs the next start time, and nothing else.
pub async fn leave_snapshot(accounts: &Accounts, account: &Account) -> Result<EventNo, String> {
    let failed = |failure: Failure| format!("the account does not answer ({failure:?})");
    let (at, no, state) = account.snapshot().await.map_err(failed)?;
    let publisher = account.publisher(Some(no.0)).await.map_err(failed)?;
    publisher.checkpoint().await.map_err(|closed| closed.to_string())?;
    let until = Instant::now() + PASS_MAX;
    while checkpoint(account).await? < no {
        if Instant::now() >= until {
            return Err(format!("the tables have not passed event {no} within {} s", PASS_MAX.as_secs()));
        }
        tokio::time::sleep(PAUSE).await;
    }
    accounts.put_snapshot(account.id(), at, state).await?;
    Ok(no)
}

/// Up to where the tables need not be filled again.
async fn checkpoint(account: &Account) -> Result<EventNo, String> {
    let (reader, _) = account.history(None).await.map_err(|_| "the tables lag behind".to_owned())?;
    let read = tokio::task::spawn_blocking(move || reader.checkpoint()).await.expect("the reader does not panic");
    read.map_err(|error| error.to_string())
}

/// Whether one of those who tell the log has done so.
fn told(done: Option<Result<Result<(), Failure>, tokio::task::JoinError>>) -> bool {
    match done {
        None => true,
        Some(Ok(Ok(()))) => true,
        Some(Ok(Err(failure))) => {
            tracing::warn!("keys are destroyed, and the log does not know it yet ({failure:?})");
            false
        }
        Some(Err(error)) => {
            tracing::error!("{error}");
            false
        }
    }
}
