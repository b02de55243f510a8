//! A pure room takes values and returns values: no async, no world, no clock, no dice, no locks.
//! Clippy's fences see through names and types; this second net sees words, and whatever clippy was told to allow.

use super::house::House;
use super::{Finding, Rule, rust};

/// What pure rooms may depend on.
pub const DEPENDENCIES: Rule = Rule { name: "pure rooms depend on little", check: dependencies };

/// What pure rooms may name.
pub const SOURCES: Rule = Rule { name: "pure rooms name nothing of the world", check: sources };

/// The pure rooms, and the packages not ours each may ship with; tests may use others.
/// `sip` is pure as well and gets its line when it joins the house.
pub const PURE: &[(&str, &[&str])] = &[
    ("core", &["rmp-serde", "rustc-hash", "serde", "slab", "smallvec", "thin-vec", "thiserror"]),
    ("views", &["serde"]),
    ("channels", &[]),
];

fn dependencies(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, allowed) in PURE {
        let room = house.rooms.iter().filter(|room| room.name == *name);
        let shipped = room.flat_map(|room| &room.dependencies).filter(|dependency| !dependency.for_tests);
        for dependency in shipped {
            let package = dependency.package.as_str();
            // Ours are the arrows' business.
            if house.room_of(package).is_none() && !allowed.contains(&package) {
                findings.push(Finding {
                    place: format!("{name}/Cargo.toml"),
                    wrong: format!("the pure room {name} depends on {package}"),
                    mend: "do without, or argue for it in xtask/src/tidy/purity.rs",
                });
            }
        }
    }
    findings
}

/// Words no pure room ships.
const WORDS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "std::io",
    "Instant",
    "SystemTime",
    "Mutex",
    "RwLock",
    "Condvar",
    "OnceLock",
    "thread_local!",
    "rand",
    "getrandom",
    "RandomState",
    "tokio",
    "async",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
];

fn sources(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, _) in PURE {
        for file in house.rust(&format!("{name}/src")).filter(|file| !is_for_tests(&file.path)) {
            let lines = rust::shipped(&file.text);
            let named = lines.iter().flat_map(|(number, line)| {
                WORDS.iter().filter(|word| rust::names(line, word)).map(|word| (*number, word.to_string()))
            });
            for (number, word) in named.chain(grouped(&lines)) {
                findings.push(Finding {
                    place: file.at(number),
                    wrong: format!("the pure room {name} names `{word}`"),
                    mend: "take it as an argument or return it as a value",
                });
            }
        }
    }
    findings
}

fn is_for_tests(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// `use std::{fs, …}` names modules without their path.
fn grouped(lines: &[(usize, String)]) -> Vec<(usize, String)> {
    let modules = WORDS.iter().filter_map(|word| word.strip_prefix("std::"));
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in lines {
        inside |= line.contains("use std::{");
        if inside {
            let named = modules.clone().filter(|module| rust::names(line, module));
            found.extend(named.map(|module| (*number, format!("std::{module}"))));
            inside = !line.contains(';');
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> Vec<String> {
        let house = House::default().with_file(path, text);
        sources(&house).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_pure_room_with_a_runtime_is_found() {
        let house = House::default()
            .with_room("core", &["serde", "tokio"])
            .with_room("views", &["readyroom-core", "smallvec"])
            .with_room("server", &["tokio"]);
        let places: Vec<String> = dependencies(&house).into_iter().map(|finding| finding.wrong).collect();
        assert_eq!(places, ["the pure room core depends on tokio", "the pure room views depends on smallvec"]);
    }

    #[test]
    fn every_word_of_the_world_is_found() {
        for word in WORDS {
            let found = found_in("core/src/lib.rs", &format!("//! A room.\n{word}\n"));
            assert!(
                found
                    .iter()
                    .any(|line| line.contains(&format!("core/src/lib.rs:2: the pure room core names `{word}`")))
            );
        }
    }

    #[test]
    fn a_grouped_import_hides_nothing() {
        assert_eq!(found_in("views/src/lib.rs", "use std::{cmp, fs};").len(), 1);
        assert_eq!(
            found_in("views/src/lib.rs", "use std::{\n    cmp,\n    time::{Duration, Instant},\n    thread,\n};").len(),
            2
        );
    }

    #[test]
    fn words_in_comments_tests_and_other_rooms_are_free() {
        assert!(found_in("core/src/lib.rs", "//! Never std::time::Instant.\nfn a() {} // no Mutex\n").is_empty());
        assert!(found_in("core/src/lib.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n").is_empty());
        assert!(found_in("core/tests/cases.rs", "use std::fs;").is_empty());
        assert!(found_in("server/src/clock.rs", "use std::time::Instant;").is_empty());
    }
}
