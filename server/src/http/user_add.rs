//! Adding a user: the row, the skills, the queues and the teams, all of it or nothing.

use super::App;
use super::body::{Json, Key};
use super::context::Context;
use super::gate::need;
use super::problem::Problem;
use super::teams::tell;
use super::to_the_end;
use super::users::{WeightBody, channel_set, check};
use crate::auth::{ApiScope, Password, Role};
use crate::directory::{Act, Answer, Email, Login, Made, NewUser, Once, PersonName, Team, TeamId, User};
use crate::run::No;
use crate::wire::{ChannelWord, Id, ModeWord, SkillLevelBody, levels, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{AddAgent, ChangeAgent, SetAgentSkills, SetMembership};
use readyroom_core::ids::*;
use readyroom_core::limits;
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::{AgentSettings, MembershipSettings, Weight};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Administrator, ApiScope::PeopleWrite, routes!(add)))
}

/// A queue that a new user belongs to, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatBody {
    /// Its id or number.
    queue: String,
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

/// A person to be added, and how they are set up as an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserBody {
    /// Their full name.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// What they sign in with; unique in the account.
    #[schema(pattern = "^[A-Za-z0-9._@-]{1,64}$")]
    login: String,
    /// Where they get mail.
    #[schema(max_length = 254, pattern = r"^[^@\s\u0000-\u001f\u007f-\u009f]+@[^@\s\u0000-\u001f\u007f-\u009f]+$")]
    email: Option<String>,
    /// What they may do; `agent` unless given.
    #[serde(default = "agent")]
    role: Role,
    /// Not the login itself. Without one they cannot sign in until it is set.
    #[schema(min_length = 10, max_length = 128)]
    password: Option<String>,
    /// Slots for conversations at once; 5 unless given.
    #[serde(default = "capacity")]
    #[schema(minimum = 1, maximum = 20)]
    capacity: u8,
    /// What a call takes of the capacity; all of it unless given.
    voice_weight: Option<WeightBody>,
    /// What a chat takes of the capacity; one slot unless given.
    chat_weight: Option<WeightBody>,
    /// The channels they work on; those of their queues unless given.
    #[schema(min_items = 1)]
    channels: Option<Vec<ChannelWord>>,
    /// Whether a login makes them available.
    #[serde(default)]
    auto_ready_on_login: bool,
    /// Whether a login loads their static and mandatory memberships.
    #[serde(default)]
    auto_queue_login: bool,
    /// What they are good at, each skill once.
    #[serde(default)]
    #[schema(max_items = 100)]
    skills: Vec<SkillLevelBody>,
    /// The queues they belong to, each once.
    #[serde(default)]
    #[schema(max_items = 200)]
    queues: Vec<SeatBody>,
    /// The teams they belong to.
    #[serde(default)]
    teams: Vec<of::Team>,
}

fn agent() -> Role {
    Role::Agent
}

fn capacity() -> u8 {
    limits::CAPACITY_DEFAULT
}

#[derive(Clone, Copy, Serialize)]
struct Added {
    id: of::Agent,
}

/// A user who was added.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedUser {
    id: of::Agent,
    position: u64,
}

/// Add a user, with skills, queues and teams: all of it or nothing
#[utoipa::path(post, path = "/v1/users", tag = "people", request_body = NewUserBody,
    responses((status = 201, description = "Added", body = AddedUser)))]
async fn add(at: Context, body: Json<NewUserBody>) -> Result<Response, Problem> {
    let (body, key) = (body.value, body.key);
    at.caller.may_grant(body.role)?;
    let id = UserId(dice::id(clock::now()));
    let (login, name) = (Login::new(&body.login)?, PersonName::new(&body.name)?);
    let email = body.email.as_deref().map(Email::new).transpose()?;
    let password = body.password.as_deref().map(|text| Password::new(text, &login)).transpose()?;
    let joined: BTreeSet<TeamId> = body.teams.iter().map(|team| team.0).collect();
    let (role, teams) = (body.role, joined.clone());
    let agent = on_floor(&at, id, body).await?;
    check(&at, agent.clone()).await?;
    let password = match password {
        Some(password) => Some(at.app.passwords.hash(password).await?),
        None => None,
    };
    let new = NewUser { id, login, name, email, role, password, teams };
    to_the_end(async move {
        let turn = at.app.users.turn(id.0).await;
        let made = create(&at, new, key).await?;
        tell_of(&at, &joined).await;
        match made {
            Created::Now => match follow(&at, agent, key.as_ref()).await {
                // It may be done; opening the account anew tells.
                Err(problem) if problem.code() != "unavailable" => {
                    withdraw(&at, id, key).await?;
                    tell_of(&at, &joined).await;
                    Err(problem)
                }
                answer => answer,
            },
            Created::Before(first) => {
                drop(turn);
                let _turn = at.app.users.turn(first.0).await;
                follow(&at, AddAgent { agent: first, ..agent }, key.as_ref()).await
            }
        }
    })
    .await
}

/// The agent that a user is on the floor.
async fn on_floor(at: &Context, agent: UserId, body: NewUserBody) -> Result<AddAgent, Problem> {
    let max = limits::MEMBERSHIPS_PER_AGENT_MAX;
    if body.queues.len() > max {
        return Err(Refusal::LimitReached { what: "memberships of an agent", max }.into());
    }
    let usual = AgentSettings::default();
    let settings = AgentSettings {
        capacity: body.capacity,
        voice_weight: body.voice_weight.map_or(usual.voice_weight, Weight::from),
        chat_weight: body.chat_weight.map_or(usual.chat_weight, Weight::from),
        channels: body.channels.as_deref().map(channel_set),
        auto_ready_on_login: body.auto_ready_on_login,
        auto_queue_login: body.auto_queue_login,
    };
    let mut memberships = Vec::new();
    for seat in body.queues {
        let SeatBody { queue, tier_level, position, delay_sec, mode } = seat;
        let settings = MembershipSettings { tier_level, position, delay_sec, mode: mode.into() };
        memberships.push((at.queue(&queue).await?, settings));
    }
    Ok(AddAgent { agent, settings, skills: levels(body.skills), memberships })
}

enum Created {
    Now,
    /// An earlier request with the same key made this one.
    Before(UserId),
}

async fn create(at: &Context, new: NewUser, key: Option<Key>) -> Result<Created, Problem> {
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "user.created", new.id));
    // What is kept is only the id: the rest of the answer is known when the floor has followed.
    let kept = |user: &User| Answer { status: StatusCode::CREATED.as_u16(), body: user.id.to_string().into_bytes() };
    let made = at.app.write(move |directory| {
        let once = key.map(|key| Once { key: key.id(), request: key.request(), answer: &kept });
        directory.create_user(account, new, once, &act)
    });
    Ok(match made.await? {
        Made::Now(_) => Created::Now,
        Made::Before(first) => {
            let id = std::str::from_utf8(&first.body).ok().and_then(|id| id.parse().ok());
            // Other routes keep other answers; their keys are theirs.
            Created::Before(id.ok_or(No::KeyReused)?)
        }
    })
}

async fn withdraw(at: &Context, user: UserId, key: Option<Key>) -> Result<(), Problem> {
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "user.withdrawn", user));
    at.app.write(move |directory| directory.withdraw_user(account, user, key.map(|key| key.id()), &act)).await
}

/// Tells whom it concerns that somebody came to these teams, or left them.
async fn tell_of(at: &Context, teams: &BTreeSet<TeamId>) {
    // A team that was deleted meanwhile concerns nobody.
    let teams = teams.iter().filter_map(|&team| at.app.directory.team(at.caller.account, team).ok());
    let teams: Vec<Arc<Team>> = teams.collect();
    let teams: Vec<&Team> = teams.iter().map(|team| &**team).collect();
    tell(at, &teams).await;
}

/// Brings a user to the floor.
async fn follow(at: &Context, add: AddAgent, key: Option<&Key>) -> Result<Response, Problem> {
    let answer = Added { id: Id(add.agent) };
    match at.post(at.actor(), add.clone(), key, StatusCode::CREATED, &answer).await {
        // An account that was just being opened has added its people by itself, bare.
        Err(problem) if problem.code() == "already_exists" => {
            let AddAgent { agent, settings, skills, memberships } = add;
            let _ = at.command(at.actor(), ChangeAgent { agent, settings }).await?;
            for (queue, settings) in memberships {
                let _ = at.command(at.actor(), SetMembership { agent, queue, settings }).await?;
            }
            // The answer is promised with the last of them: a repeat does what is missing, and when nothing is, a
            // later repeat does not undo what others changed since.
            at.post(at.actor(), SetAgentSkills { agent, skills }, key, StatusCode::CREATED, &answer).await
        }
        answer => answer,
    }
}
