//! Which pages may chat: those of the widget's origins, and the server's own. A request without an origin
//! comes from no page of another: from a program, or from one of our own pages that only reads. It is let
//! in, for a visitor is known by a token and by nothing that a browser would add by itself.

use super::{PATH, STREAM_PATH};
use crate::directory::{Origin, Widget, WidgetId};
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::stream::same_host;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// How long browsers may remember what they were allowed, seconds.
const ALLOWED_S: &str = "600";

/// Tells browsers whether a page may read what it asked for; answers their questions before they ask.
pub async fn pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(id) = named(request.uri().path()) else {
        return next.run(request).await;
    };
    let widget = app.directory.find_widget(id);
    let origin = request.headers().get(header::ORIGIN).cloned();
    // That there is no such widget every page may read.
    let (headers, uri) = (request.headers(), request.uri());
    let allowed = origin.filter(|_| widget.as_deref().is_none_or(|widget| admit(widget, headers, uri).is_ok()));
    let asks_before = request.method() == Method::OPTIONS;
    // What is asked before is counted as what is asked.
    let mut response = next.run(request).await;
    if asks_before && response.status() != StatusCode::TOO_MANY_REQUESTS {
        response = StatusCode::NO_CONTENT.into_response();
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
        if asks_before {
            let fixed = [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key"),
                (header::ACCESS_CONTROL_MAX_AGE, ALLOWED_S),
            ];
            headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
        }
    }
    response
}

/// The widget that an address names.
fn named(path: &str) -> Option<WidgetId> {
    debug_assert!(STREAM_PATH.starts_with(PATH), "all of them are in one place");
    path.strip_prefix(PATH)?.split('/').next()?.parse().ok()
}

/// Whether a page may carry the widget.
///
/// # Errors
/// 403 `origin`.
pub fn admit(widget: &Widget, headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let text = origin.to_str().unwrap_or_default();
    let listed = Origin::new(text).is_ok_and(|origin| widget.looks.origins.contains(&origin));
    if listed || is_own(text, headers, uri) {
        return Ok(());
    }
    let shown: String = text.chars().take(200).collect();
    let detail =
        format!("the page is of {shown:?}, and this widget is for others; its administrator can add the origin");
    Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail).at("Origin", "is not allowed"))
}

/// Whether a page is of the host that was asked.
fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    // HTTP/2 names the host in the target.
    let said = || headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(Authority::as_str).or_else(said);
    let page = origin.parse::<Uri>().ok();
    page.as_ref().is_some_and(|page| match (page.authority(), host) {
        (Some(page_host), Some(host)) => same_host(page_host.as_str(), host, page.scheme_str()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::WidgetLooks;
    use readyroom_core::ids::{AccountId, QueueId, Timestamp};

    fn widget() -> Widget {
        let origins = ["https://shop.example", "http://localhost:5173"].map(|text| Origin::new(text).unwrap());
        let looks = WidgetLooks {
            name: "Shop".into(),
            queue: QueueId::from_u128(1),
            origins: origins.into(),
            greeting: String::new(),
            color: "#000000".into(),
        };
        let (at, account) = (Timestamp(0), AccountId::from_u128(1));
        Widget { id: WidgetId::from_u128(7), account, looks, created_at: at, updated_at: at, version: 1 }
    }

    fn admitted(origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "chat.example:8080".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        admit(&widget(), &headers, &"/v1/chat/x".parse().unwrap()).is_ok()
    }

    #[test]
    fn pages_of_the_widget_and_our_own_come_in_and_no_others() {
        for origin in [
            None,
            Some("https://shop.example"),
            Some("https://SHOP.example:443"),
            Some("http://localhost:5173"),
            Some("http://chat.example:8080"),
            Some("https://chat.example:8080"),
        ] {
            assert!(admitted(origin), "{origin:?}");
        }
        for origin in [
            "null",
            "",
            "https://shop.example.evil.example",
            "https://evil.example",
            "http://shop.example",
            "https://shop.example:8443",
            "http://localhost",
            "https://chat.example",
            "https://sub.shop.example",
        ] {
            assert!(!admitted(Some(origin)), "{origin}");
        }
    }

    #[test]
    fn the_widget_is_named_by_the_address() {
        let id = WidgetId::from_u128(7);
        for path in [format!("/v1/chat/{id}"), format!("/v1/chat/{id}/visits"), format!("/v1/chat/{id}/x/y")] {
            assert_eq!(named(&path), Some(id), "{path}");
        }
        for path in ["/v1/chat/", "/v1/chat/wg_7", "/v1/widgets", "/"] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}
