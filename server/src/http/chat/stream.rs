//! The visitor's stream: how the chat stands and what was said, then what changes. What a page says on it
//! is not listened to.

use super::visitor::Visitor;
use crate::clock;
use crate::http::problem::Problem;
use crate::http::stream::{MESSAGE_BYTES_MAX, READ_BYTES, Seat};
use crate::publisher::{End, News, Watch};
use crate::wire::chat::{ChatHeartbeat, ChatSaid, ChatStanding, ChatState};
use crate::wire::stream::Reason;
use crate::wire::{Instant, of};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use readyroom_channels::chat::Chat;
use readyroom_core::ids::EventNo;
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{self, MissedTickBehavior, interval_at, timeout};

/// The protocol that pages ask for, beside their token.
const PROTOCOL: &str = "readyroom.chat";
/// How often a page hears that nothing is missing.
const BEAT: Duration = Duration::from_secs(10);
/// Pings, one with each beat, that may stay without an answer.
const UNANSWERED_MAX: u32 = 2;
/// Messages from a page between two beats, its pongs included.
const SAID_MAX: u32 = 20;
/// How long a page may take to take one message in.
const SEND_MAX: Duration = Duration::from_secs(20);
/// How long a page may take to say goodbye.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// Follow the chat: a WebSocket with the subprotocols `readyroom.chat` and the token. `/v1/asyncapi.json`
/// describes its messages
#[utoipa::path(get, path = "/v1/chat/{widget}/stream", tag = "chat", params(("widget" = of::Widget, Path)),
    responses((status = 101, description = "The stream is open"),
        (status = 426, description = "the request asks for no WebSocket")))]
pub async fn open(
    visitor: Visitor,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|wrong| {
        let detail = format!("this is a WebSocket: {wrong}");
        Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_needed", detail)
    })?;
    let page = &visitor.page;
    let seat =
        page.app.streams.take_for_visitor(&page.app, (page.account.id(), visitor.client), page.widget.id, page.from)?;
    let publisher = page.account.publisher(None).await?;
    let (chat, at, watch) = publisher.watch(visitor.client).await?;
    let line = Line { visitor, watch, at, wrote: false, told: None, unanswered: 0, said: 0, _seat: seat };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    Ok(upgrade.read_buffer_size(READ_BYTES).on_upgrade(move |socket| line.run(chat, socket)))
}

/// One open stream.
struct Line {
    visitor: Visitor,
    watch: Watch,
    /// All that was said up to here was told.
    at: EventNo,
    wrote: bool,
    told: Option<ChatStanding>,
    unanswered: u32,
    said: u32,
    _seat: Seat,
}

/// Why it is over.
enum Over {
    /// The page closed it, or the connection is of no more use.
    Gone,
    /// The page does not read.
    Stuck,
    /// For a reason that the page is to be told.
    Because(Reason),
}

impl Line {
    async fn run(mut self, chat: Chat, mut socket: WebSocket) {
        let Err(over) = self.serve(chat, &mut socket).await;
        let reason = match over {
            Over::Gone | Over::Stuck => return,
            Over::Because(reason) => reason,
        };
        let frame = CloseFrame { code: reason.close_code(), reason: reason.as_str().into() };
        let farewell = async {
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        // Whoever is slow to hear it hears no more of it.
        let _ = timeout(FAREWELL_MAX, farewell).await;
    }

    async fn serve(&mut self, chat: Chat, socket: &mut WebSocket) -> Result<Infallible, Over> {
        let mut stopping = self.visitor.page.app.stopping.subscribe();
        self.begin(chat, socket).await?;
        let mut tick = interval_at(time::Instant::now() + BEAT, BEAT);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let stopped = async {
                // The sender outlives all streams; were it gone, the server would be too.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            };
            tokio::select! {
                () = stopped => return Err(Over::Because(Reason::Shutdown)),
                news = self.watch.next() => match news {
                    Some(news) => self.tell(news, socket).await?,
                    None => return Err(Over::Because(self.watch.end().map_or(Reason::Shutdown, End::into))),
                },
                heard = socket.recv() => self.hear(heard)?,
                _ = tick.tick() => self.beat(socket).await?,
            }
        }
    }

    /// How it stands, and what was said before.
    async fn begin(&mut self, chat: Chat, socket: &mut WebSocket) -> Result<(), Over> {
        // Whoever comes again finds it as it is then.
        let said = self.visitor.thread(Some(self.at)).await.map_err(|_| Over::Because(Reason::Shutdown))?;
        self.wrote = !said.is_empty();
        self.stand(chat, socket).await?;
        for said in said {
            self.at = self.at.max(said.position);
            self.say(said, socket).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, news: News, socket: &mut WebSocket) -> Result<(), Over> {
        match news {
            News::Chat(chat) => self.stand(chat, socket).await,
            // It was read with those before.
            News::Said(said) if said.position <= self.at => Ok(()),
            News::Said(said) => {
                self.wrote = true;
                self.at = said.position;
                self.say(said, socket).await
            }
        }
    }

    async fn stand(&mut self, mut chat: Chat, socket: &mut WebSocket) -> Result<(), Over> {
        self.wrote |= chat.wrote || chat.held.is_some();
        chat.wrote = self.wrote;
        let standing = self.visitor.standing(&chat);
        if self.told.as_ref() == Some(&standing) {
            return Ok(());
        }
        self.told = Some(standing.clone());
        send(socket, text(&ChatState::of(standing))).await
    }

    async fn say(&mut self, said: crate::publisher::Said, socket: &mut WebSocket) -> Result<(), Over> {
        let told = self.visitor.message(said).map_err(|_| Over::Because(Reason::Shutdown))?;
        match told {
            Some(message) => send(socket, text(&ChatSaid::of(message))).await,
            None => Ok(()),
        }
    }

    fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), Over> {
        let Some(Ok(message)) = heard else { return Err(Over::Gone) };
        self.said += 1;
        if self.said > SAID_MAX {
            return Err(Over::Because(Reason::TooManyMessages));
        }
        match message {
            Message::Close(_) => Err(Over::Gone),
            Message::Pong(_) => {
                self.unanswered = 0;
                Ok(())
            }
            // Pings are answered below us; words come by POST, with a key under which they are said once.
            Message::Ping(_) | Message::Text(_) | Message::Binary(_) => Ok(()),
        }
    }

    async fn beat(&mut self, socket: &mut WebSocket) -> Result<(), Over> {
        self.said = 0;
        if self.visitor.page.again().is_err() {
            return Err(Over::Because(Reason::ScopeChanged));
        }
        if self.unanswered >= UNANSWERED_MAX {
            return Err(Over::Because(Reason::NoPong));
        }
        self.unanswered += 1;
        send(socket, text(&ChatHeartbeat::at(Instant(clock::now())))).await?;
        send(socket, Message::Ping(Bytes::new())).await
    }
}

fn text(message: &impl Serialize) -> Message {
    Message::text(serde_json::to_string(message).expect("memory takes whatever is written"))
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Over> {
    match timeout(SEND_MAX, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Over::Gone),
        Err(_) => {
            metrics::counter!("readyroom_stream_dropped_total").increment(1);
            Err(Over::Stuck)
        }
    }
}
