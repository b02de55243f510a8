//! `state-time`: how long each agent was in each bucket and how often it entered it, by interval,
//! with the occupancies and utilizations that follow.

use super::formula::{self, RATIOS, SUMS};
use super::tally::Tally;
use super::walk::{HandleFrom, Walked};
use super::{Definition, Parameter};
use crate::vocabulary::Bucket;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// What it is, and what may be asked of it.
pub const DEFINITION: Definition = Definition {
    name: "state-time",
    about: "time in each bucket, entries, occupancy and utilization, by agent and interval",
    parameters: &[
        Parameter::FROM,
        Parameter::TO,
        Parameter::ZONE,
        Parameter::INTERVAL,
        Parameter::NOW,
        Parameter::USER,
    ],
};

/// How the window is told in its zone, by those who know the zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The zone's name.
    pub zone: String,
    /// The length of intervals, minutes; 1,440 is a day of the calendar. None if the window is one.
    pub interval_minutes: Option<u32>,
    /// The instant up to which was counted, in words.
    pub now: String,
    /// The instants between which cells lie, in words: [`super::cells::Cells::bounds`].
    pub bounds: Vec<String>,
}

/// The report. Its rows are worked out as they are asked for.
pub struct StateTime {
    told: Told,
    handle_from: HandleFrom,
    /// How many cells began before now.
    begun: usize,
    /// Everybody who had a row, by name, with a tally for each cell.
    agents: Vec<(String, Vec<Tally>)>,
}

/// One agent in one interval.
pub struct Row<'a> {
    /// Who.
    pub user_id: &'a str,
    /// Where the interval begins, in words.
    pub from: &'a str,
    /// Where it ends. The figures are of the part before now.
    pub to: &'a str,
    /// What it did.
    pub tally: &'a Tally,
}

impl StateTime {
    /// The report of a walk; `names` are those of its agents, by number.
    ///
    /// # Panics
    /// Unless every agent has a name, and every instant between cells its words.
    pub fn new(walked: Walked, names: Vec<String>, told: Told) -> StateTime {
        let Walked { cells, handle_from, counted, agents } = walked;
        assert_eq!(told.bounds.len(), cells.bounds().len(), "every boundary has its words");
        assert!(names.len() >= agents.len(), "every agent has a name");
        let known = names.into_iter().zip(agents).filter(|(_, tallies)| !tallies.is_empty());
        let mut agents: Vec<_> = known.collect();
        agents.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let begun = cells.iter().take_while(|cell| cell.from < counted.to).count();
        StateTime { told, handle_from, begun, agents }
    }

    /// A row for each agent and each interval that began before now, in this order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.agents.iter().flat_map(|(user_id, tallies)| {
            let cells = self.told.bounds.windows(2).zip(tallies).take(self.begun);
            cells.map(move |(ends, tally)| Row { user_id, from: &ends[0], to: &ends[1], tally })
        })
    }

    /// Each agent over the whole window.
    pub fn total(&self) -> impl Iterator<Item = (&str, Tally)> {
        self.agents.iter().map(|(user_id, tallies)| (user_id.as_str(), tallies.iter().collect()))
    }

    /// All agents over the whole window.
    pub fn overall(&self) -> Tally {
        self.agents.iter().flat_map(|(_, tallies)| tallies).collect()
    }

    /// Whether there is anything about this agent.
    pub fn knows(&self, user_id: &str) -> bool {
        self.agents.binary_search_by(|(known, _)| known.as_str().cmp(user_id)).is_ok()
    }

    /// How the window is told.
    pub fn told(&self) -> &Told {
        &self.told
    }
}

impl Serialize for StateTime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Told { zone, interval_minutes, now, bounds } = &self.told;
        let mut report = to.serialize_map(None)?;
        report.serialize_entry("zone", zone)?;
        report.serialize_entry("interval_minutes", interval_minutes)?;
        report.serialize_entry("formula_version", formula::VERSION)?;
        report.serialize_entry("handle_from", &self.handle_from)?;
        report.serialize_entry("from", &bounds[0])?;
        report.serialize_entry("to", &bounds[bounds.len() - 1])?;
        report.serialize_entry("now", now)?;
        report.serialize_entry("rows", &Each(|| self.rows()))?;
        report.serialize_entry("total", &Each(|| self.total().map(|(user_id, tally)| Total { user_id, tally })))?;
        report.serialize_entry("overall", &Overall(self.overall()))?;
        report.end()
    }
}

/// A list that is made while it is written, and never held.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((self.0)())
    }
}

struct Total<'a> {
    user_id: &'a str,
    tally: Tally,
}

struct Overall(Tally);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut row = to.serialize_map(None)?;
        row.serialize_entry("user_id", self.user_id)?;
        row.serialize_entry("from", self.from)?;
        row.serialize_entry("to", self.to)?;
        figures(self.tally, &mut row)?;
        row.end()
    }
}

impl Serialize for Total<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut row = to.serialize_map(None)?;
        row.serialize_entry("user_id", self.user_id)?;
        figures(&self.tally, &mut row)?;
        row.end()
    }
}

impl Serialize for Overall {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut row = to.serialize_map(None)?;
        figures(&self.0, &mut row)?;
        row.end()
    }
}

fn figures<M: SerializeMap>(tally: &Tally, row: &mut M) -> Result<(), M::Error> {
    row.serialize_entry("state_s", &Times(tally))?;
    row.serialize_entry("entries", &Entries(tally))?;
    for sum in SUMS {
        row.serialize_entry(sum.name, &sum.of(tally))?;
    }
    for ratio in RATIOS {
        row.serialize_entry(ratio.name, &ratio.of(tally))?;
    }
    Ok(())
}

/// Seconds by bucket; those without are left out.
struct Times<'a>(&'a Tally);

impl Serialize for Times<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let spent = Bucket::ALL.iter().filter(|&&bucket| self.0.ms(bucket) > 0);
        to.collect_map(spent.map(|&bucket| (bucket, formula::state_s(self.0, bucket))))
    }
}

/// Entries by bucket; those without are left out.
struct Entries<'a>(&'a Tally);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let entered = Bucket::ALL.iter().filter(|&&bucket| self.0.entries(bucket) > 0);
        to.collect_map(entered.map(|&bucket| (bucket, self.0.entries(bucket))))
    }
}
