//! Queues: how they are set up, and how they stand.

use super::App;
use super::agents::At;
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::wire::{ChannelWord, Id, QueueRow, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::*;
use readyroom_core::floor::{Floor, QueueSlot};
use readyroom_core::ids::*;
use readyroom_core::limits;
use readyroom_core::settings::{QueueSettings, Strategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(list)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(add)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(change)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(remove)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(row)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(rows)))
}

/// Who of the eligible agents is offered a conversation first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StrategyWord {
    /// The one that has been idle for longest.
    #[default]
    LongestIdle,
}

/// How a queue is set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QueueBody {
    /// What people call it.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What telephones dial; no two queues share one.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{3,64}$")]
    number: Option<String>,
    /// The channels it takes; voice unless given.
    #[serde(default = "voice")]
    #[schema(min_items = 1, max_items = 2)]
    channels: Vec<ChannelWord>,
    /// Higher goes first.
    #[serde(default = "middle")]
    #[schema(minimum = 1, maximum = 10)]
    priority: u8,
    /// How agents are ranked.
    #[serde(default)]
    strategy: StrategyWord,
    /// How long an offer stands, seconds.
    #[serde(default = "ring")]
    #[schema(minimum = 1, maximum = 65535)]
    ring_timeout_s: u32,
    /// Work after the work, seconds; 0 is none. Not given: 10 after a call, none after a chat.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400)]
    wrap_up_s: Option<u32>,
    /// Offers missed in a row after which the agent is sent on a break; 0 is never.
    #[serde(default = "misses")]
    #[schema(minimum = 0, maximum = 100)]
    max_no_answer: u8,
    /// Whether a login to this queue makes the agent ready in it.
    #[serde(default)]
    auto_ready: bool,
    /// Whether an offer counts as accepted at once.
    #[serde(default)]
    auto_accept: bool,
    /// Whether the end of an external call leaves the agent not ready here.
    #[serde(default)]
    auto_not_ready_after_non_acd_call: bool,
}

fn voice() -> Vec<ChannelWord> {
    vec![ChannelWord::Voice]
}

fn middle() -> u8 {
    limits::PRIORITY_DEFAULT
}

fn ring() -> u32 {
    u32::try_from(limits::RING_TIMEOUT_MS_DEFAULT / 1_000).expect("it is twenty seconds")
}

fn misses() -> u8 {
    limits::MAX_NO_ANSWER_DEFAULT
}

impl QueueBody {
    fn settings(self) -> QueueSettings {
        QueueSettings {
            name: self.name,
            number: self.number,
            channels: self.channels.into_iter().map(Channel::from).collect(),
            priority: self.priority,
            strategy: match self.strategy {
                StrategyWord::LongestIdle => Strategy::LongestIdle,
            },
            ring_timeout_ms: u64::from(self.ring_timeout_s) * 1_000,
            wrap_up_ms: self.wrap_up_s.map(|seconds| u64::from(seconds) * 1_000),
            max_no_answer: self.max_no_answer,
            auto_ready: self.auto_ready,
            auto_accept: self.auto_accept,
            auto_not_ready_after_external_call: self.auto_not_ready_after_non_acd_call,
        }
    }

    fn of(settings: &QueueSettings) -> QueueBody {
        let seconds = |ms: u64| u32::try_from(ms / 1_000).expect("limits.rs keeps it within a day");
        QueueBody {
            name: settings.name.clone(),
            number: settings.number.clone(),
            channels: settings.channels.iter().map(ChannelWord::from).collect(),
            priority: settings.priority,
            strategy: match settings.strategy {
                Strategy::LongestIdle => StrategyWord::LongestIdle,
            },
            ring_timeout_s: seconds(settings.ring_timeout_ms),
            wrap_up_s: settings.wrap_up_ms.map(seconds),
            max_no_answer: settings.max_no_answer,
            auto_ready: settings.auto_ready,
            auto_accept: settings.auto_accept,
            auto_not_ready_after_non_acd_call: settings.auto_not_ready_after_external_call,
        }
    }
}

/// A queue, as it is set up.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct Queue {
    /// Which.
    id: of::Queue,
    /// Whether it is General, which every account has and which cannot be removed.
    general: bool,
    #[serde(flatten)]
    settings: QueueBody,
}

impl Queue {
    fn at(floor: &Floor, slot: QueueSlot) -> Queue {
        let queue = floor.queue(slot);
        let general = floor.general() == Some(queue.id);
        Queue { id: Id(queue.id), general, settings: QueueBody::of(&queue.settings) }
    }
}

/// The queues, as they are set up, by id
#[utoipa::path(get, path = "/v1/queues", tag = "queues", params(Part),
    responses((status = 200, description = "A page of queues", body = Page<Queue>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<Queue>>, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<of::Queue>(part.cursor.as_deref())?;
    let (rows, position) = at
        .look(part.min_position, move |floor, _| {
            let mut queues: Vec<Queue> = floor.queues().map(|(slot, _)| Queue::at(floor, slot)).collect();
            queues.retain(|queue| after.is_none_or(|after| queue.id > after));
            queues.sort_by_key(|queue| queue.id);
            queues.truncate(limit + 1);
            queues
        })
        .await?;
    Ok(axum::Json(query::page(rows, limit, position.0, |queue| queue.id)))
}

#[derive(Serialize)]
struct Added {
    id: of::Queue,
}

/// A queue that was added.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedQueue {
    id: of::Queue,
    position: u64,
}

/// Add a queue
#[utoipa::path(post, path = "/v1/queues", tag = "queues", request_body = QueueBody,
    responses((status = 201, description = "Added", body = AddedQueue)))]
async fn add(at: Context, body: Json<QueueBody>) -> Result<Response, Problem> {
    let queue = QueueId(dice::id(clock::now()));
    let command = AddQueue { queue, settings: body.value.settings() };
    let answer = at.post(at.actor(), command, body.key.as_ref(), StatusCode::CREATED, &Added { id: Id(queue) }).await?;
    at.note("queue.added", &queue).await;
    Ok(answer)
}

/// One queue, by id or number
#[utoipa::path(get, path = "/v1/queues/{queue}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), At),
    responses((status = 200, description = "The queue, with its ETag", body = Queue)))]
async fn get(at: Context, Path(queue): Path<String>, Query(when): Query<At>) -> Result<Response, Problem> {
    at.account.reached(when.min_position).await?;
    let id = at.queue(&queue).await?;
    let (queue, _) = at.look(None, move |floor, _| floor.find_queue(id).map(|slot| Queue::at(floor, slot))).await?;
    Ok(tagged(&queue?))
}

/// Set a queue up anew; what is not given goes back to its default
#[utoipa::path(put, path = "/v1/queues/{queue}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = QueueBody, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(
    at: Context,
    Path(queue): Path<String>,
    body: Json<QueueBody>,
) -> Result<axum::Json<Accepted>, Problem> {
    let queue = at.queue(&queue).await?;
    let command = ChangeQueue { queue, settings: body.value.settings() };
    let answer = at.command_if(at.actor(), command, guard(&at, queue)).await?;
    at.note("queue.changed", &queue).await;
    Ok(answer)
}

fn guard(at: &Context, queue: QueueId) -> Option<crate::run::Guard> {
    let tag = at.if_match()?;
    Some(Box::new(move |floor| {
        // Of a queue that is gone, the command itself says so.
        floor.find_queue(queue).is_ok_and(|slot| matches(&tag, &Queue::at(floor, slot)))
    }))
}

/// Remove a queue that is empty; General stays
#[utoipa::path(delete, path = "/v1/queues/{queue}", tag = "queues",
    params(("queue" = String, Path, description = "id or number"),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    responses((status = 200, description = "Removed", body = Accepted)))]
async fn remove(at: Context, Path(queue): Path<String>) -> Result<axum::Json<Accepted>, Problem> {
    let queue = at.queue(&queue).await?;
    let answer = at.command_if(at.actor(), RemoveQueue { queue }, guard(&at, queue)).await?;
    at.note("queue.removed", &queue).await;
    Ok(answer)
}

/// How one queue stands: what waits, rings and is active in it
#[utoipa::path(get, path = "/v1/queues/{queue}/live", tag = "queues",
    params(("queue" = String, Path, description = "id or number"), At),
    responses((status = 200, description = "Its row", body = QueueRow)))]
async fn row(at: Context, Path(queue): Path<String>, Query(when): Query<At>) -> Result<Response, Problem> {
    let publisher = at.account.publisher(when.min_position).await?;
    let queue = at.queue(&queue).await?;
    if !at.scope().await?.sees_queue(queue) {
        return Err(Problem::forbidden(format!("you do not belong to {queue}")));
    }
    let row = publisher.queue(queue).await?;
    Ok(query::raw(row.ok_or(readyroom_core::refusal::Refusal::UnknownQueue { queue })?))
}

/// How all queues stand
#[utoipa::path(get, path = "/v1/queues-live", tag = "queues", params(Part),
    responses((status = 200, description = "A page of rows", body = Page<QueueRow>)))]
async fn rows(at: Context, Query(part): Query<Part>) -> Result<Response, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<of::Queue>(part.cursor.as_deref())?;
    let publisher = at.account.publisher(part.min_position).await?;
    let rows = publisher.queues(at.scope().await?, after.map(|id| id.0), limit).await?;
    Ok(query::raw_page(&rows))
}
