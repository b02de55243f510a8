//! Widgets, as administrators keep them. What visitors do with them is in `chat.rs`.

use super::{Client, House};
use serde_json::{Value, json};

/// A queue that takes chats, and what a widget for it could be.
async fn shop(house: &House) -> (String, Value) {
    let queue = house.queue(json!({"name": "Shop", "number": "8000", "channels": ["chat"]})).await;
    let body = json!({
        "name": "Shop", "queue": "8000", "origins": ["https://Shop.example:443", "http://localhost:5173"],
        "greeting": "Ask us", "color": "#12ab34",
    });
    (queue, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_is_kept_changed_only_if_unchanged_and_taken_away() {
    let house = House::new().await;
    let (queue, body) = shop(&house).await;
    let once = house.admin.with("idempotency-key", "the widget of the shop");
    let made = once.post("/v1/widgets", body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("wg_"), "{id}");
    assert_eq!(once.post("/v1/widgets", body.clone()).await.ok()["id"], *id, "a repeat gets the first answer");
    let path = format!("/v1/widgets/{id}");
    let found = house.admin.get(&path).await;
    let tag = found.header("etag").expect("it has an ETag").to_owned();
    let row = found.ok();
    assert_eq!(row["queue"], queue);
    assert_eq!(row["origins"], json!(["http://localhost:5173", "https://shop.example"]));
    assert_eq!((&row["greeting"], &row["color"]), (&json!("Ask us"), &json!("#12ab34")));
    assert_eq!(house.admin.get("/v1/widgets").await.ok()["data"], json!([row]));

    let plain = json!({"name": "Store", "queue": queue});
    assert_eq!(house.admin.with("if-match", &tag).put(&path, plain.clone()).await.status, 200);
    assert_eq!(house.admin.with("if-match", &tag).put(&path, plain.clone()).await.no(412), "changed");
    let house = house.again(|server| server.kill()).opened().await;
    let row = house.admin.get(&path).await.ok();
    assert_eq!((&row["name"], &row["origins"], &row["greeting"]), (&json!("Store"), &json!([]), &json!("")));
    assert_eq!(house.admin.with("if-match", &tag).delete(&path).await.no(412), "changed");
    house.admin.delete(&path).await.ok();
    assert_eq!(house.admin.get(&path).await.no(404), "unknown_widget");
    assert_eq!(house.admin.delete(&path).await.no(404), "unknown_widget");
    let audit = house.admin.get("/v1/audit").await.ok();
    let acts: Vec<&str> = audit["data"].as_array().unwrap().iter().filter_map(|line| line["act"].as_str()).collect();
    for act in ["widget.created", "widget.changed", "widget.deleted"] {
        assert!(acts.contains(&act), "{act}: {acts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_that_would_not_work_is_refused_with_the_field() {
    let house = House::new().await;
    let (_, good) = shop(&house).await;
    house.queue(json!({"name": "Calls", "number": "8001", "channels": ["voice"]})).await;
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, value, status, code) in [
        ("name", json!(""), 422, "invalid"),
        ("name", json!("x".repeat(65)), 422, "invalid"),
        ("name", json!("a\u{0}b"), 422, "invalid"),
        ("queue", json!("9999"), 404, "unknown_queue"),
        ("queue", json!("8001"), 409, "channel_not_served"),
        ("greeting", json!("x".repeat(501)), 422, "invalid"),
        ("color", json!("red"), 422, "invalid"),
        ("origins", json!(["https://shop.example/path"]), 422, "invalid"),
        ("origins", json!(["http://shop.example"]), 422, "invalid"),
        ("origins", json!(["*"]), 422, "invalid"),
        ("origins", json!("https://shop.example"), 422, "invalid"),
        ("origins", json!((0..21).map(|n| format!("https://s{n}.example")).collect::<Vec<_>>()), 422, "invalid"),
        ("more", json!(1), 422, "invalid"),
    ] {
        let answer = house.admin.post("/v1/widgets", with(field, value.clone())).await;
        assert_eq!(answer.no(status), code, "{field}: {value}");
    }
    let wrong = house.admin.post("/v1/widgets", with("origins", json!(["https://a.example", "ftp://b.example"]))).await;
    assert_eq!(wrong.body["errors"][0]["field"], "origins[1]");
    assert_eq!(house.admin.get("/v1/widgets").await.ok()["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_keep_widgets_and_nobody_else() {
    let house = House::new().await;
    let (_, body) = shop(&house).await;
    for role in ["agent", "supervisor", "manager"] {
        house.user(role, role).await;
        let client = Client::sign_in(&house.server.url, role).await;
        assert_eq!(client.get("/v1/widgets").await.no(403), "forbidden", "{role}");
        assert_eq!(client.post("/v1/widgets", body.clone()).await.no(403), "forbidden", "{role}");
    }
    let ada = Client::sign_in(&house.server.url, "ada").await;
    let id = ada.post("/v1/widgets", body.clone()).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(ada.get(&format!("/v1/widgets/{id}")).await.status, 200);
}
