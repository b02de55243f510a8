//! Memberships: which agents belong to a queue, and how.

use super::App;
use super::agents::{At, Nothing};
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged_by};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::run::Guard;
use crate::wire::{Id, ModeWord, of};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{LockMembership, RemoveMembership, SetMembership};
use readyroom_core::floor::Floor;
use readyroom_core::floor::facts::SeatFacts;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::MembershipSettings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Supervisor, ApiScope::ConfigRead, routes!(list)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(add)))
        .routes(need(Role::Supervisor, ApiScope::ConfigRead, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(set)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(remove)))
        .routes(need(Role::Supervisor, ApiScope::ConfigWrite, routes!(lock)))
}

/// How an agent belongs to a queue.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MembershipBody {
    /// Lower rings first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    tier_level: u16,
    /// The tie-break within a tier; lower first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 65535)]
    position: u16,
    /// Seconds for which this queue's conversations are held back from this agent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400)]
    delay_sec: u32,
    /// Who activates it; `static` unless given.
    #[serde(default)]
    mode: ModeWord,
}

/// A new member of a queue, and how it belongs to it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMembership {
    /// Who.
    user_id: of::Agent,
    /// Lower rings first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    tier_level: u16,
    /// The tie-break within a tier; lower first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 65535)]
    position: u16,
    /// Seconds for which this queue's conversations are held back from this agent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400)]
    delay_sec: u32,
    /// Who activates it; `static` unless given.
    #[serde(default)]
    mode: ModeWord,
}

/// An agent's membership of a queue.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct Membership {
    /// Of which queue.
    queue_id: of::Queue,
    /// Whose.
    user_id: of::Agent,
    /// Lower rings first.
    tier_level: u16,
    /// The tie-break within a tier; lower first.
    position: u16,
    /// Seconds for which this queue's conversations are held back from this agent.
    delay_sec: u32,
    /// Who activates it.
    mode: ModeWord,
    /// At work in the queue.
    logged_in: bool,
    /// Takes its conversations.
    ready: bool,
    /// Fixed by a supervisor.
    locked: bool,
}

impl From<SeatFacts> for Membership {
    fn from(seat: SeatFacts) -> Membership {
        Membership {
            queue_id: Id(seat.queue),
            user_id: Id(seat.agent),
            tier_level: seat.tier_level,
            position: seat.position,
            delay_sec: seat.delay_sec,
            mode: seat.mode.into(),
            logged_in: seat.logged_in,
            ready: seat.ready,
            locked: seat.locked,
        }
    }
}

impl Membership {
    /// An agent's membership, if it belongs to the queue.
    fn find(floor: &Floor, agent: UserId, queue: QueueId) -> Result<Option<Membership>, Refusal> {
        let seat = floor.seat_of(floor.find_agent(agent)?, floor.find_queue(queue)?);
        Ok(seat.map(|seat| floor.seat_facts(seat).into()))
    }

    /// What its ETag stands for: how it was set up, and not what the agent does in the queue.
    fn set_up(&self) -> impl Serialize {
        (self.tier_level, self.position, self.delay_sec, self.mode, self.locked)
    }
}

impl From<MembershipBody> for MembershipSettings {
    fn from(body: MembershipBody) -> MembershipSettings {
        let MembershipBody { tier_level, position, delay_sec, mode } = body;
        MembershipSettings { tier_level, position, delay_sec, mode: mode.into() }
    }
}

/// The members of a queue whom the caller may see, by agent
#[utoipa::path(get, path = "/v1/queues/{queue}/memberships", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), Part),
    responses((status = 200, description = "A page of memberships", body = Page<Membership>)))]
async fn list(
    at: Context,
    Path(queue): Path<String>,
    Query(part): Query<Part>,
) -> Result<axum::Json<Page<Membership>>, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<of::Agent>(part.cursor.as_deref())?;
    let queue = at.queue(&queue).await?;
    let scope = at.scope().await?;
    let (rows, position) = at
        .look(part.min_position, move |floor, _| {
            let slot = floor.find_queue(queue)?;
            let seats = floor.queue(slot).seats.iter().map(|&seat| Membership::from(floor.seat_facts(seat)));
            let mut seats: Vec<Membership> = seats
                .filter(|seat| scope.sees_agent(seat.user_id.0) && after.is_none_or(|after| seat.user_id > after))
                .collect();
            seats.sort_by_key(|seat| seat.user_id);
            seats.truncate(limit + 1);
            Ok::<_, Refusal>(seats)
        })
        .await?;
    Ok(axum::Json(query::page(rows?, limit, position.0, |seat| seat.user_id)))
}

/// Make an agent a member of a queue, or change how it is one
#[utoipa::path(post, path = "/v1/queues/{queue}/memberships", tag = "queues",
    params(("queue" = String, Path, description = "id or number")),
    request_body = NewMembership, responses((status = 200, description = "Set", body = Accepted)))]
async fn add(at: Context, Path(queue): Path<String>, body: Json<NewMembership>) -> Result<Response, Problem> {
    let NewMembership { user_id, tier_level, position, delay_sec, mode } = body.value;
    let (agent, queue) = (at.agent(user_id.0)?, at.queue(&queue).await?);
    let settings = MembershipSettings { tier_level, position, delay_sec, mode: mode.into() };
    let command = SetMembership { agent, queue, settings };
    let answer = at.post(at.actor(), command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await?;
    at.note("membership.set", &agent).await;
    Ok(answer)
}

type Seat = Path<(String, of::Agent)>;

/// How an agent belongs to a queue
#[utoipa::path(get, path = "/v1/queues/{queue}/memberships/{agent}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), ("agent" = of::Agent, Path), At),
    responses((status = 200, description = "The membership, with the ETag of how it is set up and locked",
        body = Membership)))]
async fn get(at: Context, Path((queue, agent)): Seat, Query(when): Query<At>) -> Result<Response, Problem> {
    let (agent, queue) = (at.agent(agent.0)?, at.queue(&queue).await?);
    let (found, _) = at.look(when.min_position, move |floor, _| Membership::find(floor, agent, queue)).await?;
    let none = || Refusal::NotAMember { agent, queue };
    let none = || Problem::new(StatusCode::NOT_FOUND, none().code(), none().to_string());
    let membership = found?.ok_or_else(none)?;
    Ok(tagged_by(&membership, &membership.set_up()))
}

/// The condition that the membership is still as the caller read it, if it was named.
fn guard(at: &Context, agent: UserId, queue: QueueId) -> Option<Guard> {
    let tag = at.if_match()?;
    Some(Box::new(move |floor| {
        let found = Membership::find(floor, agent, queue).ok().flatten();
        found.is_some_and(|membership| matches(&tag, &membership.set_up()))
    }))
}

/// Make an agent a member of a queue, or change how it is one
#[utoipa::path(put, path = "/v1/queues/{queue}/memberships/{agent}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), ("agent" = of::Agent, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = MembershipBody, responses((status = 200, description = "Set", body = Accepted)))]
async fn set(
    at: Context,
    Path((queue, agent)): Seat,
    body: Json<MembershipBody>,
) -> Result<axum::Json<Accepted>, Problem> {
    let (agent, queue) = (at.agent(agent.0)?, at.queue(&queue).await?);
    let answer = at
        .command_if(at.actor(), SetMembership { agent, queue, settings: body.value.into() }, guard(&at, agent, queue))
        .await?;
    at.note("membership.set", &agent).await;
    Ok(answer)
}

/// Take an agent out of a queue's members
#[utoipa::path(delete, path = "/v1/queues/{queue}/memberships/{agent}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), ("agent" = of::Agent, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    responses((status = 200, description = "Removed", body = Accepted)))]
async fn remove(at: Context, Path((queue, agent)): Seat) -> Result<axum::Json<Accepted>, Problem> {
    let (agent, queue) = (at.agent(agent.0)?, at.queue(&queue).await?);
    let answer = at.command_if(at.actor(), RemoveMembership { agent, queue }, guard(&at, agent, queue)).await?;
    at.note("membership.removed", &agent).await;
    Ok(answer)
}

/// Whether a membership stays as it is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LockBody {
    /// Fixed, or let go.
    locked: bool,
}

/// Fix a membership as it stands, or let it go
#[utoipa::path(put, path = "/v1/queues/{queue}/memberships/{agent}/lock", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), ("agent" = of::Agent, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still the membership's ETag")),
    request_body = LockBody, responses((status = 200, description = "Done", body = Accepted)))]
async fn lock(at: Context, Path((queue, agent)): Seat, body: Json<LockBody>) -> Result<axum::Json<Accepted>, Problem> {
    let (agent, queue) = (at.agent(agent.0)?, at.queue(&queue).await?);
    let answer = at
        .command_if(at.actor(), LockMembership { agent, queue, locked: body.value.locked }, guard(&at, agent, queue))
        .await?;
    at.note("membership.locked", &agent).await;
    Ok(answer)
}
