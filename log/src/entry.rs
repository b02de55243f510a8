//! What is stored: entries of accounts, and snapshots of them.

use std::fmt;

use crate::chain::Anchor;
use crate::record::{self, NotARecord};

/// The largest body of an entry, in bytes. A cluster's servers refuse messages over 1 MB.
pub const BODY_BYTES_MAX: usize = 900_000;

/// The largest body of a snapshot, in bytes.
pub const SNAPSHOT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// One customer of the installation: 16 bytes this room never looks into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub [u8; 16]);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({self})")
    }
}

/// The fence token: where an entry stands in its store. Increases along an account, has gaps, and
/// means nothing outside the store that gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos(pub u64);

impl Pos {
    /// Before the first entry.
    pub const START: Pos = Pos(0);
    /// The largest position a store may give: 2⁶³ − 1.
    pub const MAX: Pos = Pos(i64::MAX as u64);
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One group-committed batch of events, or a barrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts the owners of this account, from 1. Each epoch has one writer and begins with a
    /// barrier.
    pub epoch: u64,
    /// Who wrote it: the owning process, not the person.
    pub writer: u64,
    /// Tells this append from every other of the same writer, so that it can be recognised when
    /// its acknowledgement was lost.
    pub nonce: u64,
    /// Number of the first event in it, counted per account from 1; of a barrier, the number the
    /// next event will have.
    pub first_no: u64,
    /// How many events are in it.
    pub count: u32,
    /// Position of the entry before it, [`Pos::START`] for the first.
    pub prev: Pos,
    /// The events, at most [`BODY_BYTES_MAX`] bytes, opaque.
    pub body: Vec<u8>,
}

impl Entry {
    /// Whether this only takes the account over: no events, no bytes.
    pub fn is_barrier(&self) -> bool {
        self.count == 0 && self.body.is_empty()
    }

    /// Number the first event after this entry has.
    pub fn next_no(&self) -> u64 {
        self.first_no + u64::from(self.count)
    }

    /// Whether both are the same append, perhaps sent twice.
    pub fn is_same_append(&self, other: &Entry) -> bool {
        (self.writer, self.nonce, self.epoch) == (other.writer, other.nonce, other.epoch)
    }
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Whose it is.
    pub account: Account,
    /// Where it stands.
    pub pos: Pos,
    /// The entry.
    pub entry: Entry,
    /// Checksum over it and everything before it: equal chains, equal histories.
    pub chain: u32,
}

impl Stored {
    /// The place behind this entry: what the next one is checked against.
    pub fn anchor(&self) -> Anchor {
        Anchor {
            pos: self.pos,
            next_no: self.entry.next_no(),
            epoch: self.entry.epoch,
            writer: self.entry.writer,
            chain: self.chain,
        }
    }
}

/// A stored row as a store returns it: not yet decoded, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the store keeps it.
    pub pos: Pos,
    /// Whose the store says it is.
    pub account: Account,
    /// What the store's own fence says stood before it.
    pub prev: Pos,
    /// The encoded record, see [`crate::record`].
    pub bytes: Vec<u8>,
}

impl Row {
    /// The entry as it claims to be: its checksum says nothing without the entry before it.
    pub fn claimed(&self) -> Result<Stored, NotARecord> {
        let record = record::decode(&self.bytes)?;
        Ok(Stored { account: self.account, pos: self.pos, entry: record.entry, chain: record.chain })
    }

    /// The place behind it, as it claims to be.
    pub fn anchor(&self) -> Result<Anchor, NotARecord> {
        Ok(self.claimed()?.anchor())
    }
}

/// The state of an account at one position, so that a start need not read the log from the
/// beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose it is.
    pub account: Account,
    /// The place in the chain it stands for: everything up to and including `at.pos` is in it.
    pub at: Anchor,
    /// Format of `bytes`, known to their author.
    pub version: u32,
    /// The state, at most [`SNAPSHOT_BYTES_MAX`] bytes, opaque.
    pub bytes: Vec<u8>,
    /// Checksum over all of the above.
    pub crc: u32,
}

impl Snapshot {
    /// A snapshot with its checksum.
    pub fn new(account: Account, at: Anchor, version: u32, bytes: Vec<u8>) -> Snapshot {
        let mut snapshot = Snapshot { account, at, version, bytes, crc: 0 };
        snapshot.crc = snapshot.sum();
        snapshot
    }

    /// Whether the checksum fits what it covers.
    pub fn is_whole(&self) -> bool {
        self.crc == self.sum()
    }

    fn sum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.account.0);
        hasher.update(&self.at.to_bytes());
        hasher.update(&self.version.to_le_bytes());
        hasher.update(&self.bytes);
        hasher.finalize()
    }
}
