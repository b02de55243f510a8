//! Somebody who uses the public API and knows that servers fall: what was not answered is asked again,
//! under the same key, until it is.

use super::super::{Answer, Client};
use super::books::{Books, Done, now};
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(25);

/// What all players share.
pub struct World {
    /// Where the server is; none while it is being looked at by whoever killed it.
    pub url: watch::Sender<Option<String>>,
    /// Whether it is time to go home.
    pub over: watch::Sender<bool>,
    /// The position after which wallboards may go home, too.
    pub last: watch::Sender<Option<u64>>,
    /// What everybody was told.
    books: Mutex<Books>,
}

impl World {
    /// Before anything happened.
    pub fn new(url: &str) -> Arc<World> {
        let (over, last, books) = (watch::channel(false).0, watch::channel(None).0, Mutex::default());
        Arc::new(World { url: watch::channel(Some(url.to_owned())).0, over, last, books })
    }

    /// The books. Not to be held across a wait.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("a player's failure is the test's")
    }

    /// Whether it is time to go home.
    pub fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Where the server is, as soon as anybody may know.
    pub async fn server(&self) -> String {
        let mut url = self.url.subscribe();
        url.wait_for(Option::is_some).await.expect("the world stays").clone().expect("it was just seen")
    }

    /// Asks until there is an answer that says yes or no. Also how often there was none.
    pub async fn ask(&self, client: &Client, method: &str, path: &str, body: Option<&Value>) -> Answer {
        loop {
            let server = self.server().await;
            match client.at(&server).try_ask(method, path, body).await {
                // It may be done or not, or was not for sure: both are asked again.
                Ok(Answer { status: 408 | 429 | 503, .. }) => {}
                Ok(answer) => return answer,
                Err(_) => self.books().unanswered += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A POST that is done once: what was answered, or the code of the refusal.
    pub async fn act(&self, client: &Client, key: String, path: &str, body: Value) -> Result<Value, String> {
        let keyed = client.with("idempotency-key", &key);
        let answer = self.ask(&keyed, "POST", path, Some(&body)).await;
        let Answer { status, body: told, .. } = said(answer, path)?;
        let done = Done { by: keyed, path: path.to_owned(), body, key, status, answer: told.clone() };
        self.books().did(done);
        Ok(told)
    }
}

/// An answer that says yes, or the code of a refusal that players must live with. Everything else is a
/// fault.
fn said(answer: Answer, path: &str) -> Result<Answer, String> {
    match answer.status {
        200..300 => Ok(answer),
        403 | 404 | 409 => Err(answer.body["code"].as_str().expect("a refusal has a code").to_owned()),
        _ => panic!("{path}: {answer:?}"),
    }
}

/// One of many.
pub struct Player {
    /// Where it plays.
    pub world: Arc<World>,
    /// As whom.
    pub client: Client,
    /// Its luck.
    pub dice: Dice,
    /// Its name in its keys.
    pub name: String,
    turn: u64,
}

impl Player {
    /// A player with luck of its own.
    pub fn new(world: &Arc<World>, client: Client, name: String, seed: u64) -> Player {
        Player { world: world.clone(), client, dice: Dice(seed), name, turn: 0 }
    }

    /// Whether it goes on.
    pub fn plays(&self) -> bool {
        !self.world.is_over()
    }

    /// A POST under a new key.
    pub async fn act(&mut self, path: &str, body: Value) -> Result<Value, String> {
        self.turn += 1;
        let key = format!("{} {}", self.name, self.turn);
        self.world.act(&self.client, key, path, body).await
    }

    /// A PUT or DELETE, which may be repeated as it is.
    pub async fn say(&mut self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let answer = said(self.world.ask(&self.client, method, path, body.as_ref()).await, path)?;
        self.world.books().told(&answer.body);
        Ok(answer.body)
    }

    /// What stands there; none when there is nothing, or nothing for these eyes.
    pub async fn see(&mut self, path: &str) -> Option<Value> {
        said(self.world.ask(&self.client, "GET", path, None).await, path).ok().map(|answer| answer.body)
    }

    /// Waits for so many milliseconds.
    pub async fn think(&mut self, ms: RangeInclusive<u64>) {
        let ms = self.dice.of(ms);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// Wants to be this, which must be so until somebody wants otherwise.
    pub async fn wish(&mut self, agent: &str, status: &'static str) {
        let asked_at = now();
        let path = format!("/v1/agents/{agent}/status");
        if self.say("PUT", &path, Some(json!({"status": status}))).await.is_ok() {
            self.world.books().wishes.insert(agent.to_owned(), super::books::Wish { status, asked_at });
        }
    }
}

/// Luck that can be had again from its seed.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of a range.
    pub fn of(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.next() % (range.end() - range.start() + 1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.of(0..=99) < chance
    }

    /// One of these; none of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.of(0..=from.len() as u64 - 1) as usize) }
    }
}
