//! Teams: their members, and the supervisors who see them.

use super::audit::Act;
use super::error::{DirectoryError, fresh};
use super::idempotency::{Made, Once};
use super::limits::{PAGE_MAX, TEAM_NAME_CHARS, TEAMS_MAX};
use super::memory::{Tenant, teams_in};
use super::personal::plain_text;
use super::{Directory, load};
use crate::auth::{Role, Scope};
use readyroom_core::ids::TeamId;
use readyroom_core::ids::{AccountId, Timestamp, UserId};
use rusqlite::{Connection, Row, params};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// A team of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its account.
    pub account: AccountId,
    /// Unique in the account, whatever the case: 1 to 64 characters.
    pub name: String,
    /// Who belongs to it.
    pub members: BTreeSet<UserId>,
    /// Who sees its members; of the role supervisor or above.
    pub supervisors: BTreeSet<UserId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When something of the above changed last.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: u64,
}

/// A team to be created.
#[derive(Clone, Debug)]
pub struct NewTeam {
    /// Its id, new.
    pub id: TeamId,
    /// See [`Team::name`].
    pub name: String,
    /// See [`Team::members`].
    pub members: BTreeSet<UserId>,
    /// See [`Team::supervisors`].
    pub supervisors: BTreeSet<UserId>,
}

/// What changes; none: stays.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    /// See [`Team::name`].
    pub name: Option<String>,
    /// See [`Team::members`]; those not named leave.
    pub members: Option<BTreeSet<UserId>>,
    /// See [`Team::supervisors`]; those not named leave.
    pub supervisors: Option<BTreeSet<UserId>>,
}

/// As what somebody is in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamPart {
    /// Belongs to it.
    Member,
    /// Sees its members.
    Supervisor,
}

impl Directory {
    /// Creates a team.
    ///
    /// # Errors
    /// `unknown_account`, `taken`, `invalid`, `unknown_user`, `limit_reached`, `idempotency_key_reused`.
    pub fn create_team(
        &self,
        account: AccountId,
        new: NewTeam,
        once: Option<Once<'_, Team>>,
        act: &Act,
    ) -> Result<Made<Arc<Team>>, DirectoryError> {
        let mut writing = self.writing();
        if let Some(answer) = writing.answered(account, once.as_ref(), act.at)? {
            return Ok(Made::Before(answer));
        }
        let NewTeam { id, name, members, supervisors } = new;
        let team = Team { id, account, name, members, supervisors, created_at: act.at, updated_at: act.at, version: 1 };
        let team = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            if tenant.teams.contains_key(&id) {
                return Err(DirectoryError::Taken { field: "id" });
            }
            if tenant.teams.len() >= TEAMS_MAX {
                return Err(DirectoryError::LimitReached { what: "teams", max: TEAMS_MAX });
            }
            Arc::new(tenant.fitting(team)?)
        };
        let kept = once.map(|once| once.kept(&team)).transpose()?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            store(tx, &team, None)?;
            kept.as_ref().map_or(Ok(()), |kept| kept.store(tx, account, act.at))
        };
        writing.commit(account, act, stored, |memory| {
            let tenant = memory.stored_in(account);
            tenant.put_team(team.clone());
            tenant.put_answered(kept.as_ref(), act.at);
        })?;
        Ok(Made::Now(team))
    }

    /// Changes a team: its name, and who is in it.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_team`, `stale`, `taken`, `invalid`, `unknown_user`.
    pub fn change_team(
        &self,
        account: AccountId,
        team: TeamId,
        expected: Option<u64>,
        change: TeamChange,
        act: &Act,
    ) -> Result<Arc<Team>, DirectoryError> {
        self.rewrite_team(account, team, expected, act, |team| {
            team.name = change.name.unwrap_or_else(|| team.name.clone());
            team.members = change.members.unwrap_or_else(|| team.members.clone());
            team.supervisors = change.supervisors.unwrap_or_else(|| team.supervisors.clone());
        })
    }

    /// Puts one person into a part of a team, or takes them out. Twice is no error.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_team`, `unknown_user`, `invalid`.
    pub fn set_in_team(
        &self,
        account: AccountId,
        team: TeamId,
        (user, part): (UserId, TeamPart),
        belongs: bool,
        act: &Act,
    ) -> Result<Arc<Team>, DirectoryError> {
        self.rewrite_team(account, team, None, act, |team| {
            let people = match part {
                TeamPart::Member => &mut team.members,
                TeamPart::Supervisor => &mut team.supervisors,
            };
            if belongs {
                people.insert(user)
            } else {
                people.remove(&user)
            };
        })
    }

    /// Deletes a team. Its people stay.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_team`, `stale`.
    pub fn delete_team(
        &self,
        account: AccountId,
        team: TeamId,
        expected: Option<u64>,
        act: &Act,
    ) -> Result<(), DirectoryError> {
        let mut writing = self.writing();
        fresh(expected, writing.memory().tenant(account)?.team(team)?.version)?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            tx.execute("DELETE FROM team WHERE account = ?1 AND id = ?2", params![account.0, team.0]).map(drop)
        };
        writing.commit(account, act, stored, |memory| memory.stored_in(account).drop_team(team))
    }

    /// The team with this id.
    pub fn team(&self, account: AccountId, team: TeamId) -> Result<Arc<Team>, DirectoryError> {
        Ok(self.memory().tenant(account)?.team(team)?.clone())
    }

    /// The teams after `after`, the oldest first; at most `limit` of them (1 to 500).
    pub fn teams(
        &self,
        account: AccountId,
        after: Option<TeamId>,
        limit: usize,
    ) -> Result<Vec<Arc<Team>>, DirectoryError> {
        let memory = self.memory();
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let teams = memory.tenant(account)?.teams.range(from).take(limit.clamp(1, PAGE_MAX));
        Ok(teams.map(|(_, team)| team.clone()).collect())
    }

    /// The teams this user belongs to.
    pub fn teams_of(&self, account: AccountId, user: UserId) -> Result<Vec<TeamId>, DirectoryError> {
        let memory = self.memory();
        let tenant = memory.tenant(account)?;
        tenant.user(user)?;
        Ok(teams_in(&tenant.member_of, user).collect())
    }

    /// Whom this user sees: managers and administrators everybody, supervisors the members of the teams they
    /// supervise and themselves, agents themselves. Takes time in proportion to the people seen.
    pub fn scope_of(&self, account: AccountId, user: UserId) -> Result<Scope, DirectoryError> {
        let memory = self.memory();
        let tenant = memory.tenant(account)?;
        Ok(match tenant.user(user)?.role {
            Role::Administrator | Role::Manager => Scope::All,
            Role::Supervisor => {
                let teams = teams_in(&tenant.supervises, user).filter_map(|team| tenant.teams.get(&team));
                Scope::Only(teams.flat_map(|team| team.members.iter().copied()).chain([user]).collect())
            }
            Role::Agent => Scope::Only([user].into()),
        })
    }

    /// The teams of everybody who is in one.
    ///
    /// # Errors
    /// `unknown_account`.
    pub fn teams_by_user(&self, account: AccountId) -> Result<BTreeMap<UserId, Vec<TeamId>>, DirectoryError> {
        let memory = self.memory();
        let mut teams: BTreeMap<UserId, Vec<TeamId>> = BTreeMap::new();
        for &(user, team) in &memory.tenant(account)?.member_of {
            teams.entry(user).or_default().push(team);
        }
        Ok(teams)
    }

    fn rewrite_team(
        &self,
        account: AccountId,
        id: TeamId,
        expected: Option<u64>,
        act: &Act,
        edit: impl FnOnce(&mut Team),
    ) -> Result<Arc<Team>, DirectoryError> {
        let mut writing = self.writing();
        let (before, after) = {
            let memory = writing.memory();
            let tenant = memory.tenant(account)?;
            let before = tenant.team(id)?.clone();
            fresh(expected, before.version)?;
            let mut after = Team::clone(&before);
            edit(&mut after);
            let mut after = tenant.fitting(after)?;
            if after == *before {
                return Ok(before);
            }
            after.version += 1;
            after.updated_at = act.at;
            (before, Arc::new(after))
        };
        let stored = |tx: &rusqlite::Transaction<'_>| store(tx, &after, Some(&before));
        writing.commit(account, act, stored, |memory| memory.stored_in(account).put_team(after.clone()))?;
        Ok(after)
    }
}

impl Tenant {
    /// The team as it can be stored: its name trimmed, and everybody in it known.
    fn fitting(&self, mut team: Team) -> Result<Team, DirectoryError> {
        let Some(name) = plain_text(&team.name, &TEAM_NAME_CHARS).map(str::to_owned) else {
            let why = "1 to 64 characters, none of them a control character".into();
            return Err(DirectoryError::Invalid { field: "name", why });
        };
        if self.team_names.get(&name.to_lowercase()).is_some_and(|&holder| holder != team.id) {
            return Err(DirectoryError::Taken { field: "name" });
        }
        team.name = name;
        if let Some(&user) = team.members.iter().find(|user| !self.users.contains_key(user)) {
            return Err(DirectoryError::UnknownUser { user, field: "members" });
        }
        for &user in &team.supervisors {
            let Some(supervisor) = self.users.get(&user) else {
                return Err(DirectoryError::UnknownUser { user, field: "supervisors" });
            };
            if supervisor.role < Role::Supervisor {
                let why = format!("{user} is an agent; give them the role supervisor first");
                return Err(DirectoryError::Invalid { field: "supervisors", why });
            }
        }
        Ok(team)
    }

    /// The teams this user supervises, before and after they cease to.
    pub(super) fn teams_without(&self, supervisor: UserId, at: Timestamp) -> Vec<Rewritten> {
        let teams = teams_in(&self.supervises, supervisor).filter_map(|team| self.teams.get(&team));
        let leave = |team: &mut Team| {
            team.supervisors.remove(&supervisor);
        };
        teams.map(|before| rewritten(before, at, leave)).collect()
    }

    /// These teams, before and after this user comes to them.
    pub(super) fn teams_with(
        &self,
        user: UserId,
        teams: &BTreeSet<TeamId>,
        at: Timestamp,
    ) -> Result<Vec<Rewritten>, DirectoryError> {
        let join = |team: &mut Team| {
            team.members.insert(user);
        };
        teams.iter().map(|&team| Ok(rewritten(self.team(team)?, at, join))).collect()
    }

    /// All teams with this user in any part, before and after they are gone.
    pub(super) fn teams_left(&self, user: UserId, at: Timestamp) -> Vec<Rewritten> {
        let all: BTreeSet<TeamId> = teams_in(&self.member_of, user).chain(teams_in(&self.supervises, user)).collect();
        let leave = |team: &mut Team| {
            team.members.remove(&user);
            team.supervisors.remove(&user);
        };
        all.iter().filter_map(|team| self.teams.get(team)).map(|before| rewritten(before, at, leave)).collect()
    }
}

/// A team before and after a change.
pub(super) type Rewritten = (Arc<Team>, Arc<Team>);

fn rewritten(before: &Arc<Team>, at: Timestamp, edit: impl Fn(&mut Team)) -> Rewritten {
    let mut after = Team::clone(before);
    edit(&mut after);
    after.version += 1;
    after.updated_at = at;
    (before.clone(), Arc::new(after))
}

impl Team {
    /// The team without its people, who stand in rows of their own.
    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<Team> {
        Ok(Team {
            id: TeamId(row.get("id")?),
            account: AccountId(row.get("account")?),
            name: row.get("name")?,
            members: BTreeSet::new(),
            supervisors: BTreeSet::new(),
            created_at: Timestamp(row.get("created_at")?),
            updated_at: Timestamp(row.get("updated_at")?),
            version: load::number(row, "version")?,
        })
    }
}

/// Writes teams that changed.
pub(super) fn store_all(db: &Connection, changed: &[Rewritten]) -> rusqlite::Result<()> {
    changed.iter().try_for_each(|(before, after)| store(db, after, Some(before)))
}

/// Writes a team, and of its people those who come and go.
pub(super) fn store(db: &Connection, team: &Team, before: Option<&Arc<Team>>) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO team (account, id, name, created_at, updated_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at,
            version = excluded.version",
    )?
    .execute(params![
        team.account.0,
        team.id.0,
        team.name,
        team.created_at.0,
        team.updated_at.0,
        team.version as i64
    ])?;
    let nobody = BTreeSet::new();
    let (members, supervisors) = before.map_or((&nobody, &nobody), |team| (&team.members, &team.supervisors));
    for (before, after, supervises) in [(members, &team.members, false), (supervisors, &team.supervisors, true)] {
        for (sql, people) in [
            (
                "DELETE FROM team_person WHERE account = ?1 AND team = ?2 AND user = ?3 AND supervises = ?4",
                before.difference(after),
            ),
            (
                "INSERT INTO team_person (account, team, user, supervises) VALUES (?1, ?2, ?3, ?4)",
                after.difference(before),
            ),
        ] {
            let mut write = db.prepare_cached(sql)?;
            for user in people {
                write.execute(params![team.account.0, team.id.0, user.0, supervises])?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::UserChange;
    use super::super::scene::{NOW, Scene, act, act_at, named, people};
    use super::*;

    #[test]
    fn a_team_is_found_again_after_a_restart_with_its_people() {
        let mut scene = Scene::new();
        let (anna, bert, cecilia) =
            (scene.user("anna"), scene.user("bert"), scene.user_as("cecilia", Role::Supervisor));
        let id = scene.team("Sales", &[anna, bert], &[cecilia]);
        let later = act_at("team.changed", NOW.plus_ms(1));
        let change = people(&[bert, cecilia], &[cecilia]);
        scene.directory.change_team(scene.acme, id, Some(1), change, &later).unwrap();
        let team = scene.directory.change_team(scene.acme, id, Some(2), named(" Försäljning "), &later).unwrap();
        assert_eq!((team.name.as_str(), team.version, team.updated_at), ("Försäljning", 3, NOW.plus_ms(1)));
        scene.reopen();
        assert_eq!(scene.directory.team(scene.acme, id).unwrap(), team);
        assert_eq!(scene.directory.teams(scene.acme, None, 10).unwrap(), [team]);
        assert_eq!(scene.directory.teams_of(scene.acme, anna).unwrap(), []);
        assert_eq!(scene.directory.teams_of(scene.acme, bert).unwrap(), [id]);
    }

    #[test]
    fn one_person_comes_and_goes_without_the_others() {
        let scene = Scene::new();
        let (anna, bert, boss) = (scene.user("anna"), scene.user("bert"), scene.user_as("boss", Role::Supervisor));
        let team = scene.team("sales", &[anna], &[]);
        let set = |user, part, belongs| {
            scene.directory.set_in_team(scene.acme, team, (user, part), belongs, &act("team.changed"))
        };
        set(bert, TeamPart::Member, true).unwrap();
        set(boss, TeamPart::Supervisor, true).unwrap();
        let after = set(boss, TeamPart::Supervisor, true).unwrap();
        assert_eq!((after.members.len(), after.version), (2, 3), "twice is no change");
        assert_eq!(set(anna, TeamPart::Supervisor, true).unwrap_err().code(), "invalid");
        assert_eq!(set(UserId::from_u128(1), TeamPart::Member, true).unwrap_err().code(), "unknown_user");
        assert_eq!(set(anna, TeamPart::Member, false).unwrap().members, [bert].into());
    }

    #[test]
    fn a_supervisor_sees_the_members_of_all_teams_supervised_and_agents_only_themselves() {
        let scene = Scene::new();
        let (anna, bert, cecilia) = (scene.user("anna"), scene.user("bert"), scene.user("cecilia"));
        let boss = scene.user_as("boss", Role::Supervisor);
        let manager = scene.user_as("manager", Role::Manager);
        scene.team("sales", &[anna], &[boss]);
        let support = scene.team("support", &[bert], &[boss, manager]);
        scene.team("others", &[cecilia, boss], &[]);
        let scope = |user| scene.directory.scope_of(scene.acme, user).unwrap();
        assert_eq!(scope(boss), Scope::Only([anna, bert, boss].into()));
        assert_eq!((scope(manager), scope(anna)), (Scope::All, Scope::Only([anna].into())));
        scene.directory.delete_team(scene.acme, support, None, &act("team.deleted")).unwrap();
        assert_eq!(scope(boss), Scope::Only([anna, boss].into()));
    }

    #[test]
    fn who_becomes_an_agent_supervises_nobody_also_after_a_restart() {
        let mut scene = Scene::new();
        let (anna, boss) = (scene.user("anna"), scene.user_as("boss", Role::Supervisor));
        let team = scene.team("sales", &[anna], &[boss]);
        let role = |role| UserChange { role: Some(role), ..UserChange::default() };
        for change in [role(Role::Agent), role(Role::Supervisor)] {
            scene.directory.change_user(scene.acme, boss, None, change, &act("user.changed")).unwrap();
        }
        for _ in 0..2 {
            assert_eq!(scene.directory.scope_of(scene.acme, boss).unwrap(), Scope::Only([boss].into()));
            let team = scene.directory.team(scene.acme, team).unwrap();
            assert_eq!((team.supervisors.len(), team.version), (0, 2));
            scene.reopen();
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_field() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let nobody = UserId::from_u128(404);
        scene.team("Sales", &[], &[]);
        let create = |name: &str, members: &[UserId], supervisors: &[UserId]| {
            let new = scene.new_team(name, members, supervisors);
            let error = scene.directory.create_team(scene.acme, new, None, &act("team.created")).unwrap_err();
            (error.code(), error.field())
        };
        assert_eq!(create("SALES", &[], &[]), ("taken", Some("name")));
        assert_eq!(create(" ", &[], &[]), ("invalid", Some("name")));
        assert_eq!(create(&"x".repeat(65), &[], &[]), ("invalid", Some("name")));
        assert_eq!(create("new", &[nobody], &[]), ("unknown_user", Some("members")));
        assert_eq!(create("new", &[], &[nobody]), ("unknown_user", Some("supervisors")));
        assert_eq!(create("new", &[], &[anna]), ("invalid", Some("supervisors")));
        assert_eq!(scene.directory.teams(scene.acme, None, 10).unwrap().len(), 1);
    }

    #[test]
    fn a_name_is_free_again_after_its_team_is_deleted_or_renamed() {
        let scene = Scene::new();
        let first = scene.team("sales", &[], &[]);
        let stale = scene.directory.delete_team(scene.acme, first, Some(7), &act("team.deleted"));
        assert_eq!(stale.unwrap_err().code(), "stale");
        scene.directory.change_team(scene.acme, first, None, named("Sales"), &act("team.renamed")).unwrap();
        scene.directory.change_team(scene.acme, first, None, named("field"), &act("team.renamed")).unwrap();
        let second = scene.team("sales", &[], &[]);
        scene.directory.delete_team(scene.acme, second, Some(1), &act("team.deleted")).unwrap();
        assert_eq!(scene.directory.team(scene.acme, second).unwrap_err().code(), "unknown_team");
        scene.team("sales", &[], &[]);
    }
}
