//! Every figure that is worked out from a tally, under one name and with one formula, whichever
//! report shows it.
//!
//! A figure over several agents or cells is the formula over the sum of their tallies: a ratio of
//! sums, and never a mean of ratios.

use super::tally::Tally;
use crate::vocabulary::Bucket::{self, Extcall, Incall, Offline, Ready, Ring, Wrapup};

/// Goes up when a formula changes, so that figures made under different ones are told apart.
pub const VERSION: &str = "1";

/// A sum of time.
pub struct Sum {
    /// Its name in every report; what it tells is in seconds.
    pub name: &'static str,
    /// How it is made, for people.
    pub formula: &'static str,
    ms: fn(&Tally) -> u64,
}

/// A share between 0 and, unless it says otherwise, 1.
pub struct Ratio {
    /// Its name in every report.
    pub name: &'static str,
    /// What else it is called.
    pub also: Option<&'static str>,
    /// How it is made, for people.
    pub formula: &'static str,
    parts: fn(&Tally) -> (u64, u64),
}

/// The sums, in the order in which reports show them.
pub const SUMS: &[Sum] = &[LOGGED_IN, HANDLE, FREE];

/// The ratios, in the order in which reports show them.
pub const RATIOS: &[Ratio] = &[OCCUPANCY, OCCUPANCY_RING, OCC_3, OCC_4, UTILIZATION, UTIL_2];

/// Every bucket but `offline`.
pub const LOGGED_IN: Sum =
    Sum { name: "logged_in_s", formula: "every bucket but offline", ms: |tally| tally.total_ms() - tally.ms(Offline) };

/// Work in hand and being wrapped up, counted once however many conversations it is; where only
/// buckets are known, `incall` and `wrapup`.
pub const HANDLE: Sum =
    Sum { name: "handle_s", formula: "talking, held or wrapping, counted once", ms: |tally| tally.handle_ms };

/// In the bucket `ready` and with no work in hand; where only buckets are known, all of `ready`.
pub const FREE: Sum = Sum { name: "free_s", formula: "ready with no work", ms: |tally| tally.free_ms };

/// `occ_1`: of the time for queue work, how much was work.
pub const OCCUPANCY: Ratio = Ratio {
    name: "occupancy",
    also: Some("occ_1"),
    formula: "handle / (handle + free)",
    parts: |tally| (tally.handle_ms, tally.handle_ms + tally.free_ms),
};

/// `occ_2`: the same, with ringing as time without work.
pub const OCCUPANCY_RING: Ratio = Ratio {
    name: "occupancy_ring",
    also: Some("occ_2"),
    formula: "handle / (handle + free + ring)",
    parts: |tally| (tally.handle_ms, tally.handle_ms + tally.free_ms + tally.ms(Ring)),
};

/// The same, with ringing as work.
pub const OCC_3: Ratio = Ratio {
    name: "occ_3",
    also: None,
    formula: "(ring + handle) / (ring + handle + free)",
    parts: |tally| {
        let work = tally.ms(Ring) + tally.handle_ms;
        (work, work + tally.free_ms)
    },
};

/// The same as `occupancy_ring`, with external calls as work.
pub const OCC_4: Ratio = Ratio {
    name: "occ_4",
    also: None,
    formula: "(handle + extcall) / (handle + extcall + free + ring)",
    parts: |tally| {
        let work = tally.handle_ms + tally.ms(Extcall);
        (work, work + tally.free_ms + tally.ms(Ring))
    },
};

/// `util_1`: of the time logged in, how much was work. It may pass 1, as a wrap-up runs on when its
/// agent logs out.
pub const UTILIZATION: Ratio = Ratio {
    name: "utilization",
    also: Some("util_1"),
    formula: "handle / logged_in",
    parts: |tally| (tally.handle_ms, LOGGED_IN.ms(tally)),
};

/// Of the time logged in, how much was at the queues' disposal.
pub const UTIL_2: Ratio = Ratio {
    name: "util_2",
    also: None,
    formula: "(ready + ring + incall + wrapup) / logged_in",
    parts: |tally| ([Ready, Ring, Incall, Wrapup].map(|bucket| tally.ms(bucket)).iter().sum(), LOGGED_IN.ms(tally)),
};

impl Sum {
    /// Its value, milliseconds.
    pub fn ms(&self, tally: &Tally) -> u64 {
        (self.ms)(tally)
    }

    /// Its value, seconds.
    pub fn of(&self, tally: &Tally) -> f64 {
        seconds(self.ms(tally))
    }
}

impl Ratio {
    /// Its value; none where it would divide by zero.
    pub fn of(&self, tally: &Tally) -> Option<f64> {
        let (part, whole) = (self.parts)(tally);
        (whole > 0).then(|| part as f64 / whole as f64)
    }
}

/// `state_s`: seconds in a bucket.
pub fn state_s(tally: &Tally, bucket: Bucket) -> f64 {
    seconds(tally.ms(bucket))
}

/// Milliseconds as seconds, exact to the millisecond.
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_divide_by_zero_is_unknown_and_not_zero() {
        assert!(RATIOS.iter().all(|ratio| ratio.of(&Tally::default()).is_none()));
        let mut offline = Tally::default();
        offline.stay(Offline, 5_000);
        assert!(RATIOS.iter().all(|ratio| ratio.of(&offline).is_none()));
        let mut paused = Tally::default();
        paused.stay(Bucket::Paused, 5_000);
        let told: Vec<_> = RATIOS.iter().map(|ratio| ratio.of(&paused)).collect();
        assert_eq!(told, [None, None, None, None, Some(0.0), Some(0.0)]);
    }

    #[test]
    fn a_figure_over_several_is_a_ratio_of_sums() {
        let of = |handle_ms, free_ms| {
            let mut tally = Tally::default();
            (tally.handle_ms, tally.free_ms) = (handle_ms, free_ms);
            tally
        };
        let (busy, free) = (of(900_000, 100_000), of(0, 3_000_000));
        assert_eq!((OCCUPANCY.of(&busy), OCCUPANCY.of(&free)), (Some(0.9), Some(0.0)));
        assert_eq!(OCCUPANCY.of(&[busy, free].iter().collect()), Some(0.225));
    }

    #[test]
    fn every_name_is_its_own() {
        let mut names: Vec<_> = SUMS.iter().map(|sum| sum.name).chain(RATIOS.iter().map(|ratio| ratio.name)).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
