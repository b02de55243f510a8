//! The report as it is written at a terminal: JSON, or a table.

use super::super::print::{NOTHING, Widths};
use readyroom_views::reports::formula::{OCCUPANCY, Ratio, UTILIZATION};
use readyroom_views::reports::state_time::StateTime;
use readyroom_views::reports::tally::Tally;
use readyroom_views::vocabulary::Bucket;
use std::io::{self, Write};

/// One JSON object in one line, written as it is made.
pub fn json(report: &StateTime, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, report).map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// A table: intervals, where there are several, then every agent over the window, then all of them.
/// Buckets in which nobody was are left out.
pub fn text(report: &StateTime, out: &mut dyn Write) -> anyhow::Result<()> {
    let told = report.told();
    let (from, to) = (&told.bounds[0], &told.bounds[told.bounds.len() - 1]);
    writeln!(out, "From {from} to {to}, time zone {}, counted up to {}", told.zone, told.now)?;
    writeln!(out)?;
    let overall = report.overall();
    let buckets: Vec<_> = Bucket::ALL.iter().copied().filter(|&bucket| overall.ms(bucket) > 0).collect();
    let is_cut = told.bounds.len() > 2;
    let lines = || {
        let intervals = report.rows().filter(|_| is_cut).map(|row| line(row.user_id, row.from, row.tally, &buckets));
        let totals = report.total().map(|(user, tally)| line(user, "total", &tally, &buckets));
        intervals.chain(totals)
    };
    let mut head: Vec<_> = ["agent", "from"].map(str::to_owned).into();
    head.extend(buckets.iter().map(|bucket| bucket.to_string()));
    head.extend([OCCUPANCY.name, UTILIZATION.name].map(str::to_owned));
    let last = line("(all)", "total", &overall, &buckets);
    // Made twice rather than held: a report may have millions of lines.
    let mut widths = Widths::default();
    [&head, &last].into_iter().for_each(|line| widths.widen(line));
    lines().for_each(|line| widths.widen(&line));
    widths.print(&head, out)?;
    for line in lines() {
        widths.print(&line, out)?;
    }
    Ok(widths.print(&last, out)?)
}

fn line(user: &str, from: &str, tally: &Tally, buckets: &[Bucket]) -> Vec<String> {
    let mut cells = vec![user.to_owned(), from.to_owned()];
    cells.extend(buckets.iter().map(|&bucket| clock(tally.ms(bucket))));
    cells.extend([&OCCUPANCY, &UTILIZATION].map(|ratio| percent(ratio, tally)));
    cells
}

/// Hours, minutes and seconds; what is less than a second is left out.
fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn percent(ratio: &Ratio, tally: &Tally) -> String {
    ratio.of(tally).map_or_else(|| NOTHING.to_owned(), |value| format!("{:.1} %", 100.0 * value))
}
