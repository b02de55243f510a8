//! `readyroom log rows`: the rows of a table, as the log makes them.

use super::print::{NOTHING, Widths};
use super::steps::Steps;
use super::store::Store;
use super::{EXIT_CODES, Exit, exit_codes, json};
use crate::wire::rows;
use clap::{Args, ValueEnum};
use readyroom_core::ids::AccountId;
use readyroom_views::tables::{
    AgentActivities, AgentEvents, Cell, ClientDescriptions, Column, ConversationSegments, Messages, Row, Table,
};
use std::io::Write;
use std::path::PathBuf;

/// Print the rows of a table, as the log makes them.
///
/// Columns and values are those of the table; instants are milliseconds since 1970 UTC. Rows are
/// printed as the log is read; what stands before damage is printed, then the damage is named.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom log rows DIR --table agent_event
  readyroom log rows DIR --table conversation_segment --csv > segments.csv
  readyroom log rows DIR --table agent_activity --json | jq 'select(.status == \"on_break\")'

", exit_codes!()))]
pub struct Rows {
    /// The directory that holds log.db
    dir: PathBuf,
    /// Which table
    #[arg(long)]
    table: Which,
    /// The account, ac_…; may be left out where there is only one
    #[arg(long)]
    account: Option<AccountId>,
    /// One JSON object a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values with a header (RFC 4180)
    #[arg(long)]
    csv: bool,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Which {
    /// A row for each change of an agent's bucket
    AgentEvent,
    /// A row for each change of an agent's status, reason, queues or load, with who and why
    AgentActivity,
    /// A row for each stretch of a conversation in one place
    ConversationSegment,
    /// A row for each message; the log has no key, so the text stays sealed
    Message,
    /// A row for each time a client was described; it stays sealed, too
    Client,
}

impl Rows {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        match self.table {
            Which::AgentEvent => self.print::<AgentEvents>(out),
            Which::AgentActivity => self.print::<AgentActivities>(out),
            Which::ConversationSegment => self.print::<ConversationSegments>(out),
            Which::Message => self.print::<Messages>(out),
            Which::Client => self.print::<ClientDescriptions>(out),
        }
    }

    fn print<T: Table>(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let store = Store::open(&self.dir)?;
        let account = store.account(self.account)?;
        let mut steps = Steps::begin(&store, account)?;
        let mut sheet = Sheet::new(self, T::COLUMNS);
        sheet.head(out)?;
        let (mut table, mut rows) = (T::default(), Vec::new());
        while steps.next(|step| table.fold(step, &mut rows))?.is_some() {
            for row in rows.drain(..) {
                sheet.row(&row.cells(), out)?;
            }
        }
        Ok(store.exit())
    }
}

/// Rows on their way out, in one of the three forms.
struct Sheet {
    columns: &'static [Column],
    json: bool,
    csv: bool,
    widths: Widths,
}

impl Sheet {
    fn new(asked: &Rows, columns: &'static [Column]) -> Sheet {
        Sheet { columns, json: asked.json, csv: asked.csv, widths: Widths::default() }
    }

    fn head(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.to_owned()).collect();
        if self.csv {
            rows::csv(names.iter().map(String::as_str), out)?;
        } else if !self.json {
            self.widths.widen(&names);
            self.widths.print(&names, out)?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[Cell], out: &mut dyn Write) -> anyhow::Result<()> {
        if self.json {
            return json::line(&rows::Object(self.columns, cells), out);
        }
        let nothing = if self.csv { "" } else { NOTHING };
        let texts: Vec<_> = cells.iter().map(|cell| rows::text(cell, nothing)).collect();
        if self.csv {
            rows::csv(texts.iter().map(String::as_str), out)?;
        } else {
            self.widths.widen(&texts);
            self.widths.print(&texts, out)?;
        }
        Ok(())
    }
}
