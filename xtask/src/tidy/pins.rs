//! Every machine builds the same: one toolchain, one lock file, one SQLite.

use super::house::House;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "every machine builds the same", check };

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |place: &str, wrong: &str, mend| {
        findings.push(Finding { place: place.into(), wrong: wrong.into(), mend });
    };
    if !house.file("Cargo.lock").is_some_and(|lock| lock.committed) {
        find("Cargo.lock", "is not committed", "git add Cargo.lock");
    }
    let toolchain = house.file("rust-toolchain.toml").map_or("", |file| file.text.as_str());
    let channel = value(toolchain, "channel").unwrap_or_default();
    if !is_exact(channel) {
        find("rust-toolchain.toml", "does not pin the toolchain exactly", "write channel = \"N.N.N\"");
    }
    if !toolchain.contains("\"clippy\"") || !toolchain.contains("\"rustfmt\"") {
        find("rust-toolchain.toml", "leaves out clippy or rustfmt", "name both under components");
    }
    let manifest = house.file("Cargo.toml").map_or("", |file| file.text.as_str());
    let oldest = value(manifest, "rust-version").unwrap_or_default();
    if oldest.is_empty() || !format!("{channel}.").starts_with(&format!("{oldest}.")) {
        find("Cargo.toml", "rust-version is not the toolchain we test with", "make it agree with rust-toolchain.toml");
    }
    for room in &house.rooms {
        let sqlite = room.dependencies.iter().filter(|dependency| dependency.package == "rusqlite");
        for dependency in sqlite.filter(|dependency| !dependency.features.iter().any(|feature| feature == "bundled")) {
            let place = format!("{}/Cargo.toml", room.name);
            let wrong = format!("{} is built against the machine's own SQLite", dependency.package);
            find(&place, &wrong, "ask for the feature bundled");
        }
    }
    findings
}

/// The string after `key =` in a TOML file.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        rest.trim().strip_prefix('"')?.split('"').next()
    })
}

/// Whether it is three numbers, not `stable` or `1.95`.
fn is_exact(channel: &str) -> bool {
    let parts: Vec<&str> = channel.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOLCHAIN: &str = "[toolchain]\nchannel = \"1.95.0\"\ncomponents = [\"clippy\", \"rustfmt\"]\n";

    fn house(toolchain: &str, manifest: &str) -> House {
        House::default()
            .with_file("Cargo.lock", "")
            .with_file("rust-toolchain.toml", toolchain)
            .with_file("Cargo.toml", manifest)
    }

    fn pinned() -> House {
        house(TOOLCHAIN, "rust-version = \"1.95\"\n")
    }

    #[test]
    fn a_pinned_house_is_left_in_peace() {
        assert_eq!(check(&pinned()), []);
    }

    #[test]
    fn a_loose_toolchain_is_found() {
        for channel in ["stable", "1.95", "1.95.x", ""] {
            let house = house(&TOOLCHAIN.replace("1.95.0", channel), "rust-version = \"1.95\"\n");
            assert!(!check(&house).is_empty(), "{channel}");
        }
        assert_eq!(check(&house(&TOOLCHAIN.replace("\"clippy\", ", ""), "rust-version = \"1.95\"\n")).len(), 1);
        assert_eq!(check(&house(TOOLCHAIN, "rust-version = \"1.9\"\n")).len(), 1);
    }

    #[test]
    fn an_uncommitted_lock_file_is_found() {
        let mut house = pinned();
        house.files[0].committed = false;
        assert_eq!(check(&house).len(), 1);
        house.files.remove(0);
        assert_eq!(check(&house).len(), 1);
    }

    #[test]
    fn the_machines_own_sqlite_is_found() {
        let mut house = pinned().with_room("log", &["rusqlite"]);
        assert_eq!(check(&house).len(), 1);
        house.rooms[0].dependencies[0].features.push("bundled".into());
        assert_eq!(check(&house).len(), 0);
    }
}
