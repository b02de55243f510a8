//! The walk: rows of `agent_event` in their order become time in each bucket, for every agent and
//! every cell. All reports about the time of agents begin here.
//!
//! - Spans are half-open, so an instant on a boundary belongs to the cell that begins there.
//! - Before an agent's first row it was in that row's former bucket, from the window's start.
//! - The last bucket lasts up to `now`, and nothing behind `now` counts.
//! - A bucket left in the instant it was entered counts as an entry and takes no time.

use super::cells::{Cells, Span, union, without};
use super::tally::Tally;
use crate::vocabulary::Bucket;
use readyroom_core::ids::Timestamp;
use serde::Serialize;
use std::fmt;

/// An agent within one report. They are counted from 0 as their names first come, so that the walk
/// finds them without comparing names; who counts knows the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentNo(pub u32);

/// A row of `agent_event`, as far as the walk must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// Its number; rows come ascending.
    pub seq: u64,
    /// When; of one agent it never goes back.
    pub ts: Timestamp,
    /// Who.
    pub agent: AgentNo,
    /// The bucket left: the one that this agent's last row entered.
    pub from: Bucket,
    /// The bucket entered; another one.
    pub to: Bucket,
}

/// Where the time with work in hand is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HandleFrom {
    /// In the segments of conversations: talking, held, wrapping. Work on while `paused` or
    /// `ready` is seen as well.
    Segments,
    /// In the buckets `incall` and `wrapup`, of a log that has nothing else.
    Buckets,
}

/// Rows on their way to sums.
pub struct Walk {
    cells: Cells,
    handle_from: HandleFrom,
    /// What counts: the window, up to now.
    counted: Span,
    last_seq: Option<u64>,
    rows: u32,
    agents: Vec<Agent>,
}

/// One agent, up to its last row.
#[derive(Default)]
struct Agent {
    /// The bucket it is in, and since when; none before its first row.
    state: Option<(Bucket, Timestamp)>,
    /// The cell that was reached.
    cell: usize,
    /// One for each cell; none before its first row.
    tallies: Vec<Tally>,
    /// When it was ready, where that must be held against its work.
    ready: Vec<Span>,
    /// When it had work.
    work: Vec<Span>,
}

/// What the walk found: for each agent a tally in each cell.
pub struct Walked {
    /// The cells.
    pub cells: Cells,
    /// Where the time with work in hand was read.
    pub handle_from: HandleFrom,
    /// What counted: the window, up to now. Cells behind it are empty.
    pub counted: Span,
    /// Each agent's tallies by its number, one for each cell; none of those who had no row.
    pub agents: Vec<Vec<Tally>>,
}

impl Walk {
    /// The most tallies of one report: agents times cells.
    pub const TALLIES_MAX: usize = 2_000_000;

    /// A walk over these cells, before its first row.
    pub fn new(cells: Cells, now: Timestamp, handle_from: HandleFrom) -> Walk {
        let window = cells.window();
        Walk {
            counted: window.within(Span { from: window.from, to: now.max(window.from) }),
            cells,
            handle_from,
            last_seq: None,
            rows: 0,
            agents: Vec::new(),
        }
    }

    /// How the window is cut.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Takes the next row. One that does not fit changes nothing.
    pub fn row(&mut self, row: StateChange) -> Result<(), Misfit> {
        let StateChange { seq, ts, agent, from, to } = row;
        if let Some(last) = self.last_seq.filter(|&last| seq <= last) {
            return Err(Misfit::Seq { seq, last });
        }
        if from == to {
            return Err(Misfit::Unchanged { to });
        }
        let rows = self.rows.checked_add(1).ok_or(Misfit::TooLong)?;
        self.make_room(agent)?;
        let agent = &mut self.agents[agent.0 as usize];
        match agent.state {
            Some((last, _)) if from != last => return Err(Misfit::Chain { from, last }),
            Some((_, last)) if ts < last => return Err(Misfit::Backwards { ts, last }),
            Some(_) => {}
            None => {
                agent.state = Some((from, self.counted.from.min(ts)));
                agent.tallies = vec![Tally::default(); self.cells.count()];
            }
        }
        (self.last_seq, self.rows) = (Some(seq), rows);
        agent.stay(&self.cells, self.counted, ts, self.handle_from);
        agent.enter(&self.cells, self.counted, ts, to);
        Ok(())
    }

    /// Takes a stretch in which the agent had work in hand or wrapped it up. These may come in any
    /// order and overlap. Of somebody who has no row nothing is told.
    ///
    /// # Panics
    /// If this walk reads the buckets.
    pub fn worked(&mut self, agent: AgentNo, span: Span) -> Result<(), Misfit> {
        assert_eq!(self.handle_from, HandleFrom::Segments, "segments are given to a walk that reads them");
        let span = span.within(self.counted);
        if !span.is_empty() {
            self.make_room(agent)?;
            self.agents[agent.0 as usize].work.push(span);
        }
        Ok(())
    }

    fn make_room(&mut self, agent: AgentNo) -> Result<(), Misfit> {
        let (agents, cells) = (agent.0 as usize + 1, self.cells.count());
        if agents <= self.agents.len() {
            return Ok(());
        }
        if agents.saturating_mul(cells) > Walk::TALLIES_MAX {
            return Err(Misfit::TooMany { agents, cells });
        }
        self.agents.resize_with(agents, Agent::default);
        Ok(())
    }

    /// Everything, when the last row was taken.
    pub fn finish(self) -> Walked {
        let Walk { cells, handle_from, counted, agents, .. } = self;
        let finished = agents.into_iter().map(|mut agent| {
            agent.stay(&cells, counted, counted.to, handle_from);
            if handle_from == HandleFrom::Segments {
                agent.hold_against_work(&cells);
            }
            agent.tallies
        });
        let agents = finished.collect();
        Walked { cells, handle_from, counted, agents }
    }
}

impl Agent {
    fn stay(&mut self, cells: &Cells, counted: Span, until: Timestamp, handle_from: HandleFrom) {
        let (Some((bucket, since)), tallies) = (self.state, &mut self.tallies) else { return };
        let span = Span { from: since, to: until }.within(counted);
        if handle_from == HandleFrom::Segments && bucket == Bucket::Ready && !span.is_empty() {
            self.ready.push(span);
        }
        cells.cut(span, &mut self.cell, |cell, ms| {
            let tally = &mut tallies[cell];
            tally.stay(bucket, ms);
            match (handle_from, bucket) {
                (HandleFrom::Buckets, Bucket::Incall | Bucket::Wrapup) => tally.handle_ms += ms,
                (HandleFrom::Buckets, Bucket::Ready) => tally.free_ms += ms,
                _ => {}
            }
        });
    }

    fn enter(&mut self, cells: &Cells, counted: Span, ts: Timestamp, to: Bucket) {
        self.state = Some((to, ts));
        if counted.from <= ts && ts < counted.to {
            cells.seek(ts, &mut self.cell);
            self.tallies[self.cell].enter(to);
        }
    }

    fn hold_against_work(&mut self, cells: &Cells) {
        if self.state.is_none() {
            return;
        }
        let (work, tallies) = (union(std::mem::take(&mut self.work)), &mut self.tallies);
        let (mut busy, mut free) = (0, 0);
        for &span in &work {
            cells.cut(span, &mut busy, |cell, ms| tallies[cell].handle_ms += ms);
        }
        for span in without(&self.ready, &work) {
            cells.cut(span, &mut free, |cell, ms| tallies[cell].free_ms += ms);
        }
    }
}

/// Why a row does not fit the rows before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Its number is not higher than the last one.
    Seq {
        /// Its number.
        seq: u64,
        /// The last one.
        last: u64,
    },
    /// It is earlier than the agent's last row.
    Backwards {
        /// When it is.
        ts: Timestamp,
        /// When that was.
        last: Timestamp,
    },
    /// It leaves a bucket that the agent was not in.
    Chain {
        /// The bucket it leaves.
        from: Bucket,
        /// The bucket the agent was in.
        last: Bucket,
    },
    /// It enters the bucket it leaves.
    Unchanged {
        /// Which.
        to: Bucket,
    },
    /// The report grows too large.
    TooMany {
        /// So many agents.
        agents: usize,
        /// So many cells for each.
        cells: usize,
    },
    /// It is one more than can be counted: 2³² − 1.
    TooLong,
}

impl Misfit {
    /// The column that is wrong; none if it is the report that asks for too much.
    pub fn column(self) -> Option<&'static str> {
        match self {
            Misfit::Seq { .. } => Some("seq"),
            Misfit::Backwards { .. } => Some("ts"),
            Misfit::Chain { .. } => Some("from_status"),
            Misfit::Unchanged { .. } => Some("to_status"),
            Misfit::TooMany { .. } | Misfit::TooLong => None,
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Seq { seq, last } => write!(out, "{seq} comes after {last}; rows must be sorted by seq, each once"),
            Misfit::Backwards { ts: Timestamp(ts), last: Timestamp(last) } => {
                write!(out, "{ts} is earlier than {last}, this agent's last row; its time may not go back")
            }
            Misfit::Chain { from, last } => write!(
                out,
                "{from} is not {last}, which this agent's last row entered; a row is missing or out of its order"
            ),
            Misfit::Unchanged { to } => write!(out, "{to} is also the former status; a row is a change"),
            Misfit::TooMany { agents, cells } => write!(
                out,
                "{agents} agents in {cells} intervals are more than the {} rows a report may have; take a shorter window, longer intervals, or name agents",
                Walk::TALLIES_MAX
            ),
            Misfit::TooLong => {
                write!(out, "there are more than {} rows; take a part of them, or name agents", u32::MAX)
            }
        }
    }
}

impl std::error::Error for Misfit {}
