//! The write-ahead file, torn and flipped at every place: the acknowledged prefix, or a finding.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;

use readyroom_log::contract::Owner;
use readyroom_log::sqlite::wal::{Wal, scan};
use readyroom_log::{FindingKind, SqliteLog, StoreError, verify, verify_dir};
use tempfile::TempDir;

use crate::{ACCOUNT, bodies, image, written};

const ENTRIES: usize = 12;

/// A crashed log whose entries are all in its write-ahead file.
fn crashed() -> TempDir {
    let dir = TempDir::new().unwrap();
    let (log, _owner) = written(dir.path(), ENTRIES);
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    drop(log);
    copy
}

fn copy_of(dir: &TempDir) -> TempDir {
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    copy
}

#[test]
fn a_file_cut_anywhere_leaves_a_prefix_and_says_when_something_was_cut_off() {
    let crashed = crashed();
    let whole = fs::metadata(crashed.path().join("log.db-wal")).unwrap().len();
    let all: Vec<_> = (0..ENTRIES).map(|it| it.to_string().into_bytes()).collect();
    let mut last = 0;
    let mut silent = 0;
    for len in (0..whole).step_by(509).chain([whole]) {
        let copy = copy_of(&crashed);
        let wal = copy.path().join("log.db-wal");
        OpenOptions::new().write(true).open(&wal).unwrap().set_len(len).unwrap();
        let torn = scan(&wal).unwrap();
        assert!(!matches!(torn, Wal::Damaged { .. }), "{len}: {torn:?}");
        let found = verify_dir(copy.path()).findings;
        let kinds: Vec<_> = found.iter().map(|it| it.kind).collect();
        let expected: &[_] = match torn {
            Wal::Torn { .. } => &[FindingKind::TornWal],
            _ => &[],
        };
        assert_eq!(kinds, expected, "{len}");
        silent += usize::from(torn == Wal::Whole);
        let log = SqliteLog::open(copy.path()).unwrap();
        assert_eq!(log.findings().len(), expected.len());
        let left = bodies(&log, ACCOUNT);
        assert_eq!(left, all[..left.len()], "{len}");
        assert!(left.len() >= last, "{len}: a longer file shows less");
        last = left.len();
        Owner::open(&log, ACCOUNT, 2).must(&log, b"and on");
        assert!(verify(&log).is_sound());
    }
    assert_eq!(last, ENTRIES);
    assert!(silent <= 2 + ENTRIES, "only cuts between transactions leave no trace: {silent}");
}

#[test]
fn a_flip_before_the_end_is_reported_and_nothing_is_forgotten() {
    let crashed = crashed();
    let whole = fs::metadata(crashed.path().join("log.db-wal")).unwrap().len();
    let all: Vec<_> = (0..ENTRIES).map(|it| it.to_string().into_bytes()).collect();
    let (mut refused, mut torn) = (0, 0);
    for at in (0..whole).step_by(211).chain(0..32) {
        let copy = copy_of(&crashed);
        let wal = copy.path().join("log.db-wal");
        let before = fs::read(&wal).unwrap();
        let file = OpenOptions::new().write(true).open(&wal).unwrap();
        file.write_all_at(&[before[at as usize] ^ 0x10], at).unwrap();
        let damaged = fs::read(&wal).unwrap();
        match SqliteLog::open(copy.path()) {
            Err(StoreError::Damaged { why, .. }) => {
                refused += 1;
                assert!(why.contains("nothing was changed"), "{why}");
                assert_eq!(fs::read(&wal).unwrap(), damaged, "{at}: it was changed");
                assert!(SqliteLog::open_read_only(copy.path()).is_err());
                let found = verify_dir(copy.path()).findings;
                assert_eq!(found[0].kind, FindingKind::DamagedWal, "{at}");
            }
            Err(other) => panic!("{at}: {other}"),
            Ok(log) => {
                torn += 1;
                let left = bodies(&log, ACCOUNT);
                assert_eq!(left, all[..left.len()], "{at}");
                assert!(left.len() >= ENTRIES - 1, "{at}: {} are left", left.len());
                assert_eq!(log.findings().len(), usize::from(left.len() < ENTRIES), "{at}");
            }
        }
    }
    assert!(refused > 0 && torn > 0, "{refused} {torn}");
}

#[test]
fn the_loss_can_be_accepted_by_cutting_where_it_says() {
    let crashed = crashed();
    let wal = crashed.path().join("log.db-wal");
    let middle = fs::metadata(&wal).unwrap().len() / 2;
    let file = OpenOptions::new().write(true).open(&wal).unwrap();
    file.write_all_at(&[0x55; 16], middle).unwrap();
    let Wal::Damaged { sound_bytes, .. } = scan(&wal).unwrap() else {
        panic!("it is damaged in the middle");
    };
    file.set_len(sound_bytes).unwrap();
    let log = SqliteLog::open(crashed.path()).unwrap();
    let left = bodies(&log, ACCOUNT).len();
    assert!((1..ENTRIES).contains(&left), "{left}");
    assert!(verify(&log).is_sound());
}

#[test]
fn what_an_earlier_round_left_in_the_file_is_no_damage() {
    let dir = TempDir::new().unwrap();
    let (log, mut owner) = written(dir.path(), 50);
    let raw = rusqlite::Connection::open(dir.path().join("log.db")).unwrap();
    raw.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
    for _ in 0..3 {
        owner.must(&log, b"next round");
    }
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    assert_eq!(scan(&copy.path().join("log.db-wal")).unwrap(), Wal::Whole);
    let log = SqliteLog::open(copy.path()).unwrap();
    assert_eq!(bodies(&log, ACCOUNT).len(), 53);
}
