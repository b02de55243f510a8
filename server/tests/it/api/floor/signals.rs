//! The signals of an agent, each from its own source, and what reserves it (S-05 … S-20, S-30 … S-33).

use super::super::{Client, House};
use crate::run;
use futures_util::future::join_all;
use serde_json::json;

/// A program that may do just this.
async fn key(house: &House, scope: &str) -> Client {
    let body = json!({"name": scope, "scopes": [scope]});
    let session = Client::sign_in(&house.server.url, "ada").await;
    let key = session.post("/v1/api-keys", body).await.ok();
    Client::with_key(&house.server.url, key["secret"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signalling_layer_alone_says_who_can_be_reached() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins(&queue, json!({})).await;
    anna.logs_in(&[&queue]).await;
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!(anna.bucket().await, "unreachable", "logged in, and nothing is registered");

    let feed = key(&house, "signalling").await;
    let phone = anna.path("/devices/sip:anna@example.com");
    let said = feed.put(&phone, json!({"kind": "sip", "reachable": true})).await;
    let seen = house.admin.get(&anna.path(&format!("?min_position={}", said.position()))).await.ok();
    assert_eq!(seen["bucket"], "ready");
    let again = feed.put(&phone, json!({"kind": "sip", "reachable": true})).await;
    assert_eq!(again.position(), said.position(), "saying it again is no event");
    feed.put(&phone, json!({"kind": "sip", "reachable": false})).await.ok();
    assert_eq!((anna.bucket().await, anna.word("status").await), ("unreachable".into(), "available".into()));
    feed.put(&phone, json!({"kind": "sip", "reachable": true})).await.ok();
    feed.delete(&phone).await.ok();
    assert_eq!(anna.bucket().await, "unreachable");
    assert_eq!(feed.delete(&phone).await.no(404), "unknown_device");

    assert_eq!(feed.put(&anna.path("/status"), json!({"status": "not_ready"})).await.no(403), "forbidden");
    assert_eq!(feed.get(&anna.path("")).await.no(403), "forbidden");
    let reader = key(&house, "agents:read").await;
    assert_eq!(reader.put(&phone, json!({"kind": "sip", "reachable": true})).await.no(403), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_not_renewed_ends_by_itself() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let ready = anna.row().await["bucket_since"].clone();
    anna.does("/logout").await.ok();
    house.admin.delete(&anna.path("/devices/phone")).await.ok();
    anna.logs_in(&[&queue]).await;
    anna.wishes(json!({"status": "available"})).await;
    let lease = json!({"kind": "sip", "reachable": true, "ttl_s": 1});
    house.admin.put(&anna.path("/devices/phone"), lease).await.ok();
    let row = house.until(&anna.path(""), |row| row["bucket"] == "unreachable").await;
    assert_eq!(row["status"], "available", "the wish is the agent's");
    assert_ne!(row["bucket_since"], ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_call_outranks_all_else_and_keeps_work_away() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let feed = key(&house, "signalling").await;
    for call in ["first", "second"] {
        feed.put(&anna.path(&format!("/external-calls/{call}")), json!({})).await.ok();
    }
    assert_eq!(anna.bucket().await, "extcall");
    let waiting = house.call(&queue, "one").await;
    let told = house.admin.get(&anna.path(&format!("/explain?queue={queue}"))).await.ok();
    assert_eq!(told["queues"][0]["refused"][0]["code"], "external_call");
    assert_eq!(told["queues"][0]["waiting"][0]["conversation"], *waiting);
    anna.does("/logout").await.ok();
    assert_eq!(anna.bucket().await, "extcall");
    anna.logs_in(&[&queue]).await;
    anna.wishes(json!({"status": "available"})).await;
    feed.delete(&anna.path("/external-calls/first")).await.ok();
    assert_eq!((anna.bucket().await, house.stage(&waiting).await), ("extcall".into(), "waiting".into()));
    feed.delete(&anna.path("/external-calls/second")).await.ok();
    assert_eq!((anna.bucket().await, house.stage(&waiting).await), ("ring".into(), "offered".into()));
    assert_eq!(feed.delete(&anna.path("/external-calls/second")).await.no(404), "unknown_call");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once_reserve_an_agent_once_and_an_offer_is_taken_once() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "ring_timeout_s": 3600})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let names: Vec<String> = (0..20).map(|number| format!("client {number}")).collect();
    let calls = join_all(names.iter().map(|name| house.call(&queue, name))).await;
    let mut stages = Vec::new();
    for call in &calls {
        stages.push(house.stage(call).await);
    }
    assert_eq!(stages.iter().filter(|stage| *stage == "offered").count(), 1, "{stages:?}");
    let live = house.admin.get(&format!("/v1/queues/{queue}/live")).await.ok();
    assert_eq!((&live["waiting"], &live["offered"]), (&json!(19), &json!(1)));

    let path = format!("/v1/offers/{}/accept", anna.offer().await);
    let answers = join_all((0..10).map(|_| house.admin.post(&path, json!({})))).await;
    let mut said: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    said.sort_unstable();
    assert_eq!(said, [200, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(anna.bucket().await, "incall");
}

#[tokio::test(flavor = "multi_thread")]
async fn misses_in_a_row_send_an_agent_on_a_break_of_its_own_name() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "ring_timeout_s": 1, "max_no_answer": 2})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let call = house.call(&queue, "one").await;
    let row = house.until(&anna.path(""), |row| row["bucket"] == "paused").await;
    assert_eq!((&row["reason"], &row["offers"]), (&json!("no_answer"), &json!(0)));
    assert_eq!(house.stage(&call).await, "waiting");
    let wish = json!({"status": "on_break", "reason": "no_answer"});
    assert_eq!(house.admin.put(&anna.path("/status"), wish).await.no(409), "reason_reserved");
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!(anna.row().await["misses"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_has_the_columns_of_the_seed_and_only_grows() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    anna.wishes(json!({"status": "on_break", "reason": "training"})).await;
    anna.wishes(json!({"status": "on_break", "reason": "meeting"})).await; // The same bucket: no row.
    let id = anna.id.clone();
    let rows = |house: &House| run(house.dir.path(), "log rows DIR --table agent_event --csv").with(0);
    let mut first = String::new();
    let house = house.again(|server| assert!(server.stop().success())).opened().await;
    first.push_str(&rows(&house));
    let lines: Vec<Vec<&str>> = first.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["seq", "ts", "user_id", "from_status", "to_status", "reason", "call_id"]);
    let told: Vec<_> = lines[1..].iter().map(|row| (row[2], row[3], row[4], row[5])).collect();
    // The telephone rang up before the login, so it begins with idle.
    let expected = [("offline", "idle", ""), ("idle", "ready", ""), ("ready", "paused", "training")];
    assert_eq!(told, expected.map(|(from, to, reason)| (&*id, from, to, reason)));
    assert!(lines[1..].iter().all(|row| row[1].len() == 13), "epoch milliseconds: {first}");

    house.admin.post(&format!("/v1/agents/{id}/logout"), json!({})).await.ok();
    let house = house.again(|server| server.kill()).opened().await;
    let later = rows(&house);
    assert!(later.starts_with(&first) && later.lines().count() == first.lines().count() + 1, "{first}{later}");
}
