//! Setting up a new store: whoever holds the token that the first start printed makes the first account
//! and becomes its administrator.

use super::body::Json;
use super::problem::Problem;
use super::{App, gate, to_the_end};
use crate::accounts;
use crate::auth::{Class, Password, RetryAfterSeconds, Role};
use crate::directory::{Account, AccountChange, Act, By, Login, NewAccount, NewUser, PersonName};
use crate::wire::{Id, of};
use crate::{clock, dice};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use readyroom_core::commands::AddAgent;
use readyroom_core::event::Actor;
use readyroom_core::ids::{AccountId, QueueId, UserId};
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::AgentSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a new account may take to be at work.
const OPEN_MAX: Duration = Duration::from_secs(15);

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set_up))
}

/// The first account and its administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupBody {
    /// What the first start of the server printed.
    token: String,
    /// The account's name.
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    account: String,
    /// The IANA time zone of the account's days; UTC unless given.
    zone: Option<String>,
    /// The administrator's full name.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// What the administrator signs in with.
    #[schema(pattern = "^[A-Za-z0-9._@-]{1,64}$")]
    login: String,
    /// The administrator's password; not the login itself.
    #[schema(min_length = 10, max_length = 128)]
    password: String,
}

/// What was made.
#[derive(Serialize, ToSchema)]
struct Done {
    account: NamedAccount,
    user: MadeUser,
}

/// An account and what it is called.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NamedAccount {
    /// Which.
    pub id: of::Account,
    /// What people call it when they sign in.
    pub name: String,
}

#[derive(Serialize, ToSchema)]
struct MadeUser {
    id: of::Agent,
}

/// Make the first account and its administrator, once, with the token that the first start printed
#[utoipa::path(post, path = "/v1/setup", tag = "people", request_body = SetupBody,
    responses((status = 201, description = "Set up", body = Done),
              (status = 403, description = "it was set up before, or the token is not that of the first start",
               body = Problem, content_type = "application/problem+json")))]
async fn set_up(
    State(app): State<App>,
    Extension(gate::From(from)): Extension<gate::From>,
    body: Json<SetupBody>,
) -> Result<(StatusCode, axum::Json<Done>), Problem> {
    app.rates.check(from, Class::Setup).map_err(|RetryAfterSeconds(wait)| gate::too_many(wait))?;
    let SetupBody { token, account, zone, name, login, password } = body.value;
    admit(&app, &token)?;
    let (login, name) = (Login::new(&login)?, PersonName::new(&name)?);
    let password = app.passwords.hash(Password::new(&password, &login)?).await?;
    let id = UserId(dice::id(clock::now()));
    let (role, teams) = (Role::Administrator, BTreeSet::new());
    let first = NewUser { id, login, name, email: None, role, password: Some(password), teams };
    to_the_end(async move {
        let account = ready(&app, account, zone).await?;
        let open = app.accounts.open(account.id);
        at_work(&open).await?;
        let here = account.id;
        app.write(move |directory| {
            let act = Act::new(clock::now(), By::User(id), "setup.done", id);
            directory.set_up(&token, here, first, &act)
        })
        .await?;
        let add = AddAgent::new(id, AgentSettings::default());
        match open.command(Actor::Supervisor(id), add.into(), None, None).await.map_err(Problem::from) {
            Err(problem) if problem.code() != already_there() => return Err(problem),
            Ok(_) | Err(_) => {}
        }
        app.accounts.people_changed(account.id).await;
        let account = NamedAccount { id: Id(account.id), name: account.name.clone() };
        Ok((StatusCode::CREATED, axum::Json(Done { account, user: MadeUser { id: Id(id) } })))
    })
    .await
}

/// An account that is just being opened may have added its people by itself.
fn already_there() -> &'static str {
    Refusal::AlreadyExists { what: "agent", id: String::new() }.code()
}

fn admit(app: &App, token: &str) -> Result<(), Problem> {
    let now = clock::now();
    if app.directory.is_setup_token(token, now) {
        return Ok(());
    }
    let detail = if app.directory.setup_open(now) {
        "this is not the token; the newest start of the server printed it"
    } else {
        "the setup is done, or its token is older than a day; a restart of a store without people prints a new one"
    };
    Err(Problem::new(StatusCode::FORBIDDEN, "setup_closed", detail))
}

/// The account of this name; one that an earlier attempt left without people is taken up.
async fn ready(app: &App, name: String, zone: Option<String>) -> Result<Arc<Account>, Problem> {
    app.write(move |directory| {
        let now = clock::now();
        match directory.account_by_name(&name) {
            Some(account) => {
                let change = AccountChange { zone, ..AccountChange::default() };
                let act = Act::new(now, By::System, "account.changed", account.id);
                directory.change_account(account.id, None, change, &act)
            }
            None => {
                let (id, general_queue) = (AccountId(dice::id(now)), QueueId(dice::id(now)));
                let new = NewAccount { id, name, zone, text_retention_days: None, general_queue };
                directory.create_account(new, &Act::new(now, By::System, "account.created", id))
            }
        }
    })
    .await
}

/// Waits until an account has its floor.
async fn at_work(account: &accounts::Account) -> Result<(), Problem> {
    let until = Instant::now() + OPEN_MAX;
    while Instant::now() < until {
        if let Ok(true) = account.look(|floor, _| floor.is_open()).await {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Err(Problem::unavailable("the account could not be opened in time; try again, and see the server's log"))
}
