//! How events of earlier formats are read. A format, once written, is read for ever.

use super::codec::Stored;
use serde::Deserialize;

/// One record of format 1: an event with its own instant and actor.
pub(super) fn read_format_1(rest: &mut &[u8]) -> Result<Stored, rmp_serde::decode::Error> {
    Stored::deserialize(&mut rmp_serde::Deserializer::new(rest))
}
