//! Everything the directory knows, as reads find it. What is put here has been committed before.

use super::accounts::Account;
use super::api_keys::ApiKey;
use super::error::DirectoryError;
use super::idempotency::{Kept, Known};
use super::personal::Login;
use super::secret::Hash;
use super::sessions::Session;
use super::setup::SetupToken;
use super::teams::{Rewritten, Team};
use super::users::User;
use super::widgets::Widget;
use crate::auth::Role;
use readyroom_core::ids::{AccountId, KeyId, SessionId, TeamId, Timestamp, UserId, WidgetId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All accounts, and the way from what a stranger shows to what it belongs to.
#[derive(Default)]
pub(super) struct Memory {
    pub accounts: BTreeMap<AccountId, Tenant>,
    pub account_names: BTreeMap<String, AccountId>,
    pub sessions: BTreeMap<Hash, Arc<Session>>,
    pub keys: BTreeMap<Hash, Arc<ApiKey>>,
    pub widgets: BTreeMap<WidgetId, Arc<Widget>>,
    pub setup: Option<SetupToken>,
}

/// One account.
pub(super) struct Tenant {
    pub account: Arc<Account>,
    pub users: BTreeMap<UserId, Arc<User>>,
    pub logins: BTreeMap<Login, UserId>,
    /// The active ones.
    pub administrators: BTreeSet<UserId>,
    pub teams: BTreeMap<TeamId, Arc<Team>>,
    /// By name in small letters.
    pub team_names: BTreeMap<String, TeamId>,
    pub member_of: BTreeSet<(UserId, TeamId)>,
    pub supervises: BTreeSet<(UserId, TeamId)>,
    pub sessions: BTreeMap<UserId, BTreeMap<SessionId, Arc<Session>>>,
    pub keys: BTreeMap<KeyId, Arc<ApiKey>>,
    /// To which requests the answers were given that are kept, by idempotency key.
    pub answered: BTreeMap<[u8; 16], Known>,
    pub widgets: BTreeMap<WidgetId, Arc<Widget>>,
    /// Number of the newest audit line.
    pub audit_last: u64,
}

impl Memory {
    pub fn tenant(&self, account: AccountId) -> Result<&Tenant, DirectoryError> {
        self.accounts.get(&account).ok_or(DirectoryError::UnknownAccount)
    }

    /// The account of something that was just stored in it.
    pub fn stored_in(&mut self, account: AccountId) -> &mut Tenant {
        self.accounts.get_mut(&account).expect("the store refuses what belongs to no account")
    }

    pub fn put_account(&mut self, account: Arc<Account>) {
        let id = account.id;
        if let Some(tenant) = self.accounts.get_mut(&id) {
            self.account_names.remove(&tenant.account.name);
            tenant.account = account.clone();
        } else {
            self.accounts.insert(id, Tenant::new(account.clone()));
        }
        self.account_names.insert(account.name.clone(), id);
    }

    pub fn put_session(&mut self, session: Arc<Session>) {
        let tenant = self.stored_in(session.account);
        tenant.sessions.entry(session.user).or_default().insert(session.id, session.clone());
        self.sessions.insert(session.hash, session);
    }

    pub fn drop_session(&mut self, session: &Session) {
        self.sessions.remove(&session.hash);
        let tenant = self.stored_in(session.account);
        if let Some(of_user) = tenant.sessions.get_mut(&session.user) {
            of_user.remove(&session.id);
            if of_user.is_empty() {
                tenant.sessions.remove(&session.user);
            }
        }
    }

    pub fn drop_sessions_of(&mut self, account: AccountId, user: UserId) {
        for session in self.stored_in(account).sessions.remove(&user).unwrap_or_default().values() {
            self.sessions.remove(&session.hash);
        }
    }

    pub fn put_key(&mut self, key: Arc<ApiKey>) {
        self.stored_in(key.account).keys.insert(key.id, key.clone());
        self.keys.insert(key.hash, key);
    }

    pub fn drop_key(&mut self, key: &ApiKey) {
        self.stored_in(key.account).keys.remove(&key.id);
        self.keys.remove(&key.hash);
    }
}

impl Tenant {
    fn new(account: Arc<Account>) -> Tenant {
        Tenant {
            account,
            users: BTreeMap::new(),
            logins: BTreeMap::new(),
            administrators: BTreeSet::new(),
            teams: BTreeMap::new(),
            team_names: BTreeMap::new(),
            member_of: BTreeSet::new(),
            supervises: BTreeSet::new(),
            sessions: BTreeMap::new(),
            keys: BTreeMap::new(),
            answered: BTreeMap::new(),
            widgets: BTreeMap::new(),
            audit_last: 0,
        }
    }

    pub fn user(&self, user: UserId) -> Result<&Arc<User>, DirectoryError> {
        self.users.get(&user).ok_or(DirectoryError::UnknownUser { user, field: "user" })
    }

    pub fn team(&self, team: TeamId) -> Result<&Arc<Team>, DirectoryError> {
        self.teams.get(&team).ok_or(DirectoryError::UnknownTeam { team })
    }

    pub fn sessions_of(&self, user: UserId) -> impl DoubleEndedIterator<Item = &Arc<Session>> {
        self.sessions.get(&user).into_iter().flat_map(BTreeMap::values)
    }

    /// An answer that was kept just now, if one was.
    pub fn put_answered(&mut self, kept: Option<&Kept>, at: Timestamp) {
        self.answered.extend(kept.map(|kept| kept.known(at)));
    }

    pub fn put_user(&mut self, user: Arc<User>) {
        if let Some(before) = self.users.insert(user.id, user.clone()) {
            self.logins.remove(&before.login);
        }
        self.logins.insert(user.login.clone(), user.id);
        if user.active && user.role == Role::Administrator {
            self.administrators.insert(user.id);
        } else {
            self.administrators.remove(&user.id);
        }
    }

    pub fn drop_user(&mut self, user: &User) {
        self.users.remove(&user.id);
        self.logins.remove(&user.login);
        self.administrators.remove(&user.id);
    }

    /// Teams that changed, as they are now.
    pub fn put_teams(&mut self, changed: &[Rewritten]) {
        changed.iter().for_each(|(_, after)| self.put_team(after.clone()));
    }

    pub fn put_team(&mut self, team: Arc<Team>) {
        self.drop_team(team.id);
        self.team_names.insert(team.name.to_lowercase(), team.id);
        self.member_of.extend(team.members.iter().map(|&user| (user, team.id)));
        self.supervises.extend(team.supervisors.iter().map(|&user| (user, team.id)));
        self.teams.insert(team.id, team);
    }

    pub fn drop_team(&mut self, id: TeamId) {
        if let Some(team) = self.teams.remove(&id) {
            self.team_names.remove(&team.name.to_lowercase());
            for &user in &team.members {
                self.member_of.remove(&(user, id));
            }
            for &user in &team.supervisors {
                self.supervises.remove(&(user, id));
            }
        }
    }
}

/// The teams of one user in one of the two indexes.
pub(super) fn teams_in(index: &BTreeSet<(UserId, TeamId)>, user: UserId) -> impl Iterator<Item = TeamId> {
    index.range((user, TeamId([0; 16]))..=(user, TeamId([0xff; 16]))).map(|&(_, team)| team)
}
