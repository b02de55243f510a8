//! Widgets: through which websites chat, into which queue, and on whose pages. What visitors do with
//! them is in `chat/`.

use super::body::Json;
use super::context::{Accepted, Context, answered, matches, tagged};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Page, Part, Path, Query};
use super::{App, to_the_end};
use crate::auth::{ApiScope, Role};
use crate::directory::limits::PAGE_MAX;
use crate::directory::{Act, Answer, Made, Once, Origin, Widget, WidgetId, WidgetLooks};
use crate::run::No;
use crate::wire::{Id, Instant, of};
use crate::{clock, dice};
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::ids::{Channel, QueueId};
use readyroom_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a widget's button is painted with unless it says otherwise.
const COLOR_DEFAULT: &str = "#1F6FEB";

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    let (admin, write) = (Role::Administrator, ApiScope::ConfigWrite);
    OpenApiRouter::new()
        .routes(need(admin, ApiScope::ConfigRead, routes!(list)))
        .routes(need(admin, write, routes!(add)))
        .routes(need(admin, ApiScope::ConfigRead, routes!(get)))
        .routes(need(admin, write, routes!(change)))
        .routes(need(admin, write, routes!(remove)))
}

/// How a widget is set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WidgetBody {
    /// What visitors see above it.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// Where its conversations wait, by id or number; a queue that takes chat.
    queue: String,
    /// Whose pages may carry it, besides the server's own: `https://host` or `https://host:port`; `http` only
    /// for the machine itself.
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["https://shop.example"]))]
    origins: Vec<String>,
    /// What stands in it before anything was said.
    #[serde(default)]
    #[schema(max_length = 500)]
    greeting: String,
    /// Of its button; a blue unless given.
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    color: Option<String>,
}

/// A widget.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct WidgetRow {
    id: of::Widget,
    /// What visitors see above it.
    name: String,
    /// Where its conversations wait.
    queue: of::Queue,
    /// Whose pages may carry it, besides the server's own.
    origins: Vec<String>,
    /// What stands in it before anything was said.
    greeting: String,
    /// Of its button.
    color: String,
    created_at: Instant,
    updated_at: Instant,
}

impl WidgetRow {
    fn of(widget: &Widget) -> WidgetRow {
        let looks = &widget.looks;
        WidgetRow {
            id: Id(widget.id),
            name: looks.name.clone(),
            queue: Id(looks.queue),
            origins: looks.origins.iter().map(Origin::to_string).collect(),
            greeting: looks.greeting.clone(),
            color: looks.color.clone(),
            created_at: Instant(widget.created_at),
            updated_at: Instant(widget.updated_at),
        }
    }
}

/// What the body says, with a queue that takes chats.
async fn looks(at: &Context, body: WidgetBody) -> Result<WidgetLooks, Problem> {
    let WidgetBody { name, queue, origins, greeting, color } = body;
    let mut read = BTreeSet::new();
    for (place, origin) in origins.iter().enumerate() {
        let origin =
            Origin::new(origin).map_err(|wrong| Problem::invalid(format!("origins[{place}]"), wrong.to_string()))?;
        read.insert(origin);
    }
    let queue = at.queue(&queue).await?;
    takes_chat(at, queue).await?;
    let color = color.unwrap_or_else(|| COLOR_DEFAULT.to_owned());
    Ok(WidgetLooks { name, queue, origins: read, greeting, color })
}

async fn takes_chat(at: &Context, queue: QueueId) -> Result<(), Problem> {
    let taken = move |floor: &readyroom_core::floor::Floor, _| {
        let found = floor.find_queue(queue)?;
        if floor.queue(found).settings.channels.has(Channel::Chat) {
            Ok(())
        } else {
            Err(Refusal::ChannelNotServed { queue, channel: Channel::Chat })
        }
    };
    Ok(at.look(None, taken).await?.0?)
}

/// The widgets of the account, the oldest first
#[utoipa::path(get, path = "/v1/widgets", tag = "chat", params(Part),
    responses((status = 200, description = "A page of widgets", body = Page<WidgetRow>)))]
async fn list(at: Context, Query(part): Query<Part>) -> Result<axum::Json<Page<WidgetRow>>, Problem> {
    let limit = query::limit(part.limit)?.min(PAGE_MAX - 1);
    let after = query::after::<of::Widget>(part.cursor.as_deref())?.map(|id| id.0);
    at.account.reached(part.min_position).await?;
    let widgets = at.app.directory.widgets(at.caller.account, after, limit + 1)?;
    let Page { data, next, position } = query::page(widgets, limit, at.account.position().0, |widget| Id(widget.id));
    Ok(axum::Json(Page { data: data.iter().map(|widget| WidgetRow::of(widget)).collect(), next, position }))
}

/// A widget that was added.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the position is added when it is known")]
struct AddedWidget {
    id: of::Widget,
    position: u64,
}

/// Add a widget. Its id goes into the pages that carry it
#[utoipa::path(post, path = "/v1/widgets", tag = "chat", request_body = WidgetBody,
    responses((status = 201, description = "Added", body = AddedWidget)))]
async fn add(at: Context, body: Json<WidgetBody>) -> Result<Response, Problem> {
    let (key, looks) = (body.key, looks(&at, body.value).await?);
    let (account, now) = (at.caller.account, clock::now());
    let new = (WidgetId(dice::id(now)), looks);
    let act = Act::new(now, at.caller.by(), "widget.created", new.0);
    to_the_end(async move {
        let answer = |widget: &Widget| Answer {
            status: StatusCode::CREATED.as_u16(),
            body: serde_json::to_vec(&serde_json::json!({"id": widget.id.to_string()}))
                .expect("memory takes whatever is written"),
        };
        let made = at.app.write(move |directory| {
            let once = key.map(|key| Once { key: key.id(), request: key.request(), answer: &answer });
            directory.create_widget(account, new, once, &act)
        });
        let body = match made.await? {
            Made::Now(widget) => answer(&widget).body,
            Made::Before(first) => first.body,
        };
        Ok(answered(StatusCode::CREATED, &body, at.account.position()))
    })
    .await
}

type One = Path<of::Widget>;

/// One widget
#[utoipa::path(get, path = "/v1/widgets/{id}", tag = "chat", params(("id" = of::Widget, Path)),
    responses((status = 200, description = "The widget, with its ETag", body = WidgetRow)))]
async fn get(at: Context, Path(id): One) -> Result<Response, Problem> {
    Ok(tagged(&WidgetRow::of(&*at.app.directory.widget(at.caller.account, id.0)?)))
}

/// The version to insist on, if the widget is still as the caller read it.
fn unchanged(at: &Context, id: WidgetId) -> Result<Option<u64>, Problem> {
    let widget = at.app.directory.widget(at.caller.account, id)?;
    match at.if_match() {
        Some(tag) if !matches(&tag, &WidgetRow::of(&widget)) => Err(No::Changed.into()),
        Some(_) => Ok(Some(widget.version)),
        None => Ok(None),
    }
}

/// Set a widget up anew, all of it. Pages that carry it show it so within a minute
#[utoipa::path(put, path = "/v1/widgets/{id}", tag = "chat",
    params(("id" = of::Widget, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    request_body = WidgetBody, responses((status = 200, description = "Changed", body = Accepted)))]
async fn change(at: Context, Path(id): One, body: Json<WidgetBody>) -> Result<axum::Json<Accepted>, Problem> {
    let expected = unchanged(&at, id.0)?;
    let looks = looks(&at, body.value).await?;
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "widget.changed", id));
    at.app.write(move |directory| directory.change_widget(account, id.0, expected, looks, &act)).await?;
    Ok(axum::Json(Accepted { position: at.account.position().0 }))
}

/// Remove a widget. The chats it brought stay with their agents; their visitors do not come in any more
#[utoipa::path(delete, path = "/v1/widgets/{id}", tag = "chat",
    params(("id" = of::Widget, Path),
           ("If-Match" = Option<String>, Header, description = "do it only if this is still its ETag")),
    responses((status = 200, description = "Removed", body = Accepted)))]
async fn remove(at: Context, Path(id): One) -> Result<axum::Json<Accepted>, Problem> {
    let expected = unchanged(&at, id.0)?;
    let (account, act) = (at.caller.account, Act::new(clock::now(), at.caller.by(), "widget.deleted", id));
    at.app.write(move |directory| directory.delete_widget(account, id.0, expected, &act)).await?;
    Ok(axum::Json(Accepted { position: at.account.position().0 }))
}
