//! Reasons for a break (aux codes), as seed 000's interface has them.

use super::App;
use super::agents::At;
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged};
use super::gate::need;
use super::openapi;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::run::Guard;
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::DefineReason;
use readyroom_core::floor::Floor;
use readyroom_core::ids::ReasonCode;
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::{ReasonClass, ReasonSettings, reasons};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(list)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(add)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(change)))
}

/// A name of a reason, in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NameBody {
    /// Two letters; English (`en`) must be among them.
    #[schema(pattern = "^[a-z]{2}$")]
    locale: String,
    /// What people of that language call it.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
}

/// What a break of this reason means to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ClassWord {
    /// Not there.
    Away,
    /// There, but busy with something else.
    Busy,
}

/// How a reason is set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    /// What machines call it; it never changes.
    #[schema(pattern = "^[a-z0-9_]{1,32}$")]
    code: String,
    /// What people call it, one for each language.
    #[schema(min_items = 1, max_items = 50)]
    names: Vec<NameBody>,
    /// Away or busy.
    class: ClassWord,
    /// The colour of its bars; white unless given.
    #[serde(default = "white")]
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    color: String,
    /// Whether it can be chosen; those who are in it stay.
    #[serde(default = "yes")]
    active: bool,
    /// Whether the time is paid.
    #[serde(default)]
    paid: bool,
}

fn white() -> String {
    "#FFFFFF".to_owned()
}

fn yes() -> bool {
    true
}

/// A reason for a break.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Reason {
    /// Set by a rule of the system only; nobody chooses it.
    reserved: bool,
    #[serde(flatten)]
    settings: ReasonBody,
}

impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        let about = "A reason for a break; a reserved one is set by a rule of the system only.";
        openapi::read_back(ReasonBody::schema(), about, [("reserved", bool::schema())])
    }
}

impl ToSchema for Reason {
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        ReasonBody::schemas(all);
    }
}

impl Reason {
    fn of(reason: &ReasonSettings) -> Reason {
        let name = |(locale, name): &(String, String)| NameBody { locale: locale.clone(), name: name.clone() };
        let settings = ReasonBody {
            code: reason.code.to_string(),
            names: reason.names.iter().map(name).collect(),
            class: match reason.class {
                ReasonClass::Away => ClassWord::Away,
                ReasonClass::Busy => ClassWord::Busy,
            },
            color: reason.colour.clone(),
            active: reason.active,
            paid: reason.paid,
        };
        Reason { reserved: reasons::is_reserved(reason.code), settings }
    }
}

impl ReasonBody {
    fn reason(self) -> Result<ReasonSettings, Problem> {
        Ok(ReasonSettings {
            code: self.code.parse().map_err(|wrong: BadCode| Problem::invalid("code", wrong.to_string()))?,
            names: self.names.into_iter().map(|name| (name.locale, name.name)).collect(),
            class: match self.class {
                ClassWord::Away => ReasonClass::Away,
                ClassWord::Busy => ReasonClass::Busy,
            },
            paid: self.paid,
            colour: self.color,
            active: self.active,
        })
    }
}

type BadCode = <ReasonCode as std::str::FromStr>::Err;

/// The reasons, by code
#[utoipa::path(get, path = "/v1/reasons", tag = "reasons", params(Part),
    responses((status = 200, description = "A page of reasons", body = Page<Reason>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<Reason>>, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<String>(part.cursor.as_deref())?;
    let (rows, position) = at
        .look(part.min_position, move |floor, _| {
            let mut all: Vec<Reason> = floor.reasons().iter().map(Reason::of).collect();
            all.retain(|reason| after.as_ref().is_none_or(|after| reason.settings.code > *after));
            all.sort_by(|one, other| one.settings.code.cmp(&other.settings.code));
            all.truncate(limit + 1);
            all
        })
        .await?;
    Ok(axum::Json(query::page(rows, limit, position.0, |reason| reason.settings.code.clone())))
}

#[derive(Serialize)]
struct Defined {
    code: String,
}

/// A reason that was added.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedReason {
    code: String,
    position: u64,
}

/// Add a reason. 409 when as many can be chosen as may be
#[utoipa::path(post, path = "/v1/reasons", tag = "reasons", request_body = ReasonBody,
    responses((status = 201, description = "Added", body = AddedReason)))]
async fn add(at: Context, body: Json<ReasonBody>) -> Result<Response, Problem> {
    let reason = body.value.reason()?;
    let code = reason.code;
    let guard: Guard = Box::new(move |floor| floor.find_reason(code).is_err());
    let answer = Defined { code: code.to_string() };
    let command = DefineReason { reason };
    let done = at.post_if(at.actor(), command, body.key.as_ref(), StatusCode::CREATED, &answer, Some(guard)).await;
    let answer = done.map_err(|problem| match problem.code() {
        "changed" => Problem::from(Refusal::AlreadyExists { what: "reason", id: code.to_string() }),
        _ => problem,
    })?;
    at.note("reason.added", &code).await;
    Ok(answer)
}

/// One reason
#[utoipa::path(get, path = "/v1/reasons/{code}", tag = "reasons", params(("code" = String, Path), At),
    responses((status = 200, description = "The reason, with its ETag", body = Reason)))]
async fn get(at: Context, Path(code): Path<String>, Query(when): Query<At>) -> Result<Response, Problem> {
    let unknown = |_| Problem::new(StatusCode::NOT_FOUND, "unknown_reason", format!("There is no reason {code}."));
    let known: ReasonCode = code.parse().map_err(unknown)?;
    let read = move |floor: &Floor, _| floor.find_reason(known).map(|slot| Reason::of(floor.reason(slot)));
    let (reason, _) = at.look(when.min_position, read).await?;
    Ok(tagged(&reason?))
}

/// Set a reason up anew, or switch it off
#[utoipa::path(put, path = "/v1/reasons", tag = "reasons",
    params(("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = ReasonBody, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(at: Context, body: Json<ReasonBody>) -> Result<axum::Json<Accepted>, Problem> {
    let reason = body.value.reason()?;
    let code = reason.code;
    // The command defines what is not there; here that is a mistake.
    let (known, _) = at.look(None, move |floor, _| floor.find_reason(code).map(|_| ())).await?;
    known?;
    let guard = at.if_match().map(|tag| -> Guard {
        Box::new(move |floor| floor.find_reason(code).is_ok_and(|slot| matches(&tag, &Reason::of(floor.reason(slot)))))
    });
    let answer = at.command_if(at.actor(), DefineReason { reason }, guard).await?;
    at.note("reason.changed", &code).await;
    Ok(answer)
}
