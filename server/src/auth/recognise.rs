//! From what a request carries to who sent it.

use super::caller::{Caller, Who};
use crate::directory::{Directory, Session};
use readyroom_core::ids::Timestamp;
use std::sync::Arc;

/// The person whose session has this token, and the session. None: it has ended, or never was.
pub fn by_session(directory: &Directory, token: &str, now: Timestamp) -> Option<(Caller, Arc<Session>)> {
    let session = directory.find_session(token, now)?;
    // Role and scope are of this instant, not of when the session began.
    let user = directory.user(session.account, session.user).ok().filter(|user| user.active)?;
    let scope = directory.scope_of(session.account, session.user).ok()?;
    let who = Who::User { id: user.id, role: user.role, session: session.id, scope };
    Some((Caller { account: session.account, who }, session))
}

/// The program whose key has this secret. None: it was revoked, has expired, or never was.
pub fn by_key(directory: &Directory, secret: &str, now: Timestamp) -> Option<Caller> {
    let key = directory.find_key(secret, now)?;
    let who = Who::Key { id: key.id, scopes: key.scopes.clone() };
    Some(Caller { account: key.account, who })
}

/// The same caller as it is now, for connections that outlast a request; a session counts as used. None:
/// the session has ended, the key was revoked or has expired.
pub fn again(directory: &Directory, caller: &Caller, now: Timestamp) -> Option<Caller> {
    let account = caller.account;
    let who = match &caller.who {
        Who::User { id, session, .. } => {
            let sessions = directory.sessions_of(account, *id, now).ok()?;
            let known = sessions.iter().find(|known| known.id == *session)?;
            let user = directory.user(account, *id).ok().filter(|user| user.active)?;
            let scope = directory.scope_of(account, *id).ok()?;
            if !directory.session_lives(known, now) {
                return None;
            }
            Who::User { id: *id, role: user.role, session: *session, scope }
        }
        Who::Key { id, .. } => {
            let key = directory.key(account, *id).ok().filter(|key| key.opens(now))?;
            Who::Key { id: *id, scopes: key.scopes.clone() }
        }
    };
    Some(Caller { account, who })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{ApiScope, Need, Role, Scope};
    use crate::directory::scene::{NOW, Scene, act};
    use crate::directory::{NewApiKey, UserChange};
    use readyroom_core::ids::KeyId;

    #[test]
    fn a_session_is_recognised_with_the_role_and_scope_of_this_instant() {
        let scene = Scene::new();
        let (anna, boss) = (scene.user("anna"), scene.user_as("boss", Role::Supervisor));
        let token = scene.session(boss);
        let (caller, _) = by_session(&scene.directory, &token, NOW).unwrap();
        assert!(caller.account == scene.acme && !caller.sees(anna));
        scene.team("sales", &[anna], &[boss]);
        let (caller, session) = by_session(&scene.directory, &token, NOW).unwrap();
        let scope = Scope::Only([anna, boss].into());
        assert_eq!(caller.who, Who::User { id: boss, role: Role::Supervisor, session: session.id, scope });
        let bert = scene.user("bert");
        scene.team("help", &[bert], &[boss]);
        assert!(!caller.sees(bert) && again(&scene.directory, &caller, NOW).unwrap().sees(bert));
        scene.directory.end_session(scene.acme, boss, session.id, &act("session.ended")).unwrap();
        assert_eq!(again(&scene.directory, &caller, NOW), None);
    }

    #[test]
    fn a_token_is_no_secret_and_a_secret_is_no_token() {
        let scene = Scene::new();
        let token = scene.session(scene.user("anna"));
        let scopes = [ApiScope::Stream].into();
        let new = NewApiKey { id: KeyId::from_u128(1), name: "x".into(), scopes, expires_at: None };
        let made = scene.directory.create_key(scene.acme, new, None, &act("key.created")).unwrap();
        let (secret, key) = made.now().unwrap();
        let caller = by_key(&scene.directory, secret.reveal(), NOW).unwrap();
        assert!(caller.may(&Need { role: Role::Administrator, scope: ApiScope::Stream }).is_ok());
        assert!(by_key(&scene.directory, &token, NOW).is_none());
        assert!(by_session(&scene.directory, secret.reveal(), NOW).is_none());
        assert_eq!(again(&scene.directory, &caller, NOW), Some(caller.clone()));
        scene.directory.revoke_key(scene.acme, key.id, &act("key.revoked")).unwrap();
        assert!(by_key(&scene.directory, secret.reveal(), NOW).is_none());
        assert_eq!(again(&scene.directory, &caller, NOW), None);
    }

    #[test]
    fn who_was_deactivated_or_given_another_role_is_not_recognised() {
        let scene = Scene::new();
        let (anna, bert) = (scene.user("anna"), scene.user("bert"));
        let tokens = [scene.session(anna), scene.session(bert)];
        scene.directory.deactivate_user(scene.acme, anna, None, &act("user.deactivated")).unwrap();
        let change = UserChange { role: Some(Role::Manager), ..UserChange::default() };
        scene.directory.change_user(scene.acme, bert, None, change, &act("user.changed")).unwrap();
        assert!(tokens.iter().all(|token| by_session(&scene.directory, token, NOW).is_none()));
    }
}
