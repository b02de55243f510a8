//! Who asks, and whether they may.

use super::role::{ApiScope, Role};
use crate::directory::{By, SessionId};
use readyroom_core::event::Actor;
use readyroom_core::ids::{AccountId, KeyId, UserId};
use std::collections::BTreeSet;

/// Whoever sent a request, once recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The only account this caller can touch.
    pub account: AccountId,
    /// A person or a program.
    pub who: Who,
}

/// A person or a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person, by a session.
    User {
        /// Who.
        id: UserId,
        /// What they may do.
        role: Role,
        /// By which session they came.
        session: SessionId,
        /// Whom they see.
        scope: Scope,
    },
    /// A program, by its key.
    Key {
        /// Which key.
        id: KeyId,
        /// What it may do.
        scopes: BTreeSet<ApiScope>,
    },
}

/// Whom a person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody in the account.
    All,
    /// These.
    Only(BTreeSet<UserId>),
}

/// What a route asks of its callers: this role of people, this scope of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The least role.
    pub role: Role,
    /// The scope.
    pub scope: ApiScope,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The person's role is too low.
    #[error("this needs the role {needed}, and yours is {has}")]
    Role {
        /// The least role.
        needed: Role,
        /// The caller's.
        has: Role,
    },
    /// The key lacks the scope.
    #[error("this needs a key with the scope {needed}")]
    Scope {
        /// What is missing.
        needed: ApiScope,
    },
}

impl Denied {
    /// For machines.
    pub const fn code(&self) -> &'static str {
        "forbidden"
    }
}

impl Caller {
    /// Whether the caller may do what needs this.
    pub fn may(&self, need: &Need) -> Result<(), Denied> {
        match &self.who {
            Who::User { role, .. } if *role >= need.role => Ok(()),
            Who::User { role, .. } => Err(Denied::Role { needed: need.role, has: *role }),
            Who::Key { scopes, .. } if scopes.contains(&need.scope) || scopes.contains(&ApiScope::All) => Ok(()),
            Who::Key { .. } => Err(Denied::Scope { needed: need.scope }),
        }
    }

    /// Whether the caller may give this role to somebody, or change somebody who has it: nobody can
    /// raise others above themselves, and only a key for everything can make administrators.
    pub fn may_grant(&self, role: Role) -> Result<(), Denied> {
        let scope = if role == Role::Administrator { ApiScope::All } else { ApiScope::PeopleWrite };
        self.may(&Need { role, scope })
    }

    /// Whether this person's state and work are shown to the caller. Programs see the whole account.
    pub fn sees(&self, user: UserId) -> bool {
        match &self.who {
            Who::User { scope: Scope::Only(people), .. } => people.contains(&user),
            Who::User { scope: Scope::All, .. } | Who::Key { .. } => true,
        }
    }

    /// Who acts, as the floor records it, when something is done to this agent.
    pub fn actor_for(&self, agent: UserId) -> Actor {
        match self.who {
            Who::User { id, .. } if id == agent => Actor::Agent(id),
            Who::User { id, .. } => Actor::Supervisor(id),
            Who::Key { id, .. } => Actor::Integration(id),
        }
    }

    /// Who acts, as the floor records it, when no particular agent is concerned.
    pub fn actor(&self) -> Actor {
        match self.who {
            Who::User { id, role: Role::Agent, .. } => Actor::Agent(id),
            Who::User { id, .. } => Actor::Supervisor(id),
            Who::Key { id, .. } => Actor::Integration(id),
        }
    }

    /// Who acts, as the audit records it.
    pub fn by(&self) -> By {
        match self.who {
            Who::User { id, .. } => By::User(id),
            Who::Key { id, .. } => By::Key(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: UserId = UserId::from_u128(1);
    const BERT: UserId = UserId::from_u128(2);
    const KEY: KeyId = KeyId::from_u128(3);

    fn user(role: Role, scope: Scope) -> Caller {
        let who = Who::User { id: ANNA, role, session: SessionId::from_u128(9), scope };
        Caller { account: AccountId::from_u128(7), who }
    }

    fn key(scopes: &[ApiScope]) -> Caller {
        let who = Who::Key { id: KEY, scopes: scopes.iter().copied().collect() };
        Caller { account: AccountId::from_u128(7), who }
    }

    #[test]
    fn a_role_may_what_needs_it_or_a_lesser_one() {
        for &has in Role::ALL {
            for &needed in Role::ALL {
                let need = Need { role: needed, scope: ApiScope::All };
                assert_eq!(user(has, Scope::All).may(&need).is_ok(), has >= needed, "{has} for {needed}");
            }
        }
    }

    #[test]
    fn a_key_may_what_its_scopes_name_and_no_role_helps_it() {
        for &needed in ApiScope::ALL {
            let need = Need { role: Role::Agent, scope: needed };
            assert!(key(&[needed]).may(&need).is_ok() && key(&[ApiScope::All]).may(&need).is_ok());
            let others: Vec<_> =
                ApiScope::ALL.iter().copied().filter(|&scope| scope != needed && scope != ApiScope::All).collect();
            assert_eq!(key(&others).may(&need), Err(Denied::Scope { needed }));
            assert!(key(&[]).may(&need).is_err());
        }
    }

    #[test]
    fn a_denial_names_what_is_missing() {
        let need = Need { role: Role::Manager, scope: ApiScope::ReportsRead };
        let denied = user(Role::Agent, Scope::All).may(&need).unwrap_err();
        assert_eq!(denied.to_string(), "this needs the role manager, and yours is agent");
        assert_eq!(denied.code(), "forbidden");
        let denied = key(&[ApiScope::Stream]).may(&need).unwrap_err();
        assert_eq!(denied.to_string(), "this needs a key with the scope reports:read");
    }

    #[test]
    fn nobody_raises_others_above_themselves() {
        assert!(user(Role::Manager, Scope::All).may_grant(Role::Manager).is_ok());
        assert!(user(Role::Manager, Scope::All).may_grant(Role::Administrator).is_err());
        assert!(key(&[ApiScope::PeopleWrite]).may_grant(Role::Manager).is_ok());
        assert!(key(&[ApiScope::PeopleWrite]).may_grant(Role::Administrator).is_err());
        assert!(key(&[ApiScope::PeopleRead]).may_grant(Role::Agent).is_err());
        assert!(key(&[ApiScope::All]).may_grant(Role::Administrator).is_ok());
    }

    #[test]
    fn a_supervisor_sees_the_own_people_and_a_program_everybody() {
        let supervisor = user(Role::Supervisor, Scope::Only([ANNA].into()));
        assert!(supervisor.sees(ANNA) && !supervisor.sees(BERT));
        assert!(user(Role::Manager, Scope::All).sees(BERT) && key(&[]).sees(BERT));
    }

    #[test]
    fn the_floor_hears_whether_agents_act_for_themselves() {
        let supervisor = user(Role::Supervisor, Scope::All);
        assert_eq!(supervisor.actor_for(ANNA), Actor::Agent(ANNA));
        assert_eq!(supervisor.actor_for(BERT), Actor::Supervisor(ANNA));
        assert_eq!(supervisor.actor(), Actor::Supervisor(ANNA));
        assert_eq!(user(Role::Agent, Scope::All).actor(), Actor::Agent(ANNA));
        assert_eq!(key(&[]).actor_for(ANNA), Actor::Integration(KEY));
        assert_eq!((key(&[]).actor(), key(&[]).by()), (Actor::Integration(KEY), By::Key(KEY)));
    }
}
