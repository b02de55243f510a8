//! What a walk over a store reports: each account in numbers, and everything that is wrong.

use std::fmt;

use crate::entry::{Account, Pos};

/// Findings spelled out at most; the rest is counted.
pub const FINDINGS_MAX: usize = 1000;

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every account, in order.
    pub accounts: Vec<AccountReport>,
    /// Everything that is wrong, in the order it was met.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`], not spelled out.
    pub more_findings: u64,
}

/// One account in numbers. Only entries that passed every check count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReport {
    /// Whose log.
    pub account: Account,
    /// Sound entries.
    pub entries: u64,
    /// Events in them.
    pub events: u64,
    /// Barriers among them: how often the account was taken over.
    pub epochs: u64,
    /// Position of the last row, sound or not.
    pub last: Pos,
    /// Position of the last sound entry.
    pub last_sound: Pos,
    /// Chain up to the last sound entry: equal in two stores with equal histories.
    pub chain: u32,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// In whose log, if it is in one.
    pub account: Option<Account>,
    /// At which entry, if it is at one.
    pub pos: Option<Pos>,
    /// Number of the first event concerned, if known.
    pub event_no: Option<u64>,
    /// What is wrong and what to do, as a sentence.
    pub text: String,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// There is no log here.
    Missing,
    /// The file is empty.
    Empty,
    /// The file is no database, or another program's, or a newer version's.
    NotOurs,
    /// The database itself is damaged.
    Database,
    /// The write-ahead file ends in a transaction that was never completed.
    TornWal,
    /// The write-ahead file is damaged before its end.
    DamagedWal,
    /// The last entry of an account is damaged; cut there.
    TornTail,
    /// An entry that later ones follow is damaged.
    BadEntry,
    /// Entries are missing.
    Hole,
    /// An entry does not follow the one before it.
    WrongPrev,
    /// The end of an account is not where it should be.
    WrongTail,
    /// Event numbers do not count on.
    WrongNumbers,
    /// Written by somebody who did not hold the account.
    WrongEpoch,
    /// Stored under another account.
    WrongAccount,
    /// A snapshot that cannot be used.
    Snapshot,
    /// A stretch of the store that could not be read.
    Unreadable,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds a finding, or counts it when there are too many to spell out.
    pub fn add(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.more_findings += 1;
        }
    }
}

impl Finding {
    /// A finding about the store as a whole.
    pub fn of_store(kind: FindingKind, text: impl Into<String>) -> Finding {
        Finding { kind, account: None, pos: None, event_no: None, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl AccountReport {
    /// A damaged entry that turned out to be the last: nothing rests on it.
    pub(crate) fn torn(&self, finding: Finding) -> Finding {
        if finding.kind != FindingKind::BadEntry {
            return finding;
        }
        Finding {
            kind: FindingKind::TornTail,
            text: format!(
                "the last entry of account {} (at {}) is damaged; the {} entries and {} events before it are sound: cut the log of this account behind {}",
                self.account, self.last, self.entries, self.events, self.last_sound
            ),
            ..finding
        }
    }
}
