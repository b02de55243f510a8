//! Visitors who watch their own chat: each is told of that and of nothing else. What there is to say is
//! found by the clients whose chats changed, so that those who only wait cost nothing.

use super::frames::Opener;
use super::live::Live;
use super::stream::{NotSubscribed, SUBSCRIPTIONS_MAX};
use super::subscription::{End, WAITING_MAX};
use readyroom_channels::chat::{Chat, PLACE_MAX, current};
use readyroom_core::event::{Author, Event};
use readyroom_core::floor::facts::{ConversationFacts, StageFacts};
use readyroom_core::ids::*;
use readyroom_views::tables::WrittenBy;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// What a visitor is told of.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The chat stands so now.
    Chat(Chat),
    /// Somebody wrote in it.
    Said(Said),
}

/// A message of a visitor's thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The event that recorded it.
    pub position: EventNo,
    /// In which conversation.
    pub conversation: ConversationId,
    /// When.
    pub ts: Timestamp,
    /// Who wrote.
    pub author: Author,
    /// What; none when its key is gone.
    pub text: Option<String>,
}

/// The watcher's half. Whoever drops it watches no longer.
pub struct Watch {
    news: mpsc::Receiver<News>,
    end: Arc<OnceLock<End>>,
}

impl Watch {
    /// What comes next; none after the end. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Why it ended, or is about to.
    pub fn end(&self) -> Option<End> {
        self.end.get().copied()
    }
}

struct Outlet {
    news: mpsc::Sender<News>,
    end: Arc<OnceLock<End>>,
}

impl Outlet {
    /// False: it is of no more use.
    fn send(&self, news: &News) -> bool {
        match self.news.try_send(news.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.end(End::SlowConsumer);
                false
            }
            Err(TrySendError::Closed(_)) => false,
        }
    }

    fn end(&self, why: End) {
        // A second end would change nothing: the first one stands.
        let _ = self.end.set(why);
    }
}

/// All who watch, by client.
#[derive(Default)]
pub(super) struct Visitors {
    watched: BTreeMap<ClientId, Watched>,
    open: usize,
}

struct Watched {
    outlets: Vec<Outlet>,
    told: Chat,
}

impl Visitors {
    /// Whether nobody watches.
    pub fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    /// Begins to watch the chat of a client: how it stands at the position that was taken in last.
    pub fn watch(&mut self, live: &Live, client: ClientId) -> Result<(Chat, EventNo, Watch), NotSubscribed> {
        if self.open >= SUBSCRIPTIONS_MAX {
            return Err(NotSubscribed::Full);
        }
        let chat = live.chat_of(client);
        let (send, news) = mpsc::channel(WAITING_MAX);
        let end = Arc::new(OnceLock::new());
        let outlet = Outlet { news: send, end: end.clone() };
        let watched = self.watched.entry(client).or_insert_with(|| Watched { outlets: Vec::new(), told: chat });
        watched.outlets.push(outlet);
        self.open += 1;
        Ok((chat, live.position(), Watch { news, end }))
    }

    /// Tells those whose chats changed after this position.
    pub fn flush(&mut self, live: &mut Live, before: EventNo, opener: &dyn Opener) {
        let stirred = live.visits.take_stirred();
        if self.watched.is_empty() {
            return;
        }
        if before < live.messages.known_from() {
            // More was said at once than is remembered.
            return self.close(End::SlowConsumer);
        }
        let mut said: BTreeMap<ClientId, Vec<News>> = BTreeMap::new();
        for (position, message) in live.messages.after(before) {
            let watched = message.client.filter(|client| self.watched.contains_key(client));
            if let (Some(client), Some(author)) = (watched, message.author.said()) {
                let text = opener.open(&message.body);
                let (conversation, ts) = (message.conversation, message.ts);
                said.entry(client).or_default().push(News::Said(Said { position, conversation, ts, author, text }));
            }
        }
        for client in stirred {
            if self.watched.contains_key(&client) {
                let said = said.remove(&client).unwrap_or_default();
                self.tell(client, live.chat_of(client), said);
            }
        }
    }

    /// Tells those who wait in lines that moved where they stand now.
    pub fn places(&mut self, live: &mut Live) {
        for queue in live.visits.take_moved() {
            let waiting: Vec<ConversationId> = live.visits.line(queue).take(PLACE_MAX).collect();
            for conversation in waiting {
                let client = live.conversation_facts(conversation).map(|facts| facts.client);
                if let Some(client) = client.filter(|client| self.watched.contains_key(client)) {
                    self.tell(client, live.chat_of(client), Vec::new());
                }
            }
        }
    }

    fn tell(&mut self, client: ClientId, chat: Chat, said: Vec<News>) {
        let Some(watched) = self.watched.get_mut(&client) else { return };
        let mut news = said;
        if watched.told.shown() != chat.shown() || watched.told.blocked != chat.blocked {
            // The last words of a chat come before its end, and the first ones after its beginning.
            let at = if chat.shown().stage.is_open() { 0 } else { news.len() };
            news.insert(at, News::Chat(chat));
        }
        watched.told = chat;
        let before = watched.outlets.len();
        watched.outlets.retain(|outlet| news.iter().all(|news| outlet.send(news)));
        self.open -= before - watched.outlets.len();
        if watched.outlets.is_empty() {
            self.watched.remove(&client);
        }
    }

    /// Forgets those who went without a word.
    pub fn sweep(&mut self) {
        for watched in self.watched.values_mut() {
            watched.outlets.retain(|outlet| !outlet.news.is_closed());
        }
        self.watched.retain(|_, watched| !watched.outlets.is_empty());
        self.open = self.watched.values().map(|watched| watched.outlets.len()).sum();
    }

    /// Ends all of them.
    pub fn close(&mut self, why: End) {
        let all = std::mem::take(self);
        all.watched.into_values().flat_map(|watched| watched.outlets).for_each(|outlet| outlet.end(why));
    }
}

/// Where a conversation stands in the line of its queue: as the router ranks those who require nothing.
type Rank = (Reverse<u8>, Timestamp, ConversationId);

/// What a board must know besides to answer visitors: whose chats there are, and the lines they wait in.
#[derive(Default)]
pub(super) struct Visits {
    by_client: BTreeMap<ClientId, BTreeSet<ConversationId>>,
    lines: BTreeMap<QueueId, BTreeSet<Rank>>,
    blocked: BTreeSet<ClientId>,
    /// Clients whose chats changed since somebody was told.
    stirred: BTreeSet<ClientId>,
    /// Lines in which somebody may have another place since.
    moved: BTreeSet<QueueId>,
}

impl Visits {
    /// With these clients blocked, and no chats yet.
    pub fn new(blocked: BTreeSet<ClientId>) -> Visits {
        Visits { blocked, ..Visits::default() }
    }

    /// A conversation is another than it was; none: it was not there, or is gone.
    pub fn touch(&mut self, before: Option<&ConversationFacts>, after: Option<&ConversationFacts>) {
        let is_chat = |facts: &&ConversationFacts| facts.channel == Channel::Chat;
        let (before, after) = (before.filter(is_chat), after.filter(is_chat));
        for (facts, is_there) in before.map(|facts| (facts, false)).into_iter().chain(after.map(|facts| (facts, true)))
        {
            let of_client = self.by_client.entry(facts.client).or_default();
            if is_there {
                of_client.insert(facts.conversation);
            } else {
                of_client.remove(&facts.conversation);
            }
            if of_client.is_empty() {
                self.by_client.remove(&facts.client);
            }
            self.stirred.insert(facts.client);
        }
        let ranks = |facts: Option<&ConversationFacts>| facts.and_then(|facts| Some((facts.queue, self.rank(facts)?)));
        let (was, is) = (ranks(before), ranks(after));
        if was != is {
            was.into_iter().for_each(|place| self.stand(place, false));
            is.into_iter().for_each(|place| self.stand(place, true));
        }
    }

    /// What an event tells that no facts do: of these chats of the client, as they stand.
    pub fn learn(&mut self, event: &Event, facts: &BTreeMap<ConversationId, ConversationFacts>) {
        match event {
            Event::ClientBlocked { client, blocked } => {
                if *blocked {
                    self.blocked.insert(*client);
                } else {
                    self.blocked.remove(client);
                }
                self.stirred.insert(*client);
                let theirs = self.by_client.get(client).into_iter().flatten().filter_map(|id| facts.get(id));
                let in_line = theirs.filter(|facts| waits(facts)).map(|facts| (facts.queue, rank_of(facts)));
                for place in in_line.collect::<Vec<_>>() {
                    self.stand(place, !blocked);
                }
            }
            Event::MessageRecorded { conversation, .. } => {
                self.stirred.extend(facts.get(conversation).map(|facts| facts.client));
            }
            _ => {}
        }
    }

    fn stand(&mut self, (queue, rank): (QueueId, Rank), is_there: bool) {
        let line = self.lines.entry(queue).or_default();
        let changed = if is_there { line.insert(rank) } else { line.remove(&rank) };
        if line.is_empty() {
            self.lines.remove(&queue);
        }
        if changed {
            self.moved.insert(queue);
        }
    }

    /// One who is blocked waits and is never routed: others do not wait for it.
    fn rank(&self, facts: &ConversationFacts) -> Option<Rank> {
        (waits(facts) && !self.blocked.contains(&facts.client)).then(|| rank_of(facts))
    }

    /// The place of a conversation in its line, from 1; none when it is in none, or too far back to count.
    pub fn place(&self, facts: &ConversationFacts) -> Option<u32> {
        let rank = self.rank(facts)?;
        let line = self.lines.get(&facts.queue)?;
        let before = line.iter().take(PLACE_MAX).position(|known| *known == rank)?;
        u32::try_from(before + 1).ok()
    }

    /// Those who wait in a line, the first one first.
    fn line(&self, queue: QueueId) -> impl Iterator<Item = ConversationId> {
        self.lines.get(&queue).into_iter().flatten().map(|&(_, _, conversation)| conversation)
    }

    /// Whether somebody may have another place than they were told.
    pub fn has_moved(&self) -> bool {
        !self.moved.is_empty()
    }

    fn take_stirred(&mut self) -> BTreeSet<ClientId> {
        std::mem::take(&mut self.stirred)
    }

    fn take_moved(&mut self) -> BTreeSet<QueueId> {
        std::mem::take(&mut self.moved)
    }
}

impl Live {
    /// How the chat of a client stands; whether there were words before, the tables know.
    pub fn chat_of(&self, client: ClientId) -> Chat {
        let theirs = self.visits.by_client.get(&client).into_iter().flatten();
        let held = current(theirs.filter_map(|&conversation| self.conversation_facts(conversation)).copied());
        // One that its agent finishes is over, and it was.
        let wrote = self.visits.by_client.contains_key(&client);
        let place = held.as_ref().and_then(|facts| self.visits.place(facts));
        Chat { held, place, wrote, blocked: self.visits.blocked.contains(&client) }
    }

    /// The last message of the client in this conversation at or before a position, if it is remembered.
    pub fn said_by_client(&self, conversation: ConversationId, upto: EventNo) -> Option<(EventNo, Timestamp)> {
        let messages = self.messages.after(EventNo(0));
        let theirs = messages.filter(|(at, message)| {
            *at <= upto && message.conversation == conversation && message.author == WrittenBy::Client
        });
        theirs.last().map(|(at, message)| (at, message.ts))
    }
}

/// What is offered to somebody may come back, and keeps its place until it is taken.
fn waits(facts: &ConversationFacts) -> bool {
    matches!(facts.stage, StageFacts::Waiting | StageFacts::Offered { .. })
}

fn rank_of(facts: &ConversationFacts) -> Rank {
    (Reverse(facts.priority), facts.arrived_at, facts.conversation)
}
