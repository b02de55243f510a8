//! The live stream: one WebSocket on which the floor tells what changes. `docs/stream.md` has the
//! protocol.

mod asked;
mod link;
mod socket;
mod streams;

pub use link::Links;
pub use streams::{
    PER_ACCOUNT_MAX, PER_ADDRESS_MAX, PER_KEY_MAX, PER_USER_MAX, PER_VISITOR_MAX, PER_WIDGET_MAX, Seat, Streams,
    VISITORS_PER_ADDRESS_MAX,
};

use super::App;
use super::context::Context;
use super::gate::{self, need};
use super::problem::Problem;
use super::query::Query;
use crate::auth::role::{ApiScope, Role};
use crate::wire::stream::Asked;
use axum::Extension;
use axum::extract::OriginalUri;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use socket::Socket;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where it is.
pub const PATH: &str = "/v1/stream";
/// The protocol that the server answers with, when a client asks for one.
const PROTOCOL: &str = "readyroom.v1";
/// What stands before the key of a program that can send no header, among the protocols it asks for.
pub const BEARER: &str = "bearer.";
/// The longest message that is taken in from a client, in bytes. A longer one breaks the connection;
/// well below it the client is told.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// What is read at once, in bytes: clients say little, and there are many.
pub const READ_BYTES: usize = 4 * 1024;

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Agent, ApiScope::Stream, routes!(open)))
}

/// What a client that sends no message subscribes to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Begin {
    /// Topics, separated by commas, as the message `{"subscribe": […]}` has them.
    #[param(example = "agents,queues")]
    subscribe: Option<String>,
    /// The `at` of the last message that was taken in, by one who comes again.
    since: Option<u64>,
}

/// Open the live stream, a WebSocket. `/v1/asyncapi.json` describes its messages
#[utoipa::path(get, path = "/v1/stream", tag = "live", params(Begin),
    responses((status = 101, description = "The stream is open"),
        (status = 426, description = "the request asks for no WebSocket")))]
async fn open(
    at: Context,
    Extension(gate::From(from)): Extension<gate::From>,
    OriginalUri(uri): OriginalUri,
    Query(begin): Query<Begin>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|wrong| {
        let detail = format!("this is a WebSocket: {wrong}");
        Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_needed", detail)
    })?;
    if !at.caller.is_key() {
        own_page(&at.headers, &uri, &at.app.config.allowed_origins)?;
    }
    let first = begin.order()?;
    if !at.account.is_open() {
        return Err(Problem::unavailable("the account is not open at the moment; try again"));
    }
    let upgrade = upgrade.protocols([PROTOCOL]);
    let seat = at.app.streams.take(&at.app, &at.caller, from)?;
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    Ok(upgrade.read_buffer_size(READ_BYTES).on_upgrade(move |socket| Socket::new(at, seat, socket).run(first)))
}

impl Begin {
    fn order(self) -> Result<Option<asked::Order>, Problem> {
        let Some(subscribe) = self.subscribe else {
            let alone = self.since.map(|_| Problem::invalid("since", "goes with subscribe only"));
            return alone.map_or(Ok(None), Err);
        };
        let subscribe = Some(subscribe.split(',').map(|topic| topic.trim().to_owned()).collect());
        asked::order(Asked { subscribe, since: self.since, bye: None }).map(Some)
    }
}

/// Browsers send a session's cookie whatever page asks, and say which page it is. It must be ours, or
/// one that the operator allows.
fn own_page(headers: &HeaderMap, uri: &Uri, allowed: &[String]) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let refused = |what: String| {
        let detail = format!("{what}; a session opens a stream only from our own pages and from allowed_origins");
        Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail).at("Origin", "is not allowed"))
    };
    let Some(origin) = text(header::ORIGIN) else { return refused("there is no Origin header".into()) };
    // HTTP/2 names the host in the target.
    let host = uri.authority().map(Authority::as_str).or_else(|| text(header::HOST));
    let page = origin.parse::<Uri>().ok();
    let own = page.as_ref().is_some_and(|page| match (page.authority(), host) {
        (Some(page_host), Some(host)) => same_host(page_host.as_str(), host, page.scheme_str()),
        _ => false,
    });
    if own || allowed.iter().any(|known| known.eq_ignore_ascii_case(origin)) {
        Ok(())
    } else {
        refused(format!("the page is of {:?}", origin.chars().take(200).collect::<String>()))
    }
}

/// Whether two hosts are the same, where the port of the scheme need not be said.
pub fn same_host(page: &str, host: &str, scheme: Option<&str>) -> bool {
    let usual = match scheme {
        Some("https") => ":443",
        _ => ":80",
    };
    let bare = |host: &str| host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase();
    bare(page) == bare(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(origin: Option<&str>, host: &str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        let allowed = ["https://desk.example".to_owned()];
        own_page(&headers, &"/v1/stream".parse().unwrap(), &allowed).map_err(|problem| problem.code().to_owned())
    }

    #[test]
    fn a_session_opens_a_stream_from_our_own_pages_and_from_those_that_are_allowed() {
        for (origin, host) in [
            ("https://acme.example", "acme.example"),
            ("https://acme.example:443", "acme.example"),
            ("https://ACME.example", "acme.example:443"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("https://desk.example", "acme.example"),
        ] {
            assert_eq!(code(Some(origin), host), Ok(()), "{origin} {host}");
        }
        for origin in [
            None,
            Some("null"),
            Some("https://evil.example"),
            Some("https://acme.example.evil.example"),
            Some("https://acme.example@evil.example"),
            Some("https://acme.example:8443"),
            Some("https://desk.example.evil.example"),
        ] {
            assert_eq!(code(origin, "acme.example"), Err("origin".to_owned()), "{origin:?}");
        }
    }

    #[test]
    fn topics_may_stand_in_the_address() {
        let begin = |subscribe: Option<&str>, since| Begin { subscribe: subscribe.map(str::to_owned), since }.order();
        assert!(begin(None, None).unwrap().is_none());
        assert!(begin(Some("agents, queues"), Some(7)).unwrap().is_some());
        assert_eq!(begin(None, Some(7)).unwrap_err().code(), "invalid");
        assert_eq!(begin(Some("agents,,"), None).unwrap_err().code(), "unknown_topic");
    }
}
