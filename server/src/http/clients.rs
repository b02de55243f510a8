//! Clients: what is written down of them, whether they are blocked, and forgetting them.

use super::App;
use super::agents::At;
use super::body::Json;
use super::context::{Accepted, Context, blocking, matches, tagged_by};
use super::gate::need;
use super::problem::Problem;
use super::query::{Path, Query};
use super::to_the_end;
use super::turns::Turn;
use crate::accounts::Account;
use crate::auth::role::{ApiScope, Role};
use crate::clock;
use crate::forget::{self, NotForgotten};
use crate::publisher::{ConversationQuery, PAGE_MAX, Scope};
use crate::run::No;
use crate::wire::{ChannelWord, Id, of};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{BlockClient, DescribeClient};
use readyroom_core::event::Sealed;
use readyroom_core::ids::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Values of one's own that a client may have.
const FIELDS_MAX: usize = 20;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Supervisor, ApiScope::WorkWrite, routes!(add)))
        .routes(need(Role::Agent, ApiScope::WorkRead, routes!(get)))
        .routes(need(Role::Agent, ApiScope::WorkWrite, routes!(describe)))
        .routes(need(Role::Supervisor, ApiScope::WorkWrite, routes!(block)))
        .routes(need(Role::Administrator, ApiScope::PeopleWrite, routes!(forget)))
}

/// What is written down of a client. It is kept sealed and goes when the client is forgotten.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// How people call the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// How the client speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelWord>,
    /// Who the client is on that channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    pub address: Option<String>,
    /// Where the client gets mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// How the client is called back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub phone: Option<String>,
    /// What whoever speaks to the client should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
    /// Up to 20 values of one's own, of 200 characters each; names are 1 to 32 of a-z, 0-9 and _.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

impl About {
    /// What was last written down of a client, and the position that this rests on.
    ///
    /// # Errors
    /// 503.
    pub async fn read(
        account: &Account,
        min_position: Option<u64>,
        client: ClientId,
    ) -> Result<(Option<About>, EventNo), Problem> {
        let (reader, position) = account.history(min_position).await?;
        let about = blocking(move || reader.client(client)).await??;
        let noted = |about: String| {
            serde_json::from_str(&about).unwrap_or_else(|_| About { note: Some(about), ..About::default() })
        };
        Ok((about.map(noted), position))
    }

    /// As it is sealed.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("memory takes whatever is written")
    }

    fn check(&self) -> Result<(), Problem> {
        let texts = [
            ("name", &self.name, 200),
            ("address", &self.address, 256),
            ("email", &self.email, 254),
            ("phone", &self.phone, 64),
            ("note", &self.note, 4_000),
        ];
        for (field, text, most) in texts {
            if text.as_ref().is_some_and(|text| text.trim().is_empty() || text.chars().count() > most) {
                return Err(Problem::invalid(field, format!("must have 1 to {most} characters, or be left out")));
            }
        }
        if self.fields.len() > FIELDS_MAX {
            return Err(Problem::invalid("fields", format!("must be at most {FIELDS_MAX}")));
        }
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        for (name, value) in &self.fields {
            let field = || format!("fields.{}", name.chars().take(32).collect::<String>());
            if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) {
                return Err(Problem::invalid(field(), "a name is 1 to 32 of a-z, 0-9 and _"));
            }
            if value.chars().count() > 200 {
                return Err(Problem::invalid(field(), "must have at most 200 characters"));
            }
        }
        Ok(())
    }
}

/// A client to write down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientBody {
    /// How the client speaks.
    channel: ChannelWord,
    /// Who the client is on that channel: a number, an address, an account of a shop.
    #[schema(min_length = 1, max_length = 256)]
    address: String,
    /// How people call the client.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
}

#[derive(Serialize)]
struct Added {
    id: of::Client,
}

/// A client that was written down.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedClient {
    id: of::Client,
    position: u64,
}

/// Write a client down, and say its id. One who is known keeps what is known, and is given the name
#[utoipa::path(post, path = "/v1/clients", tag = "clients", request_body = ClientBody,
    responses((status = 201, description = "Written down", body = AddedClient)))]
async fn add(at: Context, body: Json<ClientBody>) -> Result<Response, Problem> {
    let ClientBody { channel, address, name } = body.value;
    if address.parse::<ClientId>().is_ok() {
        return Err(Problem::invalid("address", "is a client's id; PUT /v1/clients/{id} changes what is known of it"));
    }
    let client = at.client(channel.into(), &address)?;
    let _turn = at.app.clients.turn(client.0).await;
    let known = About::read(&at.account, None, client).await?.0.unwrap_or_default();
    let about = About { channel: Some(channel), address: Some(address), name: name.or(known.name.clone()), ..known };
    let about = seal(&at, client, &about).await?;
    let command = DescribeClient { client, about };
    at.post(at.actor(), command, body.key.as_ref(), StatusCode::CREATED, &Added { id: Id(client) }).await
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
struct Client {
    /// Its id: keyed to channel and address, it names nobody.
    id: of::Client,
    /// What is written down of it.
    about: Option<About>,
    /// Blocked clients are never routed.
    blocked: bool,
    /// Its conversations that have not ended and that the caller sees; their rows are at
    /// `/v1/conversations?client=`. At most 1000.
    conversations: Vec<of::Conversation>,
    /// The position that this rests on.
    position: u64,
}

type One = Path<of::Client>;

/// A client: what is known of it, and what it has open. Agents see those whose conversations they see
#[utoipa::path(get, path = "/v1/clients/{id}", tag = "clients", params(("id" = of::Client, Path), At),
    responses((status = 200, description = "The client, with the ETag of what is written down of it and whether it is \
        blocked", body = Client)))]
async fn get(at: Context, Path(id): One, Query(when): Query<At>) -> Result<Response, Problem> {
    let client = id.0;
    let conversations = open_conversations(&at, when.min_position, client).await?;
    may_see(&at, client, &conversations)?;
    let (blocked, _) = at.look(None, move |floor, _| floor.is_blocked(client)).await?;
    let (about, position) = About::read(&at.account, when.min_position, client).await?;
    if about.is_none() && !blocked && conversations.is_empty() {
        let detail = format!("Nothing is known of {client}: no description, no open conversation.");
        return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_client", detail));
    }
    let conversations = conversations.into_iter().map(Id).collect();
    let client = Client { id, about, blocked, conversations, position: position.0 };
    Ok(tagged_by(&client, &set_up(&client.about, blocked)))
}

/// What the ETag of a client stands for: what people set of it, and not what it has open.
fn set_up(about: &Option<About>, blocked: bool) -> impl Serialize {
    (about, blocked)
}

/// Waits for the turn to change this client, and sees to it that it is still as the caller read it. What is written
/// down is sealed: the floor cannot compare it at the moment of the decision.
async fn unchanged(at: &Context, client: ClientId) -> Result<Turn, Problem> {
    let turn = at.app.clients.turn(client.0).await;
    if let Some(tag) = at.if_match() {
        let (about, _) = About::read(&at.account, None, client).await?;
        let (blocked, _) = at.look(None, move |floor, _| floor.is_blocked(client)).await?;
        if !matches(&tag, &set_up(&about, blocked)) {
            return Err(No::Changed.into());
        }
    }
    Ok(turn)
}

/// Write down all that is to be known of a client, in place of what was known
#[utoipa::path(put, path = "/v1/clients/{id}", tag = "clients",
    params(("id" = of::Client, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = About, responses((status = 200, description = "Written down", body = Accepted)))]
async fn describe(at: Context, Path(id): One, body: Json<About>) -> Result<axum::Json<Accepted>, Problem> {
    let client = id.0;
    body.value.check()?;
    if !at.caller.is_supervisor() {
        may_see(&at, client, &open_conversations(&at, None, client).await?)?;
    }
    let _turn = unchanged(&at, client).await?;
    let about = seal(&at, client, &body.value).await?;
    at.command(at.actor(), DescribeClient { client, about }).await
}

/// Whether a client is blocked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BlockBody {
    /// Blocked, or not.
    blocked: bool,
}

/// Block a client, or let it in again. What agents have of it closes, and what waits is not routed
#[utoipa::path(put, path = "/v1/clients/{id}/blocked", tag = "clients",
    params(("id" = of::Client, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still the client's ETag")),
    request_body = BlockBody, responses((status = 200, description = "Done", body = Accepted)))]
async fn block(at: Context, Path(id): One, body: Json<BlockBody>) -> Result<axum::Json<Accepted>, Problem> {
    let blocked = body.value.blocked;
    let _turn = unchanged(&at, id.0).await?;
    let answer = at.command(at.actor(), BlockClient { client: id.0, blocked }).await?;
    at.note(if blocked { "client.blocked" } else { "client.unblocked" }, &id).await;
    Ok(answer)
}

/// A client was forgotten.
#[derive(Debug, Serialize, ToSchema)]
struct Forgotten {
    /// How many keys were destroyed; 0 when nothing was kept.
    keys: usize,
    /// The position after which no list shows what they sealed.
    position: u64,
}

/// Forget a client: destroy the keys of all that was written by it and about it. It cannot be undone
#[utoipa::path(delete, path = "/v1/clients/{id}", tag = "clients",
    params(("id" = of::Client, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    responses((status = 200, description = "Forgotten", body = Forgotten)))]
async fn forget(at: Context, Path(id): One) -> Result<axum::Json<Forgotten>, Problem> {
    // Keys that are destroyed must be told to the log, even when whoever asked hangs up.
    to_the_end(async move {
        let _turn = unchanged(&at, id.0).await?;
        let done = forget::forget(at.app.vault.clone(), &at.account, at.actor(), id.0).await;
        // Whoever destroys keys is on record, also when the rest did not go well.
        at.note("client.forgotten", &id).await;
        let forget::Forgotten { keys, position } = done.map_err(|error| {
            tracing::error!(client = %id, "{error}");
            match error {
                NotForgotten::Keys(_) => Problem::unavailable("some keys may still be there; ask again"),
                NotForgotten::Log(_) => Problem::unavailable(error.to_string()),
            }
        })?;
        Ok(axum::Json(Forgotten { keys, position: position.0 }))
    })
    .await
}

/// Agents know those clients whose conversations they see now.
fn may_see(at: &Context, client: ClientId, open: &[ConversationId]) -> Result<(), Problem> {
    if at.caller.is_supervisor() || !open.is_empty() {
        return Ok(());
    }
    Err(Problem::forbidden(format!("you have no conversation with {client}")))
}

/// The client's conversations that the caller sees; an agent those it has, whatever waits in its queues.
async fn open_conversations(
    at: &Context,
    min_position: Option<u64>,
    client: ClientId,
) -> Result<Vec<ConversationId>, Problem> {
    let mut scope = at.scope().await?;
    if !at.caller.is_supervisor() {
        scope = Scope { queues: Some(Arc::default()), ..scope };
    }
    let query = ConversationQuery { scope, client: Some(client), limit: PAGE_MAX, ..ConversationQuery::default() };
    let publisher = at.account.publisher(min_position).await?;
    Ok(publisher.conversation_ids(query).await?)
}

async fn seal(at: &Context, client: ClientId, about: &About) -> Result<Sealed, Problem> {
    about.check()?;
    let text = about.to_text();
    let (vault, account) = (at.app.vault.clone(), at.caller.account);
    Ok(blocking(move || vault.seal(account, client, clock::now(), &text)).await??)
}
