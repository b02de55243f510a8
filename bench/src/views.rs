//! What telling costs: the board's rows, and the rows of the tables, per event. None of it runs on
//! the engine's thread.

use crate::Size;
use crate::encoding::each_turn;
use crate::figure::{Report, cpu};
use readyroom_views::board::Board;
use readyroom_views::tables::{Tables, Tracker};

/// CPU per event for the board and for the tables.
pub fn measure(size: Size, report: &mut Report) {
    let mut turns = Vec::new();
    each_turn(size.of(20_000, 500), |turn| turns.push(turn));
    let events: usize = turns.iter().map(|turn| turn.events.len()).sum();
    let per = |seconds: f64| seconds * 1e9 / events as f64;

    let mut board = Board::default();
    let (seconds, ()) = cpu(|| turns.iter().for_each(|turn| board.turn(turn)));
    report.figure("board_per_event", per(seconds), "ns", events);

    let (mut tracker, mut tables, mut rows) = (Tracker::default(), Tables::default(), Vec::new());
    let (seconds, ()) = cpu(|| {
        for turn in &turns {
            for step in tracker.turn(turn) {
                tables.fold(&step, &mut rows);
            }
        }
    });
    report.figure("tables_per_event", per(seconds), "ns", events);
    report.figure("rows_per_event", rows.len() as f64 / events as f64, "rows", events);
}
