//! Looks at the floor from outside after a kill, while nobody plays: is everything there that was
//! answered, once, and does every deadline stand where it stood?

use super::super::{House, SOON};
use super::books::{Done, millis, now};
use super::crowd::Place;
use super::player::{Dice, World};
use super::wallboard::Board;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// Answers that are asked for again after a kill: the last ones before it, and some older.
const REPEATS_NEW_MAX: usize = 400;
const REPEATS_OLD: usize = 40;
/// Repeats at one time.
const AT_ONCE: usize = 16;
/// By how much an alarm may be late on a busy machine, milliseconds.
const LATE_MS: i64 = 10_000;

/// Looks at everything. `looked`: so many of the answers have been asked for again; returns how many now.
pub async fn check(house: &House, world: &World, dice: &mut Dice, looked: usize) -> usize {
    let rows = all(house, "/v1/conversations").await;
    conversations(world, &rows);
    let agents = all(house, "/v1/agents").await;
    for row in &agents.rows {
        deadlines(world, row);
        wish(world, row);
    }
    let (again, looked) = {
        let books = world.books();
        assert!(books.position <= rows.position, "{} was answered, and {} is there", books.position, rows.position);
        let mut again: Vec<Done> = books.done[looked..].iter().rev().take(REPEATS_NEW_MAX).cloned().collect();
        again.extend((0..REPEATS_OLD).filter_map(|_| dice.pick(&books.done).cloned()));
        (again, books.done.len())
    };
    stream::iter(again).for_each_concurrent(AT_ONCE, |done| repeat(house, done)).await;
    looked
}

/// A list, page by page.
struct All {
    rows: Vec<Value>,
    /// The position of its first page.
    position: u64,
}

async fn all(house: &House, path: &str) -> All {
    let (mut rows, mut position, mut more) = (Vec::new(), None, String::new());
    loop {
        let page = house.admin.get(&format!("{path}?limit=1000{more}")).await.ok();
        position.get_or_insert(page["position"].as_u64().expect("a page has its position"));
        rows.extend(page["data"].as_array().expect("a page has rows").iter().cloned());
        match page["next"].as_str() {
            Some(next) => more = format!("&cursor={next}"),
            None => return All { rows, position: position.expect("there was a page") },
        }
    }
}

/// What arrived and was not ended by anybody is here, once; and nothing else is.
fn conversations(world: &World, all: &All) {
    let mut here: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &all.rows {
        *here.entry(row["id"].as_str().expect("a row has its id")).or_default() += 1;
    }
    if let Some((id, times)) = here.iter().find(|(_, times)| **times > 1) {
        panic!("{id} is on the floor {times} times");
    }
    let books = world.books();
    let lost = books.conversations.iter().find(|(id, ends)| !**ends && !here.contains_key(id.as_str()));
    assert!(lost.is_none(), "{lost:?} is lost: its arrival was answered, and nobody ended it");
    let unknown = here.keys().filter(|id| !books.conversations.contains_key(**id)).count();
    assert!(unknown <= books.arriving, "{unknown} nobody knows, and {} are not answered yet", books.arriving);
}

/// Deadlines are those that were shown before, and none has passed for long.
fn deadlines(world: &World, row: &Value) {
    world.books().saw(row);
    for what in ["offer", "wrap_up"] {
        if let Some(until) = millis(&row[what]["until"]) {
            assert!(until + LATE_MS > now(), "stuck: {row}");
        }
    }
}

/// An agent is what it was told it is, unless that was changed since.
fn wish(world: &World, row: &Value) {
    let wish = world.books().wishes.get(row["id"].as_str().expect("a row has its id")).cloned();
    if let Some(wish) = wish {
        let since = millis(&row["status_since"]).expect("a status has a beginning");
        let holds = row["status"] == wish.status || row["leaving"]["to"] == wish.status || since >= wish.asked_at;
        assert!(holds, "{} was acknowledged at {}: {row}", wish.status, wish.asked_at);
    }
}

/// Whoever asks again under the same key gets the same answer.
async fn repeat(house: &House, done: Done) {
    let Done { by, path, body, key, status, answer } = done;
    let again = by.at(&house.server.url).post(&path, body).await;
    assert_eq!((again.status, again.body), (status, answer), "{key}: {path}");
}

/// Ends everything by hand. What is wrapped up ends by itself.
pub async fn empty(house: &House, world: &World) {
    let until = Instant::now() + SOON;
    for round in 0.. {
        let all = all(house, "/v1/conversations").await;
        if all.rows.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "they do not end: {:?}", all.rows);
        let ends = all.rows.iter().filter(|row| row["stage"] != "wrapping").filter_map(|row| row["id"].as_str());
        stream::iter(ends)
            .for_each_concurrent(AT_ONCE, async |id| {
                world.books().ends(id);
                let path = format!("/v1/conversations/{id}/end");
                // Refused when it has ended meanwhile.
                let _ = world.act(&house.admin, format!("{id} {round}"), &path, json!({})).await;
            })
            .await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Brings every agent to work.
pub async fn everybody_becomes_ready(house: &House, place: &Place) {
    let queues: Vec<_> = place.voice.iter().chain(&place.chat).collect();
    stream::iter(&place.agents)
        .for_each_concurrent(AT_ONCE, async |id| {
            let home = format!("/v1/agents/{id}");
            for (device, kind) in [("phone", "sip"), ("desk", "console")] {
                let body = json!({"kind": kind, "reachable": true});
                house.admin.put(&format!("{home}/devices/{device}"), body).await.ok();
            }
            house.admin.post(&format!("{home}/login"), json!({"queues": queues})).await.ok();
            // Begun by a supervisor, if at all.
            let wrap_up = house.admin.delete(&format!("{home}/wrap-up")).await;
            assert!([200, 404, 409].contains(&wrap_up.status), "{wrap_up:?}");
            house.admin.put(&format!("{home}/status"), json!({"status": "available"})).await.ok();
            house.until(&home, |row| row["bucket"] == "ready").await;
        })
        .await;
}

/// Changes one agent once more, and says at which position: whoever has it has everything before it.
pub async fn last_change(house: &House, place: &Place) -> u64 {
    let path = format!("/v1/agents/{}/status", place.agents[0]);
    house.admin.put(&path, json!({"status": "not_ready"})).await.position()
}

/// The agents' history up to a position.
pub async fn history(house: &House, position: u64) -> Vec<Value> {
    let (mut rows, mut more) = (Vec::new(), format!("&min_position={position}"));
    loop {
        let page = house.admin.get(&format!("/v1/agent-events?limit=1000{more}")).await.ok();
        rows.extend(page["data"].as_array().expect("a page has rows").iter().cloned());
        match page["next"].as_str() {
            Some(next) => more = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// A wallboard has the rows that are there, and has seen the history, each row once. When a row changed
/// last is not compared: a new name is no event, and a start does not know when it came.
pub async fn compare(house: &House, board: Board, history: &[Value]) {
    let rows = all(house, "/v1/agents").await.rows;
    let shown: Vec<_> = board.agents.values().map(without_position).collect();
    assert_eq!(shown, rows.iter().map(without_position).collect::<Vec<_>>());
    let seen: Vec<_> = board.events.iter().map(as_written).collect();
    assert_eq!(seen, history, "after {} connections", board.came);
}

/// A row of the history as the table has it, where instants are milliseconds.
fn as_written(row: &Value) -> Value {
    let mut row = without_position(row);
    row["ts"] = millis(&row["ts"]).into();
    row
}

fn without_position(row: &Value) -> Value {
    let mut row = row.clone();
    row.as_object_mut().expect("a row is an object").remove("position");
    row
}
