//! One receiver of the stream: what waits for it is bounded, and when it falls behind it is let go.

use super::frames;
use crate::wire::stream::Reason;
use bytes::Bytes;
use readyroom_core::ids::{EventNo, UserId};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Messages that wait for one receiver.
pub const WAITING_MAX: usize = 64;
/// Their bytes together; a single message may be longer.
pub const WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a subscription ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The receiver fell behind. It may come again, with the `at` of this message as `since`.
    SlowConsumer,
    /// What the receiver may see is no longer the same. It may come again, without `since`.
    ScopeChanged,
    /// The server goes.
    Shutdown,
}

impl From<End> for Reason {
    fn from(end: End) -> Reason {
        match end {
            End::SlowConsumer => Reason::SlowConsumer,
            End::ScopeChanged => Reason::ScopeChanged,
            End::Shutdown => Reason::Shutdown,
        }
    }
}

/// The receiver's half.
pub struct Subscription {
    first: VecDeque<Bytes>,
    waiting: mpsc::Receiver<(EventNo, Bytes)>,
    shared: Arc<Shared>,
    /// The position to which all that was given out brings the receiver.
    at: EventNo,
    ended: bool,
}

/// The publisher's half.
pub(super) struct Outlet {
    waiting: mpsc::Sender<(EventNo, Bytes)>,
    shared: Arc<Shared>,
    user: Option<UserId>,
    /// The position to which all that was sent brings the receiver.
    at: EventNo,
}

#[derive(Default)]
struct Shared {
    bytes: AtomicUsize,
    end: OnceLock<(End, Bytes)>,
}

/// A subscription that begins with these messages, which bring it to a position.
pub(super) fn open(first: impl Into<VecDeque<Bytes>>, user: Option<UserId>, at: EventNo) -> (Outlet, Subscription) {
    let (send, receive) = mpsc::channel(WAITING_MAX);
    let shared = Arc::new(Shared::default());
    let outlet = Outlet { waiting: send, shared: Arc::clone(&shared), user, at };
    (outlet, Subscription { first: first.into(), waiting: receive, shared, at, ended: false })
}

impl Subscription {
    /// The next message; none after the end. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(message) = self.first.pop_front() {
            return Some(message);
        }
        if let Some((at, message)) = self.waiting.recv().await {
            self.shared.bytes.fetch_sub(message.len(), Ordering::Relaxed);
            self.at = at;
            return Some(message);
        }
        let first_time = !std::mem::replace(&mut self.ended, true);
        self.shared.end.get().filter(|_| first_time).map(|(_, message)| message.clone())
    }

    /// The position to which the messages given out so far bring the receiver, once all of a snapshot
    /// is among them.
    pub fn at(&self) -> EventNo {
        self.at
    }

    /// Whether the end has been given out.
    pub fn is_over(&self) -> bool {
        self.ended
    }

    /// Why it ended, or is about to when what still waits has been given out.
    pub fn end(&self) -> Option<End> {
        self.shared.end.get().map(|(why, _)| *why)
    }
}

impl Outlet {
    /// Whose it is.
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// Sends a message that brings the receiver to a position. False: it is gone, or is let go because it
    /// fell behind, and this outlet is of no more use.
    pub fn send(&mut self, message: &Bytes, at: EventNo) -> bool {
        let bytes = self.shared.bytes.fetch_add(message.len(), Ordering::Relaxed);
        if bytes > 0 && bytes + message.len() > WAITING_BYTES_MAX {
            self.end(End::SlowConsumer);
            return false;
        }
        match self.waiting.try_send((at, message.clone())) {
            Ok(()) => {
                self.at = at;
                true
            }
            Err(TrySendError::Full(_)) => {
                self.end(End::SlowConsumer);
                false
            }
            Err(TrySendError::Closed(_)) => false,
        }
    }

    /// The last message, which comes after all that waits. The outlet is to be dropped then.
    pub fn end(&self, why: End) {
        // A second end would change nothing: the first one stands.
        let _ = self.shared.end.set((why, frames::end(Some(self.at), why.into())));
    }
}
