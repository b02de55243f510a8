//! The demo, as a visitor meets it: started by hand, read from the terminal, looked at from all sides, and ended.

use crate::api::tap::Tap;
use crate::api::{Client, Running, SOON};
use crate::run;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the demo may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(3);

/// A demo at work, and what it printed. It is ended with its owner.
struct Demo {
    child: Child,
    out: BufReader<ChildStdout>,
    printed: Vec<String>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Starts it, with its temporary files in `dir`, and reads what it prints down to the second line across.
    fn start(dir: &Path, line: &str) -> Demo {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_readyroom"))
            .args(["demo", "--port", "0", "--shop-port", "0"])
            .args(line.split_whitespace())
            .env("TMPDIR", dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = Vec::<String>::new();
        while printed.iter().filter(|line| line.contains("────")).count() < 2 {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended early: {printed:?}");
            printed.push(line);
        }
        assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
        Demo { child, out, printed }
    }

    /// The words of the line that begins with this one.
    fn line(&self, name: &str) -> Vec<&str> {
        let lines = self.printed.iter().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines
            .into_iter()
            .find(|words| words.first() == Some(&name))
            .unwrap_or_else(|| panic!("{name}: {:?}", self.printed))
    }

    /// Where the server is, and where the shop.
    fn url(&self, name: &str) -> String {
        self.line(name)[1].trim_end_matches('/').to_owned()
    }

    /// Somebody of the three, signed in with what stands in their line.
    async fn sign_in(&self, name: &str) -> Client {
        let words = self.line(name);
        let client = Client::unknown(&self.url(name));
        let answer = client.post("/v1/sessions", json!({"login": words[2], "password": words[4]})).await;
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let csrf = answer.ok()["csrf_token"].as_str().unwrap().to_owned();
        client.with("cookie", &cookie).with("x-csrf-token", &csrf)
    }

    /// Ends it with this signal, and returns what it said last.
    fn end(mut self, signal: &str) -> String {
        let pid = self.child.id().to_string();
        let asked = Instant::now();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(asked.elapsed() < ENDS_WITHIN, "it took {:?}", asked.elapsed());
        assert_eq!(status.code(), Some(0));
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

fn words<'a>(rows: &'a Value, name: &str) -> BTreeSet<&'a str> {
    rows["data"].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_visitor_finds_a_floor_at_work_and_takes_part() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path(), "--speed 20 --agents 24 --seed 7");
    let (server, shop) = (demo.url("Agent"), demo.url("Shop"));
    let (agent, supervisor, administrator) =
        (demo.sign_in("Agent").await, demo.sign_in("Supervisor").await, demo.sign_in("Administrator").await);

    // The floor lives: people are in many states, and conversations come and end.
    let rows = supervisor.until("/v1/agents?limit=1000", |rows| words(rows, "bucket").len() >= 5).await;
    assert!(rows["data"].as_array().unwrap().len() >= 24, "the supervisor sees everybody who is played");
    let wall = demo.line("Wall")[1].split_once("#key=").unwrap().1.to_owned();
    let wall = Client::with_key(&server, &wall);
    wall.until("/v1/queues-live", |rows| rows["data"].as_array().unwrap().iter().any(|row| row["active"] != 0)).await;
    let ended = |rows: &Value| rows["data"].as_array().unwrap().iter().filter(|row| row["phase"] == "talking").count();
    administrator.until("/v1/segments?limit=1000", |rows| ended(rows) >= 3).await;

    // The shop is another page, and carries the widget.
    let page = Client::unknown(&shop).get("/").await.ok();
    let page = page.as_str().unwrap();
    assert!(page.contains(&format!("{server}/widget.js")), "{page}");
    let widget = page.split("data-widget=\"").nth(1).unwrap().split('"').next().unwrap();

    // What is written there rings at the visitor's own agent, who has a page open and is at work.
    let me = agent.get("/v1/sessions/current").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let _page = Tap::on(&agent, &["agents"], None).await;
    agent.post(&format!("/v1/agents/{me}/login"), json!({})).await.ok();
    agent.until(&format!("/v1/agents/{me}"), |row| row["status"] == "available").await;
    let chat = Client::unknown(&server).with("origin", &shop);
    let token = chat.post(&format!("/v1/chat/{widget}/visits"), json!({"name": "Vera"})).await.ok();
    let chat = chat.with("authorization", &format!("Bearer {}", token["token"].as_str().unwrap()));
    let said = chat.post(&format!("/v1/chat/{widget}/messages"), json!({"text": "Is the desk in stock?"})).await;
    said.ok();
    let until = Instant::now() + SOON;
    let visit = loop {
        // Others write to the shop, too, as soon as somebody is there.
        let row = agent.get(&format!("/v1/agents/{me}")).await.ok();
        if let Some(offer) = row["offer"]["id"].as_str() {
            // Whoever wrote may be gone again.
            agent.post(&format!("/v1/offers/{offer}/accept"), json!({})).await;
        }
        let visit = chat.get(&format!("/v1/chat/{widget}/visit")).await.ok();
        if visit["stage"] == "active" {
            break visit;
        }
        assert!(Instant::now() < until, "nobody took it: {visit} {row}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(visit["agent"].to_string().contains("Robin"), "the visitor's own agent has it: {visit}");

    let rest = demo.end("-INT");
    assert!(rest.contains("conversations came") && rest.contains("Nothing unexpected."), "{rest}");
    assert_eq!(dir.path().read_dir().unwrap().count(), 0, "what was borrowed is gone");
    for url in [server, shop] {
        TcpListener::bind(("127.0.0.1", port(&url))).unwrap();
    }
}

#[tokio::test]
async fn a_lone_shopper_gets_an_answer_from_who_stands_in() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path(), "--speed 2 --agents 8 --seed 3");
    let (server, shop) = (demo.url("Agent"), demo.url("Shop"));
    let page = Client::unknown(&shop).get("/").await.ok();
    let widget = page.as_str().unwrap().split("data-widget=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let chat = Client::unknown(&server).with("origin", &shop);
    let token = chat.post(&format!("/v1/chat/{widget}/visits"), json!({})).await.ok();
    let chat = chat.with("authorization", &format!("Bearer {}", token["token"].as_str().unwrap()));
    chat.post(&format!("/v1/chat/{widget}/messages"), json!({"text": "Can I return the lamp?"})).await.ok();
    let answered = |visit: &Value| visit["messages"].as_array().unwrap().iter().any(|said| said["author"] == "agent");
    let visit = chat.until(&format!("/v1/chat/{widget}/visit"), answered).await;
    assert!(visit.to_string().contains("thirty days"), "it was understood: {visit}");
    assert!(demo.end("-TERM").contains("Nothing unexpected."));
}

#[tokio::test]
async fn what_is_kept_can_be_served() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("kept");
    let demo = Demo::start(dir.path(), &format!("--speed 60 --agents 8 --quiet --keep {}", kept.display()));
    let administrator = demo.sign_in("Administrator").await;
    administrator.until("/v1/segments?limit=1000", |rows| rows["data"].as_array().unwrap().len() >= 10).await;
    assert_eq!(demo.end("-TERM"), "", "whoever wants it quiet is told nothing more");
    assert_eq!(run(&kept, "log verify DIR").code, 0);
    let server = Running::start(&kept, &[]);
    let client = Client::unknown(&server.url);
    client.post("/v1/sessions", json!({"login": "admin", "password": "readyroom-demo"})).await.ok();
    assert!(server.stop().success());
    assert_eq!(run(&kept, "demo --port 0 --shop-port 0 --keep DIR").code, 2, "it holds something now");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for line in ["demo --agents 7".to_owned(), "demo --speed 0".to_owned(), format!("demo --port {port}")] {
        assert_eq!(run(dir.path(), &line).code, 2, "{line}");
    }
}
