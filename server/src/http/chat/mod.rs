//! A visitor's chat, from a page that carries a widget: `docs/chat.md` has it for integrators, the rules are
//! in `readyroom-channels`.
//!
//! These routes are open to everybody. What a visitor shows is a token, of which nothing is kept; a page
//! shows its origin, which must be one of the widget's. Widgets themselves are in `http/widgets.rs`.

mod pages;
mod stream;
mod talk;
mod thread;
mod token;
mod visitor;

pub use pages::pages;

use super::App;
use super::problem::Problem;
use crate::wire::chat::{ChatMessage, ChatStanding};
use crate::wire::of;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;
use visitor::{Page, Visitor};

/// What the address of everything here begins with.
pub const PATH: &str = "/v1/chat/";
/// The route of the visitor's stream.
pub const STREAM_PATH: &str = "/v1/chat/{widget}/stream";

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(open(false, routes!(looks)))
        .routes(open(false, routes!(talk::come)))
        .routes(open(true, routes!(standing)))
        .routes(open(true, routes!(talk::write)))
        .routes(open(true, routes!(talk::end)))
        .routes(open(true, routes!(stream::open)))
}

/// A route for whoever comes by, or for visitors with their token. None takes a query.
fn open(with_token: bool, routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    let (schemas, mut paths, methods) = routes;
    for item in paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post];
        for operation in operations.into_iter().flatten() {
            let extensions = ExtensionsBuilder::new().add("x-public", if with_token { "visitor" } else { "anybody" });
            operation.extensions.get_or_insert_default().merge(extensions.build());
            let known = with_token.then(|| vec![SecurityRequirement::new("visitor", Vec::<String>::new())]);
            operation.security = Some(known.unwrap_or_default());
        }
    }
    (schemas, paths, methods.layer(middleware::from_fn(takes_no_query)))
}

async fn takes_no_query(request: Request, next: Next) -> Response {
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Problem::invalid("query", "this takes none").into_response();
    }
    let mut response = next.run(request).await;
    // What a visitor reads is nobody else's.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What a widget looks like.
#[derive(Debug, Serialize, ToSchema)]
struct ChatLooks {
    /// What stands above it.
    name: String,
    /// What stands in it before anything was said; may be empty.
    greeting: String,
    /// Of its button, `#RRGGBB`.
    color: String,
}

/// What the widget looks like
#[utoipa::path(get, path = "/v1/chat/{widget}", tag = "chat", params(("widget" = of::Widget, Path)),
    responses((status = 200, description = "The widget", body = ChatLooks)))]
async fn looks(page: Page) -> axum::Json<ChatLooks> {
    let looks = &page.widget.looks;
    axum::Json(ChatLooks { name: looks.name.clone(), greeting: looks.greeting.clone(), color: looks.color.clone() })
}

/// Where a visitor's chat stands, and what was said in it.
#[derive(Debug, Serialize, ToSchema)]
struct ChatVisit {
    #[serde(flatten)]
    standing: ChatStanding,
    /// The newest 500 messages, oldest first; also after the end.
    messages: Vec<ChatMessage>,
}

/// Where the visitor's chat stands, and what was said in it
#[utoipa::path(get, path = "/v1/chat/{widget}/visit", tag = "chat", params(("widget" = of::Widget, Path)),
    responses((status = 200, description = "The visit", body = ChatVisit)))]
async fn standing(visitor: Visitor) -> Result<axum::Json<ChatVisit>, Problem> {
    let mut chat = visitor.chat().await?;
    let said = visitor.thread(None).await?;
    chat.wrote |= !said.is_empty();
    let messages = said.into_iter().filter_map(|said| visitor.message(said).transpose());
    Ok(axum::Json(ChatVisit { standing: visitor.standing(&chat), messages: messages.collect::<Result<_, _>>()? }))
}

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChatNothing {}
