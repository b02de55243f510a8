//! What a client says on the stream, and the answer when it makes no sense.

use crate::http::problem::Problem;
use crate::publisher::{Topic, topics};
use crate::wire::stream::{Asked, Mistake};
use axum::http::StatusCode;
use readyroom_core::ids::EventNo;
use std::collections::BTreeSet;

/// The longest message that is read, in bytes.
pub const ASKED_BYTES_MAX: usize = 16 * 1024;

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// To be told of these.
    Subscribe {
        /// What about.
        topics: BTreeSet<Topic>,
        /// After which position.
        since: Option<EventNo>,
    },
    /// To be no console link any more.
    Bye,
}

/// Reads a message.
pub fn read(text: &str) -> Result<Order, Problem> {
    if text.len() > ASKED_BYTES_MAX {
        let detail = format!("the message is larger than {ASKED_BYTES_MAX} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail));
    }
    let asked = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
    order(asked)
}

/// What was asked for, if it makes sense.
pub fn order(asked: Asked) -> Result<Order, Problem> {
    match asked {
        Asked { subscribe: Some(texts), since, bye: None } => {
            let topics = topics(&texts)
                .map_err(|wrong| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_topic", wrong.to_string()))?;
            Ok(Order::Subscribe { topics, since: since.map(EventNo) })
        }
        Asked { subscribe: None, since: None, bye: Some(true) } => Ok(Order::Bye),
        _ => Err(unreadable("it is neither of the two")),
    }
}

/// The answer to what is no text.
pub fn not_text() -> Problem {
    unreadable("it is binary")
}

/// The message that tells of a mistake.
pub fn mistake(problem: &Problem) -> String {
    let told = Mistake { kind: "error", code: problem.code().to_owned(), detail: problem.detail().to_owned() };
    serde_json::to_string(&told).expect("memory takes whatever is written")
}

fn unreadable(why: &str) -> Problem {
    let detail = format!(
        "the message cannot be understood ({why}); send {{\"subscribe\": [\"agents\", …]}}, with \"since\" to go on \
         after a position, or {{\"bye\": true}}"
    );
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let topics = BTreeSet::from([Topic::Agents, Topic::AgentEvents]);
        let order = read(r#"{"subscribe": ["agent_events", "agents", "agents"], "since": 7}"#).unwrap();
        assert_eq!(order, Order::Subscribe { topics, since: Some(EventNo(7)) });
        assert_eq!(read(r#"{"bye": true}"#).unwrap(), Order::Bye);
    }

    #[test]
    fn what_makes_no_sense_is_answered_with_what_would() {
        for (text, code) in [
            ("", "invalid"),
            ("{", "invalid"),
            ("[]", "invalid"),
            ("{}", "invalid"),
            (r#"{"subscribe": "agents"}"#, "invalid"),
            (r#"{"subscribe": ["agents"], "since": -1}"#, "invalid"),
            (r#"{"subscribe": ["agents"], "since": 1.5}"#, "invalid"),
            (r#"{"subscribe": ["agents"], "bye": true}"#, "invalid"),
            (r#"{"bye": false}"#, "invalid"),
            (r#"{"since": 1}"#, "invalid"),
            (r#"{"subscribe": ["agents"], "more": 1}"#, "invalid"),
            (r#"{"subscribe": []}"#, "unknown_topic"),
            (r#"{"subscribe": ["agents", "money"]}"#, "unknown_topic"),
            (r#"{"subscribe": ["conversation:us_1"]}"#, "unknown_topic"),
            (&format!(r#"{{"subscribe": ["{}"]}}"#, "x".repeat(ASKED_BYTES_MAX)), "too_large"),
        ] {
            let problem = read(text).expect_err(text);
            assert_eq!(problem.code(), code, "{text}");
            assert!(mistake(&problem).len() < 1_000, "{text}");
        }
    }
}
