//! The log's tests, in one binary: the contract on both stores, then what is particular to each.
#![allow(clippy::unwrap_used)]

mod contract;
mod memory;
mod process;
mod sqlite;
mod wal;

use std::fs;
use std::path::Path;

use readyroom_log::contract::Owner;
use readyroom_log::{Account, Log, Pos, SqliteLog};

const ACCOUNT: Account = Account([7; 16]);

/// The bodies of all entries of an account that have events.
fn bodies(log: &dyn Log, account: Account) -> Vec<Vec<u8>> {
    let Some(tail) = log.tail(account).unwrap() else {
        return Vec::new();
    };
    let entries = log.read(account, Pos::START, tail.pos).unwrap();
    entries.map(|stored| stored.unwrap().entry.body).filter(|body| !body.is_empty()).collect()
}

/// A directory with the log's files as they are on the disk now, without the shared index that a
/// crash would leave meaningless.
fn image(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            image(&path, &to.join(name));
        } else if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A log with `count` entries "0", "1", … of one account, still open.
fn written(dir: &Path, count: usize) -> (SqliteLog, Owner) {
    let log = SqliteLog::open(dir).unwrap();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    for number in 0..count {
        owner.must(&log, number.to_string().as_bytes());
    }
    (log, owner)
}
