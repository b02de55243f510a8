//! A hand-made floor: events and facts one after another, and the rows a table makes of them.

use readyroom_core::event::{Actor, Event, Policy, Recorded};
use readyroom_core::floor::facts::Facts;
use readyroom_core::ids::{EventNo, Timestamp};
use readyroom_views::tables::{Row, Table, Tracker};

/// One table, fed by hand.
#[derive(Default)]
pub struct Watch<T: Table> {
    pub tracker: Tracker,
    pub table: T,
    no: EventNo,
}

impl<T: Table> Watch<T> {
    /// The rows that an event gives, done by a rule of ours.
    pub fn event(&mut self, ts: Timestamp, event: &Event, touched: &[Facts]) -> Vec<T::Row> {
        self.event_by(Actor::Policy(Policy::Router), ts, event, touched)
    }

    /// The rows that an event gives.
    pub fn event_by(&mut self, by: Actor, ts: Timestamp, event: &Event, touched: &[Facts]) -> Vec<T::Row> {
        self.no = self.no.plus(1);
        let recorded = Recorded { no: self.no, at: ts, by, event: event.clone() };
        let step = self.tracker.step(&recorded, touched);
        let mut rows = Vec::new();
        self.table.fold(&step, &mut rows);
        for row in &rows {
            fits::<T>(row);
        }
        rows
    }
}

/// Every row has a cell for each column, and of its kind.
fn fits<T: Table>(row: &T::Row) {
    let cells = row.cells();
    assert_eq!(cells.len(), T::COLUMNS.len(), "{}", T::NAME);
    for (column, cell) in T::COLUMNS.iter().zip(&cells) {
        assert!(column.takes(cell), "{}.{} does not take {cell:?}", T::NAME, column.name);
    }
}

/// Numbers that look random and are the same every time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
