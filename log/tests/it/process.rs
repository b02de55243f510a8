//! Processes that are killed, whose disk fails, or who may not write: this test binary, started
//! again as its own child.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use readyroom_log::contract::Owner;
use readyroom_log::{Account, AppendError, Log, SqliteLog, verify_dir};
use tempfile::TempDir;

use crate::{ACCOUNT, bodies, image, written};

const DIR: &str = "READYROOM_LOG_TEST_DIR";
const SQLITE_IOERR_FSYNC: &str = "code 1034";
const NOBODY: u32 = 65_534;
const KILLS: usize = 8;
const WRITERS: u8 = 4;

/// The directory this process was started for, if it is such a child.
fn child_dir() -> Option<PathBuf> {
    std::env::var_os(DIR).map(PathBuf::from)
}

fn child(test: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(DIR, dir).stdout(Stdio::piped());
    command
}

/// Child: appends for ever, saying what was acknowledged.
#[test]
fn child_appends_for_ever() {
    let Some(dir) = child_dir() else { return };
    let log = SqliteLog::open(&dir).unwrap();
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let log = &log;
            scope.spawn(move || {
                let mut owner = Owner::open(log, Account([number; 16]), 1);
                for round in owner.at.next_no.. {
                    let size = (round * 37 % 500) as usize;
                    let mut body = format!("{round} ").into_bytes();
                    body.resize(body.len() + size, b'.');
                    let entry = owner.at.entry(round, 1, body);
                    let pos = log.append(owner.account, owner.at.pos, entry.clone()).unwrap();
                    owner.at = owner.at.behind(owner.account, pos, &entry);
                    println!("acknowledged {number} {round}.");
                }
            });
        }
    });
}

/// An acknowledgement a child spoke of. The kill may have cut off its last line, which then has
/// no full stop.
fn said(line: &str) -> Option<(usize, u64)> {
    let (_, words) = line.strip_suffix('.')?.split_once("acknowledged ")?;
    let (number, round) = words.split_once(' ')?;
    Some((number.parse().ok()?, round.parse().ok()?))
}

#[test]
fn every_acknowledged_append_survives_kill_9() {
    let dir = TempDir::new().unwrap();
    let mut acknowledged = [0u64; WRITERS as usize];
    for kill in 0..KILLS {
        let mut child = child("process::child_appends_for_ever", dir.path()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.lines().map_while(Result::ok).filter_map(|line| said(&line));
        let mut note = |(number, round): (usize, u64)| acknowledged[number] = round;
        lines.by_ref().take(40 + kill * 17).for_each(&mut note);
        child.kill().unwrap();
        // What was said before the kill is still in the pipe.
        lines.for_each(note);
        child.wait().unwrap();
        let log = SqliteLog::open(dir.path()).unwrap();
        for number in 0..WRITERS {
            let stored = bodies(&log, Account([number; 16])).len() as u64;
            let said = acknowledged[usize::from(number)];
            assert!(stored >= said, "kill {kill}: {said} acknowledged, {stored} stored");
        }
        drop(log);
        let report = verify_dir(dir.path());
        assert!(report.is_sound(), "kill {kill}: {:?}", report.findings);
    }
}

/// Child: appends until the disk fails, then proves that nothing more is written.
#[test]
fn child_meets_a_failing_disk() {
    let Some(dir) = child_dir() else { return };
    let log = SqliteLog::open(&dir).unwrap();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    let mut acknowledged = bodies(&log, ACCOUNT).len();
    let error = loop {
        match owner.append(&log, &[1; 3000]) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    let stopped = matches!(error, AppendError::Unknown { .. } | AppendError::Poisoned { .. });
    assert!(stopped, "{error:?}");
    for _ in 0..3 {
        let again = log.submit(ACCOUNT, owner.at.pos, owner.next(b"x")).wait();
        assert!(matches!(again, Err(AppendError::Poisoned { .. })), "{again:?}");
    }
    assert_eq!(bodies(&log, ACCOUNT).len(), acknowledged, "what is durable stays readable");
    println!("\nfailed after {acknowledged}: {error}");
}

fn failed_after(output: &std::process::Output) -> usize {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("failed after "));
    let number = line.unwrap().split(':').next().unwrap();
    number.parse().unwrap()
}

#[test]
fn a_failed_write_stops_the_log_until_it_is_opened_anew() {
    let dir = TempDir::new().unwrap();
    // A file may grow to 400 blocks; beyond, the write fails as it does on a failing disk.
    let shell = "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\"";
    let plain = child("process::child_meets_a_failing_disk", dir.path());
    let output = Command::new("sh")
        .args(["-c", shell])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env(DIR, dir.path())
        .output()
        .unwrap();
    let acknowledged = failed_after(&output);
    assert!(acknowledged > 0);
    let log = SqliteLog::open(dir.path()).unwrap();
    let stored = bodies(&log, ACCOUNT).len();
    assert!((acknowledged..=acknowledged + 1).contains(&stored), "{stored} {acknowledged}");
    Owner::open(&log, ACCOUNT, 2).must(&log, b"and on");
    drop(log);
    assert!(verify_dir(dir.path()).is_sound());
}

/// Child: its first fsync fails, and it does not try another.
#[test]
fn child_meets_a_failing_fsync() {
    let Some(dir) = child_dir() else { return };
    let log = SqliteLog::open(&dir).unwrap();
    let barrier = log.tail(ACCOUNT).unwrap().unwrap().anchor().barrier(9, 9);
    let answer = log.submit(ACCOUNT, barrier.prev, barrier.clone()).wait();
    let unknown = |why: &str| why.contains(SQLITE_IOERR_FSYNC);
    assert!(matches!(&answer, Err(AppendError::Unknown { why }) if unknown(why)), "{answer:?}");
    let answer = log.append(ACCOUNT, barrier.prev, barrier);
    assert!(matches!(answer, Err(AppendError::Poisoned { .. })), "{answer:?}");
    assert_eq!(bodies(&log, ACCOUNT), [b"0", b"1", b"2"]);
}

#[test]
fn a_failed_fsync_stops_the_log_until_it_is_opened_anew() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 3));
    // A device that takes every write and fails every fsync, in place of the write-ahead file.
    let wal = dir.path().join("log.db-wal");
    let made = Command::new("mknod").arg(&wal).args(["c", "1", "3"]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        println!("skipped: making a device node needs root");
        return;
    }
    let output = child("process::child_meets_a_failing_fsync", dir.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    fs::remove_file(&wal).unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    assert_eq!(bodies(&log, ACCOUNT), [b"0", b"1", b"2"]);
}

/// Child, not allowed to write: says what it sees.
#[test]
fn child_inspects() {
    let Some(dir) = child_dir() else { return };
    assert!(fs::write(dir.join("probe"), "").is_err(), "this place can be written to");
    match SqliteLog::open_read_only(&dir) {
        Ok(log) => {
            let sound = verify_dir(&dir).is_sound();
            println!("\nsees {} sound {sound}", bodies(&log, ACCOUNT).len());
        }
        Err(error) => println!("\nrefused: {error}"),
    }
}

/// What a process that may not write sees in this directory.
fn inspected(dir: &Path) -> String {
    let exe = TempDir::new().unwrap();
    let copy = exe.path().join("inspector");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(exe.path(), 0o755);
    mode(&copy, 0o755);
    mode(dir, 0o555);
    let mut command = Command::new(&copy);
    command.args(["--exact", "process::child_inspects", "--nocapture"]).env(DIR, dir).current_dir("/");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    mode(dir, 0o755);
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    let line = lines.find(|line| line.starts_with("sees") || line.starts_with("refused"));
    line.unwrap_or_else(|| panic!("{text}")).into()
}

#[test]
fn a_closed_log_is_read_where_nothing_can_be_written() {
    let dir = TempDir::new().unwrap();
    drop(written(dir.path(), 5));
    assert_eq!(inspected(dir.path()), "sees 5 sound true");
}

#[test]
fn a_crashed_log_is_read_whole_where_nothing_can_be_written() {
    let dir = TempDir::new().unwrap();
    let (log, _owner) = written(dir.path(), 5);
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    assert!(copy.path().join("log.db-wal").exists());
    assert_eq!(inspected(copy.path()), "sees 5 sound true");
    drop(log);
}

#[test]
fn a_running_log_is_read_by_one_who_may_not_write() {
    let dir = TempDir::new().unwrap();
    let (log, _owner) = written(dir.path(), 5);
    assert_eq!(inspected(dir.path()), "sees 5 sound true");
    drop(log);
}

#[test]
fn a_log_that_cannot_be_shown_whole_is_not_shown() {
    let dir = TempDir::new().unwrap();
    let (log, _owner) = written(dir.path(), 5);
    let copy = TempDir::new().unwrap();
    image(dir.path(), copy.path());
    let wal = copy.path().join("log.db-wal");
    fs::set_permissions(&wal, fs::Permissions::from_mode(0o000)).unwrap();
    let said = inspected(copy.path());
    assert!(said.contains("log.db-wal: Permission denied"), "{said}");
    drop(log);
}
