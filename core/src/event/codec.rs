//! How events lie in the log: MessagePack with names, so that a record explains itself.
//!
//! The body of one log entry is a format byte, and then one array of *turns*: what was caused by one
//! actor at one instant, which need be said only once for all of it. A turn may end with a promise.

use super::upcast;
use super::{Actor, Event, EventNo, Recorded, Timestamp};
use crate::limits;
use serde::{Deserialize, Serialize};

/// The format that is written.
pub const FORMAT: u8 = 2;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not even a format byte.
    #[error("the entry is empty, and should begin with a format byte; restore the store from a backup")]
    Empty,
    /// From a newer program, or not ours.
    #[error("the entry has format {found}, and this program reads formats 1 to {FORMAT}; use a newer program")]
    UnknownFormat {
        /// The format byte.
        found: u8,
    },
    /// Unreadable, although its checksum holds.
    #[error("the entry cannot be read ({problem}); a different program wrote it, or a fault of ours")]
    Malformed {
        /// What the decoder said.
        problem: String,
    },
}

/// The answer that the holder of an idempotency key was promised. It is stored in the same entry as
/// what its command did, or alone when nothing had to be done: so both are kept, or neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// A hash of who asked and of the key.
    #[serde(with = "super::bytes")]
    pub key: [u8; 16],
    /// A hash of what was asked.
    #[serde(with = "super::bytes")]
    pub request: [u8; 16],
    /// The status of the answer, as HTTP counts them.
    pub status: u16,
    /// The body of the answer, without the position; at most [`limits::PROMISE_BYTES_MAX`].
    #[serde(with = "super::bytes")]
    pub answer: Vec<u8>,
}

/// A promise as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The position that was answered: the number of the last event before it.
    pub no: EventNo,
    /// When it was given.
    pub at: Timestamp,
    /// What was promised.
    pub promise: Promise,
}

/// All that one entry holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// What happened, in order.
    pub events: Vec<Recorded>,
    /// What was promised, in order.
    pub promises: Vec<Kept>,
}

/// What one actor caused at one instant, as it is stored; and what it was promised for it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct StoredTurn {
    pub at: Timestamp,
    pub by: Actor,
    pub events: Vec<Event>,
    #[serde(default)]
    pub promise: Option<Promise>,
}

/// An array of up to 2³² items: a byte that says so, and their number, which is written over as
/// turns are added.
const ARRAY_32: u8 = 0xdd;
const HEADER_LEN: usize = 6;

/// Adds events to the body of an entry; an empty body gets its header first. The events' numbers
/// are not written: they follow from the entry's.
pub fn write(body: &mut Vec<u8>, events: &[Recorded]) {
    begin(body);
    let mut turns = 0;
    for turn in events.chunk_by(|one, next| (one.at, one.by) == (next.at, next.by)) {
        write_turn(body, turn[0].at, turn[0].by, turn, None);
        turns += 1;
    }
    count(body, turns);
}

/// Adds a promise to the body of an entry, behind the events of its command; an empty body gets its
/// header first. Its position is the number of the last event so far.
pub fn write_promise(body: &mut Vec<u8>, at: Timestamp, by: Actor, promise: &Promise) {
    assert!(promise.answer.len() <= limits::PROMISE_BYTES_MAX, "whoever promises keeps the answer short");
    begin(body);
    write_turn(body, at, by, &[], Some(promise));
    count(body, 1);
}

fn begin(body: &mut Vec<u8>) {
    if body.is_empty() {
        body.extend([FORMAT, ARRAY_32, 0, 0, 0, 0]);
    }
}

/// Counts turns that were added.
fn count(body: &mut [u8], added: u32) {
    let before = u32::from_be_bytes(body[2..HEADER_LEN].try_into().expect("a header is six bytes"));
    body[2..HEADER_LEN].copy_from_slice(&(before + added).to_be_bytes());
}

fn write_turn(body: &mut Vec<u8>, at: Timestamp, by: Actor, events: &[Recorded], promise: Option<&Promise>) {
    struct Events<'a>(&'a [Recorded]);
    impl Serialize for Events<'_> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_seq(self.0.iter().map(|recorded| &recorded.event))
        }
    }
    #[derive(Serialize)]
    struct TurnRef<'a> {
        at: Timestamp,
        by: Actor,
        events: Events<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        promise: Option<&'a Promise>,
    }
    let turn = TurnRef { at, by, events: Events(events), promise };
    rmp_serde::encode::write_named(body, &turn).expect("memory takes whatever is written");
}

/// Reads the events of an entry, of any format that was ever written. The first of them has the
/// number `first_no`.
///
/// # Errors
/// `CodecError`: what is wrong with the body.
pub fn read(body: &[u8], first_no: EventNo) -> Result<Vec<Recorded>, CodecError> {
    Ok(read_body(body, first_no)?.events)
}

/// Reads the events and the promises of an entry, of any format that was ever written. The first
/// event has, or would have, the number `first_no`, which is 1 or more.
///
/// # Errors
/// `CodecError`: what is wrong with the body.
pub fn read_body(body: &[u8], first_no: EventNo) -> Result<Body, CodecError> {
    let (&format, rest) = body.split_first().ok_or(CodecError::Empty)?;
    let turns: Vec<StoredTurn> = match format {
        1 => upcast::format_1(rest),
        FORMAT => rmp_serde::from_slice(rest),
        found => return Err(CodecError::UnknownFormat { found }),
    }
    .map_err(|error| CodecError::Malformed { problem: error.to_string() })?;
    let mut events = Vec::with_capacity(turns.iter().map(|turn| turn.events.len()).sum());
    let mut promises = Vec::new();
    for StoredTurn { at, by, events: caused, promise } in turns {
        for event in caused {
            let no = first_no.plus(events.len() as u64);
            events.push(Recorded { no, at, by, event });
        }
        if let Some(promise) = promise {
            let no = EventNo(first_no.0.saturating_sub(1)).plus(events.len() as u64);
            promises.push(Kept { no, at, promise });
        }
    }
    Ok(Body { events, promises })
}

/// A number for a list of events: equal lists have equal numbers, and others almost never.
pub(crate) fn digest(events: &[Event]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(&rmp_serde::to_vec_named(events).expect("memory takes whatever is written"));
    hasher.finish()
}
