//! The tables kept of what happened: folds over the log, which give the same rows whenever they
//! are made anew.
//!
//! ```
//! use readyroom_core::commands::{AddAgent, LogIn, OpenAccount};
//! use readyroom_core::engine::{Engine, Input, Ticket};
//! use readyroom_core::event::Actor;
//! use readyroom_core::ids::{QueueId, Timestamp, UserId};
//! use readyroom_core::settings::AgentSettings;
//! use readyroom_views::tables::{Cell, Tables, Tracker};
//!
//! let (boss, anna) = (Actor::Supervisor(UserId::from_u128(9)), UserId::from_u128(1));
//! let mut engine = Engine::new();
//! for command in [
//!     OpenAccount { general: QueueId::from_u128(2) }.into(),
//!     AddAgent::new(anna, AgentSettings::default()).into(),
//!     LogIn { agent: anna, queues: vec![] }.into(),
//! ] {
//!     engine.handle(Timestamp(1_000), Input::Command { ticket: Ticket(1), by: boss, command });
//! }
//!
//! let (mut tracker, mut tables, mut rows) = (Tracker::default(), Tables::default(), vec![]);
//! while let Some(turn) = engine.poll() {
//!     for step in tracker.turn(&turn) {
//!         tables.fold(&step, &mut rows);
//!     }
//! }
//! let history: Vec<_> = rows.iter().filter(|row| row.table == "agent_event").collect();
//! assert_eq!(history.len(), 1); // To be added to the account is no change; to log in is.
//! assert_eq!(history[0].cells[3..5], [Cell::Text("offline".into()), Cell::Text("unreachable".into())]);
//! ```
//!
//! One more table is one more file and its line in the list below.

mod agent_activity;
mod agent_event;
mod cell;
mod client;
mod conversation_segment;
mod message;
mod step;
mod words;

pub use agent_activity::{AgentActivities, AgentActivity};
pub use agent_event::{AgentEvent, AgentEvents};
pub use cell::{Cell, Column, Kind};
pub use client::{ClientDescription, ClientDescriptions};
pub use conversation_segment::{ConversationSegment, ConversationSegments, Phase, Segment, SegmentOutcome};
pub use message::{Message, Messages, WrittenBy};
pub use step::{Change, Step, Tracker, fresh_agent};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A table: what it is called, its columns, and the fold that fills it.
///
/// The value itself is what the fold must remember between events. It is kept beside the rows, in
/// the same transaction as the position up to which they are filled. Rows are only ever added.
pub trait Table: Default + Serialize + DeserializeOwned {
    /// What SQL calls it.
    const NAME: &'static str;
    /// Goes up when the same log would give other rows: the table is then filled anew.
    const VERSION: u32;
    /// Its columns, in the order of a row's cells; the first is `seq`, counted here from 1.
    const COLUMNS: &'static [Column];
    /// A row.
    type Row: Row;

    /// Takes in one event, and adds the rows it gives.
    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<Self::Row>);
}

/// A row of a table.
pub trait Row {
    /// Its cells, in the order of the table's columns.
    fn cells(&self) -> Vec<Cell>;
}

/// What a store must know to make a table and to fill it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What SQL calls it.
    pub name: &'static str,
    /// See [`Table::VERSION`].
    pub version: u32,
    /// See [`Table::COLUMNS`].
    pub columns: &'static [Column],
}

impl Shape {
    const fn of<T: Table>() -> Shape {
        Shape { name: T::NAME, version: T::VERSION, columns: T::COLUMNS }
    }
}

/// A row on its way to a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The table's name.
    pub table: &'static str,
    /// In the order of its columns.
    pub cells: Vec<Cell>,
}

macro_rules! tables {
    ($($field:ident: $table:ident,)*) => {
        /// All tables, and what their folds remember.
        ///
        /// Read from what was kept before a table was added, the new one is empty.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
        #[serde(default)]
        #[allow(missing_docs, reason = "each table says in its file what it is")]
        pub struct Tables {
            $(pub $field: $table,)*
        }

        impl Tables {
            /// The shape of each.
            pub const SHAPES: &[Shape] = &[$(Shape::of::<$table>(),)*];

            /// Takes one event into every table.
            pub fn fold(&mut self, step: &Step<'_>, out: &mut Vec<Filled>) {
                self.fold_where(|_| true, step, out);
            }

            /// Takes one event into the tables for which `wanted` holds of their name, as when only
            /// some must be filled anew.
            pub fn fold_where(&mut self, wanted: impl Fn(&str) -> bool, step: &Step<'_>, out: &mut Vec<Filled>) {
                $(if wanted($table::NAME) {
                    let mut rows = Vec::new();
                    self.$field.fold(step, &mut rows);
                    let filled = |row| Filled { table: $table::NAME, cells: Row::cells(&row) };
                    out.extend(rows.into_iter().map(filled));
                })*
            }
        }
    };
}

tables! {
    agent_event: AgentEvents,
    agent_activity: AgentActivities,
    conversation_segment: ConversationSegments,
    message: Messages,
    client: ClientDescriptions,
}
