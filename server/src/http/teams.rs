//! Teams: whom supervisors see.

use super::body::Json;
use super::context::{Accepted, Context, answered, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use super::{App, to_the_end};
use crate::auth::{ApiScope, Role, Scope, Who};
use crate::directory::limits::PAGE_MAX;
use crate::directory::{Act, Answer, Made, NewTeam, Once, Team, TeamChange, TeamId, TeamPart};
use crate::run::No;
use crate::wire::{Id, Instant, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::ids::UserId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    let (admin, write) = (Role::Administrator, ApiScope::PeopleWrite);
    OpenApiRouter::new()
        .routes(need(Role::Supervisor, ApiScope::PeopleRead, routes!(list)))
        .routes(need(admin, write, routes!(add)))
        .routes(need(Role::Supervisor, ApiScope::PeopleRead, routes!(get)))
        .routes(need(admin, write, routes!(change)))
        .routes(need(admin, write, routes!(remove)))
        .routes(need(admin, write, routes!(put_member)))
        .routes(need(admin, write, routes!(drop_member)))
        .routes(need(admin, write, routes!(put_supervisor)))
        .routes(need(admin, write, routes!(drop_supervisor)))
}

/// A team, and who is in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamBody {
    /// What people call it; unique in the account.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// Who belongs to it.
    #[serde(default)]
    members: BTreeSet<of::Agent>,
    /// Who sees its members; of the role supervisor or above.
    #[serde(default)]
    supervisors: BTreeSet<of::Agent>,
}

/// A team.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TeamRow {
    id: of::Team,
    /// What people call it.
    name: String,
    /// Who belongs to it.
    members: Vec<of::Agent>,
    /// Who sees its members.
    supervisors: Vec<of::Agent>,
    created_at: Instant,
    updated_at: Instant,
}

impl TeamRow {
    fn of(team: &Team) -> TeamRow {
        let ids = |people: &BTreeSet<UserId>| people.iter().map(|&id| Id(id)).collect();
        TeamRow {
            id: Id(team.id),
            name: team.name.clone(),
            members: ids(&team.members),
            supervisors: ids(&team.supervisors),
            created_at: Instant(team.created_at),
            updated_at: Instant(team.updated_at),
        }
    }
}

fn plain(ids: BTreeSet<of::Agent>) -> BTreeSet<UserId> {
    ids.into_iter().map(|id| id.0).collect()
}

/// Whether the caller sees this team: those who do not see everybody see the teams they supervise.
fn is_seen(at: &Context, team: &Team) -> bool {
    match &at.caller.who {
        Who::User { id, scope: Scope::Only(_), .. } => team.supervisors.contains(id),
        Who::User { scope: Scope::All, .. } | Who::Key { .. } => true,
    }
}

/// The teams whom the caller may see, the oldest first
#[utoipa::path(get, path = "/v1/teams", tag = "people", params(Part),
    responses((status = 200, description = "A page of teams; it may be short while there is a next one",
        body = Page<TeamRow>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<TeamRow>>, Problem> {
    let limit = query::limit(part.limit)?.min(PAGE_MAX - 1);
    let after = query::after::<of::Team>(part.cursor.as_deref())?.map(|id| id.0);
    at.account.reached(part.min_position).await?;
    let teams = at.app.directory.teams(at.caller.account, after, limit + 1)?;
    let page = query::page(teams, limit, at.account.position().0, |team| Id(team.id));
    let data = page.data.iter().filter(|team| is_seen(&at, team)).map(|team| TeamRow::of(team)).collect();
    Ok(axum::Json(Page { data, next: page.next, position: page.position }))
}

/// A team that was added.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedTeam {
    id: of::Team,
    position: u64,
}

/// Add a team
#[utoipa::path(post, path = "/v1/teams", tag = "people", request_body = TeamBody,
    responses((status = 201, description = "Added", body = AddedTeam)))]
async fn add(at: Context, body: Json<TeamBody>) -> Result<Response, Problem> {
    let (TeamBody { name, members, supervisors }, key) = (body.value, body.key);
    let (account, now) = (at.caller.account, clock::now());
    let new = NewTeam { id: TeamId(dice::id(now)), name, members: plain(members), supervisors: plain(supervisors) };
    let act = Act::new(now, at.caller.by(), "team.created", new.id);
    to_the_end(async move {
        let answer = |team: &Team| Answer {
            status: StatusCode::CREATED.as_u16(),
            body: serde_json::to_vec(&serde_json::json!({"id": team.id.to_string()}))
                .expect("memory takes whatever is written"),
        };
        let made = at.app.write(move |directory| {
            let once = key.map(|key| Once { key: key.id(), request: key.request(), answer: &answer });
            directory.create_team(account, new, once, &act)
        });
        let body = match made.await? {
            Made::Now(team) => {
                tell(&at, &[&team]).await;
                answer(&team).body
            }
            Made::Before(first) => first.body,
        };
        Ok(answered(StatusCode::CREATED, &body, at.account.position()))
    })
    .await
}

/// One team
#[utoipa::path(get, path = "/v1/teams/{id}", tag = "people", params(("id" = of::Team, Path)),
    responses((status = 200, description = "The team, with its ETag", body = TeamRow)))]
async fn get(at: Context, Path(id): Path<of::Team>) -> Result<Response, Problem> {
    let team = at.app.directory.team(at.caller.account, id.0)?;
    if is_seen(&at, &team) {
        Ok(tagged(&TeamRow::of(&team)))
    } else {
        Err(Problem::forbidden(format!("{id} is not a team you supervise")))
    }
}

/// The team, if it is still as the caller read it, and the version to insist on.
fn unchanged(at: &Context, id: TeamId) -> Result<(Arc<Team>, Option<u64>), Problem> {
    let team = at.app.directory.team(at.caller.account, id)?;
    let version = team.version;
    match at.if_match() {
        Some(tag) if !matches(&tag, &TeamRow::of(&team)) => Err(No::Changed.into()),
        Some(_) => Ok((team, Some(version))),
        None => Ok((team, None)),
    }
}

/// Set a team's name and its people; those not named leave
#[utoipa::path(put, path = "/v1/teams/{id}", tag = "people",
    params(("id" = of::Team, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = TeamBody, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(at: Context, Path(id): Path<of::Team>, body: Json<TeamBody>) -> Result<axum::Json<Accepted>, Problem> {
    let (before, expected) = unchanged(&at, id.0)?;
    let TeamBody { name, members, supervisors } = body.value;
    let change = TeamChange { name: Some(name), members: Some(plain(members)), supervisors: Some(plain(supervisors)) };
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "team.changed", id));
    to_the_end(async move {
        let after = at.app.write(move |directory| directory.change_team(account, id.0, expected, change, &act));
        tell(&at, &[&before, &*after.await?]).await;
        Ok(axum::Json(Accepted { position: at.account.position().0 }))
    })
    .await
}

/// Remove a team. Its people stay
#[utoipa::path(delete, path = "/v1/teams/{id}", tag = "people",
    params(("id" = of::Team, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    responses((status = 200, description = "Removed", body = Accepted)))]
async fn remove(at: Context, Path(id): Path<of::Team>) -> Result<axum::Json<Accepted>, Problem> {
    let (before, expected) = unchanged(&at, id.0)?;
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "team.deleted", id));
    to_the_end(async move {
        at.app.write(move |directory| directory.delete_team(account, id.0, expected, &act)).await?;
        tell(&at, &[&before]).await;
        Ok(axum::Json(Accepted { position: at.account.position().0 }))
    })
    .await
}

type InTeam = Path<(of::Team, of::Agent)>;
type Done = Result<axum::Json<Accepted>, Problem>;

/// Put somebody into a team
#[utoipa::path(put, path = "/v1/teams/{id}/members/{user}", tag = "people",
    params(("id" = of::Team, Path), ("user" = of::Agent, Path)),
    responses((status = 200, description = "Belongs to it", body = Accepted)))]
async fn put_member(at: Context, Path((id, user)): InTeam) -> Done {
    set(at, id, user, TeamPart::Member, true).await
}

/// Take somebody out of a team
#[utoipa::path(delete, path = "/v1/teams/{id}/members/{user}", tag = "people",
    params(("id" = of::Team, Path), ("user" = of::Agent, Path)),
    responses((status = 200, description = "Does not belong to it", body = Accepted)))]
async fn drop_member(at: Context, Path((id, user)): InTeam) -> Done {
    set(at, id, user, TeamPart::Member, false).await
}

/// Let a supervisor see the members of a team
#[utoipa::path(put, path = "/v1/teams/{id}/supervisors/{user}", tag = "people",
    params(("id" = of::Team, Path), ("user" = of::Agent, Path)),
    responses((status = 200, description = "Sees its members", body = Accepted)))]
async fn put_supervisor(at: Context, Path((id, user)): InTeam) -> Done {
    set(at, id, user, TeamPart::Supervisor, true).await
}

/// Let a supervisor see the members of a team no longer
#[utoipa::path(delete, path = "/v1/teams/{id}/supervisors/{user}", tag = "people",
    params(("id" = of::Team, Path), ("user" = of::Agent, Path)),
    responses((status = 200, description = "Does not see them through this team", body = Accepted)))]
async fn drop_supervisor(at: Context, Path((id, user)): InTeam) -> Done {
    set(at, id, user, TeamPart::Supervisor, false).await
}

async fn set(at: Context, id: of::Team, user: of::Agent, part: TeamPart, belongs: bool) -> Done {
    let account = at.caller.account;
    at.app.directory.user(account, user.0)?;
    let before = at.app.directory.team(account, id.0)?;
    let detail = serde_json::json!({"user": user, "supervises": part == TeamPart::Supervisor, "belongs": belongs});
    let act = Act::new(clock::now(), at.caller.by(), "team.changed", id).with(detail);
    to_the_end(async move {
        let after = at.app.write(move |directory| directory.set_in_team(account, id.0, (user.0, part), belongs, &act));
        tell(&at, &[&before, &*after.await?]).await;
        Ok(axum::Json(Accepted { position: at.account.position().0 }))
    })
    .await
}

/// Tells whom it concerns that these teams changed: rows name the teams of their agents, and supervisors
/// see others than before.
pub async fn tell(at: &Context, teams: &[&Team]) {
    at.app.accounts.people_changed(at.caller.account).await;
    let supervisors: BTreeSet<UserId> = teams.iter().flat_map(|team| team.supervisors.iter().copied()).collect();
    for supervisor in supervisors {
        at.account.rescope(supervisor).await;
    }
}
