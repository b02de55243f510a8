//! What one can subscribe to.

use readyroom_core::ids::ConversationId;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Topics of one subscription.
pub const TOPICS_MAX: usize = 100;

/// Something one can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The agents' rows.
    Agents,
    /// The queues' rows.
    Queues,
    /// Every row of the agents' history.
    AgentEvents,
    /// The rows of all conversations in scope.
    Conversations,
    /// The row of one conversation, and its messages.
    Conversation(ConversationId),
}

/// Why the topics cannot be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTopic {
    /// There is no such topic.
    #[error("{0:?} is no topic; there are agents, queues, agent_events, conversations, and conversation:cv_…")]
    Unknown(String),
    /// There is nothing to send.
    #[error("no topic is named; name at least one of agents, queues, agent_events, conversations, conversation:cv_…")]
    None,
    /// More than a subscription may have.
    #[error("{0} topics are too many; a stream takes {TOPICS_MAX}, and conversations has them all")]
    TooMany(usize),
}

impl FromStr for Topic {
    type Err = BadTopic;

    fn from_str(text: &str) -> Result<Topic, BadTopic> {
        let unknown = || BadTopic::Unknown(text.chars().take(80).collect());
        Ok(match text {
            "agents" => Topic::Agents,
            "queues" => Topic::Queues,
            "agent_events" => Topic::AgentEvents,
            "conversations" => Topic::Conversations,
            _ => {
                let id = text.strip_prefix("conversation:").ok_or_else(unknown)?;
                Topic::Conversation(id.parse().map_err(|_| unknown())?)
            }
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Agents => out.write_str("agents"),
            Topic::Queues => out.write_str("queues"),
            Topic::AgentEvents => out.write_str("agent_events"),
            Topic::Conversations => out.write_str("conversations"),
            Topic::Conversation(conversation) => write!(out, "conversation:{conversation}"),
        }
    }
}

/// Reads the topics of a subscription; to name one twice is to name it once.
///
/// # Errors
/// `BadTopic`: which of them is none, or that there are none or too many.
pub fn topics(texts: &[String]) -> Result<BTreeSet<Topic>, BadTopic> {
    if texts.len() > TOPICS_MAX {
        return Err(BadTopic::TooMany(texts.len()));
    }
    let topics: BTreeSet<Topic> = texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    if topics.is_empty() { Err(BadTopic::None) } else { Ok(topics) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_reads_back_and_what_is_none_is_named() {
        for text in ["agents", "queues", "agent_events", "conversations"] {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        let one = Topic::Conversation(ConversationId::from_u128(7));
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!("conversation:us_1".parse::<Topic>(), Err(BadTopic::Unknown("conversation:us_1".to_owned())));
        assert_eq!(topics(&[]), Err(BadTopic::None));
        assert_eq!(topics(&vec!["agents".to_owned(); 101]), Err(BadTopic::TooMany(101)));
    }
}
