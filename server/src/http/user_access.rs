//! How users come in and stay out: passwords, deactivation and its reversal.

use super::agents::{Empty, Nothing};
use super::body::Json;
use super::context::{Accepted, Context};
use super::gate::{self, need};
use super::problem::Problem;
use super::query::Path;
use super::sessions::{is_password, try_password};
use super::users::seen;
use super::{App, to_the_end};
use crate::auth::{ApiScope, Need, Password, Role};
use crate::clock;
use crate::directory::Act;
use crate::wire::of;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use readyroom_core::commands::{DeactivateAgent, ReactivateAgent};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    let (admin, write) = (Role::Administrator, ApiScope::PeopleWrite);
    OpenApiRouter::new()
        .routes(need(Role::Agent, write, routes!(set_password)))
        .routes(need(admin, write, routes!(deactivate)))
        .routes(need(admin, write, routes!(reactivate)))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// Not the login itself.
    #[schema(min_length = 10, max_length = 128)]
    password: String,
    /// The password so far; whoever changes their own shows that they know it.
    current: Option<String>,
}

/// Set a password: the own one, or as an administrator anybody's. All sessions of that user end
#[utoipa::path(put, path = "/v1/users/{id}/password", tag = "people", params(("id" = of::Agent, Path)),
    request_body = PasswordBody, responses((status = 204, description = "Set")))]
async fn set_password(
    at: Context,
    Extension(gate::From(from)): Extension<gate::From>,
    Path(id): Path<of::Agent>,
    body: Json<PasswordBody>,
) -> Result<Response, Problem> {
    let (id, account) = (id.0, at.caller.account);
    let user = at.app.directory.user(account, id)?;
    let PasswordBody { password, current } = body.value;
    if at.caller.user() == Some(id) {
        let Some(current) = current else {
            return Err(Problem::invalid("current", "send the password so far as well"));
        };
        let attempt = try_password(&at.app, account, &user.login, from)?;
        if !is_password(&at.app, attempt, current, user.password.clone()).await? {
            let detail = "this is not the password so far";
            return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_password", detail).at("current", "is wrong"));
        }
    } else {
        at.caller.may(&Need { role: Role::Administrator, scope: ApiScope::PeopleWrite })?;
        at.caller.may_grant(user.role)?;
    }
    let hash = at.app.passwords.hash(Password::new(&password, &user.login)?).await?;
    to_the_end(async move {
        let act = Act::new(clock::now(), at.caller.by(), "user.password_set", id);
        at.app.write(move |directory| directory.set_password(account, id, None, hash, &act)).await?;
        at.account.rescope(id).await;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// Deactivate a user: sessions end, what they had goes back to its queues, their history stays
#[utoipa::path(post, path = "/v1/users/{id}/deactivate", tag = "people", params(("id" = of::Agent, Path)),
    request_body = Empty, responses((status = 200, description = "Deactivated", body = Accepted)))]
async fn deactivate(at: Context, Path(id): Path<of::Agent>, body: Json<Empty>) -> Result<Response, Problem> {
    let (id, key) = (id.0, body.key);
    to_the_end(async move {
        let _turn = at.app.users.turn(id.0).await;
        at.caller.may_grant(seen(&at, id)?.role)?;
        let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "user.deactivated", id));
        at.app.write(move |directory| directory.deactivate_user(account, id, None, &act)).await?;
        at.account.rescope(id).await;
        at.post(at.actor(), DeactivateAgent { agent: id }, key.as_ref(), StatusCode::OK, &Nothing {}).await
    })
    .await
}

/// Let a deactivated user sign in and work again
#[utoipa::path(post, path = "/v1/users/{id}/reactivate", tag = "people", params(("id" = of::Agent, Path)),
    request_body = Empty, responses((status = 200, description = "Active", body = Accepted)))]
async fn reactivate(at: Context, Path(id): Path<of::Agent>, body: Json<Empty>) -> Result<Response, Problem> {
    let (id, key) = (id.0, body.key);
    to_the_end(async move {
        let _turn = at.app.users.turn(id.0).await;
        at.caller.may_grant(seen(&at, id)?.role)?;
        let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "user.reactivated", id));
        at.app.write(move |directory| directory.reactivate_user(account, id, None, &act)).await?;
        at.post(at.actor(), ReactivateAgent { agent: id }, key.as_ref(), StatusCode::OK, &Nothing {}).await
    })
    .await
}
