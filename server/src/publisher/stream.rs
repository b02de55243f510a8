//! The subscriptions of an account: who of the same class is sent the same frames, built once.

use super::frames::{self, Changes, Class, Opener, Wanted};
use super::live::Live;
use super::scope::{Scope, Viewer};
use super::subscription::{self, End, Outlet, Subscription};
use super::topic::Topic;
use bytes::Bytes;
use readyroom_core::ids::{EventNo, Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Subscriptions of one account.
pub const SUBSCRIPTIONS_MAX: usize = 50_000;
/// How long a snapshot may serve others who come while nothing changes, milliseconds.
const SNAPSHOT_SHARED_MS: u64 = 1_000;

/// What somebody subscribes to.
#[derive(Clone, Debug)]
pub struct Subscribe {
    /// What about; see [`super::topics`].
    pub topics: BTreeSet<Topic>,
    /// The `at` of the last message that was taken in, by one who comes again.
    pub since: Option<EventNo>,
    /// What the viewer sees.
    pub scope: Scope,
    /// Who looks.
    pub viewer: Viewer,
}

/// Why nobody can be subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSubscribed {
    /// There is room for no more.
    #[error("the account has {SUBSCRIPTIONS_MAX} streams open already; close some, or come again later")]
    Full,
    /// The account is being closed.
    #[error("the account is being closed; come again later")]
    Closed,
}

/// All subscriptions. `flushed` is the position to which frames have been sent.
pub(super) struct Stream {
    classes: BTreeMap<Class, Members>,
    flushed: EventNo,
    /// The scopes of these changed at a position, so that what they had before it is of no use.
    rescoped: BTreeMap<UserId, EventNo>,
    opener: Box<dyn Opener>,
}

#[derive(Default)]
struct Members {
    outlets: Vec<Outlet>,
    snapshot: Option<(Timestamp, Vec<Bytes>)>,
}

impl Stream {
    pub fn new(position: EventNo, opener: Box<dyn Opener>) -> Stream {
        Stream { classes: BTreeMap::new(), flushed: position, rescoped: BTreeMap::new(), opener }
    }

    /// The position to which frames have been sent.
    pub fn flushed(&self) -> EventNo {
        self.flushed
    }

    /// What opens what people wrote.
    pub fn opener(&self) -> &dyn Opener {
        &*self.opener
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Sends everybody what changed since the last time.
    pub fn flush(&mut self, live: &mut Live) {
        let wanted = Wanted::by(self.classes.keys());
        let before = self.flushed;
        let changes = Changes::after(before, live, &wanted, &*self.opener, false);
        self.flushed = live.position();
        live.told();
        for (class, members) in &mut self.classes {
            members.snapshot = None;
            // More happened at once than is remembered: a frame would have a gap.
            if before < known_from(live, class) {
                members.outlets.drain(..).for_each(|outlet| outlet.end(End::SlowConsumer));
            } else if let Some(frame) = changes.frame(class) {
                members.outlets.retain_mut(|outlet| outlet.send(&frame, self.flushed));
            }
        }
        self.forget_empty(live);
    }

    /// Tells everybody that nothing is missing.
    pub fn heartbeat(&mut self, live: &Live, now: Timestamp) {
        let message = frames::heartbeat(self.flushed, now);
        for members in self.classes.values_mut() {
            members.snapshot = None;
            members.outlets.retain_mut(|outlet| outlet.send(&message, self.flushed));
        }
        self.forget_empty(live);
    }

    fn forget_empty(&mut self, live: &Live) {
        self.classes.retain(|_, members| !members.outlets.is_empty());
        let known_from = live.known_from();
        self.rescoped.retain(|_, at| *at >= known_from);
    }

    /// Adds a subscription. All that was released must have been flushed.
    pub fn subscribe(
        &mut self,
        live: &mut Live,
        Subscribe { topics, since, scope, viewer }: Subscribe,
        now: Timestamp,
    ) -> Result<Subscription, NotSubscribed> {
        if self.classes.values().map(|members| members.outlets.len()).sum::<usize>() >= SUBSCRIPTIONS_MAX {
            return Err(NotSubscribed::Full);
        }
        let class = Class { topics, scope, standing: viewer.standing };
        let at = live.position();
        let first = match since.map(|since| self.resume(live, &class, viewer.user, since)) {
            Some(Ok(frame)) => vec![frame],
            Some(Err(reason)) => {
                let mut first = vec![frames::resync(at, reason)];
                first.extend(self.snapshot(live, &class, now));
                first
            }
            None => self.snapshot(live, &class, now),
        };
        let (outlet, subscription) = subscription::open(first, viewer.user, at);
        self.classes.entry(class).or_default().outlets.push(outlet);
        Ok(subscription)
    }

    /// All that changed after a position, in one frame; or why that cannot be told.
    fn resume(
        &self,
        live: &mut Live,
        class: &Class,
        user: Option<UserId>,
        since: EventNo,
    ) -> Result<Bytes, &'static str> {
        if since > live.position() {
            return Err("position_not_reached");
        }
        if since < known_from(live, class) {
            return Err("position_gone");
        }
        if user.and_then(|user| self.rescoped.get(&user)).is_some_and(|&at| since <= at) {
            return Err("scope_changed");
        }
        let wanted = Wanted::by(std::iter::once(class));
        let changes = Changes::after(since, live, &wanted, &*self.opener, true);
        Ok(changes.frame(class).expect("one who was away is always answered"))
    }

    fn snapshot(&mut self, live: &mut Live, class: &Class, now: Timestamp) -> Vec<Bytes> {
        let members = self.classes.get_mut(class);
        let made = members.as_ref().and_then(|members| members.snapshot.as_ref());
        if let Some((_, messages)) = made.filter(|(at, _)| now.ms_since(*at) < SNAPSHOT_SHARED_MS) {
            return messages.clone();
        }
        let messages = frames::snapshot(live, class, now);
        if let Some(members) = members {
            members.snapshot = Some((now, messages.clone()));
        }
        messages
    }

    /// Ends the subscriptions of a person whose rights changed.
    pub fn rescope(&mut self, user: UserId, live: &Live) {
        self.rescoped.insert(user, live.position());
        for members in self.classes.values_mut() {
            members.outlets.retain(|outlet| {
                let goes = outlet.user() == Some(user);
                if goes {
                    outlet.end(End::ScopeChanged);
                }
                !goes
            });
        }
        self.forget_empty(live);
    }

    /// Ends all subscriptions.
    pub fn close(&mut self) {
        let all = std::mem::take(&mut self.classes);
        all.into_values().flat_map(|members| members.outlets).for_each(|outlet| outlet.end(End::Shutdown));
    }
}

/// The position after which nothing is missing of what a class wants.
fn known_from(live: &Live, class: &Class) -> EventNo {
    if class.wants_messages() { live.known_from().max(live.messages.known_from()) } else { live.known_from() }
}
