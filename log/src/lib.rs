//! The log remembers. An append-only, fenced sequence of opaque entries per account.
//!
//! ```text
//!  entry.rs      what is stored: Account, Pos, Entry, Snapshot
//!  record.rs     one entry as bytes: version, header, body, checksum
//!  chain.rs      what must hold between an entry and the one before it
//!  pending.rs    an append under way: a future, or something to wait for
//!  outcome.rs    what became of an append whose answer was lost or doubtful
//!  read.rs       entries in order, page by page, every one checked
//!  open.rs       taking an account over (barrier, replay) and looking at one
//!  verify.rs     walking a whole store and stating everything that is wrong (report.rs)
//!  export.rs     entries and their chain as one portable file
//!  error.rs      every way to fail, as a sentence with a place and a remedy
//!
//!  sqlite/       the store on disk: one file, one writer thread, one fsync for all who wait
//!  memory.rs     the store in memory, with every fault a store can have (faults.rs)
//!  contract/     the suite every store passes
//! ```
//!
//! A store implements [`Log`], passes [`contract`], and is done. Records are bytes: this room
//! knows nothing of agents or calls, reads no clock and throws no dice except where an operating
//! system is waited for (`sqlite/`).

pub mod chain;
pub mod contract;
pub mod entry;
pub mod error;
pub mod export;
pub mod faults;
pub mod memory;
pub mod open;
pub mod outcome;
pub mod pending;
pub mod read;
pub mod record;
pub mod report;
pub mod sqlite;
pub mod verify;

use std::time::Duration;

pub use chain::{Anchor, Flaw};
pub use entry::{Account, BODY_BYTES_MAX, Entry, Pos, Row, SNAPSHOT_BYTES_MAX, Snapshot, Stored};
pub use error::{AppendError, OpenError, ReadError, StoreError};
pub use memory::MemoryLog;
pub use open::{Opened, Step, open, replay};
pub use pending::Pending;
pub use read::{Entries, Follow, anchor_at};
pub use sqlite::SqliteLog;
pub use verify::{AccountReport, Finding, FindingKind, Report, verify, verify_dir};

/// A store of entries, many accounts in one.
///
/// All methods may be called from several threads; each account is expected to have one owner,
/// and the fence (`expect`) makes sure that at most one of several wins.
pub trait Log: Send + Sync {
    /// Hands an entry to the store and returns at once. The answer, when it comes, means: durable,
    /// and directly behind `expect` ([`Pos::START`] for a new account). This is the raw act, whose
    /// refusal may be doubtful; [`Log::append`] resolves that.
    ///
    /// Keep one append per account in flight: the next needs the position of the one before.
    fn submit(&self, account: Account, expect: Pos, entry: Entry) -> Pending;

    /// The newest entry of an account: a hint, for another writer may be about to move it.
    fn tail(&self, account: Account) -> Result<Option<Stored>, ReadError>;

    /// Stored rows behind `after`, up to and including `upto`, in order, unchecked: of one account
    /// (`after` is then one of its positions, or where it starts) or, with `None`, of all accounts
    /// in the order of their positions. At most [`read::PAGE_ENTRIES_MAX`] rows and about
    /// [`read::PAGE_BYTES_MAX`] bytes; empty when there are none. [`Log::read`] and [`Follow`]
    /// check what this returns.
    fn page(&self, account: Option<Account>, after: Pos, upto: Pos) -> Result<Vec<Row>, ReadError>;

    /// The stored row at `pos`, unchecked, if there is one of this account.
    fn row(&self, account: Account, pos: Pos) -> Result<Option<Row>, ReadError>;

    /// Where the chain of an account begins: [`Anchor::START`], or the last entry trimmed away.
    fn start(&self, account: Account) -> Result<Anchor, ReadError>;

    /// Every account that has an entry, a snapshot or a trimmed beginning, in order.
    fn accounts(&self) -> Result<Vec<Account>, ReadError>;

    /// Stores a snapshot, durably, replacing one of the same account and position.
    fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// The newest snapshot of an account at or before `upto`, as stored: ask [`Snapshot::is_whole`].
    fn get_snapshot(&self, account: Account, upto: Pos) -> Result<Option<Snapshot>, ReadError>;

    /// Removes the entries of an account up to and including `upto`, which must be the position of
    /// a whole snapshot and must leave at least one entry, so that the account can still be opened.
    fn trim(&self, account: Account, upto: Pos) -> Result<(), StoreError>;

    /// Waits until something may have been stored behind `after`, or for `timeout`. A store without
    /// a clock returns at once.
    fn wait_past(&self, after: Pos, timeout: Duration) -> Result<(), ReadError>;

    /// Blocks until a submitted append is answered.
    fn finish(&self, pending: Pending) -> Result<Pos, AppendError> {
        pending.wait()
    }

    /// Appends and resolves doubt by reading the log: `Ok` when the entry is durable, once;
    /// [`AppendError::Fenced`] only when it is not in the log and never will be.
    fn append(&self, account: Account, expect: Pos, entry: Entry) -> Result<Pos, AppendError> {
        outcome::append(self, account, expect, entry)
    }

    /// The entries of an account from `after` (a position of this account) up to `upto`, checked
    /// one by one against the chain. Ends only when `upto` was delivered; anything else is an
    /// error, once, as the last item.
    fn read(&self, account: Account, after: Pos, upto: Pos) -> Result<Entries<'_>, ReadError> {
        let from = anchor_at(self, account, after)?;
        Ok(Box::new(read::Read::new(self, account, from, upto)))
    }
}
