//! Every way to fail, as a sentence: what was wrong, where, what to do.

use crate::chain::Flaw;
use crate::entry::{Account, Pos};

/// Why an append was not acknowledged. All but `Fenced` and `Unknown` mean: not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote since `expect`. From [`crate::Log::append`]: this entry is not in the
    /// log and never will be. From [`crate::Log::submit`]: what the store claims, to be resolved.
    #[error("another writer holds this account (its log ends at {tail}, epoch {epoch}); drop the state and reopen")]
    Fenced {
        /// Position of the newest entry.
        tail: Pos,
        /// Its epoch.
        epoch: u64,
    },
    /// The entry may or may not be in the log. Never guess: drop the state and reopen.
    #[error("it is unknown whether this entry was stored ({why}); drop the state and reopen the account")]
    Unknown {
        /// What went wrong.
        why: String,
    },
    /// The body exceeds [`crate::BODY_BYTES_MAX`].
    #[error("the entry has {bytes} bytes and at most {max} fit; split it")]
    TooLarge {
        /// Bytes of the body.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// No room on the disk, or the log reached its size limit.
    #[error("there is no room for this entry ({why}); free disk space or raise the limit, then try again")]
    Full {
        /// What the store said.
        why: String,
    },
    /// The store is held by something else for the moment.
    #[error("the log is busy ({why}); try again")]
    Busy {
        /// What the store said.
        why: String,
    },
    /// Too much is waiting already, of this account or of all.
    #[error("the log is overloaded ({waiting} entries wait, of this account {of_account}); try again later")]
    Overloaded {
        /// Entries waiting, all accounts.
        waiting: usize,
        /// Entries waiting, this account.
        of_account: usize,
    },
    /// An earlier write failed in a way that leaves the state of the disk unknown.
    #[error(
        "the log stopped writing after a failed write ({why}); check the disk and restart, so that the log is read anew"
    )]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// The caller built an entry that does not belong here. A bug, not a race.
    #[error("this entry does not fit the end of the log: {0}")]
    Misfit(Flaw),
    /// The entry at the end of this account is damaged; nothing is written behind damage.
    #[error("the log of account {account} is damaged at its end ({pos}): {flaw}; run verify")]
    Damaged {
        /// Whose log.
        account: Account,
        /// The damaged entry.
        pos: Pos,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The log was opened for reading, or was closed.
    #[error("this log was opened for reading only")]
    ReadOnly,
}

/// Why entries could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// An entry is not what was written. Everything before it is sound.
    #[error(
        "the log of account {account} is damaged at {pos} (event {event_no}): {flaw}; entries before it are sound, this account stops here: restore a backup or run verify"
    )]
    Damaged {
        /// Whose log.
        account: Account,
        /// The entry.
        pos: Pos,
        /// Number of the first event that cannot be read.
        event_no: u64,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The store ended before the position that was asked for.
    #[error(
        "the log of account {account} ends at {last} and {upto} was asked for: entries are missing at its end; restore a backup or run verify"
    )]
    Short {
        /// Whose log.
        account: Account,
        /// The last entry there is.
        last: Pos,
        /// The position asked for.
        upto: Pos,
    },
    /// The beginning was trimmed away: start from a snapshot.
    #[error(
        "the log of account {account} was trimmed up to {start}, behind {wanted}; start from a snapshot at or after {start}"
    )]
    Trimmed {
        /// Whose log.
        account: Account,
        /// Where it begins now.
        start: Pos,
        /// What was asked for.
        wanted: Pos,
    },
    /// No entry of this account stands at this position.
    #[error("no entry of account {account} stands at {pos}")]
    NoSuchPos {
        /// Whose log.
        account: Account,
        /// The position.
        pos: Pos,
    },
    /// The store itself failed.
    #[error("the log could not be read: {why}")]
    Store {
        /// What went wrong and what to do.
        why: String,
    },
}

/// Why an account was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The barrier was not accepted.
    #[error("account {account} could not be taken over: {error}")]
    Barrier {
        /// Whose log.
        account: Account,
        /// Why.
        error: AppendError,
    },
    /// The log begins in the middle and no snapshot leads there.
    #[error(
        "the log of account {account} begins at {start} and no readable snapshot stands at or after it ({findings}); restore a backup"
    )]
    NoStart {
        /// Whose log.
        account: Account,
        /// Where the log begins.
        start: Pos,
        /// What was wrong with the snapshots there are.
        findings: String,
    },
    /// The caller could not make sense of an entry that is sound as bytes.
    #[error(
        "entry {pos} of account {account} (events from {event_no}) is whole but was rejected: {why}; was it written by a newer version?"
    )]
    Rejected {
        /// Whose log.
        account: Account,
        /// The entry.
        pos: Pos,
        /// Its first event.
        event_no: u64,
        /// What the caller said.
        why: String,
    },
}

/// Why a store could not be opened, or refused a snapshot or a trim. The sentence says where and
/// what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process writes this log.
    #[error("{place} is in use by another process; stop that one first, or open the log for reading")]
    InUse {
        /// The directory.
        place: String,
    },
    /// The file is not a log, or not one this program knows.
    #[error("{place} {why}")]
    NotOurs {
        /// The file.
        place: String,
        /// What it is instead, and what to do.
        why: String,
    },
    /// The file is damaged. Nothing was changed.
    #[error("{place} is damaged: {why}")]
    Damaged {
        /// The file.
        place: String,
        /// How, and what to do.
        why: String,
    },
    /// The operating system or the database failed.
    #[error("{place}: {why}")]
    Failed {
        /// The file or directory.
        place: String,
        /// What it said.
        why: String,
    },
    /// What was asked would leave an account that cannot be opened.
    #[error("refused for account {account}: {why}")]
    Refused {
        /// Whose log.
        account: Account,
        /// Why.
        why: String,
    },
}
