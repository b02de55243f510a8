//! Users: who there is, and how they are set up as people and as agents. The directory comes first and
//! the floor follows; what the floor would refuse is found out before.

use super::agents::At;
use super::body::Json;
use super::context::{Accepted, Context, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Path, Query};
use super::{App, to_the_end};
use crate::auth::{ApiScope, Role, Scope, Who};
use crate::clock;
use crate::directory::{Act, Email, Login, PersonName, User, UserChange, UserFilter};
use crate::run::{Guard, No};
use crate::wire::{ChannelWord, Id, Instant, of};
use axum::response::Response;
use readyroom_core::commands::{ChangeAgent, Command};
use readyroom_core::ids::*;
use readyroom_core::settings::{AgentSettings, Weight};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How often a change is made anew because another one came before it.
const RACES_MAX: u32 = 8;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::PeopleRead, routes!(list)))
        .routes(need(Role::Agent, ApiScope::PeopleRead, routes!(get)))
        .routes(need(Role::Administrator, ApiScope::PeopleWrite, routes!(change)))
}

/// What a conversation takes of an agent's capacity: so many slots, or `whole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "is 1 to 20, or \"whole\"")]
pub enum WeightBody {
    /// So many slots, 1 to 20.
    Slots(u8),
    /// All of it.
    Whole(WholeWord),
}

impl PartialSchema for WeightBody {
    fn schema() -> RefOr<Schema> {
        let slots = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(20));
        let whole = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["whole"]));
        let about = "what a conversation takes of an agent's capacity: so many slots, or all of it";
        OneOfBuilder::new().item(slots).item(whole).description(Some(about)).into()
    }
}

impl ToSchema for WeightBody {}

/// All of the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WholeWord {
    /// All of it, whatever it is.
    Whole,
}

impl From<WeightBody> for Weight {
    fn from(body: WeightBody) -> Weight {
        match body {
            WeightBody::Slots(slots) => Weight::Slots(slots),
            WeightBody::Whole(WholeWord::Whole) => Weight::Whole,
        }
    }
}

impl From<Weight> for WeightBody {
    fn from(weight: Weight) -> WeightBody {
        match weight {
            Weight::Slots(slots) => WeightBody::Slots(slots),
            Weight::Whole => WeightBody::Whole(WholeWord::Whole),
        }
    }
}

/// A person of the account, and how they are set up as an agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct UserBody {
    /// Who; as an agent, the same.
    id: of::Agent,
    /// Their full name.
    name: String,
    /// What they sign in with.
    login: String,
    /// Where they get mail.
    email: Option<String>,
    /// What they may do.
    role: Role,
    /// Whether they can sign in and work. Who left is deactivated and keeps their history.
    active: bool,
    /// Whether a password was set; without one they cannot sign in.
    has_password: bool,
    /// The teams they belong to.
    teams: Vec<of::Team>,
    /// Slots for conversations at once.
    capacity: u8,
    /// What a call takes of the capacity.
    voice_weight: WeightBody,
    /// What a chat takes of the capacity.
    chat_weight: WeightBody,
    /// The channels they work on; none given: those of their queues.
    channels: Option<Vec<ChannelWord>>,
    /// Whether a login makes them available.
    auto_ready_on_login: bool,
    /// Whether a login loads their static and mandatory memberships.
    auto_queue_login: bool,
    created_at: Instant,
    updated_at: Instant,
}

impl UserBody {
    fn of(at: &Context, user: &User, settings: Option<AgentSettings>) -> Result<UserBody, Problem> {
        // An agent that the floor does not have yet will be added so.
        let settings = settings.unwrap_or_default();
        let teams = at.app.directory.teams_of(user.account, user.id)?;
        Ok(UserBody {
            id: Id(user.id),
            name: user.name.reveal().to_owned(),
            login: user.login.reveal().to_owned(),
            email: user.email.as_ref().map(|email| email.reveal().to_owned()),
            role: user.role,
            active: user.active,
            has_password: user.password.is_some(),
            teams: teams.into_iter().map(Id).collect(),
            capacity: settings.capacity,
            voice_weight: settings.voice_weight.into(),
            chat_weight: settings.chat_weight.into(),
            channels: settings.channels.map(|channels| channels.iter().map(ChannelWord::from).collect()),
            auto_ready_on_login: settings.auto_ready_on_login,
            auto_queue_login: settings.auto_queue_login,
            created_at: Instant(user.created_at),
            updated_at: Instant(user.updated_at),
        })
    }
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Rows of the page, 1 to 1000, of which at most 500 come; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Wait until the answer rests on this position at least.
    min_position: Option<u64>,
    /// Only those with exactly this role.
    #[param(inline)]
    role: Option<Role>,
    /// Only members of this team.
    #[param(inline)]
    team: Option<of::Team>,
    /// Only active ones, or only deactivated ones.
    active: Option<bool>,
    /// Only those whose login, name, or a word of the name, begins so.
    #[param(max_length = 100)]
    text: Option<String>,
}

/// The users whom the caller may see, the oldest first
#[utoipa::path(get, path = "/v1/users", tag = "people", params(Wanted),
    responses((status = 200, description = "A page of users; it may be short while there is a next one",
        body = Page<UserBody>)))]
async fn list(at: Context, Query(wanted): Query<Wanted>) -> Result<axum::Json<Page<UserBody>>, Problem> {
    let limit = query::limit(wanted.limit)?;
    let after = query::after::<of::Agent>(wanted.cursor.as_deref())?.map(|id| id.0);
    if wanted.text.as_ref().is_some_and(|text| text.chars().count() > 100) {
        return Err(Problem::invalid("text", "has at most 100 characters"));
    }
    at.account.reached(wanted.min_position).await?;
    let seen_by = match &at.caller.who {
        Who::User { scope, .. } => scope.clone(),
        Who::Key { .. } => Scope::All,
    };
    let filter = UserFilter {
        role: wanted.role,
        team: wanted.team.map(|team| team.0),
        active: wanted.active,
        begins: wanted.text,
        seen_by: Some(seen_by),
    };
    let page = at.app.directory.users(at.caller.account, &filter, after, limit)?;
    let ids: Vec<UserId> = page.users.iter().map(|user| user.id).collect();
    let (settings, position) = at
        .look(wanted.min_position, move |floor, _| {
            let settings = |id: UserId| floor.find_agent(id).ok().map(|slot| floor.agent(slot).settings);
            ids.into_iter().map(settings).collect::<Vec<_>>()
        })
        .await?;
    let rows = page.users.iter().zip(settings);
    let data = rows.map(|(user, settings)| UserBody::of(&at, user, settings)).collect::<Result<_, _>>()?;
    let next = page.next.map(|last| query::cursor(&Id(last)));
    Ok(axum::Json(Page { data, next, position: position.0 }))
}

/// The user, if the caller may know of it.
///
/// # Errors
/// 404 for one of another account, 403 for one of another team.
pub fn seen(at: &Context, id: UserId) -> Result<Arc<User>, Problem> {
    let user = at.app.directory.user(at.caller.account, id)?;
    if at.caller.sees(id) { Ok(user) } else { Err(Problem::forbidden(format!("{id} is not of your teams"))) }
}

/// The user, and how it is set up on the floor.
async fn whole(at: &Context, id: UserId) -> Result<(Arc<User>, AgentSettings, UserBody), Problem> {
    let user = seen(at, id)?;
    let settings = settings_of(at, id).await?;
    let body = UserBody::of(at, &user, settings)?;
    Ok((user, settings.unwrap_or_default(), body))
}

/// How the floor has an agent set up, if it has it.
async fn settings_of(at: &Context, id: UserId) -> Result<Option<AgentSettings>, Problem> {
    Ok(at.look(None, move |floor, _| floor.find_agent(id).ok().map(|slot| floor.agent(slot).settings)).await?.0)
}

/// One user
#[utoipa::path(get, path = "/v1/users/{id}", tag = "people", params(("id" = of::Agent, Path), At),
    responses((status = 200, description = "The user, with its ETag", body = UserBody)))]
async fn get(at: Context, Path(id): Path<of::Agent>, Query(when): Query<At>) -> Result<Response, Problem> {
    at.account.reached(when.min_position).await?;
    let (_, _, body) = whole(&at, id.0).await?;
    Ok(tagged(&body))
}

/// What changes of a user; what is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserPatch {
    /// Their full name.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: Option<String>,
    /// What they sign in with.
    #[schema(pattern = "^[A-Za-z0-9._@-]{1,64}$")]
    login: Option<String>,
    /// Where they get mail; null takes it away.
    #[serde(default, deserialize_with = "super::body::given")]
    #[schema(value_type = Option<String>, max_length = 254,
        pattern = r"^[^@\s\u0000-\u001f\u007f-\u009f]+@[^@\s\u0000-\u001f\u007f-\u009f]+$")]
    email: Option<Option<String>>,
    /// What they may do. A change ends their sessions.
    role: Option<Role>,
    /// Slots for conversations at once. What they hold above it they keep.
    #[schema(minimum = 1, maximum = 20)]
    capacity: Option<u8>,
    /// What a call takes of the capacity.
    voice_weight: Option<WeightBody>,
    /// What a chat takes of the capacity.
    chat_weight: Option<WeightBody>,
    /// The channels they work on; null: those of their queues.
    #[serde(default, deserialize_with = "super::body::given")]
    #[schema(value_type = Option<Vec<ChannelWord>>, min_items = 1)]
    channels: Option<Option<Vec<ChannelWord>>>,
    /// Whether a login makes them available.
    auto_ready_on_login: Option<bool>,
    /// Whether a login loads their static and mandatory memberships.
    auto_queue_login: Option<bool>,
}

impl UserPatch {
    fn change(&self) -> Result<UserChange, Problem> {
        Ok(UserChange {
            login: self.login.as_deref().map(Login::new).transpose()?,
            name: self.name.as_deref().map(PersonName::new).transpose()?,
            email: match &self.email {
                Some(email) => Some(email.as_deref().map(Email::new).transpose()?),
                None => None,
            },
            role: self.role,
        })
    }

    fn settings(&self, before: AgentSettings) -> AgentSettings {
        AgentSettings {
            capacity: self.capacity.unwrap_or(before.capacity),
            voice_weight: self.voice_weight.map_or(before.voice_weight, Weight::from),
            chat_weight: self.chat_weight.map_or(before.chat_weight, Weight::from),
            channels: self.channels.as_ref().map_or(before.channels, |channels| channels.as_deref().map(channel_set)),
            auto_ready_on_login: self.auto_ready_on_login.unwrap_or(before.auto_ready_on_login),
            auto_queue_login: self.auto_queue_login.unwrap_or(before.auto_queue_login),
        }
    }
}

/// Change a user
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "people",
    params(("id" = of::Agent, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = UserPatch, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(
    at: Context,
    Path(id): Path<of::Agent>,
    body: Json<UserPatch>,
) -> Result<axum::Json<Accepted>, Problem> {
    let (id, patch) = (id.0, body.value);
    to_the_end(async move {
        let _turn = at.app.users.turn(id.0).await;
        let (user, before, shown) = whole(&at, id).await?;
        at.caller.may_grant(user.role)?;
        at.caller.may_grant(patch.role.unwrap_or(user.role))?;
        let if_match = at.if_match();
        if if_match.as_ref().is_some_and(|tag| !matches(tag, &shown)) {
            return Err(No::Changed.into());
        }
        let expected = if_match.map(|_| user.version);
        let change = patch.change()?;
        let ends_streams = change.role.is_some_and(|role| role != user.role);
        check(&at, ChangeAgent { agent: id, settings: patch.settings(before) }).await?;
        let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "user.changed", id));
        at.app.write(move |directory| directory.change_user(account, id, expected, change, &act)).await?;
        at.app.accounts.people_changed(account).await;
        if ends_streams {
            at.account.rescope(id).await;
        }
        set_up(&at, id, &patch, before, expected.is_some()).await
    })
    .await
}

/// Has the floor follow a change. What the patch does not name stays as it is at that moment: whoever did not
/// insist on what they read loses no race, but has their change made on what the other one left.
async fn set_up(
    at: &Context,
    agent: UserId,
    patch: &UserPatch,
    mut before: AgentSettings,
    insists: bool,
) -> Result<axum::Json<Accepted>, Problem> {
    for _ in 0..RACES_MAX {
        let settings = patch.settings(before);
        if settings == before {
            return Ok(axum::Json(Accepted { position: at.account.position().0 }));
        }
        // Of an agent that is gone, the command itself says so.
        let guard: Guard =
            Box::new(move |floor| floor.find_agent(agent).map_or(true, |slot| floor.agent(slot).settings == before));
        match at.command_if(at.actor(), ChangeAgent { agent, settings }, Some(guard)).await {
            Err(problem) if problem.code() == "changed" && !insists => {
                before = settings_of(at, agent).await?.unwrap_or_default()
            }
            Err(problem) => return Err(problem),
            Ok(answer) => {
                at.note("agent.changed", &agent).await;
                return Ok(answer);
            }
        }
    }
    Err(No::Changed.into())
}

/// Whether the floor would do it; to ask before the directory is changed.
///
/// # Errors
/// The floor's refusal.
pub async fn check(at: &Context, command: impl Into<Command>) -> Result<(), Problem> {
    let (command, by) = (command.into(), at.actor());
    let (good, _) = at.look(None, move |floor, now| command.check(floor, now, by)).await?;
    Ok(good?)
}

/// The channels as the floor takes them.
pub fn channel_set(words: &[ChannelWord]) -> ChannelSet {
    words.iter().copied().map(Channel::from).collect()
}
