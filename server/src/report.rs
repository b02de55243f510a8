//! Reports as they are asked for: a window in a time zone, its intervals, and up to when it counts.

use crate::zone::{self, Interval, Unfit, Zone};
use readyroom_core::ids::{Timestamp, UserId};
use readyroom_views::reports::cells::Span;
use readyroom_views::reports::formula::{RATIOS, SUMS, state_s};
use readyroom_views::reports::state_time::{StateTime, Told};
use readyroom_views::reports::walk::{AgentNo, HandleFrom, Misfit, StateChange, Walk};
use readyroom_views::tables::{AgentEvent, Phase, Segment};
use readyroom_views::vocabulary::Bucket;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

/// What every report is asked with.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The time it is about.
    pub window: Span,
    /// Whose clocks cut it, and show where it is cut.
    pub zone: Zone,
    /// How it is cut; none: not at all.
    pub interval: Option<Interval>,
    /// Nothing behind it counts.
    pub now: Timestamp,
}

impl Asked {
    /// A walk over the window, before its first row.
    pub fn walk(&self, handle_from: HandleFrom) -> Result<Walk, Unfit> {
        Ok(Walk::new(zone::cells(self.window, &self.zone, self.interval)?, self.now, handle_from))
    }

    /// The report of a walk that was begun here, about these people.
    pub fn state_time(&self, walk: Walk, people: People) -> StateTime {
        let walked = walk.finish();
        let told = Told {
            zone: self.zone.name().to_owned(),
            interval_minutes: self.interval.map(|interval| interval.minutes().into()),
            now: self.zone.local(self.now),
            bounds: walked.cells.bounds().iter().map(|&at| self.zone.local(at)).collect(),
        };
        StateTime::new(walked, people.names, told)
    }
}

/// The people of a report: each name gets a number when it first comes. A name is an id of ours, or
/// whatever a foreign log calls its agents.
#[derive(Debug, Default)]
pub struct People {
    only: BTreeSet<String>,
    numbers: HashMap<String, AgentNo>,
    names: Vec<String>,
}

impl People {
    /// Only these; all, if none is named.
    pub fn only(names: impl IntoIterator<Item = String>) -> People {
        People { only: names.into_iter().collect(), ..People::default() }
    }

    /// The number of this agent; none if the report is about others.
    pub fn number(&mut self, name: &str) -> Option<AgentNo> {
        if let Some(&number) = self.numbers.get(name) {
            return Some(number);
        }
        if !self.only.is_empty() && !self.only.contains(name) {
            return None;
        }
        let number = AgentNo(u32::try_from(self.names.len()).expect("the walk refuses far fewer agents"));
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Some(number)
    }
}

/// A row of `agent_event` with the agent's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedChange<'a> {
    /// Its number; rows come ascending.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// Who.
    pub user_id: &'a str,
    /// The bucket left.
    pub from: Bucket,
    /// The bucket entered.
    pub to: Bucket,
}

impl NamedChange<'_> {
    /// The row as the walk takes it; none if the report is about others.
    pub fn numbered(self, people: &mut People) -> Option<StateChange> {
        let NamedChange { seq, ts, user_id, from, to } = self;
        people.number(user_id).map(|agent| StateChange { seq, ts, agent, from, to })
    }
}

/// A walk over rows of our own tables, by the agents' ids.
pub struct Reading<'a> {
    people: &'a mut People,
    walk: &'a mut Walk,
    /// Numbers by id, so that its text is made once; none of those whom the report is not about.
    numbers: BTreeMap<UserId, Option<AgentNo>>,
}

impl<'a> Reading<'a> {
    /// Before the first row.
    pub fn new(people: &'a mut People, walk: &'a mut Walk) -> Reading<'a> {
        Reading { people, walk, numbers: BTreeMap::new() }
    }

    /// Takes a row of `agent_event`, in the order of the table.
    pub fn change(&mut self, row: &AgentEvent) -> Result<(), Misfit> {
        let Some(agent) = self.number(row.user_id) else { return Ok(()) };
        let change = StateChange { seq: row.seq, ts: row.ts, agent, from: row.from_status, to: row.to_status };
        self.walk.row(change)
    }

    /// Takes a segment that ended, or goes on, then; what is no work does not count.
    pub fn work(&mut self, segment: &Segment, end: Timestamp) -> Result<(), Misfit> {
        let works = matches!(segment.phase, Phase::Talking | Phase::Held | Phase::Wrapping);
        let agent = segment.agent.filter(|_| works).and_then(|user| self.number(user));
        let Some(agent) = agent else { return Ok(()) };
        self.walk.worked(agent, Span { from: segment.start, to: end })
    }

    /// How many agents the report is about so far.
    pub fn agents(&self) -> usize {
        self.people.names.len()
    }

    fn number(&mut self, user: UserId) -> Option<AgentNo> {
        let people = &mut *self.people;
        *self.numbers.entry(user).or_insert_with(|| people.number(&user.to_string()))
    }
}

/// Time by bucket, from rows in the order of their numbers and, where they are known, the stretches
/// in which agents had work. Whoever reads rows one at a time walks with [`Asked::walk`].
pub fn state_time<'r>(
    asked: &Asked,
    mut people: People,
    rows: impl IntoIterator<Item = NamedChange<'r>>,
    worked: Option<&mut dyn Iterator<Item = (&'r str, Span)>>,
) -> Result<StateTime, Trouble> {
    let mut walk = asked.walk(if worked.is_some() { HandleFrom::Segments } else { HandleFrom::Buckets })?;
    for row in rows {
        if let Some(row) = row.numbered(&mut people) {
            walk.row(row)?;
        }
    }
    for (user_id, span) in worked.into_iter().flatten() {
        if let Some(agent) = people.number(user_id) {
            walk.worked(agent, span)?;
        }
    }
    Ok(asked.state_time(walk, people))
}

/// One line for each agent and interval: seconds and entries of all buckets, then the other figures.
///
/// # Errors
/// What `out` says.
pub fn csv(report: &StateTime, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let mut head: Vec<_> = ["user_id", "from", "to"].map(str::to_owned).into();
    head.extend(Bucket::ALL.iter().map(|bucket| format!("{bucket}_s")));
    head.extend(Bucket::ALL.iter().map(|bucket| format!("{bucket}_entries")));
    head.extend(SUMS.iter().map(|sum| sum.name.to_owned()));
    head.extend(RATIOS.iter().map(|ratio| ratio.name.to_owned()));
    let told = |error: csv::Error| io::Error::from(error);
    lines.write_record(&head).map_err(told)?;
    for row in report.rows() {
        let mut line: Vec<_> = [row.user_id, row.from, row.to].map(str::to_owned).into();
        line.extend(Bucket::ALL.iter().map(|&bucket| state_s(row.tally, bucket).to_string()));
        line.extend(Bucket::ALL.iter().map(|&bucket| row.tally.entries(bucket).to_string()));
        line.extend(SUMS.iter().map(|sum| sum.of(row.tally).to_string()));
        line.extend(RATIOS.iter().map(|ratio| ratio.of(row.tally).map_or_else(String::new, |value| value.to_string())));
        lines.write_record(&line).map_err(told)?;
    }
    lines.flush()
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// What was asked makes no sense.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A row does not fit those before it.
    #[error(transparent)]
    Misfit(#[from] Misfit),
}
