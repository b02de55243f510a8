//! People on the command line: accounts and users of a store that no server is at work on.

use super::scene::{self, ACCOUNT, ANNA};
use super::{Run, run, told};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program with a line on its input.
fn run_with(dir: &Path, line: &str, input: &str) -> Run {
    let words = line.split_whitespace().map(|word| if word == "DIR" { dir.as_os_str() } else { word.as_ref() });
    let mut command = Command::new(env!("CARGO_BIN_EXE_readyroom"));
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end, and say why, before it has read anything.
    let _ = writeln!(child.stdin.take().unwrap(), "{input}");
    told(child.wait_with_output().unwrap())
}

const INIT: &str =
    "init --store DIR --account acme --zone europe/stockholm --admin-login ada --admin-name Ada --password-stdin";
const PASSWORD: &str = "correct horse battery";

fn logins(dir: &Path) -> Vec<(String, bool, bool)> {
    let word = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let lines = run(dir, "user list --store DIR --json").json();
    let flag = |line: &Value, field: &str| line[field].as_bool().unwrap();
    lines.iter().map(|line| (word(line, "login"), flag(line, "active"), flag(line, "has_password"))).collect()
}

#[test]
fn an_account_and_its_people_are_made_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let made = run_with(&store, &format!("{INIT} --json"), PASSWORD).json();
    assert!(made[0]["account"].as_str().unwrap().starts_with("ac_"), "{made:?}");
    let again = run_with(&store, INIT, PASSWORD).with(1);
    assert!(again.contains("there is an account acme already"), "{again}");
    run(&store, "user add --store DIR --login anna --name Anna --email anna@example.org").with(0);
    assert_eq!(logins(&store), [("ada".into(), true, true), ("anna".into(), true, false)]);
    run_with(&store, "user password anna --store DIR", PASSWORD).with(0);
    run(&store, "user deactivate anna --store DIR").with(0);
    assert_eq!(logins(&store)[1], ("anna".into(), false, true));
    run(&store, "user reactivate anna --store DIR --account acme").with(0);
    assert_eq!(logins(&store)[1], ("anna".into(), true, true));
    let table = run(&store, "user list --store DIR").with(0);
    assert!(table.contains("administrator") && table.contains("anna@example.org"), "{table}");
}

#[test]
fn what_cannot_be_is_told_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path();
    let none = run(store, "user list --store DIR").with(3);
    assert!(none.contains("directory.db is not there"), "{none}");
    run_with(store, INIT, PASSWORD).with(0);
    for (line, input, code, told) in [
        ("user add --store DIR --login ada --name Ada", "", 1, "taken"),
        ("user add --store DIR --login a/b --name Ada", "", 2, "login"),
        ("user add --store DIR --login bo --name Bo --role boss", "", 2, "boss"),
        ("user add --store DIR --login bo --name Bo --password-stdin", "short", 2, "10 to 128"),
        ("user add --store DIR --account other --login bo --name Bo", "", 1, "there is no account other"),
        ("user password nobody --store DIR", PASSWORD, 1, "nobody in acme"),
        ("user deactivate ada --store DIR", "", 1, "last active administrator"),
        ("init --store DIR --account Acme --admin-login a --admin-name A", "", 2, "name"),
        ("init --store DIR --account b --zone Mars/Base --admin-login a --admin-name A", "", 2, "zone"),
    ] {
        let sentence = run_with(store, line, input).with(code);
        assert!(sentence.contains(told), "{line}: {sentence}");
    }
    assert_eq!(logins(store), [("ada".into(), true, true)]);
}

#[test]
fn a_floor_without_people_is_taken_up_again() {
    let (dir, scene) = scene::morning();
    drop(scene);
    let line = format!("init --store DIR --account acme --admin-login ada --admin-name Ada --adopt {ACCOUNT} --json");
    let made = run(dir.path(), &line).json();
    assert_eq!((made[0]["account"].as_str(), made[0]["adopted"].as_u64()), (Some(&*ACCOUNT.to_string()), Some(5)));
    let users = logins(dir.path());
    assert_eq!(users.len(), 6);
    assert!(users.contains(&(ANNA.to_string(), true, false)), "{users:?}");
    let other = run(dir.path(), &line.replace("acme", "two")).with(1);
    assert!(other.contains("taken"), "{other}");
}
