//! A wallboard on the live stream. It comes back after every kill with the last position it knew, and
//! has to have missed nothing and seen nothing twice.

use super::super::Client;
use super::player::World;
use futures_util::StreamExt;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// What a wallboard knows.
#[derive(Default)]
pub struct Board {
    /// The position to which the last message brought it.
    pub at: Option<u64>,
    /// The agents' rows.
    pub agents: BTreeMap<String, Value>,
    /// The agents' history since it began.
    pub events: Vec<Value>,
    /// How often it came.
    pub came: u64,
}

/// Follows until it has the position that it is told in the end.
pub async fn follow(world: Arc<World>, viewer: Client) -> Board {
    let mut board = Board::default();
    let mut last = world.last.subscribe();
    while last.borrow_and_update().is_none_or(|last| board.at < Some(last)) {
        let server = world.server().await;
        tokio::select! {
            () = board.watch(&server, &viewer, &world) => {}
            // Looks again whether it has all of it; if not, it comes once more.
            changed = last.changed() => changed.expect("the world stays"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    board
}

impl Board {
    /// Reads one connection, until it breaks or there is nothing more to come.
    async fn watch(&mut self, server: &str, viewer: &Client, world: &World) {
        let since = self.at.map(|at| format!("&since={at}")).unwrap_or_default();
        let url = format!("{}/v1/stream?subscribe=agents,agent_events{since}", server.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in viewer.headers() {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        // The server has fallen, or opens the account.
        let Ok((mut socket, _)) = connect_async(request).await else { return };
        self.came += 1;
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Text(text) = message {
                self.take(&serde_json::from_str(&text).unwrap());
            }
            let last = *world.last.borrow();
            if last.is_some_and(|last| self.at >= Some(last)) {
                return;
            }
        }
    }

    fn take(&mut self, message: &Value) {
        let at = message["at"].as_u64().expect("messages have their position");
        assert!(self.at <= Some(at), "it never goes back");
        match message["type"].as_str() {
            Some("snapshot") => {
                assert!(self.at.is_none(), "who comes again is told what changed: {message}");
                message["agents"].as_array().into_iter().flatten().for_each(|row| self.put(row));
            }
            Some("frame") => {
                let list = |name: &str| message[name].as_array().into_iter().flatten();
                list("put").filter_map(|put| put.get("agent")).for_each(|row| self.put(row));
                for row in list("events") {
                    let before = self.events.last().map_or(0, |row| row["seq"].as_u64().unwrap());
                    assert_eq!(row["seq"], before + 1, "one after the other, each once");
                    self.events.push(row.clone());
                }
            }
            Some("heartbeat") => {}
            // This machine is too busy to read; it comes again.
            Some("end") if message["reason"] == "slow_consumer" => {}
            _ => panic!("nothing is missing, and nobody ends it: {message}"),
        }
        self.at = Some(at);
    }

    fn put(&mut self, row: &Value) {
        self.agents.insert(row["id"].as_str().expect("a row has its id").to_owned(), row.clone());
    }
}
