//! Seed 000's interface of reasons (E-16, E-18).

use super::super::{Client, House};
use serde_json::{Value, json};

fn reason(code: &str) -> Value {
    json!({"code": code, "names": [{"locale": "en", "name": format!("Reason {code}")}], "class": "away"})
}

/// The same with some fields otherwise; null takes one away.
fn with(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
        if value.is_null() {
            body.as_object_mut().unwrap().remove(field);
        }
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_added_read_changed_and_switched_off() {
    let house = House::new().await;
    let builtin = house.admin.get("/v1/reasons").await.ok();
    let codes: Vec<&str> =
        builtin["data"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect();
    for code in ["lunch_break", "meeting", "short_break", "technical_break", "training"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    house.admin.post("/v1/reasons", reason("yoga")).await.ok();
    let read = house.admin.get("/v1/reasons/yoga").await.ok();
    assert_eq!(
        read,
        with(reason("yoga"), json!({"color": "#FFFFFF", "active": true, "paid": false, "reserved": false}))
    );
    assert_eq!(house.admin.post("/v1/reasons", reason("yoga")).await.no(409), "already_exists");

    let anna = house.agent("anna", json!({})).await;
    anna.logs_in(&[]).await;
    anna.wishes(json!({"status": "on_break", "reason": "yoga"})).await;
    let off = with(reason("yoga"), json!({"active": false, "color": "#00ff00", "class": "busy"}));
    house.admin.put("/v1/reasons", off).await.ok();
    let row = anna.row().await;
    assert_eq!((&row["reason"], &row["desk"]), (&json!("yoga"), &json!("busy")), "who is in it stays");
    anna.wishes(json!({"status": "not_ready"})).await;
    let again = json!({"status": "on_break", "reason": "yoga"});
    assert_eq!(house.admin.put(&anna.path("/status"), again).await.no(409), "reason_inactive");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_cannot_be_is_refused_and_changes_nothing() {
    let house = House::new().await;
    let before = house.position().await;
    for wrong in [
        json!({"code": "Yoga"}),
        json!({"code": ""}),
        json!({"code": "a".repeat(33)}),
        json!({"code": null}),
        json!({"names": []}),
        json!({"names": null}),
        json!({"names": [{"locale": "de", "name": "Yoga"}]}),
        json!({"names": [{"locale": "eng", "name": "Yoga"}]}),
        json!({"names": [{"locale": "en", "name": ""}]}),
        json!({"names": [{"locale": "en", "name": "Yoga"}, {"locale": "en", "name": "Stretching"}]}),
        json!({"class": "gone"}),
        json!({"class": null}),
        json!({"color": "green"}),
        json!({"active": 1}),
        json!({"colour": "#FFFFFF"}),
    ] {
        let body = with(reason("yoga"), wrong.clone());
        assert_eq!(house.admin.post("/v1/reasons", body.clone()).await.no(422), "invalid", "{wrong}");
        let put = house.admin.put("/v1/reasons", body).await;
        assert!([404, 422].contains(&put.status), "{wrong}: {put:?}");
    }
    assert_eq!(house.admin.put("/v1/reasons", reason("unknown")).await.no(404), "unknown_reason");
    assert_eq!(house.admin.get("/v1/reasons/unknown").await.no(404), "unknown_reason");
    assert_eq!(house.admin.get("/v1/reasons/No%20Code").await.no(404), "unknown_reason");
    house.user("sue", "manager").await;
    let manager = Client::sign_in(&house.server.url, "sue").await;
    assert_eq!(manager.post("/v1/reasons", reason("yoga")).await.no(403), "forbidden");
    assert_eq!(house.position().await, before + 1, "only the manager was added");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_hundred_reasons_to_choose_from_the_answer_is_409() {
    let house = House::new().await;
    let listed = house.admin.get("/v1/reasons?limit=1000").await.ok();
    let active = listed["data"].as_array().unwrap().iter().filter(|reason| reason["active"] == true).count();
    for number in active..100 {
        house.admin.post("/v1/reasons", reason(&format!("reason_{number}"))).await.ok();
    }
    assert_eq!(house.admin.post("/v1/reasons", reason("too_many")).await.no(409), "limit_reached");
    let off = with(reason("too_many"), json!({"active": false}));
    house.admin.post("/v1/reasons", off).await.ok();
    assert_eq!(house.admin.put("/v1/reasons", reason("too_many")).await.no(409), "limit_reached");
    house.admin.put("/v1/reasons", with(reason("reason_99"), json!({"active": false}))).await.ok();
    house.admin.put("/v1/reasons", reason("too_many")).await.ok();
}
