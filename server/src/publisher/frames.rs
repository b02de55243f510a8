//! Frames: the messages of the stream, each one JSON text, assembled from rows that are encoded already.
//!
//! | `type` | beside it |
//! |---|---|
//! | `snapshot` | `at`, `server_time`, `viewer` (which list of `allowed` is meant for the receiver), and of what is subscribed `agents`, `queues`, `conversations`: rows; `more: true` when another snapshot message follows |
//! | `frame` | `at`; `put`: a list of `{"agent": row}`, `{"queue": row}`, `{"conversation": row}`; `drop`: a list of `{"agent": id}` and so on; `events`: rows of the agents' history; `messages` |
//! | `heartbeat` | `at`, `server_time` |
//! | `resync` | `at`, `reason`; a snapshot follows |
//! | `end` | `at`, `reason`; nothing follows |
//!
//! Empty parts are left out. `at` is the position to which a message brings its receiver; it never
//! goes back, and stays when only names or teams changed.

use super::live::{Live, json};
use super::scope::{Place, Scope, Standing};
use super::topic::Topic;
use crate::wire::Instant;
use crate::wire::agent::AgentEventRow;
use crate::wire::conversation::MessageRow;
use crate::wire::stream::{End, Reason};
use bytes::{BufMut, Bytes, BytesMut};
use readyroom_core::event::Sealed;
use readyroom_core::ids::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};

/// Rows of one message of a snapshot.
pub const SNAPSHOT_ROWS_MAX: usize = 1_000;

/// Opens what people wrote.
pub trait Opener: Send + Sync {
    /// The text; none when its key is gone, because the person was forgotten.
    fn open(&self, sealed: &Sealed) -> Option<String>;
}

/// What those of one class have in common; they all get the same frames.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    pub topics: BTreeSet<Topic>,
    pub scope: Scope,
    pub standing: Standing,
}

/// Which changes somebody wants at all.
#[derive(Default)]
pub(super) struct Wanted {
    agents: bool,
    queues: bool,
    events: bool,
    conversations: bool,
    messages: BTreeSet<ConversationId>,
}

/// What changed after a position: rows as JSON, by id; events and messages in their order.
pub(super) struct Changes {
    at: EventNo,
    /// Asked for by one who was away.
    resumed: bool,
    agents: Vec<(UserId, Bytes)>,
    queues: Vec<(QueueId, Option<Bytes>)>,
    conversations: Vec<ConversationChange>,
    events: Vec<(UserId, Bytes)>,
    moved: BTreeSet<UserId>,
    messages: Vec<(ConversationId, Option<Place>, Bytes)>,
}

struct ConversationChange {
    id: ConversationId,
    was: Option<Place>,
    now: Option<(Place, Bytes)>,
}

impl Class {
    fn has(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    fn wants_conversation(&self, id: ConversationId) -> bool {
        self.has(Topic::Conversations) || self.has(Topic::Conversation(id))
    }

    /// Whether messages are among its topics.
    pub fn wants_messages(&self) -> bool {
        self.topics.iter().any(|topic| matches!(topic, Topic::Conversation(_)))
    }
}

impl Wanted {
    /// What all these together want.
    pub fn by<'a>(classes: impl Iterator<Item = &'a Class>) -> Wanted {
        let mut wanted = Wanted::default();
        for topic in classes.flat_map(|class| &class.topics) {
            match topic {
                Topic::Agents => wanted.agents = true,
                Topic::Queues => wanted.queues = true,
                Topic::AgentEvents => wanted.events = true,
                Topic::Conversations => wanted.conversations = true,
                Topic::Conversation(id) => {
                    wanted.conversations = true;
                    wanted.messages.insert(*id);
                }
            }
        }
        wanted
    }
}

impl Changes {
    /// What changed after this position, as far as it is wanted.
    pub fn after(position: EventNo, live: &mut Live, wanted: &Wanted, opener: &dyn Opener, resumed: bool) -> Changes {
        let only = |wanted: bool, ids: BTreeSet<UserId>| if wanted { ids } else { BTreeSet::new() };
        let agents = only(wanted.agents, live.agents.changed_after(position));
        let (mut queues, mut conversations) = (BTreeSet::new(), BTreeSet::new());
        if wanted.queues {
            queues = live.queues.changed_after(position);
            queues.append(&mut live.queues.gone_after(position));
        }
        if wanted.conversations {
            conversations = live.conversations.changed_after(position);
            conversations.append(&mut live.conversations.gone_after(position));
        }
        let were = live.places_at(position);
        let mut changes = Changes {
            at: live.position(),
            resumed,
            agents: agents.into_iter().filter_map(|id| Some((id, live.agent(id)?))).collect(),
            queues: queues.into_iter().map(|id| (id, live.queue(id))).collect(),
            conversations: conversations.into_iter().map(|id| ConversationChange::of(id, &were, live)).collect(),
            events: Vec::new(),
            moved: BTreeSet::new(),
            messages: Vec::new(),
        };
        if wanted.events {
            let rows = live.events.after(position);
            changes.events = rows.map(|(at, row)| (row.user_id, json(&AgentEventRow::new(at, row)))).collect();
            changes.moved = changes.events.iter().map(|(agent, _)| *agent).collect();
        }
        let messages =
            live.messages.after(position).filter(|(_, message)| wanted.messages.contains(&message.conversation));
        changes.messages = messages
            .map(|(at, message)| {
                let text = opener.open(&message.body);
                let row = MessageRow::new(at, message.conversation, message.ts, message.author, text);
                (message.conversation, message.place, json(&row))
            })
            .collect();
        changes
    }

    /// The frame for one class; none when nothing of it concerns them.
    pub fn frame(&self, class: &Class) -> Option<Bytes> {
        let mut frame = Writer::new("frame", self.at);
        let before = frame.len();
        self.write_put(class, &mut frame);
        self.write_drop(class, &mut frame);
        if class.has(Topic::AgentEvents) && sees_any(&class.scope, &self.moved) {
            let seen = self.events.iter().filter(|(agent, _)| class.scope.sees_agent(*agent));
            frame.list("events", seen.map(|(_, row)| Item::Row(row)));
        }
        let wants = |id: &ConversationId, place: &Option<Place>| {
            class.has(Topic::Conversation(*id)) && place.is_some_and(|place| class.scope.sees(place))
        };
        let messages = self.messages.iter().filter(|(id, place, _)| wants(id, place));
        frame.list("messages", messages.map(|(_, _, row)| Item::Row(row)));
        // Who was away is answered even when it missed nothing.
        (self.resumed || frame.len() > before).then(|| frame.finish())
    }

    fn write_put(&self, class: &Class, frame: &mut Writer) {
        let agents = class.has(Topic::Agents).then(|| self.agents_seen(&class.scope));
        let queues = class.has(Topic::Queues).then(|| self.queues.iter().filter(|(id, _)| class.scope.sees_queue(*id)));
        let agents = agents.into_iter().flatten().map(|row| Item::Named("agent", row));
        let queues = queues.into_iter().flatten().filter_map(|(_, row)| Some(Item::Named("queue", row.as_ref()?)));
        let wanted = self.conversations.iter().filter(|change| class.wants_conversation(change.id));
        let seen = wanted.filter_map(|change| change.now.as_ref()).filter(|(place, _)| class.scope.sees(*place));
        let conversations = seen.map(|(_, row)| Item::Named("conversation", row));
        frame.list("put", agents.chain(queues).chain(conversations));
    }

    fn write_drop(&self, class: &Class, frame: &mut Writer) {
        let queues = class.has(Topic::Queues).then_some(&self.queues).into_iter().flatten();
        let gone = queues.filter(|(id, row)| row.is_none() && class.scope.sees_queue(*id));
        let queues = gone.map(|(id, _)| Item::Id("queue", id as &dyn Display));
        let left = |change: &&ConversationChange| {
            let was_seen = change.was.is_some_and(|place| class.scope.sees(place));
            let is_seen = change.now.as_ref().is_some_and(|(place, _)| class.scope.sees(*place));
            was_seen && !is_seen && class.wants_conversation(change.id)
        };
        let conversations = self.conversations.iter().filter(left).map(|change| Item::Id("conversation", &change.id));
        frame.list("drop", queues.chain(conversations));
    }

    /// Walks whichever is shorter, the rows or the scope: most scopes are one agent.
    fn agents_seen<'a>(&'a self, scope: &'a Scope) -> Box<dyn Iterator<Item = &'a Bytes> + 'a> {
        match &scope.agents {
            Some(few) if few.len() < self.agents.len() => Box::new(few.iter().filter_map(|id| {
                let at = self.agents.binary_search_by_key(id, |(id, _)| *id).ok()?;
                Some(&self.agents[at].1)
            })),
            _ => Box::new(self.agents.iter().filter(|(id, _)| scope.sees_agent(*id)).map(|(_, row)| row)),
        }
    }
}

impl ConversationChange {
    fn of(id: ConversationId, were: &BTreeMap<ConversationId, Option<Place>>, live: &mut Live) -> ConversationChange {
        let place = live.conversation_facts(id).map(Place::of);
        let was = were.get(&id).copied().unwrap_or(place);
        ConversationChange { id, was, now: place.and_then(|place| Some((place, live.conversation(id)?))) }
    }
}

fn sees_any(scope: &Scope, agents: &BTreeSet<UserId>) -> bool {
    match &scope.agents {
        None => !agents.is_empty(),
        Some(few) if few.len() < agents.len() => few.iter().any(|agent| agents.contains(agent)),
        Some(many) => agents.iter().any(|agent| many.contains(agent)),
    }
}

/// The messages of a snapshot: every row that a class sees, as it is now.
pub(super) fn snapshot(live: &mut Live, class: &Class, now: Timestamp) -> Vec<Bytes> {
    let mut rows: Vec<(&'static str, Bytes)> = Vec::new();
    if class.has(Topic::Agents) {
        let seen: Vec<_> = match &class.scope.agents {
            Some(some) => some.iter().copied().collect(),
            None => live.agents.ids().collect(),
        };
        rows.extend(seen.into_iter().filter_map(|id| Some(("agents", live.agent(id)?))));
    }
    if class.has(Topic::Queues) {
        let seen: Vec<_> = live.queues.ids().filter(|&id| class.scope.sees_queue(id)).collect();
        rows.extend(seen.into_iter().filter_map(|id| Some(("queues", live.queue(id)?))));
    }
    let named = class.topics.iter().filter_map(|topic| match topic {
        Topic::Conversation(id) => Some(*id),
        _ => None,
    });
    let ids: BTreeSet<_> =
        if class.has(Topic::Conversations) { live.conversations.ids().collect() } else { named.collect() };
    for id in ids {
        let seen = live.conversation_facts(id).is_some_and(|facts| class.scope.sees_conversation(facts));
        rows.extend(if seen { live.conversation(id).map(|row| ("conversations", row)) } else { None });
    }
    let mut messages: Vec<&[(&'static str, Bytes)]> = rows.chunks(SNAPSHOT_ROWS_MAX).collect();
    if messages.is_empty() {
        messages.push(&[]);
    }
    let last = messages.len() - 1;
    let write = |(number, rows): (usize, &[(&'static str, Bytes)])| {
        let mut message = Writer::new("snapshot", live.position());
        message.field("server_time", &Instant(now));
        message.field("viewer", &class.standing.as_str());
        for rows in rows.chunk_by(|one, next| one.0 == next.0) {
            message.list(rows[0].0, rows.iter().map(|(_, row)| Item::Row(row)));
        }
        if number < last {
            message.field("more", &true);
        }
        message.finish()
    };
    messages.into_iter().enumerate().map(write).collect()
}

/// Nothing happened: the position and the time.
pub(super) fn heartbeat(at: EventNo, now: Timestamp) -> Bytes {
    let mut message = Writer::new("heartbeat", at);
    message.field("server_time", &Instant(now));
    message.finish()
}

/// The receiver's position is of no use; all of it follows anew.
pub(super) fn resync(at: EventNo, reason: &str) -> Bytes {
    let mut message = Writer::new("resync", at);
    message.field("reason", &reason);
    message.finish()
}

/// Nothing follows. All that came before brought its receiver to this position, if to any.
pub fn end(at: Option<EventNo>, reason: Reason) -> Bytes {
    json(&End { kind: "end", at: at.map(|at| at.0), reason: reason.as_str() })
}

/// Writes one message: an object that is open until it is finished.
struct Writer(BytesMut);

enum Item<'a> {
    Row(&'a Bytes),
    Named(&'static str, &'a Bytes),
    Id(&'static str, &'a dyn Display),
}

impl Writer {
    fn new(kind: &str, at: EventNo) -> Writer {
        let mut text = BytesMut::with_capacity(256);
        write!(text, "{{\"type\":\"{kind}\",\"at\":{at}").expect(MEMORY);
        Writer(text)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn field(&mut self, name: &str, value: &impl serde::Serialize) {
        write!(self.0, ",\"{name}\":").expect(MEMORY);
        self.0.put(json(value));
    }

    /// A list, unless it is empty.
    fn list<'a>(&mut self, name: &str, items: impl Iterator<Item = Item<'a>>) {
        let mut first = true;
        for item in items {
            if first {
                write!(self.0, ",\"{name}\":[").expect(MEMORY);
            } else {
                self.0.put_u8(b',');
            }
            first = false;
            match item {
                Item::Row(row) => self.0.put_slice(row),
                Item::Named(kind, row) => {
                    write!(self.0, "{{\"{kind}\":").expect(MEMORY);
                    self.0.put_slice(row);
                    self.0.put_u8(b'}');
                }
                Item::Id(kind, id) => write!(self.0, "{{\"{kind}\":\"{id}\"}}").expect(MEMORY),
            }
        }
        if !first {
            self.0.put_u8(b']');
        }
    }

    fn finish(mut self) -> Bytes {
        self.0.put_u8(b'}');
        self.0.freeze()
    }
}

const MEMORY: &str = "memory takes whatever is written";
