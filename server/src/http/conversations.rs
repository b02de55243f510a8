//! Work: it arrives, is handed on, and ends.

use super::App;
use super::agents::{At, Empty, Nothing};
use super::body::Json;
use super::context::{Accepted, Context};
use super::gate::need;
use super::messages;
use super::problem::Problem;
use super::query::{self, Page, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::publisher::ConversationQuery;
use crate::wire::{ChannelWord, ConversationExplained, ConversationRow, Id, Instant, SkillLevelBody, levels, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use readyroom_core::commands::*;
use readyroom_core::event::Actor;
use readyroom_core::explain;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    let act = (Role::Agent, ApiScope::WorkWrite);
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::WorkRead, routes!(list)))
        .routes(need(Role::Supervisor, ApiScope::WorkWrite, routes!(arrive)))
        .routes(need(Role::Agent, ApiScope::WorkRead, routes!(get)))
        .routes(need(act.0, act.1, routes!(transfer)))
        .routes(need(Role::Supervisor, act.1, routes!(assign)))
        .routes(need(act.0, act.1, routes!(requeue)))
        .routes(need(Role::Supervisor, act.1, routes!(priority)))
        .routes(need(Role::Supervisor, act.1, routes!(skills)))
        .routes(need(Role::Supervisor, act.1, routes!(owner)))
        .routes(need(act.0, act.1, routes!(hold)))
        .routes(need(act.0, act.1, routes!(end)))
        .routes(need(act.0, act.1, routes!(extend_wrap_up)))
        .routes(need(act.0, act.1, routes!(finish_wrap_up)))
        .routes(need(Role::Agent, ApiScope::WorkRead, routes!(explained)))
}

/// Which conversations.
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
    /// Only those of this queue, by id or number.
    queue: Option<String>,
    /// Only those that this agent has or is offered.
    agent: Option<of::Agent>,
    /// Only those of this client.
    client: Option<of::Client>,
}

/// The conversations on the floor that the caller may see, by id. Ended ones are in the history
#[utoipa::path(get, path = "/v1/conversations", tag = "work", params(Wanted),
    responses((status = 200, description = "A page of rows", body = Page<ConversationRow>)))]
async fn list(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let limit = query::limit(wanted.limit)?;
    let queue = at.queue_if(wanted.queue.as_deref()).await?;
    let asked = ConversationQuery {
        scope: at.scope().await?,
        after: query::after::<of::Conversation>(wanted.cursor.as_deref())?.map(|id| id.0),
        limit,
        queue,
        agent: wanted.agent.map(|id| at.agent(id.0)).transpose()?,
        client: wanted.client.map(|id| id.0),
        ..ConversationQuery::default()
    };
    let publisher = at.account.publisher(wanted.min_position).await?;
    Ok(query::raw_page(&publisher.conversations(asked).await?))
}

/// One conversation on the floor
#[utoipa::path(get, path = "/v1/conversations/{id}", tag = "work",
    params(("id" = of::Conversation, Path), At),
    responses((status = 200, description = "Its row", body = ConversationRow)))]
async fn get(at: Context, Path(id): Path<of::Conversation>, Query(when): Query<At>) -> Result<Response, Problem> {
    let publisher = at.account.publisher(when.min_position).await?;
    let row = publisher.conversation(at.scope().await?, id.0).await?;
    Ok(query::raw(row.ok_or(Refusal::UnknownConversation { conversation: id.0 })?))
}

/// Work that arrives.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ArrivalBody {
    /// Where it waits, by id or number.
    queue: String,
    /// How the client speaks; the queue must take it.
    channel: ChannelWord,
    /// Who the client is on that channel: a number, an address, an account of a shop; or a client's id.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    client: String,
    /// What it requires, each skill once.
    #[serde(default)]
    #[schema(max_items = 10)]
    skills: Vec<SkillLevelBody>,
    /// Higher goes first; 5 unless given.
    #[schema(minimum = 1, maximum = 10)]
    priority: Option<u8>,
    /// Its client's own agent.
    owner: Option<of::Agent>,
    /// When it really came, for work that is moved here; it keeps its age. Never later than now.
    arrived_at: Option<Instant>,
}

#[derive(Serialize)]
struct Arrived {
    id: of::Conversation,
    client: of::Client,
}

/// Work that arrived.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct ArrivedConversation {
    id: of::Conversation,
    client: of::Client,
    position: u64,
}

/// Let work arrive in a queue. If an agent may take it, it is offered in the same instant
#[utoipa::path(post, path = "/v1/conversations", tag = "work", request_body = ArrivalBody,
    responses((status = 201, description = "It waits, or is offered", body = ArrivedConversation)))]
async fn arrive(at: Context, body: Json<ArrivalBody>) -> Result<Response, Problem> {
    let ArrivalBody { queue, channel, client, skills, priority, owner, arrived_at } = body.value;
    let queue = at.queue(&queue).await?;
    let client = at.client(channel.into(), &client)?;
    let owner = owner.map(|owner| at.agent(owner.0)).transpose()?;
    let conversation = ConversationId(dice::id(clock::now()));
    let command = EnterQueue {
        conversation,
        client,
        channel: channel.into(),
        queue,
        skills: levels(skills),
        priority,
        owner,
        arrived_at: arrived_at.map(|at| at.0),
    };
    let answer = Arrived { id: Id(conversation), client: Id(client) };
    at.post(at.actor(), command, body.key.as_ref(), StatusCode::CREATED, &answer).await
}

/// Where a conversation goes: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, max_properties = 2)]
struct TransferBody {
    /// To this agent, who is offered it.
    #[schema(value_type = of::Agent, required = false)]
    agent: Option<of::Agent>,
    /// Into this queue (id or number), where it is routed anew at its age.
    #[schema(value_type = String, required = false)]
    queue: Option<String>,
    /// What whoever gets it should know; the client never sees it.
    #[schema(min_length = 1, max_length = 16000)]
    note: Option<String>,
}

type One = Path<of::Conversation>;

/// Hand a conversation on to an agent or a queue
#[utoipa::path(post, path = "/v1/conversations/{id}/transfer", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = TransferBody, responses((status = 200, description = "Handed on", body = Accepted)))]
async fn transfer(at: Context, Path(id): One, body: Json<TransferBody>) -> Result<Response, Problem> {
    let TransferBody { agent, queue, note } = body.value;
    let to = match (&agent, &queue) {
        // Agents hand on to whom they like; only supervisors are kept to their teams' agents.
        (Some(agent), None) => Target::Agent(at.colleague(agent.0)?),
        (None, Some(queue)) => Target::Queue(at.queue(queue).await?),
        _ => return Err(Problem::invalid("agent", "give either an agent or a queue").at("queue", "give one of both")),
    };
    let (conversation, by) = at.work(id.0).await?;
    let note = match note {
        Some(note) => Some(messages::sealed(&at, conversation, "note", note).await?.0),
        None => None,
    };
    at.post(by, Transfer { conversation, to, note }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// To whom a conversation is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignBody {
    /// The agent.
    agent: of::Agent,
}

/// Give a conversation to an agent by hand. 409 says whether it is offline, absent or at capacity
#[utoipa::path(post, path = "/v1/conversations/{id}/assign", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = AssignBody, responses((status = 200, description = "Offered to the agent", body = Accepted)))]
async fn assign(at: Context, Path(id): One, body: Json<AssignBody>) -> Result<Response, Problem> {
    let agent = at.agent(body.value.agent.0)?;
    let (conversation, by) = at.work(id.0).await?;
    at.post(by, Assign { conversation, agent }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Send a conversation back to its queue, at its age
#[utoipa::path(post, path = "/v1/conversations/{id}/requeue", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = Empty, responses((status = 200, description = "It waits again", body = Accepted)))]
async fn requeue(at: Context, Path(id): One, body: Json<Empty>) -> Result<Response, Problem> {
    let (conversation, by) = at.work(id.0).await?;
    at.post(by, Requeue { conversation }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// How urgent a conversation is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PriorityBody {
    /// Higher goes first.
    #[schema(minimum = 1, maximum = 10)]
    priority: u8,
}

/// Change how urgent a conversation is; its age stays
#[utoipa::path(post, path = "/v1/conversations/{id}/priority", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = PriorityBody, responses((status = 200, description = "Changed", body = Accepted)))]
async fn priority(at: Context, Path(id): One, body: Json<PriorityBody>) -> Result<Response, Problem> {
    let (conversation, by) = at.work(id.0).await?;
    let command = SetPriority { conversation, priority: body.value.priority };
    at.post(by, command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// What a conversation requires.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SkillsBody {
    /// All of them, each once.
    #[schema(max_items = 10)]
    skills: Vec<SkillLevelBody>,
}

/// Set which skills a conversation requires, all of them
#[utoipa::path(post, path = "/v1/conversations/{id}/skills", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = SkillsBody, responses((status = 200, description = "Set", body = Accepted)))]
async fn skills(at: Context, Path(id): One, body: Json<SkillsBody>) -> Result<Response, Problem> {
    let (conversation, by) = at.work(id.0).await?;
    let command = RequireSkills { conversation, skills: levels(body.value.skills) };
    at.post(by, command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Whose client it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnerBody {
    /// The client's own agent; null: anybody's.
    owner: Option<of::Agent>,
}

/// Make the client of a conversation an agent's own, or anybody's
#[utoipa::path(post, path = "/v1/conversations/{id}/owner", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = OwnerBody, responses((status = 200, description = "Set", body = Accepted)))]
async fn owner(at: Context, Path(id): One, body: Json<OwnerBody>) -> Result<Response, Problem> {
    let owner = body.value.owner.map(|owner| at.agent(owner.0)).transpose()?;
    let (conversation, by) = at.work(id.0).await?;
    at.post(by, SetOwner { conversation, owner }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Whether the client waits on the line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoldBody {
    /// On hold, or not.
    held: bool,
}

/// Put a call on hold, or take it back
#[utoipa::path(post, path = "/v1/conversations/{id}/hold", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = HoldBody, responses((status = 200, description = "Done", body = Accepted)))]
async fn hold(at: Context, Path(id): One, body: Json<HoldBody>) -> Result<Response, Problem> {
    let (conversation, by) = at.work(id.0).await?;
    let command = Hold { conversation, held: body.value.held };
    at.post(by, command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Who ended a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndBody {
    /// Whether the client left: one that waited or rang is then abandoned, and else cancelled. So it
    /// is taken unless a key says otherwise; people end conversations themselves.
    by_client: Option<bool>,
}

/// End a conversation
#[utoipa::path(post, path = "/v1/conversations/{id}/end", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = EndBody, responses((status = 200, description = "Ended; its wrap-up may run", body = Accepted)))]
async fn end(at: Context, Path(id): One, body: Json<EndBody>) -> Result<Response, Problem> {
    if body.value.by_client == Some(true) && !at.caller.is_key() {
        return Err(Problem::invalid("by_client", "is said by the channel, with an API key"));
    }
    let (conversation, by) = at.work(id.0).await?;
    let by = if body.value.by_client.unwrap_or(at.caller.is_key()) { Actor::Client } else { by };
    at.post(by, EndConversation { conversation }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// How much longer a wrap-up runs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtendBody {
    /// By so many seconds.
    #[schema(minimum = 1, maximum = 86400)]
    by_s: u32,
}

/// Let the wrap-up of a conversation run longer
#[utoipa::path(post, path = "/v1/conversations/{id}/wrap-up/extend", tag = "work",
    params(("id" = of::Conversation, Path)), request_body = ExtendBody,
    responses((status = 200, description = "Extended", body = Accepted)))]
async fn extend_wrap_up(at: Context, Path(id): One, body: Json<ExtendBody>) -> Result<Response, Problem> {
    if !(1..=86_400).contains(&body.value.by_s) {
        return Err(Problem::invalid("by_s", "must be 1 to 86400"));
    }
    let (conversation, agent) = at.wrapping(id.0).await?;
    let command = ExtendWrapUp { agent, conversation, by_ms: u64::from(body.value.by_s) * 1_000 };
    at.post(at.actor_for(agent), command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// End the wrap-up of a conversation early
#[utoipa::path(post, path = "/v1/conversations/{id}/wrap-up/finish", tag = "work",
    params(("id" = of::Conversation, Path)), request_body = Empty,
    responses((status = 200, description = "Ended", body = Accepted)))]
async fn finish_wrap_up(at: Context, Path(id): One, body: Json<Empty>) -> Result<Response, Problem> {
    let (conversation, agent) = at.wrapping(id.0).await?;
    let command = FinishWrapUp { agent, conversation: Some(conversation) };
    at.post(at.actor_for(agent), command, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Why a conversation is where it is: who may take it, in rank, and why not the others
#[utoipa::path(get, path = "/v1/conversations/{id}/explain", tag = "work",
    params(("id" = of::Conversation, Path), At),
    responses((status = 200, description = "The explanation", body = ConversationExplained)))]
async fn explained(at: Context, Path(id): One, Query(when): Query<At>) -> Result<Response, Problem> {
    at.account.reached(when.min_position).await?;
    let conversation = at.conversation(id.0).await?;
    let (told, position) = at
        .look(None, move |floor, now| {
            Ok::<_, Refusal>(explain::conversation(floor, floor.find_conversation(conversation)?, now))
        })
        .await?;
    let explained = ConversationExplained::of(&told?, position, |agent| at.caller.sees(agent));
    Ok(axum::Json(explained).into_response())
}
