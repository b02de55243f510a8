//! The pages: files that were embedded when the program was built. They are the same for everybody and hold
//! nothing of an account, so nobody is asked who they are.

use super::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use readyroom_console_assets::{Asset, find, index};

/// What is no page, whatever it is asked for as.
const INTERFACE: &[&str] = &["/v1", "/healthz", "/readyz", "/metrics"];

/// What pages may do: everything comes from here, and nobody puts them into a frame. Styles may stand in the
/// page, for positions and sizes that are computed; scripts may not.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers what a browser asks of the pages; everything else goes on.
pub async fn pages(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let of_interface = INTERFACE.iter().any(|begin| path.strip_prefix(begin).is_some_and(is_whole));
    if !reads || of_interface {
        return next.run(request).await;
    }
    if let Some(file) = find(path.trim_start_matches('/')).filter(|_| path != "/index.html") {
        return answer(file, request.headers());
    }
    match accepts_pages(request.headers()) {
        // The page finds its way by the address.
        true => answer(index(), request.headers()),
        false => Problem::not_found(format!("there is nothing at {path}")).into_response(),
    }
}

/// Whether nothing of a longer word follows.
fn is_whole(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn answer(file: &'static Asset, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (encoding, body) = file.body(accepted);
    let tag = file.etag_of(encoding);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let unchanged = known.split(',').any(|known| [tag.as_str(), "*"].contains(&known.trim().trim_start_matches("W/")));
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => body.into_response(),
    };
    let told = response.headers_mut();
    let mut tell = |name: HeaderName, value: &str| {
        told.insert(name, HeaderValue::from_str(value).expect("all of these are ASCII"));
    };
    tell(header::CONTENT_TYPE, file.media_type);
    tell(header::CACHE_CONTROL, file.cache_control());
    tell(header::ETAG, &tag);
    tell(header::VARY, "Accept-Encoding");
    tell(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    tell(header::REFERRER_POLICY, "same-origin");
    if file.media_type.starts_with("text/html") {
        tell(header::CONTENT_SECURITY_POLICY, POLICY);
    } else {
        // The widget is a script for pages of others.
        tell(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    }
    if let Some(encoding) = encoding.name() {
        tell(header::CONTENT_ENCODING, encoding);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware;
    use tower::ServiceExt;

    async fn ask(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, String) {
        let behind = Router::new().fallback(async || (StatusCode::IM_A_TEAPOT, "the interface"));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let asked = behind.layer(middleware::from_fn(pages)).oneshot(request.body(Body::empty()).unwrap());
        let (parts, body) = asked.await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    const BROWSER: (HeaderName, &str) = (header::ACCEPT, "text/html,application/xhtml+xml");

    #[tokio::test]
    async fn every_address_that_is_no_file_is_the_page() {
        for path in ["/", "/desk", "/settings/users/us_1", "/v1x", "/index.html"] {
            let (status, headers, body) = ask(Method::GET, path, &[BROWSER]).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(body.to_lowercase().starts_with("<!doctype html>"), "{path}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
            assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-ancestors 'none'"));
        }
    }

    #[tokio::test]
    async fn the_interface_is_no_page() {
        for path in ["/v1", "/v1/nothing", "/healthz", "/readyz", "/metrics"] {
            assert_eq!(ask(Method::GET, path, &[BROWSER]).await.0, StatusCode::IM_A_TEAPOT, "{path}");
        }
        assert_eq!(ask(Method::POST, "/desk", &[BROWSER]).await.0, StatusCode::IM_A_TEAPOT);
    }

    #[tokio::test]
    async fn what_is_not_there_is_no_page_for_who_wants_none() {
        let (status, headers, body) = ask(Method::GET, "/assets/gone.js", &[(header::ACCEPT, "*/*")]).await;
        assert_eq!(
            (status, &headers[header::CONTENT_TYPE]),
            (StatusCode::NOT_FOUND, &"application/problem+json".parse().unwrap())
        );
        assert!(body.contains("/assets/gone.js"));
    }

    #[tokio::test]
    async fn who_has_a_file_is_not_sent_it_again() {
        let (_, headers, _) = ask(Method::GET, "/", &[BROWSER]).await;
        let tag = headers[header::ETAG].to_str().unwrap();
        let known = |tag| [BROWSER, (header::IF_NONE_MATCH, tag)];
        let (status, _, body) = ask(Method::GET, "/", &known(tag)).await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(ask(Method::GET, "/", &known("\"other\"")).await.0, StatusCode::OK);
    }
}
