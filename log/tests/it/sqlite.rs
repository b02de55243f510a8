//! The log on disk: who may open it, what it refuses, what it shows of a damaged file.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use readyroom_log::contract::Owner;
use readyroom_log::open::StartFrom;
use readyroom_log::read::Follow;
use readyroom_log::sqlite::file::Place;
use readyroom_log::{Account, AppendError, FindingKind, Log, Pos, SqliteLog, StoreError, verify_dir};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{ACCOUNT, bodies, image, written};

#[test]
fn a_second_writer_is_told_that_the_log_is_in_use() {
    let dir = TempDir::new().unwrap();
    let (log, _) = written(dir.path(), 1);
    let second = SqliteLog::open(dir.path()).err();
    assert!(matches!(second, Some(StoreError::InUse { .. })), "{second:?}");
    drop(log);
    SqliteLog::open(dir.path()).unwrap();
}

#[test]
fn an_inspector_reads_beside_the_writer_and_sees_what_comes() {
    let dir = TempDir::new().unwrap();
    let (log, mut owner) = written(dir.path(), 3);
    let inspector = SqliteLog::open_read_only(dir.path()).unwrap();
    assert_eq!(bodies(&inspector, ACCOUNT), [b"0", b"1", b"2"]);
    let mut follow = Follow::account(&inspector, ACCOUNT, owner.at.pos).unwrap();
    assert!(follow.next().is_none());
    thread::scope(|scope| {
        scope.spawn(|| owner.must(&log, b"3"));
        follow.wait(Duration::from_secs(10)).unwrap();
    });
    assert_eq!(follow.next().unwrap().unwrap().entry.body, b"3");
    let mut inspected = Owner::open(&log, ACCOUNT, 9);
    let refused = inspected.append(&inspector, b"x");
    assert_eq!(refused, Err(AppendError::ReadOnly));
    assert!(verify_dir(dir.path()).is_sound());
}

#[test]
fn many_accounts_share_an_fsync() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(SqliteLog::open(dir.path()).unwrap());
    let threads: Vec<_> = (0..32u8)
        .map(|number| {
            let log = log.clone();
            thread::spawn(move || {
                let mut owner = Owner::open(&*log, Account([number; 16]), 1);
                for round in 0..50 {
                    owner.must(&*log, &[number, round]);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    for number in 0..32u8 {
        let expected: Vec<_> = (0..50).map(|round| vec![number, round]).collect();
        assert_eq!(bodies(&*log, Account([number; 16])), expected);
    }
    assert_eq!(log.accounts().unwrap().len(), 32);
    assert!(verify_dir(dir.path()).is_sound());
}

#[test]
fn waiting_for_what_is_there_takes_no_time() {
    let dir = TempDir::new().unwrap();
    let (log, owner) = written(dir.path(), 1);
    drop(log);
    let log = SqliteLog::open(dir.path()).unwrap();
    let begun = Instant::now();
    log.wait_past(Pos::START, Duration::from_secs(60)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
    log.wait_past(owner.at.pos, Duration::from_millis(1)).unwrap();
}

/// What opening for writing, opening for reading and verifying say about a file.
fn verdict(dir: &TempDir) -> (StoreError, StoreError, FindingKind) {
    let report = verify_dir(dir.path());
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    (
        SqliteLog::open(dir.path()).err().unwrap(),
        SqliteLog::open_read_only(dir.path()).err().unwrap(),
        report.findings[0].kind,
    )
}

#[test]
fn a_file_that_is_not_a_log_of_ours_is_refused() {
    let dir = TempDir::new().unwrap();
    let db = dir.path().join("log.db");
    fs::write(&db, "This is a letter, not a database.").unwrap();
    let (write, read, kind) = verdict(&dir);
    assert!(write.to_string().ends_with("is not a database; is this the right directory?"));
    assert_eq!((read, kind), (write, FindingKind::NotOurs));

    fs::remove_file(&db).unwrap();
    let other = Connection::open(&db).unwrap();
    other.execute_batch("CREATE TABLE cats (name)").unwrap();
    drop(other);
    let (write, read, kind) = verdict(&dir);
    assert!(write.to_string().contains("a database of another program"));
    assert_eq!((read, kind), (write, FindingKind::NotOurs));
}

#[test]
fn a_log_from_a_newer_version_is_refused() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 1));
    let raw = Connection::open(dir.path().join("log.db")).unwrap();
    raw.pragma_update(None, "user_version", 2).unwrap();
    drop(raw);
    let (write, read, kind) = verdict(&dir);
    assert!(write.to_string().contains("has format 2 and this program knows 1"));
    assert_eq!((read, kind), (write, FindingKind::NotOurs));
}

#[test]
fn an_emptied_file_is_damage_not_a_new_log() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 1));
    fs::write(dir.path().join("log.db"), "").unwrap();
    let (write, read, kind) = verdict(&dir);
    assert!(matches!(write, StoreError::Damaged { .. }));
    assert_eq!((read, kind), (write, FindingKind::Empty));
}

#[test]
fn a_missing_log_is_created_by_a_writer_only_and_not_over_its_remains() {
    let dir = TempDir::new().unwrap();
    assert_eq!(verify_dir(dir.path()).findings[0].kind, FindingKind::Missing);
    assert!(SqliteLog::open_read_only(dir.path()).is_err());
    let (log, _) = written(dir.path(), 1);
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    fs::remove_file(copy.path().join("log.db")).unwrap();
    let refused = SqliteLog::open(copy.path()).err();
    assert!(matches!(refused, Some(StoreError::Damaged { .. })), "{refused:?}");
    drop(log);
}

#[test]
fn a_truncated_database_is_reported_and_not_written_to() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 200));
    let db = dir.path().join("log.db");
    let whole = fs::metadata(&db).unwrap().len();
    OpenOptions::new().write(true).open(&db).unwrap().set_len(whole / 2).unwrap();
    let report = verify_dir(dir.path());
    assert_eq!(report.findings[0].kind, FindingKind::Database);
    let read = SqliteLog::open_read_only(dir.path()).and_then(|log| {
        let tail = log.tail(ACCOUNT);
        tail.map_err(|error| panic!("a whole log would have been refused: {error}"))
    });
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
    assert!(SqliteLog::open(dir.path()).is_err());
    assert_eq!(fs::metadata(&db).unwrap().len(), whole / 2);
}

#[test]
fn a_damaged_page_is_reported_and_what_is_around_it_is_still_counted() {
    let dir = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    for _ in 0..100 {
        owner.must(&log, &[5; 2000]);
    }
    drop(log);
    let db = dir.path().join("log.db");
    let raw = Connection::open(&db).unwrap();
    let page: i64 = raw
        .query_row(
            "SELECT pageno FROM dbstat WHERE name = 'entry' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 10",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(raw);
    let file = OpenOptions::new().write(true).open(&db).unwrap();
    file.write_all_at(&[0xff; 100], (page as u64 - 1) * 4096).unwrap();
    let report = verify_dir(dir.path());
    let kinds: Vec<_> = report.findings.iter().map(|it| it.kind).collect();
    assert!(kinds.contains(&FindingKind::Database), "{kinds:?}");
    assert!(kinds.contains(&FindingKind::Unreadable), "{kinds:?}");
    assert!(kinds.contains(&FindingKind::Hole), "{kinds:?}");
    let entries = report.accounts[0].entries;
    assert!((80..101).contains(&entries), "{entries}");
    let log = SqliteLog::open_read_only(dir.path()).unwrap();
    let read = log.read(ACCOUNT, Pos::START, owner.at.pos).unwrap();
    assert!(read.last().unwrap().is_err());
}

#[test]
fn a_damaged_end_can_be_cut_and_the_account_goes_on() {
    let dir = TempDir::new().unwrap();
    let (log, _) = written(dir.path(), 5);
    let raw = Connection::open(dir.path().join("log.db")).unwrap();
    raw.execute("UPDATE entry SET record = substr(record, 1, 60) WHERE pos = 6", []).unwrap();
    drop(raw);
    drop(log);
    let report = verify_dir(dir.path());
    let finding = &report.findings[0];
    assert_eq!((report.findings.len(), finding.kind), (1, FindingKind::TornTail));
    assert!(finding.text.contains("5 entries and 4 events before it are sound"));
    let log = SqliteLog::open(dir.path()).unwrap();
    log.cut(ACCOUNT, report.accounts[0].last_sound).unwrap();
    let mut owner = Owner::open(&log, ACCOUNT, 2);
    assert_eq!(owner.replayed, [b"0", b"1", b"2", b"3"]);
    owner.must(&log, b"new");
    assert!(log.cut(ACCOUNT, Pos(1_000)).is_err());
    drop(log);
    assert!(verify_dir(dir.path()).is_sound());
}

#[test]
fn large_entries_are_carried_over_into_the_database_as_they_come() {
    let dir = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    for _ in 0..60 {
        owner.must(&log, &[3; 800_000]);
    }
    let wal = fs::metadata(Place::new(dir.path()).wal()).unwrap().len();
    assert!(wal < 40 * 1024 * 1024, "{wal}");
    assert_eq!(bodies(&log, ACCOUNT).len(), 60);
}

#[test]
fn entries_missing_at_the_end_are_noticed() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 5));
    let raw = Connection::open(dir.path().join("log.db")).unwrap();
    raw.execute("DELETE FROM entry WHERE pos >= 5", []).unwrap();
    drop(raw);
    let report = verify_dir(dir.path());
    let kinds: Vec<_> = report.findings.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [FindingKind::WrongTail]);
    let log = SqliteLog::open(dir.path()).unwrap();
    let opened = Owner::try_open(&log, ACCOUNT, 2, StartFrom::Beginning).err().unwrap();
    assert!(opened.to_string().contains("it is missing, and was the last one"), "{opened}");
    log.cut(ACCOUNT, report.accounts[0].last_sound).unwrap();
    assert_eq!(Owner::open(&log, ACCOUNT, 2).replayed, [b"0", b"1", b"2"]);
}

#[test]
fn a_lost_note_of_the_end_is_made_up_for_by_the_chain() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 5));
    for spoil in ["DELETE FROM tail", "UPDATE tail SET pos = 2"] {
        let raw = Connection::open(dir.path().join("log.db")).unwrap();
        raw.execute(spoil, []).unwrap();
        drop(raw);
        let log = SqliteLog::open(dir.path()).unwrap();
        assert_eq!(Owner::open(&log, ACCOUNT, 2).replayed.len(), 5);
    }
    assert!(verify_dir(dir.path()).is_sound());
}
