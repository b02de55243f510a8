//! The one thread that writes. Everything that arrived while it worked goes into the next
//! transaction: one fsync for all who wait.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, params};

use super::file::{explain, store_error};
use super::queue::{Append, Queue};
use super::rows::{self, End};
use crate::chain::{Anchor, Flaw};
use crate::entry::{Account, Pos};
use crate::error::{AppendError, StoreError};
use crate::record;

/// Pages written, by estimate, after which the write-ahead file is carried over into log.db: 16 MB.
const CHECKPOINT_PAGES: usize = 4096;

/// Pages a transaction writes besides the records: ends of the table, the fence and the tails.
const PAGES_PER_TRANSACTION: usize = 4;

/// Bytes of a page that records fill, about.
const BYTES_PER_PAGE: usize = 3500;

type Answer = Result<Pos, AppendError>;

/// How far the writer is, for those who follow or measure.
#[derive(Default)]
pub struct Progress {
    /// The newest durable position.
    pub last: Mutex<Pos>,
    /// Rung when it moves.
    pub moved: Condvar,
    /// Transactions committed since the log was opened: one fsync each.
    pub transactions: AtomicU64,
}

/// The writer's own state. Lives on its thread.
pub struct Writer {
    db: PathBuf,
    conn: Connection,
    next_pos: u64,
    /// Written since the last checkpoint, by estimate.
    pages: usize,
    /// The end of each account, or why nothing can be written behind it.
    ends: HashMap<Account, Answerable>,
    poisoned: Option<String>,
    progress: Arc<Progress>,
}

type Answerable = Result<Anchor, AppendError>;

/// Why a batch was not written.
struct Failure {
    error: rusqlite::Error,
    /// Whether the commit had begun, so that the batch may be on the disk.
    committing: bool,
}

impl Writer {
    /// A writer on an opened connection.
    pub fn new(db: PathBuf, conn: Connection, progress: Arc<Progress>) -> rusqlite::Result<Writer> {
        let last = rows::last_pos(&conn)?;
        *progress.last.lock().expect("nobody panics with it") = last;
        Ok(Writer { db, conn, next_pos: last.0 + 1, pages: 0, ends: HashMap::new(), poisoned: None, progress })
    }

    /// Works until the queue is closed and empty.
    pub fn run(mut self, queue: &Queue) {
        let _closes = Closes(queue);
        while let Some(work) = queue.take() {
            if !work.appends.is_empty() {
                self.write(work.appends);
            }
            for task in work.tasks {
                task(&mut self);
            }
            self.checkpoint_when_due();
        }
    }

    fn write(&mut self, appends: Vec<Append>) {
        if let Some(why) = &self.poisoned {
            for append in appends {
                let why = why.clone();
                append.promise.answer(Err(AppendError::Poisoned { why }));
            }
            return;
        }
        // Nobody hears anything before the commit: a refusal, too, may rest on an entry in here.
        match self.transact(&appends) {
            Ok(answers) => {
                let bytes: usize = appends.iter().map(|it| it.entry.body.len()).sum();
                self.pages += PAGES_PER_TRANSACTION + bytes / BYTES_PER_PAGE;
                let last = Pos(self.next_pos - 1);
                *self.progress.last.lock().expect("nobody panics with it") = last;
                self.progress.moved.notify_all();
                self.progress.transactions.fetch_add(1, Ordering::Relaxed);
                for (append, answer) in appends.into_iter().zip(answers) {
                    append.promise.answer(answer);
                }
            }
            Err(failure) => {
                let answer = self.failed(failure);
                for append in appends {
                    append.promise.answer(Err(answer.clone()));
                }
            }
        }
    }

    fn transact(&mut self, appends: &[Append]) -> Result<Vec<Answer>, Failure> {
        let writing = |error| Failure { error, committing: false };
        self.execute("BEGIN IMMEDIATE").map_err(writing)?;
        let mut answers = Vec::with_capacity(appends.len());
        for append in appends {
            answers.push(self.place(append).map_err(writing)?);
        }
        let committing = |error| Failure { error, committing: true };
        self.execute("COMMIT").map_err(committing)?;
        Ok(answers)
    }

    /// Inserts one entry behind its fence. A refusal concerns this entry alone; an error is the
    /// database's and concerns the batch.
    fn place(&mut self, append: &Append) -> rusqlite::Result<Answer> {
        let Append { account, expect, ref entry, .. } = *append;
        let end = match self.end(account)? {
            Ok(end) => end,
            Err(damaged) => return Ok(Err(damaged)),
        };
        if expect != end.pos {
            return Ok(Err(AppendError::Fenced { tail: end.pos, epoch: end.epoch }));
        }
        if let Err(flaw) = end.admits(entry) {
            return Ok(Err(AppendError::Misfit(flaw)));
        }
        let pos = Pos(self.next_pos);
        let (bytes, chain) = record::encode(end.chain, account, entry);
        self.conn
            .prepare_cached("INSERT INTO entry (pos, account, prev, record) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![pos.0.cast_signed(), account.0, expect.0.cast_signed(), bytes])?;
        self.conn
            .prepare_cached("REPLACE INTO tail (account, pos) VALUES (?1, ?2)")?
            .execute(params![account.0, pos.0.cast_signed()])?;
        self.next_pos += 1;
        let next = Anchor { pos, next_no: entry.next_no(), epoch: entry.epoch, writer: entry.writer, chain };
        self.ends.insert(account, Ok(next));
        Ok(Ok(pos))
    }

    /// The end of an account, read once. Nothing is written behind a damaged entry, or its damage
    /// would no longer be at the end.
    fn end(&mut self, account: Account) -> rusqlite::Result<Answerable> {
        if let Some(end) = self.ends.get(&account) {
            return Ok(end.clone());
        }
        let end = match rows::end(&self.conn, account)? {
            End::Empty => Ok(rows::start(&self.conn, account)?),
            End::Missing(pos) => Err(AppendError::Damaged { account, pos, flaw: Flaw::Gone }),
            End::At(last, before) => {
                let behind = match &before {
                    None => Ok(rows::start(&self.conn, account)?),
                    Some(row) => row.anchor(),
                };
                let pos = last.pos;
                behind
                    .map_err(Flaw::from)
                    .and_then(|behind| behind.check(account, &last))
                    .map(|stored| stored.anchor())
                    .map_err(|flaw| AppendError::Damaged { account, pos, flaw })
            }
        };
        self.ends.insert(account, end.clone());
        Ok(end)
    }

    /// Undoes a failed batch and decides what its askers hear. Only a full disk and a busy database
    /// leave the disk in a known state; after anything else nothing is written, or tried, again.
    fn failed(&mut self, failure: Failure) -> AppendError {
        let why = explain(&failure.error);
        let undone = self.conn.is_autocommit() || self.execute("ROLLBACK").is_ok();
        self.ends.clear();
        let known = match failure.error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Some(AppendError::Full { why: why.clone() }),
            Some(ErrorCode::DatabaseBusy) => Some(AppendError::Busy { why: why.clone() }),
            _ => None,
        };
        if let (Some(answer), true, Ok(last)) = (known, undone, rows::last_pos(&self.conn)) {
            self.next_pos = last.0 + 1;
            return answer;
        }
        self.poison(why.clone());
        match failure.committing {
            true => AppendError::Unknown { why },
            false => AppendError::Poisoned { why },
        }
    }

    fn poison(&mut self, why: String) {
        // Closing would carry frames over and sync again, as if nothing had happened.
        let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        self.poisoned.get_or_insert(why);
    }

    /// Carries the write-ahead file over into log.db now and then, so that it can begin anew.
    fn checkpoint_when_due(&mut self) {
        if self.poisoned.is_some() || self.pages < CHECKPOINT_PAGES {
            return;
        }
        self.pages = 0;
        let done = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            self.poison(explain(&error));
        }
    }

    /// Removes the entries of an account up to `at`, which becomes its beginning. Follows the
    /// chain, for a search would make everybody wait.
    pub fn trim(&mut self, account: Account, at: &Anchor) -> Result<(), StoreError> {
        let columns = rows::START_COLUMNS;
        self.change(account, |conn| {
            let mut pos = rows::start(conn, account)?.pos;
            while let Some(row) = rows::next(conn, account, pos)?.filter(|row| row.pos <= at.pos) {
                pos = row.pos;
                conn.prepare_cached("DELETE FROM entry WHERE pos = ?1")?.execute([pos.0.cast_signed()])?;
            }
            conn.execute(
                &format!("REPLACE INTO start ({columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
                params![
                    account.0,
                    at.pos.0.cast_signed(),
                    at.next_no.cast_signed(),
                    at.epoch.cast_signed(),
                    at.writer.cast_signed(),
                    at.chain
                ],
            )
        })
    }

    /// Removes the entries of an account behind `keep`.
    pub fn cut(&mut self, account: Account, keep: Pos) -> Result<(), StoreError> {
        self.change(account, |conn| {
            let change = params![account.0, keep.0.cast_signed()];
            conn.execute("REPLACE INTO tail (account, pos) VALUES (?1, ?2)", change)?;
            conn.execute("DELETE FROM entry WHERE pos > ?2 AND account = ?1", change)
        })
    }

    /// One transaction of its own. Any failure poisons: it is rare work, asked for by an operator.
    fn change(
        &mut self,
        account: Account,
        change: impl FnOnce(&Connection) -> rusqlite::Result<usize>,
    ) -> Result<(), StoreError> {
        if let Some(why) = self.poisoned.clone() {
            let why = format!("the log stopped writing after a failed write ({why})");
            return Err(StoreError::Refused { account, why });
        }
        let done =
            self.execute("BEGIN IMMEDIATE").and_then(|()| change(&self.conn)).and_then(|_| self.execute("COMMIT"));
        self.ends.remove(&account);
        done.map_err(|error| {
            self.poison(explain(&error));
            store_error(&self.db, &error)
        })
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }
}

/// Closes the queue when the thread ends, however it ends, so that nobody waits for ever.
struct Closes<'a>(&'a Queue);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.close();
        drop(self.0.take());
    }
}
