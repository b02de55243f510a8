//! The desk of seed 001: capacity, skills, aux codes (M-03 … M-16, M-22 … M-25).

use super::super::{House, PASSWORD};
use crate::run;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_added_with_capacity_skills_and_queues_all_at_once_or_not_at_all() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Billing"})).await;
    let mut skills = Vec::new();
    for name in ["Technical Support", "Billing", "Sales", "Spanish Language", "VIP Customer Care"] {
        let skill = house.admin.post("/v1/skills", json!({"name": name})).await.ok();
        skills.push(skill["id"].as_str().unwrap().to_owned());
    }
    let plain = house.agent("plain", json!({})).await;
    assert_eq!(plain.row().await["slots"], 5, "unless given");
    let full = json!({"email": "full@example.com", "role": "agent", "capacity": 20,
        "skills": [{"skill": skills[1], "level": 5}, {"skill": skills[3], "level": 1}],
        "queues": [{"queue": queue, "tier_level": 1}]});
    let full = house.agent("full", full).await;
    let row = full.row().await;
    assert_eq!((&row["slots"], &row["name"], &row["login"]), (&json!(20), &json!("full of Acme"), &json!("full")));
    let known: Vec<_> =
        row["skills"].as_array().unwrap().iter().map(|skill| (&skill["name"], &skill["level"])).collect();
    assert_eq!(known, [(&json!("Billing"), &json!(5)), (&json!("Spanish Language"), &json!(1))]);
    assert_eq!(full.seat(&queue).await["tier_level"], 1);

    let unknown_skill = skills[0].replace(|sign: char| sign.is_ascii_digit(), "0");
    for wrong in [
        json!({"capacity": 0}),
        json!({"capacity": 21}),
        json!({"capacity": 2.5}),
        json!({"skills": [{"skill": skills[0], "level": 0}]}),
        json!({"skills": [{"skill": skills[0], "level": 6}]}),
        json!({"skills": [{"skill": unknown_skill, "level": 3}]}),
        json!({"queues": [{"queue": queue, "delay_sec": 86401}]}),
        json!({"role": "boss"}),
        json!({"max": 5}),
    ] {
        let before = house.position().await;
        let mut body = json!({"name": "Wrong", "login": "wrong", "password": PASSWORD});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let answer = house.admin.post("/v1/users", body).await;
        assert!([404, 422].contains(&answer.status), "{wrong}: {answer:?}");
        assert_eq!(house.position().await, before, "{wrong}");
    }
    house.agent("wrong", json!({"capacity": 1})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proficiency_is_one_to_five_of_a_known_skill() {
    let house = House::new().await;
    let anna = house.agent("anna", json!({})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "Billing"})).await.ok()["id"].clone();
    let path = anna.path("/skills");
    for level in 1..=5 {
        let set = json!({"skills": [{"skill": skill, "level": level}]});
        house.admin.put(&path, set.clone()).await.ok();
        assert_eq!(house.admin.get(&path).await.ok(), set);
    }
    for level in [json!(0), json!(6), json!("3"), Value::Null] {
        let set = json!({"skills": [{"skill": skill, "level": level}]});
        assert_eq!(house.admin.put(&path, set).await.no(422), "invalid", "{level}");
    }
    let twice = json!({"skills": [{"skill": skill, "level": 1}, {"skill": skill, "level": 2}]});
    assert_eq!(house.admin.put(&path, twice).await.no(422), "invalid");
    assert_eq!(house.admin.get(&path).await.ok()["skills"][0]["level"], 5);
    house.admin.put(&format!("/v1/skills/{}", skill.as_str().unwrap()), json!({"name": "Invoices"})).await.ok();
    assert_eq!(anna.row().await["skills"][0]["name"], "Invoices");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_skill_is_required_at_its_level() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Billing"})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "Billing"})).await.ok()["id"].clone();
    let anna = house.ready_agent("anna", &queue).await;
    house.admin.put(&anna.path("/skills"), json!({"skills": [{"skill": skill, "level": 2}]})).await.ok();
    let required =
        json!({"queue": queue, "channel": "voice", "client": "one", "skills": [{"skill": skill, "level": 3}]});
    let call = house.arrives(required).await;
    let told = house.admin.get(&format!("/v1/conversations/{call}/explain")).await.ok();
    assert_eq!((&told["candidates"][0]["code"], &told["place"]), (&json!("lacks_skill"), &json!(1)));
    let path = format!("/v1/conversations/{call}/skills");
    house.admin.post(&path, json!({"skills": [{"skill": skill, "level": 2}]})).await.ok();
    assert_eq!(house.stage(&call).await, "offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_at_its_capacity_is_busy_and_gets_no_more() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Help", "channels": ["chat"]})).await;
    let anna = house.chatting_agent("anna", &queue, json!({"capacity": 2})).await;
    assert_eq!((anna.word("desk").await, anna.word("bucket").await), ("available".into(), "ready".into()));
    house.chat(&queue, "one").await;
    anna.accepts().await;
    assert_eq!(anna.word("desk").await, "available");
    let second = house.chat(&queue, "two").await;
    anna.accepts().await;
    let row = anna.row().await;
    assert_eq!((&row["desk"], &row["bucket"], &row["chats"]), (&json!("busy"), &json!("incall"), &json!(2)));
    assert_eq!((&row["slots_used"], &row["slots"]), (&json!(2), &json!(2)));
    let third = house.chat(&queue, "three").await;
    assert_eq!(house.stage(&third).await, "waiting");
    house.hangs_up(&second).await;
    assert_eq!(house.stage(&third).await, "offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn aux_codes_are_away_or_busy_by_their_class_and_wrap_up_is_busy() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.ready_agent("anna", &queue).await;
    let admin_work = json!({"code": "admin", "names": [{"locale": "en", "name": "Admin"}], "class": "busy"});
    house.admin.post("/v1/reasons", admin_work).await.ok();
    for (reason, desk) in [
        ("short_break", "away"),
        ("lunch_break", "away"),
        ("training", "away"),
        ("meeting", "away"),
        ("technical_break", "away"),
        ("admin", "busy"),
    ] {
        anna.wishes(json!({"status": "on_break", "reason": reason})).await;
        let row = anna.row().await;
        assert_eq!((&row["desk"], &row["aux"]), (&json!(desk), &json!({"aux": "reason", "reason": reason})));
    }
    anna.wishes(json!({"status": "available"})).await;
    assert_eq!(anna.row().await["aux"], Value::Null);

    anna.does("/wrap-up").await.ok();
    let row = anna.row().await;
    assert_eq!(
        (&row["desk"], &row["bucket"], &row["aux"]),
        (&json!("busy"), &json!("wrapup"), &json!({"aux": "wrap_up"}))
    );
    assert_eq!(row["wrap_up"], json!({"conversation": null, "queue": null, "until": null}), "it ends by hand");
    let call = house.call(&queue, "one").await;
    assert_eq!(house.stage(&call).await, "waiting");
    house.admin.delete(&anna.path("/wrap-up")).await.ok();
    assert_eq!(house.stage(&call).await, "offered");
    assert_eq!(house.admin.delete(&anna.path("/wrap-up")).await.no(409), "no_wrap_up");

    anna.accepts().await;
    assert_eq!((anna.word("desk").await, anna.bucket().await), ("busy".into(), "incall".into()));
    house.hangs_up(&call).await;
    let row = anna.row().await;
    assert_eq!((&row["aux"]["aux"], &row["wrap_up"]["conversation"]), (&json!("wrap_up"), &json!(call)));
    let until: jiff::Timestamp = row["wrap_up"]["until"].as_str().unwrap().parse().unwrap();
    house.admin.post(&format!("/v1/conversations/{call}/wrap-up/extend"), json!({"by_s": 3600})).await.ok();
    let later: jiff::Timestamp = anna.row().await["wrap_up"]["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(later.as_millisecond() - until.as_millisecond(), 3_600_000);
    house.admin.post(&format!("/v1/conversations/{call}/wrap-up/finish"), json!({})).await.ok();
    assert_eq!(anna.bucket().await, "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_in_each_aux_code_is_kept_with_who_set_it() {
    let house = House::new().await;
    let anna = house.agent("anna", json!({})).await;
    anna.logs_in(&[]).await;
    for reason in ["lunch_break", "meeting"] {
        anna.wishes(json!({"status": "on_break", "reason": reason})).await;
    }
    anna.wishes(json!({"status": "available"})).await;
    let id = anna.id.clone();
    let House { server, dir, .. } = house;
    assert!(server.stop().success());
    let rows = run(dir.path(), "log rows DIR --table agent_activity --json").json();
    let told: Vec<_> = rows
        .iter()
        .filter(|row| row["user_id"] == *id)
        .map(|row| (row["status"].as_str().unwrap(), row["reason"].as_str(), row["actor"].as_str().unwrap()))
        .collect();
    let tail = [
        ("not_ready", None, "integration"),
        ("on_break", Some("lunch_break"), "integration"),
        ("on_break", Some("meeting"), "integration"),
        ("available", None, "integration"),
    ];
    assert_eq!(told[told.len() - tail.len()..], tail);
}
