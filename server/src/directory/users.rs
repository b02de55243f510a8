//! Users: the people of an account, with their roles.

use super::audit::Act;
use super::error::{DirectoryError, fresh};
use super::idempotency::{self, Made, Once};
use super::limits::USERS_MAX;
use super::memory::Tenant;
use super::personal::{Email, Login, PersonName};
use super::{Directory, load, sessions, teams};
use crate::auth::{PasswordHash, Role};
use readyroom_core::ids::TeamId;
use readyroom_core::ids::{AccountId, Timestamp, UserId};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A person of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id; on the floor, the agent's.
    pub id: UserId,
    /// Their account.
    pub account: AccountId,
    /// What they log in with; unique in the account.
    pub login: Login,
    /// Their full name.
    pub name: PersonName,
    /// Where they get mail.
    pub email: Option<Email>,
    /// What they may do.
    pub role: Role,
    /// Whether they can log in. Who left is deactivated and keeps their history.
    pub active: bool,
    /// Without one they cannot log in.
    pub password: Option<PasswordHash>,
    /// When they were created.
    pub created_at: Timestamp,
    /// When something of the above changed last.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: u64,
}

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id, new.
    pub id: UserId,
    /// See [`User::login`].
    pub login: Login,
    /// See [`User::name`].
    pub name: PersonName,
    /// See [`User::email`].
    pub email: Option<Email>,
    /// See [`User::role`].
    pub role: Role,
    /// See [`User::password`].
    pub password: Option<PasswordHash>,
    /// The teams they belong to from the beginning.
    pub teams: BTreeSet<TeamId>,
}

/// What changes; none: stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// See [`User::login`].
    pub login: Option<Login>,
    /// See [`User::name`].
    pub name: Option<PersonName>,
    /// See [`User::email`]; `Some(None)` takes it away.
    pub email: Option<Option<Email>>,
    /// See [`User::role`]. A change ends their sessions; who is no supervisor any more leaves the teams they
    /// supervised.
    pub role: Option<Role>,
}

impl Directory {
    /// Creates a user, active.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_team`, `taken`, `limit_reached`, `idempotency_key_reused`.
    pub fn create_user(
        &self,
        account: AccountId,
        new: NewUser,
        once: Option<Once<'_, User>>,
        act: &Act,
    ) -> Result<Made<Arc<User>>, DirectoryError> {
        let mut writing = self.writing();
        if let Some(answer) = writing.answered(account, once.as_ref(), act.at)? {
            return Ok(Made::Before(answer));
        }
        let teams = new.teams.clone();
        let user = Arc::new(new.created(account, act.at));
        let joined = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            tenant.admits(&user)?;
            tenant.teams_with(user.id, &teams, act.at)?
        };
        let kept = once.map(|once| once.kept(&user)).transpose()?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            store(tx, &user)?;
            teams::store_all(tx, &joined)?;
            kept.as_ref().map_or(Ok(()), |kept| kept.store(tx, account, act.at))
        };
        writing.commit(account, act, stored, |memory| {
            let tenant = memory.stored_in(account);
            tenant.put_user(user.clone());
            tenant.put_teams(&joined);
            tenant.put_answered(kept.as_ref(), act.at);
        })?;
        Ok(Made::Now(user))
    }

    /// Takes back a user who was created a moment ago, when what belongs to them could not be made, and
    /// the answer kept under this key: as if they had never been. The audit keeps both lines.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `last_administrator`.
    pub fn withdraw_user(
        &self,
        account: AccountId,
        user: UserId,
        key: Option<[u8; 16]>,
        act: &Act,
    ) -> Result<(), DirectoryError> {
        let mut writing = self.writing();
        let (gone, left) = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            let gone = tenant.user(user)?.clone();
            tenant.admits_change(&gone, &User { active: false, ..User::clone(&gone) })?;
            (gone, tenant.teams_left(user, act.at))
        };
        let stored = |tx: &rusqlite::Transaction<'_>| {
            teams::store_all(tx, &left)?;
            sessions::delete_of(tx, account, user)?;
            key.map_or(Ok(()), |key| idempotency::forget(tx, account, key))?;
            tx.execute("DELETE FROM user WHERE account = ?1 AND id = ?2", params![account.0, user.0]).map(drop)
        };
        writing.commit(account, act, stored, |memory| {
            memory.drop_sessions_of(account, user);
            let tenant = memory.stored_in(account);
            tenant.put_teams(&left);
            tenant.drop_user(&gone);
            key.map(|key| tenant.answered.remove(&key));
        })
    }

    /// Changes a user.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `stale`, `taken`, `last_administrator`.
    pub fn change_user(
        &self,
        account: AccountId,
        user: UserId,
        expected: Option<u64>,
        change: UserChange,
        act: &Act,
    ) -> Result<Arc<User>, DirectoryError> {
        self.rewrite_user(account, user, expected, act, |user| {
            user.login = change.login.unwrap_or(user.login.clone());
            user.name = change.name.unwrap_or(user.name.clone());
            user.email = change.email.unwrap_or(user.email.clone());
            user.role = change.role.unwrap_or(user.role);
        })
    }

    /// Sets the password, which ends all their sessions.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `stale`.
    pub fn set_password(
        &self,
        account: AccountId,
        user: UserId,
        expected: Option<u64>,
        password: PasswordHash,
        act: &Act,
    ) -> Result<Arc<User>, DirectoryError> {
        self.rewrite_user(account, user, expected, act, |user| user.password = Some(password))
    }

    /// Deactivates a user, which ends all their sessions. Twice is no error.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `stale`, `last_administrator`.
    pub fn deactivate_user(
        &self,
        account: AccountId,
        user: UserId,
        expected: Option<u64>,
        act: &Act,
    ) -> Result<Arc<User>, DirectoryError> {
        self.rewrite_user(account, user, expected, act, |user| user.active = false)
    }

    /// Lets a deactivated user log in again. Twice is no error.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_user`, `stale`.
    pub fn reactivate_user(
        &self,
        account: AccountId,
        user: UserId,
        expected: Option<u64>,
        act: &Act,
    ) -> Result<Arc<User>, DirectoryError> {
        self.rewrite_user(account, user, expected, act, |user| user.active = true)
    }

    /// Everybody of an account, by id.
    ///
    /// # Errors
    /// `unknown_account`.
    pub fn everybody(&self, account: AccountId) -> Result<Vec<Arc<User>>, DirectoryError> {
        Ok(self.memory().tenant(account)?.users.values().cloned().collect())
    }

    /// The user with this id.
    pub fn user(&self, account: AccountId, user: UserId) -> Result<Arc<User>, DirectoryError> {
        Ok(self.memory().tenant(account)?.user(user)?.clone())
    }

    /// The user with this login, deactivated ones included.
    pub fn user_by_login(&self, account: AccountId, login: &Login) -> Option<Arc<User>> {
        let memory = self.memory();
        let tenant = memory.accounts.get(&account)?;
        tenant.users.get(tenant.logins.get(login)?).cloned()
    }

    /// Every change of a user. What follows from it is found by comparing: a new password, another role and
    /// deactivation end sessions, and who is no supervisor supervises no team.
    fn rewrite_user(
        &self,
        account: AccountId,
        id: UserId,
        expected: Option<u64>,
        act: &Act,
        edit: impl FnOnce(&mut User),
    ) -> Result<Arc<User>, DirectoryError> {
        let mut writing = self.writing();
        let (before, after, left_teams) = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            let before = tenant.user(id)?.clone();
            fresh(expected, before.version)?;
            let mut after = User::clone(&before);
            edit(&mut after);
            if after == *before {
                return Ok(before);
            }
            tenant.admits_change(&before, &after)?;
            after.version += 1;
            after.updated_at = act.at;
            let left_teams = if after.role < Role::Supervisor { tenant.teams_without(id, act.at) } else { vec![] };
            (before, Arc::new(after), left_teams)
        };
        let ends_sessions = after.password != before.password || after.role != before.role || !after.active;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            store(tx, &after)?;
            teams::store_all(tx, &left_teams)?;
            if ends_sessions { sessions::delete_of(tx, account, id) } else { Ok(()) }
        };
        writing.commit(account, act, stored, |memory| {
            if ends_sessions {
                memory.drop_sessions_of(account, id);
            }
            let tenant = memory.stored_in(account);
            tenant.put_user(after.clone());
            tenant.put_teams(&left_teams);
        })?;
        Ok(after)
    }
}

impl NewUser {
    pub(super) fn created(self, account: AccountId, at: Timestamp) -> User {
        let NewUser { id, login, name, email, role, password, teams: _ } = self;
        User {
            id,
            account,
            login,
            name,
            email,
            role,
            active: true,
            password,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }
}

impl Tenant {
    pub(super) fn admits(&self, new: &User) -> Result<(), DirectoryError> {
        if self.logins.contains_key(&new.login) {
            return Err(DirectoryError::Taken { field: "login" });
        }
        if self.users.contains_key(&new.id) {
            return Err(DirectoryError::Taken { field: "id" });
        }
        if self.users.len() >= USERS_MAX {
            return Err(DirectoryError::LimitReached { what: "users", max: USERS_MAX });
        }
        Ok(())
    }

    fn admits_change(&self, before: &User, after: &User) -> Result<(), DirectoryError> {
        if self.logins.get(&after.login).is_some_and(|&holder| holder != after.id) {
            return Err(DirectoryError::Taken { field: "login" });
        }
        let administers = |user: &User| user.active && user.role == Role::Administrator;
        if administers(before) && !administers(after) && self.administrators.len() == 1 {
            return Err(DirectoryError::LastAdministrator);
        }
        Ok(())
    }
}

impl User {
    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<User> {
        Ok(User {
            id: UserId(row.get("id")?),
            account: AccountId(row.get("account")?),
            login: Login::stored(row.get("login")?),
            name: PersonName::stored(row.get("name")?),
            email: row.get::<_, Option<String>>("email")?.map(Email::stored),
            role: load::word(row, "role")?,
            active: row.get("active")?,
            password: row.get::<_, Option<String>>("password")?.map(PasswordHash::stored),
            created_at: Timestamp(row.get("created_at")?),
            updated_at: Timestamp(row.get("updated_at")?),
            version: load::number(row, "version")?,
        })
    }
}

pub(super) fn store(db: &Connection, user: &User) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO user (account, id, login, name, email, role, active, password, created_at, updated_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (account, id) DO UPDATE SET login = excluded.login, name = excluded.name, email = excluded.email,
            role = excluded.role, active = excluded.active, password = excluded.password,
            updated_at = excluded.updated_at, version = excluded.version",
    )?
    .execute(params![
        user.account.0,
        user.id.0,
        user.login.reveal(),
        user.name.reveal(),
        user.email.as_ref().map(Email::reveal),
        user.role.as_str(),
        user.active,
        user.password.as_ref().map(PasswordHash::as_stored),
        user.created_at.0,
        user.updated_at.0,
        user.version as i64
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Answer;
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;
    use std::thread;

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::stored(text.into())
    }

    #[test]
    fn who_is_taken_back_leaves_login_team_and_key_free() {
        let mut scene = Scene::new();
        let boss = scene.user_as("boss", Role::Supervisor);
        let team = scene.team("sales", &[boss], &[]);
        let answer = |user: &User| Answer { status: 201, body: user.id.to_string().into_bytes() };
        let create = |scene: &Scene| {
            let new = NewUser { teams: [team].into(), ..scene.new_user("anna") };
            let once = Once { key: [1; 16], request: [1; 16], answer: &answer };
            scene.directory.create_user(scene.acme, new, Some(once), &act("user.created")).unwrap().now()
        };
        let anna = create(&scene).unwrap().id;
        assert_eq!(scene.directory.teams_of(scene.acme, anna).unwrap(), [team]);
        assert!(create(&scene).is_none(), "the key stands for the first");
        scene.session(anna);
        scene.directory.withdraw_user(scene.acme, anna, Some([1; 16]), &act("user.withdrawn")).unwrap();
        for _ in 0..2 {
            assert_eq!(scene.directory.user(scene.acme, anna).unwrap_err().code(), "unknown_user");
            assert_eq!(scene.directory.team(scene.acme, team).unwrap().members, [boss].into());
            scene.reopen();
        }
        assert!(create(&scene).is_some());
    }

    #[test]
    fn nobody_is_created_for_a_team_that_is_not_there() {
        let scene = Scene::new();
        let new = NewUser { teams: [TeamId::from_u128(1)].into(), ..scene.new_user("anna") };
        let refused = scene.directory.create_user(scene.acme, new, None, &act("user.created"));
        assert_eq!(refused.unwrap_err().code(), "unknown_team");
        assert!(scene.directory.user_by_login(scene.acme, &Login::new("anna").unwrap()).is_none());
    }

    #[test]
    fn a_user_is_found_again_after_a_restart_with_all_that_was_said() {
        let mut scene = Scene::new();
        let new = NewUser {
            email: Some(Email::new("anna@example.org").unwrap()),
            role: Role::Manager,
            password: Some(hash("$hash")),
            ..scene.new_user("anna")
        };
        let made = scene.directory.create_user(scene.acme, new, None, &act("user.created")).unwrap().now().unwrap();
        let change =
            UserChange { email: Some(None), name: Some(PersonName::new("Anna B").unwrap()), ..UserChange::default() };
        let later = act_at("user.changed", NOW.plus_ms(5));
        let changed = scene.directory.change_user(scene.acme, made.id, Some(1), change, &later).unwrap();
        assert_eq!((changed.version, changed.created_at, changed.updated_at), (2, NOW, NOW.plus_ms(5)));
        assert_eq!((changed.name.reveal(), &changed.email, changed.role), ("Anna B", &None, Role::Manager));
        scene.reopen();
        assert_eq!(scene.directory.user(scene.acme, made.id).unwrap(), changed);
        assert_eq!(scene.directory.user_by_login(scene.acme, &Login::new("ANNA").unwrap()).unwrap(), changed);
    }

    #[test]
    fn a_login_is_held_by_one_user_and_free_after_it_is_changed() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let bert = scene.user("bert");
        let login = |text| UserChange { login: Some(Login::new(text).unwrap()), ..UserChange::default() };
        let change =
            |user, text| scene.directory.change_user(scene.acme, user, None, login(text), &act("user.changed"));
        assert_eq!(change(bert, "Anna").unwrap_err(), DirectoryError::Taken { field: "login" });
        change(anna, "anna.b").unwrap();
        assert_eq!(change(bert, "anna").unwrap().id, bert);
        let find = |text| scene.directory.user_by_login(scene.acme, &Login::new(text).unwrap()).map(|user| user.id);
        assert_eq!((find("anna"), find("anna.b"), find("bert")), (Some(bert), Some(anna), None));
    }

    #[test]
    fn of_many_who_create_the_same_login_at_one_time_one_succeeds() {
        let scene = Scene::new();
        let made = thread::scope(|threads| {
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    let new = scene.new_user("anna");
                    let scene = &scene;
                    threads.spawn(move || scene.directory.create_user(scene.acme, new, None, &act("user.created")))
                })
                .collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        assert!(made.iter().flat_map(|made| made.as_ref().err()).all(|error| error.code() == "taken"));
        assert_eq!(scene.directory.audit(scene.acme, None, 10).unwrap().len(), 2);
    }

    #[test]
    fn the_last_active_administrator_stays_one() {
        let scene = Scene::new();
        let (root, second) = (scene.user_as("root", Role::Administrator), scene.user_as("second", Role::Administrator));
        let demote = |user| {
            let change = UserChange { role: Some(Role::Manager), ..UserChange::default() };
            scene.directory.change_user(scene.acme, user, None, change, &act("user.changed"))
        };
        let deactivate = |user| scene.directory.deactivate_user(scene.acme, user, None, &act("user.deactivated"));
        deactivate(second).unwrap();
        assert_eq!(demote(root).unwrap_err(), DirectoryError::LastAdministrator);
        assert_eq!(deactivate(root).unwrap_err().code(), "last_administrator");
        scene.directory.reactivate_user(scene.acme, second, None, &act("user.reactivated")).unwrap();
        demote(root).unwrap();
        assert_eq!(demote(second).unwrap_err(), DirectoryError::LastAdministrator);
    }

    #[test]
    fn password_role_and_deactivation_end_sessions_and_a_name_does_not() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let (d, acme) = (&scene.directory, scene.acme);
        let lives = |token: &str| d.find_session(token, NOW).is_some();
        let change = |change| d.change_user(acme, anna, None, change, &act("user.changed")).unwrap();

        let token = scene.session(anna);
        change(UserChange { name: Some(PersonName::new("Anna B").unwrap()), ..UserChange::default() });
        assert!(lives(&token));
        change(UserChange { role: Some(Role::Supervisor), ..UserChange::default() });
        assert!(!lives(&token));
        let token = scene.session(anna);
        d.set_password(acme, anna, None, hash("$new"), &act("user.password_set")).unwrap();
        assert!(!lives(&token));
        let (token, other) = (scene.session(anna), scene.session(scene.user("bert")));
        d.deactivate_user(acme, anna, None, &act("user.deactivated")).unwrap();
        assert!(!lives(&token) && lives(&other));
    }

    #[test]
    fn an_act_that_changes_nothing_leaves_no_line() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let before = scene.directory.audit(scene.acme, None, 100).unwrap();
        scene.directory.reactivate_user(scene.acme, anna, None, &act("user.reactivated")).unwrap();
        let same = UserChange { login: Some(Login::new("ANNA").unwrap()), ..UserChange::default() };
        assert_eq!(scene.directory.change_user(scene.acme, anna, None, same, &act("user.changed")).unwrap().version, 1);
        assert_eq!(scene.directory.audit(scene.acme, None, 100).unwrap(), before);
    }

    #[test]
    fn a_change_made_for_an_older_version_is_stale_and_changes_nothing() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        scene.rename_login(anna, "anna.b");
        let deactivated = scene.directory.deactivate_user(scene.acme, anna, Some(1), &act("user.deactivated"));
        assert_eq!(deactivated.unwrap_err(), DirectoryError::Stale { current: 2, expected: 1 });
        let set = scene.directory.set_password(scene.acme, anna, Some(1), hash("$x"), &act("user.password_set"));
        assert_eq!(set.unwrap_err().code(), "stale");
        let user = scene.directory.user(scene.acme, anna).unwrap();
        assert!(user.active && user.password.is_none());
    }

    #[test]
    fn a_write_that_the_disk_refuses_is_not_shown_either() {
        let mut scene = Scene::new();
        let anna = scene.user("anna");
        scene.directory.writing().db.pragma_update(None, "query_only", true).unwrap();
        let new = scene.new_user("bert");
        let made = scene.directory.create_user(scene.acme, new, None, &act("user.created"));
        assert_eq!(made.unwrap_err().code(), "unavailable");
        assert!(scene.directory.deactivate_user(scene.acme, anna, None, &act("user.deactivated")).is_err());
        let shown = |scene: &Scene| {
            (
                scene.directory.user_by_login(scene.acme, &Login::new("bert").unwrap()),
                scene.directory.user(scene.acme, anna).unwrap().active,
            )
        };
        assert_eq!(shown(&scene), (None, true));
        scene.directory.writing().db.pragma_update(None, "query_only", false).unwrap();
        scene.user("cecilia");
        scene.reopen();
        assert_eq!(shown(&scene), (None, true));
        assert!(scene.directory.user_by_login(scene.acme, &Login::new("cecilia").unwrap()).is_some());
    }
}
