//! What the clients were told: every answer, every conversation that is theirs, every deadline they saw.

use super::super::Client;
use serde_json::Value;
use std::collections::BTreeMap;

/// A keyed request that was done, and the answer it got.
#[derive(Clone)]
pub struct Done {
    /// Who asked.
    pub by: Client,
    /// For what.
    pub path: String,
    /// With what.
    pub body: Value,
    /// Under which key.
    pub key: String,
    /// How it was answered.
    pub status: u16,
    /// With what.
    pub answer: Value,
}

impl Done {
    /// The position it was answered with.
    pub fn position(&self) -> u64 {
        self.answer["position"].as_u64().expect("answers carry their position")
    }
}

/// What an agent was last told of its wish.
#[derive(Clone)]
pub struct Wish {
    /// The status.
    pub status: &'static str,
    /// When it was asked for, milliseconds.
    pub asked_at: i64,
}

/// All of it.
#[derive(Default)]
pub struct Books {
    /// Keyed requests that were done, in the order of their answers.
    pub done: Vec<Done>,
    /// The highest position anybody was told.
    pub position: u64,
    /// Conversations whose arrival was answered; true once anybody asked for their end.
    pub conversations: BTreeMap<String, bool>,
    /// Arrivals that were asked for and not answered yet.
    pub arriving: usize,
    /// When offers and wrap-ups run out, as they were first shown.
    pub until: BTreeMap<String, i64>,
    /// Offers whose acceptance was answered: true for yes.
    pub accepts: BTreeMap<String, bool>,
    /// What agents want to be.
    pub wishes: BTreeMap<String, Wish>,
    /// Requests that were sent and got no answer, and were repeated until they got one.
    pub unanswered: u64,
}

impl Books {
    /// Takes down what was done.
    pub fn did(&mut self, done: Done) {
        self.told(&done.answer);
        self.done.push(done);
    }

    /// Takes down the position of an answer.
    pub fn told(&mut self, answer: &Value) {
        self.position = self.position.max(answer["position"].as_u64().unwrap_or(0));
    }

    /// Takes down the deadlines of an agent's row, which must be those that were shown before.
    pub fn saw(&mut self, row: &Value) {
        let offer = &row["offer"];
        if let Some(id) = offer["id"].as_str() {
            self.runs_out(id, &offer["until"]);
        }
        let wrap_up = &row["wrap_up"];
        if let Some(conversation) = wrap_up["conversation"].as_str() {
            self.runs_out(&format!("{} after {conversation}", row["id"]), &wrap_up["until"]);
        }
    }

    fn runs_out(&mut self, what: &str, until: &Value) {
        let until = millis(until).expect("it has a deadline");
        let first = *self.until.entry(what.to_owned()).or_insert(until);
        // A wrap-up of a conversation that came back and ended again is another one.
        if what.contains(" after ") && until > first {
            self.until.insert(what.to_owned(), until);
        } else {
            assert_eq!(until, first, "{what}: its deadline moved");
        }
    }

    /// Somebody is about to end this conversation.
    pub fn ends(&mut self, conversation: &str) {
        self.conversations.insert(conversation.to_owned(), true);
    }
}

/// An instant in an answer, in milliseconds.
pub fn millis(instant: &Value) -> Option<i64> {
    Some(instant.as_str()?.parse::<jiff::Timestamp>().expect("instants are RFC 3339").as_millisecond())
}

/// Now, in milliseconds.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
