//! Who may open a stream, and what it shows to whom: also when rights change while it is open.

use super::tap::{Board, Tap};
use super::{Client, House, PASSWORD};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const ALL: [&str; 4] = ["agents", "queues", "agent_events", "conversations"];

/// Two agents, each in a queue of their own, and the general queue with nobody.
struct Floor {
    house: House,
    anna: String,
    bert: String,
    sales: String,
    help: String,
}

impl Floor {
    async fn new() -> Floor {
        let house = House::new().await;
        let sales = house.queue(json!({"name": "sales", "number": "8000", "channels": ["chat"]})).await;
        let help = house.queue(json!({"name": "help", "number": "8001", "channels": ["chat"]})).await;
        let (anna, bert) = (house.user("anna", "agent").await, house.user("bert", "agent").await);
        let floor = Floor { house, anna, bert, sales, help };
        floor.join("8000", &floor.anna).await;
        floor.join("8001", &floor.bert).await;
        floor
    }

    async fn join(&self, queue: &str, agent: &str) -> u64 {
        let member = json!({"user_id": agent});
        self.house.admin.post(&format!("/v1/queues/{queue}/memberships"), member).await.position()
    }

    async fn arrive(&self, queue: &str) -> (String, u64) {
        let body = json!({"queue": queue, "channel": "chat", "client": format!("visitor of {queue}")});
        let answer = self.house.admin.post("/v1/conversations", body).await;
        (answer.body["id"].as_str().unwrap().to_owned(), answer.position())
    }

    async fn sign_in(&self, login: &str) -> Client {
        Client::sign_in(&self.house.server.url, login).await
    }

    async fn key(&self, scopes: &[&str]) -> (String, Client) {
        let key = self.house.admin.post("/v1/api-keys", json!({"name": "board", "scopes": scopes})).await.ok();
        let client = Client::with_key(&self.house.server.url, key["secret"].as_str().unwrap());
        (key["id"].as_str().unwrap().to_owned(), client)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_itself_its_queues_and_what_waits_there_and_nothing_else() {
    let floor = Floor::new().await;
    let admin = &floor.house.admin;
    let (ours, _) = floor.arrive("8000").await;
    let (theirs, _) = floor.arrive("8001").await;
    let anna = floor.sign_in("anna").await;
    let named = format!("conversation:{theirs}");
    let mut topics = ALL.to_vec();
    topics.push(&named);
    let mut tap = Tap::on(&anna, &topics, None).await;
    let mut board = Board::default();
    let snapshot = tap.message().await;
    assert_eq!(snapshot["viewer"], "self");
    board.take(&snapshot);
    assert_eq!(board.agents.keys().collect::<Vec<_>>(), [&floor.anna]);
    assert_eq!(board.queues.keys().collect::<Vec<_>>(), [&floor.sales]);
    assert_eq!(board.conversations.keys().collect::<Vec<_>>(), [&ours]);

    // Much happens to bert, who comes to anna's queue as well and takes what waits there.
    let path = format!("/v1/agents/{}", floor.bert);
    admin
        .put(&format!("{path}/devices/phone"), json!({"kind": "console", "reachable": true, "ttl_s": 3600}))
        .await
        .ok();
    floor.join("8000", &floor.bert).await;
    admin.post(&format!("{path}/login"), json!({})).await.ok();
    admin.put(&format!("{path}/status"), json!({"status": "available"})).await.ok();
    admin.post(&format!("{path}/queues/all/login"), json!({})).await.ok();
    admin.post(&format!("{path}/queues/all/ready"), json!({})).await.ok();
    let row = floor.house.until(&path, |row| row["offer"]["id"].is_string()).await;
    let taken = row["offer"]["conversation"].as_str().unwrap().to_owned();
    let accept = format!("/v1/offers/{}/accept", row["offer"]["id"].as_str().unwrap());
    let position = admin.post(&accept, json!({})).await.position();
    let last = admin.put(&format!("/v1/agents/{}/status", floor.anna), json!({"status": "available"})).await;
    let last = if last.status < 300 { last.position() } else { position };
    admin.post(&format!("/v1/agents/{}/login", floor.anna), json!({})).await.ok();
    let mut told = String::new();
    while board.agents[&floor.anna]["bucket"] == "offline" {
        let message = tap.message().await;
        told.push_str(&message.to_string());
        board.take(&message);
    }
    assert!(board.at >= last);
    assert!(!told.contains(&floor.bert) && !told.contains(&floor.help) && !told.contains(&theirs), "{told}");
    assert!(board.events.iter().all(|event| event["user_id"] == *floor.anna), "{:?}", board.events);
    assert_eq!(board.conversations.contains_key(&ours), taken != ours, "what bert took is no longer anna's to see");

    // What she is told on the stream is what she may read.
    let read = anna.get("/v1/agents").await.ok();
    assert_eq!(read["data"].as_array().unwrap().len(), 1);
    let again = Tap::on(&anna, &[&named], None).await.message().await;
    assert!(again.get("conversations").is_none(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_without_teams_sees_no_agents_and_a_manager_all_of_them() {
    let floor = Floor::new().await;
    let chief = floor.house.user("chief", "supervisor").await;
    floor.house.user("max", "manager").await;
    let agents = async |login: &str| -> Vec<String> {
        let client = floor.sign_in(login).await;
        let snapshot = Tap::on(&client, &["agents", "queues"], None).await.message().await;
        assert_eq!((&snapshot["viewer"], snapshot["queues"].as_array().unwrap().len()), (&json!("supervisor"), 3));
        let rows = snapshot["agents"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(agents("chief").await, [chief]);
    assert_eq!(agents("max").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_a_team_begins_anew_and_sees_its_agents() {
    let floor = Floor::new().await;
    let admin = &floor.house.admin;
    let chief = floor.house.user("chief", "supervisor").await;
    let team = admin.post("/v1/teams", json!({"name": "red", "members": [floor.anna]})).await.ok();
    let path = format!("/v1/teams/{}/supervisors/{chief}", team["id"].as_str().unwrap());
    let client = floor.sign_in("chief").await;
    let (mut seen, mut since) = (1, None);
    for (method, sees) in [("PUT", 2), ("DELETE", 1)] {
        let mut tap = Tap::on(&client, &["agents"], since).await;
        if since.is_some() {
            assert_eq!(tap.message().await["reason"], "scope_changed");
        }
        let snapshot = tap.message().await;
        assert_eq!(snapshot["agents"].as_array().unwrap().len(), seen);
        since = snapshot["at"].as_u64();
        admin.ask(method, &path, None).await.ok();
        assert_eq!(tap.end().await, ("scope_changed".to_owned(), 4409));
        seen = sees;
    }
    let last = Tap::on(&client, &["agents"], None).await.message().await;
    assert_eq!(last["agents"].as_array().unwrap().len(), seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_is_another_stream() {
    let floor = Floor::new().await;
    let (conversation, _) = floor.arrive("8000").await;
    let dir = floor.house.store();
    let house = floor.house.again(|server| {
        assert!(server.stop().success());
        let init = Command::new(env!("CARGO_BIN_EXE_readyroom"))
            .args(["init", "--account", "other", "--admin-login", "eva", "--admin-name", "Eva", "--password-stdin"])
            .arg("--store")
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        let mut init = init.unwrap();
        writeln!(init.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(init.wait().unwrap().success());
    });
    house.until("/readyz", |health| health["status"] == "ok").await;
    let eva = Client::sign_in_to(&house.server.url, Some("other"), "eva").await;
    eva.until("/v1/agents", |page| page["data"].as_array().is_some_and(|rows| !rows.is_empty())).await;
    let named = format!("conversation:{conversation}");
    let mut topics = ALL.to_vec();
    topics.push(&named);
    let mut tap = Tap::on(&eva, &topics, None).await;
    let snapshot = tap.message().await;
    let rows = |kind: &str| snapshot[kind].as_array().map_or(0, Vec::len);
    assert_eq!((rows("agents"), rows("queues"), rows("conversations")), (1, 1, 0), "{snapshot}");
    // What happens next door is not heard here.
    house.admin.post(&format!("/v1/agents/{}/login", floor.anna), json!({})).await.ok();
    house.admin.post(&format!("/v1/conversations/{conversation}/end"), json!({})).await.ok();
    assert_eq!(tap.message().await["type"], "heartbeat");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_open_a_stream_and_only_from_pages_that_may() {
    let floor = Floor::new().await;
    let url = &floor.house.server.url;
    let refused = async |client: &Client| Tap::try_open(client, "?subscribe=agents").await.err();
    let no = |status, code: &str| Some((status, code.to_owned()));
    assert_eq!(refused(&Client::unknown(url)).await, no(401, "unauthenticated"));
    assert_eq!(refused(&Client::with_key(url, "rk_nobody")).await, no(401, "bad_key"));
    let (_, reader) = floor.key(&["agents:read"]).await;
    assert_eq!(refused(&reader).await, no(403, "forbidden"));
    let (_, board) = floor.key(&["stream", "agents:read"]).await;
    assert_eq!(refused(&board).await, None);
    let (_, narrow) = floor.key(&["stream"]).await;
    let topics = ["agents", "queues", "agent_events", "conversations", "conversation:cv_00000000000000000000000000"];
    for topic in topics {
        let mut tap = Tap::on(&narrow, &[topic], None).await;
        let told = tap.message().await;
        assert_eq!((&told["type"], &told["code"]), (&"error".into(), &"forbidden".into()), "{topic}: {told}");
    }
    let evil = board.with("origin", "https://evil.example");
    assert_eq!(refused(&evil).await, None, "a key is sent by no browser by itself");
    let anna = floor.sign_in("anna").await;
    assert_eq!(refused(&anna).await, None);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(refused(&anna.with("origin", origin)).await, no(403, "origin"), "{origin}");
    }
    let stale = Client::unknown(url).with("cookie", "readyroom_session=abc");
    assert_eq!(refused(&stale).await, no(401, "session_ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_host_may_open_a_stream_when_the_operator_allows_it() {
    let house = House::with(&[("READYROOM_ALLOWED_ORIGINS", "[\"https://desk.example\"]")]).await;
    let ada = Client::sign_in(&house.server.url, "ada").await;
    let opened = Tap::try_open(&ada.with("origin", "https://desk.example"), "?subscribe=agents").await;
    assert_eq!(opened.unwrap().message().await["type"], "snapshot");
    let refused = Tap::try_open(&ada.with("origin", "https://desk.example.evil.example"), "").await.err();
    assert_eq!(refused, Some((403, "origin".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_twenty_streams_and_no_more() {
    let floor = Floor::new().await;
    let (anna, bert) = (floor.sign_in("anna").await, floor.sign_in("bert").await);
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Tap::open(&anna, "?subscribe=queues").await);
    }
    assert_eq!(Tap::try_open(&anna, "").await.err(), Some((429, "too_many_streams".to_owned())));
    assert_eq!(Tap::on(&bert, &["queues"], None).await.message().await["type"], "snapshot");
    open.pop().unwrap().close().await;
    let until = std::time::Instant::now() + super::SOON;
    while Tap::try_open(&anna, "").await.is_err() {
        assert!(std::time::Instant::now() < until, "who closes one may open another");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_to_a_queue_begins_anew_and_sees_it() {
    let floor = Floor::new().await;
    let anna = floor.sign_in("anna").await;
    let mut tap = Tap::on(&anna, &["queues"], None).await;
    let mut board = Board::default();
    board.take(&tap.message().await);
    floor.join("8001", &floor.anna).await;
    assert_eq!(tap.end().await, ("scope_changed".to_owned(), 4409));
    let mut tap = Tap::on(&anna, &["queues"], Some(board.at)).await;
    let resync = tap.message().await;
    assert_eq!((&resync["type"], &resync["reason"]), (&json!("resync"), &json!("scope_changed")));
    let snapshot = tap.message().await;
    let ids: Vec<&Value> = snapshot["queues"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(ids.len(), 2);
    // What a membership is like is no matter of who sees what.
    let path = format!("/v1/queues/8001/memberships/{}", floor.anna);
    floor.house.admin.put(&path, json!({"tier_level": 3})).await.ok();
    assert_eq!(tap.of_type("heartbeat").await["type"], "heartbeat");
    floor.house.admin.delete(&path).await.ok();
    assert_eq!(tap.end().await, ("scope_changed".to_owned(), 4409));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session_and_with_its_key() {
    let floor = Floor::new().await;
    let (anna, bert) = (floor.sign_in("anna").await, floor.sign_in("bert").await);
    let (id, board) = floor.key(&["stream", "agents:read"]).await;
    let mut taps = [
        Tap::on(&anna, &["agents"], None).await,
        Tap::on(&board, &["agents"], None).await,
        Tap::on(&bert, &["agents"], None).await,
    ];
    for tap in &mut taps {
        assert_eq!(tap.message().await["type"], "snapshot");
    }
    assert_eq!(anna.delete("/v1/sessions/current").await.status, 204);
    floor.house.admin.delete(&format!("/v1/api-keys/{id}")).await;
    let [anna_tap, board_tap, bert_tap] = &mut taps;
    assert_eq!(anna_tap.end().await, ("session_ended".to_owned(), 4401));
    assert_eq!(board_tap.end().await, ("key_revoked".to_owned(), 4401));
    assert_eq!(bert_tap.of_type("heartbeat").await["type"], "heartbeat", "others are not disturbed");
    assert_eq!(Tap::try_open(&anna, "").await.err(), Some((401, "session_ended".to_owned())));
    assert_eq!(Tap::try_open(&board, "").await.err(), Some((401, "bad_key".to_owned())));
}
