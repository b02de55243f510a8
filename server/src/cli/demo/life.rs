//! What an agent of the floor wants to do at which hour: a shift, its breaks, and what comes between.
//!
//! It follows from the seed, the agent and the day alone, so nobody has to remember it.

use super::chance::Chance;
use super::day::{BEGINS, CLOSES, Hour, OPENS};

/// What somebody is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// At home.
    Off,
    /// At work.
    Work,
    /// On a break of this reason.
    Break(&'static str),
    /// There, but with something else in hand.
    Aside,
    /// On a call that no queue gave.
    Outside,
    /// Telephone and page have lost their connection.
    Lost,
}

/// From, to, and what.
type Span = (f64, f64, Doing);

/// As the demo begins, some are where a visitor should see somebody: whatever the dice say, the first minute shows
/// everything there is. For so many hours.
const OPENING: &[(usize, f64, Doing)] = &[
    (1, 0.16, Doing::Outside),
    (7, 0.25, Doing::Break("short_break")),
    (10, 0.14, Doing::Aside),
    (11, 0.12, Doing::Lost),
    (17, 0.4, Doing::Break("training")),
    (19, 0.3, Doing::Break("coaching")),
    (21, 0.2, Doing::Off),
];
/// So many of the first are in early on the first day, so that a small office is no empty one.
const IN_EARLY: usize = 8;

/// What this agent wants to do now.
pub fn wanted(seed: u64, agent: usize, at: Hour) -> Doing {
    if at.day == 0 {
        let opening = OPENING.iter().find(|(who, hours, _)| *who == agent && at.hour < BEGINS + hours);
        if let Some((_, _, doing)) = opening {
            return *doing;
        }
    }
    let plan = plan(seed, agent, at.day);
    let (from, to) = (plan[0].0, plan[0].1);
    if !(from..to).contains(&at.hour) {
        return Doing::Off;
    }
    let now = plan[1..].iter().find(|(from, to, _)| (*from..*to).contains(&at.hour));
    now.map_or(Doing::Work, |(_, _, doing)| *doing)
}

/// The shift, and behind it what is not work in it.
fn plan(seed: u64, agent: usize, day: u64) -> Vec<Span> {
    let mut chance = Chance::new(seed, &[0x11FE, agent as u64, day]);
    let shift = if day == 0 && agent < IN_EARLY { 0.0 } else { chance.part() };
    let (from, to) = match shift {
        early if early < 0.45 => (OPENS, 16.5),
        middle if middle < 0.75 => (9.5, 18.0),
        _ => (11.5, CLOSES),
    };
    let from = (from + chance.between(-0.3, 0.4)).max(OPENS);
    let to = (to + chance.between(-0.4, 0.3)).min(CLOSES);
    let mut spans = vec![(from, to, Doing::Work)];
    let middle = (from + to) / 2.0;
    add(&mut spans, middle + chance.between(-1.4, 0.9), 0.6, Doing::Break("lunch_break"));
    add(&mut spans, from + chance.between(1.0, 2.2), 0.25, Doing::Break("short_break"));
    add(&mut spans, to - chance.between(1.0, 2.2), 0.25, Doing::Break("short_break"));
    for (reason, hours, part) in [("training", 1.0, 0.12), ("meeting", 0.5, 0.25), ("coaching", 0.5, 0.15)] {
        if chance.happens(part) {
            add(&mut spans, chance.between(from, to), hours, Doing::Break(reason));
        }
    }
    for (doing, times, least, most) in
        [(Doing::Outside, 4, 0.08, 0.18), (Doing::Aside, 3, 0.06, 0.14), (Doing::Lost, 3, 0.06, 0.12)]
    {
        for _ in 0..times {
            let (at, hours) = (chance.between(from, to), chance.between(least, most));
            if chance.happens(0.7) {
                add(&mut spans, at, hours, doing);
            }
        }
    }
    spans
}

/// Puts something into a shift, unless something else stands there or near it already.
fn add(spans: &mut Vec<Span>, from: f64, hours: f64, doing: Doing) {
    let to = from + hours;
    let (begin, end) = (spans[0].0, spans[0].1);
    let alone = spans[1..].iter().all(|(other, until, _)| to + 0.1 < *other || from > until + 0.1);
    if alone && from > begin + 0.2 && to < end - 0.2 {
        spans.push((from, to, doing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(at: Hour, doing: impl Fn(Doing) -> bool) -> usize {
        (0..200).filter(|&agent| doing(wanted(9, agent, at))).count()
    }

    #[test]
    fn the_floor_is_fuller_at_noon_than_at_its_ends_and_never_empty() {
        let at_work = |hour| count(Hour { day: 3, hour }, |doing| doing != Doing::Off);
        let (morning, noon, evening) = (at_work(8.5), at_work(13.0), at_work(19.0));
        assert!(noon > 180 && morning > 50 && evening > 30, "{morning} {noon} {evening}");
        assert!(morning < noon && evening < noon);
    }

    #[test]
    fn most_of_those_who_are_there_work_and_breaks_are_of_all_reasons() {
        let at = |hour| Hour { day: 2, hour };
        assert!(count(at(11.0), |doing| doing == Doing::Work) > 110);
        for reason in ["lunch_break", "short_break", "training", "meeting", "coaching"] {
            let hours = (0..48).map(|step| at(OPENS + f64::from(step) / 4.0));
            assert!(hours.map(|at| count(at, |doing| doing == Doing::Break(reason))).sum::<usize>() > 10, "{reason}");
        }
    }

    #[test]
    fn the_first_minute_shows_everything() {
        let first: Vec<Doing> = (0..24).map(|agent| wanted(1, agent, Hour { day: 0, hour: BEGINS + 0.05 })).collect();
        for doing in [Doing::Off, Doing::Work, Doing::Aside, Doing::Outside, Doing::Lost, Doing::Break("training")] {
            assert!(first.contains(&doing), "{doing:?}");
        }
        assert!(first.iter().filter(|&&doing| doing == Doing::Work).count() >= 8, "{first:?}");
    }

    #[test]
    fn spans_do_not_overlap_and_stay_within_the_shift() {
        for agent in 0..200 {
            let plan = plan(4, agent, 1);
            let (from, to, _) = plan[0];
            for (index, &(begin, end, _)) in plan[1..].iter().enumerate() {
                assert!(from < begin && begin < end && end < to);
                assert!(plan[1..][..index].iter().all(|&(other, until, _)| end < other || begin > until));
            }
        }
    }
}
