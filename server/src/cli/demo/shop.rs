//! The shop: a page of another origin that carries the chat, as anybody's website would.

use super::ask::{Asker, No};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use readyroom_console_assets::shop as page;
use serde_json::json;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The shop, open for as long as it is kept.
pub struct Shop {
    /// `http://127.0.0.1:port`.
    pub url: String,
    serving: JoinHandle<()>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shop {
    /// Makes the widget for the shop's queue, and opens the page that carries it.
    pub async fn open(listener: TcpListener, administrator: &Asker, server: &str, queue: &str) -> Result<Shop, No> {
        let at = listener.local_addr().expect("it is bound");
        let url = origin(at);
        let widget = widget(administrator, &url, at.port(), queue).await?;
        let page = page::PAGE.replace("{{SERVER}}", server).replace("{{WIDGET}}", &widget);
        let router = Router::new()
            .route("/", get(async move || ([(header::CACHE_CONTROL, "no-store")], Html(page))))
            .route("/shop.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)))
            .route("/shop.js", get(async || ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], page::SCRIPT)))
            .fallback(async || (StatusCode::NOT_FOUND, "There is only one page in this shop: /").into_response());
        // Accepting goes on after every error; when it is over, so is the demo.
        let serving = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Shop { url, serving })
    }
}

fn origin(at: SocketAddr) -> String {
    format!("http://{at}")
}

/// The widget, on this page only.
async fn widget(administrator: &Asker, url: &str, port: u16, queue: &str) -> Result<String, No> {
    let body = json!({"name": "Ask the shop", "queue": queue, "origins": [url, format!("http://localhost:{port}")],
                      "greeting": "Hello! Ask whatever you like, somebody answers in a moment.", "color": "#1D4B47"});
    let made = administrator.post("/v1/widgets", body).await?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}
