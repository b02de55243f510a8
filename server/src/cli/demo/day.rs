//! The time of the floor: a working day that passes in an hour and a half, and how busy it is when.

use super::chance::Chance;
use std::time::{Duration, Instant};

/// When the first comes and the last goes, hours.
pub const OPENS: f64 = 8.0;
pub const CLOSES: f64 = 20.0;
/// Where the first day is when the demo begins: late in the morning, when a floor is at its busiest.
pub const BEGINS: f64 = 11.0;
/// The seconds in which a day passes at speed 1. The next one follows at once.
const DAY_S: f64 = 5_400.0;

/// How fast the floor lives, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    began: Instant,
    speed: f64,
}

/// A day of the floor, counted from 0, and an hour of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    pub day: u64,
    pub hour: f64,
}

impl Pace {
    /// It begins now.
    pub fn new(speed: f64, now: Instant) -> Pace {
        Pace { began: now, speed }
    }

    /// How fast.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// How long something takes here that takes people so many seconds.
    pub fn takes(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds / self.speed).max(0.0))
    }

    /// The same towards somebody who is really there, and must have time to read.
    pub fn takes_with_guests(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds / self.speed.clamp(0.5, 2.0)).max(0.0))
    }

    /// How long it has been going on.
    pub fn since_the_beginning(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    /// What time it is on the floor.
    pub fn hour(&self, now: Instant) -> Hour {
        let length = CLOSES - OPENS;
        let lived = self.since_the_beginning(now).as_secs_f64() * self.speed / DAY_S * length;
        let hours = BEGINS - OPENS + lived;
        Hour { day: (hours / length) as u64, hour: OPENS + hours % length }
    }
}

/// How many clients come at this hour, as a part of those at the busiest one: two humps, and the dip between them
/// when everybody is at lunch.
pub fn curve(hour: f64) -> f64 {
    let hump = |at: f64, width: f64| (-0.5 * ((hour - at) / width).powi(2)).exp();
    0.35 + 0.65 * hump(10.8, 1.7).max(hump(15.3, 2.2))
}

/// How many times as many come to a queue because of something that happened: an outage, a newsletter. Mostly
/// nothing has happened.
pub fn burst(seed: u64, queue: usize, at: Hour) -> f64 {
    let mut chance = Chance::new(seed, &[0xB0B5, queue as u64, at.day]);
    let on = (0..3).any(|_| {
        let from = chance.between(OPENS, CLOSES);
        let long = chance.between(0.1, 0.25);
        (from..from + long).contains(&at.hour)
    });
    if on { 2.5 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_has_two_humps_and_a_dip_at_lunch() {
        let (morning, lunch, afternoon, evening) = (curve(10.8), curve(12.9), curve(15.3), curve(19.5));
        assert!((morning - 1.0).abs() < 1e-9 && (afternoon - 1.0).abs() < 1e-9);
        assert!(lunch < 0.75 && evening < lunch && evening > 0.35);
        let hours = (0..=1_200).map(|step| OPENS + f64::from(step) / 100.0);
        assert!(hours.map(curve).all(|part| (0.35..=1.0).contains(&part)));
    }

    #[test]
    fn days_follow_each_other_as_fast_as_was_asked() {
        let now = Instant::now();
        let pace = Pace::new(10.0, now);
        assert_eq!(pace.hour(now), Hour { day: 0, hour: BEGINS });
        let later = pace.hour(now + Duration::from_secs(540));
        assert!(later.day == 1 && (later.hour - BEGINS).abs() < 1e-6, "{later:?}");
        assert_eq!(pace.takes(20.0), Duration::from_secs(2));
        assert_eq!(pace.takes_with_guests(20.0), Duration::from_secs(10));
    }

    #[test]
    fn bursts_are_rare_and_last_for_minutes() {
        let hours =
            (0..20).flat_map(|day| (0..1_200).map(move |step| Hour { day, hour: OPENS + f64::from(step) / 100.0 }));
        let all: Vec<f64> = hours.map(|at| burst(3, 1, at)).collect();
        let part = all.iter().filter(|&&factor| factor > 1.0).count() as f64 / all.len() as f64;
        assert!((0.01..0.08).contains(&part), "{part}");
    }
}
