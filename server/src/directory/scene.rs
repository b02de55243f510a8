//! The scene of the directory's tests: one account in a directory of its own, and short words to people it.

use super::*;
use crate::auth::Role;
use readyroom_core::ids::{AccountId, QueueId, Timestamp, UserId};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp(1_772_442_000_000);

/// Ids grow, as those of the dice do.
fn next() -> u128 {
    static LAST: AtomicU64 = AtomicU64::new(1_000);
    LAST.fetch_add(1, Ordering::Relaxed).into()
}

pub fn act(word: &'static str) -> Act {
    act_at(word, NOW)
}

pub fn act_at(word: &'static str, at: Timestamp) -> Act {
    Act::new(at, By::Cli, word, "")
}

pub fn new_account(name: &str) -> NewAccount {
    NewAccount {
        id: AccountId::from_u128(next()),
        name: name.into(),
        zone: None,
        text_retention_days: None,
        general_queue: QueueId::from_u128(next()),
    }
}

/// Another name for a team.
pub fn named(name: &str) -> TeamChange {
    TeamChange { name: Some(name.into()), ..TeamChange::default() }
}

/// Other people for a team.
pub fn people(members: &[UserId], supervisors: &[UserId]) -> TeamChange {
    let set = |people: &[UserId]| Some(people.iter().copied().collect());
    TeamChange { name: None, members: set(members), supervisors: set(supervisors) }
}

pub struct Scene {
    pub directory: Directory,
    pub acme: AccountId,
    dir: TempDir,
}

impl Scene {
    pub fn new() -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::open(dir.path(), Settings::default()).unwrap();
        let acme = directory.create_account(new_account("acme"), &act("account.created")).unwrap().id;
        Scene { directory, acme, dir }
    }

    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Goes on with what lies on the disk now, as after a crash: nothing is closed before it is copied.
    pub fn reopen(&mut self) {
        let copy = tempfile::tempdir().unwrap();
        for file in ["directory.db", "directory.db-wal"] {
            std::fs::copy(self.dir().join(file), copy.path().join(file)).unwrap();
        }
        self.directory = Directory::open(copy.path(), Settings::default()).unwrap();
        self.dir = copy;
    }

    pub fn account(&self, name: &str) -> AccountId {
        self.directory.create_account(new_account(name), &act("account.created")).unwrap().id
    }

    pub fn new_user(&self, login: &str) -> NewUser {
        NewUser {
            id: UserId::from_u128(next()),
            login: Login::new(login).unwrap(),
            name: PersonName::new(&format!("Name of {login}")).unwrap(),
            email: None,
            role: Role::Agent,
            password: None,
            teams: Default::default(),
        }
    }

    pub fn user(&self, login: &str) -> UserId {
        self.user_as(login, Role::Agent)
    }

    pub fn user_as(&self, login: &str, role: Role) -> UserId {
        let new = NewUser { role, ..self.new_user(login) };
        self.directory.create_user(self.acme, new, None, &act("user.created")).unwrap().now().unwrap().id
    }

    pub fn rename_login(&self, user: UserId, login: &str) {
        let change = UserChange { login: Some(Login::new(login).unwrap()), ..UserChange::default() };
        self.directory.change_user(self.acme, user, None, change, &act("user.changed")).unwrap();
    }

    pub fn session(&self, user: UserId) -> String {
        let (token, _) = self.directory.create_session(self.acme, user, &act("session.created")).unwrap();
        token.reveal().to_owned()
    }

    pub fn new_team(&self, name: &str, members: &[UserId], supervisors: &[UserId]) -> NewTeam {
        NewTeam {
            id: TeamId::from_u128(next()),
            name: name.into(),
            members: members.iter().copied().collect(),
            supervisors: supervisors.iter().copied().collect(),
        }
    }

    pub fn team(&self, name: &str, members: &[UserId], supervisors: &[UserId]) -> TeamId {
        let new = self.new_team(name, members, supervisors);
        self.directory.create_team(self.acme, new, None, &act("team.created")).unwrap().now().unwrap().id
    }
}
