//! An account's owner, as the cases need one: opens, appends, and knows where it stands.

use crate::chain::Anchor;
use crate::entry::{Account, Entry, Pos, Snapshot};
use crate::error::{AppendError, OpenError};
use crate::open::{Opened, StartFrom, Step, open};
use crate::{Log, Pending};

/// Writes to one account, one entry at a time.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Whose log.
    pub account: Account,
    /// Where the next entry goes.
    pub at: Anchor,
    /// What the opening said.
    pub opened: Opened,
    /// What the opening replayed: bodies of entries, of a snapshot its bytes.
    pub replayed: Vec<Vec<u8>>,
    nonce: u64,
}

impl Owner {
    /// Takes the account over.
    pub fn open(log: &dyn Log, account: Account, writer: u64) -> Owner {
        Owner::try_open(log, account, writer, StartFrom::Snapshot).expect("the account opens")
    }

    /// Takes the account over, or says why not.
    pub fn try_open(log: &dyn Log, account: Account, writer: u64, from: StartFrom) -> Result<Owner, OpenError> {
        let mut replayed = Vec::new();
        let opened = open(log, account, writer, 0, from, &mut |step| {
            match step {
                Step::Restore(snapshot) if snapshot.version != Owner::VERSION => {
                    return Err(format!("version {} is unknown", snapshot.version));
                }
                Step::Restore(snapshot) => replayed.push(snapshot.bytes.clone()),
                Step::Entry(stored) if stored.entry.is_barrier() => {}
                Step::Entry(stored) => replayed.push(stored.entry.body.clone()),
            }
            Ok(())
        })?;
        Ok(Owner { account, at: opened.at, opened, replayed, nonce: 0 })
    }

    /// Version of the snapshots it understands.
    pub const VERSION: u32 = 1;

    /// The entry it would append next: one event per byte.
    pub fn next(&mut self, body: &[u8]) -> Entry {
        self.nonce += 1;
        let count = u32::try_from(body.len()).expect("bodies of cases are small");
        self.at.entry(self.nonce, count, body.to_vec())
    }

    /// Appends and moves on.
    pub fn append(&mut self, log: &dyn Log, body: &[u8]) -> Result<Pos, AppendError> {
        let entry = self.next(body);
        let pos = log.append(self.account, self.at.pos, entry.clone())?;
        self.at = self.at.behind(self.account, pos, &entry);
        Ok(pos)
    }

    /// Appends what must be accepted.
    pub fn must(&mut self, log: &dyn Log, body: &[u8]) -> Pos {
        self.append(log, body).expect("the owner's append is accepted")
    }

    /// Hands an entry in and does not wait.
    pub fn submit(&mut self, log: &dyn Log, body: &[u8]) -> Pending {
        let entry = self.next(body);
        log.submit(self.account, self.at.pos, entry)
    }

    /// Stores a snapshot of where it stands.
    pub fn snapshot(&self, log: &dyn Log, bytes: &[u8]) -> Snapshot {
        let snapshot = Snapshot::new(self.account, self.at, Owner::VERSION, bytes.to_vec());
        log.put_snapshot(&snapshot).expect("the snapshot is stored");
        snapshot
    }
}
