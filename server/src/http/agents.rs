//! Agents at work: their rows, their wish, their queues, their telephones and links.

use super::App;
use super::body::Json;
use super::context::{Accepted, Context};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::publisher::AgentQuery;
use crate::wire::{self, AgentExplained, AgentRow, of};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use readyroom_core::commands::*;
use readyroom_core::event::DeviceKind;
use readyroom_core::explain;
use readyroom_core::ids::*;
use readyroom_core::limits::MEMBERSHIPS_PER_AGENT_MAX;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    let read = (Role::Agent, ApiScope::AgentsRead);
    let write = (Role::Agent, ApiScope::AgentsWrite);
    let signal = (Role::Agent, ApiScope::Signalling);
    OpenApiRouter::new()
        .routes(need(read.0, read.1, routes!(list)))
        .routes(need(read.0, read.1, routes!(get)))
        .routes(need(write.0, write.1, routes!(login)))
        .routes(need(write.0, write.1, routes!(logout)))
        .routes(need(write.0, write.1, routes!(set_status)))
        .routes(need(write.0, write.1, routes!(queue_login)))
        .routes(need(write.0, write.1, routes!(queue_logout)))
        .routes(need(write.0, write.1, routes!(queue_ready)))
        .routes(need(write.0, write.1, routes!(queue_not_ready)))
        .routes(need(write.0, write.1, routes!(start_wrap_up)))
        .routes(need(write.0, write.1, routes!(finish_wrap_up)))
        .routes(need(signal.0, signal.1, routes!(report_device)))
        .routes(need(signal.0, signal.1, routes!(remove_device)))
        .routes(need(signal.0, signal.1, routes!(start_external_call)))
        .routes(need(signal.0, signal.1, routes!(end_external_call)))
        .routes(need(read.0, read.1, routes!(explained)))
}

/// Which agents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Rows of the page, 1 to 1000; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Wait until the rows rest on this position at least.
    min_position: Option<u64>,
    /// Only those in this bucket.
    #[param(schema_with = wire::bucket_schema)]
    bucket: Option<String>,
    /// Only those who belong to this queue.
    queue: Option<String>,
    /// Only those of this team.
    team: Option<String>,
}

/// Wait until the answer rests on a position.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct At {
    /// Wait until the answer rests on this position at least.
    pub min_position: Option<u64>,
}

/// The rows of agents that the caller may see, by id
#[utoipa::path(get, path = "/v1/agents", tag = "agents", params(Wanted),
    responses((status = 200, description = "A page of rows", body = Page<AgentRow>)))]
async fn list(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let limit = query::limit(wanted.limit)?;
    let queue = at.queue_if(wanted.queue.as_deref()).await?;
    let asked = AgentQuery {
        scope: at.scope().await?,
        after: query::after::<of::Agent>(wanted.cursor.as_deref())?.map(|id| id.0),
        limit,
        bucket: wanted
            .bucket
            .as_deref()
            .map(wire::bucket)
            .transpose()
            .map_err(|wrong| Problem::invalid("bucket", wrong))?,
        queue,
        team: wanted.team,
        ..AgentQuery::default()
    };
    let publisher = at.account.publisher(wanted.min_position).await?;
    Ok(query::raw_page(&publisher.agents(asked).await?))
}

/// One agent's row
#[utoipa::path(get, path = "/v1/agents/{id}", tag = "agents", params(("id" = of::Agent, Path), At),
    responses((status = 200, description = "The row", body = AgentRow)))]
async fn get(at: Context, Path(id): Path<of::Agent>, Query(when): Query<At>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    let publisher = at.account.publisher(when.min_position).await?;
    let row = publisher.agent(agent).await?;
    let row = row.ok_or(readyroom_core::refusal::Refusal::UnknownAgent { agent })?;
    Ok(query::raw(row))
}

/// What an agent brings to a login.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    /// Queues it chooses for this shift, by id or number. One that it may not take refuses the whole login.
    #[serde(default)]
    #[schema(max_items = 200)]
    queues: Vec<String>,
}

/// Log an agent in. It lands on not ready unless its settings say otherwise
#[utoipa::path(post, path = "/v1/agents/{id}/login", tag = "agents", params(("id" = of::Agent, Path)),
    request_body = LoginBody, responses((status = 200, description = "Logged in", body = Accepted)))]
async fn login(at: Context, Path(id): Path<of::Agent>, body: Json<LoginBody>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    if body.value.queues.len() > MEMBERSHIPS_PER_AGENT_MAX {
        return Err(Problem::invalid("queues", format!("has at most {MEMBERSHIPS_PER_AGENT_MAX} entries")));
    }
    let mut queues = Vec::new();
    for queue in &body.value.queues {
        queues.push(at.queue(queue).await?);
    }
    let by = at.actor_for(agent);
    at.post(by, LogIn { agent, queues }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Nothing but the position.
#[derive(Serialize)]
pub struct Nothing {}

/// A body that says nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Log an agent out. While threads await it, it finishes them first
#[utoipa::path(post, path = "/v1/agents/{id}/logout", tag = "agents", params(("id" = of::Agent, Path)),
    request_body = Empty, responses((status = 200, description = "Logged out, or leaving", body = Accepted)))]
async fn logout(at: Context, Path(id): Path<of::Agent>, body: Json<Empty>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    at.post(at.actor_for(agent), LogOut { agent }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// What an agent wants to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatusBody {
    /// The wish.
    status: WishWord,
    /// Why; with `on_break` only. Without one it is recorded as `unspecified`.
    #[schema(pattern = "^[a-z0-9_]{1,32}$")]
    reason: Option<String>,
    /// Takes its own clients only; with `available` only.
    out_only: Option<bool>,
}

/// What an agent can want to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WishWord {
    /// To work.
    Available,
    /// To be there and get nothing.
    NotReady,
    /// To be away, for a reason.
    OnBreak,
}

impl StatusBody {
    fn wish(&self) -> Result<Wish, Problem> {
        if self.reason.is_some() && self.status != WishWord::OnBreak {
            return Err(Problem::invalid("reason", "goes with on_break only"));
        }
        if self.out_only.is_some() && self.status != WishWord::Available {
            return Err(Problem::invalid("out_only", "goes with available only"));
        }
        let reason = self.reason.as_deref().map(str::parse::<ReasonCode>).transpose();
        Ok(match self.status {
            WishWord::Available => Wish::Available { out_only: self.out_only.unwrap_or(false) },
            WishWord::NotReady => Wish::NotReady,
            WishWord::OnBreak => {
                Wish::OnBreak { reason: reason.map_err(|wrong| Problem::invalid("reason", wrong.to_string()))? }
            }
        })
    }
}

/// Set what an agent wants to be
#[utoipa::path(put, path = "/v1/agents/{id}/status", tag = "agents", params(("id" = of::Agent, Path)),
    request_body = StatusBody, responses((status = 200, description = "Set, or leaving", body = Accepted)))]
async fn set_status(
    at: Context,
    Path(id): Path<of::Agent>,
    body: Json<StatusBody>,
) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    at.command(at.actor_for(agent), SetStatus { agent, wish: body.value.wish()? }).await
}

type InQueue = Path<(of::Agent, String)>;

/// Put an agent to work in a queue (id or number), or in `all` it belongs to
#[utoipa::path(post, path = "/v1/agents/{id}/queues/{queue}/login", tag = "agents",
    params(("id" = of::Agent, Path), ("queue" = String, Path, description = "id, number or `all`")),
    request_body = Empty, responses((status = 200, description = "Done", body = Accepted)))]
async fn queue_login(at: Context, Path((id, queue)): InQueue, body: Json<Empty>) -> Result<Response, Problem> {
    let (agent, queue) = (at.agent(id.0)?, at.queue_choice(&queue).await?);
    at.post(at.actor_for(agent), QueueLogIn { agent, queue }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Take an agent out of a queue (id or number), or out of `all`
#[utoipa::path(post, path = "/v1/agents/{id}/queues/{queue}/logout", tag = "agents",
    params(("id" = of::Agent, Path), ("queue" = String, Path, description = "id, number or `all`")),
    request_body = Empty, responses((status = 200, description = "Done", body = Accepted)))]
async fn queue_logout(at: Context, Path((id, queue)): InQueue, body: Json<Empty>) -> Result<Response, Problem> {
    let (agent, queue) = (at.agent(id.0)?, at.queue_choice(&queue).await?);
    at.post(at.actor_for(agent), QueueLogOut { agent, queue }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Let an agent take the conversations of a queue (id or number), or of `all`
#[utoipa::path(post, path = "/v1/agents/{id}/queues/{queue}/ready", tag = "agents",
    params(("id" = of::Agent, Path), ("queue" = String, Path, description = "id, number or `all`")),
    request_body = Empty, responses((status = 200, description = "Done", body = Accepted)))]
async fn queue_ready(at: Context, Path((id, queue)): InQueue, body: Json<Empty>) -> Result<Response, Problem> {
    let (agent, queue) = (at.agent(id.0)?, at.queue_choice(&queue).await?);
    at.post(at.actor_for(agent), QueueReady { agent, queue }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Let an agent take no conversation of a queue (id or number), or of `all`
#[utoipa::path(post, path = "/v1/agents/{id}/queues/{queue}/not_ready", tag = "agents",
    params(("id" = of::Agent, Path), ("queue" = String, Path, description = "id, number or `all`")),
    request_body = Empty, responses((status = 200, description = "Done", body = Accepted)))]
async fn queue_not_ready(at: Context, Path((id, queue)): InQueue, body: Json<Empty>) -> Result<Response, Problem> {
    let (agent, queue) = (at.agent(id.0)?, at.queue_choice(&queue).await?);
    at.post(at.actor_for(agent), QueueNotReady { agent, queue }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Begin a wrap-up by hand, which ends by hand
#[utoipa::path(post, path = "/v1/agents/{id}/wrap-up", tag = "agents", params(("id" = of::Agent, Path)),
    request_body = Empty, responses((status = 200, description = "Begun", body = Accepted)))]
async fn start_wrap_up(at: Context, Path(id): Path<of::Agent>, body: Json<Empty>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    at.post(at.actor_for(agent), StartWrapUp { agent }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// End the wrap-up that was begun by hand
#[utoipa::path(delete, path = "/v1/agents/{id}/wrap-up", tag = "agents", params(("id" = of::Agent, Path)),
    responses((status = 200, description = "Ended", body = Accepted)))]
async fn finish_wrap_up(at: Context, Path(id): Path<of::Agent>) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    at.command(at.actor_for(agent), FinishWrapUp { agent, conversation: None }).await
}

/// What a telephone or a console is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KindWord {
    /// A telephone's registration: serves calls.
    Sip,
    /// A console's link: serves chats.
    Console,
}

/// What the signalling layer knows of a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeviceBody {
    /// What it is.
    kind: KindWord,
    /// Whether it can be reached.
    reachable: bool,
    /// For how long this holds unless it is said again, seconds, 1 to 86400. Not given: a registration
    /// until it goes, a console for half a minute.
    #[schema(minimum = 1, maximum = 86400)]
    ttl_s: Option<u64>,
}

/// Say whether a device of an agent can be reached. Say it again before `ttl_s` has passed
#[utoipa::path(put, path = "/v1/agents/{id}/devices/{device}", tag = "signalling",
    params(("id" = of::Agent, Path), ("device" = String, Path, description = "its id, or any name of up to 128 characters",
        max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")),
    request_body = DeviceBody, responses((status = 200, description = "Known", body = Accepted)))]
async fn report_device(
    at: Context,
    Path((id, device)): Path<(of::Agent, String)>,
    body: Json<DeviceBody>,
) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    let DeviceBody { kind, reachable, ttl_s } = body.value;
    let kind = match kind {
        KindWord::Sip => DeviceKind::Sip,
        KindWord::Console => DeviceKind::Console,
    };
    let ttl_ms = match ttl_s {
        Some(seconds) if !(1..=86_400).contains(&seconds) => {
            return Err(Problem::invalid("ttl_s", "must be 1 to 86400"));
        }
        seconds => seconds.map(|seconds| seconds * 1_000),
    };
    let device = device_id(agent, &device)?;
    at.command(at.signalling_for(agent), ReportDevice { agent, device, kind, reachable, ttl_ms }).await
}

/// Take a device of an agent away
#[utoipa::path(delete, path = "/v1/agents/{id}/devices/{device}", tag = "signalling",
    params(("id" = of::Agent, Path), ("device" = String, Path, description = "its id, or the name it was given",
        max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")),
    responses((status = 200, description = "Gone", body = Accepted)))]
async fn remove_device(
    at: Context,
    Path((id, device)): Path<(of::Agent, String)>,
) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    let device = device_id(agent, &device)?;
    at.command(at.signalling_for(agent), RemoveDevice { agent, device }).await
}

/// Say that an agent is on a call that no queue gave
#[utoipa::path(put, path = "/v1/agents/{id}/external-calls/{call}", tag = "signalling",
    params(("id" = of::Agent, Path), ("call" = String, Path, description = "its id, or any name of up to 128 characters",
        max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")),
    request_body = Empty, responses((status = 200, description = "Known", body = Accepted)))]
async fn start_external_call(
    at: Context,
    Path((id, call)): Path<(of::Agent, String)>,
    _: Json<Empty>,
) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    let call = call_id(agent, &call)?;
    at.command(at.signalling_for(agent), StartExternalCall { agent, call }).await
}

/// Say that an external call of an agent is over
#[utoipa::path(delete, path = "/v1/agents/{id}/external-calls/{call}", tag = "signalling",
    params(("id" = of::Agent, Path), ("call" = String, Path, description = "its id, or the name it was given",
        max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")),
    responses((status = 200, description = "Over", body = Accepted)))]
async fn end_external_call(
    at: Context,
    Path((id, call)): Path<(of::Agent, String)>,
) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    let call = call_id(agent, &call)?;
    at.command(at.signalling_for(agent), EndExternalCall { agent, call }).await
}

/// The longest name that another system may give to a device or a call.
const NAME_CHARS_MAX: usize = 128;

fn device_id(agent: UserId, text: &str) -> Result<DeviceId, Problem> {
    text.parse().or_else(|_| Ok(DeviceId(id_of_name("device", agent, text)?)))
}

fn call_id(agent: UserId, text: &str) -> Result<CallId, Problem> {
    text.parse().or_else(|_| Ok(CallId(id_of_name("call", agent, text)?)))
}

/// An id made of another system's name for something of this agent: the same name, the same id.
fn id_of_name(what: &'static str, agent: UserId, name: &str) -> Result<[u8; 16], Problem> {
    if (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(super::body::digest(&[what.as_bytes(), &agent.0, name.as_bytes()]))
    } else {
        Err(Problem::invalid(what, format!("is an id, or a name of 1 to {NAME_CHARS_MAX} characters")))
    }
}

/// Which queue the question is about.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct About {
    /// Only this queue, by id or number; else all of the agent's.
    queue: Option<String>,
    /// Wait until the answer rests on this position at least.
    min_position: Option<u64>,
}

/// Why an agent has no work: what its queues have for it, and what keeps it from that
#[utoipa::path(get, path = "/v1/agents/{id}/explain", tag = "agents", params(("id" = of::Agent, Path), About),
    responses((status = 200, description = "The explanation", body = AgentExplained)))]
async fn explained(at: Context, Path(id): Path<of::Agent>, Query(about): Query<About>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    let queue = at.queue_if(about.queue.as_deref()).await?;
    let (told, position) = at
        .look(about.min_position, move |floor, now| {
            let slot = floor.find_agent(agent)?;
            let queue = queue.map(|queue| floor.find_queue(queue)).transpose()?;
            Ok(explain::agent(floor, slot, queue, now))
        })
        .await?;
    let told = told.map_err(|refusal: readyroom_core::refusal::Refusal| Problem::from(refusal))?;
    Ok(axum::Json(AgentExplained::of(&told, position)).into_response())
}
