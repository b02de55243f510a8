//! A visitor comes, writes and leaves.

use super::ChatNothing;
use super::token::{Named, Token};
use super::visitor::{Page, Sent, Visitor};
use crate::accounts::Failure;
use crate::auth::{Class, RetryAfterSeconds};
use crate::http::App;
use crate::http::body::{Came, Key};
use crate::http::clients::About;
use crate::http::gate::too_many;
use crate::http::problem::Problem;
use crate::run::{Done, No};
use crate::wire::chat::ChatMessage;
use crate::wire::conversation::AuthorKind;
use crate::wire::{ChannelWord, Id, Instant, of};
use crate::{clock, dice};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use readyroom_channels::chat::{self, Beginning, Blocked, Hears, Step, Unfit};
use readyroom_core::event::Sealed;
use readyroom_core::event::codec::Promise;
use readyroom_core::ids::{Channel, ConversationId};
use readyroom_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Attempts to say a word while conversations end under it.
const ATTEMPTS_MAX: u32 = 3;

/// Who a visitor is, if they say so.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatVisitorBody {
    /// What to call them.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: Option<String>,
    /// Where they get mail.
    #[schema(
        max_length = 254,
        pattern = "^[^@\\s\\u0000-\\u001f\\u007f-\\u009f]+@[^@\\s\\u0000-\\u001f\\u007f-\\u009f]+$"
    )]
    email: Option<String>,
}

/// A visitor's token.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatToken {
    /// For the visitor's browser to keep. Whoever has it is the visitor.
    #[schema(example = "vt_x7GnN0c2kq5mB1u8aGd3XyZQ0123456789abcdefABC")]
    token: String,
}

/// What comes from a page before there is a visitor.
pub struct Comes {
    page: Page,
    body: ChatVisitorBody,
}

impl FromRequest<App> for Comes {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Comes, Problem> {
        let (mut parts, body) = request.into_parts();
        let page = Page::from_request_parts(&mut parts, app).await?;
        let came = Came::of(Request::from_parts(parts, body), app).await?;
        Ok(Comes { page, body: came.value()? })
    }
}

/// A visitor comes. Nothing is kept of them until they write
#[utoipa::path(post, path = "/v1/chat/{widget}/visits", tag = "chat", params(("widget" = of::Widget, Path)),
    request_body = ChatVisitorBody, responses((status = 201, description = "The visitor's token", body = ChatToken)))]
pub async fn come(comes: Comes) -> Result<Response, Problem> {
    let Comes { page, body: ChatVisitorBody { name, email } } = comes;
    let fit = |field, Unfit(why)| Problem::invalid(field, why);
    let named = Named {
        name: name.map(|name| chat::name(&name)).transpose().map_err(|unfit| fit("name", unfit))?,
        email: email.map(|email| chat::email(&email)).transpose().map_err(|unfit| fit("email", unfit))?,
    };
    let token = Token::new(&page.app.vault, page.account.id(), &named)?.reveal();
    Ok((StatusCode::CREATED, axum::Json(ChatToken { token })).into_response())
}

/// What a visitor says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatWordBody {
    /// The text. Spaces around it go, and so does what nobody can see.
    #[schema(min_length = 1, max_length = 4000, pattern = r"[^\s\u0000-\u001f\u007f-\u009f]")]
    text: String,
}

/// What is remembered of a word for who repeats it. It stands in the log, and nobody is sent it.
#[derive(Serialize, Deserialize)]
struct Heard {
    conversation: of::Conversation,
}

/// The visitor writes. The first word begins a conversation, and so does one after the end
#[utoipa::path(post, path = "/v1/chat/{widget}/messages", tag = "chat",
    params(("widget" = of::Widget, Path)),
    request_body = ChatWordBody, responses((status = 201, description = "Recorded", body = ChatMessage)))]
pub async fn write(sent: Sent<ChatWordBody>) -> Result<Response, Problem> {
    let Sent { visitor, value, key } = sent;
    let limited = |RetryAfterSeconds(wait)| too_often(wait);
    visitor.page.app.rates.check_word(visitor.client.0).map_err(limited)?;
    let text = chat::text(&value.text).map_err(|Unfit(why)| Problem::invalid("text", why))?;
    // A visitor's words come one after the other, whatever their browser does.
    let _turn = visitor.page.app.under_way.turn(turn_of(&visitor)?).await;
    let (conversation, done) = match repeated(&visitor, key).await? {
        Some(Done { first: Some(first), position }) => {
            let Heard { conversation } = serde_json::from_slice(&first.answer).map_err(|error| {
                tracing::error!("a promised answer cannot be read: {error}");
                Problem::internal()
            })?;
            (conversation.0, position)
        }
        _ => say(&visitor, key, &text).await?,
    };
    let (position, at) = visitor.own_word(conversation, done).await?;
    let id = visitor.message_id(conversation, position)?;
    let said = ChatMessage { id, author: AuthorKind::Client, name: None, text, at: Instant(at) };
    Ok((StatusCode::CREATED, axum::Json(said)).into_response())
}

fn too_often(wait_s: u32) -> Problem {
    let detail = format!("that were many messages in a short time; write again in {wait_s} s");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_messages", detail).retry_after_s(wait_s.into())
}

fn turn_of(visitor: &Visitor) -> Result<[u8; 16], Problem> {
    Ok(visitor.page.app.vault.mark(visitor.page.account.id(), &[&visitor.tag()])?)
}

/// What was done for this key before.
async fn repeated(visitor: &Visitor, key: Option<Key>) -> Result<Option<Done>, Problem> {
    let Some(key) = key else { return Ok(None) };
    Ok(visitor.page.account.promised(key.id(), key.request()).await?)
}

/// Has a word recorded where it belongs. Says in which conversation, and at which position it is done.
async fn say(
    visitor: &Visitor,
    key: Option<Key>,
    text: &str,
) -> Result<(ConversationId, readyroom_core::ids::EventNo), Problem> {
    let body = seal(visitor, text.to_owned()).await?;
    for _ in 0..ATTEMPTS_MAX {
        // What is written down of the visitor is read and written anew: nobody else writes meanwhile.
        let _client = visitor.page.app.clients.turn(visitor.client.0).await;
        let (conversation, before) = match visitor.chat().await?.hears() {
            Err(Blocked) => return Err(blocked()),
            Ok(Hears::Open(conversation)) => (conversation, Vec::new()),
            Ok(Hears::Anew) => {
                let limited = |RetryAfterSeconds(wait)| too_many(wait);
                visitor.page.app.rates.check(visitor.page.from, Class::Chat).map_err(limited)?;
                let (conversation, client) = (ConversationId(dice::id(clock::now())), visitor.client);
                let (queue, about) = (visitor.page.widget.looks.queue, description(visitor).await?);
                (conversation, chat::begin(Beginning { conversation, client, queue, about }))
            }
        };
        let answer = serde_json::to_vec(&Heard { conversation: Id(conversation) });
        let promise = key.map(|key| Promise {
            key: key.id(),
            request: key.request(),
            status: StatusCode::CREATED.as_u16(),
            answer: answer.expect("memory takes whatever is written"),
        });
        match ask(visitor, before, chat::word(conversation, body.clone()), promise).await {
            Ok(done) => return Ok((conversation, done.position)),
            // It ended in this instant: the word begins another one.
            Err(failure) if has_ended(&failure) => {}
            Err(failure) => return Err(not_taken(failure)),
        }
    }
    Err(Problem::unavailable("the chat was ended again and again; write once more"))
}

/// Asks for all of it at once, so that it is stored together. What was promised, was promised for the last
/// of them: whoever breaks off between and comes again with the key finds the rest done.
async fn ask(visitor: &Visitor, before: Vec<Step>, last: Step, promise: Option<Promise>) -> Result<Done, Failure> {
    let account = &visitor.page.account;
    // They are put to the account in this order: each is asked when it is first polled.
    let steps = before.into_iter().map(|step| (step, None)).chain([(last, promise)]);
    let asked = steps.map(|(Step { by, command }, promise)| account.command(by, command, promise, None));
    let mut answers = join_all(asked).await;
    match answers.pop() {
        Some(Ok(done)) => Ok(done),
        // Why there is no conversation, rather than that there is none.
        Some(Err(last)) => Err(answers.into_iter().find_map(Result::err).unwrap_or(last)),
        None => unreachable!("there is always a last one"),
    }
}

fn has_ended(failure: &Failure) -> bool {
    matches!(failure, Failure::No(No::Refused(Refusal::UnknownConversation { .. } | Refusal::AlreadyEnded { .. })))
}

/// Why a word was not taken, without what is nobody's business on the other side.
fn not_taken(failure: Failure) -> Problem {
    match failure {
        Failure::No(No::Refused(Refusal::LimitReached { .. })) => {
            let detail = "too many people are waiting already; please try again in a few minutes";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after_s(60)
        }
        Failure::No(No::Refused(refusal)) => {
            tracing::warn!("a visitor could not be taken in: {refusal}");
            Problem::new(
                StatusCode::CONFLICT,
                "closed",
                "this chat is closed at the moment; please reach us another way",
            )
        }
        other => other.into(),
    }
}

fn blocked() -> Problem {
    let detail = "this chat is closed for you; please reach us another way";
    Problem::new(StatusCode::FORBIDDEN, "blocked", detail)
}

async fn seal(visitor: &Visitor, text: String) -> Result<Sealed, Problem> {
    let (account, client) = (visitor.page.account.id(), visitor.client);
    visitor.vault(move |vault| vault.seal(account, client, clock::now(), &text)).await
}

/// What is to be written down of a visitor who begins a conversation; none when it is known already. What
/// agents wrote down stays.
async fn description(visitor: &Visitor) -> Result<Option<Sealed>, Problem> {
    let Named { name, email } = visitor.token.named(&visitor.page.app.vault, visitor.page.account.id())?;
    let known = About::read(&visitor.page.account, None, visitor.client).await?.0;
    let before = known.clone().unwrap_or_default();
    let about = About {
        channel: Some(ChannelWord::from(Channel::Chat)),
        address: Some(visitor.address.clone()),
        name: before.name.clone().or(name),
        email: before.email.clone().or(email),
        ..before
    };
    if known.as_ref() == Some(&about) {
        return Ok(None);
    }
    seal(visitor, about.to_text()).await.map(Some)
}

/// What is left when a visitor has gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatLeft {
    /// `ended`, or `none` when nothing was said.
    #[schema(example = "ended")]
    stage: &'static str,
}

/// The visitor leaves. Twice is no error
#[utoipa::path(post, path = "/v1/chat/{widget}/end", tag = "chat", params(("widget" = of::Widget, Path)),
    request_body = ChatNothing, responses((status = 200, description = "It is over", body = ChatLeft)))]
pub async fn end(sent: Sent<ChatNothing>) -> Result<axum::Json<ChatLeft>, Problem> {
    let Sent { visitor, key, .. } = sent;
    let _turn = visitor.page.app.under_way.turn(turn_of(&visitor)?).await;
    // A repeat that comes late must not end what was begun since.
    if repeated(&visitor, key).await?.is_some() {
        return Ok(axum::Json(ChatLeft { stage: chat::Stage::Ended.as_str() }));
    }
    let mut known = visitor.chat().await?;
    let stage = match known.leave() {
        Some(step) => {
            let promise = key.map(|key| Promise {
                key: key.id(),
                request: key.request(),
                status: StatusCode::OK.as_u16(),
                answer: b"{}".to_vec(),
            });
            match ask(&visitor, Vec::new(), step, promise).await {
                Ok(_) => {}
                Err(failure) if has_ended(&failure) => {}
                Err(failure) => return Err(not_taken(failure)),
            }
            chat::Stage::Ended
        }
        None => {
            known.wrote |= !visitor.thread(None).await?.is_empty();
            known.shown().stage
        }
    };
    Ok(axum::Json(ChatLeft { stage: stage.as_str() }))
}
