//! Every pure room stands behind a clippy fence, and every room under the house's lints.

use super::house::House;
use super::purity::PURE;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "fences and lints stand", check };

/// What a fence must at least forbid; xtask/tests/fences.rs proves that what it forbids is caught.
const POSTS: &[&str] = &[
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::thread::spawn",
    "std::collections::HashMap::iter",
    "std::collections::HashMap::values",
    "std::collections::HashSet",
    "std::sync::Mutex",
    "std::fs::File",
];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &house.rooms {
        let path = format!("{}/Cargo.toml", room.name);
        let manifest = house.file(&path).map_or("", |file| file.text.as_str());
        if !manifest.contains("[lints]\nworkspace = true") {
            findings.push(Finding {
                place: path,
                wrong: "this room escapes the workspace's lints".into(),
                mend: "add `[lints]` with `workspace = true`",
            });
        }
        if PURE.iter().any(|(pure, _)| *pure == room.name) {
            let path = format!("{}/clippy.toml", room.name);
            let fence = house.file(&path).map_or("", |file| file.text.as_str());
            for post in POSTS.iter().filter(|post| !fence.contains(&format!("\"{post}\""))) {
                findings.push(Finding {
                    place: path.clone(),
                    wrong: format!("the fence of a pure room does not forbid {post}"),
                    mend: "forbid it, as core/clippy.toml does",
                });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINTED: &str = "[package]\n\n[lints]\nworkspace = true\n";

    #[test]
    fn a_pure_room_without_its_fence_is_found() {
        let house = House::default().with_room("core", &[]).with_file("core/Cargo.toml", LINTED);
        assert_eq!(check(&house).len(), POSTS.len());
    }

    #[test]
    fn a_room_without_lints_is_found() {
        let house = House::default().with_room("server", &[]).with_file("server/Cargo.toml", "[package]\n");
        assert_eq!(check(&house).len(), 1);
        let house = House::default().with_room("server", &[]).with_file("server/Cargo.toml", LINTED);
        assert!(check(&house).is_empty());
    }
}
