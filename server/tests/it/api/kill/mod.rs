//! The server is killed under load, again and again. From its clients' side nothing that was answered
//! is lost, nothing is done twice, and nobody is stuck.
//!
//! `TEST_KILLS` says how often, `TEST_CLIENTS` under how many clients, `TEST_SEED` with which luck.

mod books;
mod crowd;
mod floor;
mod player;
mod stored;
mod wallboard;

use super::{Client, House, PASSWORD, Running, SOON};
use crowd::Place;
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use player::{Dice, Player, World};
use serde_json::json;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the server is killed unless it is said otherwise.
const KILLS: u64 = 20;
/// How many clients it has: half of them agents, a few supervisors, and callers.
const CLIENTS: u64 = 210;
/// One in so many is a supervisor.
const SUPERVISORS: u64 = 20;
/// Requests at one time while the floor is set up.
const AT_ONCE: usize = 16;
/// How long the server works between two kills, milliseconds.
const WORKS_MS: std::ops::RangeInclusive<u64> = 100..=1_200;

#[tokio::test(flavor = "multi_thread")]
async fn no_kill_loses_or_doubles_anything_and_nobody_is_stuck() {
    let (kills, clients) = (told("TEST_KILLS", KILLS), told("TEST_CLIENTS", CLIENTS));
    let seed = told("TEST_SEED", u64::from(std::process::id()));
    eprintln!("TEST_SEED={seed} TEST_KILLS={kills} TEST_CLIENTS={clients}");
    let mut dice = Dice(seed);
    let mut house = House::new().await;
    let place = Arc::new(open(&house, clients / 2).await);
    let world = World::new(&house.server.url);
    // They are there before anybody, so they see all of the history.
    let watch = || tokio::spawn(wallboard::follow(world.clone(), house.admin.clone()));
    let wallboards = [watch(), watch()];
    let mut crowd = gather(&house, &world, &place, clients, &mut dice).await;

    let mut looked = 0;
    for kill in 0..kills {
        tokio::time::sleep(Duration::from_millis(dice.of(WORKS_MS))).await;
        house = house.again(Running::kill);
        // Nobody else knows where it is now; only its own alarms go off.
        world.url.send_replace(None);
        if dice.percent(20) {
            // Once more, while it opens the account.
            tokio::time::sleep(Duration::from_millis(dice.of(0..=60))).await;
            house = house.again(Running::kill);
        }
        house.until("/readyz", |health| health["status"] == "ok").await;
        looked = floor::check(&house, &world, &mut dice, looked).await;
        if let Some(fault) = crowd.try_join_next() {
            fault.unwrap_or_else(|fault| panic!("after kill {kill}: {fault}"));
        }
        world.url.send_replace(Some(house.server.url.clone()));
    }

    world.over.send_replace(true);
    while let Some(left) = crowd.join_next().await {
        left.expect("nobody met with a fault");
    }
    floor::check(&house, &world, &mut dice, looked).await;
    floor::empty(&house, &world).await;
    floor::everybody_becomes_ready(&house, &place).await;
    let last = floor::last_change(&house, &place).await;
    world.last.send_replace(Some(last));
    let history = floor::history(&house, last).await;
    for wallboard in wallboards {
        floor::compare(&house, wallboard.await.expect("it met with no fault"), &history).await;
    }
    let (dir, account) = (house.dir, house.account);
    assert!(house.server.stop().success());
    stored::check(dir.path(), &account, &world, kills, &history);
}

/// The checks prove something because they can fail: on a store that is put back to what it was a moment
/// ago, they do.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_put_back_is_found_out() {
    let mut dice = Dice(1);
    let mut house = House::new().await;
    let place = Arc::new(open(&house, 20).await);
    let world = World::new(&house.server.url);
    let mut crowd = gather(&house, &world, &place, 40, &mut dice).await;
    let (store, copy) = (house.store(), tempfile::tempdir().unwrap());
    tokio::time::sleep(Duration::from_millis(500)).await;
    house = house.again(|server| {
        server.kill();
        copy_all(&store, copy.path());
    });
    world.url.send_replace(Some(house.server.url.clone()));
    let position = world.books().position;
    let more = async {
        while world.books().position < position + 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, more).await.expect("they work");
    house = house.again(|server| {
        server.kill();
        std::fs::remove_dir_all(&store).unwrap();
        copy_all(copy.path(), &store);
    });
    crowd.shutdown().await;
    house.until("/readyz", |health| health["status"] == "ok").await;
    let checked = AssertUnwindSafe(floor::check(&house, &world, &mut dice, 0)).catch_unwind().await;
    assert!(checked.is_err(), "answers that were forgotten are missed");
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in from.read_dir().unwrap() {
        let file = file.unwrap().path();
        let there = to.join(file.file_name().unwrap());
        if file.is_dir() {
            copy_all(&file, &there);
        } else {
            std::fs::copy(&file, &there).unwrap();
        }
    }
}

/// What the environment says, or the usual.
fn told<T: FromStr>(name: &str, usual: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => usual,
    }
}

/// Sets the floor up.
async fn open(house: &House, agents: u64) -> Place {
    let queue = |name: &str, channel: &str, wrap_up_s: u32| {
        let body = json!({"name": name, "channels": [channel], "ring_timeout_s": 2, "wrap_up_s": wrap_up_s});
        house.queue(body)
    };
    let voice = vec![queue("sales", "voice", 1).await, queue("support", "voice", 2).await];
    let chat = vec![queue("chat", "chat", 0).await, queue("mail", "chat", 1).await];
    let seats: Vec<_> = voice.iter().chain(&chat).map(|queue| json!({"queue": queue, "mode": "dynamic"})).collect();
    let hire = async |at: u64| {
        let login = format!("agent{at}");
        let body = json!({"name": "Agent", "login": login, "password": PASSWORD, "queues": seats});
        house.admin.post("/v1/users", body).await.ok()["id"].as_str().expect("it has an id").to_owned()
    };
    let agents = stream::iter(0..agents).map(hire).buffered(AT_ONCE).collect().await;
    Place { voice, chat, agents }
}

/// Lets everybody in.
async fn gather(house: &House, world: &Arc<World>, place: &Arc<Place>, clients: u64, dice: &mut Dice) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    let supervisors = (clients / SUPERVISORS).max(1);
    for at in 0..supervisors {
        house.user(&format!("boss{at}"), "manager").await;
    }
    let names = (0..place.agents.len()).map(|at| format!("agent{at}"));
    let names = names.chain((0..supervisors).map(|at| format!("boss{at}")));
    let sign_in = async |name: String| Client::sign_in(&house.server.url, &name).await;
    let signed_in: Vec<Client> = stream::iter(names).map(sign_in).buffered(AT_ONCE).collect().await;
    let mut signed_in = signed_in.into_iter();
    for (at, id) in place.agents.iter().enumerate() {
        let client = signed_in.next().expect("everybody has signed in");
        let me = Player::new(world, client, format!("agent {at}"), dice.next());
        crowd.spawn(crowd::agent(me, id.clone(), place.clone()));
    }
    for (at, client) in signed_in.enumerate() {
        let me = Player::new(world, client, format!("boss {at}"), dice.next());
        crowd.spawn(crowd::supervisor(me, place.clone()));
    }
    for at in place.agents.len() as u64 + supervisors..clients {
        let me = Player::new(world, house.admin.clone(), format!("caller {at}"), dice.next());
        crowd.spawn(crowd::caller(me, place.clone()));
    }
    crowd
}
