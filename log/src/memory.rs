//! The log in memory, with every fault a store can have. For the simulator: no threads, no clock,
//! no dice of its own; whoever drives it says what goes wrong and when ([`crate::faults`]).
//!
//! Records are kept as the bytes a disk would keep, so that torn tails and flipped bits are real.
//! A clone is another handle on the same log, as two processes would have.

mod disk;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use self::disk::{Append, Disk};
use crate::Log;
use crate::chain::Anchor;
use crate::entry::{Account, Entry, Pos, Row, SNAPSHOT_BYTES_MAX, Snapshot, Stored};
use crate::error::{AppendError, ReadError, StoreError};
use crate::faults::{self, Counts, Dice, Fault, Moment};
use crate::pending::Pending;
use crate::read::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, trim_anchor};

/// Appends that may wait for [`MemoryLog::sync`] or [`MemoryLog::deliver`], of one account.
pub const WAITING_PER_ACCOUNT_MAX: usize = 8;

/// A handle on a log in memory.
#[derive(Clone)]
pub struct MemoryLog(Arc<Mutex<Disk>>);

/// How a crash treats what was written and not yet synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// How many of the unsynced records survive whole.
    pub keep: usize,
    /// How many bytes of the next one survive, if there is one.
    pub torn_bytes: usize,
}

impl Default for MemoryLog {
    fn default() -> Self {
        MemoryLog::new(faults::none())
    }
}

impl MemoryLog {
    /// An empty log whose faults are chosen by `dice`.
    pub fn new(dice: Dice) -> MemoryLog {
        MemoryLog(Arc::new(Mutex::new(Disk::new(dice))))
    }

    /// Lets somebody else decide what goes wrong from now on.
    pub fn set_dice(&self, dice: Dice) {
        self.disk().dice = dice;
    }

    /// How often each fault occurred so far.
    pub fn counts(&self) -> Counts {
        self.disk().counts.clone()
    }

    /// Completes the fsync: everything written so far is durable and answered.
    pub fn sync(&self) {
        self.disk().sync();
    }

    /// Lets everything under way arrive, in the order it was sent: ghosts and paused owners.
    /// Returns how many were stored and how many refused.
    pub fn deliver(&self) -> (usize, usize) {
        let mut disk = self.disk();
        let (mut stored, mut refused) = (0, 0);
        for (append, promise) in std::mem::take(&mut disk.under_way) {
            let written = disk.write(append, false);
            disk.sync();
            match written {
                Ok(_) => stored += 1,
                Err(_) => refused += 1,
            }
            if let Some(promise) = promise {
                promise.answer(written);
            }
        }
        (stored, refused)
    }

    /// Ends the process. What was synced survives; of the rest, as much as `crash` says. Whatever
    /// is under way is lost, and its askers hear "unknown". Follow with [`MemoryLog::reopen`].
    pub fn crash(&self, crash: Crash) {
        self.disk().crash(crash);
    }

    /// Starts anew on what the disk holds. A damaged last record is cut off at its boundary, and
    /// said so; damage before it stays, to be found by whoever reads it.
    pub fn reopen(&self) -> Vec<String> {
        self.disk().reopen()
    }

    /// Flips one bit of a stored record, counted from its first byte on. False if there is no such
    /// record or bit.
    pub fn flip_bit(&self, pos: Pos, bit: usize) -> bool {
        self.disk().flip(pos, bit)
    }

    /// Shortens a stored record to `bytes`. False if it is not longer than that.
    pub fn cut(&self, pos: Pos, bytes: usize) -> bool {
        self.disk().cut(pos, bytes)
    }

    /// Removes a stored record. False if there is none.
    pub fn remove(&self, pos: Pos) -> bool {
        self.disk().remove(pos)
    }

    /// Changes a stored row as damage would. False if there is none.
    pub fn damage(&self, pos: Pos, change: impl FnOnce(&mut Row)) -> bool {
        self.disk().rows.get_mut(&pos).map(change).is_some()
    }

    /// Changes a stored snapshot as damage would. False if there is none.
    pub fn damage_snapshot(&self, account: Account, pos: Pos, change: impl FnOnce(&mut Snapshot)) -> bool {
        let mut disk = self.disk();
        disk.snapshots.get_mut(&(account, pos)).map(change).is_some()
    }

    /// Every position that holds a record, in order.
    pub fn positions(&self) -> Vec<Pos> {
        self.disk().rows.keys().copied().collect()
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

impl Log for MemoryLog {
    fn submit(&self, account: Account, expect: Pos, entry: Entry) -> Pending {
        let append = Append { account, expect, entry };
        self.disk().submit(append)
    }

    fn tail(&self, account: Account) -> Result<Option<Stored>, ReadError> {
        let mut disk = self.disk();
        let stale = disk.roll(Moment::Tail) == Some(Fault::StaleTail);
        let positions = disk.positions(account);
        let newest = match (stale, positions) {
            (true, [.., before, _]) => Some(*before),
            (true, _) => None,
            (false, positions) => positions.last().copied(),
        };
        if stale {
            disk.count(Fault::StaleTail);
        }
        let Some(pos) = newest else {
            return Ok(None);
        };
        let row = &disk.rows[&pos];
        let claimed = row.claimed().map_err(|flaw| ReadError::Damaged {
            account,
            pos,
            event_no: disk.before(account, pos).next_no,
            flaw: flaw.into(),
        });
        claimed.map(Some)
    }

    fn page(&self, account: Option<Account>, after: Pos, upto: Pos) -> Result<Vec<Row>, ReadError> {
        let disk = self.disk();
        let positions: Box<dyn Iterator<Item = &Pos>> = match account {
            None => Box::new(disk.rows.range(Pos(after.0 + 1)..).map(|(pos, _)| pos)),
            Some(account) => {
                let all = disk.positions(account);
                Box::new(all[all.partition_point(|&pos| pos <= after)..].iter())
            }
        };
        let mut bytes = 0;
        Ok(positions
            .take_while(|&&pos| pos <= upto.min(disk.synced))
            .map(|pos| &disk.rows[pos])
            .take(PAGE_ENTRIES_MAX)
            .take_while(|row| {
                let fits = bytes < PAGE_BYTES_MAX;
                bytes += row.bytes.len();
                fits
            })
            .cloned()
            .collect())
    }

    fn row(&self, account: Account, pos: Pos) -> Result<Option<Row>, ReadError> {
        let disk = self.disk();
        let row = disk.rows.get(&pos).filter(|_| pos <= disk.synced);
        Ok(row.filter(|row| row.account == account).cloned())
    }

    fn start(&self, account: Account) -> Result<Anchor, ReadError> {
        Ok(self.disk().start(account))
    }

    fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        let disk = self.disk();
        let mut accounts: Vec<Account> = disk.by_account.keys().copied().collect();
        accounts.extend(disk.starts.keys());
        accounts.extend(disk.snapshots.keys().map(|(account, _)| account));
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts)
    }

    fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if snapshot.bytes.len() > SNAPSHOT_BYTES_MAX {
            return Err(StoreError::Refused {
                account: snapshot.account,
                why: format!("a snapshot has at most {SNAPSHOT_BYTES_MAX} bytes"),
            });
        }
        let key = (snapshot.account, snapshot.at.pos);
        self.disk().snapshots.insert(key, snapshot.clone());
        Ok(())
    }

    fn get_snapshot(&self, account: Account, upto: Pos) -> Result<Option<Snapshot>, ReadError> {
        let disk = self.disk();
        let mut range = disk.snapshots.range((account, Pos::START)..=(account, upto));
        Ok(range.next_back().map(|(_, snapshot)| snapshot.clone()))
    }

    fn trim(&self, account: Account, upto: Pos) -> Result<(), StoreError> {
        let at = trim_anchor(self, account, upto)?;
        let mut disk = self.disk();
        for pos in disk.positions(account).to_vec() {
            if pos <= upto {
                disk.remove(pos);
            }
        }
        disk.starts.insert(account, at);
        Ok(())
    }

    fn wait_past(&self, _after: Pos, _timeout: Duration) -> Result<(), ReadError> {
        Ok(())
    }

    /// Nobody else drives this log while its caller waits: what is slow or under way completes.
    fn finish(&self, pending: Pending) -> Result<Pos, AppendError> {
        if pending.now().is_none() {
            self.deliver();
            self.sync();
        }
        pending.wait()
    }
}
