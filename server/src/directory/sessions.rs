//! Sessions: one login of one person from one browser, until it is idle too long or a week old.

use super::audit::Act;
use super::error::DirectoryError;
use super::limits::SESSIONS_PER_USER_MAX;
use super::secret::{Hash, Secret, hash_of_claim, random};
use super::{Directory, Settings};
use crate::dice;
use readyroom_core::ids::SessionId;
use readyroom_core::ids::{AccountId, Timestamp, UserId};
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A session. Its token went to the browser and is not known here.
pub struct Session {
    /// Its id, which opens nothing.
    pub id: SessionId,
    /// The account of its user.
    pub account: AccountId,
    /// Whose it is.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    pub(super) hash: Hash,
    csrf: String,
    last_seen: AtomicI64,
    /// What the file says of `last_seen`.
    written_seen: AtomicI64,
}

impl Directory {
    /// Begins a session and returns its token, which is shown once. Over 50 sessions the user's oldest ends.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `user_inactive`.
    pub fn create_session(
        &self,
        account: AccountId,
        user: UserId,
        act: &Act,
    ) -> Result<(Secret, Arc<Session>), DirectoryError> {
        let mut writing = self.writing();
        let token = Secret::new("");
        let session = Arc::new(Session {
            id: SessionId(dice::id(act.at)),
            account,
            user,
            created_at: act.at,
            hash: token.hash(),
            csrf: random(),
            last_seen: AtomicI64::new(act.at.0),
            written_seen: AtomicI64::new(act.at.0),
        });
        let ended: Vec<_> = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            if !tenant.user(user)?.active {
                return Err(DirectoryError::Inactive);
            }
            let too_many = (tenant.sessions_of(user).count() + 1).saturating_sub(SESSIONS_PER_USER_MAX);
            tenant.sessions_of(user).take(too_many).cloned().collect()
        };
        let stored = |tx: &rusqlite::Transaction<'_>| {
            ended.iter().try_for_each(|session| session.delete(tx))?;
            session.insert(tx)
        };
        writing.commit(account, act, stored, |memory| {
            for session in &ended {
                memory.drop_session(session);
            }
            memory.put_session(session.clone());
        })?;
        Ok((token, session))
    }

    /// The living session with this token; it counts as used now. Does not wait for the disk.
    pub fn find_session(&self, token: &str, now: Timestamp) -> Option<Arc<Session>> {
        self.use_session(&hash_of_claim(token)?, now)
    }

    /// Whether a session found earlier still lives, for connections that outlast a request. It counts as used.
    pub fn session_lives(&self, session: &Session, now: Timestamp) -> bool {
        self.use_session(&session.hash, now).is_some()
    }

    fn use_session(&self, hash: &Hash, now: Timestamp) -> Option<Arc<Session>> {
        let session = self.memory().sessions.get(hash)?.clone();
        if !session.lives(&self.settings, now) {
            return None;
        }
        session.last_seen.fetch_max(now.0, Ordering::Relaxed);
        Some(session)
    }

    /// The living sessions of a user, the oldest first.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`.
    pub fn sessions_of(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Arc<Session>>, DirectoryError> {
        let memory = self.memory();
        let tenant = memory.tenant(account)?;
        tenant.user(user)?;
        Ok(tenant.sessions_of(user).filter(|session| session.lives(&self.settings, now)).cloned().collect())
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `unknown_session`.
    pub fn end_session(
        &self,
        account: AccountId,
        user: UserId,
        id: SessionId,
        act: &Act,
    ) -> Result<(), DirectoryError> {
        let mut writing = self.writing();
        let session = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            tenant.user(user)?;
            let found = tenant.sessions.get(&user).and_then(|sessions| sessions.get(&id));
            found.cloned().ok_or(DirectoryError::UnknownSession { session: id })?
        };
        writing.commit(account, act, |tx| session.delete(tx), |memory| memory.drop_session(&session))
    }

    /// Ends all sessions of a user.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`.
    pub fn end_sessions(&self, account: AccountId, user: UserId, act: &Act) -> Result<(), DirectoryError> {
        let mut writing = self.writing();
        writing.memory().tenant(account)?.user(user)?;
        writing.commit(account, act, |tx| delete_of(tx, account, user), |memory| memory.drop_sessions_of(account, user))
    }

    /// When a session ends at the latest, however much it is used.
    pub fn session_ends_at(&self, session: &Session) -> Timestamp {
        session.created_at.plus_ms(self.settings.session_absolute_ms)
    }
}

impl Session {
    /// What a page must send along with everything it changes.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a page sent this session's. Hashes are compared, so that the time tells nothing of the text.
    pub fn csrf_matches(&self, sent: &str) -> bool {
        Sha256::digest(sent) == Sha256::digest(&self.csrf)
    }

    /// When it was used last.
    pub fn last_seen_at(&self) -> Timestamp {
        Timestamp(self.last_seen.load(Ordering::Relaxed))
    }

    pub(super) fn lives(&self, settings: &Settings, now: Timestamp) -> bool {
        now.ms_since(self.last_seen_at()) < settings.session_idle_ms
            && now.ms_since(self.created_at) < settings.session_absolute_ms
    }

    /// When it was used last, if the file does not say so.
    pub(super) fn unwritten(&self) -> Option<Timestamp> {
        let seen = self.last_seen_at();
        (seen.0 != self.written_seen.load(Ordering::Relaxed)).then_some(seen)
    }

    pub(super) fn write_seen(&self, db: &Connection, seen: Timestamp) -> rusqlite::Result<()> {
        db.prepare_cached("UPDATE session SET last_seen_at = ?4 WHERE account = ?1 AND user = ?2 AND id = ?3")?
            .execute(params![self.account.0, self.user.0, self.id.0, seen.0])
            .map(drop)
    }

    pub(super) fn note_written(&self, seen: Timestamp) {
        self.written_seen.store(seen.0, Ordering::Relaxed);
    }

    fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        db.prepare_cached(
            "INSERT INTO session (account, user, id, hash, csrf, created_at, last_seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?
        .execute(params![self.account.0, self.user.0, self.id.0, self.hash, self.csrf, self.created_at.0])
        .map(drop)
    }

    pub(super) fn delete(&self, db: &Connection) -> rusqlite::Result<()> {
        db.prepare_cached("DELETE FROM session WHERE account = ?1 AND user = ?2 AND id = ?3")?
            .execute(params![self.account.0, self.user.0, self.id.0])
            .map(drop)
    }

    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<Session> {
        let seen: i64 = row.get("last_seen_at")?;
        Ok(Session {
            id: SessionId(row.get("id")?),
            account: AccountId(row.get("account")?),
            user: UserId(row.get("user")?),
            created_at: Timestamp(row.get("created_at")?),
            hash: row.get("hash")?,
            csrf: row.get("csrf")?,
            last_seen: AtomicI64::new(seen),
            written_seen: AtomicI64::new(seen),
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Session({} of {})", self.id, self.user)
    }
}

pub(super) fn delete_of(db: &Connection, account: AccountId, user: UserId) -> rusqlite::Result<()> {
    db.execute("DELETE FROM session WHERE account = ?1 AND user = ?2", params![account.0, user.0]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;

    const HOUR: u64 = 3_600_000;

    #[test]
    fn a_token_opens_its_session_also_after_a_restart_and_nothing_else_does() {
        let mut scene = Scene::new();
        let anna = scene.user("anna");
        let (token, session) = scene.directory.create_session(scene.acme, anna, &act("session.created")).unwrap();
        assert_eq!(token.reveal().len(), 43);
        for _ in 0..2 {
            let found = scene.directory.find_session(token.reveal(), NOW).unwrap();
            assert_eq!((found.id, found.user, found.account), (session.id, anna, scene.acme));
            assert!(
                found.csrf_matches(session.csrf()) && !found.csrf_matches("") && !found.csrf_matches(token.reveal())
            );
            for wrong in ["", "x", &token.reveal()[1..], &session.id.to_string(), &"x".repeat(10_000)] {
                assert!(scene.directory.find_session(wrong, NOW).is_none(), "{wrong:?}");
            }
            scene.reopen();
        }
    }

    #[test]
    fn the_file_holds_no_token() {
        let scene = Scene::new();
        let token = scene.session(scene.user("anna"));
        for file in ["directory.db", "directory.db-wal"] {
            let bytes = std::fs::read(scene.dir().join(file)).unwrap();
            assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "{file}");
        }
    }

    #[test]
    fn an_idle_session_ends_and_use_keeps_it_alive_for_a_week() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let idle = scene.session(anna);
        assert!(scene.directory.find_session(&idle, NOW.plus_ms(12 * HOUR - 1)).is_some());
        assert!(scene.directory.find_session(&idle, NOW.plus_ms(24 * HOUR - 1)).is_none());
        let used = scene.session(anna);
        for hours in (0..168).step_by(11) {
            assert!(scene.directory.find_session(&used, NOW.plus_ms(hours * HOUR)).is_some(), "{hours}");
        }
        assert!(scene.directory.find_session(&used, NOW.plus_ms(168 * HOUR)).is_none());
    }

    #[test]
    fn a_connection_learns_that_its_session_ended() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let token = scene.session(anna);
        let session = scene.directory.find_session(&token, NOW).unwrap();
        assert!(scene.directory.session_lives(&session, NOW.plus_ms(11 * HOUR)));
        assert!(scene.directory.session_lives(&session, NOW.plus_ms(22 * HOUR)), "a living connection is use");
        scene.directory.end_session(scene.acme, anna, session.id, &act("session.ended")).unwrap();
        assert!(!scene.directory.session_lives(&session, NOW.plus_ms(22 * HOUR)));
        let again = scene.directory.end_session(scene.acme, anna, session.id, &act("session.ended"));
        assert_eq!(again.unwrap_err().code(), "unknown_session");
    }

    #[test]
    fn one_session_more_than_fifty_ends_the_oldest() {
        let mut scene = Scene::new();
        let anna = scene.user("anna");
        let tokens: Vec<_> = (0..51)
            .map(|number| {
                let act = act_at("session.created", NOW.plus_ms(number));
                scene.directory.create_session(scene.acme, anna, &act).unwrap().0
            })
            .collect();
        for _ in 0..2 {
            assert_eq!(scene.directory.sessions_of(scene.acme, anna, NOW).unwrap().len(), 50);
            assert!(scene.directory.find_session(tokens[0].reveal(), NOW).is_none());
            assert!(tokens[1..].iter().all(|token| scene.directory.find_session(token.reveal(), NOW).is_some()));
            scene.reopen();
        }
    }

    #[test]
    fn all_sessions_of_one_user_end_and_nobody_elses() {
        let mut scene = Scene::new();
        let (anna, bert) = (scene.user("anna"), scene.user("bert"));
        let tokens = [scene.session(anna), scene.session(anna), scene.session(bert)];
        scene.directory.end_sessions(scene.acme, anna, &act("session.ended")).unwrap();
        for _ in 0..2 {
            let lives = tokens.each_ref().map(|token| scene.directory.find_session(token, NOW).is_some());
            assert_eq!(lives, [false, false, true]);
            scene.reopen();
        }
    }

    #[test]
    fn who_is_deactivated_begins_no_session() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        scene.directory.deactivate_user(scene.acme, anna, None, &act("user.deactivated")).unwrap();
        let refused = scene.directory.create_session(scene.acme, anna, &act("session.created"));
        assert_eq!(refused.unwrap_err(), DirectoryError::Inactive);
    }

    #[test]
    fn nothing_of_a_session_that_opens_doors_is_printed() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let (_, session) = scene.directory.create_session(scene.acme, anna, &act("session.created")).unwrap();
        assert_eq!(format!("{session:?}"), format!("Session({} of {anna})", session.id));
    }
}
