//! Who asks, and whether they may. Every route names the role and the scope it needs where it is
//! listed; the same words stand in the OpenAPI.

use super::problem::Problem;
use super::{App, chat, stream};
use crate::auth::rate::{Class, RetryAfterSeconds};
use crate::auth::role::{ApiScope, Role};
use crate::auth::{self, Caller, Need};
use crate::clock;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

/// The cookie of a session.
pub const COOKIE: &str = "readyroom_session";
/// The header that proves that a page of ours sent the request.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// A route for callers of this role or above, or with a key of this scope. What it takes is what it documents:
/// one without a query takes none, and one that heeds no `If-Match` refuses it, for whoever sends it relies on it.
pub fn need(role: Role, scope: ApiScope, routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    let (schemas, mut paths, methods) = routes;
    let security = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    let mut takes = Takes::default();
    for item in paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let extensions =
                ExtensionsBuilder::new().add("x-role", role.as_str()).add("x-scope", scope.as_str()).build();
            operation.extensions.get_or_insert_default().merge(extensions);
            operation.security = Some(vec![security("key"), security("session")]);
            for known in operation.parameters.iter().flatten() {
                let RefOr::T(known) = known else { continue };
                takes.query |= known.parameter_in == ParameterIn::Query;
                takes.if_match |= known.parameter_in == ParameterIn::Header && known.name == "If-Match";
            }
        }
    }
    let need = Need { role, scope };
    let pass = move |request, next| pass(need, takes, request, next);
    (schemas, paths, methods.layer(middleware::from_fn(pass)))
}

/// What a route takes beside its body.
#[derive(Clone, Copy, Default)]
struct Takes {
    query: bool,
    if_match: bool,
}

async fn pass(need: Need, takes: Takes, request: Request, next: Next) -> Response {
    let asks = request.uri().query().is_some_and(|query| !query.is_empty());
    let insists = !request.method().is_safe() && request.headers().contains_key(header::IF_MATCH);
    match request.extensions().get::<Caller>() {
        None => match request.extensions().get::<Unrecognised>() {
            Some(Unrecognised(problem)) => problem.clone().into_response(),
            None => unauthenticated().into_response(),
        },
        Some(caller) => match caller.may(&need) {
            Ok(()) if asks && !takes.query => Problem::invalid("query", "this takes none").into_response(),
            Ok(()) if insists && !takes.if_match => if_match_unsupported().into_response(),
            Ok(()) => next.run(request).await,
            Err(denied) => Problem::forbidden(denied.to_string()).into_response(),
        },
    }
}

fn if_match_unsupported() -> Problem {
    let detail = "what this changes has no ETag of its own; send the request without If-Match";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "if_match_unsupported", detail).at("If-Match", "is not heeded here")
}

/// The answer to one who should have said who they are.
pub fn unauthenticated() -> Problem {
    let detail = "sign in (POST /v1/sessions) or send an API key (Authorization: Bearer rk_…)";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
}

/// The address a request came from: of the proxy's client, when the proxy is trusted.
#[derive(Clone, Copy, Debug)]
pub struct From(pub IpAddr);

/// Whether the browser's end of the way is encrypted, as far as we or a trusted proxy can tell.
#[derive(Clone, Copy, Debug)]
pub struct Https(pub bool);

/// Why the caller is nobody, though a key or a cookie was sent.
#[derive(Clone)]
struct Unrecognised(Problem);

/// Finds out who asks.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let from = came_from(&app, &request);
    request.extensions_mut().insert(From(from));
    let https = Https(came_by_https(&app, &request));
    request.extensions_mut().insert(https);
    match caller(&app, &request) {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {
            if let Err(RetryAfterSeconds(wait)) = app.rates.check(from, Class::Public) {
                return too_many(wait).into_response();
            }
        }
        Err(problem) => {
            // Guessing is as limited as knowing nothing.
            if let Err(RetryAfterSeconds(wait)) = app.rates.check(from, Class::Public) {
                return too_many(wait).into_response();
            }
            // What is open to everybody is open to one whose session has ended, too.
            request.extensions_mut().insert(Unrecognised(problem));
        }
    }
    next.run(request).await
}

/// The answer to one who asks too often.
pub fn too_many(retry_after_s: u32) -> Problem {
    let detail = format!("too many requests from this address; try again in {retry_after_s} s");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after_s(retry_after_s.into())
}

fn peer(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    peer.unwrap_or(IpAddr::from([127, 0, 0, 1])).to_canonical()
}

fn is_trusted(app: &App, ip: IpAddr) -> bool {
    app.config.trusted_proxies.iter().any(|proxy| proxy.to_canonical() == ip)
}

fn came_by_https(app: &App, request: &Request) -> bool {
    let said = || request.headers().get("x-forwarded-proto").is_some_and(|value| value.as_bytes() == b"https");
    app.config.tls.is_some() || (is_trusted(app, peer(request)) && said())
}

fn came_from(app: &App, request: &Request) -> IpAddr {
    let peer = peer(request);
    if !is_trusted(app, peer) {
        return peer;
    }
    // Each proxy adds at the end the one it heard; the last that we do not trust is the client. What
    // stands before one that cannot be read was written by whoever liked to.
    let chain = request.headers().get_all("x-forwarded-for").iter();
    let chain: Vec<Option<IpAddr>> =
        chain.flat_map(|value| value.to_str().unwrap_or_default().split(',').map(address)).collect();
    let client = chain.into_iter().rev().find(|ip| ip.is_none_or(|ip| !is_trusted(app, ip)));
    client.flatten().unwrap_or(peer)
}

/// An address as proxies write it: alone, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let alone = bare.parse::<IpAddr>().ok();
    alone.or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip())).map(|ip| ip.to_canonical())
}

fn caller(app: &App, request: &Request) -> Result<Option<Caller>, Problem> {
    let headers = request.headers();
    // A visitor's token is no key, and a colleague who visits the own shop is a visitor there.
    if request.uri().path().starts_with(chat::PATH) {
        return Ok(None);
    }
    let sent = headers.get(header::AUTHORIZATION);
    let in_protocol = || protocols(headers).find_map(|word| word.strip_prefix(stream::BEARER));
    let by_protocol = if request.uri().path() == stream::PATH && sent.is_none() { in_protocol() } else { None };
    if sent.is_some() || by_protocol.is_some() {
        let bearer = || sent.and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        let secret = by_protocol.or_else(bearer);
        let caller = secret.and_then(|secret| auth::by_key(&app.directory, secret.trim(), clock::now()));
        return match caller {
            Some(caller) => Ok(Some(caller)),
            None => {
                let detail = "the API key is unknown, revoked or expired; send Authorization: Bearer rk_…";
                Err(Problem::new(StatusCode::UNAUTHORIZED, "bad_key", detail))
            }
        };
    }
    // Whoever signs in again still sends the old cookie, and a password speaks for itself.
    if ["/v1/sessions", "/v1/setup"].contains(&request.uri().path()) {
        return Ok(None);
    }
    let Some(token) = cookie(headers, COOKIE) else { return Ok(None) };
    let Some((caller, session)) = auth::by_session(&app.directory, token, clock::now()) else {
        let detail = "the session has ended; sign in again";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "session_ended", detail));
    };
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !safe && !session.csrf_matches(sent) {
        let detail = "send the csrf_token of the session in X-CSRF-Token";
        return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", detail).at("X-CSRF-Token", "is missing or wrong"));
    }
    Ok(Some(caller))
}

/// The words with which a WebSocket asks for a protocol. Pages can send no other header with it.
pub fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).map(str::trim)
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
