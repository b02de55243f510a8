//! What people wrote: `message` and `client` hold it sealed, one row for each time.

use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_views::tables::{Cell, Filled, Tables, Tracker};

fn rows(events: Vec<Event>) -> Vec<Filled> {
    let (mut tracker, mut tables, mut rows) = (Tracker::default(), Tables::default(), Vec::new());
    for (no, event) in (1..).zip(events) {
        let recorded = Recorded { no: EventNo(no), at: Timestamp(no as i64 * 10), by: Actor::Client, event };
        tables.fold(&tracker.step(&recorded, []), &mut rows);
    }
    rows
}

fn sealed(key: u128) -> Sealed {
    Sealed { key: KeyId::from_u128(key), bytes: vec![1, 2, 3] }
}

fn text(id: impl std::fmt::Display) -> Cell {
    Cell::Text(id.to_string().into())
}

#[test]
fn each_message_is_a_row_and_stays_sealed() {
    let (conversation, anna) = (ConversationId::from_u128(1), UserId::from_u128(2));
    let wrote = |author, key| Event::MessageRecorded { conversation, author, body: sealed(key) };
    let rows = rows(vec![wrote(Author::Client, 3), Event::Reopened {}, wrote(Author::Agent(anna), 4)]);
    assert!(rows.iter().all(|row| row.table == "message"));
    let row = |seq, no, author: &'static str, id, key| {
        let at = [Cell::Int(seq), Cell::Int(no * 10), Cell::Int(no), text(conversation), Cell::Text(author.into()), id];
        [&at[..], &[text(KeyId::from_u128(key)), Cell::Sealed(sealed(key))]].concat()
    };
    assert_eq!(rows[0].cells, row(1, 1, "client", Cell::Null, 3));
    assert_eq!(rows[1].cells, row(2, 3, "agent", text(anna), 4));
}

#[test]
fn each_description_of_a_client_is_a_row_and_to_forget_is_none() {
    let client = ClientId::from_u128(1);
    let described = Event::ClientDescribed { client, about: sealed(3) };
    let forgotten = Event::PersonForgotten { client, keys: vec![KeyId::from_u128(3)] };
    let rows = rows(vec![described.clone(), forgotten, described]);
    let row = |seq, no| {
        let key = text(KeyId::from_u128(3));
        vec![Cell::Int(seq), Cell::Int(no * 10), Cell::Int(no), text(client), key, Cell::Sealed(sealed(3))]
    };
    assert_eq!(rows.into_iter().map(|row| row.cells).collect::<Vec<_>>(), [row(1, 1), row(2, 3)]);
}
