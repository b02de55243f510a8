//! Entries in order, page by page, every one checked against the chain.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use std::vec;

use crate::Log;
use crate::chain::{Anchor, Flaw};
use crate::entry::{Account, Pos, Row, Stored};
use crate::error::{ReadError, StoreError};
use crate::open::fault_of;

/// Rows in one page at most.
pub const PAGE_ENTRIES_MAX: usize = 1024;

/// A page ends with the row that passes this many bytes.
pub const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A stream of checked entries.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Stored, ReadError>> + 'a>;

/// The place behind the entry at `pos`, from which reading can go on.
pub fn anchor_at<L: Log + ?Sized>(log: &L, account: Account, pos: Pos) -> Result<Anchor, ReadError> {
    let start = log.start(account)?;
    if pos == start.pos {
        return Ok(start);
    }
    if pos < start.pos {
        return Err(ReadError::Trimmed { account, start: start.pos, wanted: pos });
    }
    let row = log.row(account, pos)?.ok_or(ReadError::NoSuchPos { account, pos })?;
    row.anchor().map_err(|flaw| ReadError::Damaged { account, pos, event_no: 0, flaw: flaw.into() })
}

/// The place an account may be trimmed to: that of a whole snapshot which fits the log and leaves
/// an entry to open the account with.
pub(crate) fn trim_anchor(log: &dyn Log, account: Account, upto: Pos) -> Result<Anchor, StoreError> {
    let refused = |why: String| StoreError::Refused { account, why };
    let unreadable = |error: ReadError| refused(error.to_string());
    let snapshot = log.get_snapshot(account, upto).map_err(unreadable)?;
    let Some(snapshot) = snapshot.filter(|it| it.at.pos == upto) else {
        return Err(refused(format!("no snapshot stands at {upto}")));
    };
    let tail = log.tail(account).map_err(unreadable)?;
    let last = tail.map_or(Pos::START, |tail| tail.pos);
    if let Some(fault) = fault_of(log, &snapshot, last).map_err(unreadable)? {
        return Err(refused(format!("the snapshot at {upto} cannot be used: {fault}")));
    }
    if last <= upto {
        return Err(refused("no entry would be left".into()));
    }
    Ok(snapshot.at)
}

/// One account from an anchor to a position. Ends only when that position was delivered.
pub struct Read<'a, L: Log + ?Sized> {
    log: &'a L,
    account: Account,
    at: Anchor,
    upto: Pos,
    page: vec::IntoIter<Row>,
    over: bool,
}

impl<'a, L: Log + ?Sized> Read<'a, L> {
    /// Reads behind `from`, up to and including `upto`.
    pub fn new(log: &'a L, account: Account, from: Anchor, upto: Pos) -> Self {
        Read { log, account, at: from, upto, page: Vec::new().into_iter(), over: false }
    }

    fn step(&mut self) -> Result<Stored, ReadError> {
        let row = match self.page.next() {
            Some(row) => row,
            None => {
                let page = self.log.page(Some(self.account), self.at.pos, self.upto)?;
                self.page = page.into_iter();
                self.page.next().ok_or(ReadError::Short {
                    account: self.account,
                    last: self.at.pos,
                    upto: self.upto,
                })?
            }
        };
        let stored = check(self.log, &self.at, self.account, &row)?;
        self.at = stored.anchor();
        Ok(stored)
    }
}

impl<L: Log + ?Sized> Iterator for Read<'_, L> {
    type Item = Result<Stored, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over || self.at.pos >= self.upto {
            return None;
        }
        let step = self.step();
        self.over = step.is_err();
        Some(step)
    }
}

/// Entries as they come: for a standby, projections, exports. `next` returns `None` when there is
/// nothing more for now; call it again later, or after [`Follow::wait`].
///
/// Damage ends the account it is in with one error, and only that account.
pub struct Follow<'a, L: Log + ?Sized> {
    log: &'a L,
    account: Option<Account>,
    after: Pos,
    anchors: BTreeMap<Account, Anchor>,
    stopped: BTreeSet<Account>,
    page: vec::IntoIter<Row>,
}

impl<'a, L: Log + ?Sized> Follow<'a, L> {
    /// Follows one account behind `after`, one of its positions.
    pub fn account(log: &'a L, account: Account, after: Pos) -> Result<Self, ReadError> {
        let from = anchor_at(log, account, after)?;
        let mut follow = Follow::all(log, after);
        follow.account = Some(account);
        follow.anchors.insert(account, from);
        Ok(follow)
    }

    /// Follows all accounts behind `after`, in the order of their positions.
    pub fn all(log: &'a L, after: Pos) -> Self {
        Follow {
            log,
            account: None,
            after,
            anchors: BTreeMap::new(),
            stopped: BTreeSet::new(),
            page: Vec::new().into_iter(),
        }
    }

    /// Position of the last entry looked at.
    pub fn after(&self) -> Pos {
        self.after
    }

    /// Waits until there may be more, or for `timeout`.
    pub fn wait(&self, timeout: Duration) -> Result<(), ReadError> {
        self.log.wait_past(self.after, timeout)
    }

    fn row(&mut self) -> Result<Option<Row>, ReadError> {
        if self.page.len() == 0 {
            let page = self.log.page(self.account, self.after, Pos::MAX)?;
            self.page = page.into_iter();
        }
        Ok(self.page.next())
    }

    fn check(&mut self, row: &Row) -> Result<Stored, ReadError> {
        let at = match self.anchors.get(&row.account) {
            Some(at) => *at,
            None => anchor_at(self.log, row.account, row.prev)?,
        };
        let stored = check(self.log, &at, row.account, row)?;
        self.anchors.insert(row.account, stored.anchor());
        Ok(stored)
    }
}

impl<L: Log + ?Sized> Iterator for Follow<'_, L> {
    type Item = Result<Stored, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.row() {
                Ok(row) => row?,
                Err(error) => return Some(Err(error)),
            };
            self.after = row.pos;
            if self.stopped.contains(&row.account) {
                continue;
            }
            let checked = self.check(&row);
            if checked.is_err() {
                self.stopped.insert(row.account);
            }
            return Some(checked);
        }
    }
}

/// Judges one row, and tells a hole from a beginning that was trimmed while somebody read.
fn check<L: Log + ?Sized>(log: &L, at: &Anchor, account: Account, row: &Row) -> Result<Stored, ReadError> {
    let flaw = match at.check(account, row) {
        Ok(stored) => return Ok(stored),
        Err(flaw) => flaw,
    };
    let start = log.start(account)?.pos;
    if matches!(flaw, Flaw::Hole { .. }) && start > at.pos {
        return Err(ReadError::Trimmed { account, start, wanted: at.pos });
    }
    Err(ReadError::Damaged { account, pos: row.pos, event_no: at.next_no, flaw })
}
