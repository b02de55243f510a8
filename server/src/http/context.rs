//! A request by somebody who may make it: who asks, their account, and how to ask it.

use super::App;
use super::body::Key;
use super::gate;
use super::problem::Problem;
use crate::accounts::Account;
use crate::auth::caller::{self, Caller, Who};
use crate::auth::role::Role;
use crate::clock;
use crate::directory::{Act, TeamId};
use crate::projector::{ReadError, Reader};
use crate::publisher::Scope;
use crate::run::Guard;
use crate::wire::ChannelWord;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use readyroom_core::commands::{Command, QueueChoice};
use readyroom_core::event::Actor;
use readyroom_core::event::codec::Promise;
use readyroom_core::floor::Floor;
use readyroom_core::floor::agent::Agent;
use readyroom_core::floor::conversation::Stage;
use readyroom_core::ids::*;
use readyroom_core::limits::PROMISE_BYTES_MAX;
use readyroom_core::refusal::Refusal;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who asks, of which account, and where.
pub struct Context {
    /// Everything there is.
    pub app: App,
    /// Who.
    pub caller: Caller,
    /// Of which account.
    pub account: Account,
    /// With what conditions.
    pub headers: HeaderMap,
}

/// It was done, and is stored.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The position after which it shows; give it as `min_position` to read what rests on it.
    pub position: u64,
}

impl FromRequestParts<App> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(gate::unauthenticated)?;
        let account = app
            .accounts
            .get(caller.account)
            .ok_or_else(|| Problem::unavailable("the account is not open at the moment; try again"))?;
        Ok(Context { app: app.clone(), caller, account, headers: parts.headers.clone() })
    }
}

impl Context {
    /// The agent, if the caller may know of it.
    ///
    /// # Errors
    /// 404 for one of another account, 403 for one of another team.
    pub fn agent(&self, agent: UserId) -> Result<UserId, Problem> {
        let agent = self.colleague(agent)?;
        if self.caller.sees(agent) {
            Ok(agent)
        } else {
            Err(Problem::forbidden(format!("{agent} is not of your teams")))
        }
    }

    /// The caller as one who acts for this agent: for itself, or as a supervisor.
    pub fn actor_for(&self, agent: UserId) -> Actor {
        self.caller.actor_for(agent)
    }

    /// Has it done, and says after which position it shows.
    ///
    /// # Errors
    /// The floor's refusal; overload; a log that cannot confirm.
    pub async fn command(&self, by: Actor, command: impl Into<Command>) -> Result<axum::Json<Accepted>, Problem> {
        self.command_if(by, command, None).await
    }

    /// The same, only if the floor is still as the guard wants it (`If-Match`).
    ///
    /// # Errors
    /// As `command`, and 412.
    pub async fn command_if(
        &self,
        by: Actor,
        command: impl Into<Command>,
        guard: Option<Guard>,
    ) -> Result<axum::Json<Accepted>, Problem> {
        let done = self.account.command(by, command.into(), None, guard).await?;
        Ok(axum::Json(Accepted { position: done.position.0 }))
    }

    /// A POST: has it done once for its key, and gives the first answer to every repeat. The answer
    /// is an object, to which the position is added.
    ///
    /// # Errors
    /// As `command`, and 422 for a key that stands for another request.
    pub async fn post(
        &self,
        by: Actor,
        command: impl Into<Command>,
        key: Option<&Key>,
        status: StatusCode,
        answer: &impl Serialize,
    ) -> Result<Response, Problem> {
        self.post_if(by, command, key, status, answer, None).await
    }

    /// The same, only if the floor is still as the guard wants it.
    ///
    /// # Errors
    /// As `post`, and 412.
    pub async fn post_if(
        &self,
        by: Actor,
        command: impl Into<Command>,
        key: Option<&Key>,
        status: StatusCode,
        answer: &impl Serialize,
        guard: Option<Guard>,
    ) -> Result<Response, Problem> {
        let answer = serde_json::to_vec(answer).expect("memory takes whatever is written");
        assert!(answer.len() <= PROMISE_BYTES_MAX, "answers to POST name ids and little else");
        let promise = key.map(|key| Promise {
            key: key.id(),
            request: key.request(),
            status: status.as_u16(),
            answer: answer.clone(),
        });
        let done = self.account.command(by, command.into(), promise, guard).await?;
        Ok(match done.first {
            Some(first) => promised(&first, done.position),
            None => answered(status, &answer, done.position),
        })
    }

    /// Looks at the floor when it has passed this position, and answers when all that was seen is stored.
    ///
    /// # Errors
    /// 503 when the position does not come in time, or the log cannot confirm.
    pub async fn look<T: Send + 'static>(
        &self,
        min_position: Option<u64>,
        look: impl FnOnce(&Floor, Timestamp) -> T + Send + 'static,
    ) -> Result<(T, EventNo), Problem> {
        self.account.reached(min_position).await?;
        Ok(self.account.look(move |floor, now| (look(floor, now), floor.last_no())).await?)
    }

    /// The queue that an id or a number names.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn queue(&self, text: &str) -> Result<QueueId, Problem> {
        let id = text.parse::<QueueId>().ok();
        let number = text.to_owned();
        let found = self.account.look(move |floor, _| match id {
            Some(id) => floor.find_queue(id).ok().map(|_| id),
            None => {
                let mut queues = floor.queues().map(|(_, queue)| queue);
                queues.find(|queue| queue.settings.number.as_deref() == Some(&*number)).map(|queue| queue.id)
            }
        });
        let unknown = || Problem::new(StatusCode::NOT_FOUND, "unknown_queue", format!("There is no queue {text}."));
        found.await?.ok_or_else(unknown)
    }

    /// The queue that an id or a number names, if one is given.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn queue_if(&self, text: Option<&str>) -> Result<Option<QueueId>, Problem> {
        Ok(match text {
            Some(text) => Some(self.queue(text).await?),
            None => None,
        })
    }

    /// One queue, or `all`.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn queue_choice(&self, text: &str) -> Result<QueueChoice, Problem> {
        Ok(if text == "all" { QueueChoice::All } else { QueueChoice::One(self.queue(text).await?) })
    }

    /// An agent of the account to whom work may be handed, of the caller's teams or not.
    ///
    /// # Errors
    /// 404 for one of another account.
    pub fn colleague(&self, agent: UserId) -> Result<UserId, Problem> {
        match self.app.directory.user(self.caller.account, agent) {
            Ok(_) => Ok(agent),
            Err(_) => Err(Refusal::UnknownAgent { agent }.into()),
        }
    }

    /// The conversation, if the caller may see it: one that waits, or that an agent has whom the
    /// caller sees.
    ///
    /// # Errors
    /// 404 when it is not on the floor, 403 when it is another's.
    pub async fn conversation(&self, conversation: ConversationId) -> Result<ConversationId, Problem> {
        self.holder(conversation).await?.ok_or(Refusal::UnknownConversation { conversation })?;
        Ok(conversation)
    }

    /// The conversation and the caller as one who works on it. Of a conversation that is gone, the
    /// command itself says so.
    ///
    /// # Errors
    /// 403 when it is another's.
    pub async fn work(&self, conversation: ConversationId) -> Result<(ConversationId, Actor), Problem> {
        let by = match self.holder(conversation).await? {
            Some(Holder::Agent(agent)) => self.actor_for(agent),
            Some(Holder::Queue) | None => self.actor(),
        };
        Ok((conversation, by))
    }

    /// The conversation, and the agent whose wrap-up of it is meant: the caller's own, or that of the
    /// agent who had it last.
    ///
    /// # Errors
    /// 403 when it is another's.
    pub async fn wrapping(&self, conversation: ConversationId) -> Result<(ConversationId, UserId), Problem> {
        let (own, for_others) = (self.caller.user(), self.caller.is_supervisor());
        let found = self.account.look(move |floor, _| {
            let wraps = |agent: &Agent| agent.wrap_ups.iter().any(|wrap| wrap.conversation == Some(conversation));
            let own = own.filter(|&own| floor.find_agent(own).is_ok_and(|slot| wraps(floor.agent(slot))));
            let last = || match floor.conversation(floor.find_conversation(conversation).ok()?).stage {
                Stage::Wrapping { agent } => Some(floor.agent(agent).id),
                _ => None,
            };
            // One who handed it on wraps up while others have it; only the agents themselves know of it.
            let any =
                || floor.agents().filter(|_| for_others).find(|(_, agent)| wraps(agent)).map(|(_, agent)| agent.id);
            own.or_else(last).or_else(any)
        });
        match found.await? {
            Some(agent) => Ok((conversation, self.agent(agent)?)),
            None => Err(Problem::new(
                StatusCode::CONFLICT,
                "no_wrap_up",
                format!("Nobody is in the wrap-up of {conversation}."),
            )),
        }
    }

    /// Who has a conversation, if the caller may know of it; none when it is not on the floor.
    async fn holder(&self, conversation: ConversationId) -> Result<Option<Holder>, Problem> {
        let found = self.account.look(move |floor, _| {
            let held = floor.conversation(floor.find_conversation(conversation).ok()?);
            Some(held.stage.holder().map_or(Holder::Queue, |agent| Holder::Agent(floor.agent(agent).id)))
        });
        let found = found.await?;
        match &found {
            Some(Holder::Agent(agent)) if !self.caller.sees(*agent) => {
                Err(Problem::forbidden(format!("{conversation} is with an agent who is not of your teams")))
            }
            Some(Holder::Queue) if !self.caller.is_supervisor() => {
                Err(Problem::forbidden(format!("{conversation} waits in its queue; it is not yours")))
            }
            _ => Ok(found),
        }
    }

    /// The client that is meant: by id, or by who they are on a channel.
    ///
    /// # Errors
    /// 422 for what is neither.
    pub fn client(&self, channel: Channel, text: &str) -> Result<ClientId, Problem> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        if text.trim().is_empty() || text.chars().count() > 256 || text.chars().any(char::is_control) {
            return Err(Problem::invalid(
                "client",
                "is a client's id, or 1 to 256 characters without control characters",
            ));
        }
        Ok(self.app.vault.client_id(self.caller.account, ChannelWord::from(channel).as_str(), text)?)
    }

    /// The agents whose history the caller may read; none given is everybody's.
    pub fn people(&self) -> Option<Arc<BTreeSet<UserId>>> {
        match &self.caller.who {
            Who::User { scope: caller::Scope::Only(people), .. } => Some(Arc::new(people.clone())),
            Who::User { scope: caller::Scope::All, .. } | Who::Key { .. } => None,
        }
    }

    /// Reads history, when it holds this position and everything acknowledged so far.
    ///
    /// # Errors
    /// 503 when that takes too long; what the reader says.
    pub async fn read<T: Send + 'static>(
        &self,
        min_position: Option<u64>,
        read: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<(T, EventNo), Problem> {
        let (reader, written) = self.account.history(min_position).await?;
        let told = blocking(move || read(&reader)).await?;
        Ok((told?, written))
    }

    /// Who acts, when no particular agent is concerned.
    pub fn actor(&self) -> Actor {
        self.caller.actor()
    }

    /// Who speaks for the devices and calls of an agent: a program is the signalling layer.
    pub fn signalling_for(&self, agent: UserId) -> Actor {
        if self.caller.is_key() { Actor::Signalling } else { self.actor_for(agent) }
    }

    /// What the caller sees of the floor. Agents see themselves and the queues they belong to,
    /// supervisors their teams and all queues.
    ///
    /// # Errors
    /// 503 when the floor cannot be looked at.
    pub async fn scope(&self) -> Result<Scope, Problem> {
        let Who::User { id, role, scope, .. } = &self.caller.who else { return Ok(Scope::ALL) };
        let agents = match scope {
            caller::Scope::All => None,
            caller::Scope::Only(people) => Some(Arc::new(people.clone())),
        };
        if *role > Role::Agent {
            return Ok(Scope { agents, queues: None });
        }
        let agent = *id;
        let queues = self.account.look(move |floor, _| {
            let slot = floor.find_agent(agent).ok()?;
            Some(floor.seats_of(slot).map(|(_, seat)| floor.queue(seat.queue).id).collect::<BTreeSet<_>>())
        });
        Ok(Scope { agents, queues: Some(Arc::new(queues.await?.unwrap_or_default())) })
    }

    /// Writes an administrative act into the audit, after it was done.
    pub async fn note(&self, act: &'static str, subject: &impl std::fmt::Display) {
        let act = Act::new(clock::now(), self.caller.by(), act, subject);
        let (directory, account) = (self.app.directory.clone(), self.caller.account);
        let noted = tokio::task::spawn_blocking(move || directory.note(account, &act)).await;
        if let Ok(Err(error)) = noted {
            // The act itself is in the log, with its actor.
            tracing::error!("the audit could not be written: {error}");
        }
    }

    /// What the client holds of a resource (`If-Match`).
    pub fn if_match(&self) -> Option<String> {
        self.headers.get(header::IF_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned)
    }
}

/// Does what waits for the disk, where waiting is allowed.
///
/// # Errors
/// A fault of ours.
pub async fn blocking<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(act).await.map_err(|error| {
        tracing::error!("{error}");
        Problem::internal()
    })
}

/// Who has a conversation.
enum Holder {
    /// Nobody yet.
    Queue,
    /// This agent: offered, active, put aside or in wrap-up.
    Agent(UserId),
}

/// The first answer, again.
pub fn promised(promise: &Promise, position: EventNo) -> Response {
    answered(StatusCode::from_u16(promise.status).unwrap_or(StatusCode::OK), &promise.answer, position)
}

/// An answer, an object as JSON, with the position added; of what was made, with the place where it is read.
pub fn answered(status: StatusCode, answer: &[u8], position: EventNo) -> Response {
    let object: Result<Map<String, Value>, _> = serde_json::from_slice(answer);
    match object {
        Ok(mut object) => {
            let place = Some(&object).filter(|_| status == StatusCode::CREATED).and_then(place);
            object.insert("position".into(), position.0.into());
            let mut response = (status, axum::Json(object)).into_response();
            if let Some(place) = place {
                let place = HeaderValue::from_str(&place).expect("ids and codes are plain ASCII");
                response.headers_mut().insert(header::LOCATION, place);
            }
            response
        }
        Err(error) => {
            tracing::error!("a promised answer cannot be read: {error}");
            Problem::internal().into_response()
        }
    }
}

/// Where a GET finds what was made: its id says of what kind it is, and a reason has a code.
fn place(made: &Map<String, Value>) -> Option<String> {
    if let Some(code) = made.get("code").and_then(Value::as_str) {
        return Some(format!("/v1/reasons/{code}"));
    }
    let id = made.get("id").and_then(Value::as_str)?;
    let kind = match id.rsplit_once('_')?.0 {
        UserId::PREFIX => "users",
        TeamId::PREFIX => "teams",
        KeyId::PREFIX => "api-keys",
        QueueId::PREFIX => "queues",
        SkillId::PREFIX => "skills",
        ClientId::PREFIX => "clients",
        ConversationId::PREFIX => "conversations",
        _ => return None,
    };
    Some(format!("/v1/{kind}/{id}"))
}

/// A resource with its ETag: equal values have equal tags.
pub fn tagged(value: &impl Serialize) -> Response {
    tagged_by(value, value)
}

/// A resource with the ETag of that part of it which requests change.
pub fn tagged_by(value: &impl Serialize, part: &impl Serialize) -> Response {
    let tag = etag(part);
    let mut response = axum::Json(value).into_response();
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).expect("a tag is hexadecimal"));
    response
}

/// The ETag of a value.
pub fn etag(value: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(value).expect("memory takes whatever is written");
    let digest = super::body::digest(&[&bytes]);
    let hex: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Whether a tag of `If-Match` stands for this value.
pub fn matches(if_match: &str, value: &impl Serialize) -> bool {
    let tag = etag(value);
    if_match.trim() == "*" || if_match.split(',').any(|known| known.trim() == tag)
}
