//! Messages: what clients and agents write in a thread. Texts are sealed before the floor hears of
//! them, and opened again only in the history.

use super::App;
use super::agents::Nothing;
use super::body::Json;
use super::context::{Accepted, Context, blocking};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::clock;
use crate::projector::{self, Filter};
use crate::wire::conversation::{AuthorKind, MessageRow};
use crate::wire::of;
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{RecordMessage, RecordNote};
use readyroom_core::event::{Author, Sealed};
use readyroom_core::floor::Floor;
use readyroom_core::floor::conversation::Stage;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The characters of a message.
const TEXT_CHARS: std::ops::RangeInclusive<usize> = 1..=16_000;
/// Hits that are looked at for one page of a search by somebody who does not see all of them.
const HITS_MAX: usize = 2_000;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(need(Role::Agent, ApiScope::WorkWrite, routes!(write)))
        .routes(need(Role::Agent, ApiScope::WorkRead, routes!(list)))
        .routes(need(Role::Agent, ApiScope::WorkWrite, routes!(note)))
        .routes(need(Role::Supervisor, ApiScope::WorkRead, routes!(search)))
}

/// What was written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageBody {
    /// By whom.
    author: AuthorKind,
    /// What.
    #[schema(min_length = 1, max_length = 16000)]
    text: String,
    /// Which agent, where `author` is `agent`; the one who has the conversation unless given.
    agent: Option<of::Agent>,
}

/// Record a message. The floor notes whose turn it is; a client who writes in a thread that was put aside is
/// routed again
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = MessageBody, responses((status = 201, description = "Recorded", body = Accepted)))]
async fn write(at: Context, Path(id): Path<of::Conversation>, body: Json<MessageBody>) -> Result<Response, Problem> {
    let MessageBody { author, text, agent } = body.value;
    let (conversation, by) = at.work(id.0).await?;
    let (body_sealed, holder) = sealed(&at, conversation, "text", text).await?;
    let author = match (author, agent) {
        (AuthorKind::Client, None) => Author::Client,
        (AuthorKind::Client, Some(_)) => {
            return Err(Problem::invalid("agent", "is for messages whose author is an agent"));
        }
        (AuthorKind::Agent, Some(agent)) => Author::Agent(at.agent(agent.0)?),
        (AuthorKind::Agent, None) => Author::Agent(holder.ok_or(Refusal::NotActive { conversation })?),
    };
    let command = RecordMessage { conversation, author, body: body_sealed };
    at.post(by, command, body.key.as_ref(), StatusCode::CREATED, &Nothing {}).await
}

/// What is to be noted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteBody {
    /// What.
    #[schema(min_length = 1, max_length = 16000)]
    text: String,
}

/// Note something in a conversation for those who have it later; its client never sees it. Notes stand among the
/// messages
#[utoipa::path(post, path = "/v1/conversations/{id}/notes", tag = "work", params(("id" = of::Conversation, Path)),
    request_body = NoteBody, responses((status = 201, description = "Noted", body = Accepted)))]
async fn note(at: Context, Path(id): Path<of::Conversation>, body: Json<NoteBody>) -> Result<Response, Problem> {
    let (conversation, by) = at.work(id.0).await?;
    let (sealed, _) = sealed(&at, conversation, "text", body.value.text).await?;
    let command = RecordNote { conversation, body: sealed };
    at.post(by, command, body.key.as_ref(), StatusCode::CREATED, &Nothing {}).await
}

/// A text of a conversation that is on the floor, sealed for its client; and who has the conversation. `field` is
/// where the text stood in the body.
///
/// # Errors
/// 400 `invalid` about the field, 404 `unknown_conversation`, the vault's.
pub async fn sealed(
    at: &Context,
    conversation: ConversationId,
    field: &str,
    text: String,
) -> Result<(Sealed, Option<UserId>), Problem> {
    if !TEXT_CHARS.contains(&text.chars().count()) {
        let (least, most) = TEXT_CHARS.into_inner();
        return Err(Problem::invalid(field, format!("must have {least} to {most} characters")));
    }
    let known = move |floor: &Floor, _: Timestamp| {
        let held = floor.conversation(floor.find_conversation(conversation)?);
        Ok::<_, Refusal>((held.client, holder(floor, held.stage)))
    };
    let (client, holder) = at.look(None, known).await?.0?;
    let (vault, account) = (at.app.vault.clone(), at.caller.account);
    let sealed = blocking(move || vault.seal(account, client, clock::now(), &text)).await??;
    Ok((sealed, holder))
}

/// The messages of a conversation, oldest first, also after it has ended
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", tag = "work",
    params(("id" = of::Conversation, Path), Part),
    responses((status = 200, description = "A page of messages", body = Page<MessageRow>)))]
async fn list(
    at: Context,
    Path(id): Path<of::Conversation>,
    Query(part): Query<Part>,
) -> Result<axum::Json<Page<MessageRow>>, Problem> {
    let conversation = id.0;
    let limit = query::limit(part.limit)?;
    let after = query::after::<u64>(part.cursor.as_deref())?.unwrap_or(0);
    at.account.reached(part.min_position).await?;
    if seen(&at, [conversation].into()).await?.is_empty() {
        return Err(match known(&at, conversation).await? {
            true => Problem::forbidden(format!("{conversation} is with an agent who is not of your teams")),
            false => Refusal::UnknownConversation { conversation }.into(),
        });
    }
    let (messages, position) =
        at.read(part.min_position, move |reader| reader.messages(conversation, after, limit + 1)).await?;
    if messages.is_empty() && !known(&at, conversation).await? {
        return Err(Refusal::UnknownConversation { conversation }.into());
    }
    Ok(axum::Json(page_of(messages, limit, position)))
}

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// A part of the text, whatever the case of its letters.
    #[param(min_length = 3, max_length = 256)]
    text: String,
    /// Rows of the page, 1 to 1000; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Wait until the rows rest on this position at least.
    min_position: Option<u64>,
}

/// Messages that contain a text, newest first. Supervisors find those of their teams' agents; a page may then
/// be short and name a next one all the same
#[utoipa::path(get, path = "/v1/messages/search", tag = "history", params(Wanted),
    responses((status = 200, description = "A page of messages", body = Page<MessageRow>)))]
async fn search(at: Context, Query(wanted): Query<Wanted>) -> Result<axum::Json<Page<MessageRow>>, Problem> {
    let limit = query::limit(wanted.limit)?;
    if wanted.text.chars().any(char::is_control) {
        return Err(Problem::invalid("text", "has no control characters"));
    }
    let before = query::after::<u64>(wanted.cursor.as_deref())?;
    let looked = if at.people().is_none() { limit } else { HITS_MAX.max(limit) };
    let (mut hits, position) =
        at.read(wanted.min_position, move |reader| reader.search(&wanted.text, looked + 1, before)).await?;
    let more = hits.len() > looked;
    hits.truncate(looked);
    let last_looked_at = hits.last().filter(|_| more).map(|hit| hit.seq);
    let seen = seen(&at, hits.iter().map(|hit| hit.conversation).collect()).await?;
    hits.retain(|hit| seen.contains(&hit.conversation));
    let mut page = page_of(hits, limit, position);
    page.next = page.next.or_else(|| last_looked_at.map(|seq| query::cursor(&seq)));
    Ok(axum::Json(page))
}

/// A page of messages, its cursor the number of the last row.
fn page_of(messages: Vec<projector::Message>, limit: usize, position: EventNo) -> Page<MessageRow> {
    let Page { data, next, position } = query::page(messages, limit, position.0, |message| message.seq);
    let row = |message: projector::Message| {
        let projector::Message { ts, position, conversation, author, text, .. } = message;
        MessageRow::new(position, conversation, ts, author, Some(text))
    };
    Page { data: data.into_iter().map(row).collect(), next, position }
}

/// Those of these conversations whose words the caller may read: of one on the floor, if the caller sees
/// who has it; of one that has ended, if the caller sees somebody who had it.
async fn seen(at: &Context, asked: BTreeSet<ConversationId>) -> Result<BTreeSet<ConversationId>, Problem> {
    let Some(people) = at.people() else { return Ok(asked) };
    let (mut seen, mut ended) = (BTreeSet::new(), Vec::new());
    let wanted = asked.clone();
    let (on_floor, _) = at.look(None, move |floor, _| holders(floor, wanted)).await?;
    for conversation in asked {
        let is_seen = match on_floor.get(&conversation) {
            Some(Some(agent)) => people.contains(agent),
            Some(None) => at.caller.is_supervisor(),
            None => {
                ended.push(conversation);
                false
            }
        };
        if is_seen {
            seen.insert(conversation);
        }
    }
    let had = move |reader: &projector::Reader| {
        let mut had = Vec::new();
        for conversation in ended {
            let users = Some(people.as_ref().clone());
            let filter = Filter { users, conversation: Some(conversation), ..Filter::default() };
            if !reader.segments(&filter, 0, 1)?.rows.is_empty() {
                had.push(conversation);
            }
        }
        Ok(had)
    };
    seen.extend(at.read(None, had).await?.0);
    Ok(seen)
}

/// Whether there is, or ever was, this conversation.
async fn known(at: &Context, conversation: ConversationId) -> Result<bool, Problem> {
    let (on_floor, _) = at.look(None, move |floor, _| floor.find_conversation(conversation).is_ok()).await?;
    if on_floor {
        return Ok(true);
    }
    let filter = Filter { conversation: Some(conversation), ..Filter::default() };
    let (rows, _) = at.read(None, move |reader| reader.segments(&filter, 0, 1)).await?;
    Ok(!rows.rows.is_empty())
}

/// Who has each of these conversations that are on the floor.
fn holders(floor: &Floor, of: BTreeSet<ConversationId>) -> BTreeMap<ConversationId, Option<UserId>> {
    let stage = |id| floor.find_conversation(id).ok().map(|slot| floor.conversation(slot).stage);
    of.into_iter().filter_map(|id| Some((id, holder(floor, stage(id)?)))).collect()
}

/// The agent to whom a conversation is offered, or who has it or had it last; none while it waits.
fn holder(floor: &Floor, stage: Stage) -> Option<UserId> {
    stage.holder().map(|agent| floor.agent(agent).id)
}
