//! To whom a conversation can be handed on: the same as the transfer itself would say.

use super::{Client, House};
use serde_json::{Value, json};

/// The rows of one part of an answer.
fn part<'a>(targets: &'a Value, part: &str) -> &'a [Value] {
    targets[part].as_array().unwrap()
}

/// What is told of one target.
fn of<'a>(targets: &'a Value, kind: &str, id: &str) -> &'a Value {
    part(targets, kind).iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} is a target: {targets}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_target_is_what_a_transfer_to_it_is_answered() {
    let house = House::new().await;
    let help = house.queue(json!({"name": "Help", "number": "8000", "channels": ["chat"]})).await;
    let vip = house.queue(json!({"name": "VIP", "number": "8100", "channels": ["chat"]})).await;
    let calls = house.queue(json!({"name": "Calls", "number": "8200"})).await;
    let anna = house.chatting_agent("anna", &help, json!({})).await;
    let chat = house.chat(&help, "ivan").await;
    anna.accepts().await;
    let free = house.chatting_agent("free", &vip, json!({})).await;
    let full = house.chatting_agent("full", &vip, json!({"capacity": 1})).await;
    house.arrives(json!({"queue": vip, "channel": "chat", "client": "x", "owner": full.id})).await;
    let away = house.chatting_agent("away", &vip, json!({})).await;
    away.wishes(json!({"status": "on_break"})).await;
    let off = house.agent("off", json!({})).await;
    let left = house.agent("left", json!({})).await;
    house.admin.post(&format!("/v1/users/{}/deactivate", left.id), json!({})).await.ok();

    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    let path = format!("/v1/conversations/{chat}/targets");
    let told = by_anna.get(&path).await.ok();
    assert!(told["position"].as_u64().unwrap() > 0);
    let names = |kind| part(&told, kind).iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>();
    let agents = ["free of Acme", "Ada Admin", "anna of Acme", "away of Acme", "full of Acme", "off of Acme"];
    assert_eq!(names("agents"), agents, "those who can, then the others, by name; none who left");
    assert_eq!(names("queues"), ["General", "Help", "VIP", "Calls"]);
    assert_eq!(of(&told, "agents", &free.id)["bucket"], "ready");
    assert_eq!(of(&told, "agents", &away.id)["bucket"], "paused");
    let in_vip = of(&told, "queues", &vip);
    assert_eq!((&in_vip["number"], &in_vip["waiting"], &in_vip["ready"]), (&json!("8100"), &json!(0), &json!(1)));
    let keys: Vec<&String> = of(&told, "agents", &free.id).as_object().unwrap().keys().collect();
    assert_eq!(keys, ["bucket", "can", "id", "name"], "of colleagues no more than this is told");

    let transfer = format!("/v1/conversations/{chat}/transfer");
    for (id, code) in [
        (&anna.id, "already_with_agent"),
        (&away.id, "agent_absent"),
        (&full.id, "agent_at_capacity"),
        (&off.id, "agent_offline"),
    ] {
        let row = of(&told, "agents", id);
        let refused = by_anna.post(&transfer, json!({"agent": id})).await;
        assert_eq!((&row["can"], &row["code"]), (&json!(false), &json!(code)));
        assert_eq!((&row["code"], &row["why"]), (&refused.body["code"], &refused.body["detail"]));
        assert_eq!(refused.no(409), code);
    }
    let row = of(&told, "queues", &calls);
    let refused = by_anna.post(&transfer, json!({"queue": calls})).await;
    assert_eq!((&row["can"], &row["code"]), (&json!(false), &refused.body["code"]));
    assert_eq!(row["why"], refused.body["detail"]);
    assert_eq!(of(&told, "agents", &free.id)["can"], true);
    by_anna.post(&transfer, json!({"agent": free.id})).await.ok();
    assert_eq!(by_anna.get(&path).await.no(403), "forbidden", "it is offered to a colleague now");
    free.accepts().await;
    let by_free = Client::sign_in(&house.server.url, "free").await;
    assert_eq!(of(&by_free.get(&path).await.ok(), "queues", &help)["can"], true);
    by_free.post(&transfer, json!({"queue": "8000"})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_for_who_may_hand_on_and_are_found_by_their_beginning() {
    let house = House::new().await;
    let help = house.queue(json!({"name": "Help desk", "number": "8000", "channels": ["chat"]})).await;
    let anna = house.chatting_agent("anna", &help, json!({})).await;
    let chat = house.chat(&help, "ivan").await;
    let path = format!("/v1/conversations/{chat}/targets");
    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    let ringing = by_anna.get(&path).await.ok();
    assert!(part(&ringing, "agents").iter().all(|row| row["code"] == "supervisor_only"), "{ringing}");
    anna.accepts().await;
    let (bert, rita) = (house.user("bert", "agent").await, house.user("rita", "supervisor").await);
    for (login, status) in [("bert", 403), ("rita", 403)] {
        let other = Client::sign_in(&house.server.url, login).await;
        assert_eq!(other.get(&path).await.status, status, "{login}");
    }
    let team = json!({"name": "Red", "members": [anna.id], "supervisors": [rita]});
    house.admin.post("/v1/teams", team).await.ok();
    let by_rita = Client::sign_in(&house.server.url, "rita").await;
    assert_eq!(of(&by_rita.get(&path).await.ok(), "agents", &bert)["code"], "agent_offline", "of no team of hers");
    for (query, agents, queues) in [
        ("q=be", 1, 0),
        ("q=DESK", 0, 1),
        ("q=80", 0, 1),
        ("q=nobody", 0, 0),
        ("limit=1", 1, 1),
        ("q=acme&limit=2", 2, 0),
    ] {
        let told = by_anna.get(&format!("{path}?{query}")).await.ok();
        assert_eq!((part(&told, "agents").len(), part(&told, "queues").len()), (agents, queues), "{query}");
    }
    for wrong in ["limit=0", "limit=1001", "limit=x", "text=a", &format!("q={}", "a".repeat(101))] {
        assert_eq!(by_anna.get(&format!("{path}?{wrong}")).await.no(422), "invalid", "{wrong}");
    }
    let none = by_anna.get("/v1/conversations/cv_00000000000000000000000000/targets").await;
    assert_eq!(none.no(404), "unknown_conversation");
    let waiting = house.chat(&help, "olga").await;
    house.admin.get(&format!("/v1/conversations/{waiting}/targets")).await.ok();
}
