//! How far the history lags behind what is acknowledged, and how many rows it takes in a second.

use crate::Size;
use crate::figure::{Report, percentile, wall};
use crate::floor::{agent, queue};
use crate::house::{House, Kept};
use readyroom_core::commands::{Command, SetStatus, Wish};
use readyroom_core::event::Actor;
use readyroom_core::ids::EventNo;
use rusqlite::{Connection, OpenFlags};
use std::time::{Duration, Instant};

/// Agents who change their status.
const AGENTS: usize = 512;
/// How often is looked whether a row is there.
const LOOK: Duration = Duration::from_micros(100);

/// The lag of one command at a time; and rows per second when as much is asked as can be.
pub fn measure(size: Size, report: &mut Report) {
    let house = House::new(Kept::OnDisk);
    house.let_in(0..AGENTS, queue(0), true);
    let n = size.of(2_000, 50);
    let mut lags: Vec<f64> = (0..n).map(|at| lag(&house, at) * 1e3).collect();
    report.figure("projection_lag_p50", percentile(&mut lags, 50), "ms", n);
    report.figure("projection_lag_p99", percentile(&mut lags, 99), "ms", n);
    let n = size.of(200_000, 2_000);
    let before = rows(&house);
    let (seconds, ()) = wall(|| {
        house.ask_all((0..n).map(|at| {
            let (by, command) = toggle(at / AGENTS, at % AGENTS);
            (by, Command::from(command))
        }));
        written(&house, house.account.position());
    });
    let written = rows(&house) - before;
    report.figure("projection_rows", written as f64 / seconds, "1/s", written);
}

fn toggle(turn: usize, at: usize) -> (Actor, SetStatus) {
    let wish = if turn.is_multiple_of(2) { Wish::NotReady } else { Wish::Available { out_only: false } };
    (Actor::Agent(agent(at)), SetStatus { agent: agent(at), wish })
}

/// Seconds from the answer to one command to its rows.
fn lag(house: &House, turn: usize) -> f64 {
    let (by, command) = toggle(turn, 0);
    let position = house.ask(by, command);
    wall(|| written(house, EventNo(position))).0
}

/// Waits until the history has this position.
fn written(house: &House, position: EventNo) {
    let patience = Instant::now() + Duration::from_secs(600);
    while house.account.written() < position {
        assert!(Instant::now() < patience, "the history does not come");
        std::thread::sleep(LOOK);
    }
}

/// Rows of the two tables in which a change of status is told.
fn rows(house: &House) -> usize {
    let read = Connection::open_with_flags(&house.views, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it is there");
    let sql = "SELECT (SELECT count(*) FROM agent_event) + (SELECT count(*) FROM agent_activity)";
    let count: i64 = read.query_row(sql, [], |row| row.get(0)).expect("it can be read");
    usize::try_from(count).expect("a count")
}
