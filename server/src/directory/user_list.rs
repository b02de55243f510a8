//! Users in pages, filtered, the oldest first.

use super::Directory;
use super::error::DirectoryError;
use super::limits::{PAGE_MAX, SCAN_MAX};
use super::users::User;
use crate::auth::{Role, Scope};
use readyroom_core::ids::TeamId;
use readyroom_core::ids::{AccountId, UserId};
use std::ops::Bound;
use std::sync::Arc;

/// Whom to list; none of a thing: everybody.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// With exactly this role.
    pub role: Option<Role>,
    /// Members of this team.
    pub team: Option<TeamId>,
    /// Active ones, or deactivated ones.
    pub active: Option<bool>,
    /// Whose login, name, or a word of the name, begins so, whatever the case.
    pub begins: Option<String>,
    /// Whom the one who asks can see.
    pub seen_by: Option<Scope>,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// Those who match. There may be few, or none, while there is a next page.
    pub users: Vec<Arc<User>>,
    /// Where the next page begins: pass it as `after`. None: this was the last.
    pub next: Option<UserId>,
}

impl Directory {
    /// The users after `after` who match, at most `limit` of them (1 to 500).
    ///
    /// # Errors
    /// `unknown_account`, `unknown_team`.
    pub fn users(
        &self,
        account: AccountId,
        filter: &UserFilter,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<UserPage, DirectoryError> {
        let memory = self.memory();
        let tenant = memory.tenant(account)?;
        let limit = limit.clamp(1, PAGE_MAX);
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let team = filter.team.map(|team| tenant.team(team)).transpose()?;
        // The narrowest set of candidates, in order of their ids.
        let candidates: Box<dyn Iterator<Item = &Arc<User>>> = match (team, &filter.seen_by) {
            (Some(team), _) => Box::new(team.members.range(from).filter_map(|id| tenant.users.get(id))),
            (None, Some(Scope::Only(people))) => Box::new(people.range(from).filter_map(|id| tenant.users.get(id))),
            (None, _) => Box::new(tenant.users.range(from).map(|(_, user)| user)),
        };
        let mut page = UserPage { users: vec![], next: None };
        let mut seen = None;
        for (looked_at, user) in candidates.enumerate() {
            if looked_at == SCAN_MAX || page.users.len() == limit {
                page.next = seen;
                break;
            }
            seen = Some(user.id);
            if filter.matches(user) {
                page.users.push(user.clone());
            }
        }
        Ok(page)
    }

    /// All active users whose login, name, or a word of the name, begins so.
    ///
    /// # Errors
    /// `unknown_account`.
    pub fn active_beginning(&self, account: AccountId, begins: &str) -> Result<Vec<Arc<User>>, DirectoryError> {
        let filter = UserFilter { active: Some(true), begins: Some(begins.to_owned()), ..UserFilter::default() };
        let memory = self.memory();
        Ok(memory.tenant(account)?.users.values().filter(|user| filter.matches(user)).cloned().collect())
    }
}

impl UserFilter {
    fn matches(&self, user: &User) -> bool {
        let seen = !matches!(&self.seen_by, Some(Scope::Only(people)) if !people.contains(&user.id));
        let begins = self.begins.as_deref().is_none_or(|prefix| {
            user.name.has_word_beginning(prefix) || user.login.reveal().starts_with(&prefix.to_ascii_lowercase())
        });
        seen && begins
            && self.role.is_none_or(|role| role == user.role)
            && self.active.is_none_or(|active| active == user.active)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, act};
    use super::*;

    fn logins(page: &UserPage) -> Vec<&str> {
        page.users.iter().map(|user| user.login.reveal()).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let scene = Scene::new();
        for number in 0..7 {
            scene.user(&format!("u{number}"));
        }
        let mut found = vec![];
        let mut after = None;
        loop {
            let page = scene.directory.users(scene.acme, &UserFilter::default(), after, 3).unwrap();
            found.extend(logins(&page).into_iter().map(str::to_owned));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, ["u0", "u1", "u2", "u3", "u4", "u5", "u6"]);
    }

    #[test]
    fn filters_narrow_together() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let bert = scene.user_as("bert", Role::Supervisor);
        let berta = scene.user("berta");
        scene.directory.deactivate_user(scene.acme, berta, None, &act("user.deactivated")).unwrap();
        let team = scene.team("sales", &[anna, berta], &[bert]);
        let list = |filter: UserFilter| {
            let page = scene.directory.users(scene.acme, &filter, None, 100).unwrap();
            logins(&page).join(" ")
        };
        let any = UserFilter::default;
        assert_eq!(list(any()), "anna bert berta");
        assert_eq!(list(UserFilter { role: Some(Role::Agent), ..any() }), "anna berta");
        assert_eq!(list(UserFilter { team: Some(team), ..any() }), "anna berta");
        assert_eq!(list(UserFilter { active: Some(true), ..any() }), "anna bert");
        assert_eq!(list(UserFilter { begins: Some("BER".into()), ..any() }), "bert berta");
        assert_eq!(list(UserFilter { begins: Some("of berta".into()), ..any() }), "berta");
        let narrow = UserFilter { begins: Some("ber".into()), active: Some(false), team: Some(team), ..any() };
        assert_eq!(list(narrow), "berta");
        let scope = Scope::Only([anna, bert].into());
        assert_eq!(list(UserFilter { seen_by: Some(scope.clone()), ..any() }), "anna bert");
        assert_eq!(list(UserFilter { seen_by: Some(scope), team: Some(team), ..any() }), "anna");
        assert_eq!(list(UserFilter { seen_by: Some(Scope::All), ..any() }), "anna bert berta");
    }
}
