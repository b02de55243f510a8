//! The server as its clients meet it: a real process on a free port of the loopback, a store of its
//! own, and HTTP.

mod agent;
mod attacks;
mod bad_input;
mod chat;
mod clients;
mod console_link;
mod floor;
mod history;
mod kill;
mod people;
mod promises;
mod reports;
mod slow;
mod states;
mod stream;
mod stream_rights;
pub mod tap;
mod targets;
mod tls;
mod together;
mod widgets;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The password of everybody in tests.
pub const PASSWORD: &str = "correct horse battery";
/// How long anything may take that must come in the end.
pub const SOON: Duration = Duration::from_secs(20);

/// A server at work. It is ended with its owner.
pub struct Running {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// The one-time token of a new store.
    pub setup_token: Option<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a server on the store in `dir`, with more of the environment if need be.
    pub fn start(dir: &Path, more: &[(&str, &str)]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_readyroom"))
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(dir)
            // What a password costs is measured elsewhere.
            .env("READYROOM_PASSWORDS__MEMORY_KIB", "8")
            .env("READYROOM_PASSWORDS__PASSES", "1")
            .env("READYROOM_RATES__SIGN_INS_PER_MINUTE", "1000000")
            .env("READYROOM_RATES__UNKNOWN_PER_MINUTE", "1000000")
            .env("READYROOM_RATES__CHATS_PER_MINUTE", "1000000")
            .env("READYROOM_LOG__FILTER", "warn")
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut running = Running { child, url: String::new(), setup_token: None };
        let first = lines.next().expect("it says where it listens").unwrap();
        running.url = first.strip_prefix("readyroom listens on ").expect(&first).to_owned();
        if !dir.join("set-up").exists() && is_new(dir) {
            let token = lines.nth(1).expect("a new store has a token").unwrap();
            running.setup_token = Some(token.trim().to_owned());
        }
        // What it says later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        running
    }

    /// Ends it as a failing machine would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as an operator would, and says how it went.
    pub fn stop(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

/// Whether nobody has set this store up.
fn is_new(dir: &Path) -> bool {
    !dir.join("views").read_dir().is_ok_and(|mut files| files.any(|file| file.is_ok()))
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body; null when there is none, text when it is no JSON.
    pub body: Value,
    /// Its headers, by name.
    pub headers: Vec<(String, String)>,
}

impl Answer {
    /// The body of an answer that says yes.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// The code of an answer that says no, with this status.
    #[track_caller]
    pub fn no(self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        let kind = self.header("content-type").unwrap_or_default();
        assert_eq!(kind, "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{self:?}");
        self.body["code"].as_str().unwrap().to_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The position it was answered with.
    #[track_caller]
    pub fn position(&self) -> u64 {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body["position"].as_u64().expect("answers carry their position")
    }
}

/// Somebody who asks: with a key, with a session, or unknown.
#[derive(Clone)]
pub struct Client {
    http: ureq::Agent,
    /// Of the server.
    pub url: String,
    headers: Vec<(&'static str, String)>,
}

impl Client {
    /// Somebody unknown.
    pub fn unknown(url: &str) -> Client {
        let config = ureq::Agent::config_builder().timeout_global(Some(SOON)).http_status_as_error(false);
        Client { http: config.build().into(), url: url.to_owned(), headers: Vec::new() }
    }

    /// A program with this key.
    pub fn with_key(url: &str, secret: &str) -> Client {
        let mut client = Client::unknown(url);
        client.headers.push(("authorization", format!("Bearer {secret}")));
        client
    }

    /// The same towards a server that was started anew, elsewhere.
    pub fn at(&self, url: &str) -> Client {
        Client { url: url.to_owned(), ..self.clone() }
    }

    /// The same with one more header.
    pub fn with(&self, name: &'static str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.push((name, value.to_owned()));
        client
    }

    /// Signs in, and asks with the session from then on.
    pub async fn sign_in(url: &str, login: &str) -> Client {
        Client::sign_in_to(url, None, login).await
    }

    /// The same to one of several accounts.
    pub async fn sign_in_to(url: &str, account: Option<&str>, login: &str) -> Client {
        let client = Client::unknown(url);
        let body = json!({"account": account, "login": login, "password": PASSWORD});
        let answer = client.post("/v1/sessions", body).await;
        let cookie = answer.header("set-cookie").expect("a session has a cookie").split(';').next().unwrap().to_owned();
        let csrf = answer.ok()["csrf_token"].as_str().unwrap().to_owned();
        client.with("cookie", &cookie).with("x-csrf-token", &csrf)
    }

    /// The headers it sends, for a stream.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// Asks, if the server can be reached.
    pub async fn try_ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                serde_json::to_vec(body).unwrap()
            }
            None => Vec::new(),
        };
        let (http, request) = (self.http.clone(), request.body(body).unwrap());
        tokio::task::spawn_blocking(move || answer(&http, request)).await.unwrap().map_err(|error| error.to_string())
    }

    /// Asks.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.try_ask(method, path, body).await.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, Some(&body)).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("PUT", path, Some(&body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, None).await
    }
}

fn answer(http: &ureq::Agent, request: ureq::http::Request<Vec<u8>>) -> Result<Answer, ureq::Error> {
    let mut response = http.run(request)?;
    let status = response.status().as_u16();
    let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
    };
    let headers = response.headers().iter().map(header).collect();
    let text = response.body_mut().read_to_string()?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body, headers })
}

/// A server with one account that was set up, and its administrator.
pub struct House {
    /// Where its store is.
    pub dir: TempDir,
    /// The server.
    pub server: Running,
    /// The administrator, with a key for everything.
    pub admin: Client,
    /// The account.
    pub account: String,
}

impl House {
    /// A new store, set up.
    pub async fn new() -> House {
        House::with(&[]).await
    }

    /// The same, with more of the environment.
    pub async fn with(more: &[(&str, &str)]) -> House {
        let dir = tempfile::tempdir().unwrap();
        let server = Running::start(dir.path(), more);
        let token = server.setup_token.clone().expect("the store is new");
        let unknown = Client::unknown(&server.url);
        let answer = unknown
            .post(
                "/v1/setup",
                json!({"token": token, "account": "acme", "name": "Ada Admin", "login": "ada", "password": PASSWORD}),
            )
            .await
            .ok();
        let session = Client::sign_in(&server.url, "ada").await;
        let key = session.post("/v1/api-keys", json!({"name": "tests", "scopes": ["*"]})).await.ok();
        let admin = Client::with_key(&server.url, key["secret"].as_str().unwrap());
        House { dir, admin, account: answer["account"]["id"].as_str().unwrap().to_owned(), server }
    }

    /// Starts the server again on the same store, after something was done with it.
    pub fn again(self, end: impl FnOnce(Running)) -> House {
        let House { dir, server, admin, account } = self;
        end(server);
        let server = Running::start(dir.path(), &[]);
        let admin = admin.at(&server.url);
        House { dir, server, admin, account }
    }

    /// Adds a user of this role with the usual password, and returns the id.
    pub async fn user(&self, login: &str, role: &str) -> String {
        let body = json!({"name": format!("{login} of Acme"), "login": login, "role": role, "password": PASSWORD});
        self.admin.post("/v1/users", body).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// Adds a queue, and returns its id.
    pub async fn queue(&self, body: Value) -> String {
        self.admin.post("/v1/queues", body).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// Asks until the answer is as it should be, and returns it.
    pub async fn until(&self, path: &str, good: impl Fn(&Value) -> bool) -> Value {
        self.admin.until(path, good).await
    }

    /// The store's directory.
    pub fn store(&self) -> PathBuf {
        self.dir.path().to_owned()
    }
}

impl Client {
    /// Asks until the account is at work, and returns the answer.
    pub async fn opened(&self, path: &str) -> Value {
        let until = Instant::now() + SOON;
        loop {
            let answer = self.get(path).await;
            if answer.status != 503 {
                return answer.ok();
            }
            assert!(Instant::now() < until, "{answer:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks until the answer is as it should be, and returns it.
    pub async fn until(&self, path: &str, good: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + SOON;
        loop {
            let answer = self.get(path).await;
            if good(&answer.body) {
                return answer.body;
            }
            assert!(Instant::now() < until, "{path} did not become what it should: {answer:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
