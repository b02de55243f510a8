//! Both stores pass the contract, and say which cases they cannot express.

use std::fs;
use std::path::PathBuf;

use readyroom_log::contract::{Bench, run};
use readyroom_log::faults::{Fault, Moment, none, script};
use readyroom_log::memory::Crash;
use readyroom_log::sqlite::Options;
use readyroom_log::{Account, Log, MemoryLog, Pos, Row, Snapshot, SqliteLog};
use rusqlite::{Connection, OptionalExtension, params};
use tempfile::TempDir;

use crate::image;

#[test]
fn the_log_in_memory_expresses_and_passes_every_case() {
    assert_eq!(run(&|| Box::new(InMemory::default())), []);
}

#[test]
fn sqlite_passes_every_case_it_can_express() {
    let left = run(&|| Box::new(OnDisk::new()));
    let names: Vec<_> = left.iter().map(|it| (it.name, it.fault)).collect();
    assert_eq!(
        names,
        [
            ("an owner frozen in the middle of an append is fenced when it thaws", Fault::Paused),
            ("a ghost append on its way during a takeover is refused", Fault::Ghost),
            ("a ghost append and its retry land once", Fault::Ghost),
            ("a spurious conflict is seen through", Fault::SpuriousConflict),
            ("acknowledgement lost, landed", Fault::AckLostLanded),
            ("acknowledgement lost, not landed", Fault::AckLostNotLanded),
            ("a takeover with a stale tail succeeds behind the newest entry", Fault::StaleTail),
            ("a stale tail does not turn a landed append into a lost one", Fault::AckLostLanded),
            ("a stale tail does not turn a landed append into a lost one", Fault::StaleTail),
            ("a failed fsync stops the writer until the log is reopened", Fault::FailedSync),
        ]
    );
}

#[derive(Default)]
struct InMemory {
    log: MemoryLog,
    faults: Vec<Fault>,
}

impl Bench for InMemory {
    fn log(&self) -> &dyn Log {
        &self.log
    }

    fn reopen(&mut self) {
        self.log.reopen();
    }

    fn kill(&mut self) {
        self.log.set_dice(none());
        self.log.crash(Crash { keep: 0, torn_bytes: 40 });
        let findings = self.log.reopen();
        assert!(findings.len() <= 1, "{findings:?}");
    }

    fn hold(&mut self, held: bool) {
        if held {
            let slow = |moment| (moment == Moment::Append).then_some(Fault::SlowSync);
            self.log.set_dice(Box::new(slow));
        } else {
            self.log.set_dice(none());
            self.log.sync();
        }
    }

    fn inject(&mut self, fault: Fault) {
        self.faults.push(fault);
        self.log.set_dice(script(self.faults.clone()));
    }

    fn heal(&mut self) {
        self.faults.clear();
        self.log.set_dice(none());
    }

    fn deliver(&mut self) {
        self.log.deliver();
    }

    fn damage(&mut self, pos: Pos, change: &mut dyn FnMut(&mut Option<Row>)) {
        let mut row = None;
        assert!(self.log.damage(pos, |it| row = Some(it.clone())));
        change(&mut row);
        match row {
            Some(row) => assert!(self.log.damage(pos, |it| *it = row)),
            None => assert!(self.log.remove(pos)),
        }
    }

    fn damage_snapshot(&mut self, snapshot: &Snapshot) {
        let Snapshot { account, at, .. } = *snapshot;
        assert!(self.log.damage_snapshot(account, at.pos, |it| it.bytes[0] ^= 1));
    }

    fn another(&self) -> Box<dyn Bench> {
        Box::new(InMemory::default())
    }

    fn cannot(&self, _fault: Fault) -> Option<&'static str> {
        None
    }
}

struct OnDisk {
    dirs: Vec<TempDir>,
    log: Option<SqliteLog>,
    holding: Option<Connection>,
}

impl OnDisk {
    fn new() -> OnDisk {
        let dir = TempDir::new().unwrap();
        let log = SqliteLog::open(dir.path()).unwrap();
        OnDisk { dirs: vec![dir], log: Some(log), holding: None }
    }

    fn dir(&self) -> PathBuf {
        self.dirs.last().unwrap().path().into()
    }

    fn raw(&self) -> Connection {
        Connection::open(self.dir().join("log.db")).unwrap()
    }

    fn open_with(&mut self, options: &Options) {
        self.log = None;
        self.log = Some(SqliteLog::open_with(&self.dir(), options).unwrap());
    }
}

impl Bench for OnDisk {
    fn log(&self) -> &dyn Log {
        self.log.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        self.open_with(&Options::default());
    }

    /// What the disk holds at this moment is all that a killed process leaves.
    fn kill(&mut self) {
        let next = TempDir::new().unwrap();
        image(&self.dir(), next.path());
        self.hold(false);
        self.log = None;
        self.dirs.push(next);
        self.reopen();
    }

    fn hold(&mut self, held: bool) {
        self.holding = held.then(|| {
            let conn = self.raw();
            conn.execute_batch("BEGIN IMMEDIATE").unwrap();
            conn
        });
    }

    fn inject(&mut self, fault: Fault) {
        assert_eq!(fault, Fault::DiskFull);
        self.reopen();
        let bytes = fs::metadata(self.dir().join("log.db")).unwrap().len();
        self.open_with(&Options { bytes_max: Some(bytes) });
    }

    fn heal(&mut self) {
        self.reopen();
    }

    fn deliver(&mut self) {}

    fn damage(&mut self, pos: Pos, change: &mut dyn FnMut(&mut Option<Row>)) {
        let raw = self.raw();
        let sql = "SELECT account, prev, record FROM entry WHERE pos = ?1";
        let mut row = raw
            .query_row(sql, [pos.0 as i64], |row| {
                Ok(Row {
                    pos,
                    account: Account(row.get(0)?),
                    prev: Pos(row.get::<_, i64>(1)? as u64),
                    bytes: row.get(2)?,
                })
            })
            .optional()
            .unwrap();
        let before = row.clone();
        change(&mut row);
        match row {
            same if same == before => 0,
            Some(row) => raw
                .execute(
                    "UPDATE entry SET account = ?2, prev = ?3, record = ?4 WHERE pos = ?1",
                    params![pos.0 as i64, row.account.0, row.prev.0 as i64, row.bytes],
                )
                .unwrap(),
            None => raw.execute("DELETE FROM entry WHERE pos = ?1", [pos.0 as i64]).unwrap(),
        };
    }

    fn damage_snapshot(&mut self, snapshot: &Snapshot) {
        let name = format!("{}-{:016x}.snapshot", snapshot.account, snapshot.at.pos.0);
        let path = self.dir().join("snapshots").join(name);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
    }

    fn another(&self) -> Box<dyn Bench> {
        Box::new(OnDisk::new())
    }

    fn cannot(&self, fault: Fault) -> Option<&'static str> {
        match fault {
            Fault::DiskFull => None,
            Fault::Paused | Fault::Ghost => Some("an append has arrived once it is submitted"),
            Fault::SpuriousConflict => Some("the fence is judged by the one thread that writes"),
            Fault::AckLostLanded | Fault::AckLostNotLanded => Some("the answer comes within the process"),
            Fault::StaleTail => Some("a read sees every commit before it"),
            Fault::FailedSync => Some("provoked in a process of its own, see process.rs"),
            _ => Some("the driver's own act"),
        }
    }
}
