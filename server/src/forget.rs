//! Forgetting people. Their keys go first, then the log says so, and then the tables let go of what
//! the keys had sealed. What a stop leaves between these is made good when the account is next
//! opened: rows without a key are deleted then.

use crate::accounts::{Account, Failure};
use crate::vault::{Vault, VaultError};
use readyroom_core::commands::ForgetPerson;
use readyroom_core::event::Actor;
use readyroom_core::ids::{AccountId, ClientId, EventNo, KeyId};
use readyroom_core::limits::FORGOTTEN_KEYS_MAX;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the log is asked to say it. By then an account that was lost has long been opened anew.
const TRY_MAX: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// A client was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// How many keys were destroyed; none when nothing was kept of the client.
    pub keys: usize,
    /// The position after which no table holds what they sealed.
    pub position: EventNo,
}

/// Why a client is not, or not everywhere, forgotten.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotForgotten {
    /// Keys may still be there. Ask again.
    #[error(transparent)]
    Keys(#[from] VaultError),
    /// The keys are destroyed, and the log could not say so.
    #[error(
        "the keys are destroyed, but the log cannot confirm it ({0:?}); what they sealed leaves the tables when the account is next opened"
    )]
    Log(Failure),
}

/// Destroys all keys of a client and has the log say so. Whoever begins it should let it come to its end: rows
/// whose keys are gone are shown until the log has said so, or the account is opened anew.
///
/// # Errors
/// [`NotForgotten`].
pub async fn forget(
    vault: Arc<Vault>,
    account: &Account,
    by: Actor,
    client: ClientId,
) -> Result<Forgotten, NotForgotten> {
    let id = account.id();
    let destroyed = tokio::task::spawn_blocking(move || destroy(&vault, id, client)).await;
    let (keys, trouble) = destroyed.expect("the vault does not panic");
    let position = record(account, by, client, &keys).await.map_err(NotForgotten::Log)?;
    trouble.map_or(Ok(Forgotten { keys: keys.len(), position }), |error| Err(error.into()))
}

/// The keys that are gone, also when not all went well: what they sealed must go in any case.
fn destroy(vault: &Vault, account: AccountId, client: ClientId) -> (Vec<KeyId>, Option<VaultError>) {
    let known = match vault.keys_of(account, client) {
        Ok(known) => known,
        Err(error) => return (Vec::new(), Some(error)),
    };
    match vault.forget(account, client) {
        Ok(gone) => (gone, None),
        Err(error) => {
            let is_gone = |key: &KeyId| matches!(vault.has(account, *key), Ok(false));
            (known.into_iter().filter(is_gone).collect(), Some(error))
        }
    }
}

/// Has the log say that these keys of the client are destroyed.
///
/// # Errors
/// What the account said last, after a minute.
pub async fn record(account: &Account, by: Actor, client: ClientId, keys: &[KeyId]) -> Result<EventNo, Failure> {
    // That somebody was to be forgotten is worth saying even if there was nothing.
    let none: [&[KeyId]; 1] = [&[]];
    let parts: Vec<&[KeyId]> = if keys.is_empty() { none.to_vec() } else { keys.chunks(FORGOTTEN_KEYS_MAX).collect() };
    let mut last = EventNo(0);
    for part in parts {
        last = say(account, by, ForgetPerson { client, keys: part.to_vec() }).await?;
    }
    Ok(last)
}

/// To say it twice does no harm, so whatever is not certain is tried again.
async fn say(account: &Account, by: Actor, command: ForgetPerson) -> Result<EventNo, Failure> {
    let until = Instant::now() + TRY_MAX;
    loop {
        match account.command(by, command.clone().into(), None, None).await {
            Ok(done) => return Ok(done.position),
            Err(no @ Failure::No(_)) => return Err(no),
            Err(failure) if Instant::now() >= until => return Err(failure),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
