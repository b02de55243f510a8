//! Entries and their chain as one portable file: backup, the way from one store to another, and a
//! check that two stores hold the same.
//!
//! ```text
//!  8 bytes   magic, the last one the version of this layout
//!  frames    u32 length, then a record (record.rs), account by account, in order
//!  4 bytes   zero: the end
//!  8 bytes   number of frames
//!  4 bytes   crc32 of everything before
//! ```

use std::io::{self, Read, Write};

use crate::chain::Anchor;
use crate::entry::{Account, BODY_BYTES_MAX, Pos, Row, Stored};
use crate::error::{AppendError, ReadError};
use crate::{Log, record};

/// Begins every export.
pub const MAGIC: [u8; 8] = *b"RRLOGX\n\x01";

/// Longest frame there can be, in bytes.
pub const FRAME_BYTES_MAX: usize = record::HEADER_BYTES + BODY_BYTES_MAX + record::CHAIN_BYTES;

/// Why an export or import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// The file could not be read or written.
    #[error("the export file failed: {0}")]
    File(#[from] io::Error),
    /// The file is not what was exported.
    #[error(
        "the export is damaged at frame {frame}: {why}; entries before it were imported, take another copy into an empty log"
    )]
    Damaged {
        /// Counted from 0.
        frame: u64,
        /// What is wrong.
        why: String,
    },
    /// An account whose beginning was trimmed cannot be told from its first entry on.
    #[error("account {account} begins at {start}: its earlier entries were trimmed, so it cannot be exported whole")]
    Trimmed {
        /// Whose log.
        account: Account,
        /// Where it begins.
        start: Pos,
    },
    /// The receiving log did not take an entry.
    #[error(
        "an entry of account {account} was not accepted: {error}; does this log hold another history of this account?"
    )]
    Append {
        /// Whose entry.
        account: Account,
        /// Why.
        error: AppendError,
    },
}

/// One account as it was exported or imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whose log.
    pub account: Account,
    /// Entries moved.
    pub entries: u64,
    /// The chain behind the last one: equal on both sides.
    pub chain: u32,
}

/// Writes every account up to its present tail. Bytes and chain do not depend on the store.
pub fn export(log: &dyn Log, to: &mut dyn Write) -> Result<Vec<Moved>, ExportError> {
    let mut file = Summed::new(to);
    let mut frames = 0u64;
    let mut moved = Vec::new();
    file.write_all(&MAGIC)?;
    for account in log.accounts()? {
        let start = log.start(account)?.pos;
        if start > Pos::START {
            return Err(ExportError::Trimmed { account, start });
        }
        let Some(tail) = log.tail(account)? else {
            continue;
        };
        let mut chain = Anchor::START.chain;
        let mut entries = 0;
        for stored in log.read(account, Pos::START, tail.pos)? {
            let Stored { entry, .. } = stored?;
            let entry = crate::Entry {
                prev: Pos(entries), // Positions belong to a store: here the frames count.
                ..entry
            };
            let (bytes, next) = record::encode(chain, account, &entry);
            file.write_all(&frame_len(&bytes))?;
            file.write_all(&bytes)?;
            (chain, entries) = (next, entries + 1);
        }
        frames += entries;
        moved.push(Moved { account, entries, chain });
    }
    file.write_all(&0u32.to_le_bytes())?;
    file.write_all(&frames.to_le_bytes())?;
    let sum = file.sum();
    file.write_all(&sum.to_le_bytes())?;
    file.flush()?;
    Ok(moved)
}

/// Appends everything of an export, checking each entry against the chain first. What is there
/// already is recognised, so that an interrupted import may be repeated; an account with another
/// history refuses.
pub fn import(log: &dyn Log, from: &mut dyn Read) -> Result<Vec<Moved>, ExportError> {
    let mut file = Summed::new(from);
    let mut frames = 0u64;
    let mut moved: Vec<Moved> = Vec::new();
    let mut at = Anchor::START;
    let damaged = |frame, why: &str| ExportError::Damaged { frame, why: why.into() };
    let cut = |frame| {
        move |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(frame, "the file ends too early"),
            _ => ExportError::File(error),
        }
    };
    if file.take::<8>().map_err(cut(0))? != MAGIC {
        return Err(damaged(0, "it does not begin as an export of this version"));
    }
    loop {
        let len = u32::from_le_bytes(file.take().map_err(cut(frames))?) as usize;
        if len == 0 {
            break;
        }
        if len > FRAME_BYTES_MAX {
            return Err(damaged(frames, "a frame is longer than any entry"));
        }
        let mut bytes = vec![0; len];
        file.read_exact(&mut bytes).map_err(cut(frames))?;
        let record = record::decode(&bytes).map_err(|why| damaged(frames, &why.to_string()))?;
        let account = record.account;
        if moved.last().is_none_or(|last| last.account != account) {
            at = Anchor::START;
            moved.push(Moved { account, entries: 0, chain: at.chain });
        }
        let last = moved.last_mut().expect("one was just pushed if there was none");
        let before = Anchor { pos: Pos(last.entries), ..at };
        let row = Row { pos: Pos(last.entries + 1), account, prev: record.entry.prev, bytes };
        let checked = before.check(account, &row).map_err(|why| damaged(frames, &why.to_string()))?;
        let entry = crate::Entry { prev: at.pos, ..checked.entry };
        let pos = log.append(account, at.pos, entry.clone()).map_err(|error| ExportError::Append { account, error })?;
        at = at.behind(account, pos, &entry);
        (last.entries, last.chain) = (last.entries + 1, at.chain);
        frames += 1;
    }
    if u64::from_le_bytes(file.take().map_err(cut(frames))?) != frames {
        return Err(damaged(frames, "frames are missing"));
    }
    let sum = file.sum();
    if u32::from_le_bytes(file.take().map_err(cut(frames))?) != sum {
        return Err(damaged(frames, "its checksum does not fit its content"));
    }
    Ok(moved)
}

fn frame_len(bytes: &[u8]) -> [u8; 4] {
    let len = u32::try_from(bytes.len()).expect("a frame is at most FRAME_BYTES_MAX");
    len.to_le_bytes()
}

/// A file whose bytes are summed as they pass.
struct Summed<F> {
    file: F,
    hasher: crc32fast::Hasher,
}

impl<F> Summed<F> {
    fn new(file: F) -> Summed<F> {
        Summed { file, hasher: crc32fast::Hasher::new() }
    }

    fn sum(&self) -> u32 {
        self.hasher.clone().finalize()
    }
}

impl<F: Write> Summed<F> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Read> Summed<F> {
    fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact(bytes)?;
        self.hasher.update(bytes);
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
