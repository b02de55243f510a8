//! Setting up a fresh installation: whoever holds the token becomes the first administrator.

use super::Directory;
use super::audit::Act;
use super::error::DirectoryError;
use super::limits::SETUP_TOKEN_MS;
use super::memory::Memory;
use super::secret::{Hash, Secret, hash_of_claim};
use super::users::{self, NewUser, User};
use crate::auth::Role;
use readyroom_core::ids::{AccountId, Timestamp};
use rusqlite::params;
use std::sync::Arc;

/// What is kept of the token.
pub(super) struct SetupToken {
    pub hash: Hash,
    pub created_at: Timestamp,
}

impl Directory {
    /// Makes a token with which the first administrator can be created once, within 24 hours. An earlier one
    /// opens nothing any more.
    ///
    /// # Errors
    /// `setup_closed` as soon as there is any user.
    pub fn open_setup(&self, now: Timestamp) -> Result<Secret, DirectoryError> {
        let mut writing = self.writing();
        if !writing.memory().is_fresh() {
            return Err(DirectoryError::SetupClosed);
        }
        let token = Secret::new("");
        let hash = token.hash();
        writing.commit_unaudited(
            |tx| {
                let sql = "INSERT OR REPLACE INTO setup (only_one, hash, created_at) VALUES (1, ?1, ?2)";
                tx.execute(sql, params![hash, now.0]).map(drop)
            },
            |memory| memory.setup = Some(SetupToken { hash, created_at: now }),
        )?;
        Ok(token)
    }

    /// Whether there is a token with which the installation can be set up now.
    pub fn setup_open(&self, now: Timestamp) -> bool {
        self.memory().open_token(now).is_some()
    }

    /// Whether this is the token; to ask before anything is made ready.
    pub fn is_setup_token(&self, token: &str, now: Timestamp) -> bool {
        self.memory().admits(token, now)
    }

    /// Creates the first user of the installation, an administrator whatever `new` says, and closes setup.
    ///
    /// # Errors
    /// `setup_closed`, `unknown_account`.
    pub fn set_up(
        &self,
        token: &str,
        account: AccountId,
        new: NewUser,
        act: &Act,
    ) -> Result<Arc<User>, DirectoryError> {
        let mut writing = self.writing();
        let first = Arc::new(NewUser { role: Role::Administrator, ..new }.created(account, act.at));
        {
            let memory = writing.memory();
            if !memory.admits(token, act.at) {
                return Err(DirectoryError::SetupClosed);
            }
            memory.tenant(account)?;
        }
        let stored = |tx: &rusqlite::Transaction<'_>| {
            tx.execute("DELETE FROM setup", [])?;
            users::store(tx, &first)
        };
        writing.commit(account, act, stored, |memory| {
            memory.setup = None;
            memory.stored_in(account).put_user(first.clone());
        })?;
        Ok(first)
    }
}

impl Memory {
    fn is_fresh(&self) -> bool {
        self.accounts.values().all(|tenant| tenant.users.is_empty())
    }

    fn open_token(&self, now: Timestamp) -> Option<&SetupToken> {
        self.setup.as_ref().filter(|token| self.is_fresh() && now.ms_since(token.created_at) < SETUP_TOKEN_MS)
    }

    fn admits(&self, token: &str, now: Timestamp) -> bool {
        self.open_token(now).is_some_and(|open| hash_of_claim(token) == Some(open.hash))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;

    fn set_up(scene: &Scene, token: &str, at: Timestamp) -> Result<Arc<User>, DirectoryError> {
        scene.directory.set_up(token, scene.acme, scene.new_user("root"), &act_at("setup.done", at))
    }

    #[test]
    fn the_token_makes_one_administrator_and_never_another() {
        let mut scene = Scene::new();
        assert!(!scene.directory.setup_open(NOW));
        let token = scene.directory.open_setup(NOW).unwrap();
        scene.reopen();
        assert!(scene.directory.setup_open(NOW) && scene.directory.is_setup_token(token.reveal(), NOW));
        assert!(!scene.directory.is_setup_token("", NOW));
        assert_eq!(set_up(&scene, "guess", NOW).unwrap_err(), DirectoryError::SetupClosed);
        let root = set_up(&scene, token.reveal(), NOW).unwrap();
        assert_eq!((root.role, root.active), (Role::Administrator, true));
        for _ in 0..2 {
            assert!(!scene.directory.setup_open(NOW));
            assert_eq!(set_up(&scene, token.reveal(), NOW).unwrap_err().code(), "setup_closed");
            assert_eq!(scene.directory.open_setup(NOW).unwrap_err(), DirectoryError::SetupClosed);
            scene.reopen();
        }
    }

    #[test]
    fn a_token_ends_after_a_day_or_when_a_newer_one_is_made() {
        let scene = Scene::new();
        let (first, second) = (scene.directory.open_setup(NOW).unwrap(), scene.directory.open_setup(NOW).unwrap());
        assert_eq!(set_up(&scene, first.reveal(), NOW).unwrap_err(), DirectoryError::SetupClosed);
        assert!(!scene.directory.setup_open(NOW.plus_ms(SETUP_TOKEN_MS)));
        assert!(set_up(&scene, second.reveal(), NOW.plus_ms(SETUP_TOKEN_MS)).is_err());
        assert!(set_up(&scene, second.reveal(), NOW.plus_ms(SETUP_TOKEN_MS - 1)).is_ok());
    }

    #[test]
    fn a_user_made_another_way_closes_setup() {
        let scene = Scene::new();
        let token = scene.directory.open_setup(NOW).unwrap();
        let other = scene.account("other");
        scene.directory.create_user(other, scene.new_user("anna"), None, &act("user.created")).unwrap();
        assert!(!scene.directory.setup_open(NOW));
        assert_eq!(set_up(&scene, token.reveal(), NOW).unwrap_err(), DirectoryError::SetupClosed);
    }
}
