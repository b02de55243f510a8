//! What is said of an agent and a conversation, in words for people and codes for machines.

use super::time::instant;
use readyroom_core::explain::Verdict;
use serde::Serialize;

/// A verdict as JSON tells it.
#[derive(Serialize)]
pub struct Told {
    /// `first`, `behind` or `refused`.
    verdict: &'static str,
    /// Why behind, or why refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'static str>,
    /// When a delay lets it through.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<String>,
}

impl From<Verdict> for Told {
    fn from(verdict: Verdict) -> Told {
        let (verdict, code, words, opens_at) = match verdict {
            Verdict::First => ("first", None, None, None),
            Verdict::Behind(code) => ("behind", Some(code.as_str()), Some(code.words()), None),
            Verdict::Refused { code, opens_at } => ("refused", Some(code.as_str()), Some(code.words()), opens_at),
        };
        Told { verdict, code, words, opens_at: opens_at.map(instant) }
    }
}

/// The same as a phrase.
pub fn phrase(verdict: Verdict) -> String {
    match verdict {
        Verdict::First => "may take it, and comes first".into(),
        Verdict::Behind(code) => {
            format!("may take it, and comes behind the first: {} ({})", code.words(), code.as_str())
        }
        Verdict::Refused { code, opens_at } => {
            let until = opens_at.map_or_else(String::new, |at| format!(", until {}", instant(at)));
            format!("may not: {}{until} ({})", code.words(), code.as_str())
        }
    }
}
