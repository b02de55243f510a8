//! How events lie in the log: MessagePack with names, so that a record explains itself.
//!
//! The body of one log entry is a format byte, and then one array of *turns*: what was caused by one
//! actor at one instant, which need be said only once for all of it.

use super::upcast;
use super::{Actor, Event, EventNo, Recorded, Timestamp};
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

/// What one actor caused at one instant, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredTurn {
    pub at: Timestamp,
    pub by: Actor,
    pub events: Vec<Event>,
}

/// An array of up to 2³² items: a byte that says so, and their number, which is written over as
/// turns are added.
const ARRAY_32: u8 = 0xdd;
const HEADER_LEN: usize = 6;

/// Adds events to the body of an entry; an empty body gets its header first. The events' numbers
/// are not written: they follow from the entry's.
pub fn write(body: &mut Vec<u8>, events: &[Recorded]) {
    if body.is_empty() {
        body.extend([FORMAT, ARRAY_32, 0, 0, 0, 0]);
    }
    let mut turns = u32::from_be_bytes(body[2..HEADER_LEN].try_into().expect("a header is six bytes"));
    for turn in events.chunk_by(|one, next| (one.at, one.by) == (next.at, next.by)) {
        write_turn(body, turn);
        turns += 1;
    }
    body[2..HEADER_LEN].copy_from_slice(&turns.to_be_bytes());
}

fn write_turn(body: &mut Vec<u8>, turn: &[Recorded]) {
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
    }
    let turn = TurnRef { at: turn[0].at, by: turn[0].by, events: Events(turn) };
    rmp_serde::encode::write_named(body, &turn).expect("memory takes whatever is written");
}

/// Reads the events of an entry, of any format that was ever written. The first of them has the
/// number `first_no`.
///
/// # Errors
/// `CodecError`: what is wrong with the body.
pub fn read(body: &[u8], first_no: EventNo) -> Result<Vec<Recorded>, CodecError> {
    let (&format, rest) = body.split_first().ok_or(CodecError::Empty)?;
    let turns: Vec<StoredTurn> = match format {
        1 => upcast::format_1(rest),
        FORMAT => rmp_serde::from_slice(rest),
        found => return Err(CodecError::UnknownFormat { found }),
    }
    .map_err(|error| CodecError::Malformed { problem: error.to_string() })?;
    let mut events = Vec::with_capacity(turns.iter().map(|turn| turn.events.len()).sum());
    for turn in turns {
        for event in turn.events {
            let no = first_no.plus(events.len() as u64);
            events.push(Recorded { no, at: turn.at, by: turn.by, event });
        }
    }
    Ok(events)
}

/// A number for a list of events: equal lists have equal numbers, and others almost never.
pub(crate) fn digest(events: &[Event]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(&rmp_serde::to_vec_named(events).expect("memory takes whatever is written"));
    hasher.finish()
}
