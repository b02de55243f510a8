//! Sessions: signing in with a password, who is signed in, and signing out.

use super::App;
use super::body::Json;
use super::context::Context;
use super::gate::{self, COOKIE, need};
use super::problem::Problem;
use super::setup::NamedAccount;
use crate::auth::lockout::Attempt;
use crate::auth::{ApiScope, Class, PasswordHash, RetryAfterSeconds, Role, Who};
use crate::clock;
use crate::directory::{Account, Act, By, DirectoryError, Login, Session, User};
use crate::wire::{Id, Instant, of};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use readyroom_core::commands::RemoveDevice;
use readyroom_core::ids::{AccountId, DeviceId, UserId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject. A session is a person's: of the keys, only one for everything comes so
/// far as to hear that it has none.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(need(Role::Agent, ApiScope::All, routes!(current)))
        .routes(need(Role::Agent, ApiScope::All, routes!(sign_out)))
}

/// Who wants to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// What they sign in with.
    login: String,
    /// Their password.
    password: String,
    /// The account's name; not needed where there is one only.
    account: Option<String>,
}

/// Who is signed in, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct SignedIn {
    user: Me,
    account: NamedAccount,
    /// To be sent as `X-CSRF-Token` with everything that changes something.
    csrf_token: String,
    /// When the session ends at the latest; it ends earlier when it is not used.
    expires_at: Instant,
}

/// The one who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Me {
    id: of::Agent,
    name: String,
    login: String,
    role: Role,
}

impl SignedIn {
    fn of(app: &App, account: &Account, user: &User, session: &Session) -> SignedIn {
        SignedIn {
            user: Me {
                id: Id(user.id),
                name: user.name.reveal().to_owned(),
                login: user.login.reveal().to_owned(),
                role: user.role,
            },
            account: NamedAccount { id: Id(account.id), name: account.name.clone() },
            csrf_token: session.csrf().to_owned(),
            expires_at: Instant(app.directory.session_ends_at(session)),
        }
    }
}

/// Sign in. The session comes as a cookie
#[utoipa::path(post, path = "/v1/sessions", tag = "people", request_body = SignIn,
    responses((status = 200, description = "Signed in", body = SignedIn,
        headers(("Set-Cookie" = String, description = "the session; pages cannot read it"))),
        (status = 401, description = "login, password or account is wrong", body = Problem,
            content_type = "application/problem+json")))]
async fn sign_in(
    State(app): State<App>,
    Extension(gate::From(from)): Extension<gate::From>,
    Extension(https): Extension<gate::Https>,
    body: Json<SignIn>,
) -> Result<Response, Problem> {
    app.rates.check(from, Class::Login).map_err(|RetryAfterSeconds(wait)| gate::too_many(wait))?;
    let SignIn { login, password, account } = body.value;
    let account = meant(&app, account.as_deref())?;
    let login = Login::new(&login).map_err(|_| wrong())?;
    // What is unknown takes the same path as what is wrong: as long, and with the same end.
    let id = account.as_ref().map_or(NOWHERE, |account| account.id);
    let attempt = try_password(&app, id, &login, from)?;
    let user = account.as_ref().and_then(|account| app.directory.user_by_login(account.id, &login));
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let good = is_password(&app, attempt, password, hash).await?;
    let (Some(account), Some(user), true) = (account, user.clone(), good) else {
        note_failure(&app, user.map(|user| (id, user.id)));
        return Err(wrong());
    };
    let (token, session) = {
        let act = Act::new(clock::now(), By::User(user.id), "session.created", user.id);
        let (account, user) = (account.id, user.id);
        app.write(move |directory| directory.create_session(account, user, &act)).await?
    };
    let longest_s = app.config.sessions.longest_s;
    let mut response = axum::Json(SignedIn::of(&app, &account, &user, &session)).into_response();
    set_cookie(&mut response, token.reveal(), longest_s, https);
    Ok(response)
}

/// The cookie that stands beside the session's, and says only that there is one.
const HERE_COOKIE: &str = "readyroom_here";
/// Under which failures are counted that concern no account there is.
const NOWHERE: AccountId = AccountId([0; 16]);

/// The account somebody means; none: there is none of that name.
fn meant(app: &App, name: Option<&str>) -> Result<Option<Arc<Account>>, Problem> {
    match (name, app.directory.accounts().as_slice()) {
        (Some(name), _) => Ok(app.directory.account_by_name(name)),
        (None, [only]) => Ok(Some(only.clone())),
        (None, []) => Ok(None),
        (None, _) => Err(Problem::invalid("account", "name the account: there are several here")),
    }
}

/// Counts an attempt to show that one knows the password of this login.
///
/// # Errors
/// 429 after too many wrong ones.
pub fn try_password(app: &App, account: AccountId, login: &Login, from: IpAddr) -> Result<Attempt, Problem> {
    app.lockout.attempt(account, login, from, clock::now()).map_err(|RetryAfterSeconds(wait)| {
        let detail = format!("too many wrong passwords for this login; try again in {wait} s");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "locked_out", detail).retry_after_s(wait.into())
    })
}

/// Whether it is the password, and what that means for the count. One that nobody had time to look at is not
/// counted.
///
/// # Errors
/// 503 when too many wait.
pub async fn is_password(
    app: &App,
    attempt: Attempt,
    password: String,
    hash: Option<PasswordHash>,
) -> Result<bool, Problem> {
    match app.passwords.verify(password, hash).await {
        Ok(good) => {
            if good {
                app.lockout.succeeded(attempt);
            }
            Ok(good)
        }
        Err(overloaded) => {
            app.lockout.take_back(attempt);
            Err(overloaded.into())
        }
    }
}

fn wrong() -> Problem {
    let detail = "login, password or account is wrong; a forgotten password is set anew by an administrator";
    Problem::new(StatusCode::UNAUTHORIZED, "wrong_password", detail)
}

/// Writes a failure into the audit, beside the answer: its time tells nobody whether there is such a login.
fn note_failure(app: &App, known: Option<(AccountId, UserId)>) {
    let Some((account, user)) = known else { return };
    let app = app.clone();
    tokio::spawn(async move {
        let act = Act::new(clock::now(), By::System, "session.refused", user);
        if let Err(problem) = app.write(move |directory| directory.note(account, &act)).await {
            tracing::error!("the audit could not be written: {}", problem.code());
        }
    });
}

fn set_cookie(response: &mut Response, token: &str, longest_s: u64, gate::Https(https): gate::Https) {
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={longest_s}{secure}");
    // Our pages cannot read the one above; by this one they know whether to ask who is signed in.
    let here = format!("{HERE_COOKIE}=1; SameSite=Lax; Path=/; Max-Age={longest_s}{secure}");
    for cookie in [cookie, here] {
        let cookie = HeaderValue::from_str(&cookie).expect("a token is base64url");
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Who is signed in, with the token that pages send along
#[utoipa::path(get, path = "/v1/sessions/current", tag = "people",
    responses((status = 200, description = "The session", body = SignedIn)))]
async fn current(at: Context) -> Result<Response, Problem> {
    let (user, session) = own(&at)?;
    let account = at.app.directory.account(at.caller.account)?;
    let mut response = axum::Json(SignedIn::of(&at.app, &account, &user, &session)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sign out. The console that was open with this session is gone at once
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "people",
    responses((status = 204, description = "Signed out")))]
async fn sign_out(at: Context, Extension(https): Extension<gate::Https>) -> Result<Response, Problem> {
    let (user, session) = own(&at)?;
    super::to_the_end(async move {
        let act = Act::new(clock::now(), By::User(user.id), "session.ended", user.id);
        let (account, agent, id) = (at.caller.account, user.id, session.id);
        at.app.write(move |directory| directory.end_session(account, agent, id, &act)).await?;
        at.account.rescope(agent).await;
        // There is none when no console was open; if it cannot be said now, its lease ends by itself.
        let _ = at.command(at.actor_for(agent), RemoveDevice { agent, device: DeviceId(id.0) }).await;
        let mut response = StatusCode::NO_CONTENT.into_response();
        set_cookie(&mut response, "", 0, https);
        Ok(response)
    })
    .await
}

/// The caller and the session it came by.
fn own(at: &Context) -> Result<(Arc<User>, Arc<Session>), Problem> {
    let Who::User { id, session, .. } = at.caller.who else {
        return Err(Problem::not_found("a key has no session; it is itself what it may"));
    };
    let (account, directory) = (at.caller.account, &at.app.directory);
    let mut sessions = directory.sessions_of(account, id, clock::now())?.into_iter();
    let found = sessions.find(|known| known.id == session).ok_or(DirectoryError::UnknownSession { session })?;
    Ok((directory.user(account, id)?, found))
}
