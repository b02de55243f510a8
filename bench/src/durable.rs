//! Durable commands per second, beside raw SQLite in the same run.
//!
//! 512 commands wait at any time. What arrives while an entry is being made durable goes into the
//! next one, so the batches are as large as the disk makes them. Beside it, bare SQLite writes one
//! row per command in transactions of the same mean size; and then one fsync is timed alone.

use crate::Size;
use crate::figure::{Beside, Report, cpu, wall};
use crate::floor::{Bench, agent};
use readyroom_core::commands::{SetStatus, Wish};
use readyroom_core::engine::{Input, Ticket};
use readyroom_core::event::{Actor, codec};
use readyroom_log::open::StartFrom;
use readyroom_log::{Account, Anchor, Entry, Log, SqliteLog};
use std::path::Path;

const WAITING: usize = 512;
const WRITER: u64 = 1;
const ACCOUNT: Account = Account([7; 16]);

/// Commands per second that are decided, stored and acknowledged.
pub fn measure(size: Size, report: &mut Report) {
    let commands = size.of(300_000, 4_000);
    let dir = tempfile::tempdir().expect("a directory for the store");
    let log = SqliteLog::open(dir.path()).expect("a new store");
    let (seconds, run) = wall(|| serve(&log, commands));
    let rate = commands as f64 / seconds;
    let batch = (run.events as f64 / run.entries as f64).round().max(1.0) as usize;
    let (raw_seconds, ()) = wall(|| raw_rows(&dir.path().join("raw.db"), commands, batch));
    let beside = Beside { what: "raw SQLite, one row per command", value: commands as f64 / raw_seconds };
    report.ratio("durable_commands", rate, "1/s", commands, &beside);
    report.figure("durable_mean_batch", batch as f64, "commands", run.entries);
    report.figure("durable_cpu_per_command", run.cpu * 1e6 / commands as f64, "us", commands);
    latency(size, report);
}

struct Run {
    entries: usize,
    events: usize,
    cpu: f64,
}

/// Agents toggle between available and not ready, 512 at a time.
fn serve(log: &dyn Log, commands: usize) -> Run {
    let mut bench = Bench::with(WAITING);
    let mut at = take_over(log, ACCOUNT);
    let mut run = Run { entries: 0, events: 0, cpu: 0.0 };
    let (mut asked, mut answered) = (0, 0);
    let mut in_flight: Option<(readyroom_log::Pending, usize)> = None;
    while answered < commands {
        // Everyone whose command was answered asks again; they fill the next entry meanwhile.
        let (spent, (body, count)) = cpu(|| {
            let mut body = Vec::new();
            let mut count = 0;
            while asked < commands && asked - answered < WAITING {
                count += decide(&mut bench, asked, &mut body);
                asked += 1;
            }
            (body, count)
        });
        run.cpu += spent;
        if let Some((pending, count)) = in_flight.take() {
            at.pos = log.finish(pending).expect("the disk takes it");
            at.next_no += count as u64;
            answered += count;
        }
        if count > 0 {
            run.entries += 1;
            run.events += count;
            let (nonce, first_no) = (run.entries as u64, at.next_no);
            let entry =
                Entry { epoch: at.epoch, writer: WRITER, nonce, first_no, count: count as u32, prev: at.pos, body };
            in_flight = Some((log.submit(ACCOUNT, at.pos, entry), count));
        }
    }
    run
}

/// One command, which always makes one event; how many it made.
fn decide(bench: &mut Bench, turn: usize, body: &mut Vec<u8>) -> usize {
    let agent = agent(turn % WAITING);
    let wish = if (turn / WAITING).is_multiple_of(2) { Wish::NotReady } else { Wish::Available { out_only: false } };
    let command = SetStatus { agent, wish }.into();
    bench.engine.handle(bench.now, Input::Command { ticket: Ticket(turn as u64), by: Actor::Agent(agent), command });
    let mut count = 0;
    while let Some(turn) = bench.engine.poll() {
        codec::write(body, &turn.events);
        count += turn.events.len();
    }
    assert_eq!(count, 1, "a change of status is one event");
    count
}

fn take_over(log: &dyn Log, account: Account) -> Anchor {
    readyroom_log::open(log, account, WRITER, 0, StartFrom::Beginning, &mut |_| Ok(())).expect("a new account").at
}

/// The same number of rows in transactions of the same size, with the same durability.
fn raw_rows(path: &Path, rows: usize, batch: usize) {
    let mut db = rusqlite::Connection::open(path).expect("a new database");
    db.pragma_update(None, "journal_mode", "WAL").expect("WAL");
    db.pragma_update(None, "synchronous", "FULL").expect("FULL");
    db.execute_batch("CREATE TABLE row(no INTEGER PRIMARY KEY, body BLOB) STRICT").expect("a table");
    let body = [0u8; 120];
    let mut written = 0;
    while written < rows {
        let transaction = db.transaction().expect("a transaction");
        {
            let mut insert = transaction.prepare_cached("INSERT INTO row(body) VALUES (?1)").expect("a statement");
            for _ in 0..batch.min(rows - written) {
                insert.execute([&body[..]]).expect("a row");
                written += 1;
            }
        }
        transaction.commit().expect("durable");
    }
}

/// The median time from a command to its acknowledgement with one command at a time, beside a bare
/// commit of one row.
fn latency(size: Size, report: &mut Report) {
    let n = size.of(1_000, 50);
    let dir = tempfile::tempdir().expect("a directory for the store");
    let log = SqliteLog::open(dir.path()).expect("a new store");
    let mut bench = Bench::with(WAITING);
    let mut at = take_over(&log, ACCOUNT);
    let ours = median((0..n).map(|turn| {
        let (seconds, ()) = wall(|| {
            let mut body = Vec::new();
            let count = decide(&mut bench, turn, &mut body) as u32;
            let nonce = turn as u64 + 1;
            let entry =
                Entry { epoch: at.epoch, writer: WRITER, nonce, first_no: at.next_no, count, prev: at.pos, body };
            at.pos = log.append(ACCOUNT, at.pos, entry).expect("durable");
            at.next_no += u64::from(count);
        });
        seconds
    }));
    let raw = rusqlite::Connection::open(dir.path().join("raw.db")).expect("a new database");
    raw.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row(body BLOB) STRICT")
        .expect("a table");
    let bare = median(
        (0..n).map(|_| wall(|| raw.execute("INSERT INTO row VALUES (?1)", [&[0u8; 120][..]]).expect("durable")).0),
    );
    let beside = Beside { what: "one bare commit of one row", value: bare * 1e3 };
    report.ratio("durable_latency_p50", ours * 1e3, "ms", n, &beside);
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<_> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
