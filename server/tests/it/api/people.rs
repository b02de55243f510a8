//! People over HTTP: setting up, signing in, users and keys.

use super::{Client, House, PASSWORD};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_store_is_set_up_once_and_its_administrator_signs_in() {
    let house = House::new().await;
    let unknown = Client::unknown(&house.server.url);
    let token = house.server.setup_token.clone().unwrap();
    let body = json!({"token": token, "account": "other", "name": "Eve", "login": "eve", "password": PASSWORD});
    assert_eq!(unknown.post("/v1/setup", body).await.no(403), "setup_closed");
    let ada = Client::sign_in(&house.server.url, "ada").await;
    let me = ada.get("/v1/sessions/current").await.ok();
    assert_eq!((&me["user"]["login"], &me["user"]["role"]), (&json!("ada"), &json!("administrator")));
    assert_eq!((&me["account"]["name"], &me["account"]["id"]), (&json!("acme"), &json!(house.account)));
    let row = house.admin.get(&format!("/v1/agents/{}", me["user"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(row["name"], "Ada Admin");
    let queues = house.admin.get("/v1/queues").await.ok();
    assert_eq!(queues["data"][0]["general"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_comes_with_skills_queues_and_settings_or_not_at_all() {
    let house = House::new().await;
    let sales = house.queue(json!({"name": "sales", "number": "8000"})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "english"})).await.ok()["id"].clone();
    let anna = json!({
        "name": "Anna A", "login": "Anna", "email": "anna@example.org", "password": PASSWORD, "capacity": 3,
        "voice_weight": "whole", "chat_weight": 2, "channels": ["chat"], "auto_ready_on_login": true,
        "skills": [{"skill": skill, "level": 4}],
        "queues": [{"queue": "8000", "tier_level": 1, "mode": "mandatory"}],
    });
    let wrong = [
        ("capacity", json!(21), 422),
        ("capacity", json!(0), 422),
        ("chat_weight", json!(21), 422),
        ("channels", json!([]), 422),
        ("login", json!("an na"), 422),
        ("password", json!("short"), 422),
        ("email", json!("nowhere"), 422),
        ("role", json!("boss"), 422),
        ("queues", json!([{"queue": "9999"}]), 404),
        ("queues", json!([{"queue": "8000"}, {"queue": sales}]), 422),
        ("queues", json!([{"queue": "8000", "delay_sec": 86401}]), 422),
        ("skills", json!([{"skill": "sk_00000000000000000000000000", "level": 1}]), 404),
        ("skills", json!([{"skill": skill, "level": 6}]), 422),
        ("teams", json!(["tm_00000000000000000000000000"]), 404),
    ];
    for (field, value, status) in wrong {
        let mut body = anna.clone();
        body[field] = value.clone();
        let answer = house.admin.post("/v1/users", body).await;
        assert_eq!(answer.status, status, "{field} = {value}: {answer:?}");
    }
    assert_eq!(house.admin.get("/v1/users").await.ok()["data"].as_array().unwrap().len(), 1, "nobody was left behind");
    let keyed = house.admin.with("idempotency-key", "anna");
    let made = keyed.post("/v1/users", anna.clone()).await;
    assert_eq!(made.status, 201);
    assert_eq!(keyed.post("/v1/users", anna.clone()).await.ok()["id"], made.body["id"]);
    assert_eq!(keyed.post("/v1/users", json!({"name": "B", "login": "b"})).await.no(422), "idempotency_key_reused");
    assert_eq!(house.admin.post("/v1/users", anna).await.no(409), "taken");
    let id = made.body["id"].as_str().unwrap();
    let user = house.admin.get(&format!("/v1/users/{id}")).await;
    assert!(user.header("etag").is_some());
    let user = user.ok();
    assert_eq!((&user["login"], &user["capacity"], &user["channels"]), (&json!("anna"), &json!(3), &json!(["chat"])));
    assert_eq!((&user["voice_weight"], &user["chat_weight"]), (&json!("whole"), &json!(2)));
    let seats = house.admin.get("/v1/queues/8000/memberships").await.ok();
    assert_eq!((&seats["data"][0]["user_id"], &seats["data"][0]["mode"]), (&json!(id), &json!("mandatory")));
    let skills = house.admin.get(&format!("/v1/agents/{id}/skills")).await.ok();
    assert_eq!(skills["skills"], json!([{"skill": skill, "level": 4}]));
}
