//! `client`: who a client is, one row each time somebody wrote it down; the latest counts.
//!
//! What is told of a person is sealed here, as the text of a message is.

use super::{Cell, Column, Row, Step, Table};
use readyroom_core::event::{Event, Sealed};
use readyroom_core::ids::{ClientId, EventNo, Timestamp};
use serde::{Deserialize, Serialize};

/// A client was described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDescription {
    /// Counted from 1 without a gap.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// The event that recorded it.
    pub position: EventNo,
    /// Who.
    pub client: ClientId,
    /// What was written down: all of it, not what changed.
    pub about: Sealed,
}

/// The fold, which remembers how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientDescriptions {
    seq: u64,
}

impl Table for ClientDescriptions {
    const NAME: &'static str = "client";
    const VERSION: u32 = 1;
    const COLUMNS: &'static [Column] = &[
        Column::SEQ,
        Column::int("ts", "epoch milliseconds"),
        Column::int("position", "number of the event that recorded it"),
        Column::text("client_id", "the client"),
        Column::text("key_id", "the key that opens the text"),
        Column::sealed("about", "all that was written down of the client"),
    ];
    type Row = ClientDescription;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<ClientDescription>) {
        if let Event::ClientDescribed { client, about } = step.event {
            self.seq += 1;
            out.push(ClientDescription {
                seq: self.seq,
                ts: step.ts,
                position: step.no,
                client: *client,
                about: about.clone(),
            });
        }
    }
}

impl Row for ClientDescription {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::count(self.seq),
            self.ts.into(),
            Cell::count(self.position.0),
            Cell::text(self.client),
            Cell::text(self.about.key),
            Cell::Sealed(self.about.clone()),
        ]
    }
}
