//! A client of the live stream, and the board that it puts together from what it is told.

use super::{Client, SOON};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::tungstenite::{self, Message};

/// How long a message may take that must come: a heartbeat comes every ten seconds.
const NEXT_MAX: std::time::Duration = SOON;

/// One open stream. Pings are answered while somebody reads it, and only then.
pub struct Tap {
    socket: WebSocketStream<TcpStream>,
}

/// What comes next.
#[derive(Debug)]
pub enum Told {
    /// A message.
    Message(Value),
    /// The end, with its code and its reason.
    Closed(u16, String),
    /// The connection broke.
    Broke,
}

impl Tap {
    /// Opens a stream, or says with which status and code it was refused.
    pub async fn try_open(client: &Client, query: &str) -> Result<Tap, (u16, String)> {
        Tap::with_buffer(client, query, None).await
    }

    /// Opens a stream.
    pub async fn open(client: &Client, query: &str) -> Tap {
        Tap::try_open(client, query).await.unwrap_or_else(|no| panic!("{query}: {no:?}"))
    }

    /// Opens a stream whose machine takes in few bytes that nobody reads.
    pub async fn narrow(client: &Client, query: &str) -> Tap {
        Tap::with_buffer(client, query, Some(4_096)).await.unwrap()
    }

    /// Opens a stream and subscribes to these.
    pub async fn on(client: &Client, topics: &[&str], since: Option<u64>) -> Tap {
        let mut tap = Tap::open(client, "").await;
        tap.subscribe(topics, since).await;
        tap
    }

    async fn with_buffer(client: &Client, query: &str, bytes: Option<u32>) -> Result<Tap, (u16, String)> {
        let host = client.url.strip_prefix("http://").unwrap();
        let tcp = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = bytes {
            tcp.set_recv_buffer_size(bytes).unwrap();
        }
        let tcp = tcp.connect(host.parse().unwrap()).await.map_err(|error| (0, error.to_string()))?;
        let opened = timeout(SOON, tokio_tungstenite::client_async(request(client, host, query), tcp)).await.unwrap();
        match opened {
            Ok((socket, _)) => Ok(Tap { socket }),
            Err(tungstenite::Error::Http(response)) => {
                let body: Value = serde_json::from_slice(response.body().as_deref().unwrap_or(b"{}")).unwrap();
                Err((response.status().as_u16(), body["code"].as_str().unwrap_or_default().to_owned()))
            }
            Err(error) => Err((0, error.to_string())),
        }
    }

    /// Subscribes to these from now on.
    pub async fn subscribe(&mut self, topics: &[&str], since: Option<u64>) {
        let mut asked = json!({ "subscribe": topics });
        if let Some(since) = since {
            asked["since"] = since.into();
        }
        self.say(&asked.to_string()).await;
    }

    /// Says something.
    pub async fn say(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends whatever a WebSocket can.
    pub async fn send(&mut self, message: Message) {
        // Who was closed meanwhile learns it when it reads.
        let _ = self.socket.send(message).await;
    }

    /// Waits for what comes next.
    pub async fn next(&mut self) -> Told {
        loop {
            let next = timeout(NEXT_MAX, self.socket.next()).await.expect("something comes, be it a heartbeat");
            match next {
                Some(Ok(Message::Text(text))) => return Told::Message(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Told::Closed(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?} is nothing that the stream has"),
                Some(Err(_)) | None => return Told::Broke,
            }
        }
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        match self.next().await {
            Told::Message(message) => message,
            other => panic!("{other:?} in the place of a message"),
        }
    }

    /// The next message of this type; others are passed over.
    pub async fn of_type(&mut self, kind: &str) -> Value {
        loop {
            let message = self.message().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Reads to the end: the reason of the last message, and the code with which it was closed.
    pub async fn end(&mut self) -> (String, u16) {
        let end = self.of_type("end").await;
        let reason = end["reason"].as_str().unwrap().to_owned();
        match self.next().await {
            Told::Closed(code, why) => {
                assert_eq!(why, reason);
                (reason, code)
            }
            other => panic!("{other:?} after {end}"),
        }
    }

    /// Closes it as a page does that is left.
    pub async fn close(mut self) {
        // It may be closed already.
        let _ = self.socket.close(None).await;
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

fn request(client: &Client, host: &str, query: &str) -> Request<()> {
    let mut request = format!("ws://{host}/v1/stream{query}").into_client_request().unwrap();
    let own = [("origin", client.url.clone())];
    let given = client.headers().iter().any(|(name, _)| *name == "origin");
    for (name, value) in own.iter().filter(|_| !given).chain(client.headers()) {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    request
}

/// Rows by id.
pub type Rows = BTreeMap<String, Value>;

/// What somebody knows who was told nothing but by the stream.
#[derive(Default)]
pub struct Board {
    /// The position it has come to.
    pub at: u64,
    /// The agents.
    pub agents: Rows,
    /// The queues.
    pub queues: Rows,
    /// The conversations.
    pub conversations: Rows,
    /// Every row of the agents' history since the snapshot.
    pub events: Vec<Value>,
    /// Why it was told everything anew.
    pub resyncs: Vec<String>,
    more: bool,
}

impl Board {
    /// Takes in what comes until it has come to this position.
    pub async fn follow(&mut self, tap: &mut Tap, position: u64) {
        while self.at < position || self.more {
            let message = tap.message().await;
            self.take(&message);
        }
    }

    /// Takes in one message.
    pub fn take(&mut self, message: &Value) {
        match message["type"].as_str().unwrap() {
            "snapshot" => {
                if !self.more {
                    *self = Board { resyncs: std::mem::take(&mut self.resyncs), ..Board::default() };
                }
                self.more = message.get("more").is_some();
                for (rows, name) in [
                    (&mut self.agents, "agents"),
                    (&mut self.queues, "queues"),
                    (&mut self.conversations, "conversations"),
                ] {
                    rows.extend(list(message, name).into_iter().map(|row| (id(&row), row)));
                }
            }
            "frame" => {
                for put in list(message, "put") {
                    let (kind, row) = put.as_object().unwrap().iter().next().unwrap();
                    self.kind(kind).insert(id(row), row.clone());
                }
                for gone in list(message, "drop") {
                    let (kind, id) = gone.as_object().unwrap().iter().next().unwrap();
                    self.kind(kind).remove(id.as_str().unwrap());
                }
                self.events.extend(list(message, "events"));
            }
            "heartbeat" => {}
            "resync" => self.resyncs.push(message["reason"].as_str().unwrap().to_owned()),
            other => panic!("{other}: {message}"),
        }
        let at = message["at"].as_u64().unwrap();
        assert!(at >= self.at, "from {} back to {at}", self.at);
        self.at = at;
    }

    /// Every row of the history since the first one came, each once.
    #[track_caller]
    pub fn assert_no_gap(&self) {
        let seqs: Vec<u64> = self.events.iter().map(|row| row["seq"].as_u64().unwrap()).collect();
        let first = seqs.first().copied().unwrap_or_default();
        assert!(seqs.iter().copied().eq(first..first + seqs.len() as u64), "{seqs:?}");
    }

    fn kind(&mut self, kind: &str) -> &mut Rows {
        match kind {
            "agent" => &mut self.agents,
            "queue" => &mut self.queues,
            "conversation" => &mut self.conversations,
            other => panic!("{other} is no kind of row"),
        }
    }
}

fn list(message: &Value, name: &str) -> Vec<Value> {
    message.get(name).map_or_else(Vec::new, |list| list.as_array().unwrap().clone())
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// All rows of a list, by id, as GET has them once it shows this position.
pub async fn rows(client: &Client, path: &str, position: u64) -> Rows {
    let page = client.get(&format!("{path}?limit=1000&min_position={position}")).await.ok();
    page["data"].as_array().unwrap().iter().map(|row| (id(row), row.clone())).collect()
}
