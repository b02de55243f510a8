//! One entry as bytes: what a row of SQLite, a slot of the in-memory log and a frame of an export
//! have in common.
//!
//! ```text
//!  at  bytes
//!   0   1    version of this layout
//!   1  16    account
//!  17   8    epoch        all numbers little-endian
//!  25   8    writer
//!  33   8    nonce
//!  41   8    first_no
//!  49   4    count
//!  53   8    prev
//!  61   4    length of the body
//!  65   n    body
//!  65+n 4    chain: crc32 over all of the above except prev, seeded with the chain before
//! ```
//!
//! `prev` says where an entry stands, not what it says: it is held against the position of the
//! entry before, and left out of the checksum so that the chain of an account survives a move to
//! another store with other positions.

use crate::entry::{Account, Entry, Pos};

/// The layout this program writes. Others are refused, never guessed.
pub const VERSION: u8 = 1;

/// Bytes before the body.
pub const HEADER_BYTES: usize = 65;

/// Bytes behind the body.
pub const CHAIN_BYTES: usize = 4;

const ACCOUNT_AT: usize = 1;
const EPOCH_AT: usize = 17;
const WRITER_AT: usize = 25;
const NONCE_AT: usize = 33;
const FIRST_NO_AT: usize = 41;
const COUNT_AT: usize = 49;
const PREV_AT: usize = 53;
const BODY_LEN_AT: usize = 61;

/// A record taken apart. `chain` is what it carries, not yet held against its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is.
    pub account: Account,
    /// The entry.
    pub entry: Entry,
    /// The checksum it carries.
    pub chain: u32,
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARecord {
    /// Shorter or longer than its header says.
    #[error("it is {got} bytes long where its header asks for {want}")]
    Length {
        /// Bytes there are.
        got: usize,
        /// Bytes there should be.
        want: usize,
    },
    /// Damaged, or written by a newer program.
    #[error("its format is {0}, and this program knows only {VERSION}")]
    Version(u8),
    /// Event numbers that cannot be counted on from.
    #[error("its event numbers run over")]
    Numbers,
}

/// The chain after `entry`, if the chain before it is `before`.
pub fn chain(before: u32, account: Account, entry: &Entry) -> u32 {
    sum(before, &header(account, entry), &entry.body)
}

/// Encodes an entry whose predecessor's chain is `before`. Returns the bytes and the new chain.
pub fn encode(before: u32, account: Account, entry: &Entry) -> (Vec<u8>, u32) {
    let header = header(account, entry);
    let chain = sum(before, &header, &entry.body);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + entry.body.len() + CHAIN_BYTES);
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(&entry.body);
    bytes.extend_from_slice(&chain.to_le_bytes());
    (bytes, chain)
}

/// Takes a record apart. Says nothing about its checksum: that needs the record before it.
pub fn decode(bytes: &[u8]) -> Result<Record, NotARecord> {
    let least = HEADER_BYTES + CHAIN_BYTES;
    let short = |want| NotARecord::Length { got: bytes.len(), want };
    match bytes.first() {
        None => return Err(short(least)),
        Some(&VERSION) => {}
        Some(&other) => return Err(NotARecord::Version(other)),
    }
    if bytes.len() < least {
        return Err(short(least));
    }
    let body_len = u32_at(bytes, BODY_LEN_AT) as usize;
    if bytes.len() != least + body_len {
        return Err(short(least + body_len));
    }
    let entry = Entry {
        epoch: u64_at(bytes, EPOCH_AT),
        writer: u64_at(bytes, WRITER_AT),
        nonce: u64_at(bytes, NONCE_AT),
        first_no: u64_at(bytes, FIRST_NO_AT),
        count: u32_at(bytes, COUNT_AT),
        prev: Pos(u64_at(bytes, PREV_AT)),
        body: bytes[HEADER_BYTES..HEADER_BYTES + body_len].to_vec(),
    };
    if entry.first_no.checked_add(u64::from(entry.count)).is_none() {
        return Err(NotARecord::Numbers);
    }
    let mut account = [0; 16];
    account.copy_from_slice(&bytes[ACCOUNT_AT..EPOCH_AT]);
    Ok(Record { account: Account(account), entry, chain: u32_at(bytes, HEADER_BYTES + body_len) })
}

fn header(account: Account, entry: &Entry) -> [u8; HEADER_BYTES] {
    let body_len = u32::try_from(entry.body.len()).expect("a body is at most BODY_BYTES_MAX");
    let mut header = [0; HEADER_BYTES];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[VERSION]);
    put(ACCOUNT_AT, &account.0);
    put(EPOCH_AT, &entry.epoch.to_le_bytes());
    put(WRITER_AT, &entry.writer.to_le_bytes());
    put(NONCE_AT, &entry.nonce.to_le_bytes());
    put(FIRST_NO_AT, &entry.first_no.to_le_bytes());
    put(COUNT_AT, &entry.count.to_le_bytes());
    put(PREV_AT, &entry.prev.0.to_le_bytes());
    put(BODY_LEN_AT, &body_len.to_le_bytes());
    header
}

fn sum(before: u32, header: &[u8; HEADER_BYTES], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(before);
    hasher.update(&header[..PREV_AT]);
    hasher.update(&header[BODY_LEN_AT..]);
    hasher.update(body);
    hasher.finalize()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}
