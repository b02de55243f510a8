//! Which room may import which.

use super::house::House;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "arrows point as drawn", check };

/// The whiteboard of ARCHITECTURE.md as a table: a room, and the rooms it may import.
/// A room that joins the house (`sip`: none) gets its line here, and channels, sim and server the new
/// name beside the others.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("log", &[]),
    ("views", &["core"]),
    ("channels", &["core"]),
    ("web", &[]),
    ("sim", &["core", "views", "log", "channels"]),
    ("server", &["core", "log", "views", "channels", "sim", "web"]),
    ("bench", &["core", "log", "views", "channels", "sim", "server"]),
    ("xtask", &[]),
];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &house.rooms {
        let place = format!("{}/Cargo.toml", room.name);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room.name) else {
            findings.push(Finding {
                place,
                wrong: format!("the room `{}` is not on the whiteboard", room.name),
                mend: "draw it in ARCHITECTURE.md and in xtask/src/tidy/arrows.rs",
            });
            continue;
        };
        // Tests of a room keep to its arrows as well.
        let ours = room.dependencies.iter().filter_map(|dependency| house.room_of(&dependency.package));
        for other in ours.filter(|other| !allowed.contains(&other.name.as_str())) {
            findings.push(Finding {
                place: place.clone(),
                wrong: format!("{} imports {}, and no arrow points there", room.name, other.name),
                mend: "move the code to the room that may know both",
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_against_the_drawing_is_found() {
        let house = House::default()
            .with_room("log", &[])
            .with_room("core", &["serde", "readyroom-log"])
            .with_room("views", &["readyroom-core", "readyroom-log"])
            .with_room("sim", &["readyroom-core", "readyroom-views", "readyroom-log"]);
        let wrong: Vec<String> = check(&house).into_iter().map(|finding| finding.wrong).collect();
        assert_eq!(
            wrong,
            ["core imports log, and no arrow points there", "views imports log, and no arrow points there",]
        );
    }

    #[test]
    fn a_room_off_the_whiteboard_is_found() {
        assert_eq!(check(&House::default().with_room("attic", &[])).len(), 1);
    }
}
