//! A day of a large floor as a report: the walk over its rows, and the report written out.

use crate::Size;
use crate::figure::{Beside, Report, cpu};
use readyroom_core::ids::Timestamp;
use readyroom_views::reports::cells::Cells;
use readyroom_views::reports::state_time::{StateTime, Told};
use readyroom_views::reports::walk::{AgentNo, HandleFrom, StateChange, Walk};
use readyroom_views::vocabulary::Bucket;

const HOUR_MS: i64 = 3_600_000;
const HALF_HOUR_MS: i64 = HOUR_MS / 2;
const CALL_MS: i64 = HOUR_MS / 5;
const CELLS: i64 = 48;

/// What a report may take, milliseconds.
const LIMIT_MS: f64 = 50.0;

/// CPU of a report of one day by half hours, of the walk alone per row, and of writing it as JSON.
pub fn measure(size: Size, report: &mut Report) {
    let agents = size.of(5_000, 200);
    let names: Vec<_> = (0..agents).map(|agent| format!("us_{agent:026}")).collect();
    let rows = day(agents as u32);
    let n = rows.len();
    let bounds: Vec<_> = (0..=CELLS).map(|cell| Timestamp(cell * HALF_HOUR_MS)).collect();
    let end = bounds[bounds.len() - 1];
    let told = Told {
        zone: "UTC".into(),
        interval_minutes: Some(30),
        now: end.0.to_string(),
        bounds: bounds.iter().map(|at| at.0.to_string()).collect(),
    };
    let (seconds, walked) = cpu(|| {
        let mut walk = Walk::new(Cells::between(bounds), end, HandleFrom::Buckets);
        rows.iter().for_each(|&row| walk.row(row).expect("each agent goes from bucket to bucket"));
        walk.finish()
    });
    report.figure("report_rows_per_second", n as f64 / seconds, "1/s", n);
    let beside = Beside { what: "limit for a day of 5,000 agents by half hours", value: LIMIT_MS };
    report.ratio("report_state_time", seconds * 1e3, "ms", n, &beside);

    let made = StateTime::new(walked, names, told);
    let (seconds, json) = cpu(|| serde_json::to_vec(&made).expect("its keys are text"));
    report.figure("report_json", seconds * 1e3, "ms", made.rows().count());
    report.figure("report_json_bytes", json.len() as f64, "B", made.rows().count());
}

/// Eight hours of work of each agent, a call every twelve minutes, in the order of the log.
fn day(agents: u32) -> Vec<StateChange> {
    let mut rows = Vec::new();
    for agent in (0..agents).map(AgentNo) {
        // They begin spread over the day, so that rows of all agents mingle.
        let start = i64::from(agent.0) * 7_919 % (16 * HOUR_MS);
        let mut from = Bucket::Offline;
        let mut go = |ms, to| {
            rows.push(StateChange { seq: 0, ts: Timestamp(start + ms), agent, from, to });
            from = to;
        };
        go(0, Bucket::Ready);
        for begin in (1..8 * HOUR_MS / CALL_MS).map(|call| call * CALL_MS) {
            go(begin, Bucket::Ring);
            go(begin + 5_000, Bucket::Incall);
            go(begin + 365_000, Bucket::Wrapup);
            go(begin + 425_000, Bucket::Ready);
        }
        go(8 * HOUR_MS, Bucket::Offline);
    }
    rows.sort_by_key(|row| row.ts);
    rows.iter_mut().zip(1..).for_each(|(row, seq)| row.seq = seq);
    rows
}
