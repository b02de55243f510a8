//! The account itself: its name, its time zone, how long it keeps what people wrote.

use super::App;
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use crate::auth::{ApiScope, Role};
use crate::clock;
use crate::directory::{self, AccountChange, Act};
use crate::run::No;
use crate::wire::{Id, Instant, of};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Agent, ApiScope::ConfigRead, routes!(get))).routes(need(
        Role::Administrator,
        ApiScope::ConfigWrite,
        routes!(change),
    ))
}

/// The account.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct AccountBody {
    id: of::Account,
    /// What people name when they sign in.
    name: String,
    /// The IANA time zone of its days.
    zone: String,
    /// What people wrote is forgotten after so many days; none: it is kept.
    text_retention_days: Option<u32>,
    /// The queue General, for what belongs in no other.
    general_queue: of::Queue,
    created_at: Instant,
}

impl AccountBody {
    fn of(account: &directory::Account) -> AccountBody {
        AccountBody {
            id: Id(account.id),
            name: account.name.clone(),
            zone: account.zone.clone(),
            text_retention_days: account.text_retention_days,
            general_queue: Id(account.general_queue),
            created_at: Instant(account.created_at),
        }
    }
}

/// The account
#[utoipa::path(get, path = "/v1/account", tag = "people",
    responses((status = 200, description = "The account, with its ETag", body = AccountBody)))]
async fn get(at: Context) -> Result<Response, Problem> {
    Ok(tagged(&AccountBody::of(&*at.app.directory.account(at.caller.account)?)))
}

/// What changes of the account; what is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatch {
    /// What people name when they sign in.
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    name: Option<String>,
    /// The IANA time zone of its days.
    #[schema(example = "Europe/Stockholm")]
    zone: Option<String>,
    /// What people wrote is forgotten after so many days; null: it is kept.
    #[serde(default, deserialize_with = "super::body::given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 36500)]
    text_retention_days: Option<Option<u32>>,
}

/// Change the account
#[utoipa::path(patch, path = "/v1/account", tag = "people",
    params(("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = AccountPatch, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(at: Context, body: Json<AccountPatch>) -> Result<axum::Json<Accepted>, Problem> {
    let id = at.caller.account;
    let before = at.app.directory.account(id)?;
    let expected = match at.if_match() {
        Some(tag) if !matches(&tag, &AccountBody::of(&before)) => return Err(No::Changed.into()),
        tag => tag.map(|_| before.version),
    };
    let AccountPatch { name, zone, text_retention_days } = body.value;
    let change = AccountChange { name, zone, text_retention_days };
    let act = Act::new(clock::now(), at.caller.by(), "account.changed", id);
    at.app.write(move |directory| directory.change_account(id, expected, change, &act)).await?;
    Ok(axum::Json(Accepted { position: at.account.position().0 }))
}
