//! Keys of programs: a secret that is shown once, with the scopes it opens.

use super::audit::{Act, By};
use super::error::DirectoryError;
use super::idempotency::{Made, Once};
use super::limits::{API_KEYS_MAX, PERSON_NAME_CHARS};
use super::memory::Tenant;
use super::personal::plain_text;
use super::secret::{Hash, Secret, hash_of_claim};
use super::{Directory, load};
use crate::auth::ApiScope;
use readyroom_core::ids::{AccountId, KeyId, Timestamp};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// What the secret of every key begins with.
pub const SECRET_PREFIX: &str = "rk_";
/// Stands for: not used yet.
const NEVER: i64 = i64::MIN;

/// A key. Its secret went to the program and is not known here.
pub struct ApiKey {
    /// Its id, which opens nothing.
    pub id: KeyId,
    /// The only account it opens.
    pub account: AccountId,
    /// What it is for, as its creator called it.
    pub name: String,
    /// What it opens.
    pub scopes: BTreeSet<ApiScope>,
    /// Who created it.
    pub created_by: By,
    /// When.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// Since when it opens nothing.
    pub revoked_at: Option<Timestamp>,
    pub(super) hash: Hash,
    last_used: AtomicI64,
    /// What the file says of `last_used`.
    written_used: AtomicI64,
}

/// A key to be created.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// Its id, new.
    pub id: KeyId,
    /// What it is for: 1 to 100 characters.
    pub name: String,
    /// What it opens; at least one scope.
    pub scopes: BTreeSet<ApiScope>,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

impl Directory {
    /// Creates a key and returns its secret, which is shown once; a repeated request does not get it again.
    /// When an account has 1,000 keys, the one revoked first is forgotten.
    ///
    /// # Errors
    /// `unknown_account`, `invalid`, `taken`, `limit_reached`, `idempotency_key_reused`.
    pub fn create_key(
        &self,
        account: AccountId,
        new: NewApiKey,
        once: Option<Once<'_, ApiKey>>,
        act: &Act,
    ) -> Result<Made<(Secret, Arc<ApiKey>)>, DirectoryError> {
        let mut writing = self.writing();
        if let Some(answer) = writing.answered(account, once.as_ref(), act.at)? {
            return Ok(Made::Before(answer));
        }
        let secret = Secret::new(SECRET_PREFIX);
        let key = Arc::new(new.created(account, &secret, act)?);
        let forgotten = writing.memory().tenant(account)?.room_for_key(&key)?;
        let kept = once.map(|once| once.kept(&key)).transpose()?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            if let Some(old) = &forgotten {
                tx.execute("DELETE FROM api_key WHERE account = ?1 AND id = ?2", params![account.0, old.id.0])?;
            }
            key.insert(tx)?;
            kept.as_ref().map_or(Ok(()), |kept| kept.store(tx, account, act.at))
        };
        writing.commit(account, act, stored, |memory| {
            if let Some(old) = &forgotten {
                memory.drop_key(old);
            }
            memory.put_key(key.clone());
            memory.stored_in(account).put_answered(kept.as_ref(), act.at);
        })?;
        Ok(Made::Now((secret, key)))
    }

    /// Revokes a key for ever. Twice is no error.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_key`.
    pub fn revoke_key(&self, account: AccountId, id: KeyId, act: &Act) -> Result<Arc<ApiKey>, DirectoryError> {
        let mut writing = self.writing();
        let key = {
            let memory = writing.memory();
            let key = memory.tenant(account)?.key(id)?;
            if key.revoked_at.is_some() {
                return Ok(key.clone());
            }
            Arc::new(key.revoked(act.at))
        };
        let stored = |tx: &rusqlite::Transaction<'_>| {
            tx.prepare_cached("UPDATE api_key SET revoked_at = ?3 WHERE account = ?1 AND id = ?2")?
                .execute(params![account.0, id.0, act.at.0])
                .map(drop)
        };
        writing.commit(account, act, stored, |memory| memory.put_key(key.clone()))?;
        Ok(key)
    }

    /// The key with this secret, if it opens something now; it counts as used. Does not wait for the disk.
    pub fn find_key(&self, secret: &str, now: Timestamp) -> Option<Arc<ApiKey>> {
        let memory = self.memory();
        let key = memory.keys.get(&hash_of_claim(secret)?)?;
        if !key.opens(now) {
            return None;
        }
        key.last_used.fetch_max(now.0, Ordering::Relaxed);
        Some(key.clone())
    }

    /// The key with this id, revoked ones included.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_key`.
    pub fn key(&self, account: AccountId, id: KeyId) -> Result<Arc<ApiKey>, DirectoryError> {
        Ok(self.memory().tenant(account)?.key(id)?.clone())
    }

    /// All keys of the account, the oldest first, revoked ones included; at most 1,000.
    pub fn keys(&self, account: AccountId) -> Result<Vec<Arc<ApiKey>>, DirectoryError> {
        Ok(self.memory().tenant(account)?.keys.values().cloned().collect())
    }
}

impl NewApiKey {
    fn created(self, account: AccountId, secret: &Secret, act: &Act) -> Result<ApiKey, DirectoryError> {
        let invalid = |field, why: &str| DirectoryError::Invalid { field, why: why.into() };
        let name = plain_text(&self.name, &PERSON_NAME_CHARS)
            .ok_or_else(|| invalid("name", "1 to 100 characters, none of them a control character"))?;
        if self.scopes.is_empty() {
            return Err(invalid("scopes", "at least one scope, or the key opens nothing"));
        }
        if self.expires_at.is_some_and(|at| at <= act.at) {
            return Err(invalid("expires_at", "an instant to come"));
        }
        Ok(ApiKey {
            id: self.id,
            account,
            name: name.to_owned(),
            scopes: self.scopes,
            created_by: act.by,
            created_at: act.at,
            expires_at: self.expires_at,
            revoked_at: None,
            hash: secret.hash(),
            last_used: AtomicI64::new(NEVER),
            written_used: AtomicI64::new(NEVER),
        })
    }
}

impl Tenant {
    fn key(&self, key: KeyId) -> Result<&Arc<ApiKey>, DirectoryError> {
        self.keys.get(&key).ok_or(DirectoryError::UnknownKey { key })
    }

    /// The key to forget so that this one fits, if one has to be.
    fn room_for_key(&self, new: &ApiKey) -> Result<Option<Arc<ApiKey>>, DirectoryError> {
        if self.keys.contains_key(&new.id) {
            return Err(DirectoryError::Taken { field: "id" });
        }
        if self.keys.len() < API_KEYS_MAX {
            return Ok(None);
        }
        let revoked = self.keys.values().filter(|key| key.revoked_at.is_some());
        let first = revoked.min_by_key(|key| (key.revoked_at, key.id)).cloned();
        first.map(Some).ok_or(DirectoryError::LimitReached { what: "keys", max: API_KEYS_MAX })
    }
}

impl ApiKey {
    /// Whether it opens anything.
    pub fn opens(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }

    /// When it was used last.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        Some(self.last_used.load(Ordering::Relaxed)).filter(|&used| used != NEVER).map(Timestamp)
    }

    /// When it was used last, if the file does not say so.
    pub(super) fn unwritten(&self) -> Option<Timestamp> {
        self.last_used_at().filter(|used| used.0 != self.written_used.load(Ordering::Relaxed))
    }

    pub(super) fn write_used(&self, db: &Connection, used: Timestamp) -> rusqlite::Result<()> {
        db.prepare_cached("UPDATE api_key SET last_used_at = ?3 WHERE account = ?1 AND id = ?2")?
            .execute(params![self.account.0, self.id.0, used.0])
            .map(drop)
    }

    pub(super) fn note_written(&self, used: Timestamp) {
        self.written_used.store(used.0, Ordering::Relaxed);
    }

    fn revoked(&self, at: Timestamp) -> ApiKey {
        ApiKey {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            revoked_at: Some(at),
            last_used: AtomicI64::new(self.last_used.load(Ordering::Relaxed)),
            written_used: AtomicI64::new(self.written_used.load(Ordering::Relaxed)),
            ..*self
        }
    }

    fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        let scopes = self.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        db.prepare_cached(
            "INSERT INTO api_key (account, id, hash, name, scopes, created_by, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            self.account.0,
            self.id.0,
            self.hash,
            self.name,
            scopes,
            self.created_by.to_string(),
            self.created_at.0,
            self.expires_at.map(|at| at.0)
        ])
        .map(drop)
    }

    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
        let used = row.get::<_, Option<i64>>("last_used_at")?.unwrap_or(NEVER);
        Ok(ApiKey {
            id: KeyId(row.get("id")?),
            account: AccountId(row.get("account")?),
            name: row.get("name")?,
            scopes: load::words(row, "scopes")?,
            created_by: load::word(row, "created_by")?,
            created_at: Timestamp(row.get("created_at")?),
            expires_at: row.get::<_, Option<i64>>("expires_at")?.map(Timestamp),
            revoked_at: row.get::<_, Option<i64>>("revoked_at")?.map(Timestamp),
            hash: row.get("hash")?,
            last_used: AtomicI64::new(used),
            written_used: AtomicI64::new(used),
        })
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiKey({} of {})", self.id, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Answer;
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;

    fn new_key(number: u128) -> NewApiKey {
        let scopes = [ApiScope::AgentsRead, ApiScope::Stream].into();
        NewApiKey { id: KeyId::from_u128(number), name: "wallboard".into(), scopes, expires_at: None }
    }

    fn create(scene: &Scene, new: NewApiKey) -> (Secret, Arc<ApiKey>) {
        scene.directory.create_key(scene.acme, new, None, &act("key.created")).unwrap().now().unwrap()
    }

    #[test]
    fn a_secret_opens_its_key_also_after_a_restart_and_nothing_else_does() {
        let mut scene = Scene::new();
        let (secret, key) = create(&scene, new_key(1));
        assert!(secret.reveal().starts_with("rk_") && secret.reveal().len() == 46);
        for _ in 0..2 {
            let found = scene.directory.find_key(secret.reveal(), NOW).unwrap();
            assert_eq!((found.id, found.account, &found.scopes), (key.id, scene.acme, &key.scopes));
            assert_eq!((found.created_by, found.created_at, found.name.as_str()), (By::Cli, NOW, "wallboard"));
            for wrong in ["", "rk_", &secret.reveal()[3..], &key.id.to_string(), &"x".repeat(10_000)] {
                assert!(scene.directory.find_key(wrong, NOW).is_none(), "{wrong:?}");
            }
            scene.reopen();
        }
    }

    #[test]
    fn a_revoked_and_an_expired_key_open_nothing() {
        let mut scene = Scene::new();
        let later = NOW.plus_ms(1_000);
        let (revoked, key) = create(&scene, new_key(1));
        let (expiring, _) = create(&scene, NewApiKey { expires_at: Some(later), ..new_key(2) });
        assert!(scene.directory.find_key(expiring.reveal(), NOW.plus_ms(999)).is_some());
        for _ in 0..2 {
            let key = scene.directory.revoke_key(scene.acme, key.id, &act("key.revoked")).unwrap();
            assert_eq!(key.revoked_at, Some(NOW));
            assert!(scene.directory.find_key(revoked.reveal(), NOW).is_none());
            assert!(scene.directory.find_key(expiring.reveal(), later).is_none());
            scene.reopen();
        }
    }

    #[test]
    fn a_key_without_name_scope_or_future_is_refused_with_its_field() {
        let scene = Scene::new();
        for (new, field) in [
            (NewApiKey { name: " ".into(), ..new_key(1) }, "name"),
            (NewApiKey { scopes: BTreeSet::new(), ..new_key(1) }, "scopes"),
            (NewApiKey { expires_at: Some(NOW), ..new_key(1) }, "expires_at"),
        ] {
            let error = scene.directory.create_key(scene.acme, new, None, &act("key.created")).unwrap_err();
            assert_eq!((error.code(), error.field()), ("invalid", Some(field)));
        }
        assert!(scene.directory.keys(scene.acme).unwrap().is_empty());
    }

    #[test]
    fn a_repeated_request_does_not_get_the_secret_again() {
        let scene = Scene::new();
        let answer = |key: &ApiKey| Answer { status: 201, body: key.id.to_string().into_bytes() };
        let create = |number| {
            let once = Once { key: [1; 16], request: [1; 16], answer: &answer };
            scene.directory.create_key(scene.acme, new_key(number), Some(once), &act("key.created")).unwrap()
        };
        let (_, key) = create(1).now().unwrap();
        assert!(matches!(create(2), Made::Before(kept) if kept == answer(&key)));
        assert_eq!(scene.directory.keys(scene.acme).unwrap().len(), 1);
    }

    #[test]
    fn at_the_limit_revoked_keys_make_room_and_others_do_not() {
        let scene = Scene::new();
        for number in 1..=API_KEYS_MAX as u128 {
            create(&scene, new_key(number));
        }
        let more = |number| scene.directory.create_key(scene.acme, new_key(number), None, &act("key.created"));
        assert_eq!(more(5_000).unwrap_err().code(), "limit_reached");
        let revoke = |number, at| {
            scene.directory.revoke_key(scene.acme, KeyId::from_u128(number), &act_at("key.revoked", at)).unwrap()
        };
        revoke(7, NOW.plus_ms(2));
        revoke(9, NOW.plus_ms(1));
        more(5_000).unwrap();
        let stands = |number| scene.directory.key(scene.acme, KeyId::from_u128(number)).is_ok();
        assert_eq!((stands(7), stands(9), stands(5_000)), (true, false, true));
    }
}
