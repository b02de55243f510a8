//! The scenes and the matrix of `data/states.json`, played through the interface: every signal is a
//! request, every bucket and word is read from the agent's row, and the history is the store's.

use super::House;
use super::agent::Agent;
use crate::run;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

/// How long an offer stands where a scene is about its end. Its other signals must come before that.
const RING_S: u64 = 5;

fn data() -> Value {
    serde_json::from_str(include_str!("../../data/states.json")).unwrap()
}

/// One agent, alone in a queue of its own, and the call at hand.
struct Scene<'a> {
    house: &'a House,
    agent: Agent<'a>,
    queue: String,
    call: Option<String>,
    offer: Option<String>,
}

impl<'a> Scene<'a> {
    async fn new(house: &'a House, name: &str, ring_s: u64, config: &Value) -> Scene<'a> {
        let mut queue = json!({"name": format!("queue of {name}"), "ring_timeout_s": ring_s, "wrap_up_s": 3600});
        if config["wrapup"] == false {
            queue["wrap_up_s"] = 0.into();
        }
        let auto_ready = config["auto_ready_on_login"] == 1;
        let agent = house.agent(name, json!({"auto_ready_on_login": auto_ready})).await;
        let queue = house.queue(queue).await;
        agent.joins(&queue, json!({})).await;
        Scene { house, agent, queue, call: None, offer: None }
    }

    /// Brings the agent to where a scene begins. False when the floor cannot hold it there: an offer
    /// never outlasts the device or the session it rings at.
    async fn begin(&mut self, vector: &Value) -> bool {
        let (status, state) = (vector["status"].as_str().unwrap(), vector["state"].as_str().unwrap());
        let reachable = vector["reachable"] == true;
        if reachable || state != "waiting" {
            self.signal("register").await;
        }
        if status != "offline" || state != "waiting" {
            self.signal("login").await;
            self.signal("available").await;
        }
        if state != "waiting" {
            self.signal("offer").await;
        }
        if ["in_call", "wrap_up"].contains(&state) {
            self.signal("accept").await;
        }
        if state == "wrap_up" {
            self.signal("call_end").await;
        }
        if !reachable {
            self.signal("unregister").await;
        }
        match status {
            "on_break" => self.signal("pause lunch").await,
            "not_ready" => self.agent.wishes(json!({"status": "not_ready"})).await,
            "offline" if state != "waiting" => self.signal("logout").await,
            _ => {}
        }
        if vector["ext"] == true {
            self.signal("ext_start").await;
        }
        state != "offering" || (reachable && status != "offline")
    }

    async fn signal(&mut self, signal: &str) {
        let (signal, about) = signal.split_once(' ').unwrap_or((signal, ""));
        let Scene { house, agent, queue, .. } = self;
        match signal {
            "login" => agent.logs_in(&[queue]).await,
            "logout" => drop(agent.does("/logout").await.ok()),
            "register" => agent.phone(true).await,
            "unregister" => agent.phone(false).await,
            "available" => agent.wishes(json!({"status": "available"})).await,
            "pause" => {
                let reason = if about == "lunch" { "lunch_break" } else { about };
                agent.wishes(json!({"status": "on_break", "reason": reason})).await;
            }
            "offer" => {
                self.call = Some(house.call(queue, "a client").await);
                self.offer = Some(agent.offer().await);
            }
            "accept" => agent.accepts().await,
            "caller_hangup_ringing" | "call_end" => house.hangs_up(self.call.as_ref().unwrap()).await,
            "wrapup_end" => {
                let path = format!("/v1/conversations/{}/wrap-up/finish", self.call.as_ref().unwrap());
                house.admin.post(&path, json!({})).await.ok();
            }
            "ring_timeout" => {
                // Nobody else is there, so it waits; its caller does not, or it would ring again.
                let path = format!("/v1/conversations/{}", self.call.as_ref().unwrap());
                house.until(&path, |call| call["stage"] == "waiting").await;
                house.hangs_up(self.call.as_ref().unwrap()).await;
            }
            "ext_start" => agent.dials_out().await,
            "ext_end" => agent.hangs_up_own().await,
            "offer_refused" => {
                let call = house.call(queue, "another client").await;
                assert_eq!(house.stage(&call).await, "waiting");
            }
            "select_queue" | "deselect_queue" => {
                let other = self.other_queue(about).await;
                let act = if signal == "select_queue" { "login" } else { "logout" };
                self.agent.does(&format!("/queues/{other}/{act}")).await.ok();
            }
            "noop" if about == "late-accept" => {
                let path = format!("/v1/offers/{}/accept", self.offer.as_ref().unwrap());
                assert_eq!(house.admin.post(&path, json!({})).await.no(409), "offer_gone");
            }
            "noop" => tokio::time::sleep(Duration::from_secs(RING_S)).await, // Past the end of the offer.
            other => panic!("no signal: {other}"),
        }
    }

    /// A further queue of the agent; the same name, the same queue.
    async fn other_queue(&self, name: &str) -> String {
        let name = format!("{name} of {}", self.queue);
        let known = self.house.admin.get("/v1/queues?limit=1000").await.ok();
        let known = known["data"].as_array().unwrap().iter().find(|queue| queue["name"] == *name).cloned();
        match known {
            Some(queue) => queue["id"].as_str().unwrap().to_owned(),
            None => {
                let queue = self.house.queue(json!({"name": name})).await;
                self.agent.joins(&queue, json!({"mode": "dynamic"})).await;
                queue
            }
        }
    }
}

/// A label of a case as the interface writes it.
fn code(label: &str) -> String {
    let text: String = label.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect();
    text.trim_matches('_').replace("__", "_").to_lowercase()
}

/// Checks the words of the other vocabularies in a row.
fn check_words(row: &Value, words: &Value, place: &str) -> usize {
    let words = words.as_object().unwrap();
    for (vocabulary, label) in words {
        let said = match &**vocabulary {
            "acd" => &row["queues"][0]["state"],
            "widget" if row["widget"]["status"] == "inactive" => &row["widget"]["reason"],
            "widget" => &row["widget"]["status"],
            other => &row[other],
        };
        assert_eq!(said.as_str().unwrap().to_lowercase(), code(label.as_str().unwrap()), "{vocabulary}: {place}");
    }
    words.len()
}

/// What a scene leaves to be compared with the store's history.
struct Played {
    id: String,
    agent: String,
    /// The bucket it began in, and since when.
    began: (String, i64),
    log: Value,
    words: usize,
}

async fn play(house: &House, case: &Value) -> Played {
    let id = case["id"].as_str().unwrap().to_owned();
    let steps = case["steps"].as_array().unwrap();
    let about_the_end =
        |step: &Value| ["ring_timeout", "noop stale-ring-timer c1"].contains(&step["signal"].as_str().unwrap());
    let ring_s = if steps.iter().any(about_the_end) { RING_S } else { 3_600 };
    let mut scene = Scene::new(house, &id.to_lowercase(), ring_s, &case["config"]).await;
    assert!(scene.begin(&case["initial"]["vector"]).await, "{id} begins where no agent can be");
    let first = scene.agent.row().await;
    assert_eq!(first["bucket"], case["initial"]["bucket"], "{id}");
    let since: jiff::Timestamp = first["bucket_since"].as_str().unwrap().parse().unwrap();
    let began = (first["bucket"].as_str().unwrap().to_owned(), since.as_millisecond());
    let mut words = 0;
    for step in steps {
        scene.signal(step["signal"].as_str().unwrap()).await;
        let row = scene.agent.row().await;
        assert_eq!(row["bucket"], step["bucket"], "{id} {step}");
        words += check_words(&row, &step["words"], &format!("{id} {step}"));
    }
    Played { id, agent: scene.agent.id.clone(), began, log: case["log"].clone(), words }
}

/// The rows of an agent after those of its way to where its scene began.
fn rows_since<'a>(rows: &'a [Value], played: &Played) -> &'a [Value] {
    let (bucket, since) = &played.began;
    let last = rows.iter().position(|row| row["to_status"] == **bucket && row["ts"] == *since);
    match last {
        Some(last) => &rows[last + 1..],
        None => {
            assert_eq!(bucket, "offline", "{}: the first bucket has no row", played.id);
            rows
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scene_gives_its_buckets_words_and_history() {
    let house = House::new().await;
    let data = data();
    let scenes = data["scenes"].as_array().unwrap();
    let played = join_all(scenes.iter().map(|case| play(&house, case))).await;
    assert!(played.iter().map(|scene| scene.words).sum::<usize>() > 100, "the scenes hold words");
    let House { server, dir, .. } = house;
    assert!(server.stop().success());
    let all = run(dir.path(), "log rows DIR --table agent_event --json").json();
    check_history(&all);
    for scene in played {
        let rows: Vec<Value> = all.iter().filter(|row| row["user_id"] == *scene.agent).cloned().collect();
        let told: Vec<Value> =
            rows_since(&rows, &scene).iter().map(|row| json!([row["from_status"], row["to_status"]])).collect();
        assert_eq!(Value::Array(told), scene.log, "{}: {rows:?}", scene.id);
    }
}

/// What holds for every history, whatever happened.
fn check_history(rows: &[Value]) {
    let mut ts = 0;
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row["seq"], at + 1, "seq has no gap: {row}");
        assert!(row["ts"].as_u64().unwrap() >= ts, "time does not go back: {row}");
        ts = row["ts"].as_u64().unwrap();
        assert_ne!(row["from_status"], row["to_status"], "{row}");
        let before = rows[..at].iter().rev().find(|earlier| earlier["user_id"] == row["user_id"]);
        let before = before.map_or("offline".into(), |earlier| earlier["to_status"].clone());
        assert_eq!(row["from_status"], before, "the chain is unbroken: {row}");
        assert_eq!(row["reason"].is_string(), row["to_status"] == "paused", "{row}");
        let about_work = ["ring", "incall", "wrapup", "extcall"].contains(&row["to_status"].as_str().unwrap());
        assert!(row["call_id"].is_string() || !about_work, "{row}");
    }
}

/// Brings an agent to a line of the matrix and sees whether a call of its queue is offered to it.
async fn hold(house: &House, number: usize, line: &Value, expected: &Value) {
    let mut scene = Scene::new(house, &format!("line{number}"), 3_600, &json!({})).await;
    assert!(scene.begin(line).await == (line == expected), "{line}");
    assert_eq!(scene.agent.bucket().await, expected["bucket"].as_str().unwrap(), "{line}");
    if line != expected {
        // The offer came back and waits: it is the call to be offered.
        let stage = house.stage(scene.call.as_ref().unwrap()).await;
        assert_eq!(stage == "offered", expected["dispatchable"] == true, "{line}");
    } else {
        let call = house.call(&scene.queue, "one more client").await;
        assert_eq!(house.stage(&call).await == "offered", line["dispatchable"] == true, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_the_priority_matrix_holds_and_only_ready_is_offered_work() {
    let house = House::new().await;
    let data = data();
    let lines = data["priority_matrix"].as_array().unwrap();
    assert_eq!(lines.len(), 64);
    let waiting_instead = |line: &Value| {
        let mut wanted = line.clone();
        let ends = line["state"] == "offering" && (line["reachable"] == false || line["status"] == "offline");
        if ends {
            wanted["state"] = "waiting".into();
        }
        let same = |other: &&Value| ["status", "state", "reachable", "ext"].iter().all(|key| other[key] == wanted[key]);
        lines.iter().find(same).expect("the matrix has every line").clone()
    };
    join_all(lines.iter().enumerate().map(async |(number, line)| {
        hold(&house, number, line, &waiting_instead(line)).await;
    }))
    .await;
}
