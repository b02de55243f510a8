//! A stream that a session opened is its user's console link: it serves chats while the page answers,
//! and for the grace after that. All streams of one session are one link, so that neither a reload
//! nor a second tab changes anything.

use crate::accounts::{Account, Failure};
use crate::auth::Who;
use crate::directory::SessionId;
use crate::http::App;
use crate::http::context::Context;
use crate::run::No;
use readyroom_core::commands::{RemoveDevice, ReportDevice};
use readyroom_core::event::{Actor, DeviceKind};
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The sessions that have streams open.
#[derive(Default)]
pub struct Links(Mutex<BTreeMap<(AccountId, SessionId), Tabs>>);

/// The streams of one session.
struct Tabs {
    open: usize,
    heard: Instant,
}

/// One stream's share of its session's link. When it is dropped the page may come again; the last one
/// leaves the link silent, and the floor gives it its grace.
pub struct Link {
    app: App,
    account: Account,
    agent: UserId,
    session: SessionId,
    open: bool,
}

impl Link {
    /// The link of a caller who is a person.
    pub fn of(at: &Context) -> Option<Link> {
        let Who::User { id, session, .. } = at.caller.who else { return None };
        let link = Link { app: at.app.clone(), account: at.account.clone(), agent: id, session, open: true };
        let now = Instant::now();
        link.tabs().entry(link.key()).or_insert(Tabs { open: 0, heard: now }).open += 1;
        Some(link)
    }

    /// The page was heard of: the link is good for another while.
    ///
    /// # Errors
    /// The floor does not know the agent, or has too many devices of it; or it cannot be asked now.
    pub async fn heard(&self) -> Result<(), Failure> {
        self.tabs().entry(self.key()).and_modify(|tabs| tabs.heard = Instant::now());
        let (agent, device, kind) = (self.agent, self.device(), DeviceKind::Console);
        let report = ReportDevice { agent, device, kind, reachable: true, ttl_ms: None };
        self.account.command(Actor::Signalling, report.into(), None, None).await.map(drop)
    }

    /// This page owes an answer. Unless another of the session was heard of within this time, what
    /// expires from now on is nobody's miss.
    pub fn quiet(&self, longest: Duration) {
        let tabs = self.tabs();
        if tabs.get(&self.key()).is_some_and(|tabs| tabs.heard.elapsed() >= longest) {
            self.account.silent(self.agent, self.device());
        }
    }

    /// The page is left for good. When it was the session's last one, the link is gone at once.
    ///
    /// # Errors
    /// As `heard`.
    pub async fn bye(mut self) -> Result<(), Failure> {
        if self.leave() > 0 {
            return Ok(());
        }
        self.remove().await?;
        // A page that opened meanwhile may have reported before the link was taken away.
        let again = self.tabs().contains_key(&self.key());
        if again { self.heard().await } else { Ok(()) }
    }

    /// The session has ended: the link is gone at once, whatever pages are still open.
    ///
    /// # Errors
    /// As `heard`.
    pub async fn over(mut self) -> Result<(), Failure> {
        self.leave();
        self.remove().await
    }

    async fn remove(&self) -> Result<(), Failure> {
        let remove = RemoveDevice { agent: self.agent, device: self.device() };
        match self.account.command(Actor::Signalling, remove.into(), None, None).await {
            // Signing out took it away, or it was lost before.
            Ok(_) | Err(Failure::No(No::Refused(Refusal::UnknownDevice { .. }))) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Gives up this stream's share, and says how many there still are.
    fn leave(&mut self) -> usize {
        self.open = false;
        let (key, mut tabs) = (self.key(), self.tabs());
        let known = tabs.get_mut(&key).expect("an open stream is counted");
        known.open -= 1;
        let left = known.open;
        if left == 0 {
            tabs.remove(&key);
        }
        left
    }

    /// A session is one device, by its own id.
    fn device(&self) -> DeviceId {
        DeviceId(self.session.0)
    }

    fn key(&self) -> (AccountId, SessionId) {
        (self.account.id(), self.session)
    }

    fn tabs(&self) -> MutexGuard<'_, BTreeMap<(AccountId, SessionId), Tabs>> {
        self.app.streams.links.0.lock().expect("nothing panics while it counts")
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.open && self.leave() == 0 {
            self.account.silent(self.agent, self.device());
        }
    }
}
