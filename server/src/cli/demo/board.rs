//! The floor as the stream tells it: the rows that the demo looks at, and no others of its own.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// An agent, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentRow {
    pub id: String,
    pub bucket: String,
    pub status: String,
    pub status_since: String,
    pub leaving: Option<Leaving>,
    pub chats: u8,
    pub threads: u16,
    pub dead_channels: Vec<String>,
    pub queues: Vec<SeatRow>,
}

/// What an agent will be when nobody awaits it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Leaving {
    pub to: String,
}

/// An agent in a queue.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SeatRow {
    pub queue: String,
    pub logged_in: bool,
    pub tier_level: u16,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct QueueRow {
    pub id: String,
    pub name: String,
    pub waiting: usize,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ConversationRow {
    pub id: String,
    pub queue: String,
    pub channel: String,
    pub client: String,
    pub stage: String,
    pub agent: Option<String>,
    pub offer: Option<String>,
    pub held: bool,
    pub messages: usize,
    pub pending: String,
}

/// One message of the stream.
#[derive(Debug, Deserialize)]
pub struct Told {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub more: bool,
    #[serde(default)]
    agents: Vec<AgentRow>,
    #[serde(default)]
    queues: Vec<QueueRow>,
    #[serde(default)]
    conversations: Vec<ConversationRow>,
    #[serde(default)]
    put: Vec<Row>,
    #[serde(default)]
    drop: Vec<Gone>,
    /// Of a mistake, or of the end.
    pub code: Option<String>,
    pub detail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    Agent(AgentRow),
    Queue(QueueRow),
    Conversation(ConversationRow),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Gone {
    Queue(String),
    Conversation(String),
}

/// The rows as they are.
#[derive(Debug, Default)]
pub struct Board {
    pub agents: BTreeMap<String, AgentRow>,
    pub queues: BTreeMap<String, QueueRow>,
    pub conversations: BTreeMap<String, ConversationRow>,
    /// The rest of a snapshot is still to come.
    partial: bool,
}

impl Board {
    /// Takes a message in, and says which conversations changed or went.
    pub fn take(&mut self, told: Told) -> BTreeSet<String> {
        let mut touched = BTreeSet::new();
        if told.kind == "snapshot" {
            if !self.partial {
                touched.extend(std::mem::take(&mut self.conversations).into_keys());
                self.agents.clear();
                self.queues.clear();
            }
            self.partial = told.more;
        }
        let rows = told.agents.into_iter().map(Row::Agent);
        let rows = rows.chain(told.queues.into_iter().map(Row::Queue));
        let rows = rows.chain(told.conversations.into_iter().map(Row::Conversation));
        for row in rows.chain(told.put) {
            match row {
                Row::Agent(row) => drop(self.agents.insert(row.id.clone(), row)),
                Row::Queue(row) => drop(self.queues.insert(row.id.clone(), row)),
                Row::Conversation(row) => {
                    touched.insert(row.id.clone());
                    self.conversations.insert(row.id.clone(), row);
                }
            }
        }
        for gone in told.drop {
            match gone {
                Gone::Queue(id) => drop(self.queues.remove(&id)),
                Gone::Conversation(id) => {
                    self.conversations.remove(&id);
                    touched.insert(id);
                }
            }
        }
        touched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn conversation(id: &str, stage: &str) -> Value {
        json!({"id": id, "queue": "qu_1", "channel": "chat", "client": "cl_1", "stage": stage, "agent": null,
               "offer": null, "held": false, "messages": 0, "pending": "agent", "priority": 5})
    }

    fn take(board: &mut Board, told: Value) -> Vec<String> {
        board.take(serde_json::from_value(told).unwrap()).into_iter().collect()
    }

    #[test]
    fn frames_change_what_a_snapshot_told_and_the_next_one_replaces_it() {
        let mut board = Board::default();
        let first =
            json!({"type": "snapshot", "at": 1, "more": true, "conversations": [conversation("cv_1", "waiting")]});
        assert_eq!(take(&mut board, first), ["cv_1"]);
        let rest = json!({"type": "snapshot", "at": 1, "conversations": [conversation("cv_2", "waiting")]});
        assert_eq!(take(&mut board, rest), ["cv_2"]);
        assert_eq!(board.conversations.len(), 2);
        let frame = json!({"type": "frame", "at": 2, "put": [{"conversation": conversation("cv_2", "active")}],
                           "drop": [{"conversation": "cv_1"}]});
        assert_eq!(take(&mut board, frame), ["cv_1", "cv_2"]);
        assert_eq!(board.conversations["cv_2"].stage, "active");
        assert_eq!(take(&mut board, json!({"type": "heartbeat", "at": 2})), Vec::<String>::new());
        assert_eq!(take(&mut board, json!({"type": "snapshot", "at": 3})), ["cv_2"]);
        assert!(board.conversations.is_empty());
    }
}
