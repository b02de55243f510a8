//! The machine stops at any instant: what was answered is there, and what was half done is not.

use super::scene::{Scene, act};
use super::*;
use crate::auth::Role;
use std::collections::BTreeSet;
use std::fs;

/// Cuts of the write-ahead file, spread over its length so that they fall within pages as well as between.
const CUTS: usize = 60;

/// The directory as it is found when only the first `bytes` of the write-ahead file reached the disk.
fn found_after(scene: &Scene, bytes: usize) -> (tempfile::TempDir, Directory) {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(scene.dir().join("directory.db"), dir.path().join("directory.db")).unwrap();
    let wal = fs::read(scene.dir().join("directory.db-wal")).unwrap();
    fs::write(dir.path().join("directory.db-wal"), &wal[..bytes.min(wal.len())]).unwrap();
    let directory = Directory::open(dir.path(), Settings::default()).unwrap();
    (dir, directory)
}

#[test]
fn a_row_is_there_exactly_when_its_audit_line_is() {
    let scene = Scene::new();
    let logins: Vec<_> = (0..20).map(|number| format!("u{number}")).collect();
    let boss = scene.user_as("boss", Role::Supervisor);
    for login in &logins {
        let user = scene.user(login);
        scene.team(login, &[user], &[boss]);
    }
    let length = fs::metadata(scene.dir().join("directory.db-wal")).unwrap().len() as usize;
    let mut lines_before = 0;
    let mut lengths = BTreeSet::new();
    for cut in 0..=CUTS {
        let (_dir, directory) = found_after(&scene, length * cut / CUTS);
        let Some(account) = directory.account_by_name("acme") else {
            assert_eq!((lines_before, directory.accounts().len()), (0, 0));
            continue;
        };
        let lines = directory.audit(account.id, None, 500).unwrap();
        let count = |word: &str| lines.iter().filter(|line| line.act == word).count();
        let users = directory.users(account.id, &UserFilter::default(), None, 500).unwrap().users;
        let teams = directory.teams(account.id, None, 500).unwrap();
        assert_eq!((count("user.created"), count("team.created")), (users.len(), teams.len()), "cut {cut}");
        assert!(teams.iter().all(|team| team.members.len() == 1 && team.supervisors.len() == 1), "cut {cut}");
        assert!(lines.len() >= lines_before, "cut {cut}");
        lines_before = lines.len();
        lengths.insert(lines.len());
    }
    assert_eq!(lines_before, 1 + 1 + 20 + 20, "uncut, everything is there");
    assert!(lengths.len() > 20, "the cuts fell between the writes: {lengths:?}");
}

#[test]
fn after_a_crash_the_directory_goes_on_where_it_was() {
    let mut scene = Scene::new();
    for number in 0..5 {
        scene.user(&format!("u{number}"));
        scene.reopen();
    }
    let lines = scene.directory.audit(scene.acme, None, 10).unwrap();
    assert_eq!(lines.iter().map(|line| line.seq).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
}

#[test]
fn an_orderly_stop_leaves_everything_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let directory = Directory::open(dir.path(), Settings::default()).unwrap();
    let account = directory.create_account(super::scene::new_account("acme"), &act("account.created")).unwrap();
    drop(directory);
    assert_eq!(Directory::open(dir.path(), Settings::default()).unwrap().accounts(), [account]);
}
