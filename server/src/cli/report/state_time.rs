//! `readyroom report state-time`: where the time of agents went.

use super::{Format, Window, agent_events, sheet, stored};
use crate::cli::store::Store;
use crate::cli::{EXIT_CODES, Exit, exit_codes, stop};
use crate::report::{self, People};
use clap::Args;
use readyroom_core::ids::AccountId;
use readyroom_views::reports::walk::HandleFrom;
use std::io::Write;
use std::path::PathBuf;

/// Show how long each agent was in each bucket, by interval, with entries, occupancy and utilization.
///
/// Spans are half-open. Before an agent's first row it was in that row's former status; its last
/// status counts up to now. Figures over several agents or intervals are ratios of sums; what would
/// divide by zero is null. From a store, handle time is read in the segments of conversations; from a
/// file of agent_event rows, which has none, it is incall and wrapup.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom report state-time --store DIR --from 2026-06-10T00:00:00+02:00 --to 2026-06-11T00:00:00+02:00 \\
      --zone Europe/Berlin --interval 30
  readyroom report state-time --agent-events log.csv --from 2026-06-01T00:00:00Z --to 2026-07-01T00:00:00Z \\
      --interval day --format csv > june.csv
  readyroom report state-time --store DIR --from 2026-06-10T06:00:00Z --to 2026-06-10T14:00:00Z \\
      --format json | jq '.overall.occupancy'

A file of agent_event rows has the columns seq,ts,user_id,from_status,to_status,reason,call_id in any
order, ts in milliseconds since 1970 UTC, and is sorted by seq: `readyroom log rows DIR --table
agent_event --csv` writes one.

", exit_codes!()))]
pub struct StateTime {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    window: Window,
    /// Only this agent; may be given several times
    #[arg(long = "user", value_name = "ID")]
    users: Vec<String>,
    /// How it is written; not given: text on a terminal, else json
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Where rows come from.
#[derive(Args)]
struct Source {
    /// A CSV file of agent_event rows
    #[arg(long, value_name = "FILE", required_unless_present = "store", conflicts_with_all = ["store", "account"])]
    agent_events: Option<PathBuf>,
    /// The directory that holds log.db
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// The account in the store, ac_…; may be left out where there is only one
    #[arg(long, requires = "store")]
    account: Option<AccountId>,
}

impl StateTime {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let asked = self.window.asked();
        let mut people = People::only(self.users.iter().cloned());
        let walk = |handle_from| asked.walk(handle_from).map_err(|unfit| stop(Exit::Usage, unfit.to_string()));
        let (walk, exit, place) = match (&self.source.agent_events, &self.source.store) {
            (Some(file), _) => {
                let mut walk = walk(HandleFrom::Buckets)?;
                agent_events::read(file, &mut people, &mut walk)?;
                (walk, Exit::Well, file)
            }
            (None, Some(dir)) => {
                let mut walk = walk(HandleFrom::Segments)?;
                let store = Store::open(dir)?;
                stored::read(&store, store.account(self.source.account)?, &mut people, &mut walk)?;
                (walk, store.exit(), dir)
            }
            (None, None) => unreachable!("one of the two is required"),
        };
        let report = asked.state_time(walk, people);
        if let Some(unknown) = self.users.iter().find(|user| !report.knows(user)) {
            let sentence = format!("there is no row of an agent {unknown:?} in {}", place.display());
            return Err(stop(Exit::Finding, sentence));
        }
        match self.format.unwrap_or_else(Format::of_output) {
            Format::Json => sheet::json(&report, out)?,
            Format::Csv => report::csv(&report, out)?,
            Format::Text => sheet::text(&report, out)?,
        }
        Ok(exit)
    }
}
