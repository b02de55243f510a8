//! Opening an account: tail, barrier, replay up to the barrier. The barrier fences the owner
//! before us, whatever it still has under way; what stands before it is the whole truth.

use crate::Log;
use crate::chain::Anchor;
use crate::entry::{Account, Pos, Snapshot, Stored};
use crate::error::{AppendError, OpenError, ReadError};
use crate::read::{Read, anchor_at};

/// How often a barrier is tried against others who take the account over at the same time.
pub const TAKEOVER_ATTEMPTS_MAX: usize = 8;

/// What replay hands to its caller, in order.
#[derive(Debug)]
pub enum Step<'a> {
    /// Begin from this state. Refusing it (an unknown version, say) must leave the caller as it
    /// was: an older snapshot or the first entry comes next.
    Restore(&'a Snapshot),
    /// Fold this entry. Refusing it ends the replay.
    Entry(&'a Stored),
}

/// Where a replay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFrom {
    /// With the first entry there is.
    Beginning,
    /// With the newest snapshot that is whole and fits the log.
    Snapshot,
}

/// An account that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Where the next append goes: its fence, event number and epoch.
    pub at: Anchor,
    /// The snapshot the replay began with.
    pub snapshot: Option<Pos>,
    /// Entries replayed, the barrier included.
    pub entries: u64,
    /// What was wrong and could be worked around, in sentences for the operator.
    pub findings: Vec<String>,
}

/// Takes an account over as `writer` and replays it. `nonce` must be new for this writer. When
/// this returns, every earlier owner is fenced and `step` has seen everything ever acknowledged.
pub fn open(
    log: &dyn Log,
    account: Account,
    writer: u64,
    nonce: u64,
    from: StartFrom,
    step: &mut dyn FnMut(Step) -> Result<(), String>,
) -> Result<Opened, OpenError> {
    let upto = take_over(log, account, writer, nonce)?;
    let mut opened = replay(log, account, upto, from, step)?;
    if let Some(snapshot) = log.get_snapshot(account, Pos::MAX)?
        && let Some(fault) = fault_of(log, &snapshot, upto)?
        && snapshot.at.pos > upto
    {
        opened.findings.push(not_used(&snapshot, &fault));
    }
    Ok(opened)
}

/// Reads an account up to `upto` without taking it over, for inspection and time travel. Replays
/// nothing when `upto` is [`Pos::START`].
pub fn replay(
    log: &dyn Log,
    account: Account,
    upto: Pos,
    from: StartFrom,
    step: &mut dyn FnMut(Step) -> Result<(), String>,
) -> Result<Opened, OpenError> {
    let mut findings = Vec::new();
    let snapshot = match from {
        StartFrom::Beginning => None,
        StartFrom::Snapshot => restore(log, account, upto, step, &mut findings)?,
    };
    let begin = match snapshot {
        Some(at) => at,
        None => log.start(account)?,
    };
    if snapshot.is_none() && begin.pos > Pos::START {
        return Err(OpenError::NoStart { account, start: begin.pos, findings: findings.join("; ") });
    }
    let mut opened = Opened { at: begin, snapshot: snapshot.map(|at| at.pos), entries: 0, findings };
    for stored in Read::new(log, account, begin, upto) {
        let stored = stored?;
        step(Step::Entry(&stored)).map_err(|why| OpenError::Rejected {
            account,
            pos: stored.pos,
            event_no: stored.entry.first_no,
            why,
        })?;
        opened.at = stored.anchor();
        opened.entries += 1;
    }
    Ok(opened)
}

/// Appends the barrier. Another who does the same at the same moment wins once; then we win over
/// them, or give up.
fn take_over(log: &dyn Log, account: Account, writer: u64, nonce: u64) -> Result<Pos, OpenError> {
    let mut attempts = 0;
    loop {
        let at = log.tail(account)?.map_or(Anchor::START, |tail| tail.anchor());
        attempts += 1;
        match log.append(account, at.pos, at.barrier(writer, nonce)) {
            Ok(pos) => return Ok(pos),
            Err(AppendError::Fenced { .. }) if attempts < TAKEOVER_ATTEMPTS_MAX => {}
            Err(error) => return Err(OpenError::Barrier { account, error }),
        }
    }
}

/// Finds the newest snapshot up to `upto` that is whole, fits the log and is accepted. Every other
/// one is a finding.
fn restore(
    log: &dyn Log,
    account: Account,
    upto: Pos,
    step: &mut dyn FnMut(Step) -> Result<(), String>,
    findings: &mut Vec<String>,
) -> Result<Option<Anchor>, ReadError> {
    let mut ask = upto;
    while let Some(snapshot) = log.get_snapshot(account, ask)? {
        let at = snapshot.at.pos;
        let verdict = match fault_of(log, &snapshot, upto)? {
            Some(fault) => Err(fault),
            None => step(Step::Restore(&snapshot)),
        };
        match verdict {
            Ok(()) => return Ok(Some(snapshot.at)),
            Err(why) => findings.push(not_used(&snapshot, &why)),
        }
        if at == Pos::START {
            break;
        }
        ask = Pos(at.0 - 1);
    }
    Ok(None)
}

fn not_used(snapshot: &Snapshot, why: &str) -> String {
    let Snapshot { account, at, .. } = snapshot;
    format!("the snapshot of account {account} at {} was not used: {why}", at.pos)
}

/// Why a snapshot cannot stand for the entries up to `upto`, if so.
pub(crate) fn fault_of(log: &dyn Log, snapshot: &Snapshot, upto: Pos) -> Result<Option<String>, ReadError> {
    let Snapshot { account, at, .. } = *snapshot;
    if !snapshot.is_whole() {
        return Ok(Some("its checksum does not fit its content".into()));
    }
    if at.pos > upto {
        return Ok(Some(format!("it is newer than the log, which ends at {upto}")));
    }
    Ok(match anchor_at(log, account, at.pos) {
        Ok(anchor) if anchor == at => None,
        Ok(_) => Some("the log says something else at its position".into()),
        Err(ReadError::NoSuchPos { .. }) => Some("the log has no entry at its position".into()),
        Err(ReadError::Trimmed { start, .. }) => Some(format!("the log begins at {start}, after it")),
        Err(error @ ReadError::Damaged { .. }) => Some(error.to_string()),
        Err(error) => return Err(error),
    })
}
