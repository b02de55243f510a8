//! From a store on disk to an engine that routes: by replay of everything, and from a snapshot.

use crate::Size;
use crate::encoding::conversations;
use crate::figure::{Report, cpu, wall};
use crate::floor::Bench;
use readyroom_core::engine::Engine;
use readyroom_core::event::{Recorded, codec};
use readyroom_core::floor::Floor;
use readyroom_core::ids::EventNo;
use readyroom_log::open::StartFrom;
use readyroom_log::{Account, Entry, Log, SqliteLog, Step};

const ACCOUNT: Account = Account([7; 16]);
const WRITER: u64 = 1;

/// Seconds from a closed store to routing.
pub fn measure(size: Size, report: &mut Report) {
    let wanted = size.of(10_000_000, 50_000);
    let dir = tempfile::tempdir().expect("a directory for the store");
    let events = fill(dir.path(), wanted);
    let (seconds, engine) = wall(|| replay(dir.path(), StartFrom::Beginning));
    assert_eq!(engine.floor().last_no().0, events as u64);
    report.figure("restart_replay", seconds, "s", events);
    report.figure("restart_events_per_second", events as f64 / seconds, "1/s", events);

    let agents = size.of(100_000, 1_000);
    let floor = Bench::with(agents).engine.floor().clone();
    let (seconds, bytes) = cpu(|| floor.to_bytes());
    report.figure("snapshot_write", seconds, "s", agents);
    report.figure("snapshot_bytes_per_agent", bytes.len() as f64 / agents as f64, "B", agents);
    let (seconds, ()) = wall(|| {
        Engine::on(Floor::from_bytes(&bytes).expect("it was just written"));
    });
    report.figure("restart_from_snapshot", seconds, "s", agents);
}

/// Writes so many events, in entries as full as they may be; how many it were.
fn fill(dir: &std::path::Path, wanted: usize) -> usize {
    let log = SqliteLog::open(dir).expect("a new store");
    let opened =
        readyroom_log::open(&log, ACCOUNT, WRITER, 0, StartFrom::Beginning, &mut |_| Ok(())).expect("a new account");
    let mut at = opened.at;
    let mut entries = 0;
    let mut put = |events: &[Recorded]| {
        let mut body = Vec::new();
        codec::write(&mut body, events);
        entries += 1;
        let (first_no, count) = (at.next_no, events.len() as u32);
        let entry = Entry { epoch: at.epoch, writer: WRITER, nonce: entries, first_no, count, prev: at.pos, body };
        at.pos = log.append(ACCOUNT, at.pos, entry).expect("the disk takes it");
        at.next_no += u64::from(count);
    };
    // Seven events make a conversation.
    let events = conversations(wanted / 7);
    events.chunks(5_000).for_each(&mut put);
    events.len()
}

/// Reads, decodes and folds a whole store, and makes the engine.
fn replay(dir: &std::path::Path, from: StartFrom) -> Engine {
    let log = SqliteLog::open_read_only(dir).expect("the store is there");
    let upto = log.tail(ACCOUNT).expect("readable").expect("it has entries").pos;
    let mut floor = Floor::default();
    readyroom_log::replay(&log, ACCOUNT, upto, from, &mut |step| {
        let Step::Entry(stored) = step else { return Err("there is no snapshot here".to_owned()) };
        if !stored.entry.is_barrier() {
            let events =
                codec::read(&stored.entry.body, EventNo(stored.entry.first_no)).map_err(|error| error.to_string())?;
            for recorded in &events {
                floor.apply(recorded);
            }
        }
        Ok(())
    })
    .expect("the store is whole");
    Engine::on(floor)
}
