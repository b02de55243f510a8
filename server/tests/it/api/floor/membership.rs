//! How an agent belongs to a queue, and who is rung first (S-21 … S-24).

use super::super::House;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_has_the_columns_of_the_seed_within_their_ranges() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "number": "8000"})).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins("8000", json!({"tier_level": 1})).await;
    let listed = house.admin.get("/v1/queues/8000/memberships").await.ok();
    let row = json!({"queue_id": queue, "user_id": anna.id, "tier_level": 1, "position": 0, "delay_sec": 0,
        "mode": "static", "logged_in": false, "ready": false, "locked": false});
    assert_eq!(listed["data"], json!([row]));
    assert!(queue.starts_with("q_") && anna.id.starts_with("us_"));

    let path = format!("/v1/queues/{queue}/memberships/{}", anna.id);
    let most = json!({"tier_level": 10000, "position": 65535, "delay_sec": 86400, "mode": "mandatory"});
    house.admin.put(&path, most.clone()).await.ok();
    for wrong in [
        json!({"tier_level": 10001}),
        json!({"tier_level": -1}),
        json!({"position": 65536}),
        json!({"delay_sec": 86401}),
        json!({"delay_sec": 0.5}),
        json!({"mode": "sticky"}),
        json!({"tier": 1}),
    ] {
        assert_eq!(house.admin.put(&path, wrong.clone()).await.no(422), "invalid", "{wrong}");
    }
    let kept = &house.admin.get("/v1/queues/8000/memberships").await.ok()["data"][0];
    for (field, value) in most.as_object().unwrap() {
        assert_eq!(&kept[field], value);
    }
    house.admin.delete(&path).await.ok();
    assert_eq!(house.admin.get("/v1/queues/8000/memberships").await.ok()["data"], json!([]));
    assert_eq!(house.admin.delete(&path).await.no(409), "not_a_member_of_the_queue");
}

#[tokio::test(flavor = "multi_thread")]
async fn lower_tiers_ring_first_and_position_breaks_ties() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "ring_timeout_s": 3600})).await;
    let mut agents = Vec::new();
    for (login, tier, position) in [("late", 2, 0), ("second", 1, 7), ("first", 1, 3), ("last", 2, 1)] {
        let agent = house.ready_agent(login, &queue).await;
        agent.joins(&queue, json!({"tier_level": tier, "position": position})).await;
        agents.push(agent);
    }
    for at in [2, 1, 0, 3] {
        let call = house.call(&queue, "somebody").await;
        assert_eq!(house.conversation(&call).await["agent"], *agents[at].id, "{at}");
    }
    let call = house.call(&queue, "one too many").await;
    assert_eq!(house.stage(&call).await, "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_frees_up_takes_from_its_lowest_tier_then_by_priority_then_by_age() {
    let house = House::new().await;
    let first = house.queue(json!({"name": "First", "ring_timeout_s": 3600})).await;
    let second = house.queue(json!({"name": "Second", "ring_timeout_s": 3600})).await;
    let arrives = async |queue: &str, priority: u8| {
        house.arrives(json!({"queue": queue, "channel": "voice", "client": "c", "priority": priority})).await
    };
    let oldest = arrives(&second, 10).await;
    let ordinary = arrives(&first, 5).await;
    let later = arrives(&first, 5).await;
    let urgent = arrives(&first, 9).await;
    let aged = json!({"queue": first, "channel": "voice", "client": "c", "arrived_at": "2020-01-01T00:00:00Z"});
    let aged = house.arrives(aged).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins(&first, json!({"tier_level": 1})).await;
    anna.joins(&second, json!({"tier_level": 2})).await;
    anna.phone(true).await;
    anna.logs_in(&[&first, &second]).await;
    anna.wishes(json!({"status": "available"})).await;
    for expected in [urgent, aged, ordinary, later, oldest] {
        assert_eq!(anna.row().await["offer"]["conversation"], *expected);
        house.hangs_up(&expected).await;
    }
    assert_eq!(anna.bucket().await, "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delay_holds_a_queues_calls_back_from_one_agent() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales", "ring_timeout_s": 3600})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let path = format!("/v1/queues/{queue}/memberships/{}", anna.id);
    house.admin.put(&path, json!({"delay_sec": 3600})).await.ok();
    let call = house.call(&queue, "patient").await;
    let told = house.admin.get(&format!("/v1/conversations/{call}/explain")).await.ok();
    let verdict = &told["candidates"][0];
    assert_eq!((&verdict["agent"], &verdict["code"]), (&json!(anna.id), &json!("delay_not_reached")));
    let opens: jiff::Timestamp = verdict["opens_at"].as_str().unwrap().parse().unwrap();
    let queued: jiff::Timestamp = house.conversation(&call).await["queued_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(opens.as_millisecond() - queued.as_millisecond(), 3_600_000, "it counts from the entry to the queue");
    // The alarm of a shorter delay rings by itself.
    house.admin.put(&path, json!({"delay_sec": 1})).await.ok();
    let next = house.call(&queue, "in a hurry").await;
    house.until(&format!("/v1/conversations/{call}"), |call| call["stage"] == "offered").await;
    assert_eq!(house.stage(&next).await, "waiting");
}
