//! A stream of a session is its user's console link: reloads, second tabs and short silences change
//! nothing, a long silence makes the agent unreachable, and none of it touches the status.

use super::tap::{Board, Tap, Told};
use super::{Client, House};
use serde_json::{Value, json};
use std::time::Duration;

/// An agent who is at work on chats, and whoever watches.
struct Desk {
    house: House,
    anna: Client,
    path: String,
}

impl Desk {
    async fn new() -> Desk {
        let house = House::new().await;
        house.queue(json!({"name": "help", "number": "8001", "channels": ["chat"]})).await;
        let id = house.user("anna", "agent").await;
        house.admin.post("/v1/queues/8001/memberships", json!({"user_id": id})).await.ok();
        let path = format!("/v1/agents/{id}");
        house.admin.post(&format!("{path}/login"), json!({})).await.ok();
        house.admin.put(&format!("{path}/status"), json!({"status": "available"})).await.ok();
        let anna = Client::sign_in(&house.server.url, "anna").await;
        let desk = Desk { house, anna, path };
        assert_eq!(desk.row().await["bucket"], "unreachable");
        desk
    }

    async fn row(&self) -> Value {
        self.house.admin.get(&self.path).await.ok()
    }

    async fn reachable(&self, reachable: bool) -> Value {
        let row = self.house.until(&self.path, |row| (row["bucket"] != "unreachable") == reachable).await;
        assert_eq!(row["status"], "available", "the link never touches the status");
        row
    }
}

/// Somebody who watches anna's history from now on.
async fn watch(desk: &Desk) -> (Tap, Board) {
    let mut tap = Tap::on(&desk.house.admin, &["agents", "agent_events"], None).await;
    let mut board = Board::default();
    board.take(&tap.message().await);
    (tap, board)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_reachable_while_its_console_is_open_and_reloads_change_nothing() {
    let desk = Desk::new().await;
    let mut page = Tap::on(&desk.anna, &["agents"], None).await;
    let since = desk.reachable(true).await["status_since"].clone();
    let (mut tap, mut board) = watch(&desk).await;
    for round in 0..10 {
        assert_eq!(page.message().await["type"], "snapshot");
        if round % 2 == 0 {
            page.close().await;
        } else {
            drop(page);
        }
        page = Tap::on(&desk.anna, &["agents"], None).await;
    }
    // A second tab comes and goes, in both ways.
    Tap::on(&desk.anna, &["agents"], None).await.close().await;
    let mut second = Tap::on(&desk.anna, &["agents"], None).await;
    assert_eq!(second.message().await["type"], "snapshot");
    second.say(r#"{"bye": true}"#).await;
    // Whoever said goodbye is answered that there is nothing left to say goodbye to.
    second.say(r#"{"bye": true}"#).await;
    assert_eq!(second.of_type("error").await["code"], "no_link");
    let row = desk.reachable(true).await;
    assert_eq!(row["status_since"], since);
    let position = desk.house.admin.put(&format!("{}/status", desk.path), json!({"status": "not_ready"})).await;
    board.follow(&mut tap, position.position()).await;
    let words: Vec<&Value> = board.events.iter().map(|event| &event["to_status"]).collect();
    assert!(words.iter().all(|word| **word != "unreachable"), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_says_goodbye_is_gone_at_once() {
    let desk = Desk::new().await;
    let mut page = Tap::on(&desk.anna, &["agents"], None).await;
    desk.reachable(true).await;
    page.say(r#"{"bye": true}"#).await;
    desk.reachable(false).await;
    assert_eq!(page.of_type("frame").await["put"][0]["agent"]["bucket"], "unreachable", "it listens on");
    let again = Tap::on(&desk.anna, &["agents"], None).await;
    desk.reachable(true).await;
    // Who signs out is gone at once as well.
    assert_eq!(desk.anna.delete("/v1/sessions/current").await.status, 204);
    desk.reachable(false).await;
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_are_two_consoles() {
    let desk = Desk::new().await;
    let other = Client::sign_in(&desk.house.server.url, "anna").await;
    let mut here = Tap::on(&desk.anna, &["agents"], None).await;
    let mut there = Tap::on(&other, &["agents"], None).await;
    here.say(r#"{"bye": true}"#).await;
    here.say(r#"{"bye": true}"#).await;
    assert_eq!(here.of_type("error").await["code"], "no_link");
    desk.reachable(true).await;
    there.say(r#"{"bye": true}"#).await;
    desk.reachable(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_nobodys_console() {
    let desk = Desk::new().await;
    let mut board = Tap::on(&desk.house.admin, &["agents"], None).await;
    assert_eq!(board.message().await["type"], "snapshot");
    board.say(r#"{"bye": true}"#).await;
    assert_eq!(board.of_type("error").await["code"], "no_link");
    desk.reachable(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_console_is_lost_after_its_grace_and_one_that_answers_never() {
    let desk = Desk::new().await;
    let bert = desk.house.user("bert", "agent").await;
    desk.house.admin.post("/v1/queues/8001/memberships", json!({"user_id": bert})).await.ok();
    let path = format!("/v1/agents/{bert}");
    desk.house.admin.post(&format!("{path}/login"), json!({})).await.ok();
    desk.house.admin.put(&format!("{path}/status"), json!({"status": "available"})).await.ok();
    let bert_signed_in = Client::sign_in(&desk.house.server.url, "bert").await;
    let mut answers = Tap::on(&bert_signed_in, &["agents"], None).await;
    let answering = tokio::spawn(async move { while let Told::Message(_) = answers.next().await {} });
    // Nobody reads this one, so that no ping of it is answered.
    let silent = Tap::on(&desk.anna, &["agents"], None).await;
    desk.reachable(true).await;
    desk.house.until(&path, |row| row["bucket"] != "unreachable").await;
    let (mut tap, mut board) = watch(&desk).await;
    while !board.events.iter().any(|event| event["to_status"] == "unreachable") {
        let message = tap.message().await;
        board.take(&message);
    }
    let lost: Vec<&Value> = board.events.iter().map(|event| &event["user_id"]).collect();
    assert!(lost.iter().all(|agent| **agent != *bert), "{:?}", board.events);
    assert_eq!(desk.reachable(false).await["status"], "available");
    assert!(!answering.is_finished());
    answering.abort();
    drop(silent);
    // Back it is at once, whatever became of the old stream.
    let back = Tap::on(&desk.anna, &["agents"], None).await;
    desk.reachable(true).await;
    drop(back);
    tokio::time::timeout(Duration::from_secs(60), async {
        while desk.row().await["bucket"] != "unreachable" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await
    .expect("a link that broke is lost after its grace");
}
