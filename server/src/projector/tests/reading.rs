//! Readers get the rows they ask for, and reports what held when they begin.

use super::*;
use crate::projector::{Filter, Message, Page, ReadError};
use readyroom_views::tables::{
    AgentEvent, AgentEvents, Cell, ConversationSegment, ConversationSegments, Phase, Table, WrittenBy,
};
use readyroom_views::vocabulary::Bucket;
use std::collections::{BTreeMap, BTreeSet};

fn scene() -> Scene {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    scene
}

/// The table's rows as its own fold gives them.
fn told<T: Table>(scene: &Scene) -> Vec<T::Row> {
    let (mut table, mut rows) = (T::default(), Vec::new());
    scene.each(|step| table.fold(step, &mut rows));
    rows
}

fn text(id: impl std::fmt::Display) -> Cell {
    Cell::Text(id.to_string().into())
}

/// All pages of a list, two rows each.
fn all(read: impl Fn(u64, usize) -> Result<Page, ReadError>) -> Vec<Vec<Cell>> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let page = read(after, 2).unwrap();
        assert!(page.rows.len() <= 2);
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = next,
            None => return rows,
        }
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_doubles() {
    let scene = scene();
    let reader = scene.reader();
    let nothing = Filter::default();
    let lists = [
        ("agent_event", all(|after, limit| reader.agent_events(&nothing, after, limit))),
        ("agent_activity", all(|after, limit| reader.agent_activity(&nothing, after, limit))),
        ("conversation_segment", all(|after, limit| reader.segments(&nothing, after, limit))),
    ];
    for (table, rows) in lists {
        let given = scene.rows().into_iter().filter(|row| row.table == table).map(|row| row.cells);
        assert_eq!(rows, given.collect::<Vec<_>>(), "{table}");
    }
}

#[test]
fn a_filter_gives_the_rows_for_which_all_of_it_holds() {
    let scene = scene();
    let reader = scene.reader();
    let given = |table: &str, holds: &dyn Fn(&[Cell]) -> bool| -> Vec<_> {
        let rows = scene.rows().into_iter().filter(|row| row.table == table).map(|row| row.cells);
        rows.filter(|cells| holds(cells)).collect()
    };
    let (noon, evening) = (NINE.plus_ms(200_000), NINE.plus_ms(DAY_MS));
    let within = |cell: &Cell| matches!(cell, Cell::Int(at) if (noon.0..evening.0).contains(at));

    let of_anna = Filter { user: Some(ANNA), since: Some(noon), until: Some(evening), ..Filter::default() };
    let rows = all(|after, limit| reader.agent_events(&of_anna, after, limit));
    assert_eq!(rows, given("agent_event", &|cells| cells[2] == text(ANNA) && within(&cells[1])));
    assert!(rows.len() > 3);
    let rows = all(|after, limit| reader.agent_activity(&of_anna, after, limit));
    assert_eq!(rows, given("agent_activity", &|cells| cells[3] == text(ANNA) && within(&cells[1])));
    assert!(rows.len() > 3);

    let conversation = ConversationId::from_u128(2);
    let one = Filter { conversation: Some(conversation), queue: Some(GENERAL), ..Filter::default() };
    let rows = all(|after, limit| reader.segments(&one, after, limit));
    assert_eq!(rows, given("conversation_segment", &|cells| cells[1] == text(conversation)));
    assert!(rows.len() > 2);
    let elsewhere = Filter { queue: Some(QueueId::from_u128(1)), ..Filter::default() };
    assert!(all(|after, limit| reader.segments(&elsewhere, after, limit)).is_empty());

    for users in [BTreeSet::new(), BTreeSet::from([BEN]), BTreeSet::from([ANNA, BEN])] {
        let some = Filter { users: Some(users.clone()), since: Some(noon), ..Filter::default() };
        let rows = all(|after, limit| reader.agent_events(&some, after, limit));
        let is_one = |cells: &[Cell]| users.iter().any(|user| cells[2] == text(user));
        let later = |cell: &Cell| matches!(cell, Cell::Int(at) if *at >= noon.0);
        assert_eq!(rows, given("agent_event", &|cells| is_one(cells) && later(&cells[1])));
    }
}

#[test]
fn what_a_table_does_not_know_is_refused() {
    let scene = scene();
    let by_queue = Filter { queue: Some(GENERAL), ..Filter::default() };
    let error = scene.reader().agent_events(&by_queue, 0, 10).unwrap_err();
    assert!(matches!(error, ReadError::NotInTable { table: "agent_event", asked: "queue" }), "{error}");
    let by_conversation = Filter { conversation: Some(ConversationId::from_u128(1)), ..Filter::default() };
    assert!(scene.reader().agent_activity(&by_conversation, 0, 10).is_err());
}

#[test]
fn a_report_begins_with_what_held_then() {
    let scene = scene();
    let rows = told::<AgentEvents>(&scene);
    let starts = [0, 1, 200_000, 1_000_000, 20 * 3_600_000, DAY_MS + 5_000, 3 * DAY_MS];
    for users in [None, Some(BTreeSet::from([BEN])), Some(BTreeSet::new())] {
        for (from, to) in starts.iter().map(|&ms| (NINE.plus_ms(ms), NINE.plus_ms(ms + 4_000_000))) {
            let mine = |row: &&AgentEvent| users.as_ref().is_none_or(|users| users.contains(&row.user_id));
            let mut held = BTreeMap::new();
            for row in rows.iter().filter(mine).filter(|row| row.ts < from) {
                held.insert(row.user_id, *row);
            }
            let mut wanted: Vec<_> = held.into_values().collect();
            wanted.sort_by_key(|row| row.seq);
            wanted.extend(rows.iter().filter(mine).filter(|row| (from..to).contains(&row.ts)));
            let mut found = Vec::new();
            scene.reader().agent_events_for_report(users.as_ref(), from, to, |row| found.push(row)).unwrap();
            assert_eq!(found, wanted, "{users:?} {from:?}");
        }
    }
    assert!(rows.iter().any(|row| row.to_status == Bucket::Paused && row.reason.is_some()));
}

#[test]
fn a_report_gets_the_work_that_any_part_of_its_time_has() {
    let mut scene = Scene::begin();
    scene.two_days();
    scene.call(40 * 3_600_000); // One that spans more than a day.
    scene.call(1_000);
    drop(scene.filled());
    let rows = told::<ConversationSegments>(&scene);
    let is_work =
        |row: &&ConversationSegment| matches!(row.segment.phase, Phase::Talking | Phase::Held | Phase::Wrapping);
    let start = rows.iter().find(|row| row.end.ms_since(row.segment.start) > DAY_MS).unwrap().segment.start;
    for (from, to) in [(NINE, 3_000_000), (start.plus_ms(3_600_000), 60_000), (start.plus_ms(50 * 3_600_000), 1)] {
        let to = from.plus_ms(to);
        let mut work = Vec::new();
        scene.reader().work_for_report(None, from, to, |row| work.push(row)).unwrap();
        let wanted: Vec<_> =
            rows.iter().filter(is_work).filter(|row| row.end > from && row.segment.start < to).copied().collect();
        assert_eq!(work, wanted);
        let mut ended = Vec::new();
        scene.reader().segments_ended(None, from, to, |row| ended.push(row)).unwrap();
        assert_eq!(ended, rows.iter().filter(|row| (from..to).contains(&row.end)).copied().collect::<Vec<_>>());
    }
    let mut of_nobody = 0;
    scene.reader().work_for_report(Some(&BTreeSet::new()), NINE, scene.now, |_| of_nobody += 1).unwrap();
    assert_eq!(of_nobody, 0);
}

#[test]
fn each_agents_bucket_is_known_since_its_last_row() {
    let scene = scene();
    let mut since = BTreeMap::new();
    for row in told::<AgentEvents>(&scene) {
        since.insert(row.user_id, row.ts);
    }
    assert_eq!(scene.reader().buckets_since().unwrap(), since);
}

#[test]
fn messages_are_read_by_thread_and_found_by_any_part_of_them() {
    let scene = scene();
    let reader = scene.reader();
    let thread = reader.messages(ConversationId::from_u128(1), 0, 10).unwrap();
    let texts: Vec<_> = thread.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["Good morning", "Where is parcel 0-0?"]);
    assert!(thread.iter().all(|message| message.author == WrittenBy::Client));
    assert_eq!(reader.messages(ConversationId::from_u128(1), thread[0].seq, 10).unwrap(), thread[1..]);

    let found = reader.search(" PARCEL ", 100, None).unwrap();
    assert_eq!(found.len(), 8);
    assert!(found.is_sorted_by(|one, next| one.seq > next.seq));
    let seqs = |found: &[Message]| found.iter().map(|message| message.seq).collect::<Vec<_>>();
    let first = reader.search("parcel", 3, None).unwrap();
    let rest = reader.search("parcel", 100, Some(first[2].seq)).unwrap();
    assert_eq!([seqs(&first), seqs(&rest)].concat(), seqs(&found));
    assert_eq!(reader.search("cel 1-2?", 100, None).unwrap().len(), 1);
    for strange in ["\"parcel\" OR", "par*", "NOT", "a AND b", "'; --"] {
        assert!(reader.search(strange, 10, None).unwrap().is_empty(), "{strange}");
    }
    for (text, found) in [("ab", 2), ("", 0), ("  x ", 1)] {
        let error = reader.search(text, 10, None).unwrap_err();
        assert!(matches!(error, ReadError::SearchLength { found: told } if told == found), "{error}");
    }
}

#[test]
fn the_latest_description_of_a_client_counts() {
    let scene = scene();
    let about = scene.reader().client(ClientId::from_u128(0xc2)).unwrap();
    assert_eq!(about.as_deref(), Some("Client 2, day 1"));
    assert_eq!(scene.reader().client(ClientId::from_u128(0xff)).unwrap(), None);
}
