//! Skills: what an agent can be good at, and who is how good.

use super::App;
use super::agents::At;
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::run::Guard;
use crate::wire::{Id, SkillLevelBody, levels, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{DefineSkill, SetAgentSkills};
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(list)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(define)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(rename)))
        .routes(need(Role::Agent, ApiScope::ConfigRead, routes!(of_agent)))
        .routes(need(Role::Administrator, ApiScope::ConfigWrite, routes!(set)))
}

/// A skill.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Skill {
    /// Which.
    id: of::Skill,
    /// What people call it.
    name: String,
}

impl Skill {
    fn find(floor: &Floor, id: SkillId) -> Option<Skill> {
        floor.skills().get(&id).map(|name| Skill { id: Id(id), name: name.clone() })
    }
}

/// What people call a skill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SkillBody {
    /// For example `Billing`.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
}

/// The skills, by id
#[utoipa::path(get, path = "/v1/skills", tag = "skills", params(Part),
    responses((status = 200, description = "A page of skills", body = Page<Skill>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<Skill>>, Problem> {
    let limit = query::limit(part.limit)?;
    let after = query::after::<of::Skill>(part.cursor.as_deref())?;
    let (rows, position) = at
        .look(part.min_position, move |floor, _| {
            let all = floor.skills().iter().map(|(id, name)| Skill { id: Id(*id), name: name.clone() });
            all.filter(|skill| after.is_none_or(|after| skill.id > after)).take(limit + 1).collect::<Vec<_>>()
        })
        .await?;
    Ok(axum::Json(query::page(rows, limit, position.0, |skill| skill.id)))
}

#[derive(Serialize)]
struct Defined {
    id: of::Skill,
}

/// A skill that was defined.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct DefinedSkill {
    id: of::Skill,
    position: u64,
}

/// Define a skill
#[utoipa::path(post, path = "/v1/skills", tag = "skills", request_body = SkillBody,
    responses((status = 201, description = "Defined", body = DefinedSkill)))]
async fn define(at: Context, body: Json<SkillBody>) -> Result<Response, Problem> {
    let skill = SkillId(dice::id(clock::now()));
    let command = DefineSkill { skill, name: body.value.name };
    let answer =
        at.post(at.actor(), command, body.key.as_ref(), StatusCode::CREATED, &Defined { id: Id(skill) }).await?;
    at.note("skill.defined", &skill).await;
    Ok(answer)
}

/// One skill
#[utoipa::path(get, path = "/v1/skills/{id}", tag = "skills", params(("id" = of::Skill, Path), At),
    responses((status = 200, description = "The skill, with its ETag", body = Skill)))]
async fn get(at: Context, Path(id): Path<of::Skill>, Query(when): Query<At>) -> Result<Response, Problem> {
    let (found, _) = at.look(when.min_position, move |floor, _| Skill::find(floor, id.0)).await?;
    Ok(tagged(&found.ok_or(Refusal::UnknownSkill { skill: id.0 })?))
}

/// Give a skill another name
#[utoipa::path(put, path = "/v1/skills/{id}", tag = "skills",
    params(("id" = of::Skill, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = SkillBody, responses((status = 200, description = "Renamed", body = Accepted)))]
async fn rename(
    at: Context,
    Path(id): Path<of::Skill>,
    body: Json<SkillBody>,
) -> Result<axum::Json<Accepted>, Problem> {
    let skill = id.0;
    // The command defines what is not there; a PUT to an unknown id is a mistake.
    let (known, _) = at.look(None, move |floor, _| floor.skills().contains_key(&skill)).await?;
    if !known {
        return Err(Refusal::UnknownSkill { skill }.into());
    }
    let guard = at.if_match().map(|tag| -> Guard {
        Box::new(move |floor| Skill::find(floor, skill).is_some_and(|found| matches(&tag, &found)))
    });
    let answer = at.command_if(at.actor(), DefineSkill { skill, name: body.value.name }, guard).await?;
    at.note("skill.renamed", &skill).await;
    Ok(answer)
}

/// The skills of an agent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AgentSkills {
    /// All of them, each once.
    #[schema(max_items = 100)]
    skills: Vec<SkillLevelBody>,
}

impl AgentSkills {
    fn find(floor: &Floor, agent: UserId) -> Result<AgentSkills, Refusal> {
        let slot = floor.find_agent(agent)?;
        Ok(AgentSkills { skills: floor.agent(slot).skills.iter().map(SkillLevelBody::from).collect() })
    }
}

/// What an agent is good at
#[utoipa::path(get, path = "/v1/agents/{id}/skills", tag = "skills", params(("id" = of::Agent, Path), At),
    responses((status = 200, description = "All of its skills, with their ETag", body = AgentSkills)))]
async fn of_agent(at: Context, Path(id): Path<of::Agent>, Query(when): Query<At>) -> Result<Response, Problem> {
    let agent = at.agent(id.0)?;
    let (skills, _) = at.look(when.min_position, move |floor, _| AgentSkills::find(floor, agent)).await?;
    Ok(tagged(&skills?))
}

/// Set what an agent is good at, all of it
#[utoipa::path(put, path = "/v1/agents/{id}/skills", tag = "skills",
    params(("id" = of::Agent, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = AgentSkills, responses((status = 200, description = "Set", body = Accepted)))]
async fn set(at: Context, Path(id): Path<of::Agent>, body: Json<AgentSkills>) -> Result<axum::Json<Accepted>, Problem> {
    let agent = at.agent(id.0)?;
    let guard = at.if_match().map(|tag| -> Guard {
        Box::new(move |floor| AgentSkills::find(floor, agent).is_ok_and(|skills| matches(&tag, &skills)))
    });
    let command = SetAgentSkills { agent, skills: levels(body.value.skills) };
    let answer = at.command_if(at.actor(), command, guard).await?;
    at.note("agent.skills_set", &agent).await;
    Ok(answer)
}
