//! The live board of an account and its stream: released turns in; rows, pages and frames out.
//!
//! One task owns everything here. What it is asked comes over bounded channels; frames leave through
//! bounded queues, one for each subscription; rows of the tables leave to whoever keeps them.
//!
//! - [`Live`] takes events in and knows every row; it has neither task nor socket.
//! - `stream.rs` has the subscriptions, `frames.rs` what they are sent.
//! - `visitors.rs` has those who watch nothing but their own chat.

mod frames;
mod live;
mod query;
mod recent;
mod rows;
mod scope;
mod start;
mod stream;
mod subscription;
mod tally;
#[cfg(test)]
mod tests;
mod topic;
mod visitors;

pub use frames::{Opener, SNAPSHOT_ROWS_MAX, end};
pub use live::{AGENT_EVENTS_REMEMBERED, Live};
pub use query::{AgentQuery, ConversationQuery, PAGE_MAX, Page};
pub use scope::{Scope, Standing, Viewer};
pub use start::{People, Person, QueueName, Start};
pub use stream::{NotSubscribed, SUBSCRIPTIONS_MAX, Subscribe};
pub use subscription::{End, Subscription, WAITING_BYTES_MAX, WAITING_MAX};
pub use topic::{BadTopic, TOPICS_MAX, Topic, topics};
pub use visitors::{News, Said, Watch};

use crate::clock;
use crate::projector::Batch;
use bytes::Bytes;
use readyroom_channels::chat::Chat;
use readyroom_core::engine::Turn;
use readyroom_core::event::Event;
use readyroom_core::event::codec::Kept;
use readyroom_core::ids::*;
use readyroom_views::tables::{Phase, Segment};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use stream::Stream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use visitors::Visitors;

/// How long changes gather before they are sent.
pub const TICK: Duration = Duration::from_millis(50);
/// How often subscriptions are told that nothing is missing.
pub const HEARTBEAT: Duration = Duration::from_secs(10);
/// How often those who wait are told a new place in the line.
const PLACES: Duration = Duration::from_secs(1);
/// Releases that wait to be taken in; over it the committer waits.
const RELEASES_MAX: usize = 64;
/// Questions that wait to be answered; over it those who ask wait.
const ASKED_MAX: usize = 256;
/// Rows of the tables that wait for their keeper; over it nothing more is taken in.
const ROWS_MAX: usize = 20_000;
/// Events after which the tables' folds are handed out with their rows.
const CHECKPOINT_EVENTS: u64 = 10_000;

/// Turns that the log has confirmed.
#[derive(Clone, Debug, Default)]
pub struct Released {
    /// The turns, in order.
    pub turns: Vec<Turn>,
    /// The last event that is confirmed; that of the last turn, if there is one.
    pub upto: EventNo,
    /// The promises that were confirmed with them.
    pub promises: Vec<Kept>,
}

/// The publisher has stopped: the account is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account is being closed; come again later")]
pub struct Closed;

/// How a chat stands, at which position, and what comes after it.
pub type Watching = (Chat, EventNo, Watch);

type Look = Box<dyn FnOnce(&mut Live) + Send>;

enum Asked {
    Look(Look),
    People(People),
    Rescope(UserId),
    Checkpoint,
    Subscribe(Box<Subscribe>, oneshot::Sender<Result<Subscription, NotSubscribed>>),
    Watch(ClientId, oneshot::Sender<Result<Watching, NotSubscribed>>),
    Close,
}

/// A handle on the publisher of one account. When the last one is dropped it stops, as by `close`.
#[derive(Clone)]
pub struct Publisher {
    releases: mpsc::Sender<Released>,
    asked: mpsc::Sender<Asked>,
    position: watch::Receiver<EventNo>,
}

impl Publisher {
    /// Starts the publisher. Batches go to `keeper` and are never dropped: while there is no room, no
    /// further release is taken in. The task ends after the last batch; when it panics the account is
    /// to be opened anew.
    pub fn start(live: Live, opener: Box<dyn Opener>, keeper: mpsc::Sender<Batch>) -> (Publisher, JoinHandle<()>) {
        let (releases, to_take) = mpsc::channel(RELEASES_MAX);
        let (asked, to_answer) = mpsc::channel(ASKED_MAX);
        let (told, position) = watch::channel(live.position());
        let (stream, visitors) = (Stream::new(live.position(), opener), Visitors::default());
        let batch = Batch { upto: live.position(), ..Batch::default() };
        let (handed_out, checkpoint_at) = (live.position(), live.position());
        let (joining, dirty, checkpoint_due) = (Vec::new(), false, false);
        let task =
            Task { live, stream, visitors, told, batch, handed_out, checkpoint_at, checkpoint_due, joining, dirty };
        (Publisher { releases, asked, position }, tokio::spawn(task.run(to_take, to_answer, keeper)))
    }

    /// Hands over what was confirmed, in order. Waits while there is too much of it.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn release(&self, released: Released) -> Result<(), Closed> {
        self.releases.send(released).await.map_err(|_| Closed)
    }

    /// The last event that rows and pages show.
    pub fn position(&self) -> watch::Receiver<EventNo> {
        self.position.clone()
    }

    /// The agents asked for.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn agents(&self, query: AgentQuery) -> Result<Page<UserId>, Closed> {
        self.look(move |live| live.agents(&query)).await
    }

    /// The row of an agent.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn agent(&self, agent: UserId) -> Result<Option<Bytes>, Closed> {
        self.look(move |live| live.agent(agent)).await
    }

    /// The queues in scope after this one, so many at most.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn queues(&self, scope: Scope, after: Option<QueueId>, limit: usize) -> Result<Page<QueueId>, Closed> {
        self.look(move |live| live.queues(&scope, after, limit)).await
    }

    /// The row of a queue.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn queue(&self, queue: QueueId) -> Result<Option<Bytes>, Closed> {
        self.look(move |live| live.queue(queue)).await
    }

    /// The conversations asked for; those that ended are not among them.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn conversations(&self, query: ConversationQuery) -> Result<Page<ConversationId>, Closed> {
        self.look(move |live| live.conversations(&query)).await
    }

    /// The ids of the conversations asked for.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn conversation_ids(&self, query: ConversationQuery) -> Result<Vec<ConversationId>, Closed> {
        self.look(move |live| live.conversation_ids(&query)).await
    }

    /// The row of a conversation that has not ended, if the scope has it.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn conversation(&self, scope: Scope, conversation: ConversationId) -> Result<Option<Bytes>, Closed> {
        self.look(move |live| {
            let seen = live.conversation_facts(conversation).is_some_and(|facts| scope.sees_conversation(facts));
            if seen { live.conversation(conversation) } else { None }
        })
        .await
    }

    /// The work that these agents have in hand, or all if none are named: talking, held and wrapping. And
    /// the position at which it was so.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn open_work(&self, of: Option<Arc<BTreeSet<UserId>>>) -> Result<(Vec<Segment>, EventNo), Closed> {
        self.look(move |live| {
            let works = |segment: &&Segment| {
                matches!(segment.phase, Phase::Talking | Phase::Held | Phase::Wrapping)
                    && segment.agent.is_some_and(|agent| of.as_ref().is_none_or(|of| of.contains(&agent)))
            };
            let segments = live.tables().conversation_segment.open_segments();
            (segments.filter(works).copied().collect(), live.position())
        })
        .await
    }

    /// Has what the tables' folds remember handed out with the next rows, so that a snapshot of the floor
    /// made before can be used.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn checkpoint(&self) -> Result<(), Closed> {
        self.ask(Asked::Checkpoint).await
    }

    /// The staff is now this.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn people(&self, people: People) -> Result<(), Closed> {
        self.ask(Asked::People(people)).await
    }

    /// What a person may see is no longer the same, or it may see nothing: its streams end.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn rescope(&self, user: UserId) -> Result<(), Closed> {
        self.ask(Asked::Rescope(user)).await
    }

    /// Begins a stream: a snapshot, or what changed `since`, and then a frame every 50 ms in which
    /// something changed. It begins within that time.
    ///
    /// # Errors
    /// `NotSubscribed`: there are too many, or the account is being closed.
    pub async fn subscribe(&self, subscribe: Subscribe) -> Result<Subscription, NotSubscribed> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked::Subscribe(Box::new(subscribe), answer);
        self.ask(asked).await.map_err(|Closed| NotSubscribed::Closed)?;
        answered.await.unwrap_or(Err(NotSubscribed::Closed))
    }

    /// How the chat of a client stands.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn chat(&self, client: ClientId) -> Result<Chat, Closed> {
        self.look(move |live| live.chat_of(client)).await
    }

    /// The last message of the client in this conversation at or before a position, if it is remembered.
    ///
    /// # Errors
    /// `Closed`.
    pub async fn said_by_client(
        &self,
        conversation: ConversationId,
        upto: EventNo,
    ) -> Result<Option<(EventNo, Timestamp)>, Closed> {
        self.look(move |live| live.said_by_client(conversation, upto)).await
    }

    /// Begins to watch the chat of a client: how it stands and at which position, and from then on within
    /// 50 ms of each change what changed.
    ///
    /// # Errors
    /// `NotSubscribed`: there are too many, or the account is being closed.
    pub async fn watch(&self, client: ClientId) -> Result<Watching, NotSubscribed> {
        let (answer, answered) = oneshot::channel();
        self.ask(Asked::Watch(client, answer)).await.map_err(|Closed| NotSubscribed::Closed)?;
        answered.await.unwrap_or(Err(NotSubscribed::Closed))
    }

    /// Stops: what was released is taken in and sent, all streams end, the last batch goes out.
    ///
    /// # Errors
    /// `Closed`: it has stopped already.
    pub async fn close(&self) -> Result<(), Closed> {
        self.ask(Asked::Close).await
    }

    async fn look<T: Send + 'static>(&self, look: impl FnOnce(&mut Live) -> T + Send + 'static) -> Result<T, Closed> {
        let (answer, answered) = oneshot::channel();
        // Whoever no longer waits for the answer does not miss it.
        let look: Look = Box::new(move |live| drop(answer.send(look(live))));
        self.ask(Asked::Look(look)).await?;
        answered.await.map_err(|_| Closed)
    }

    async fn ask(&self, asked: Asked) -> Result<(), Closed> {
        self.asked.send(asked).await.map_err(|_| Closed)
    }
}

type Answer = oneshot::Sender<Result<Subscription, NotSubscribed>>;

struct Task {
    live: Live,
    stream: Stream,
    visitors: Visitors,
    told: watch::Sender<EventNo>,
    batch: Batch,
    /// The last event that is in a batch handed out.
    handed_out: EventNo,
    checkpoint_at: EventNo,
    /// Somebody asked for one.
    checkpoint_due: bool,
    /// Those who came while changes were gathering begin at the next tick, so that nobody's frames
    /// have to be cut for them.
    joining: Vec<(Box<Subscribe>, Answer)>,
    /// Something changed since the last tick.
    dirty: bool,
}

impl Task {
    async fn run(
        mut self,
        mut releases: mpsc::Receiver<Released>,
        mut asked: mpsc::Receiver<Asked>,
        keeper: mpsc::Sender<Batch>,
    ) {
        let (mut tick, mut heartbeat, mut places) = (pin!(sleep(TICK)), pin!(sleep(HEARTBEAT)), pin!(sleep(PLACES)));
        loop {
            let was_dirty = self.dirty;
            tokio::select! {
                released = releases.recv(), if self.batch.rows.len() < ROWS_MAX => match released {
                    Some(released) => self.take(released),
                    None => break,
                },
                asked = asked.recv() => match asked {
                    Some(Asked::Close) | None => break,
                    Some(asked) => self.answer(asked),
                },
                room = keeper.reserve(), if self.has_news() => match room {
                    Ok(room) => room.send(self.next_batch(false)),
                    // Without a keeper the history would have a hole: better no more of it.
                    Err(_) => break,
                },
                () = &mut tick, if self.dirty => self.flush(),
                () = &mut places, if self.live.visits.has_moved() && !self.visitors.is_empty() => {
                    self.visitors.places(&mut self.live);
                    places.set(sleep(PLACES));
                }
                () = &mut heartbeat => {
                    self.visitors.sweep();
                    if self.stream.is_heard() {
                        self.stream.heartbeat(&self.live, clock::now());
                    }
                    heartbeat.set(sleep(HEARTBEAT));
                }
            }
            if self.dirty && !was_dirty {
                tick.set(sleep(TICK));
            }
        }
        asked.close();
        while let Ok(asked) = asked.try_recv() {
            self.answer(asked);
        }
        releases.close();
        while let Ok(released) = releases.try_recv() {
            self.take(released);
        }
        self.flush();
        self.stream.close();
        self.visitors.close(End::Shutdown);
        let last = self.next_batch(true);
        if keeper.send(last).await.is_err() {
            tracing::error!("the tables have lost their keeper; they are filled again from the log at the next start");
        }
    }

    fn take(&mut self, released: Released) {
        for turn in &released.turns {
            let moved = self.moved(turn);
            self.live.turn(turn, &mut self.batch.rows);
            moved.into_iter().for_each(|agent| self.stream.rescope(agent, &self.live));
            self.batch.forgotten.extend(turn.events.iter().flat_map(|event| match &event.event {
                Event::PersonForgotten { keys, .. } => keys.clone(),
                _ => Vec::new(),
            }));
            if self.live.is_heavy() {
                self.flush();
            }
        }
        assert_eq!(self.live.position(), released.upto, "a release ends with its last event");
        self.dirty |= !released.turns.is_empty();
        self.batch.upto = released.upto;
        self.batch.promises.extend(released.promises);
        self.told.send_replace(released.upto);
    }

    /// Agents who came to a queue or left one: they see its row and what waits in it, or no longer.
    fn moved(&self, turn: &Turn) -> Vec<UserId> {
        let moved = turn.events.iter().filter_map(|event| match &event.event {
            Event::MembershipSet { agent, queue, .. } if !self.live.is_member(*agent, *queue) => Some(*agent),
            Event::MembershipRemoved { agent, .. } => Some(*agent),
            _ => None,
        });
        moved.collect()
    }

    fn answer(&mut self, asked: Asked) {
        match asked {
            Asked::Look(look) => look(&mut self.live),
            Asked::People(people) => {
                self.live.people(people);
                self.dirty = true;
            }
            Asked::Rescope(user) => {
                // Who is about to begin with the old rights begins, and ends with the others.
                if !self.joining.is_empty() {
                    self.flush();
                }
                self.stream.rescope(user, &self.live);
            }
            Asked::Checkpoint => self.checkpoint_due = true,
            Asked::Subscribe(subscribe, answer) if self.dirty => self.joining.push((subscribe, answer)),
            Asked::Subscribe(subscribe, answer) => self.subscribe(*subscribe, answer),
            Asked::Watch(client, answer) => {
                // Whoever no longer waits has gone; it is found at the next sweep.
                drop(answer.send(self.visitors.watch(&self.live, client)));
            }
            // The loop has ended with the first one.
            Asked::Close => {}
        }
    }

    fn subscribe(&mut self, subscribe: Subscribe, answer: Answer) {
        let subscription = self.stream.subscribe(&mut self.live, subscribe, clock::now());
        // Whoever no longer waits has gone; its outlet is found closed at the next frame.
        drop(answer.send(subscription));
    }

    fn flush(&mut self) {
        self.visitors.flush(&mut self.live, self.stream.flushed(), self.stream.opener());
        self.stream.flush(&mut self.live);
        self.dirty = false;
        for (subscribe, answer) in std::mem::take(&mut self.joining) {
            self.subscribe(*subscribe, answer);
        }
    }

    /// Events that give no rows are news as well: whoever reads history waits until it has passed them.
    fn has_news(&self) -> bool {
        self.batch.upto > self.handed_out || !self.batch.promises.is_empty() || self.is_checkpoint_due()
    }

    fn is_checkpoint_due(&self) -> bool {
        self.checkpoint_due || self.live.position().0 - self.checkpoint_at.0 >= CHECKPOINT_EVENTS
    }

    fn next_batch(&mut self, last: bool) -> Batch {
        let position = self.live.position();
        let due = last || self.is_checkpoint_due();
        let next = Batch { upto: position, ..Batch::default() };
        let mut batch = std::mem::replace(&mut self.batch, next);
        if due {
            batch.checkpoint = Some(self.live.tables().clone());
            self.checkpoint_at = position;
            self.checkpoint_due = false;
        }
        self.handed_out = position;
        batch
    }
}
