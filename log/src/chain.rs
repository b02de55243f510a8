//! The chain of an account: what must hold between an entry and the one before it. The same rule
//! admits an entry to a store and judges it when it is read.

use crate::entry::{Account, Entry, Pos, Row, Stored};
use crate::record::{self, NotARecord, Record};

/// A place in a chain, complete enough to check what follows it and to write what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Position of the entry it stands behind: the fence of the next append.
    pub pos: Pos,
    /// Number of the next event.
    pub next_no: u64,
    /// Epoch of that entry, 0 before the first.
    pub epoch: u64,
    /// Writer of that epoch.
    pub writer: u64,
    /// Chain up to and including that entry.
    pub chain: u32,
}

impl Anchor {
    /// Before the first entry of an account.
    pub const START: Anchor = Anchor { pos: Pos::START, next_no: 1, epoch: 0, writer: 0, chain: 0 };

    /// The entry that takes the account over from here, for `writer`.
    pub fn barrier(&self, writer: u64, nonce: u64) -> Entry {
        let epoch = self.epoch + 1;
        Entry { epoch, writer, ..self.entry(nonce, 0, Vec::new()) }
    }

    /// The entry with `count` events that the owner of this epoch appends here.
    pub fn entry(&self, nonce: u64, count: u32, body: Vec<u8>) -> Entry {
        Entry { epoch: self.epoch, writer: self.writer, nonce, first_no: self.next_no, count, prev: self.pos, body }
    }

    /// The place behind `entry`, which was appended here and stands at `pos`.
    pub fn behind(&self, account: Account, pos: Pos, entry: &Entry) -> Anchor {
        Anchor {
            pos,
            next_no: entry.next_no(),
            epoch: entry.epoch,
            writer: entry.writer,
            chain: record::chain(self.chain, account, entry),
        }
    }

    /// Whether `entry` may follow here.
    pub fn admits(&self, entry: &Entry) -> Result<(), Flaw> {
        if entry.prev != self.pos {
            return Err(Flaw::Prev { want: self.pos, got: entry.prev });
        }
        if entry.first_no != self.next_no {
            return Err(Flaw::Numbers { want: self.next_no, got: entry.first_no });
        }
        let takeover = entry.epoch > self.epoch && entry.is_barrier();
        let owner = self.epoch > 0 && (entry.epoch, entry.writer) == (self.epoch, self.writer);
        if !takeover && !owner {
            return Err(Flaw::Epoch { held: (self.epoch, self.writer), got: (entry.epoch, entry.writer) });
        }
        Ok(())
    }

    /// Decodes a row and judges it as the one that follows here.
    pub fn check(&self, account: Account, row: &Row) -> Result<Stored, Flaw> {
        let record = check_place(self.pos, account, row)?;
        if record.chain != record::chain(self.chain, account, &record.entry) {
            return Err(Flaw::Checksum);
        }
        self.admits(&record.entry)?;
        Ok(Stored { account, pos: row.pos, entry: record.entry, chain: record.chain })
    }

    /// The anchor from its bytes.
    pub fn from_bytes(bytes: &[u8; 36]) -> Anchor {
        let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        Anchor {
            pos: Pos(u64_at(0)),
            next_no: u64_at(8),
            epoch: u64_at(16),
            writer: u64_at(24),
            chain: u32::from_le_bytes(bytes[32..].try_into().expect("four bytes")),
        }
    }

    /// The anchor as bytes, for files and checksums over it.
    pub fn to_bytes(&self) -> [u8; 36] {
        let mut bytes = [0; 36];
        bytes[..8].copy_from_slice(&self.pos.0.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.next_no.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.writer.to_le_bytes());
        bytes[32..].copy_from_slice(&self.chain.to_le_bytes());
        bytes
    }
}

/// Decodes a row and judges only whether it stands directly behind `pos`.
pub(crate) fn check_place(pos: Pos, account: Account, row: &Row) -> Result<Record, Flaw> {
    let record = record::decode(&row.bytes)?;
    if record.account != account || row.account != account {
        return Err(Flaw::Account { got: record.account });
    }
    let named = record.entry.prev;
    if named != row.prev || named < pos || row.pos <= pos {
        return Err(Flaw::Prev { want: pos, got: named });
    }
    if named > pos {
        return Err(Flaw::Hole { after: pos, missing: named });
    }
    Ok(record)
}

/// What is wrong with an entry in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not a record at all.
    #[error("it cannot be decoded: {0}")]
    Record(#[from] NotARecord),
    /// Bits changed, or an entry before it was replaced.
    #[error("its checksum does not fit its content and the entry before it")]
    Checksum,
    /// Entries before it are gone.
    #[error("the entry at {missing} that should stand before it is missing (the last one is at {after})")]
    Hole {
        /// Last position that is there.
        after: Pos,
        /// Position it names as the one before.
        missing: Pos,
    },
    /// It does not follow the entry before it.
    #[error("it names {got} as the entry before it, which is {want}")]
    Prev {
        /// Where the entry before stands.
        want: Pos,
        /// What it says.
        got: Pos,
    },
    /// Events are missing or doubled.
    #[error("its events begin at number {got} where {want} comes next")]
    Numbers {
        /// The next number.
        want: u64,
        /// The number it begins with.
        got: u64,
    },
    /// An owner wrote who was not the owner, or an epoch began without a barrier.
    #[error("it was written in epoch {} by writer {:x} while epoch {} of writer {:x} holds the account", got.0, got.1, held.0, held.1)]
    Epoch {
        /// Epoch and writer that hold the account.
        held: (u64, u64),
        /// Epoch and writer of the entry.
        got: (u64, u64),
    },
    /// It was the last of its account, and it is not there.
    #[error("it is missing, and was the last one")]
    Gone,
    /// It was stored under another account.
    #[error("it belongs to account {got}")]
    Account {
        /// Whose it says it is.
        got: Account,
    },
}
