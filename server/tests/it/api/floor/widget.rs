//! The status widget: its words, counts and durations (E-02, E-05, E-12 … E-18, E-22, E-27).

use super::super::House;
use super::super::agent::Agent;
use serde_json::{Value, json};

/// What the widget shows of an agent: the word, whether counts, and the instant its duration runs from.
async fn shown(agent: &Agent<'_>) -> (String, bool, Value) {
    let row = agent.row().await;
    let word = row["widget"]["status"].as_str().unwrap().to_owned();
    (word, row["widget_shows_counts"] == true, row["widget_since"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_and_not_ready_show_a_duration_and_who_was_never_there_a_dash() {
    let house = House::new().await;
    let anna = house.agent("anna", json!({})).await;
    assert_eq!(shown(&anna).await, ("offline".into(), false, Value::Null));
    anna.logs_in(&[]).await;
    let row = anna.row().await;
    assert_eq!(shown(&anna).await, ("not_ready".into(), false, row["status_since"].clone()));
    assert_eq!(row["logged_in_at"], row["status_since"]);
    anna.does("/logout").await.ok();
    let row = anna.row().await;
    assert!(row["logged_out_at"].is_string());
    assert_eq!(shown(&anna).await, ("offline".into(), false, row["logged_out_at"].clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_agent_is_free_until_it_has_a_thread_and_shows_how_many() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"]})).await;
    let anna = house.chatting_agent("anna", &queue, json!({})).await;
    let (word, counts, _) = shown(&anna).await;
    assert_eq!((&*word, counts), ("active_free", true));
    let first = house.chat(&queue, "one").await;
    assert_eq!((shown(&anna).await.0, anna.row().await["threads"].clone()), ("active".into(), json!(1)));
    anna.accepts().await;
    house.chat(&queue, "two").await;
    anna.accepts().await;
    let row = anna.row().await;
    assert_eq!((&row["threads"], &row["chats"], &row["awaiting_agent"]), (&json!(2), &json!(2), &json!(2)));
    house.hangs_up(&first).await;
    assert_eq!(anna.row().await["threads"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_to_go_while_threads_await_it_is_finishing_first() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"]})).await;
    let anna = house.chatting_agent("anna", &queue, json!({})).await;
    let held = house.chat(&queue, "one").await;
    anna.accepts().await;
    anna.wishes(json!({"status": "on_break", "reason": "lunch_break"})).await;
    let (word, counts, _) = shown(&anna).await;
    assert_eq!((&*word, counts), ("active_finishing", true));
    let row = anna.row().await;
    assert_eq!(row["leaving"], json!({"to": "on_break", "reason": "lunch_break"}));
    assert_eq!((&row["status"], &row["threads"], &row["bucket"]), (&json!("available"), &json!(1), &json!("incall")));
    let next = house.chat(&queue, "two").await;
    assert_eq!(house.stage(&next).await, "waiting", "no new threads");

    anna.wishes(json!({"status": "available"})).await;
    assert_eq!(house.stage(&next).await, "offered", "the wish was taken back");
    anna.accepts().await;
    anna.wishes(json!({"status": "on_break", "reason": "lunch_break"})).await;
    house.hangs_up(&held).await;
    assert_eq!(shown(&anna).await.0, "active_finishing", "one is left");
    house.hangs_up(&next).await;
    let row = anna.row().await;
    assert_eq!((&row["bucket"], &row["widget"]["reason"]), (&json!("paused"), &json!("lunch_break")));
    assert_eq!(row["leaving"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_reasons_and_an_added_one_make_inactive_without_threads() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"]})).await;
    let anna = house.chatting_agent("anna", &queue, json!({})).await;
    let added = json!({"code": "fire_drill", "names": [{"locale": "en", "name": "Fire drill"}], "class": "away"});
    house.admin.post("/v1/reasons", added).await.ok();
    for reason in ["lunch_break", "short_break", "training", "meeting", "technical_break", "fire_drill"] {
        anna.wishes(json!({"status": "on_break", "reason": reason})).await;
        let row = anna.row().await;
        assert_eq!(row["widget"], json!({"status": "inactive", "reason": reason}));
        assert_eq!(shown(&anna).await, ("inactive".into(), false, row["status_since"].clone()));
        let chat = house.chat(&queue, reason).await;
        assert_eq!((house.stage(&chat).await, row["threads"].clone()), ("waiting".into(), json!(0)));
        house.hangs_up(&chat).await;
    }
    anna.wishes(json!({"status": "on_break"})).await;
    assert_eq!(anna.row().await["reason"], "unspecified");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_its_own_clients_only_gets_them_and_nobody_else() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"], "ring_timeout_s": 3600})).await;
    let anna = house.chatting_agent("anna", &queue, json!({})).await;
    anna.wishes(json!({"status": "available", "out_only": true})).await;
    let (word, counts, _) = shown(&anna).await;
    assert_eq!((&*word, counts), ("active_out_only", true));
    assert_eq!(anna.bucket().await, "idle");
    let foreign = house.chat(&queue, "a stranger").await;
    assert_eq!(house.stage(&foreign).await, "waiting");
    let told = house.admin.get(&format!("/v1/conversations/{foreign}/explain")).await.ok();
    assert_eq!(told["candidates"][0]["code"], "own_clients_only");
    let own = json!({"queue": queue, "channel": "chat", "client": "a friend", "owner": anna.id});
    let own = house.arrives(own).await;
    assert_eq!(house.conversation(&own).await["agent"], *anna.id);
    anna.accepts().await;
    let row = anna.row().await;
    assert_eq!((&row["widget"]["status"], &row["bucket"]), (&json!("active_out_only"), &json!("incall")));
    assert_eq!(row["threads"], 1);
    // Made somebody's own, what waits is offered as well.
    let path = format!("/v1/conversations/{foreign}/owner");
    house.admin.post(&path, json!({"owner": anna.id})).await.ok();
    assert_eq!(house.stage(&foreign).await, "offered");
}
