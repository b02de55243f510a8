//! How events lie in the log: MessagePack with names, so that a record explains itself.
//!
//! The body of one log entry is a format byte and then its records, one after another.

use super::upcast;
use super::{Actor, Event, EventNo, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

/// The format that is written.
pub const FORMAT: u8 = 1;

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
    #[error(
        "record {record} of the entry cannot be read ({problem}); a different program wrote it, or a fault of ours"
    )]
    Malformed {
        /// Which record of the entry, from 1.
        record: usize,
        /// What the decoder said.
        problem: String,
    },
}

/// An event as it is stored. Its number is its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// When.
    pub at: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub event: Event,
}

#[derive(Serialize)]
struct StoredRef<'a> {
    at: Timestamp,
    by: Actor,
    event: &'a Event,
}

/// Adds an event to the body of an entry; an empty body gets its format byte first.
pub fn write(body: &mut Vec<u8>, at: Timestamp, by: Actor, event: &Event) {
    if body.is_empty() {
        body.push(FORMAT);
    }
    rmp_serde::encode::write_named(body, &StoredRef { at, by, event }).expect("memory takes whatever is written");
}

/// Reads the events of an entry, of any format that was ever written. The first of them has the
/// number `first_no`.
///
/// # Errors
/// `CodecError`: what is wrong with the body, and where.
pub fn read(body: &[u8], first_no: EventNo) -> Result<Vec<Recorded>, CodecError> {
    let (&format, mut rest) = body.split_first().ok_or(CodecError::Empty)?;
    let read_one = match format {
        1 => upcast::read_format_1,
        found => return Err(CodecError::UnknownFormat { found }),
    };
    let mut events = Vec::new();
    while !rest.is_empty() {
        let stored = read_one(&mut rest).map_err(|error| CodecError::Malformed {
            record: events.len() + 1,
            problem: error.to_string(),
        })?;
        let no = first_no.plus(events.len() as u64);
        events.push(Recorded {
            no,
            at: stored.at,
            by: stored.by,
            event: stored.event,
        });
    }
    Ok(events)
}

/// A number for a list of events: equal lists have equal numbers, and others almost never.
pub(crate) fn digest(events: &[Event]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut body = Vec::new();
    for event in events {
        write(&mut body, Timestamp(0), Actor::Policy(super::Policy::Reopen), event);
    }
    let mut hasher = DefaultHasher::new();
    hasher.write(&body);
    hasher.finish()
}
