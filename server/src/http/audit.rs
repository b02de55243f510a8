//! The audit: who did what, newest first.

use super::App;
use super::context::{Context, blocking};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Query};
use crate::auth::{ApiScope, Role};
use crate::directory::AuditLine;
use crate::directory::limits::PAGE_MAX;
use crate::wire::Instant;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Administrator, ApiScope::AuditRead, routes!(list)))
}

/// One act.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Line {
    /// Its number in the account: dense, from 1.
    seq: u64,
    /// When.
    at: Instant,
    /// Who: a user, a key, `cli` or `system`.
    by: String,
    /// What, as a dotted word.
    #[schema(example = "user.created")]
    act: String,
    /// The id of what it was done to.
    subject: String,
    /// More, as the act has it.
    #[schema(value_type = Option<Object>)]
    detail: Value,
}

impl From<AuditLine> for Line {
    fn from(line: AuditLine) -> Line {
        let AuditLine { seq, at, by, act, subject, detail } = line;
        Line { seq, at: Instant(at), by: by.to_string(), act, subject, detail }
    }
}

/// What was done to people and settings, newest first
#[utoipa::path(get, path = "/v1/audit", tag = "people", params(Part),
    responses((status = 200, description = "A page of acts; at most 499", body = Page<Line>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<Line>>, Problem> {
    let limit = query::limit(part.limit)?.min(PAGE_MAX - 1);
    let before = query::after::<u64>(part.cursor.as_deref())?;
    at.account.reached(part.min_position).await?;
    let (directory, account) = (at.app.directory.clone(), at.caller.account);
    let lines = blocking(move || directory.audit(account, before, limit + 1)).await??;
    let lines = lines.into_iter().map(Line::from).collect();
    Ok(axum::Json(query::page(lines, limit, at.account.position().0, |line: &Line| line.seq)))
}
