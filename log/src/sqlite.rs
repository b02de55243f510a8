//! The log on disk: SQLite, one file, one writer thread, one fsync for everything that waits.
//!
//! ```text
//!  callers ──► queue ──► writer thread ──► log.db (+ log.db-wal while it is open)
//!  readers ──► connections of their own ──┘    log.lock: who writes    snapshots/: one file each
//! ```
//! After a failed write of unknown extent nothing is written again until the log is reopened:
//! the kernel may have dropped the pages, and a second fsync would lie.

pub mod check;
pub mod file;
pub mod queue;
pub mod rows;
pub mod snapshots;
pub mod wal;
pub mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use self::file::{Access, Place, explain, failed, store_error};
use self::queue::Queue;
use self::rows::End;
use self::writer::{Progress, Writer};
use crate::Log;
use crate::chain::{Anchor, Flaw};
use crate::entry::{Account, BODY_BYTES_MAX, Entry, Pos, Row, Snapshot, Stored};
use crate::error::{AppendError, ReadError, StoreError};
use crate::pending::Pending;

/// Reading connections kept for the next reader.
const IDLE_READERS_MAX: usize = 8;

/// How often a log without a writer of its own looks for new entries.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What may be chosen when a log is opened for writing.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Largest size of log.db in bytes; beyond it appends are refused as full.
    pub bytes_max: Option<u64>,
}

/// A log in a directory.
pub struct SqliteLog {
    place: Place,
    access: Access,
    idle: Mutex<Vec<Connection>>,
    writing: Option<Writing>,
    findings: Vec<String>,
}

/// The writer role.
struct Writing {
    queue: Arc<Queue>,
    progress: Arc<Progress>,
    thread: Option<JoinHandle<()>>,
    _lock: File,
}

impl SqliteLog {
    /// Opens the log in `dir` for writing, creating it if there is none. One process at a time.
    pub fn open(dir: &Path) -> Result<SqliteLog, StoreError> {
        SqliteLog::open_with(dir, &Options::default())
    }

    /// [`SqliteLog::open`] with options.
    pub fn open_with(dir: &Path, options: &Options) -> Result<SqliteLog, StoreError> {
        let place = Place::new(dir);
        let lock = place.lock()?;
        place.create()?;
        place.check_head()?;
        let findings = place.check_wal()?.into_iter().collect();
        let conn = place.connect_writer(options.bytes_max)?;
        let queue = Arc::new(Queue::default());
        let progress = Arc::new(Progress::default());
        let writer =
            Writer::new(place.db(), conn, progress.clone()).map_err(|error| store_error(&place.db(), &error))?;
        let thread = thread::Builder::new()
            .name("log-writer".into())
            .spawn({
                let queue = queue.clone();
                move || writer.run(&queue)
            })
            .map_err(|error| failed(dir, error))?;
        Ok(SqliteLog {
            place,
            access: Access::Shared,
            idle: Mutex::new(Vec::new()),
            writing: Some(Writing { queue, progress, thread: Some(thread), _lock: lock }),
            findings,
        })
    }

    /// Opens the log in `dir` for inspection: beside a writer, and where nothing can be written.
    /// Everything durable is shown, or an error says why not.
    pub fn open_read_only(dir: &Path) -> Result<SqliteLog, StoreError> {
        let place = Place::new(dir);
        place.check_head()?;
        let torn = match place.lock_out_writers() {
            Ok(_alone) => place.check_wal()?,
            Err(_) => None, // Beside a writer the end of the file is always in motion.
        };
        let mut log = SqliteLog::connect_read_only(place)?;
        log.findings.extend(torn);
        Ok(log)
    }

    fn connect_read_only(place: Place) -> Result<SqliteLog, StoreError> {
        Ok(SqliteLog {
            access: place.access()?,
            place,
            idle: Mutex::new(Vec::new()),
            writing: None,
            findings: Vec::new(),
        })
    }

    /// What was wrong when the log was opened and could be worked around, in sentences.
    pub fn findings(&self) -> &[String] {
        &self.findings
    }

    /// Transactions committed since it was opened for writing: one fsync each, however many
    /// entries they held.
    pub fn transactions(&self) -> u64 {
        let writing = self.writing.as_ref();
        writing.map_or(0, |it| it.progress.transactions.load(Ordering::Relaxed))
    }

    /// Where its files are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Complaints of SQLite's own check of its structures, none if they are sound.
    pub fn integrity(&self, complaints_max: usize) -> Result<Vec<String>, ReadError> {
        self.with_reader(|conn| {
            let sql = format!("PRAGMA integrity_check({complaints_max})");
            let mut statement = conn.prepare(&sql)?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.filter(|line| line.as_ref().is_ok_and(|line| line != "ok") || line.is_err()).collect()
        })
    }

    /// Removes the entries of an account behind `keep` (one of its positions), for good: the
    /// remedy for a damaged end that [`crate::verify()`] found. Reopen the account afterwards.
    pub fn cut(&self, account: Account, keep: Pos) -> Result<(), StoreError> {
        let known = crate::anchor_at(self, account, keep);
        known.map_err(|error| StoreError::Refused { account, why: error.to_string() })?;
        self.by_writer(account, move |writer| writer.cut(account, keep))
    }

    /// Has the writer do something between two batches, and waits for it.
    fn by_writer(
        &self,
        account: Account,
        act: impl FnOnce(&mut Writer) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let refused = |why: &str| StoreError::Refused { account, why: why.into() };
        let writing = self.writing.as_ref();
        let writing = writing.ok_or_else(|| refused("this log was opened for reading only"))?;
        let (done, answer) = mpsc::channel();
        let task = Box::new(move |writer: &mut Writer| {
            let _ = done.send(act(writer)); // The asker may have gone.
        });
        if !writing.queue.task(task) {
            return Err(refused("the log is closed"));
        }
        answer.recv().unwrap_or_else(|_| Err(refused("the log is closed")))
    }

    fn with_reader<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let idle = || self.idle.lock().expect("nobody panics with it");
        let kept = idle().pop();
        let conn = match kept {
            Some(conn) => conn,
            None => {
                self.place.connect_reader(&self.access).map_err(|error| ReadError::Store { why: error.to_string() })?
            }
        };
        let result = read(&conn)
            .map_err(|error| ReadError::Store { why: format!("{}: {}", self.place.db().display(), explain(&error)) });
        let mut idle = idle();
        if idle.len() < IDLE_READERS_MAX {
            idle.push(conn);
        }
        result
    }
}

impl Log for SqliteLog {
    fn submit(&self, account: Account, expect: Pos, entry: Entry) -> Pending {
        let bytes = entry.body.len();
        if bytes > BODY_BYTES_MAX {
            return Pending::ready(Err(AppendError::TooLarge { bytes, max: BODY_BYTES_MAX }));
        }
        match &self.writing {
            Some(writing) => writing.queue.append(account, expect, entry),
            None => Pending::ready(Err(AppendError::ReadOnly)),
        }
    }

    fn tail(&self, account: Account) -> Result<Option<Stored>, ReadError> {
        let damaged = |pos, event_no, flaw| ReadError::Damaged { account, pos, event_no, flaw };
        match self.with_reader(|conn| rows::end(conn, account))? {
            End::Empty => Ok(None),
            End::Missing(pos) => Err(damaged(pos, 0, Flaw::Gone)),
            End::At(last, before) => last.claimed().map(Some).map_err(|flaw| {
                let behind = before.and_then(|row| row.anchor().ok());
                let event_no = behind.map_or(0, |behind| behind.next_no);
                damaged(last.pos, event_no, flaw.into())
            }),
        }
    }

    fn page(&self, account: Option<Account>, after: Pos, upto: Pos) -> Result<Vec<Row>, ReadError> {
        self.with_reader(|conn| match account {
            None => rows::page(conn, after, upto),
            Some(account) => rows::page_of(conn, account, after, upto),
        })
    }

    fn row(&self, account: Account, pos: Pos) -> Result<Option<Row>, ReadError> {
        self.with_reader(|conn| rows::row(conn, account, pos))
    }

    fn start(&self, account: Account) -> Result<Anchor, ReadError> {
        self.with_reader(|conn| rows::start(conn, account))
    }

    fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        let mut accounts = self.with_reader(rows::accounts)?;
        accounts.extend(snapshots::list(&self.place)?.into_iter().map(|(account, _)| account));
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts)
    }

    fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if self.writing.is_none() {
            return Err(StoreError::Refused {
                account: snapshot.account,
                why: "this log was opened for reading only".into(),
            });
        }
        snapshots::put(&self.place, snapshot)
    }

    fn get_snapshot(&self, account: Account, upto: Pos) -> Result<Option<Snapshot>, ReadError> {
        snapshots::get(&self.place, account, upto)
    }

    fn trim(&self, account: Account, upto: Pos) -> Result<(), StoreError> {
        let at = crate::read::trim_anchor(self, account, upto)?;
        self.by_writer(account, move |writer| writer.trim(account, &at))
    }

    fn wait_past(&self, after: Pos, timeout: Duration) -> Result<(), ReadError> {
        if let Some(Writing { progress, .. }) = &self.writing {
            let last = progress.last.lock().expect("nobody panics with it");
            let _ =
                progress.moved.wait_timeout_while(last, timeout, |last| *last <= after).expect("nobody panics with it");
            return Ok(());
        }
        let until = Instant::now() + timeout;
        while self.with_reader(rows::last_pos)? <= after {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(LOOK_EVERY));
        }
        Ok(())
    }
}

impl Drop for SqliteLog {
    fn drop(&mut self) {
        // Readers first: the last connection to close tidies up, and should be the one that may.
        self.idle.get_mut().expect("nobody panics with it").clear();
        if let Some(writing) = &mut self.writing {
            writing.queue.close();
            if let Some(thread) = writing.thread.take() {
                let _ = thread.join();
            }
        }
    }
}
