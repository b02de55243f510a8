//! `readyroom report …`: figures over a window of time.
//!
//! One more report is one more file here, and its lines in the two lists below.

mod agent_events;
mod sheet;
mod state_time;
mod stored;

use super::{Exit, time};
use crate::clock;
use crate::report::Asked;
use crate::zone::{Interval, Zone};
use clap::{Args, Subcommand, ValueEnum};
use readyroom_core::ids::Timestamp;
use readyroom_views::reports::cells::Span;
use std::io::{self, IsTerminal, Write};

/// The reports.
#[derive(Subcommand)]
pub enum Report {
    StateTime(state_time::StateTime),
}

impl Report {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        match self {
            Report::StateTime(state_time) => state_time.run(out),
        }
    }
}

/// What every report is asked with.
#[derive(Args)]
pub struct Window {
    /// The first instant of the window
    #[arg(long, value_name = "RFC3339", value_parser = time::parse)]
    from: Timestamp,
    /// The first instant behind the window
    #[arg(long, value_name = "RFC3339", value_parser = time::parse)]
    to: Timestamp,
    /// The time zone whose clocks cut the window: a name of the IANA database
    #[arg(long, value_name = "IANA", default_value = "UTC")]
    zone: Zone,
    /// Cut the window into intervals of so many minutes, which must divide a day, or `day`; not given:
    /// the window is one
    #[arg(long, value_name = "MINUTES|day")]
    interval: Option<Interval>,
    /// Count up to this instant; not given: up to now
    #[arg(long, value_name = "RFC3339", value_parser = time::parse)]
    now: Option<Timestamp>,
}

impl Window {
    fn asked(&self) -> Asked {
        Asked {
            window: Span { from: self.from, to: self.to },
            zone: self.zone.clone(),
            interval: self.interval,
            now: self.now.unwrap_or_else(clock::now),
        }
    }
}

/// How a report is written.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One JSON object
    Json,
    /// Comma-separated values with a header (RFC 4180), one line for each agent and interval
    Csv,
    /// A table for people
    Text,
}

impl Format {
    /// What is meant if nothing is said: a table where somebody looks, JSON where a program reads.
    fn of_output() -> Format {
        if io::stdout().is_terminal() { Format::Text } else { Format::Json }
    }
}
