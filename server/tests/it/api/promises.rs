//! What the interface promises of every request: once for each key, only if unchanged, not before a
//! position, and lists without gaps.

use super::{Client, House};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_whatever_has_become_of_it_since() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "number": "8000"})).await;
    let body = json!({"queue": queue, "channel": "voice", "client": "one"});
    let once = house.admin.with("idempotency-key", "order 66");
    let first = once.post("/v1/conversations", body.clone()).await;
    assert_eq!(first.status, 201);
    let same = async |house: &House| {
        let again = house.admin.with("idempotency-key", "order 66").post("/v1/conversations", body.clone()).await;
        assert_eq!((again.status, &again.body["id"]), (201, &first.body["id"]));
        assert_eq!(again.body["client"], first.body["client"]);
    };
    same(&house).await;
    assert_eq!(house.position().await, first.position(), "a repeat is no event");

    let other = once.post("/v1/conversations", json!({"queue": "8000", "channel": "voice", "client": "one"})).await;
    assert_eq!(other.no(422), "idempotency_key_reused");
    let elsewhere = once.post("/v1/skills", json!({"name": "Billing"})).await;
    assert_eq!(elsewhere.no(422), "idempotency_key_reused");

    house.hangs_up(first.body["id"].as_str().unwrap()).await;
    same(&house).await;
    let house = house.again(|server| server.kill()).opened().await;
    same(&house).await;
    house.admin.delete("/v1/queues/8000").await.ok();
    same(&house).await;
    let house = house.again(|server| assert!(server.stop().success())).opened().await;
    same(&house).await;
    let all = house.admin.get("/v1/conversations").await.ok();
    assert_eq!(all["data"], json!([]), "it arrived once, and left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_judged_again() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.agent("anna", json!({})).await;
    let once = house.admin.with("idempotency-key", "ready please");
    let path = anna.path(&format!("/queues/{queue}/ready"));
    assert_eq!(once.post(&path, json!({})).await.no(409), "not_a_member_of_the_queue");
    anna.joins(&queue, json!({})).await;
    let done = once.post(&path, json!({})).await;
    assert_eq!(done.status, 200);
    anna.does(&format!("/queues/{queue}/not_ready")).await.ok();
    once.post(&path, json!({})).await.ok();
    assert_eq!(anna.seat(&queue).await["ready"], false, "a repeat does nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_its_caller_and_its_method() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let body = json!({"queue": queue, "channel": "voice", "client": "one"});
    let session = Client::sign_in(&house.server.url, "ada").await;
    let mut ids = BTreeSet::new();
    for client in [&house.admin, &session] {
        let answer = client.with("idempotency-key", "mine").post("/v1/conversations", body.clone()).await.ok();
        ids.insert(answer["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 2, "another's key is another key");
    for key in [String::new(), "k".repeat(256)] {
        let answer = house.admin.with("idempotency-key", &key).post("/v1/conversations", body.clone()).await;
        assert_eq!(answer.no(422), "invalid", "{key:?}");
    }
    house.admin.with("idempotency-key", &"k".repeat(255)).post("/v1/conversations", body).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_one_request_whoever_keeps_its_answer() {
    let mut house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let requests = [
        ("/v1/conversations", json!({"queue": queue, "channel": "voice", "client": "one"})),
        ("/v1/teams", json!({"name": "Red"})),
        ("/v1/api-keys", json!({"name": "wallboard", "scopes": ["agents:read"]})),
        ("/v1/users", json!({"name": "Anna", "login": "anna"})),
    ];
    let mut ids = Vec::new();
    for (path, body) in &requests {
        let answer = house.admin.with("idempotency-key", path).post(path, body.clone()).await.ok();
        ids.push(answer["id"].clone());
    }
    for _ in 0..2 {
        for (key, _) in &requests {
            let once = house.admin.with("idempotency-key", key);
            for ((path, body), id) in requests.iter().zip(&ids) {
                let answer = once.post(path, body.clone()).await;
                if path == key {
                    assert_eq!(answer.ok()["id"], *id, "{path}");
                } else {
                    assert_eq!(answer.no(422), "idempotency_key_reused", "{path} with the key of {key}");
                }
            }
        }
        house = house.again(|server| server.kill()).opened().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_keeps_two_administrators_from_overwriting_each_other() {
    let house = House::new().await;
    house.queue(json!({"name": "Sales", "number": "8000"})).await;
    let fire = json!({"code": "fire", "names": [{"locale": "en", "name": "Fire"}], "class": "away"});
    house.admin.post("/v1/reasons", fire.clone()).await.ok();
    let mut busy = fire.clone();
    busy["class"] = "busy".into();
    let changed_queue = json!({"name": "Sales and more", "number": "8000"});
    for (read, write, one, other) in [
        (
            "/v1/queues/8000",
            "/v1/queues/8000",
            json!({"name": "Sales", "number": "8000", "priority": 6}),
            changed_queue,
        ),
        ("/v1/reasons/fire", "/v1/reasons", busy, fire),
    ] {
        let tag = house.admin.get(read).await.header("etag").expect("it has a tag").to_owned();
        assert_eq!(house.admin.get(read).await.header("etag"), Some(&*tag), "reading changes no tag");
        let careful = house.admin.with("if-match", &tag);
        careful.put(write, one.clone()).await.ok();
        let before = house.position().await;
        let late = careful.put(write, other.clone()).await;
        assert_eq!(late.no(412), "changed");
        assert_eq!(house.position().await, before);
        assert_ne!(house.admin.get(read).await.header("etag"), Some(&*tag));
        house.admin.with("if-match", "*").put(write, other).await.ok();
    }
    let stale = house.admin.with("if-match", "\"0000000000000000\"").delete("/v1/queues/8000").await;
    assert_eq!(stale.no(412), "changed");
    let tag = house.admin.get("/v1/queues/8000").await.header("etag").unwrap().to_owned();
    house.admin.with("if-match", &tag).delete("/v1/queues/8000").await.ok();
    assert_eq!(house.admin.get("/v1/queues/8000").await.no(404), "unknown_queue");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_heeded_wherever_something_can_be_read_and_changed() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "number": "8000"})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "English"})).await.ok()["id"].clone();
    let anna = house.ready_agent("anna", &queue).await;
    let client = house.admin.post("/v1/clients", json!({"channel": "voice", "address": "+4670"})).await.ok();
    let (client, skill) = (client["id"].as_str().unwrap(), skill.as_str().unwrap());
    let seat = format!("/v1/queues/8000/memberships/{}", anna.id);
    let (of_skill, of_client) = (format!("/v1/skills/{skill}"), format!("/v1/clients/{client}"));
    let (skills, lock, blocked) = (anna.path("/skills"), format!("{seat}/lock"), format!("{of_client}/blocked"));
    let good_at = |level| json!({"skills": [{"skill": skill, "level": level}]});
    // Where the tag is read, then two changes, of which the second does not know of the first.
    for (read, [(one, first), (other, second)]) in [
        (&seat, [(&seat, json!({"tier_level": 1})), (&seat, json!({"tier_level": 2}))]),
        (&seat, [(&lock, json!({"locked": true})), (&seat, json!({"tier_level": 2}))]),
        (&seat, [(&seat, json!({"position": 1})), (&lock, json!({"locked": false}))]),
        (&skills, [(&skills, good_at(1)), (&skills, good_at(2))]),
        (&of_skill, [(&of_skill, json!({"name": "French"})), (&of_skill, json!({"name": "German"}))]),
        (&of_client, [(&of_client, json!({"note": "one"})), (&of_client, json!({"note": "two"}))]),
        (&of_client, [(&blocked, json!({"blocked": true})), (&of_client, json!({"note": "two"}))]),
        (&of_client, [(&of_client, json!({"note": "three"})), (&blocked, json!({"blocked": false}))]),
    ] {
        let tag = house.admin.get(read).await.header("etag").unwrap_or_else(|| panic!("{read} has a tag")).to_owned();
        let careful = house.admin.with("if-match", &tag);
        careful.put(one, first.clone()).await.ok();
        let before = house.position().await;
        assert_eq!(careful.put(other, second.clone()).await.no(412), "changed", "{other}");
        assert_eq!(house.position().await, before, "{other}");
        house.admin.with("if-match", "*").put(one, first).await.ok();
    }
    let tag = house.admin.get(&seat).await.header("etag").unwrap().to_owned();
    anna.does(&format!("/queues/{queue}/not_ready")).await.ok();
    assert_eq!(house.admin.get(&seat).await.header("etag"), Some(&*tag), "what the agent does changes no tag");
    let stale = house.admin.with("if-match", "\"0000000000000000\"");
    for path in [&seat, &of_client] {
        assert_eq!(stale.delete(path).await.no(412), "changed", "{path}");
        let tag = house.admin.get(path).await.header("etag").unwrap().to_owned();
        house.admin.with("if-match", &tag).delete(path).await.ok();
    }
    assert_eq!(house.admin.get(&seat).await.no(404), "not_a_member_of_the_queue");
    let gone = house.admin.with("if-match", "*").put(&seat, json!({})).await;
    assert_eq!(gone.no(412), "changed", "there is nothing that could be as it was");
    assert_eq!(house.admin.get("/v1/skills/sk_00000000000000000000000000").await.no(404), "unknown_skill");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_refused_where_nothing_has_one() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.agent("anna", json!({})).await;
    let tagged = house.admin.with("if-match", "*");
    let before = house.position().await;
    for (method, path, body) in [
        ("POST", "/v1/queues".to_owned(), json!({"name": "More"})),
        ("POST", format!("/v1/queues/{queue}/memberships"), json!({"user_id": anna.id})),
        ("POST", format!("/v1/users/{}/deactivate", anna.id), json!({})),
        ("PUT", format!("/v1/users/{}/password", anna.id), json!({"password": "another good one"})),
        ("PUT", anna.path("/devices/phone"), json!({"kind": "sip", "reachable": true})),
    ] {
        let answer = tagged.ask(method, &path, Some(&body)).await;
        assert_eq!(answer.no(422), "if_match_unsupported", "{method} {path}");
    }
    assert_eq!(house.position().await, before);
    tagged.get("/v1/queues").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_says_where_it_is_read() {
    let mut house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let requests = [
        ("/v1/queues", json!({"name": "More"})),
        ("/v1/skills", json!({"name": "English"})),
        ("/v1/users", json!({"name": "Anna", "login": "anna"})),
        ("/v1/teams", json!({"name": "Red"})),
        ("/v1/api-keys", json!({"name": "wallboard", "scopes": ["agents:read"]})),
        ("/v1/clients", json!({"channel": "voice", "address": "+4670"})),
        ("/v1/conversations", json!({"queue": queue, "channel": "voice", "client": "one"})),
        ("/v1/reasons", json!({"code": "fire", "names": [{"locale": "en", "name": "Fire"}], "class": "away"})),
    ];
    for _ in 0..2 {
        for (path, body) in &requests {
            let answer = house.admin.with("idempotency-key", path).post(path, body.clone()).await;
            assert_eq!(answer.status, 201, "{path}");
            let place = answer.header("location").unwrap_or_else(|| panic!("{path} says where")).to_owned();
            let name = answer.body["id"].as_str().or(answer.body["code"].as_str()).unwrap();
            assert_eq!(place, format!("{path}/{name}"));
            house.admin.get(&place).await.ok();
        }
        house = house.again(|server| server.kill()).opened().await;
    }
    let call = house.call(&queue, "two").await;
    let message = json!({"author": "client", "text": "hello"});
    let written = house.admin.post(&format!("/v1/conversations/{call}/messages"), message).await;
    assert_eq!((written.status, written.header("location")), (201, None), "a message is read with its thread");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_rests_on_the_position_it_names_or_says_that_it_cannot() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let call = house.admin.post("/v1/conversations", json!({"queue": queue, "channel": "voice", "client": "c"})).await;
    let (position, id) = (call.position(), call.body["id"].as_str().unwrap().to_owned());
    for path in [
        "/v1/agents".to_owned(),
        anna.path(""),
        anna.path("/explain"),
        "/v1/queues".to_owned(),
        format!("/v1/queues/{queue}"),
        format!("/v1/queues/{queue}/live"),
        format!("/v1/queues/{queue}/memberships"),
        "/v1/queues-live".to_owned(),
        "/v1/conversations".to_owned(),
        format!("/v1/conversations/{id}"),
        format!("/v1/conversations/{id}/explain"),
        format!("/v1/conversations/{id}/targets"),
        "/v1/skills".to_owned(),
        "/v1/reasons".to_owned(),
    ] {
        let answer = house.admin.get(&format!("{path}?min_position={position}")).await;
        assert_eq!(answer.status, 200, "{path}");
        // A row has the position of its own last change, an answer the one it rests on.
        if let Some(list) = answer.body.get("data") {
            assert!(list.is_array() && answer.position() >= position, "{path}");
        }
        let future = house.admin.get(&format!("{path}?min_position={}", position + 1_000)).await;
        assert!(future.header("retry-after").is_some(), "{path}");
        assert_eq!(future.no(503), "unavailable", "{path}");
        for wrong in ["-1", "x", "1.5", "99999999999999999999999"] {
            assert_eq!(house.admin.get(&format!("{path}?min_position={wrong}")).await.no(422), "invalid", "{path}");
        }
    }
}

/// The keys of the rows of a list, in pages of this size.
async fn walk(house: &House, path: &str, key: &str, limit: usize) -> Vec<String> {
    let join = if path.contains('?') { '&' } else { '?' };
    let mut keys = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house.admin.get(&format!("{path}{join}limit={limit}{cursor}")).await.ok();
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= limit && (rows.len() == limit || page["next"].is_null()), "{path}: {page}");
        keys.extend(rows.iter().map(|row| row[key].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return keys,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_join_to_the_whole_list_without_a_gap_or_a_repeat() {
    let house = House::new().await;
    let mut queue = String::new();
    for number in 0..7 {
        queue = house.queue(json!({"name": format!("Queue {number}")})).await;
        house.admin.post("/v1/skills", json!({"name": format!("Skill {number}")})).await.ok();
    }
    for number in 0..7 {
        house.agent(&format!("agent{number}"), json!({})).await.joins(&queue, json!({})).await;
        house.call(&queue, &format!("client {number}")).await;
    }
    let members = format!("/v1/queues/{queue}/memberships");
    let in_queue = format!("/v1/agents?queue={queue}");
    for (path, key, count) in [
        ("/v1/agents", "id", None),
        (&in_queue, "id", Some(7)),
        ("/v1/agents?bucket=offline", "id", None),
        ("/v1/queues", "id", Some(8)),
        ("/v1/queues-live", "id", Some(8)),
        ("/v1/conversations", "id", Some(7)),
        ("/v1/skills", "id", Some(7)),
        ("/v1/reasons", "code", Some(8)),
        (&members, "user_id", Some(7)),
    ] {
        let whole = walk(&house, path, key, 1_000).await;
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), count.unwrap_or(whole.len()), "{path}");
        assert!(whole.len() >= 7 && whole.is_sorted(), "{path}: {whole:?}");
        for limit in [1, 3] {
            assert_eq!(walk(&house, path, key, limit).await, whole, "{path} by {limit}");
        }
        let join = if path.contains('?') { '&' } else { '?' };
        for wrong in ["limit=0", "limit=1001", "limit=-1", "limit=ten", "cursor=x", "cursor=", "page=2"] {
            let answer = house.admin.get(&format!("{path}{join}{wrong}")).await;
            assert_eq!(answer.no(422), "invalid", "{path} {wrong}");
        }
    }
    let next = house.admin.get("/v1/queues?limit=1").await.ok()["next"].as_str().unwrap().to_owned();
    let foreign = house.admin.get(&format!("/v1/agents?cursor={next}")).await;
    assert_eq!(foreign.no(422), "invalid", "a cursor is of its list");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_names_each_candidate_in_rank_and_the_first_reason_of_the_others() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "ring_timeout_s": 3600})).await;
    let first = house.ready_agent("first", &queue).await;
    let ranked = house.ready_agent("ranked", &queue).await;
    ranked.joins(&queue, json!({"tier_level": 3})).await;
    let away = house.ready_agent("away", &queue).await;
    away.wishes(json!({"status": "on_break"})).await;
    let stranger = house.agent("stranger", json!({})).await;
    let call = house.call(&queue, "one").await;
    let explain = async || house.admin.get(&format!("/v1/conversations/{call}/explain")).await.ok();
    let told = explain().await;
    let said: Vec<(&str, &Value)> = told["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|candidate| (candidate["agent"].as_str().unwrap(), &candidate["code"]))
        .collect();
    assert_eq!(house.conversation(&call).await["agent"], *first.id);
    assert!(said.contains(&(&away.id, &json!("on_break"))), "{said:?}");
    assert!(!said.iter().any(|(agent, _)| *agent == stranger.id), "only members and the owner");
    let second = house.call(&queue, "two").await;
    let third = house.call(&queue, "three").await;
    assert_eq!(house.conversation(&second).await["agent"], *ranked.id);
    let told = house.admin.get(&format!("/v1/conversations/{third}/explain")).await.ok();
    let codes: Vec<&Value> = told["candidates"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(codes.iter().filter(|code| **code == "ringing").count(), 2, "{codes:?}");
    assert_eq!(told["place"], 1);
    for agent in [&first, &away, &stranger] {
        let told = house.admin.get(&agent.path("/explain")).await.ok();
        assert_eq!(told["agent"], *agent.id);
        assert!(told["position"].as_u64().unwrap() > 0);
    }
    let none = house.admin.get(&stranger.path(&format!("/explain?queue={queue}"))).await;
    assert!([200, 409].contains(&none.status), "{none:?}");
}
