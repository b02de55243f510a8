//! Listening to the live stream, again and again if it breaks.

use super::board::Told;
use super::tally::Tally;
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};

/// Messages that may wait to be taken in.
pub const WAITING_MAX: usize = 256;
/// Before it is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// Tells what the stream tells, until nobody listens any more.
pub async fn listen(address: SocketAddr, key: String, tell: mpsc::Sender<Told>, tally: Arc<Tally>) {
    while !tell.is_closed() {
        // The server closes a stream that is too slow, and an account that is opened anew: come again.
        if let Err(error) = follow(address, &key, &tell, &tally).await {
            tally.unexpected("GET /v1/stream".to_owned(), &error.to_string());
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn follow(
    address: SocketAddr,
    key: &str,
    tell: &mpsc::Sender<Told>,
    tally: &Tally,
) -> Result<(), tungstenite::Error> {
    let mut request = format!("ws://{address}/v1/stream").into_client_request()?;
    let bearer = HeaderValue::from_str(&format!("Bearer {key}")).expect("a key is plain letters");
    request.headers_mut().insert("authorization", bearer);
    let tcp = TcpStream::connect(address).await?;
    let (mut socket, _) = tokio_tungstenite::client_async(request, tcp).await?;
    let topics = r#"{"subscribe": ["agents", "queues", "conversations"]}"#;
    socket.send(Message::text(topics)).await?;
    while let Some(message) = socket.next().await {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed) => break,
            Ok(_) => continue,
            Err(error) => return Err(error),
        };
        match serde_json::from_str::<Told>(&text) {
            Ok(told) if told.kind == "end" => break,
            Ok(told) if told.kind == "error" => {
                let code = told.code.unwrap_or_default();
                tally.unexpected(format!("GET /v1/stream: {code}"), &told.detail.unwrap_or_default());
            }
            Ok(told) => {
                if tell.send(told).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                tally.unexpected("GET /v1/stream: a message that cannot be read".to_owned(), &error.to_string())
            }
        }
    }
    Ok(())
}
