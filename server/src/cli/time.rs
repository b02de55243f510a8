//! Instants and durations as people and programs write them: RFC 3339 in UTC, `4m 05s`.

use readyroom_core::ids::Timestamp;

/// The instant in UTC, to the millisecond. One that no calendar has is told in milliseconds.
pub fn instant(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => format!("{} ms after 1970", at.0),
    }
}

pub use crate::wire::time::parse;

/// From `since` to `now`, in the two largest units that count.
pub fn between(since: Timestamp, now: Timestamp) -> String {
    duration(now.ms_since(since))
}

/// A duration, in the two largest units that count.
pub fn duration(ms: u64) -> String {
    let (seconds, minutes, hours) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    match (hours / 24, hours, minutes) {
        (0, 0, 0) if !ms.is_multiple_of(1_000) => format!("{}.{:03}s", seconds, ms % 1_000),
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {:02}s", seconds % 60),
        (0, ..) => format!("{hours}h {:02}m", minutes % 60),
        (days, ..) => format!("{days}d {:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back_as_it_is_written() {
        let at = Timestamp(1_772_442_005_250);
        assert_eq!(instant(at), "2026-03-02T09:00:05.250Z");
        assert_eq!(parse(&instant(at)), Ok(at));
        assert_eq!(parse("2026-03-02T10:00:05.250+01:00"), Ok(at));
    }

    #[test]
    fn what_is_no_instant_is_refused_or_told_as_it_is() {
        for text in ["", "yesterday", "2026-03-02", "2026-03-02T09:00:00", "1772442005250"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(instant(Timestamp(i64::MAX)), "9223372036854775807 ms after 1970");
    }

    #[test]
    fn a_duration_shows_two_units() {
        let told = [250, 4_000, 65_000, 3_700_000, 90_000_000].map(duration);
        assert_eq!(told, ["0.250s", "4s", "1m 05s", "1h 01m", "1d 01h"]);
    }
}
