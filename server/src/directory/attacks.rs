//! One account reaches for what is another's, in every way there is, and finds nothing.

use super::scene::{NOW, Scene, act, named, people};
use super::*;
use crate::auth::{ApiScope, PasswordHash, Role, Scope};
use readyroom_core::ids::{AccountId, KeyId, UserId};

/// Acme with one of everything, and a neighbour who knows all its ids.
struct Neighbours {
    scene: Scene,
    anna: UserId,
    team: TeamId,
    key: KeyId,
    secret: Secret,
    token: String,
    evil: AccountId,
    mallory: UserId,
}

fn neighbours() -> Neighbours {
    let scene = Scene::new();
    let anna = scene.user_as("anna", Role::Supervisor);
    let team = scene.team("sales", &[anna], &[anna]);
    let new = NewApiKey { id: KeyId::from_u128(1), name: "x".into(), scopes: [ApiScope::All].into(), expires_at: None };
    let (secret, key) = scene.directory.create_key(scene.acme, new, None, &act("key.created")).unwrap().now().unwrap();
    let token = scene.session(anna);
    let evil = scene.account("evil");
    let new = NewUser { role: Role::Administrator, ..scene.new_user("mallory") };
    let mallory = scene.directory.create_user(evil, new, None, &act("user.created")).unwrap().now().unwrap().id;
    Neighbours { anna, team, key: key.id, secret, token, evil, mallory, scene }
}

fn code<T>(result: Result<T, DirectoryError>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(error) => error.code(),
    }
}

#[test]
fn another_accounts_users_are_unknown_to_every_method() {
    let Neighbours { scene, anna, token, evil, .. } = neighbours();
    let (d, act) = (&scene.directory, act("evil.deed"));
    let before = d.user(scene.acme, anna).unwrap();
    let session = d.find_session(&token, NOW).unwrap();
    let hash = PasswordHash::stored("$evil".into());
    let codes = [
        code(d.user(evil, anna)),
        code(d.change_user(evil, anna, None, UserChange { role: Some(Role::Agent), ..Default::default() }, &act)),
        code(d.set_password(evil, anna, None, hash, &act)),
        code(d.deactivate_user(evil, anna, None, &act)),
        code(d.reactivate_user(evil, anna, None, &act)),
        code(d.scope_of(evil, anna)),
        code(d.teams_of(evil, anna)),
        code(d.create_session(evil, anna, &act)),
        code(d.sessions_of(evil, anna, NOW)),
        code(d.end_session(evil, anna, session.id, &act)),
        code(d.end_sessions(evil, anna, &act)),
    ];
    assert_eq!(codes, ["unknown_user"; 11]);
    assert_eq!(d.user(scene.acme, anna).unwrap(), before);
    assert!(d.session_lives(&session, NOW));
    assert_eq!(d.audit(evil, None, 100).unwrap().len(), 2, "nothing was done, so nothing is noted");
}

#[test]
fn another_accounts_teams_keys_and_sessions_are_unknown_to_every_method() {
    let Neighbours { scene, anna, team, key, secret, token, evil, mallory, .. } = neighbours();
    let (d, act) = (&scene.directory, act("evil.deed"));
    let before = d.team(scene.acme, team).unwrap();
    let session = d.find_session(&token, NOW).unwrap();
    assert_eq!(code(d.team(evil, team)), "unknown_team");
    assert_eq!(code(d.change_team(evil, team, None, named("ours"), &act)), "unknown_team");
    assert_eq!(code(d.change_team(evil, team, None, people(&[mallory], &[mallory]), &act)), "unknown_team");
    assert_eq!(code(d.delete_team(evil, team, None, &act)), "unknown_team");
    assert_eq!(code(d.key(evil, key)), "unknown_key");
    assert_eq!(code(d.revoke_key(evil, key, &act)), "unknown_key");
    assert_eq!(code(d.end_session(evil, mallory, session.id, &act)), "unknown_session");
    let of_team = UserFilter { team: Some(team), ..UserFilter::default() };
    assert_eq!(code(d.users(evil, &of_team, None, 100)), "unknown_team");
    assert_eq!(d.team(scene.acme, team).unwrap(), before);
    assert!(d.find_key(secret.reveal(), NOW).is_some() && d.find_session(&token, NOW).is_some());
    assert_eq!(d.scope_of(scene.acme, anna).unwrap(), Scope::Only([anna].into()));
}

#[test]
fn another_accounts_people_cannot_be_taken_into_a_team() {
    let Neighbours { scene, anna, evil, .. } = neighbours();
    let (d, act) = (&scene.directory, act("evil.deed"));
    let create = |members: &[UserId], supervisors: &[UserId]| {
        code(d.create_team(evil, scene.new_team("trap", members, supervisors), None, &act))
    };
    assert_eq!((create(&[anna], &[]), create(&[], &[anna])), ("unknown_user", "unknown_user"));
    let trap = d.create_team(evil, scene.new_team("trap", &[], &[]), None, &act).unwrap().now().unwrap().id;
    assert_eq!(code(d.change_team(evil, trap, None, people(&[anna], &[]), &act)), "unknown_user");
    assert_eq!(code(d.change_team(evil, trap, None, people(&[], &[anna]), &act)), "unknown_user");
}

#[test]
fn lists_show_only_ones_own() {
    let Neighbours { scene, anna, evil, mallory, .. } = neighbours();
    let d = &scene.directory;
    let everybody = UserFilter { seen_by: Some(Scope::Only([anna, mallory].into())), ..UserFilter::default() };
    for filter in [UserFilter::default(), everybody] {
        let page = d.users(evil, &filter, None, 100).unwrap();
        assert_eq!(page.users.iter().map(|user| user.id).collect::<Vec<_>>(), [mallory]);
    }
    assert!(d.teams(evil, None, 100).unwrap().is_empty() && d.keys(evil).unwrap().is_empty());
    assert!(d.user_by_login(evil, &Login::new("anna").unwrap()).is_none());
    assert!(d.audit(evil, None, 100).unwrap().iter().all(|line| line.act != "team.created"));
}

#[test]
fn an_id_that_another_account_has_is_free_here_and_stays_apart() {
    let Neighbours { mut scene, anna, team, key, evil, mallory, .. } = neighbours();
    let act = act("evil.deed");
    let create_same = |d: &Directory| {
        let new = NewUser { id: anna, ..scene.new_user("anna") };
        d.create_user(evil, new, None, &act).unwrap();
        let new = NewTeam { id: team, ..scene.new_team("sales", &[anna, mallory], &[]) };
        d.create_team(evil, new, None, &act).unwrap();
        let scopes = [ApiScope::Stream].into();
        d.create_key(evil, NewApiKey { id: key, name: "x".into(), scopes, expires_at: None }, None, &act).unwrap();
        d.deactivate_user(evil, anna, None, &act).unwrap();
        d.revoke_key(evil, key, &act).unwrap();
        d.delete_team(evil, team, None, &act).unwrap();
    };
    create_same(&scene.directory);
    for _ in 0..2 {
        let d = &scene.directory;
        assert!(d.user(scene.acme, anna).unwrap().active && !d.user(evil, anna).unwrap().active);
        assert!(d.key(scene.acme, key).unwrap().opens(NOW) && !d.key(evil, key).unwrap().opens(NOW));
        assert_eq!(d.team(scene.acme, team).unwrap().members, [anna].into());
        assert_eq!(code(d.team(evil, team)), "unknown_team");
        scene.reopen();
    }
}

#[test]
fn an_account_that_does_not_exist_has_nothing_and_takes_nothing() {
    let Neighbours { scene, anna, team, key, .. } = neighbours();
    let (d, act, none) = (&scene.directory, act("evil.deed"), AccountId::from_u128(404));
    let new_key = NewApiKey { id: key, name: "x".into(), scopes: [ApiScope::All].into(), expires_at: None };
    let codes = [
        code(d.account(none)),
        code(d.change_account(none, None, AccountChange::default(), &act)),
        code(d.create_user(none, scene.new_user("x"), None, &act)),
        code(d.user(none, anna)),
        code(d.users(none, &UserFilter::default(), None, 10)),
        code(d.create_team(none, scene.new_team("x", &[], &[]), None, &act)),
        code(d.team(none, team)),
        code(d.teams(none, None, 10)),
        code(d.scope_of(none, anna)),
        code(d.create_session(none, anna, &act)),
        code(d.create_key(none, new_key, None, &act)),
        code(d.keys(none)),
        code(d.note(none, &act)),
        code(d.audit(none, None, 10)),
    ];
    assert_eq!(codes, ["unknown_account"; 14]);
}

#[test]
fn names_that_mean_something_to_sql_are_only_names() {
    let mut scene = Scene::new();
    let name = "Robert'); DROP TABLE user;--";
    let anna = scene.user("anna");
    let change = UserChange { name: Some(PersonName::new(name).unwrap()), ..UserChange::default() };
    scene.directory.change_user(scene.acme, anna, None, change, &act("user.changed")).unwrap();
    let team = scene.team(name, &[anna], &[]);
    scene.reopen();
    assert_eq!(scene.directory.user(scene.acme, anna).unwrap().name.reveal(), name);
    assert_eq!(scene.directory.team(scene.acme, team).unwrap().name, name);
}
