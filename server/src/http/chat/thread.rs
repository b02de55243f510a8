//! What was said in a visitor's thread, and how it is told: with first names, and with ids that say nothing.

use super::visitor::Visitor;
use crate::http::context::blocking;
use crate::http::problem::Problem;
use crate::publisher::Said;
use crate::wire::Instant;
use crate::wire::chat::{ChatMessage, ChatStanding};
use crate::wire::conversation::AuthorKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use readyroom_channels::chat::{self, Chat, MESSAGES_SHOWN_MAX, Shown};
use readyroom_core::event::Author;
use readyroom_core::ids::{ConversationId, EventNo, Timestamp, UserId};

impl Visitor {
    /// The newest messages of the thread, oldest first, as far as they are kept: all up to this position and
    /// to what was acknowledged so far.
    ///
    /// # Errors
    /// 503.
    pub async fn thread(&self, position: Option<EventNo>) -> Result<Vec<Said>, Problem> {
        let (account, client) = (self.page.account.id(), self.client);
        // All that was said in the thread was sealed with keys of its own.
        let keys = self.vault(move |vault| vault.keys_of(account, client)).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let (reader, _) = self.page.account.history(position.map(|position| position.0)).await?;
        let messages = blocking(move || reader.messages_under(&keys, MESSAGES_SHOWN_MAX)).await??;
        let said = messages.into_iter().filter_map(|message| {
            Some(Said {
                position: message.position,
                conversation: message.conversation,
                ts: message.ts,
                author: message.author.said()?,
                text: Some(message.text),
            })
        });
        Ok(said.collect())
    }

    /// The visitor's own last message in a conversation at or before a position.
    ///
    /// # Errors
    /// 503.
    pub async fn own_word(&self, conversation: ConversationId, upto: EventNo) -> Result<(EventNo, Timestamp), Problem> {
        let publisher = self.page.account.publisher(Some(upto.0)).await?;
        if let Some(found) = publisher.said_by_client(conversation, upto).await? {
            return Ok(found);
        }
        let (reader, _) = self.page.account.history(Some(upto.0)).await?;
        let found = blocking(move || reader.said_by_client(conversation, upto)).await??;
        // It was recorded, and may be forgotten by now.
        Ok(found.map_or_else(|| (upto, crate::clock::now()), |message| (message.position, message.ts)))
    }

    /// A message as the visitor is told it; none when its text is gone.
    ///
    /// # Errors
    /// The vault's.
    pub fn message(&self, said: Said) -> Result<Option<ChatMessage>, Problem> {
        let Some(text) = said.text else { return Ok(None) };
        let (author, name) = match said.author {
            Author::Client => (AuthorKind::Client, None),
            Author::Agent(agent) => (AuthorKind::Agent, self.first_name(agent)),
        };
        let id = self.message_id(said.conversation, said.position)?;
        Ok(Some(ChatMessage { id, author, name, text, at: Instant(said.ts) }))
    }

    /// An id that is always the same for a message, and tells neither how many there are nor when they came.
    ///
    /// # Errors
    /// The vault's.
    pub fn message_id(&self, conversation: ConversationId, position: EventNo) -> Result<String, Problem> {
        let parts: [&[u8]; 3] = [b"message", &conversation.0, &position.0.to_le_bytes()];
        let mark = self.page.app.vault.mark(self.page.account.id(), &parts)?;
        Ok(format!("ms_{}", URL_SAFE_NO_PAD.encode(mark)))
    }

    /// How the chat stands, as the visitor is told it.
    pub fn standing(&self, chat: &Chat) -> ChatStanding {
        let Shown { stage, place, agent } = chat.shown();
        ChatStanding { stage, place, agent: agent.and_then(|agent| self.first_name(agent)) }
    }

    fn first_name(&self, agent: UserId) -> Option<String> {
        let user = self.page.app.directory.user(self.page.account.id(), agent).ok()?;
        chat::first_name(user.name.reveal()).map(str::to_owned)
    }
}
