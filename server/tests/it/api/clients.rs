//! Clients and what they write, over HTTP: sealed, read, searched, and forgotten for good.

use super::history::{desk, thread};
use super::{Client, House, SOON};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const SECRET: &str = "the parrot is called Zanzibar";

async fn write(house: &House, conversation: &str, author: &str, text: &str) {
    let body = json!({"author": author, "text": text});
    let answer = house.admin.post(&format!("/v1/conversations/{conversation}/messages"), body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(answer.position() > 0);
}

fn texts(answer: &Value) -> Vec<&str> {
    answer["data"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect()
}

/// The files below a directory that hold this, in UTF-8.
fn holding(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Waits until no file of the store holds this: a reader may have been in the way of the scrubbing.
fn until_gone(house: &House, text: &str) {
    let until = Instant::now() + SOON;
    while !holding(&house.store(), text).is_empty() {
        assert!(Instant::now() < until, "{:?} hold it", holding(&house.store(), text));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_written_and_read_also_after_it_has_ended() {
    let house = House::new().await;
    let anna = desk(&house, "anna").await;
    desk(&house, "bert").await;
    let (one, client) = thread(&house, "ivan").await;
    let (holder, other) = match house.admin.get(&format!("/v1/conversations/{one}")).await.ok()["agent"].as_str() {
        Some(agent) if agent == anna => ("anna", "bert"),
        _ => ("bert", "anna"),
    };
    write(&house, &one, "client", "Привет! Where is my parcel?").await;
    write(&house, &one, "agent", "On its way.").await;
    let path = format!("/v1/conversations/{one}/messages");
    let by_holder = Client::sign_in(&house.server.url, holder).await;
    by_holder.post(&path, json!({"author": "agent", "text": "It left \"today\"."})).await.ok();
    let told = by_holder.get(&path).await.ok();
    assert_eq!(texts(&told), ["Привет! Where is my parcel?", "On its way.", "It left \"today\"."]);
    let row = &told["data"][1];
    assert_eq!((&row["author"], &row["conversation"]), (&json!("agent"), &json!(one)));
    assert!(row["agent"].is_string() && told["data"][0]["agent"].is_null());

    let by_other = Client::sign_in(&house.server.url, other).await;
    assert_eq!(by_other.get(&path).await.no(403), "forbidden");
    assert_eq!(by_other.post(&path, json!({"author": "agent", "text": "me too"})).await.no(403), "forbidden");
    assert_eq!(by_holder.post(&path, json!({"author": "client", "text": "no"})).await.no(403), "not_yours");
    for body in [
        json!({"author": "client", "text": ""}),
        json!({"author": "client", "text": "x".repeat(16_001)}),
        json!({"author": "robot", "text": "x"}),
        json!({"author": "client", "text": "x", "agent": anna}),
    ] {
        assert_eq!(house.admin.post(&path, body).await.no(422), "invalid");
    }
    house.admin.post(&path, json!({"author": "client", "text": "ж".repeat(16_000)})).await.ok();
    let keyed = house.admin.with("idempotency-key", "once");
    let first = keyed.post(&path, json!({"author": "client", "text": "thanks"})).await.position();
    assert_eq!(keyed.post(&path, json!({"author": "client", "text": "thanks"})).await.position(), first);

    house.admin.post(&format!("/v1/conversations/{one}/end"), json!({})).await.ok();
    let page = by_holder.get(&format!("{path}?limit=2")).await.ok();
    let rest = by_holder.get(&format!("{path}?cursor={}", page["next"].as_str().unwrap())).await.ok();
    assert_eq!((texts(&page).len(), texts(&rest).len()), (2, 3));
    assert_eq!(by_other.get(&path).await.no(403), "forbidden");
    assert_eq!(house.admin.post(&path, json!({"author": "client", "text": "?"})).await.no(404), "unknown_conversation");
    let unknown = "/v1/conversations/cv_00000000000000000000000001/messages";
    assert_eq!(house.admin.get(unknown).await.no(404), "unknown_conversation");
    assert!(client.starts_with("cl_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_found_by_a_part_of_their_text_by_those_who_may_see_them() {
    let house = House::new().await;
    let anna = desk(&house, "anna").await;
    let (one, _) = thread(&house, "ivan").await;
    for text in ["The invoice is late", "the INVOICE came", "nothing"] {
        write(&house, &one, "client", text).await;
    }
    let found = house.admin.get("/v1/messages/search?text=invoice").await.ok();
    assert_eq!(texts(&found), ["the INVOICE came", "The invoice is late"]);
    let page = house.admin.get("/v1/messages/search?text=invoice&limit=1").await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = house.admin.get(&format!("/v1/messages/search?text=invoice&limit=1&cursor={next}")).await.ok();
    assert_eq!((texts(&rest), rest["next"].is_null()), (vec!["The invoice is late"], true));
    assert_eq!(house.admin.get("/v1/messages/search?text=in").await.no(422), "invalid");
    assert_eq!(house.admin.get("/v1/messages/search").await.no(422), "invalid");

    let sue = house.user("sue", "supervisor").await;
    let by_sue = Client::sign_in(&house.server.url, "sue").await;
    assert_eq!(texts(&by_sue.get("/v1/messages/search?text=invoice").await.ok()), [] as [&str; 0]);
    let team = json!({"name": "help", "members": [anna], "supervisors": [sue]});
    let made = house.admin.post("/v1/teams", team).await;
    if made.status != 404 {
        made.ok();
        assert_eq!(texts(&by_sue.get("/v1/messages/search?text=invoice").await.ok()).len(), 2);
        house.admin.post(&format!("/v1/conversations/{one}/end"), json!({})).await.ok();
        assert_eq!(
            texts(&by_sue.get("/v1/messages/search?text=invoice").await.ok()).len(),
            2,
            "also when it has ended"
        );
    }
    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    assert_eq!(by_anna.get("/v1/messages/search?text=invoice").await.no(403), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_written_down_and_blocked() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let body = json!({"channel": "chat", "address": "ivan@example.org", "name": "Ivan"});
    let client = house.admin.post("/v1/clients", body).await.ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/clients/{client}");
    let told = house.admin.get(&path).await.ok();
    assert_eq!(told["about"], json!({"name": "Ivan", "channel": "chat", "address": "ivan@example.org"}));
    assert_eq!((&told["blocked"], &told["conversations"]), (&json!(false), &json!([])));
    let again = json!({"channel": "chat", "address": " Ivan@Example.org"});
    assert_eq!(house.admin.post("/v1/clients", again).await.ok()["id"], client.as_str(), "the same by any spelling");
    assert_eq!(house.admin.get(&path).await.ok()["about"]["name"], "Ivan", "what is not given stays");

    let about = json!({"name": "Ivan I", "note": "likes tea", "fields": {"tier": "gold"}});
    house.admin.put(&path, about.clone()).await.ok();
    assert_eq!(house.admin.get(&path).await.ok()["about"], about);
    for wrong in [
        json!({"name": ""}),
        json!({"note": "x".repeat(4_001)}),
        json!({"fields": {"Tier": "x"}}),
        json!({"fields": {"tier": "x".repeat(201)}}),
        json!({"age": 7}),
    ] {
        assert_eq!(house.admin.put(&path, wrong).await.no(422), "invalid");
    }
    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    assert_eq!(by_anna.get(&path).await.no(403), "forbidden", "she has no conversation with him");
    let (one, of) = thread(&house, "ivan@example.org").await;
    assert_eq!(of, client);
    let told = by_anna.get(&path).await.ok();
    assert_eq!((&told["conversations"], &told["about"]["name"]), (&json!([one]), &json!("Ivan I")));
    by_anna.put(&path, json!({"name": "Ivan III"})).await.ok();

    let blocked = format!("{path}/blocked");
    assert_eq!(by_anna.put(&blocked, json!({"blocked": true})).await.no(403), "forbidden");
    house.admin.put(&blocked, json!({"blocked": true})).await.ok();
    let told = house.admin.get(&path).await.ok();
    assert_eq!((&told["blocked"], &told["conversations"]), (&json!(true), &json!([])), "what anna had is closed");
    house.admin.put(&blocked, json!({"blocked": false})).await.ok();
    assert_eq!(house.admin.get("/v1/clients/cl_00000000000000000000000001").await.no(404), "unknown_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_forgotten_is_in_no_file_and_no_answer_and_the_log_is_whole() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let (one, client) = thread(&house, "ivan").await;
    let (other, _) = thread(&house, "olga").await;
    write(&house, &one, "client", SECRET).await;
    write(&house, &other, "client", "olga stays").await;
    let path = format!("/v1/clients/{client}");
    house.admin.put(&path, json!({"name": SECRET})).await.ok();
    assert_eq!(texts(&house.admin.get("/v1/messages/search?text=Zanzibar").await.ok()), [SECRET]);
    assert!(holding(&house.store(), SECRET).iter().all(|file| file.contains("views")), "the log has it sealed");

    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    assert_eq!(by_anna.delete(&path).await.no(403), "forbidden");
    let gone = house.admin.delete(&path).await;
    let position = gone.position();
    assert_eq!(gone.ok()["keys"], 1);
    let messages = format!("/v1/conversations/{one}/messages?min_position={position}");
    assert_eq!(texts(&house.admin.get(&messages).await.ok()), [] as [&str; 0]);
    assert_eq!(texts(&house.admin.get("/v1/messages/search?text=Zanzibar").await.ok()), [] as [&str; 0]);
    assert!(house.admin.get(&path).await.ok()["about"].is_null());
    assert_eq!(texts(&house.admin.get("/v1/messages/search?text=olga").await.ok()), ["olga stays"]);
    assert_eq!(house.admin.delete(&path).await.ok()["keys"], 0, "twice is no fault");
    until_gone(&house, SECRET);

    let house = house.again(|running| {
        assert!(running.stop().success());
    });
    let found = house.until("/v1/messages/search?text=olga", |told| told["data"].is_array()).await;
    assert_eq!(texts(&found), ["olga stays"]);
    assert_eq!(holding(&house.store(), SECRET), [] as [String; 0]);
    let store = house.store();
    assert!(house.server.stop().success());
    crate::run(&store, "log verify DIR").with(0);
    let log = crate::run(&store, "log inspect DIR --json").with(0);
    assert!(log.contains("PersonForgotten") || log.contains("person_forgotten"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_forgotten_on_a_stopped_store() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let (one, client) = thread(&house, "ivan").await;
    write(&house, &one, "client", SECRET).await;
    let store = house.store();
    let busy = crate::run(&store, &format!("forget --store DIR --client {client}"));
    assert_eq!(busy.code, 3, "a server is at work: {}", busy.err);
    let house = house.again(|running| {
        assert!(running.stop().success());
        assert!(!holding(&store, SECRET).is_empty());
        let told = crate::run(&store, "forget --store DIR --channel chat --address ivan --json").json();
        assert_eq!((&told[0]["client"], &told[0]["keys"]), (&json!(client), &json!(1)));
        assert_eq!(holding(&store, SECRET), [] as [String; 0]);
        crate::run(&store, "log verify DIR").with(0);
        let told = crate::run(&store, &format!("forget --store DIR --client {client}")).with(0);
        assert!(told.contains("0 keys destroyed"), "{told}");
        let wrong = crate::run(&store, &format!("forget --store DIR --client {client} --address ivan"));
        assert_eq!(wrong.code, 2);
        crate::run(&store, "forget --store DIR --account ac_00000000000000000000000001 --channel chat --address ivan")
            .with(1);
        crate::run(&store.join("views"), &format!("forget --store DIR --client {client}")).with(3);
    });
    let found = house.until("/v1/messages/search?text=Zanzibar", |told| told["data"].is_array()).await;
    assert_eq!(texts(&found), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_for_a_time_only_where_the_account_says_so() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let (old, _) = thread(&house, "ivan").await;
    write(&house, &old, "client", SECRET).await;
    let store = house.store();
    let change = |file: &str, sql: &str| {
        let changed = rusqlite::Connection::open(store.join(file)).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    // The key is of a month two years ago, and the account keeps texts for ever.
    let house = house.again(|running| {
        assert!(running.stop().success());
        change("keys.db", "UPDATE text_key SET month = month - 24");
    });
    let path = "/v1/messages/search?text=";
    let kept = house.until(&format!("{path}Zanzibar"), |told| told["data"].is_array()).await;
    assert_eq!(texts(&kept), [SECRET]);
    let (new, _) = thread(&house, "olga").await;
    write(&house, &new, "client", "olga stays").await;

    let house = house.again(|running| {
        assert!(running.stop().success());
        change("directory.db", "UPDATE account SET text_retention_days = 90");
    });
    house.until(&format!("{path}Zanzibar"), |told| told["data"] == json!([])).await;
    assert_eq!(texts(&house.admin.get(&format!("{path}olga")).await.ok()), ["olga stays"]);
    until_gone(&house, SECRET);
}
