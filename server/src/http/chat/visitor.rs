//! Who asks from a page: the widget it carries, and the visitor who has a token.

use super::pages::admit;
use super::token::{PREFIX, Token};
use crate::accounts::Account;
use crate::directory::{Widget, WidgetId};
use crate::http::App;
use crate::http::body::{Came, Key};
use crate::http::context::blocking;
use crate::http::gate::{self, protocols};
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::wire::{ChannelWord, of};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use readyroom_channels::chat::Chat;
use readyroom_core::ids::{Channel, ClientId, UserId};
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::sync::Arc;

/// A page that may carry the widget it names.
pub struct Page {
    /// Everything there is.
    pub app: App,
    /// The widget.
    pub widget: Arc<Widget>,
    /// Its account.
    pub account: Account,
    /// Where the request came from.
    pub from: IpAddr,
    headers: HeaderMap,
    uri: Uri,
}

/// A visitor of such a page.
pub struct Visitor {
    /// The page.
    pub page: Page,
    /// What was shown.
    pub token: Token,
    /// Who it is: derived from the token, the widget and a secret of the account.
    pub client: ClientId,
    /// What the client is called by on its channel. It opens nothing.
    pub address: String,
}

impl FromRequestParts<App> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Page, Problem> {
        let Path(id) = Path::<of::Widget>::from_request_parts(parts, app).await?;
        let widget = find(app, id.0)?;
        admit(&widget, &parts.headers, &parts.uri)?;
        let account = app.accounts.get(widget.account).ok_or_else(not_open)?;
        let from = parts.extensions.get::<gate::From>().ok_or_else(Problem::internal)?.0;
        Ok(Page { app: app.clone(), widget, account, from, headers: parts.headers.clone(), uri: parts.uri.clone() })
    }
}

fn find(app: &App, id: WidgetId) -> Result<Arc<Widget>, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "unknown_widget", "there is no such widget, or no longer");
    app.directory.find_widget(id).ok_or_else(unknown)
}

fn not_open() -> Problem {
    Problem::unavailable("this chat is not open at the moment; try again")
}

impl Page {
    /// The same as it is now, for what outlasts a request.
    ///
    /// # Errors
    /// The widget is gone, or is for other pages.
    pub fn again(&mut self) -> Result<(), Problem> {
        self.widget = find(&self.app, self.widget.id)?;
        admit(&self.widget, &self.headers, &self.uri)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visitor, Problem> {
        let page = Page::from_request_parts(parts, app).await?;
        let token = shown(&parts.headers).and_then(Token::read).ok_or_else(|| {
            let detail = "send the token that POST /v1/chat/{widget}/visits gave: Authorization: Bearer vt_…";
            Problem::new(StatusCode::UNAUTHORIZED, "bad_token", detail)
        })?;
        let (account, vault) = (page.account.id(), &app.vault);
        // One token is another visitor on another website.
        let id = vault.mark(account, &[b"visitor", &page.widget.id.0, token.random()])?;
        let address = format!("vi_{}", &UserId(id).to_string()[UserId::PREFIX.len() + 1..]);
        let client = vault.client_id(account, ChannelWord::from(Channel::Chat).as_str(), &address)?;
        Ok(Visitor { page, token, client, address })
    }
}

/// The token that was sent, as a header or, by a page that opens a WebSocket, as a protocol.
fn shown(headers: &HeaderMap) -> Option<&str> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok()?.strip_prefix("Bearer ").map(str::trim),
        None => protocols(headers).find(|word| word.starts_with(PREFIX)),
    }
}

impl Visitor {
    /// How the chat stands on the floor, all that was acknowledged so far included.
    ///
    /// # Errors
    /// 503.
    pub async fn chat(&self) -> Result<Chat, Problem> {
        Ok(self.page.account.publisher(None).await?.chat(self.client).await?)
    }

    /// Tells visitors apart, and them from callers, in all accounts.
    pub fn tag(&self) -> [u8; 33] {
        let mut tag = [0; 33];
        tag[..16].copy_from_slice(&self.page.account.id().0);
        tag[16] = 3;
        tag[17..].copy_from_slice(&self.client.0);
        tag
    }

    /// Has the vault do what may wait for the disk.
    ///
    /// # Errors
    /// The vault's.
    pub async fn vault<T: Send + 'static>(
        &self,
        act: impl FnOnce(&crate::vault::Vault) -> crate::vault::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let vault = self.page.app.vault.clone();
        Ok(blocking(move || act(&vault)).await??)
    }
}

/// What a visitor sends, read once; and the key under which it is done once, of this visitor alone.
pub struct Sent<T> {
    /// Who.
    pub visitor: Visitor,
    /// What.
    pub value: T,
    /// Of a request with an `Idempotency-Key`.
    pub key: Option<Key>,
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Sent<T>, Problem> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let came = Came::of(Request::from_parts(parts, body), app).await?;
        let key = came.key(app, visitor.page.account.id(), &visitor.tag())?;
        Ok(Sent { value: came.value()?, visitor, key })
    }
}
