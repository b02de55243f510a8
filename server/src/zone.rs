//! Where a window is cut: at wall-clock multiples in a time zone.
//!
//! An interval begins whenever a clock on a wall of that zone shows a multiple of its length. An
//! hour that is shown twice gives two intervals. One that is skipped gives none, and what would
//! have begun in it begins where the clock goes on. A day begins at its first instant, so it has
//! 23, 24 or 25 hours, and need not begin at midnight.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use readyroom_core::ids::Timestamp;
use readyroom_views::reports::cells::{Cells, Span};
use std::fmt;
use std::str::FromStr;

/// Cuts a window. Its first and last cells are what of their intervals lies inside; without an
/// interval the window is one cell.
pub fn cells(window: Span, zone: &Zone, interval: Option<Interval>) -> Result<Cells, Unfit> {
    if window.is_empty() {
        return Err(Unfit::Empty);
    }
    if window.from < CALENDAR.from || window.to > CALENDAR.to {
        return Err(Unfit::OutsideCalendar);
    }
    let mut bounds = vec![window.from, window.to];
    if let Some(interval) = interval {
        let least = window.ms() / (u64::from(interval.minutes()) * 60_000);
        if least > Cells::MAX as u64 {
            return Err(Unfit::TooMany { interval });
        }
        let begins = zone.begins(window, interval).into_iter();
        bounds.extend(begins.filter(|&at| window.from < at && at < window.to));
        bounds.sort_unstable();
        bounds.dedup();
    }
    match interval {
        Some(interval) if bounds.len() > Cells::MAX + 1 => Err(Unfit::TooMany { interval }),
        _ => Ok(Cells::between(bounds)),
    }
}

/// The years 1970 to 9998: all instants, and the days around them, exist in every zone.
const CALENDAR: Span = Span { from: Timestamp(0), to: Timestamp(253_370_764_800_000) };

/// A time zone of the IANA database.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The instant as its clocks show it: RFC 3339 with the offset then in force.
    pub fn local(&self, at: Timestamp) -> String {
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(at) => at.display_with_offset(self.0.to_offset(at)).to_string(),
            Err(_) => format!("{} ms after 1970", at.0),
        }
    }

    /// When intervals begin in the window, and some before and behind it; in no order.
    fn begins(&self, window: Span, interval: Interval) -> Vec<Timestamp> {
        let date = |at| self.0.to_datetime(instant(at)).date();
        // A zone that moved across the date line has shown a date before an earlier one.
        let (first, last) = (date(window.from).yesterday(), date(window.to).tomorrow());
        let (first, last) = first.and_then(|first| Ok((first, last?))).expect("the window is inside the calendar");
        let mut begins = Vec::new();
        for day in std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|&day| day <= last) {
            for minute in (0..MINUTES_OF_DAY).step_by(usize::from(interval.minutes())) {
                self.shows(wall(day, minute), interval, &mut begins);
            }
        }
        begins
    }

    /// When clocks show this.
    fn shows(&self, wall: DateTime, interval: Interval, begins: &mut Vec<Timestamp>) {
        let at = |offset: jiff::tz::Offset| offset.to_timestamp(wall).expect("the window is inside the calendar");
        let mut begin = |at: jiff::Timestamp| begins.push(Timestamp(at.as_millisecond()));
        match self.0.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => begin(at(offset)),
            // A day that shows its midnight twice is one day all the same.
            AmbiguousOffset::Fold { before, .. } if interval == Interval::DAY => begin(at(before)),
            AmbiguousOffset::Fold { before, after } => [before, after].map(at).into_iter().for_each(begin),
            AmbiguousOffset::Gap { before, .. } => {
                // By the former offset it would be now, so the clocks have just gone forward, or did shortly before.
                let just_after = at(before) + jiff::SignedDuration::from_secs(1);
                begin(self.0.preceding(just_after).next().expect("clocks went forward before this").timestamp());
            }
        }
    }
}

impl FromStr for Zone {
    type Err = Unfit;

    fn from_str(name: &str) -> Result<Zone, Unfit> {
        let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
        zone.map(Zone).ok_or_else(|| Unfit::NoZone { name: name.chars().take(80).collect() })
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).expect("the window is inside the calendar")
}

fn wall(day: Date, minute: u16) -> DateTime {
    let (hour, minute) = (minute / 60, minute % 60);
    day.at(i8::try_from(hour).expect("a day has 24 hours"), i8::try_from(minute).expect("an hour has 60 minutes"), 0, 0)
}

const MINUTES_OF_DAY: u16 = 1_440;

/// The length of an interval on the wall clock: whole minutes of which a day holds a whole number,
/// or the day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(u16);

impl Interval {
    /// A day of the calendar.
    pub const DAY: Interval = Interval(MINUTES_OF_DAY);

    /// So many minutes; none unless they divide a day.
    pub fn of_minutes(minutes: u16) -> Option<Interval> {
        (minutes > 0 && MINUTES_OF_DAY.is_multiple_of(minutes)).then_some(Interval(minutes))
    }

    /// Its length in minutes, on a day of 24 hours.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for Interval {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Interval, Unfit> {
        let interval = match text {
            "day" => Some(Interval::DAY),
            minutes => minutes.parse().ok().and_then(Interval::of_minutes),
        };
        interval.ok_or(Unfit::NoInterval)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Interval::DAY => out.write_str("a day"),
            Interval(1) => out.write_str("1 minute"),
            Interval(minutes) => write!(out, "{minutes} minutes"),
        }
    }
}

/// Why a window cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It ends before it begins, or in the same instant.
    #[error("the window ends before it begins; its end must be later than its start")]
    Empty,
    /// It lies where no calendar is sure.
    #[error("the window must lie between the years 1970 and 9998")]
    OutsideCalendar,
    /// It would be cut into too many cells.
    #[error(
        "the window holds more than {} intervals of {interval}; take a shorter window or longer intervals",
        Cells::MAX
    )]
    TooMany {
        /// What it was to be cut into.
        interval: Interval,
    },
    /// There is no such zone.
    #[error("there is no time zone {name:?}; it has a name of the IANA database: Europe/Berlin, UTC")]
    NoZone {
        /// What was asked for, shortened.
        name: String,
    },
    /// No interval has this length.
    #[error("an interval is `day` or whole minutes that divide a day: 15, 30, 60")]
    NoInterval,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells as their zone shows where they begin, and the lengths in minutes.
    fn cut(from: &str, to: &str, zone: &str, interval: &str) -> Vec<(String, u64)> {
        let [from, to] = [from, to].map(|text| text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let window = Span { from: Timestamp(from), to: Timestamp(to) };
        let zone = zone.parse::<Zone>().unwrap();
        let cells = cells(window, &zone, Some(interval.parse().unwrap())).unwrap();
        assert_eq!(cells.window(), window);
        cells.iter().map(|cell| (zone.local(cell.from), cell.ms() / 60_000)).collect()
    }

    fn check(told: Vec<(String, u64)>, expected: &[(&str, u64)]) {
        let told: Vec<_> = told.iter().map(|(from, minutes)| (from.as_str(), *minutes)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_window_off_the_clock_has_shorter_cells_at_its_ends() {
        let told = cut("2026-06-10T09:10:00+02:00", "2026-06-10T10:05:00+02:00", "Europe/Berlin", "30");
        check(
            told,
            &[("2026-06-10T09:10:00+02:00", 20), ("2026-06-10T09:30:00+02:00", 30), ("2026-06-10T10:00:00+02:00", 5)],
        );
    }

    #[test]
    fn a_repeated_hour_is_two_intervals() {
        let told = cut("2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00", "Europe/Berlin", "60");
        check(
            told,
            &[
                ("2026-10-25T01:00:00+02:00", 60),
                ("2026-10-25T02:00:00+02:00", 60),
                ("2026-10-25T02:00:00+01:00", 60),
                ("2026-10-25T03:00:00+01:00", 60),
            ],
        );
    }

    #[test]
    fn a_missing_hour_is_none_and_what_spans_it_is_shorter() {
        let (from, to) = ("2026-03-29T00:00:00+01:00", "2026-03-29T06:00:00+02:00");
        let starts: Vec<_> =
            cut(from, to, "Europe/Berlin", "60").into_iter().map(|(at, _)| at[11..].to_owned()).collect();
        assert_eq!(starts, ["00:00:00+01:00", "01:00:00+01:00", "03:00:00+02:00", "04:00:00+02:00", "05:00:00+02:00"]);
        check(
            cut(from, to, "Europe/Berlin", "120"),
            &[
                ("2026-03-29T00:00:00+01:00", 120),
                ("2026-03-29T03:00:00+02:00", 60),
                ("2026-03-29T04:00:00+02:00", 120),
            ],
        );
    }

    #[test]
    fn half_an_hour_shown_twice_or_skipped_moves_the_hours() {
        // Lord Howe goes back from 02:00 to 01:30, and forward from 02:00 to 02:30.
        let told = cut("2026-04-04T14:00:00Z", "2026-04-04T17:30:00Z", "Australia/Lord_Howe", "60");
        check(
            told,
            &[("2026-04-05T01:00:00+11:00", 90), ("2026-04-05T02:00:00+10:30", 60), ("2026-04-05T03:00:00+10:30", 60)],
        );
        let told = cut("2026-10-03T14:30:00Z", "2026-10-03T16:30:00Z", "Australia/Lord_Howe", "15");
        let starts: Vec<_> = told.iter().map(|(at, _)| &at[11..16]).collect();
        assert_eq!(starts, ["01:00", "01:15", "01:30", "01:45", "02:30", "02:45", "03:00", "03:15"]);
        assert!(told.iter().all(|(_, minutes)| *minutes == 15));
    }

    #[test]
    fn zones_off_the_hour_have_their_own_hours() {
        let told = cut("2026-06-10T00:00:00Z", "2026-06-10T02:00:00Z", "Asia/Kathmandu", "60");
        check(
            told,
            &[("2026-06-10T05:45:00+05:45", 15), ("2026-06-10T06:00:00+05:45", 60), ("2026-06-10T07:00:00+05:45", 45)],
        );
        let told = cut("2026-06-10T00:00:00Z", "2026-06-10T01:00:00Z", "Asia/Kolkata", "60");
        check(told, &[("2026-06-10T05:30:00+05:30", 30), ("2026-06-10T06:00:00+05:30", 30)]);
    }

    #[test]
    fn days_have_the_hours_that_they_have() {
        let told = cut("2026-10-24T00:00:00+02:00", "2026-10-27T00:00:00+01:00", "Europe/Berlin", "day");
        assert_eq!(told.iter().map(|day| day.1 / 60).collect::<Vec<_>>(), [24, 25, 24]);
        let told = cut("2026-03-28T00:00:00+01:00", "2026-03-31T00:00:00+02:00", "Europe/Berlin", "1440");
        assert_eq!(told.iter().map(|day| day.1 / 60).collect::<Vec<_>>(), [24, 23, 24]);
    }

    #[test]
    fn a_day_without_a_midnight_begins_when_it_begins() {
        // In Beirut the clocks go from 00:00 to 01:00; in Havana they go back from 01:00 to 00:00.
        let told = cut("2025-03-29T00:00:00+02:00", "2025-04-01T00:00:00+03:00", "Asia/Beirut", "day");
        check(
            told,
            &[
                ("2025-03-29T00:00:00+02:00", 1_440),
                ("2025-03-30T01:00:00+03:00", 1_380),
                ("2025-03-31T00:00:00+03:00", 1_440),
            ],
        );
        let told = cut("2025-11-01T00:00:00-04:00", "2025-11-04T00:00:00-05:00", "America/Havana", "day");
        check(
            told,
            &[
                ("2025-11-01T00:00:00-04:00", 1_440),
                ("2025-11-02T00:00:00-04:00", 1_500),
                ("2025-11-03T00:00:00-05:00", 1_440),
            ],
        );
    }

    #[test]
    fn a_day_that_a_zone_skipped_does_not_exist() {
        let told = cut("2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", "Pacific/Apia", "day");
        check(told, &[("2011-12-29T00:00:00-10:00", 1_440), ("2011-12-31T00:00:00+14:00", 1_440)]);
    }

    #[test]
    fn in_every_zone_two_years_are_cut_without_gaps_into_pieces_no_longer_than_they_should_be() {
        let window = Span { from: Timestamp(1_735_689_600_000), to: Timestamp(1_798_761_600_000) };
        for zone in ["Europe/London", "Africa/Casablanca", "America/St_Johns", "Asia/Gaza", "Pacific/Chatham", "UTC"] {
            let zone = zone.parse::<Zone>().unwrap();
            for (interval, longest) in [("15", 15), ("30", 30), ("60", 60), ("day", 1_500)] {
                let cells = cells(window, &zone, Some(interval.parse().unwrap())).unwrap();
                assert_eq!(cells.iter().map(Span::ms).sum::<u64>(), window.ms());
                assert!(cells.iter().all(|cell| cell.ms() <= longest * 60_000), "{zone:?} {interval}");
            }
        }
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let window = |from, to| Span { from: Timestamp(from), to: Timestamp(to) };
        let of = |window, minutes| cells(window, &Zone::UTC, Interval::of_minutes(minutes));
        assert_eq!(of(window(5, 5), 15), Err(Unfit::Empty));
        assert_eq!(of(window(-5, 5), 15), Err(Unfit::OutsideCalendar));
        assert_eq!(of(window(0, i64::MAX), 15), Err(Unfit::OutsideCalendar));
        let long = window(1, 60_000 * 100_001);
        assert_eq!(of(long, 1), Err(Unfit::TooMany { interval: Interval(1) }));
        assert_eq!(of(window(0, 60_000 * 100_000), 1).map(|cells| cells.count()), Ok(100_000));
        for interval in ["0", "7", "-15", "1441", "2880", "a day", "", "15.0"] {
            assert_eq!(interval.parse::<Interval>(), Err(Unfit::NoInterval), "{interval}");
        }
        for zone in ["", "Europe/Atlantis", "CEST?", "../etc/passwd"] {
            assert!(matches!(zone.parse::<Zone>(), Err(Unfit::NoZone { .. })), "{zone}");
        }
    }
}
