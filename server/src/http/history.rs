//! What happened: the rows of the tables, page by page.

use super::App;
use super::context::Context;
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Format, Page, Query};
use crate::auth::role::{ApiScope, Role};
use crate::projector::{self, Filter, ReadError, Reader};
use crate::wire::rows::{self, AgentActivityRow, AgentEventRow, Object, SegmentRow};
use crate::wire::{Instant, of};
use axum::http::HeaderValue;
use axum::response::Response;
use readyroom_core::ids::QueueId;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::HistoryRead, routes!(agent_events)))
        .routes(need(Role::Agent, ApiScope::HistoryRead, routes!(agent_activity)))
        .routes(need(Role::Agent, ApiScope::HistoryRead, routes!(segments)))
}

/// Which rows: those for which all that is given holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Of this agent.
    user: Option<of::Agent>,
    /// In or from this queue, by id or number. Rows of `agent_event` know no queues.
    queue: Option<String>,
    /// About this conversation. Rows of `agent_activity` know none.
    conversation: Option<of::Conversation>,
    /// Not earlier; a segment counts by its end.
    since: Option<Instant>,
    /// Earlier than this.
    until: Option<Instant>,
    /// Rows of the page, 1 to 1000; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Wait until the rows rest on this position at least.
    min_position: Option<u64>,
    /// With `csv`, the cursor of the next page is the header `X-Next-Cursor`, and the position `X-Position`.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Reads a page of one table.
type Read = fn(&Reader, &Filter, u64, usize) -> Result<projector::Page, ReadError>;

/// Changes of buckets, oldest first. A page may be short, or empty, and name a next one all the same
#[utoipa::path(get, path = "/v1/agent-events", tag = "history", params(Wanted),
    responses((status = 200, description = "A page of `agent_event`",
        content((Page<AgentEventRow> = "application/json"), (String = "text/csv")))))]
async fn agent_events(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    page(&at, wanted, Reader::agent_events).await
}

/// Changes of status, reason, queues and load, with who and why, oldest first. A page may be short, or
/// empty, and name a next one all the same
#[utoipa::path(get, path = "/v1/agent-activity", tag = "history", params(Wanted),
    responses((status = 200, description = "A page of `agent_activity`",
        content((Page<AgentActivityRow> = "application/json"), (String = "text/csv")))))]
async fn agent_activity(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    page(&at, wanted, Reader::agent_activity).await
}

/// Stretches of conversations that have ended, by their ends. Whoever sees only some agents sees what these
/// had in hand, and not what waited. A page may be short, or empty, and name a next one all the same
#[utoipa::path(get, path = "/v1/segments", tag = "history", params(Wanted),
    responses((status = 200, description = "A page of `conversation_segment`",
        content((Page<SegmentRow> = "application/json"), (String = "text/csv")))))]
async fn segments(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    page(&at, wanted, Reader::segments).await
}

async fn page(at: &Context, wanted: Wanted, read: Read) -> Result<Response, Problem> {
    let limit = query::limit(wanted.limit)?;
    let after = query::after::<u64>(wanted.cursor.as_deref())?.unwrap_or(0);
    let queue = match &wanted.queue {
        Some(queue) => Some(queue_ever(at, queue).await?),
        None => None,
    };
    let filter = Filter {
        user: wanted.user.map(|user| at.agent(user.0)).transpose()?,
        users: at.people().map(|people| people.as_ref().clone()),
        queue,
        conversation: wanted.conversation.map(|id| id.0),
        since: wanted.since.map(|at| at.0),
        until: wanted.until.map(|at| at.0),
    };
    let (page, position) = at.read(wanted.min_position, move |reader| read(reader, &filter, after, limit)).await?;
    let next = page.next.map(|seq| query::cursor(&seq));
    Ok(match wanted.format {
        Format::Json => {
            let answer = Answer { data: Rows(&page), next, position: position.0 };
            query::raw(serde_json::to_vec(&answer).expect("memory takes whatever is written").into())
        }
        Format::Csv => {
            let mut response = query::csv(lines(&page));
            let headers = response.headers_mut();
            headers.insert("x-position", position.0.into());
            if let Some(next) = next {
                let next = HeaderValue::from_str(&next).expect("a cursor is base 64");
                headers.insert("x-next-cursor", next);
            }
            response
        }
    })
}

/// The queue that an id or a number names. One that was removed has its history, by its id.
async fn queue_ever(at: &Context, text: &str) -> Result<QueueId, Problem> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => at.queue(text).await,
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Rows<'a>,
    next: Option<String>,
    position: u64,
}

struct Rows<'a>(&'a projector::Page);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.rows.iter().map(|cells| Object(self.0.columns, cells)))
    }
}

fn lines(page: &projector::Page) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut line = |cells: &[String]| {
        rows::csv(cells.iter().map(String::as_str), &mut lines).expect("memory takes whatever is written");
    };
    line(&page.columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>());
    for cells in &page.rows {
        line(&cells.iter().map(|cell| rows::text(cell, "")).collect::<Vec<_>>());
    }
    lines
}
