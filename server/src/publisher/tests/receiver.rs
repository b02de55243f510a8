//! A receiver of the stream, who knows nothing but what it was sent.

use super::office::{Rows, Truth, keyed};
use crate::publisher::{Scope, Subscription, Topic};
use bytes::Bytes;
use futures_util::FutureExt;
use readyroom_core::ids::EventNo;
use serde_json::Value;
use std::collections::BTreeSet;

pub struct Receiver {
    pub subscription: Subscription,
    pub topics: BTreeSet<Topic>,
    pub scope: Scope,
    pub at: u64,
    pub agents: Rows,
    pub queues: Rows,
    pub conversations: Rows,
    pub events: Vec<Value>,
    pub messages: Vec<Value>,
    /// Where its list of events begins.
    pub events_from: u64,
    pub ended: Option<String>,
    pub resynced: Option<String>,
    /// Reads seldom.
    pub slow: bool,
    /// The snapshot goes on.
    pub more: bool,
}

/// Everything that waits for a subscription.
pub fn waiting(subscription: &mut Subscription) -> Vec<Value> {
    let next = || subscription.next().now_or_never().flatten();
    std::iter::from_fn(next).map(|message: Bytes| serde_json::from_slice(&message).unwrap()).collect()
}

impl Receiver {
    pub fn new(subscription: Subscription, topics: BTreeSet<Topic>, scope: Scope) -> Receiver {
        Receiver {
            subscription,
            topics,
            scope,
            at: 0,
            agents: Rows::new(),
            queues: Rows::new(),
            conversations: Rows::new(),
            events: Vec::new(),
            messages: Vec::new(),
            events_from: 0,
            ended: None,
            resynced: None,
            slow: false,
            more: false,
        }
    }

    /// Takes in all that waits.
    pub fn receive(&mut self) {
        for message in waiting(&mut self.subscription) {
            self.take(&message);
        }
    }

    fn take(&mut self, message: &Value) {
        assert_eq!(self.ended, None, "nothing follows the end");
        let at = message["at"].as_u64().unwrap();
        match message["type"].as_str().unwrap() {
            "snapshot" => {
                if !self.more {
                    (self.agents, self.queues, self.conversations) = Default::default();
                    (self.events, self.events_from) = (Vec::new(), at);
                }
                self.more = message.get("more").is_some();
                self.agents.extend(rows(message, "agents"));
                self.queues.extend(rows(message, "queues"));
                self.conversations.extend(rows(message, "conversations"));
            }
            "frame" => self.take_frame(message),
            "heartbeat" => {}
            "resync" => self.resynced = Some(message["reason"].as_str().unwrap().to_owned()),
            "end" => self.ended = Some(message["reason"].as_str().unwrap().to_owned()),
            other => panic!("{other} is no message of the stream"),
        }
        assert!(at >= self.at, "from {} back to {at}", self.at);
        self.at = at;
    }

    fn take_frame(&mut self, message: &Value) {
        for put in list(message, "put") {
            let (kind, row) = put.as_object().unwrap().iter().next().unwrap();
            let (id, row) = keyed(row.clone());
            self.kind(kind).insert(id, row);
        }
        for drop in list(message, "drop") {
            let (kind, id) = drop.as_object().unwrap().iter().next().unwrap();
            self.kind(kind).remove(id.as_str().unwrap());
        }
        self.events.extend(list(message, "events"));
        self.messages.extend(list(message, "messages"));
    }

    fn kind(&mut self, kind: &str) -> &mut Rows {
        match kind {
            "agent" => &mut self.agents,
            "queue" => &mut self.queues,
            "conversation" => &mut self.conversations,
            other => panic!("{other} is no kind of row"),
        }
    }

    /// What was received is what is so, for everything it subscribed to and nothing else.
    pub fn check(&self, truth: &Truth<'_>) {
        let held =
            [(Topic::Agents, &self.agents), (Topic::Queues, &self.queues), (Topic::Conversations, &self.conversations)];
        for (topic, rows) in held {
            let subscribed = self.topics.contains(&topic);
            if subscribed { truth.check(topic, &self.scope, rows) } else { assert!(rows.is_empty(), "{topic}") }
        }
        let subscribed = self.topics.contains(&Topic::AgentEvents);
        let told = if subscribed { truth.events(&self.scope, self.events_from) } else { vec![] };
        assert!(self.events.iter().eq(told.iter().copied()), "{:#?} and not {told:#?}", self.events);
    }

    /// What to come again with.
    pub fn since(&self) -> Option<EventNo> {
        Some(EventNo(self.at))
    }
}

fn list(message: &Value, name: &str) -> Vec<Value> {
    message.get(name).map_or_else(Vec::new, |list| {
        let list = list.as_array().unwrap().clone();
        assert!(!list.is_empty(), "empty parts are left out");
        list
    })
}

fn rows(message: &Value, name: &str) -> Rows {
    list(message, name).into_iter().map(keyed).collect()
}
