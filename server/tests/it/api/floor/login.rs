//! Coming to work: what a login does, and what it leaves to the agent (S-01 … S-04, S-25 … S-29).

use super::super::{Client, House};
use serde_json::{Value, json};

/// In which of these queues an agent is at work.
fn at_work(row: &Value, queues: &[String]) -> Vec<bool> {
    let seats = row["queues"].as_array().unwrap();
    let logged_in = |queue: &String| seats.iter().any(|seat| seat["queue"] == **queue && seat["logged_in"] == true);
    queues.iter().map(logged_in).collect()
}

/// A queue for each mode: static, dynamic, mandatory, supervisor-managed.
async fn four_queues(house: &House) -> Vec<String> {
    let mut queues = Vec::new();
    for mode in MODES {
        queues.push(house.queue(json!({"name": mode})).await);
    }
    queues
}

const MODES: [&str; 4] = ["static", "dynamic", "mandatory", "supervisor_managed"];

#[tokio::test(flavor = "multi_thread")]
async fn a_login_makes_nobody_available_unless_the_settings_say_so() {
    let house = House::new().await;
    let anna = house.agent("anna", json!({})).await;
    anna.phone(true).await;
    assert_eq!((anna.bucket().await, anna.word("status").await), ("offline".into(), "offline".into()));
    anna.logs_in(&[]).await;
    assert_eq!(anna.word("status").await, "not_ready");
    // She belongs to no queue, so no telephone serves any of her channels.
    assert_eq!(anna.bucket().await, "unreachable");

    let queue = house.queue(json!({"name": "Sales"})).await;
    anna.joins(&queue, json!({})).await;
    assert_eq!((anna.bucket().await, anna.word("status").await), ("idle".into(), "not_ready".into()));

    let ben = house.agent("ben", json!({"auto_ready_on_login": true})).await;
    ben.joins(&queue, json!({})).await;
    ben.phone(true).await;
    ben.logs_in(&[]).await;
    let row = ben.row().await;
    assert_eq!((&row["bucket"], &row["status"]), (&json!("ready"), &json!("available")));
    assert_eq!(row["available_in_no_queue"], true, "ready by the letter, and nothing will come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_loads_only_the_memberships_that_it_may() {
    let house = House::new().await;
    let queues = four_queues(&house).await;
    for (login, auto, chosen, loaded) in [
        ("plain", false, None, [false, false, false, false]),
        ("auto", true, None, [true, false, true, false]),
        ("chooses", false, Some(1), [false, true, false, false]),
        ("both", true, Some(1), [true, true, true, false]),
    ] {
        let agent = house.agent(login, json!({"auto_queue_login": auto})).await;
        for (queue, mode) in queues.iter().zip(MODES) {
            agent.joins(queue, json!({"mode": mode})).await;
        }
        let chosen: Vec<&str> = chosen.iter().map(|&at: &usize| &*queues[at]).collect();
        let itself = Client::sign_in(&house.server.url, login).await;
        itself.post(&agent.path("/login"), json!({"queues": chosen})).await.ok();
        let row = agent.row().await;
        assert_eq!(at_work(&row, &queues), loaded, "{login}");
        for seat in row["queues"].as_array().unwrap() {
            assert_eq!(seat["ready"], seat["logged_in"], "a membership is loaded ready: {seat}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_names_a_queue_it_may_not_take_is_refused_whole() {
    let house = House::new().await;
    let queues = four_queues(&house).await;
    let other = house.queue(json!({"name": "Other"})).await;
    let anna = house.agent("anna", json!({})).await;
    for (queue, mode) in queues.iter().zip(MODES) {
        anna.joins(queue, json!({"mode": mode})).await;
    }
    let itself = Client::sign_in(&house.server.url, "anna").await;
    let managed = itself.post(&anna.path("/login"), json!({"queues": [queues[1], queues[3]]})).await;
    assert_eq!(managed.no(409), "supervisor_managed_queue");
    let foreign = itself.post(&anna.path("/login"), json!({"queues": [queues[1], other]})).await;
    assert_eq!(foreign.no(409), "not_a_member_of_the_queue");
    let row = anna.row().await;
    assert_eq!((&row["status"], at_work(&row, &queues)), (&json!("offline"), vec![false; 4]));
    // A supervisor may.
    anna.logs_in(&[&queues[3]]).await;
    assert_eq!(at_work(&anna.row().await, &queues), [false, false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_both_switches_off_nothing_comes_before_available_and_a_chosen_queue() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "number": "8000"})).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins(&queue, json!({})).await;
    let call = house.call(&queue, "one").await;
    let why = async || {
        let told = house.admin.get(&format!("/v1/conversations/{call}/explain")).await.ok();
        told["candidates"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(why().await, "offline");
    anna.logs_in(&[]).await;
    assert_eq!((anna.bucket().await, why().await), ("unreachable".into(), "not_ready".into()));
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!((anna.bucket().await, why().await), ("unreachable".into(), "unreachable".into()));
    anna.phone(true).await;
    assert_eq!((anna.bucket().await, why().await), ("ready".into(), "not_logged_in_to_the_queue".into()));
    anna.does("/queues/8000/login").await.ok();
    assert_eq!(why().await, "not_ready_in_this_queue", "the queue does not make ready by itself");
    assert_eq!(house.stage(&call).await, "waiting");
    anna.does("/queues/8000/ready").await.ok();
    assert_eq!((anna.bucket().await, house.stage(&call).await), ("ring".into(), "offered".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_leaves_a_static_queue_but_not_a_mandatory_managed_or_locked_one() {
    let house = House::new().await;
    let queues = four_queues(&house).await;
    let anna = house.agent("anna", json!({"auto_queue_login": true})).await;
    for (queue, mode) in queues.iter().zip(MODES) {
        anna.joins(queue, json!({"mode": mode})).await;
    }
    let itself = Client::sign_in(&house.server.url, "anna").await;
    itself.post(&anna.path("/login"), json!({})).await.ok();
    let ask = async |client: &Client, queue: &str, act: &str| {
        client.post(&anna.path(&format!("/queues/{queue}/{act}")), json!({})).await
    };
    ask(&itself, &queues[0], "logout").await.ok();
    assert_eq!(ask(&itself, &queues[2], "logout").await.no(409), "mandatory_queue");
    assert_eq!(ask(&itself, &queues[2], "not_ready").await.no(409), "mandatory_queue");
    assert_eq!(ask(&itself, &queues[3], "login").await.no(409), "supervisor_managed_queue");
    assert_eq!(at_work(&anna.row().await, &queues), [false, false, true, false]);

    let sam = house.user("sam", "supervisor").await;
    let lock = format!("/v1/queues/{}/memberships/{}/lock", queues[0], anna.id);
    assert_eq!(itself.put(&lock, json!({"locked": true})).await.no(403), "forbidden");
    house.admin.put(&lock, json!({"locked": true})).await.ok();
    assert_eq!(ask(&itself, &queues[0], "login").await.no(409), "locked_membership");
    for (queue, act) in [(&queues[0], "login"), (&queues[3], "login"), (&queues[2], "not_ready")] {
        ask(&house.admin, queue, act).await.ok();
    }
    assert_eq!(at_work(&anna.row().await, &queues), [true, false, true, true]);
    assert_eq!(anna.seat(&queues[2]).await["ready"], false);
    // A supervisor of no team sees nobody's membership.
    let sam_asks = Client::sign_in(&house.server.url, "sam").await;
    assert_eq!(ask(&sam_asks, &queues[0], "logout").await.no(403), "forbidden");
    assert!(sam.starts_with("us_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_by_a_stranger_or_twice_changes_nothing() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    house.user("ben", "agent").await;
    let ben = Client::sign_in(&house.server.url, "ben").await;
    assert_eq!(ben.post(&anna.path("/logout"), json!({})).await.no(403), "forbidden");
    let before = house.position().await;
    anna.logs_in(&[&queue]).await;
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!((anna.bucket().await, house.position().await), ("ready".into(), before));
}
