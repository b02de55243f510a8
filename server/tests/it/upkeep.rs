//! What is done for an account without anybody asking, on the real log.

use crate::scene::{ACCOUNT, ANNA, BOSS, GENERAL};
use readyroom::accounts::{Account, Accounts, Ground};
use readyroom::directory::{Act, By, Directory, NewAccount, Settings};
use readyroom::upkeep::leave_snapshot;
use readyroom::vault::Vault;
use readyroom_core::commands::{AddAgent, LogIn, LogOut, OpenAccount};
use readyroom_core::event::Actor;
use readyroom_core::ids::Timestamp;
use readyroom_core::settings::AgentSettings;
use readyroom_log::{Log, Pos, SqliteLog};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// The accounts of a store, at work in this process.
fn accounts(dir: &Path) -> (Accounts, Arc<SqliteLog>) {
    std::fs::create_dir_all(dir.join("views")).unwrap();
    let log = Arc::new(SqliteLog::open(dir).unwrap());
    let directory = Arc::new(Directory::open(dir, Settings::default()).unwrap());
    let vault = Arc::new(Vault::open(&dir.join("keys.db")).unwrap());
    let ground = Ground { log: log.clone(), directory, vault, views: dir.join("views") };
    (Accounts::new(ground), log)
}

/// The rows of `agent_event`, when all that was acknowledged is in them.
async fn rows(account: &Account) -> usize {
    let (reader, _) = account.history(None).await.unwrap();
    tokio::task::spawn_blocking(move || reader.agent_events(&Default::default(), 0, 1_000).unwrap().rows.len())
        .await
        .unwrap()
}

async fn shift(account: &Account) {
    let by = Actor::Agent(ANNA);
    account.command(by, LogIn { agent: ANNA, queues: vec![] }.into(), None, None).await.unwrap();
    account.command(by, LogOut { agent: ANNA }.into(), None, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_left_at_work_is_one_that_the_tables_have_passed() {
    let dir = tempfile::tempdir().unwrap();
    let (accounts, log) = accounts(dir.path());
    let new =
        NewAccount { id: ACCOUNT, name: "acme".into(), zone: None, text_retention_days: None, general_queue: GENERAL };
    let act = Act::new(Timestamp(1_772_442_000_000), By::Cli, "test.set_up", "");
    accounts.ground().directory.create_account(new, &act).unwrap();
    let account = accounts.open(ACCOUNT);
    assert!(account.opened(LONG).await);
    // The account may have been opened on the floor already, because the directory has it.
    let _ = account.command(BOSS, OpenAccount { general: GENERAL }.into(), None, None).await;
    account.command(BOSS, AddAgent::new(ANNA, AgentSettings::default()).into(), None, None).await.unwrap();
    shift(&account).await;
    let at = leave_snapshot(&accounts, &account).await.unwrap();
    assert_eq!(at, account.position());
    let left = log.get_snapshot(readyroom_log::Account(ACCOUNT.0), Pos::MAX).unwrap().unwrap();
    assert_eq!((left.at.next_no, left.is_whole()), (at.0 + 1, true));
    let (reader, _) = account.history(None).await.unwrap();
    let passed = tokio::task::spawn_blocking(move || reader.checkpoint().unwrap()).await.unwrap();
    assert!(passed >= at, "{passed} is before {at}");

    // The next start begins there, and misses nothing.
    shift(&account).await;
    let before = rows(&account).await;
    assert_eq!(before, 4);
    accounts.stop().await;
    drop((accounts, account, log));
    let (again, _log) = self::accounts(dir.path());
    let account = again.open(ACCOUNT);
    assert!(account.opened(LONG).await);
    assert_eq!(rows(&account).await, before);
    shift(&account).await;
    assert_eq!(rows(&account).await, before + 2);
    again.stop().await;
}
