//! docs/checklist.md says which test shows which promise; the tests it names exist.
//!
//! A test is named in backticks by its room and its function, with anything between:
//! `core::…::a_break_pressed_while_talking_waits_for_the_end`.

use super::house::House;
use super::{Finding, Rule, rust};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule { name: "the checklist names tests that exist", check };

const CHECKLIST: &str = "docs/checklist.md";

fn check(house: &House) -> Vec<Finding> {
    let Some(file) = house.file(CHECKLIST) else {
        return vec![Finding {
            place: CHECKLIST.into(),
            wrong: "is missing".into(),
            mend: "write a table of promises and the tests that show them",
        }];
    };
    let mut findings = Vec::new();
    let mut named = 0;
    for (number, line) in file.lines() {
        let quoted = line.split('`').skip(1).step_by(2);
        for path in quoted.filter(|quoted| quoted.contains("::")) {
            named += 1;
            let room = path.split("::").next().unwrap_or_default();
            let test = path.rsplit("::").next().unwrap_or_default();
            if !tests_of(house, room).contains(test) && !is_journey(house, room, test) {
                findings.push(Finding {
                    place: file.at(number),
                    wrong: format!("names the test `{path}`, and no `#[test] fn {test}` stands in {room}/"),
                    mend: "name the test as it is called now, or write it",
                });
            }
        }
    }
    if named == 0 {
        findings.push(Finding {
            place: CHECKLIST.into(),
            wrong: "names no test".into(),
            mend: "name tests in backticks, as `room::…::function`",
        });
    }
    findings
}

/// Whether a script of this room has a test of this name: `test("somebody signs in", …`.
fn is_journey(house: &House, room: &str, test: &str) -> bool {
    let inside = format!("{room}/");
    let scripts = house.files.iter().filter(|file| file.path.starts_with(&inside));
    let mut scripts = scripts.filter(|file| file.path.ends_with(".mjs") || file.path.ends_with(".test.ts"));
    let heads = [format!("test(\"{test}\","), format!("it(\"{test}\",")];
    scripts.any(|file| heads.iter().any(|head| file.text.contains(head)))
}

fn tests_of<'a>(house: &'a House, room: &str) -> BTreeSet<&'a str> {
    house.rust(room).flat_map(|file| rust::tests(&file.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(checklist: &str) -> usize {
        let source = "#[test]\nfn a_break() {}\nfn helper() {}\n";
        let house = House::default().with_file("core/src/a.rs", source).with_file("sim/src/b.rs", "");
        check(&house.with_file(CHECKLIST, checklist)).len()
    }

    #[test]
    fn a_test_that_exists_is_believed() {
        assert_eq!(found("| E-15 | finishing | `core::a::tests::a_break` |\n"), 0);
        assert_eq!(found("| E-15 | finishing | `core::a_break` and `core` |\n"), 0);
    }

    #[test]
    fn a_test_that_does_not_is_found() {
        for name in ["core::a_brake", "sim::a_break", "core::helper", "attic::a_break"] {
            assert_eq!(found(&format!("| E-15 | `{name}` |\n")), 1, "{name}");
        }
    }

    #[test]
    fn a_journey_is_known_by_its_name() {
        let journey =
            House::default().with_file("web/browser/a.journey.mjs", "test(\"somebody, at last\", async () => {});\n");
        let row = |name: &str| format!("| M-01 | `web::browser::{name}` |\n");
        assert_eq!(check(&journey.with_file(CHECKLIST, &row("somebody, at last"))).len(), 0);
        assert_eq!(check(&House::default().with_file(CHECKLIST, &row("somebody, at last"))).len(), 1);
    }

    #[test]
    fn a_missing_and_an_empty_checklist_are_found() {
        assert_eq!(check(&House::default()).len(), 1);
        assert_eq!(found("# The checklist\n"), 1);
    }
}
