//! Asking the server as any program asks it: over HTTP, with a key, a session, or unknown.

use super::tally::{Count, Tally};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Requests under way at once, over all askers.
const AT_ONCE: usize = 24;
/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(15);
/// How often a request is tried that was not done for want of room or connection.
const TRIES: u32 = 5;
/// The server closes connections that were idle for ten seconds.
const IDLE_MAX: Duration = Duration::from_secs(5);

/// Codes that say that somebody else was quicker: the floor changed while the request was on its way.
const RACES: &[&str] = &[
    "offer_gone",
    "not_active",
    "already_ended",
    "already_with_agent",
    "unknown_conversation",
    "unknown_call",
    "unknown_device",
    "no_wrap_up",
    "not_logged_in",
    "agent_offline",
    "agent_absent",
    "agent_at_capacity",
    "widget_closed",
];

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct No {
    /// The status; 0 when the server could not be reached.
    pub status: u16,
    /// The code of the problem.
    pub code: String,
    /// Its sentence.
    pub detail: String,
}

impl fmt::Display for No {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.status, self.code, self.detail)
    }
}

impl No {
    fn unreachable(detail: impl fmt::Display) -> No {
        No { status: 0, code: "unreachable".to_owned(), detail: detail.to_string() }
    }

    /// Whether somebody else was quicker.
    pub fn is_race(&self) -> bool {
        RACES.contains(&&*self.code)
    }

    /// Whether it is worth trying again as it is.
    fn passes(&self) -> bool {
        self.status == 0 || self.status == 503
    }
}

/// Somebody who asks. Clones share their connections.
#[derive(Clone)]
pub struct Asker {
    http: ureq::Agent,
    url: Arc<str>,
    headers: Vec<(&'static str, String)>,
    places: Arc<Semaphore>,
    /// What is counted.
    pub tally: Arc<Tally>,
}

impl Asker {
    /// Somebody unknown.
    pub fn unknown(url: &str, tally: Arc<Tally>) -> Asker {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TRY_MAX))
            .http_status_as_error(false)
            .max_idle_connections(AT_ONCE)
            .max_idle_connections_per_host(AT_ONCE)
            .max_idle_age(IDLE_MAX)
            .proxy(None);
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Asker { http: config.build().into(), url: url.into(), headers: Vec::new(), places, tally }
    }

    /// The same with a header more.
    fn with(&self, name: &'static str, value: String) -> Asker {
        let mut asker = self.clone();
        asker.headers.push((name, value));
        asker
    }

    /// A program with this key.
    pub fn with_key(&self, secret: &str) -> Asker {
        self.with("authorization", format!("Bearer {secret}"))
    }

    /// Somebody who signs in.
    ///
    /// # Errors
    /// What the server says.
    pub async fn signed_in(&self, login: &str, password: &str) -> Result<Asker, No> {
        let body = json!({"login": login, "password": password});
        let (signed_in, cookie) = self.send("POST", "/v1/sessions".to_owned(), Some(body), None).await?;
        let csrf = signed_in["csrf_token"].as_str().unwrap_or_default().to_owned();
        Ok(self.with("cookie", cookie.unwrap_or_default()).with("x-csrf-token", csrf))
    }

    /// Asks, and asks again when there was no room; a POST is done once all the same.
    ///
    /// # Errors
    /// What the server says.
    pub async fn ask(&self, method: &'static str, path: impl Into<String>, body: Option<Value>) -> Result<Value, No> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let path = path.into();
        let once =
            (method == "POST" && path != "/v1/setup").then(|| format!("demo-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        for again in 0..TRIES {
            if again > 0 {
                tokio::time::sleep(Duration::from_millis(50 << again)).await;
            }
            match self.send(method, path.clone(), body.clone(), once.clone()).await {
                Err(no) if no.passes() && again + 1 < TRIES => {}
                answer => return answer.map(|(body, _)| body),
            }
        }
        unreachable!("the last try is an answer")
    }

    /// GET.
    ///
    /// # Errors
    /// What the server says.
    pub async fn get(&self, path: impl Into<String>) -> Result<Value, No> {
        self.ask("GET", path, None).await
    }

    /// POST.
    ///
    /// # Errors
    /// What the server says.
    pub async fn post(&self, path: impl Into<String>, body: Value) -> Result<Value, No> {
        self.ask("POST", path, Some(body)).await
    }

    /// PUT.
    ///
    /// # Errors
    /// What the server says.
    pub async fn put(&self, path: impl Into<String>, body: Value) -> Result<Value, No> {
        self.ask("PUT", path, Some(body)).await
    }

    /// Has something done on the floor. What a race can answer is counted as one, anything else that is no yes
    /// as something nobody should have heard; none is returned then.
    pub async fn have(&self, method: &'static str, path: impl Into<String>, body: Option<Value>) -> Option<Value> {
        let path = path.into();
        match self.ask(method, path.clone(), body).await {
            Ok(answer) => Some(answer),
            Err(no) => {
                if no.is_race() {
                    self.tally.lost(&no.code);
                } else {
                    let kind = format!("{method} {}: {} {}", without_ids(&path), no.status, no.code);
                    self.tally.unexpected(kind, &no.detail);
                }
                None
            }
        }
    }

    /// One try: the body of a yes, and the cookie that came with it.
    async fn send(
        &self,
        method: &'static str,
        path: String,
        body: Option<Value>,
        once: Option<String>,
    ) -> Result<(Value, Option<String>), No> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let bytes = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        let request = request.body(bytes).map_err(No::unreachable)?;
        let _place = self.places.acquire().await.map_err(No::unreachable)?;
        self.tally.one(Count::Requests);
        let http = self.http.clone();
        let answered = tokio::task::spawn_blocking(move || exchange(&http, request)).await;
        let (status, cookie, text) = answered.map_err(No::unreachable)?.map_err(No::unreachable)?;
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if (200..300).contains(&status) {
            return Ok((body, cookie));
        }
        let said = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Err(No { status, code: said("code"), detail: said("detail") })
    }
}

type Exchanged = (u16, Option<String>, String);

fn exchange(http: &ureq::Agent, request: ureq::http::Request<Vec<u8>>) -> Result<Exchanged, ureq::Error> {
    let mut response = http.run(request)?;
    let status = response.status().as_u16();
    let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
    Ok((status, cookie, response.body_mut().read_to_string()?))
}

/// A path as its kind: what stands for one agent or conversation is left out.
fn without_ids(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let part = |part: &str| {
        let is_id = part.len() > 20 || part.contains([':', '~']) || part.bytes().any(|byte| byte.is_ascii_digit());
        if is_id && part != "v1" { "…" } else { part }.to_owned()
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_request_names_nobody() {
        assert_eq!(without_ids("/v1/agents/us_01j160r23gw5zkpfjme3fwzs5k/devices/desk:1"), "/v1/agents/…/devices/…");
        assert_eq!(
            without_ids("/v1/conversations/cv_01j160r23gw5zkpfjme3fwzs5k/messages?limit=5"),
            "/v1/conversations/…/messages"
        );
    }

    #[test]
    fn only_a_lost_race_is_expected() {
        let no = |code: &str| No { status: 409, code: code.to_owned(), detail: String::new() };
        assert!(no("offer_gone").is_race() && !no("invalid").is_race());
        assert!(No::unreachable("x").passes() && !no("offer_gone").passes());
    }
}
