//! The write-ahead file, read before SQLite reads it. SQLite takes everything up to the first bad
//! frame and silently forgets the rest: right for a torn end, wrong for damage before it.
//!
//! ```text
//!  header, 32 bytes: magic, format, page size, sequence, two salts, two sums over the first 24
//!  frames: page number, database pages if this ends a transaction, two salts, two sums; the page
//! ```
//! Numbers are big-endian. A frame's sums continue those of the frame before it, so each can be
//! judged behind its neighbour even when an earlier one is bad.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const MAGIC_LITTLE: u32 = 0x377f_0682;
const MAGIC_BIG: u32 = 0x377f_0683;
const PAGE_BYTES_MIN: usize = 512;
const PAGE_BYTES_MAX: usize = 65_536;

type Sums = (u32, u32);

/// What a write-ahead file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wal {
    /// Every transaction in it is whole.
    Whole,
    /// It ends in a transaction that was never completed. SQLite cuts it off.
    Torn {
        /// Bytes up to the end of the last whole transaction.
        sound_bytes: u64,
    },
    /// A transaction is damaged that others follow, so it was once durable. SQLite would forget it
    /// and all that follow.
    Damaged {
        /// Bytes up to the end of the last whole transaction before it.
        sound_bytes: u64,
        /// Transactions that would be forgotten; 0 when they cannot be counted.
        transactions: u64,
    },
}

/// Reads a write-ahead file; one that is not there is whole.
pub fn scan(path: &Path) -> io::Result<Wal> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Wal::Whole),
        Err(error) => return Err(error),
    };
    let len = file.metadata()?.len();
    if len == 0 {
        return Ok(Wal::Whole);
    }
    let mut file = BufReader::new(file.take(len));
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut file, &mut header)? {
        return Ok(Wal::Torn { sound_bytes: 0 });
    }
    let page_bytes = word(&header, 8) as usize;
    let big = word(&header, 0) == MAGIC_BIG;
    let sums = sum(big, (0, 0), &header[..24]);
    let sound = [MAGIC_LITTLE, MAGIC_BIG].contains(&word(&header, 0))
        && page_bytes.is_power_of_two()
        && (PAGE_BYTES_MIN..=PAGE_BYTES_MAX).contains(&page_bytes)
        && sums == (word(&header, 24), word(&header, 28));
    if !sound {
        // SQLite syncs the header before the first frame: a crash cannot have torn it.
        return Ok(Wal::Damaged { sound_bytes: 0, transactions: 0 });
    }
    let mut walk =
        Walk { big, salts: (word(&header, 16), word(&header, 20)), sound_bytes: 0, unfinished: false, lost: None };
    let mut sums = sums;
    let mut at = HEADER_BYTES as u64;
    let mut frame = vec![0; FRAME_HEADER_BYTES + page_bytes];
    while fill(&mut file, &mut frame)? {
        at += frame.len() as u64;
        sums = walk.frame(&frame, sums, at);
    }
    walk.unfinished |= at < len && walk.lost.is_none();
    Ok(walk.verdict())
}

struct Walk {
    big: bool,
    salts: (u32, u32),
    sound_bytes: u64,
    /// Whether something of a transaction without an end was seen.
    unfinished: bool,
    lost: Option<Lost>,
}

/// What follows the first bad frame.
struct Lost {
    /// Sums the next frame may continue, if it is of the same generation.
    behind: Vec<Sums>,
    transactions: u64,
    /// Nothing more continues.
    over: bool,
}

impl Walk {
    /// Judges a frame ending at byte `end`, whose predecessor's sums were `before`.
    fn frame(&mut self, frame: &[u8], before: Sums, end: u64) -> Sums {
        let ends_transaction = word(frame, 4) != 0;
        let carried = (word(frame, 16), word(frame, 20));
        let current = (word(frame, 8), word(frame, 12)) == self.salts;
        let continued = |before| {
            let half = sum(self.big, before, &frame[..8]);
            sum(self.big, half, &frame[FRAME_HEADER_BYTES..])
        };
        match &mut self.lost {
            None => {
                let sums = continued(before);
                if current && sums == carried {
                    self.unfinished = !ends_transaction;
                    if ends_transaction {
                        self.sound_bytes = end;
                    }
                } else {
                    self.lost = Some(Lost {
                        behind: vec![carried, sums],
                        transactions: u64::from(current && ends_transaction),
                        over: false,
                    });
                }
                sums
            }
            Some(lost) => {
                if !lost.over && current && lost.behind.iter().any(|&sums| continued(sums) == carried) {
                    lost.transactions += u64::from(ends_transaction);
                    lost.behind = vec![carried];
                } else {
                    lost.over = true;
                }
                carried
            }
        }
    }

    fn verdict(&self) -> Wal {
        let sound_bytes = self.sound_bytes;
        match &self.lost {
            // The last transaction alone may have been cut short by a crash.
            Some(lost) if lost.transactions > 1 => Wal::Damaged { sound_bytes, transactions: lost.transactions },
            Some(lost) if lost.transactions == 1 => Wal::Torn { sound_bytes },
            _ if self.unfinished => Wal::Torn { sound_bytes },
            _ => Wal::Whole,
        }
    }
}

/// Fills the whole buffer, or says that the file ended before.
fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn sum(big: bool, (mut one, mut two): Sums, bytes: &[u8]) -> Sums {
    for pair in bytes.chunks_exact(8) {
        let (left, right) =
            if big { (word(pair, 0), word(pair, 4)) } else { (word(pair, 0).swap_bytes(), word(pair, 4).swap_bytes()) };
        one = one.wrapping_add(left).wrapping_add(two);
        two = two.wrapping_add(right).wrapping_add(one);
    }
    (one, two)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}
