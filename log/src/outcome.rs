//! What became of an append whose answer was lost or doubtful. The log itself knows: ask it.

use crate::entry::{Account, Entry, Pos};
use crate::error::{AppendError, ReadError};
use crate::{Log, record};

/// How often an append is sent again before its outcome is called unknown.
pub const ATTEMPTS_MAX: usize = 8;

/// What the log says about an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, once, at this position.
    Landed(Pos),
    /// It is not in the log so far, and may be sent again: a second copy could not land behind the
    /// same fence.
    Open,
    /// Another entry stands in its place: it is not in the log and never will be.
    Fenced {
        /// Position of the newest entry.
        tail: Pos,
        /// Its epoch.
        epoch: u64,
    },
}

/// Reads what became of an append that was meant to stand directly behind `expect`.
pub fn resolve<L: Log + ?Sized>(log: &L, account: Account, expect: Pos, entry: &Entry) -> Result<Outcome, ReadError> {
    let Some(tail) = log.tail(account)? else {
        return Ok(Outcome::Open);
    };
    if tail.pos <= expect {
        return Ok(Outcome::Open); // Below `expect` the tail is stale: the next attempt looks again.
    }
    let next = log.page(Some(account), expect, tail.pos)?;
    let Some(row) = next.first().filter(|row| row.prev == expect) else {
        let start = log.start(account)?.pos;
        return Err(ReadError::Trimmed { account, start, wanted: expect });
    };
    match record::decode(&row.bytes) {
        // Landed, and the account was taken over since: the next append will learn that.
        Ok(record) if record.entry.is_same_append(entry) => Ok(Outcome::Landed(row.pos)),
        Ok(_) => Ok(Outcome::Fenced { tail: tail.pos, epoch: tail.entry.epoch }),
        Err(flaw) => Err(ReadError::Damaged { account, pos: row.pos, event_no: entry.first_no, flaw: flaw.into() }),
    }
}

/// [`Log::append`]: sends, and on a doubtful answer reads and sends again.
///
/// Once an attempt ended in doubt, only the log can end the doubt: that a later attempt was
/// certainly refused says nothing about the first.
pub(crate) fn append<L: Log + ?Sized>(
    log: &L,
    account: Account,
    expect: Pos,
    entry: Entry,
) -> Result<Pos, AppendError> {
    let mut doubt = None;
    for _ in 0..ATTEMPTS_MAX {
        match log.finish(log.submit(account, expect, entry.clone())) {
            Ok(pos) => return Ok(pos),
            Err(AppendError::Fenced { .. }) => {}
            Err(error @ AppendError::Unknown { .. }) => doubt = Some(error),
            Err(refused) => return Err(doubt.unwrap_or(refused)),
        }
        match resolve(log, account, expect, &entry) {
            Ok(Outcome::Landed(pos)) => return Ok(pos),
            Ok(Outcome::Fenced { tail, epoch }) => {
                return Err(AppendError::Fenced { tail, epoch });
            }
            Ok(Outcome::Open) => {}
            Err(error) => {
                return Err(AppendError::Unknown { why: error.to_string() });
            }
        }
    }
    Err(doubt.unwrap_or_else(|| AppendError::Unknown {
        why: format!("the store refused it {ATTEMPTS_MAX} times without a reason"),
    }))
}
