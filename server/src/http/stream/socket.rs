//! One open stream: what the publisher has for it goes out, what its client says comes in, and a ping
//! every ten seconds finds out whether anybody is there.

use super::asked::{self, Order};
use super::link::Link;
use super::streams::Seat;
use crate::accounts::Failure;
use crate::auth::{self, ApiScope, Need, Role};
use crate::clock;
use crate::http::context::Context;
use crate::http::problem::Problem;
use crate::publisher::{self, NotSubscribed, Standing, Subscribe, Subscription, Topic, Viewer};
use crate::run::No;
use crate::wire::stream::Reason;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use axum::http::StatusCode;
use bytes::Bytes;
use readyroom_core::ids::EventNo;
use readyroom_core::refusal::Refusal;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// How often it is looked whether the client answered.
const BEAT: Duration = Duration::from_secs(5);
/// After so many beats it is asked whether it is there; by the first time it must have subscribed.
const PING_BEATS: u64 = 2;
/// How long a page may be silent, a ping and its way there and back, before its console counts as silent.
const QUIET_MAX: Duration = Duration::from_secs(12);
/// Pings that may stay without an answer.
const UNANSWERED_MAX: u32 = 2;
/// How long a client may take to take one message in.
const SEND_MAX: Duration = Duration::from_secs(20);
/// How long a client may take to say goodbye.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
/// Messages from a client between two pings, its pongs included.
const SAID_MAX: u32 = 30;
/// Mistakes of a client on one stream.
const MISTAKES_MAX: u32 = 10;
/// Attempts to begin while memberships of the caller change.
const ATTEMPTS_MAX: u32 = 5;

/// One open stream.
pub struct Socket {
    at: Context,
    socket: WebSocket,
    link: Option<Link>,
    subscription: Option<Subscription>,
    mistakes: u32,
    said: u32,
    beats: u64,
    unanswered: u32,
    _seat: Seat,
}

/// Why it is over.
enum End {
    /// The client closed it.
    Left,
    /// The connection is of no more use.
    Broke,
    /// The client does not read.
    Stuck,
    /// The publisher ended the subscription, and said why.
    Told,
    /// For a reason that the client is to be told.
    Because(Reason),
}

impl Socket {
    /// The stream of this caller.
    pub fn new(at: Context, seat: Seat, socket: WebSocket) -> Socket {
        let (link, subscription) = (Link::of(&at), None);
        Socket { at, socket, link, subscription, mistakes: 0, said: 0, beats: 0, unanswered: 0, _seat: seat }
    }

    /// Serves it to its end.
    pub async fn run(mut self, first: Option<Order>) {
        let Err(end) = self.serve(first).await;
        self.finish(end).await;
    }

    async fn serve(&mut self, first: Option<Order>) -> Result<Infallible, End> {
        let mut stopping = self.at.app.stopping.subscribe();
        let mut tick = interval_at(Instant::now() + BEAT, BEAT);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.renew().await?;
        if let Some(order) = first {
            self.take(order).await?;
        }
        loop {
            let stopped = async {
                // The sender outlives all streams; were it gone, the server would be too.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            };
            tokio::select! {
                () = stopped => return Err(End::Because(Reason::Shutdown)),
                message = next(&mut self.subscription) => match message {
                    Some(message) => {
                        // Who signs out sees nothing from then on, and should be told that and not this.
                        if self.subscription.as_ref().is_some_and(Subscription::is_over) {
                            self.recognise().await?;
                        }
                        self.send(text(message)).await?;
                        metrics::counter!("readyroom_stream_frames_total").increment(1);
                    }
                    None => return Err(End::Told),
                },
                heard = self.socket.recv() => self.hear(heard).await?,
                _ = tick.tick() => self.tick().await?,
            }
        }
    }

    async fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let Some(Ok(message)) = heard else { return Err(End::Broke) };
        self.said += 1;
        if self.said > SAID_MAX {
            return Err(End::Because(Reason::TooManyMessages));
        }
        match message {
            Message::Text(text) => match asked::read(&text) {
                Ok(order) => self.take(order).await,
                Err(problem) => self.mistake(&problem).await,
            },
            Message::Binary(_) => self.mistake(&asked::not_text()).await,
            Message::Pong(_) if self.unanswered > 0 => {
                self.unanswered = 0;
                self.renew().await
            }
            // Pings are answered below us, and a pong that nobody asked for says nothing.
            Message::Pong(_) | Message::Ping(_) => Ok(()),
            Message::Close(_) => Err(End::Left),
        }
    }

    async fn take(&mut self, order: Order) -> Result<(), End> {
        let done = match order {
            Order::Subscribe { topics, since } => self.subscribe(topics, since).await?,
            Order::Bye => match self.link.take() {
                Some(link) => link.bye().await.map_err(Problem::from),
                None => {
                    let detail = "this stream is no console link: a key opened it, or bye was said before";
                    Err(Problem::new(StatusCode::CONFLICT, "no_link", detail))
                }
            },
        };
        match done {
            Ok(()) => Ok(()),
            Err(problem) => self.mistake(&problem).await,
        }
    }

    /// Begins, or begins anew; a subscription there was goes on until this one is there.
    async fn subscribe(&mut self, topics: BTreeSet<Topic>, since: Option<EventNo>) -> Result<Result<(), Problem>, End> {
        self.recognise().await?;
        let begun = begin(&self.at, topics, since).await;
        Ok(begun.map(|subscription| self.subscription = Some(subscription)))
    }

    async fn tick(&mut self) -> Result<(), End> {
        self.beats += 1;
        if self.unanswered > 0
            && let Some(link) = &self.link
        {
            link.quiet(QUIET_MAX);
        }
        if !self.beats.is_multiple_of(PING_BEATS) {
            return Ok(());
        }
        self.said = 0;
        self.recognise().await?;
        if self.subscription.is_none() {
            return Err(End::Because(Reason::NotSubscribed));
        }
        if self.unanswered >= UNANSWERED_MAX {
            return Err(End::Because(Reason::NoPong));
        }
        self.unanswered += 1;
        self.send(Message::Ping(Bytes::new())).await
    }

    /// Looks whether the caller is still let in, and whether it still sees the same people.
    async fn recognise(&mut self) -> Result<(), End> {
        let caller = auth::again(&self.at.app.directory, &self.at.caller, clock::now());
        let gone = if self.at.caller.is_key() { Reason::KeyRevoked } else { Reason::SessionEnded };
        let caller = caller.ok_or(End::Because(gone))?;
        if caller != self.at.caller {
            self.at.caller = caller;
            if let Some(user) = self.at.caller.user() {
                self.at.account.rescope(user).await;
            }
        }
        Ok(())
    }

    /// The page is there: its console link is good for another while.
    async fn renew(&mut self) -> Result<(), End> {
        let Some(link) = &self.link else { return Ok(()) };
        match link.heard().await {
            Ok(()) => Ok(()),
            // Who is no agent on the floor listens and is no link.
            Err(Failure::No(No::Refused(Refusal::UnknownAgent { .. }))) => {
                self.link = None;
                Ok(())
            }
            Err(Failure::No(no)) => {
                self.link = None;
                self.mistake(&no.into()).await
            }
            // The next pong says it again, long before the grace is over.
            Err(Failure::Overloaded | Failure::Unavailable | Failure::NotYet { .. }) => Ok(()),
        }
    }

    async fn mistake(&mut self, problem: &Problem) -> Result<(), End> {
        self.send(Message::text(asked::mistake(problem))).await?;
        self.mistakes += 1;
        if self.mistakes < MISTAKES_MAX { Ok(()) } else { Err(End::Because(Reason::TooManyErrors)) }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_MAX, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Broke),
            Err(_) => Err(End::Stuck),
        }
    }

    async fn finish(mut self, end: End) {
        let told = self.subscription.as_ref().and_then(Subscription::end);
        if told == Some(publisher::End::SlowConsumer) || matches!(end, End::Stuck) {
            metrics::counter!("readyroom_stream_dropped_total").increment(1);
        }
        // A publisher that failed has told nobody anything.
        let end = if matches!(end, End::Told) && told.is_none() { End::Because(Reason::Shutdown) } else { end };
        if let Some(link) = self.link.take() {
            leave(link, &end).await;
        }
        // Whoever is slow to hear it hears no more of it.
        let _ = timeout(FAREWELL_MAX, self.farewell(end, told)).await;
    }

    async fn farewell(&mut self, end: End, told: Option<publisher::End>) -> Result<(), axum::Error> {
        let reason = match end {
            End::Broke | End::Stuck => return Ok(()),
            End::Left => None,
            End::Told => told.map(Reason::from),
            End::Because(reason) => {
                let at = self.subscription.as_ref().map(Subscription::at);
                self.socket.send(text(publisher::end(at, reason))).await?;
                Some(reason)
            }
        };
        if let Some(reason) = reason {
            let frame = CloseFrame { code: reason.close_code(), reason: reason.as_str().into() };
            self.socket.send(Message::Close(Some(frame))).await?;
        }
        // The connection is let go when the client has read all of it.
        while let Some(message) = self.socket.recv().await {
            message?;
        }
        Ok(())
    }
}

/// A subscription with what the caller sees now.
async fn begin(at: &Context, topics: BTreeSet<Topic>, since: Option<EventNo>) -> Result<Subscription, Problem> {
    for topic in &topics {
        at.caller.may(&needed(topic))?;
    }
    let stored = at.account.position();
    if let Some(since) = since.filter(|since| *since > stored) {
        let detail = format!("the account has come to position {stored}, not to {since}; subscribe without since");
        return Err(Problem::new(StatusCode::CONFLICT, "since_ahead", detail));
    }
    let publisher = at.account.publisher(since.map(|since| since.0)).await?;
    let standing = if at.caller.is_supervisor() { Standing::Supervisor } else { Standing::Itself };
    let viewer = Viewer { user: at.caller.user(), standing };
    for _ in 0..ATTEMPTS_MAX {
        let scope = at.scope().await?;
        let subscribe = Subscribe { topics: topics.clone(), since, scope: scope.clone(), viewer };
        let subscription = publisher.subscribe(subscribe).await?;
        // A membership that changed before it began did not end it.
        if at.scope().await? == scope {
            return Ok(subscription);
        }
    }
    Err(Problem::unavailable("what you may see changes all the time; try again"))
}

/// What a topic needs: what the same would need over REST.
fn needed(topic: &Topic) -> Need {
    let scope = match topic {
        Topic::Agents => ApiScope::AgentsRead,
        Topic::Queues => ApiScope::ConfigRead,
        Topic::AgentEvents => ApiScope::HistoryRead,
        Topic::Conversations | Topic::Conversation(_) => ApiScope::WorkRead,
    };
    Need { role: Role::Agent, scope }
}

/// What becomes of the console link.
async fn leave(link: Link, end: &End) {
    let left = match end {
        End::Because(Reason::SessionEnded) => link.over().await,
        // Who closes was heard of at this instant: from here on the grace runs.
        End::Left => link.heard().await,
        _ => Ok(()),
    };
    if let Err(failure) = left {
        tracing::debug!("a console link could not be let go, and runs out by itself: {failure:?}");
    }
}

async fn next(subscription: &mut Option<Subscription>) -> Option<Bytes> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => pending().await,
    }
}

fn text(message: Bytes) -> Message {
    Message::Text(Utf8Bytes::try_from(message).expect("every message is JSON"))
}

impl From<NotSubscribed> for Problem {
    fn from(wrong: NotSubscribed) -> Problem {
        Problem::unavailable(wrong.to_string())
    }
}
