//! The only clock of the server.

use readyroom_core::ids::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, as the machine's clock has it. It may step; whoever needs order keeps the latest it has seen.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).expect("the clock is before the year 292 million"))
}
