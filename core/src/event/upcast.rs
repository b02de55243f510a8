//! How entries of earlier formats are read. A format, once written, is read for ever.

use super::codec::StoredTurn;
use super::{Actor, Event, Timestamp};
use serde::Deserialize;

/// Format 1: one record after another, each an event with its own instant and actor. It said the
/// same thing many times over.
pub(super) fn format_1(mut rest: &[u8]) -> Result<Vec<StoredTurn>, rmp_serde::decode::Error> {
    #[derive(Deserialize)]
    struct Record {
        at: Timestamp,
        by: Actor,
        event: Event,
    }
    let mut turns = Vec::new();
    while !rest.is_empty() {
        let Record { at, by, event } = Record::deserialize(&mut rmp_serde::Deserializer::new(&mut rest))?;
        turns.push(StoredTurn { at, by, events: vec![event], promise: None });
    }
    Ok(turns)
}
