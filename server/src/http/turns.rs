//! Turns: of requests that concern the same thing, one goes after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::OwnedMutexGuard;

/// Requests under way, by what they concern: whoever comes later waits for the one before it.
#[derive(Default)]
pub struct Turns(Mutex<Places>);

#[derive(Default)]
struct Places {
    by_key: BTreeMap<[u8; 16], Weak<tokio::sync::Mutex<()>>>,
    /// At so many, those that nobody is in are taken away.
    sweep_at: usize,
}

/// A request's turn. The next one of the same begins when it is dropped.
pub struct Turn(#[allow(dead_code, reason = "it is held, not read")] OwnedMutexGuard<()>);

impl Turns {
    /// Waits for the turn at this key: the digest of an idempotency key, or an id.
    pub async fn turn(&self, key: [u8; 16]) -> Turn {
        let place = {
            let mut places = self.0.lock().expect("nothing panics while it holds the lock");
            if places.by_key.len() >= places.sweep_at {
                places.by_key.retain(|_, place| place.strong_count() > 0);
                places.sweep_at = 2 * places.by_key.len() + 1_000;
            }
            let known = places.by_key.get(&key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let place = Arc::default();
                places.by_key.insert(key, Arc::downgrade(&place));
                place
            })
        };
        Turn(place.lock_owned().await)
    }
}
