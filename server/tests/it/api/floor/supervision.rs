//! What a supervisor sees and does (G-07 … G-15, G-25, G-27 … G-29).

use super::super::House;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_who_it_is_since_when_it_is_there_and_what_it_holds() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"], "ring_timeout_s": 3600})).await;
    let anna = house.agent("anna", json!({"email": "anna@example.com", "capacity": 3})).await;
    anna.joins(&queue, json!({})).await;
    let row = anna.row().await;
    assert_eq!((&row["name"], &row["logged_in_at"]), (&json!("anna of Acme"), &Value::Null));
    let person = house.admin.get(&format!("/v1/users/{}", anna.id)).await.ok();
    assert_eq!(person["email"], "anna@example.com");
    assert_eq!(row["supervisor"], "absent");

    anna.console().await;
    anna.logs_in(&[&queue]).await;
    let row = anna.row().await;
    assert!(row["logged_in_at"].is_string());
    assert_eq!(row["supervisor"], "absent", "there, and takes no clients");
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!(anna.word("supervisor").await, "available");
    for number in 1..=3 {
        assert_eq!(anna.word("supervisor").await, "available", "capacity is left at {number}");
        house.chat(&queue, &format!("client {number}")).await;
        anna.accepts().await;
        let row = anna.row().await;
        assert_eq!((&row["slots_used"], &row["slots"]), (&json!(number), &json!(3)));
        assert_eq!(row["awaiting_agent"], number, "waiting clients");
    }
    let row = anna.row().await;
    assert_eq!(row["supervisor"], "connected");
    let held = house.admin.get(&format!("/v1/conversations?agent={}", anna.id)).await.ok();
    let held: Vec<Value> = held["data"].as_array().unwrap().clone();
    assert_eq!(held.len(), 3);
    for chat in &held {
        house.hangs_up(chat["id"].as_str().unwrap()).await;
    }
    let row = anna.row().await;
    assert_eq!((&row["supervisor"], &row["handled"], &row["chats"]), (&json!("available"), &json!(3), &json!(0)));
    anna.wishes(json!({"status": "on_break", "reason": "meeting"})).await;
    assert_eq!(anna.word("supervisor").await, "absent");
    anna.does("/logout").await.ok();
    assert_eq!(anna.word("supervisor").await, "absent");
}

#[tokio::test(flavor = "multi_thread")]
async fn assigning_by_hand_is_refused_in_three_different_ways() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"], "ring_timeout_s": 3600})).await;
    let other = house.queue(json!({"name": "Nobody's", "channels": ["chat"]})).await;
    let anna = house.agent("anna", json!({"capacity": 1})).await;
    anna.joins(&queue, json!({})).await;
    let chat = house.chat(&other, "one").await;
    let assign =
        async || house.admin.post(&format!("/v1/conversations/{chat}/assign"), json!({"agent": anna.id})).await;
    assert_eq!(assign().await.no(409), "agent_offline");
    anna.console().await;
    anna.logs_in(&[&queue]).await;
    assert_eq!(assign().await.no(409), "agent_absent");
    anna.wishes(json!({"status": "on_break", "reason": "lunch_break"})).await;
    assert_eq!(assign().await.no(409), "agent_absent");
    anna.wishes(json!({"status": "available"})).await;
    let held = house.chat(&queue, "two").await;
    anna.accepts().await;
    assert_eq!(assign().await.no(409), "agent_at_capacity");
    assert_eq!(house.stage(&chat).await, "waiting");
    house.hangs_up(&held).await;
    assign().await.ok();
    let row = house.conversation(&chat).await;
    assert_eq!((&row["stage"], &row["agent"]), (&json!("offered"), &json!(anna.id)));
    assert_eq!(assign().await.no(409), "already_with_agent");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_handed_on_to_an_agent_or_a_queue_at_its_age() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "wrap_up_s": 0, "ring_timeout_s": 3600})).await;
    let other = house.queue(json!({"name": "Service", "number": "9000"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let call = house.call(&queue, "one").await;
    let arrived = house.conversation(&call).await["arrived_at"].clone();
    anna.accepts().await;
    let ben = house.ready_agent("ben", &queue).await;
    let transfer = async |to: Value| house.admin.post(&format!("/v1/conversations/{call}/transfer"), to).await;
    transfer(json!({"agent": ben.id})).await.ok();
    assert_eq!(house.conversation(&call).await["agent"], *ben.id);
    ben.accepts().await;
    assert_eq!((anna.bucket().await, ben.bucket().await), ("ready".into(), "incall".into()));
    transfer(json!({"queue": "9000"})).await.ok();
    let row = house.conversation(&call).await;
    assert_eq!((&row["queue"], &row["stage"], &row["arrived_at"]), (&json!(other), &json!("waiting"), &arrived));
    assert_eq!(transfer(json!({})).await.no(422), "invalid");
    assert_eq!(transfer(json!({"agent": ben.id, "queue": "9000"})).await.no(422), "invalid");
}
