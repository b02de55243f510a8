//! HTTP: one file for each subject. A handler authenticates nothing and decides nothing: it turns a
//! request into a command or a look, and the answer into JSON.

pub mod account;
pub mod agents;
pub mod api_keys;
pub mod asyncapi;
pub mod audit;
pub mod body;
pub mod chat;
pub mod clients;
pub mod console;
pub mod context;
pub mod conversations;
pub mod gate;
pub mod health;
pub mod history;
pub mod memberships;
pub mod messages;
pub mod offers;
pub mod openapi;
pub mod problem;
pub mod query;
pub mod queues;
pub mod reasons;
pub mod reports;
pub mod sessions;
pub mod setup;
pub mod skills;
pub mod stream;
pub mod targets;
pub mod teams;
pub mod turns;
pub mod user_access;
pub mod user_add;
pub mod users;
pub mod widgets;

use crate::accounts::Accounts;
use crate::auth::lockout::Lockout;
use crate::auth::password::Passwords;
use crate::auth::rate::Rates;
use crate::config::Config;
use crate::directory::{Directory, DirectoryError};
use crate::vault::Vault;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use problem::Problem;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

/// How long a request may take, its body included.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// Everything a handler can reach.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of it.
pub struct Parts {
    /// The open accounts.
    pub accounts: Accounts,
    /// People and their rights.
    pub directory: Arc<Directory>,
    /// What opens what people wrote.
    pub vault: Arc<Vault>,
    /// The cost of a password, and the few who may pay it at once.
    pub passwords: Passwords,
    /// Failures to sign in.
    pub lockout: Lockout,
    /// Who asks how often.
    pub rates: Rates,
    /// What the operator decided.
    pub config: Config,
    /// Requests with idempotency keys that are not answered yet.
    pub under_way: turns::Turns,
    /// Changes of one user: the directory and then the floor, before the next one begins.
    pub users: turns::Turns,
    /// Changes of what is written down of one client.
    pub clients: turns::Turns,
    /// Who listens to the live stream.
    pub streams: stream::Streams,
    /// Turns true when the server stops.
    pub stopping: tokio::sync::watch::Sender<bool>,
}

impl App {
    /// For handlers to share.
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// Has the directory write, where waiting for the disk is allowed. It is done to the end, even when
    /// whoever asked hangs up.
    ///
    /// # Errors
    /// What the directory says.
    pub async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Directory) -> Result<T, DirectoryError> + Send + 'static,
    ) -> Result<T, Problem> {
        let directory = self.directory.clone();
        let written = tokio::task::spawn_blocking(move || write(&directory)).await;
        Ok(written.map_err(failed)??)
    }
}

/// Does all of it, even when whoever asked hangs up: for what goes to the directory and then to the floor.
///
/// # Errors
/// Those of the work.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(failed)?
}

fn failed(fault: tokio::task::JoinError) -> Problem {
    tracing::error!("{fault}");
    Problem::internal()
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// All routes, with what the OpenAPI says of them. One more subject is one more line.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::head())
        .merge(health::routes())
        .merge(openapi::routes())
        .merge(setup::routes())
        .merge(sessions::routes())
        .merge(users::routes())
        .merge(user_add::routes())
        .merge(user_access::routes())
        .merge(teams::routes())
        .merge(api_keys::routes())
        .merge(account::routes())
        .merge(audit::routes())
        .merge(agents::routes())
        .merge(queues::routes())
        .merge(memberships::routes())
        .merge(skills::routes())
        .merge(reasons::routes())
        .merge(widgets::routes())
        .merge(conversations::routes())
        .merge(targets::routes())
        .merge(offers::routes())
        .merge(stream::routes())
        .merge(asyncapi::routes())
        .merge(messages::routes())
        .merge(clients::routes())
        .merge(chat::routes())
        .merge(history::routes())
        .merge(reports::routes())
}

/// The service: routes, and what holds for all of them.
pub fn service(app: App) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(async |request: Request| Problem::not_found(format!("there is nothing at {}", request.uri().path())))
        .method_not_allowed_fallback(async || {
            let detail = "this method is not for this resource; see the Allow header and /v1/openapi.json";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        })
        .layer(middleware::from_fn_with_state(app.clone(), gate::identify))
        .layer(middleware::from_fn_with_state(app.clone(), chat::pages))
        .layer(DefaultBodyLimit::max(body::BODY_BYTES_MAX))
        .layer(middleware::from_fn(console::pages))
        .layer(middleware::from_fn(watch))
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
        .with_state(app)
}

/// Measures each request, ends those that take too long, and lets what changes something go on to its
/// end when nobody waits for the answer any more.
async fn watch(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none".into(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let answer = if [stream::PATH, chat::STREAM_PATH].contains(&&*route) {
        next.run(request).await
    } else {
        let safe = request.method().is_safe();
        let handled = async {
            if safe {
                return next.run(request).await;
            }
            tokio::spawn(next.run(request)).await.unwrap_or_else(|fault| failed(fault).into_response())
        };
        tokio::time::timeout(REQUEST_MAX, handled).await.unwrap_or_else(|_| {
            let detail = format!(
                "the request took longer than {} s; it may or may not be done: repeat it with the same Idempotency-Key",
                REQUEST_MAX.as_secs()
            );
            Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail).into_response()
        })
    };
    let status = answer.status().as_u16().to_string();
    metrics::histogram!("readyroom_http_seconds", "method" => method, "route" => route, "status" => status)
        .record(start.elapsed());
    answer
}

/// A method as a label: a client may send any word, and each label is kept for ever.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
