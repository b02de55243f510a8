//! The live stream: what it tells is what is so, whoever comes again misses nothing, and whoever is
//! slow or confused disturbs nobody.

use super::tap::{Board, Rows, Tap, rows};
use super::{Client, House};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

const ALL: [&str; 4] = ["agents", "queues", "agent_events", "conversations"];

/// A floor with three agents in two queues, each with a telephone and a console.
struct Floor {
    house: House,
    agents: Vec<String>,
    conversations: Vec<String>,
    /// The position of the last act.
    position: u64,
    dice: u64,
}

impl Floor {
    async fn new() -> Floor {
        let house = House::new().await;
        for (number, channel) in [("8000", "voice"), ("8001", "chat")] {
            house.queue(json!({"name": number, "number": number, "channels": [channel], "wrap_up_s": 600})).await;
        }
        let mut floor = Floor { house, agents: vec![], conversations: vec![], position: 0, dice: 1 };
        for login in ["anna", "bert", "cora"] {
            let id = floor.house.user(login, "agent").await;
            for queue in ["8000", "8001"] {
                let member = json!({"user_id": id, "mode": "dynamic"});
                floor.house.admin.post(&format!("/v1/queues/{queue}/memberships"), member).await.ok();
            }
            for (kind, ttl_s) in [("sip", 86_400), ("console", 86_400)] {
                let device = json!({"kind": kind, "reachable": true, "ttl_s": ttl_s});
                floor.ask("PUT", &format!("/v1/agents/{id}/devices/{kind}"), device).await;
            }
            floor.agents.push(id);
        }
        floor
    }

    fn admin(&self) -> &Client {
        &self.house.admin
    }

    /// Does something that may be refused; says whether it was done.
    async fn ask(&mut self, method: &str, path: &str, body: Value) -> bool {
        let answer = self.house.admin.ask(method, path, (method != "DELETE").then_some(&body)).await;
        match answer.status {
            200..300 => self.position = answer.position(),
            409 | 404 => {}
            _ => panic!("{method} {path}: {answer:?}"),
        }
        answer.status < 300
    }

    fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// Something happens; what it was, if it was done.
    async fn happen(&mut self) -> Option<&'static str> {
        let number = self.below(3);
        let (queue, channel) = [("8000", "voice"), ("8001", "chat")][self.below(2)];
        let agent = self.agents[number].clone();
        let conversation = match self.conversations.len() {
            0 => String::new(),
            many => {
                let one = self.below(many);
                self.conversations[one].clone()
            }
        };
        let (what, done) = match self.below(14) {
            0 | 1 => ("login", self.ask("POST", &format!("/v1/agents/{agent}/login"), json!({})).await),
            2 => ("logout", self.ask("POST", &format!("/v1/agents/{agent}/logout"), json!({})).await),
            3 | 4 => {
                let path = format!("/v1/agents/{agent}/status");
                ("status", self.ask("PUT", &path, json!({"status": "available"})).await)
            }
            5 => {
                let body = json!({"status": "on_break", "reason": "lunch"});
                ("break", self.ask("PUT", &format!("/v1/agents/{agent}/status"), body).await)
            }
            6 | 7 => ("enter", self.ask("POST", &format!("/v1/agents/{agent}/queues/all/login"), json!({})).await),
            8 => ("ready", self.ask("POST", &format!("/v1/agents/{agent}/queues/all/ready"), json!({})).await),
            9 | 10 => {
                let body = json!({"queue": queue, "channel": channel, "client": "+49"});
                let answer = self.house.admin.post("/v1/conversations", body).await;
                self.position = answer.position();
                self.conversations.push(answer.body["id"].as_str().unwrap().to_owned());
                ("arrival", true)
            }
            11 => {
                let row = self.admin().get(&format!("/v1/agents/{agent}")).await.ok();
                match row["offer"]["id"].as_str() {
                    Some(offer) => ("accept", self.ask("POST", &format!("/v1/offers/{offer}/accept"), json!({})).await),
                    None => ("accept", false),
                }
            }
            12 => {
                let path = format!("/v1/conversations/{conversation}/end");
                ("end", !conversation.is_empty() && self.ask("POST", &path, json!({})).await)
            }
            _ => {
                let path = format!("/v1/conversations/{conversation}/transfer");
                let to = json!({ "queue": queue });
                ("transfer", !conversation.is_empty() && self.ask("POST", &path, to).await)
            }
        };
        done.then_some(what)
    }

    /// Lets an agent come and go, so that its history grows by two rows.
    async fn come_and_go(&mut self, number: usize) {
        let agent = self.agents[number].clone();
        assert!(self.ask("POST", &format!("/v1/agents/{agent}/login"), json!({})).await);
        assert!(self.ask("POST", &format!("/v1/agents/{agent}/logout"), json!({})).await);
    }
}

fn assert_same(told: &Rows, read: &Rows, step: usize, what: Option<&str>) {
    for (id, row) in read {
        assert_eq!(told.get(id), Some(row), "step {step}, {what:?}");
    }
    assert_eq!(told.len(), read.len(), "step {step}, {what:?}: more is told than is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_its_frames_are_what_get_shows() {
    let mut floor = Floor::new().await;
    let mut tap = Tap::on(floor.admin(), &ALL, None).await;
    let mut board = Board::default();
    let mut seen = BTreeSet::new();
    for step in 0..150 {
        let what = floor.happen().await;
        seen.extend(what);
        let position = floor.position;
        board.follow(&mut tap, position).await;
        assert_same(&board.agents, &rows(floor.admin(), "/v1/agents", position).await, step, what);
        assert_same(&board.queues, &rows(floor.admin(), "/v1/queues-live", position).await, step, what);
        assert_same(&board.conversations, &rows(floor.admin(), "/v1/conversations", position).await, step, what);
    }
    assert!(seen.len() >= 9, "{seen:?}");
    board.assert_no_gap();
    for (id, row) in &board.agents {
        let last = board.events.iter().rev().find(|event| event["user_id"] == **id);
        assert!(last.is_none_or(|event| event["to_status"] == row["bucket"]), "{row} after {last:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_off_and_comes_again_misses_nothing_and_gets_nothing_twice() {
    let mut floor = Floor::new().await;
    let mut board = Board::default();
    let mut tap = Tap::on(floor.admin(), &ALL, None).await;
    board.follow(&mut tap, floor.position).await;
    for round in 0..12 {
        floor.come_and_go(round % 3).await;
        let position = floor.position;
        if round % 3 > 0 {
            // Breaks off before it has read everything.
            board.follow(&mut tap, position - 1).await;
        }
        drop(tap);
        floor.come_and_go((round + 1) % 3).await;
        tap = match round % 2 {
            0 => Tap::on(floor.admin(), &ALL, Some(board.at)).await,
            _ => {
                let query = format!("?subscribe={}&since={}", ALL.join(","), board.at);
                Tap::open(floor.admin(), &query).await
            }
        };
        if round % 4 == 0 {
            board.follow(&mut tap, floor.position).await;
        }
    }
    board.follow(&mut tap, floor.position).await;
    assert_eq!(board.events.len(), 12 * 2 * 2);
    assert!(board.resyncs.is_empty(), "{:?}", board.resyncs);
    board.assert_no_gap();
    assert_same(&board.agents, &rows(floor.admin(), "/v1/agents", floor.position).await, 0, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_without_a_gap_after_a_stop_and_after_a_crash() {
    let mut floor = Floor::new().await;
    let mut board = Board::default();
    let mut tap = Tap::on(floor.admin(), &ALL, None).await;
    board.follow(&mut tap, floor.position).await;
    for round in 0..4 {
        floor.come_and_go(0).await;
        board.follow(&mut tap, floor.position - 1).await;
        floor.come_and_go(1).await;
        if round % 2 == 0 {
            floor.house = floor.house.again(|server| assert!(server.stop().success()));
            // What was on its way still comes, and then the reason.
            loop {
                let message = tap.message().await;
                if message["type"] == "end" {
                    assert_eq!(message["reason"], "shutdown");
                    break;
                }
                board.take(&message);
            }
        } else {
            floor.house = floor.house.again(super::Running::kill);
        }
        floor.house.until("/readyz", |health| health["status"] == "ok").await;
        tap = Tap::on(floor.admin(), &ALL, Some(board.at)).await;
        floor.come_and_go(2).await;
        board.follow(&mut tap, floor.position).await;
        assert!(board.resyncs.is_empty(), "{:?}", board.resyncs);
        board.assert_no_gap();
        // Names have no position of their own: a row that got one may have kept the next of the floor's.
        let without = |rows: Rows| -> Rows {
            let positionless = rows.into_iter().map(|(id, mut row)| {
                row.as_object_mut().unwrap().remove("position").unwrap();
                (id, row)
            });
            positionless.collect()
        };
        let read = rows(floor.admin(), "/v1/agents", floor.position).await;
        assert_same(&without(board.agents.clone()), &without(read), round, None);
    }
    assert_eq!(board.events.len(), 4 * 3 * 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_to_come_is_refused_and_changes_nothing() {
    let mut floor = Floor::new().await;
    let mut tap = Tap::on(floor.admin(), &["agents"], None).await;
    assert_eq!(tap.message().await["type"], "snapshot");
    tap.subscribe(&["agents"], Some(floor.position + 1_000)).await;
    assert_eq!(tap.of_type("error").await["code"], "since_ahead");
    floor.come_and_go(0).await;
    assert_eq!(tap.of_type("frame").await["put"][0]["agent"]["id"], floor.agents[0], "what was subscribed to goes on");
    // One who just wrote may know a later position than the board shows.
    floor.come_and_go(1).await;
    tap.subscribe(&["agents"], Some(floor.position)).await;
    loop {
        let message = tap.message().await;
        assert_eq!(message["type"], "frame");
        if message.get("put").is_none() {
            break assert_eq!(message["at"], floor.position);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_answered_and_the_tenth_ends_the_stream() {
    let floor = Floor::new().await;
    let mut tap = Tap::on(floor.admin(), &["agents"], None).await;
    assert_eq!(tap.message().await["agents"].as_array().unwrap().len(), 4);
    let large = format!(r#"{{"subscribe": ["{}"]}}"#, "x".repeat(20_000));
    let told = [
        ("{", "invalid"),
        ("null", "invalid"),
        (r#"{"subscribe": ["agents"], "offset": 3}"#, "invalid"),
        (r#"{"subscribe": ["agents"], "since": "3"}"#, "invalid"),
        (r#"{"subscribe": ["money"]}"#, "unknown_topic"),
        (r#"{"subscribe": []}"#, "unknown_topic"),
        (r#"{"bye": true}"#, "no_link"),
        (&large, "too_large"),
    ];
    for (text, code) in told {
        tap.say(text).await;
        let error = tap.of_type("error").await;
        assert_eq!(error["code"], code, "{text}");
        assert!(error["detail"].as_str().unwrap().len() > 20, "{error}");
    }
    tap.send(Message::binary(vec![0, 1, 2])).await;
    assert_eq!(tap.of_type("error").await["code"], "invalid");
    tap.subscribe(&["queues"], None).await;
    assert_eq!(tap.of_type("snapshot").await["queues"].as_array().unwrap().len(), 3, "the stream goes on");
    tap.say("once more").await;
    assert_eq!(tap.end().await, ("too_many_errors".to_owned(), 1008));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_all_the_time_or_sends_too_much_is_closed() {
    let floor = Floor::new().await;
    let mut tap = Tap::on(floor.admin(), &["queues"], None).await;
    for _ in 0..100 {
        tap.send(Message::Ping(vec![1].into())).await;
    }
    assert_eq!(tap.end().await, ("too_many_messages".to_owned(), 1008));
    let mut tap = Tap::on(floor.admin(), &["queues"], None).await;
    tap.say(&"x".repeat(100_000)).await;
    while let super::tap::Told::Message(message) = tap.next().await {
        assert_eq!(message["type"], "snapshot");
    }
    assert_eq!(Tap::on(floor.admin(), &["queues"], None).await.message().await["type"], "snapshot");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_stream_is_told_the_time_and_one_without_a_subscription_ends() {
    let floor = Floor::new().await;
    let mut quiet = Tap::on(floor.admin(), &["agents"], None).await;
    let mut idle = Tap::open(floor.admin(), "").await;
    let snapshot = quiet.message().await;
    let heartbeat = quiet.message().await;
    assert_eq!((&heartbeat["type"], &heartbeat["at"]), (&json!("heartbeat"), &snapshot["at"]));
    let time = |message: &Value| message["server_time"].as_str().unwrap().to_owned();
    assert!(time(&heartbeat) > time(&snapshot) && time(&heartbeat).ends_with('Z'));
    assert_eq!(idle.end().await, ("not_subscribed".to_owned(), 1008));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_let_go_and_nobody_else_notices() {
    let mut floor = Floor::new().await;
    let skill = floor.admin().post("/v1/skills", json!({"name": "one"})).await.ok()["id"].as_str().unwrap().to_owned();
    for number in 0..200 {
        let skills = json!([{"skill": skill, "level": 1}]);
        let body = json!({"name": format!("Agent {number}"), "login": format!("a{number}"), "skills": skills});
        floor.admin().post("/v1/users", body).await.ok();
    }
    let mut stuck = Tap::narrow(floor.admin(), "?subscribe=agents,agent_events").await;
    let mut brisk = Tap::on(floor.admin(), &["agents", "agent_events"], None).await;
    let mut board = Board::default();
    let figure = async |name: &str| -> u64 {
        let figures = floor.house.admin.get("/metrics").await.body.as_str().unwrap().to_owned();
        let line = figures.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.map_or(0, |line| line.split(' ').nth(1).unwrap().parse::<f64>().unwrap() as u64)
    };
    assert_eq!(figure("readyroom_stream_subscribers").await, 2);
    // Every name of the skill changes two hundred rows, until the slow one's queue is over.
    for round in 0.. {
        assert!(round < 400, "it is let go in the end");
        let body = json!({ "name": format!("skill {round}") });
        floor.house.admin.put(&format!("/v1/skills/{skill}"), body).await.ok();
        let renamed = |board: &Board| {
            let row = board.agents.values().find(|row| row["login"] == "a7");
            row.is_some_and(|row| row["skills"][0]["name"] == format!("skill {round}"))
        };
        while !renamed(&board) {
            board.take(&brisk.message().await);
        }
        if figure("readyroom_stream_dropped_total").await == 1 {
            break;
        }
    }
    assert!(figure("readyroom_stream_frames_total").await > 10);
    floor.come_and_go(0).await;
    board.follow(&mut brisk, floor.position).await;
    board.assert_no_gap();

    // It reads at last: all that waited, and where to go on.
    let mut late = Board::default();
    loop {
        match stuck.next().await {
            super::tap::Told::Message(message) if message["type"] == "end" => {
                assert_eq!(message["reason"], "slow_consumer");
                break;
            }
            super::tap::Told::Message(message) => late.take(&message),
            // The server waited for it long enough.
            _ => break,
        }
    }
    let mut again = Tap::on(floor.admin(), &["agents", "agent_events"], Some(late.at)).await;
    late.follow(&mut again, floor.position).await;
    assert_same(&late.agents, &board.agents, 0, None);
    assert!(late.resyncs.is_empty(), "{:?}", late.resyncs);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_as_the_contract_says() {
    let mut floor = Floor::new().await;
    let contract = floor.admin().get("/v1/asyncapi.json").await.ok();
    let mut tap = Tap::on(floor.admin(), &ALL, None).await;
    let mut told = vec![tap.of_type("snapshot").await];
    tap.say("what?").await;
    told.push(tap.of_type("error").await);
    floor.come_and_go(0).await;
    for kind in ["frame", "heartbeat"] {
        told.push(tap.of_type(kind).await);
    }
    for message in told {
        let kind = message["type"].as_str().unwrap().to_owned();
        let names = contract["channels"]["stream"]["messages"].as_object().unwrap().keys();
        let mut schemas = names.map(|name| &contract["components"]["schemas"][name]);
        let schema = schemas.find(|schema| schema["properties"]["type"]["enum"] == json!([kind])).unwrap();
        for name in message.as_object().unwrap().keys() {
            assert!(schema["properties"].get(name).is_some(), "{kind} has {name}");
        }
        for name in schema["required"].as_array().unwrap() {
            assert!(message.get(name.as_str().unwrap()).is_some(), "{kind} lacks {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_asks_for_no_websocket_is_told_so() {
    let house = House::new().await;
    assert_eq!(house.admin.get("/v1/stream").await.no(426), "websocket_needed");
    let none = Tap::try_open(&house.admin, "?subscribe=money").await.err();
    assert_eq!(none, Some((422, "unknown_topic".to_owned())));
    let none = Tap::try_open(&house.admin, "?since=3").await.err();
    assert_eq!(none, Some((422, "invalid".to_owned())));
    let none = Tap::try_open(&house.admin, "?offset=3").await.err();
    assert_eq!(none, Some((422, "invalid".to_owned())));
    tokio::time::timeout(Duration::from_secs(20), Tap::on(&house.admin, &["agents"], None))
        .await
        .unwrap()
        .close()
        .await;
}
