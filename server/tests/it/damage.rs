//! Stores that are damaged, not ours, held by another, or impossible: a sentence, an exit code, no
//! damage, and never a wrong answer that looks like a right one.

use crate::scene::*;
use crate::{lines, run, told};
use readyroom_core::event::{Actor, Event};
use readyroom_core::ids::*;
use readyroom_log::{Log, SqliteLog};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use tempfile::TempDir;

/// On a machine where root runs the tests, they read as somebody who may not write.
const NOBODY: u32 = 65_534;

const LOOKS: [&str; 3] = ["log inspect DIR --json", "log fold DIR --json", "log rows DIR --table agent_activity --csv"];

#[test]
fn a_place_without_a_store_is_refused_with_what_is_there_instead() {
    let place = TempDir::new().unwrap();
    let dir = place.path();
    let say = |dir: &Path| {
        let refusals = LOOKS.map(|line| run(dir, line).with(3));
        assert_eq!(refusals[0], refusals[1]);
        assert_eq!(run(dir, "log verify DIR").with(3), refusals[0]);
        assert_eq!(run(dir, &format!("explain DIR agent {ANNA}")).with(3), refusals[0]);
        assert!(refusals[0].contains(dir.to_str().unwrap()), "{}", refusals[0]);
        refusals[0].clone()
    };
    assert!(say(&dir.join("nowhere")).contains("does not exist"));
    assert!(say(dir).contains("log.db is not there"));
    fs::write(dir.join("file"), "").unwrap();
    assert!(say(&dir.join("file")).contains("is not a directory"));
    fs::write(dir.join("log.db"), "").unwrap();
    assert!(say(dir).contains("it is empty"));
    fs::write(dir.join("log.db"), "Dear Sir or Madam").unwrap();
    assert!(say(dir).contains("is not a database"));
    assert_eq!(fs::read_dir(dir).unwrap().count(), 2, "nothing was made");
}

#[test]
fn another_programs_database_and_a_newer_format_are_refused() {
    let (dir, _) = morning();
    let db = dir.path().join("log.db");
    let whole = fs::read(&db).unwrap();
    for (at, sentence) in [(60, "has format"), (68, "of another program")] {
        let mut bytes = whole.clone();
        bytes[at + 3] ^= 0x40; // user_version, application_id
        fs::write(&db, bytes).unwrap();
        for line in LOOKS.into_iter().chain(["log verify DIR"]) {
            let told = run(dir.path(), line).with(3);
            assert!(told.contains(sentence), "{told}");
        }
    }
}

#[test]
fn a_store_without_an_account_has_nothing_to_show() {
    let dir = TempDir::new().unwrap();
    drop(SqliteLog::open(dir.path()).unwrap());
    assert!(run(dir.path(), "log inspect DIR").with(1).contains("holds no account yet"));
    assert!(run(dir.path(), "log verify DIR").with(0).contains("nothing is wrong"));
}

/// What the commands say of a store that is whole.
fn undamaged(dir: &Path) -> [String; 3] {
    LOOKS.map(|line| run(dir, line).with(0))
}

/// Whatever was done to the store: an answer without an objection is the right one.
fn judge(dir: &Path, right: &[String; 3], done: &str) -> bool {
    let mut noticed = false;
    for (line, right) in LOOKS.into_iter().zip(right) {
        let said = run(dir, line);
        assert!(said.code == 0 || said.code == 1 || said.code == 3, "{done}, {line}: {}", said.code);
        if said.code == 0 {
            assert!(&said.out == right, "{done}, {line}: another answer, and no objection");
        } else {
            noticed = true;
            // What stands before the damage is as it was.
            let whole = said.out.rfind('\n').map_or("", |end| &said.out[..=end]);
            let is_start = right.starts_with(whole) || line.contains("fold");
            assert!(is_start, "{done}, {line}: {}", said.out);
        }
    }
    let verified = run(dir, "log verify DIR --json");
    assert!([0, 1, 3].contains(&verified.code), "{done}: {}", verified.code);
    if verified.code == 1 {
        let last = lines(&verified.out).pop().unwrap();
        assert_eq!(last["verdict"], "damaged", "{done}");
    }
    assert!(verified.code != 0 || !noticed, "{done}: verify missed what the others saw");
    verified.code != 0
}

/// Tries each damage on a copy of the store, on several threads; says how many were found.
fn try_all(store: &Path, file: &str, damages: &[(String, Vec<u8>)]) -> usize {
    let right = undamaged(store);
    let threads = thread::available_parallelism().map_or(2, usize::from).min(8);
    let one_of = |share: usize| {
        let copy = TempDir::new().unwrap();
        image(store, copy.path());
        let mine = damages.iter().skip(share).step_by(threads);
        mine.filter(|(done, bytes)| {
            image(store, copy.path());
            fs::write(copy.path().join(file), bytes).unwrap();
            let noticed = judge(copy.path(), &right, done);
            assert_eq!(&fs::read(copy.path().join(file)).unwrap(), bytes, "{done}: inspection writes nothing");
            for left in ["log.db-shm", "log.db-wal"] {
                let _ = fs::remove_file(copy.path().join(left));
            }
            noticed
        })
        .count()
    };
    thread::scope(|scope| {
        let shares: Vec<_> = (0..threads).map(|share| scope.spawn(move || one_of(share))).collect();
        shares.into_iter().map(|share| share.join().unwrap()).sum()
    })
}

fn truncations(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let sizes = (0..whole.len()).step_by(whole.len() / 50 + 1);
    let pages = (4_096..whole.len()).step_by(4_096);
    sizes
        .chain(pages)
        .chain([1, 15, 16, 99, 100, whole.len() - 1])
        .map(|size| (format!("cut to {size} bytes"), whole[..size].to_vec()))
        .collect()
}

fn flips(whole: &[u8], count: usize) -> Vec<(String, Vec<u8>)> {
    // The bytes that are something: a page is full of zeros that nobody reads.
    let live: Vec<_> = (0..whole.len()).filter(|&at| whole[at] != 0).collect();
    (0..count)
        .map(|index| {
            let at = live[(index * 7_919 + index * index * 31) % live.len()];
            let mut bytes = whole.to_vec();
            bytes[at] ^= 1 << (index % 8);
            (format!("bit {} of byte {at} flipped", index % 8), bytes)
        })
        .collect()
}

#[test]
fn a_truncated_store_is_found_out_wherever_it_is_cut() {
    let (dir, _) = morning();
    let whole = fs::read(dir.path().join("log.db")).unwrap();
    let damages = truncations(&whole);
    assert_eq!(try_all(dir.path(), "log.db", &damages), damages.len());
}

#[test]
fn a_flipped_bit_is_found_or_harmless() {
    let (dir, _) = morning();
    let whole = fs::read(dir.path().join("log.db")).unwrap();
    let found = try_all(dir.path(), "log.db", &flips(&whole, 240));
    assert!(found > 150, "{found}");
}

#[test]
fn damage_to_the_write_ahead_file_is_found_or_harmless() {
    let dir = crashed();
    let whole = fs::read(dir.path().join("log.db-wal")).unwrap();
    let mut damages = flips(&whole, 80);
    // An empty one is what a store has before anything is written to it.
    let cuts = truncations(&whole).into_iter().filter(|(_, bytes)| !bytes.is_empty());
    damages.extend(cuts.step_by(3));
    let found = try_all(dir.path(), "log.db-wal", &damages);
    assert!(found > 60, "{found}");
}

#[test]
fn an_event_that_fits_nothing_becomes_a_sentence() {
    let (dir, mut scene) = morning();
    let last = scene.engine.floor().last_no().0;
    let right = run(dir.path(), "log fold DIR --json").with(0);
    let log = SqliteLog::open(dir.path()).unwrap();
    let nobody = UserId::from_u128(9);
    let event = Event::QueueLoggedOut { agent: nobody, queue: SALES };
    scene.store(&log, &[(1_772_443_000_000, Actor::Agent(nobody), event)]);
    drop(log);
    let impossible = last + 1;
    for line in ["log fold DIR", "log rows DIR --table agent_event", &format!("explain DIR agent {ANNA}")] {
        let said = run(dir.path(), line).with(3);
        assert!(said.contains(&format!("event {impossible} of account {ACCOUNT}")), "{said}");
        assert!(said.contains("does not fit what stands before it"), "{said}");
    }
    assert_eq!(run(dir.path(), &format!("log fold DIR --at {last} --json")).with(0), right);
    assert_eq!(run(dir.path(), "log inspect DIR").with(0).lines().count() as u64, impossible);
    let verified = run(dir.path(), "log verify DIR --json");
    assert_eq!(verified.code, 1, "{}", verified.err);
    let finding = &lines(&verified.out)[1];
    assert_eq!((&finding["finding"], finding["position"].as_u64()), (&"no_sense".into(), Some(impossible)));
}

#[test]
fn a_body_that_makes_no_sense_is_named_and_all_before_it_is_shown() {
    for (body, problem) in
        [(vec![9, 9, 9], "format 9"), (vec![2, 0xc1], "cannot be read"), (vec![1], "it holds 0 events, and says 2")]
    {
        let (dir, mut scene) = morning();
        let before = run(dir.path(), "log inspect DIR").with(0);
        let log = SqliteLog::open(dir.path()).unwrap();
        scene.store_body(&log, 2, body);
        drop(log);
        let said = run(dir.path(), "log inspect DIR");
        assert_eq!((said.code, &said.out), (3, &before));
        assert!(said.err.contains(problem) && said.err.contains("makes no sense"), "{}", said.err);
        let verified = run(dir.path(), "log verify DIR");
        assert_eq!(verified.code, 1);
        assert!(verified.out.contains(problem), "{}", verified.out);
        assert!(verified.out.ends_with("verdict: damaged, 1 finding\n"), "{}", verified.out);
    }
}

#[test]
fn a_snapshot_that_tells_another_story_is_found() {
    let (dir, mut scene) = morning();
    let log = SqliteLog::open(dir.path()).unwrap();
    let right = scene.snapshot();
    log.put_snapshot(&right).unwrap();
    run(dir.path(), "log verify DIR").with(0);
    scene.call(&log, 150, 4);
    let wrong = readyroom_log::Snapshot::new(right.account, scene.at, 1, {
        let mut other = Scene::begin(&log, AccountId::from_u128(1));
        other.morning(&log);
        other.call(&log, 150, 5);
        other.snapshot().bytes
    });
    log.put_snapshot(&wrong).unwrap();
    drop(log);
    let verified = run(dir.path(), "log verify DIR");
    assert_eq!(verified.code, 1, "{}", verified.out);
    assert!(verified.out.contains("tells of another floor"), "{}", verified.out);
}

fn files(dir: &Path) -> Vec<(String, u64)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), file.metadata().unwrap().len())
        })
        .collect();
    files.sort();
    files
}

/// Runs the program as one who may read the store and not write it.
fn run_as_reader(dir: &Path, line: &str) -> crate::Run {
    let home = TempDir::new().unwrap();
    let copy = home.path().join("readyroom");
    fs::copy(env!("CARGO_BIN_EXE_readyroom"), &copy).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(home.path(), 0o755);
    mode(&copy, 0o755);
    mode(dir, 0o555);
    let words = line.split(' ').map(|word| if word == "DIR" { dir.as_os_str() } else { word.as_ref() });
    let mut command = Command::new(&copy);
    command.args(words).current_dir("/");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    // A test beside this one may have forked while the copy was open for writing.
    let output = loop {
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => thread::yield_now(),
            output => break output.unwrap(),
        }
    };
    let run = told(output);
    mode(dir, 0o755);
    run
}

#[test]
fn a_store_is_read_where_nothing_can_be_written() {
    let (closed, _) = morning();
    let crashed = crashed();
    for dir in [closed.path(), crashed.path()] {
        let before = files(dir);
        let said = LOOKS.map(|line| run_as_reader(dir, line).with(0));
        assert!(run_as_reader(dir, "log verify DIR").with(0).contains("nothing is wrong"));
        assert_eq!(files(dir), before);
        assert!(said == undamaged(dir));
    }
}

#[test]
fn a_closed_store_is_left_as_it_was() {
    let (dir, _) = morning();
    let before = fs::read(dir.path().join("log.db")).unwrap();
    undamaged(dir.path());
    run(dir.path(), "log verify DIR").with(0);
    assert!(fs::read(dir.path().join("log.db")).unwrap() == before);
    // SQLite's shared index may stay behind; nothing that is content does.
    for (name, bytes) in files(dir.path()) {
        let is_content = !["log.db", "log.lock", "log.db-shm"].contains(&name.as_str()) && bytes > 0;
        assert!(!is_content, "{name}: {bytes} bytes");
    }
}

#[test]
fn a_store_is_read_beside_its_writer_as_far_as_it_has_come() {
    let dir = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut scene = Scene::begin(&log, ACCOUNT);
    scene.morning(&log);
    let first = undamaged(dir.path());
    assert!(run(dir.path(), "log verify DIR").with(0).contains("nothing is wrong"));
    scene.wake(&log, 141);
    let then = undamaged(dir.path());
    assert!(then[0].starts_with(&first[0]) && then[0].len() > first[0].len());
    drop(log);
    assert!(undamaged(dir.path()) == then);
}

#[test]
fn a_store_that_changes_while_it_is_read_is_read_to_where_it_was() {
    let dir = TempDir::new().unwrap();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut scene = Scene::begin(&log, ACCOUNT);
    scene.morning(&log);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 10..210 {
                scene.call(&log, 200, number);
            }
        });
        while !writer.is_finished() {
            for line in LOOKS {
                run(dir.path(), line).with(0);
            }
            run(dir.path(), "log verify DIR").with(0);
        }
    });
}

#[test]
fn a_store_that_may_not_be_read_is_said_to_be_so() {
    let (dir, _) = morning();
    fs::set_permissions(dir.path().join("log.db"), fs::Permissions::from_mode(0o000)).unwrap();
    let said = run_as_reader(dir.path(), "log inspect DIR").with(3);
    assert!(said.contains("Permission denied"), "{said}");
}
