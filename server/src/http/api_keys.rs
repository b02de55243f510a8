//! Keys of programs: made, listed, revoked.

use super::App;
use super::body::Json;
use super::context::{Context, answered};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::{ApiScope, Role};
use crate::directory::{Act, Answer, ApiKey, Made, NewApiKey, Once};
use crate::wire::{Id, Instant, of};
use crate::{clock, dice};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use readyroom_core::ids::KeyId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject. Whoever can make keys can do everything.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Administrator, ApiScope::All, routes!(list)))
        .routes(need(Role::Administrator, ApiScope::All, routes!(add)))
        .routes(need(Role::Administrator, ApiScope::All, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::All, routes!(revoke)))
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// What it is for.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// What it may do; `*` is everything.
    #[schema(min_items = 1, value_type = Vec<ApiScope>)]
    scopes: BTreeSet<ApiScope>,
    /// From when on it opens nothing; never unless given.
    expires_at: Option<Instant>,
}

/// A key, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Key {
    id: of::Key,
    /// What it is for.
    name: String,
    /// What it may do.
    scopes: BTreeSet<ApiScope>,
    /// Who made it: a user, a key, `cli` or `system`.
    created_by: String,
    created_at: Instant,
    expires_at: Option<Instant>,
    /// When it was used last, to the minute after a restart.
    last_used_at: Option<Instant>,
    /// Since when it opens nothing.
    revoked_at: Option<Instant>,
}

impl Key {
    fn of(key: &ApiKey) -> Key {
        Key {
            id: Id(key.id),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            created_by: key.created_by.to_string(),
            created_at: Instant(key.created_at),
            expires_at: key.expires_at.map(Instant),
            last_used_at: key.last_used_at().map(Instant),
            revoked_at: key.revoked_at.map(Instant),
        }
    }
}

/// The keys, the oldest first, revoked ones among them
#[utoipa::path(get, path = "/v1/api-keys", tag = "people", params(Part),
    responses((status = 200, description = "A page of keys", body = Page<Key>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<Key>>, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<of::Key>(part.cursor.as_deref())?;
    at.account.reached(part.min_position).await?;
    let keys = at.app.directory.keys(at.caller.account)?;
    let rest = keys.iter().filter(|key| after.is_none_or(|after| key.id > after.0));
    let rows = rest.take(limit + 1).map(|key| Key::of(key)).collect();
    Ok(axum::Json(query::page(rows, limit, at.account.position().0, |key| key.id)))
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; secret and position are added when they are known")]
struct AddedKey {
    id: of::Key,
    /// Shown this once; a repeat of the request has none.
    secret: Option<String>,
    position: u64,
}

/// Make a key. Its secret is shown this once
#[utoipa::path(post, path = "/v1/api-keys", tag = "people", request_body = NewKey,
    responses((status = 201, description = "Made", body = AddedKey)))]
async fn add(at: Context, body: Json<NewKey>) -> Result<Response, Problem> {
    let NewKey { name, scopes, expires_at } = body.value;
    let (now, account, key) = (clock::now(), at.caller.account, body.key);
    let new = NewApiKey { id: KeyId(dice::id(now)), name, scopes, expires_at: expires_at.map(|at| at.0) };
    let act = Act::new(now, at.caller.by(), "key.created", new.id);
    let answer = |id: KeyId, secret: Option<&str>| {
        serde_json::to_vec(&serde_json::json!({"id": id.to_string(), "secret": secret}))
            .expect("memory takes whatever is written")
    };
    let kept = move |made: &ApiKey| Answer { status: StatusCode::CREATED.as_u16(), body: answer(made.id, None) };
    let made = at
        .app
        .write(move |directory| {
            let once = key.map(|key| Once { key: key.id(), request: key.request(), answer: &kept });
            directory.create_key(account, new, once, &act)
        })
        .await?;
    let body = match made {
        Made::Now((secret, key)) => answer(key.id, Some(secret.reveal())),
        Made::Before(first) => first.body,
    };
    let mut response = answered(StatusCode::CREATED, &body, at.account.position());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// One key
#[utoipa::path(get, path = "/v1/api-keys/{id}", tag = "people", params(("id" = of::Key, Path)),
    responses((status = 200, description = "The key, without its secret", body = Key)))]
async fn get(at: Context, Path(id): Path<of::Key>) -> Result<axum::Json<Key>, Problem> {
    Ok(axum::Json(Key::of(&*at.app.directory.key(at.caller.account, id.0)?)))
}

/// Revoke a key for ever
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "people", params(("id" = of::Key, Path)),
    responses((status = 204, description = "Revoked")))]
async fn revoke(at: Context, Path(id): Path<of::Key>) -> Result<Response, Problem> {
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "key.revoked", id));
    at.app.write(move |directory| directory.revoke_key(account, id.0, &act)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
