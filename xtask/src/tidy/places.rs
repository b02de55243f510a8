//! The project does not know the machine it is worked on at.

use super::house::House;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "no file names a machine's own path", check };

/// Put together here, so that this file does not contain them.
const PLACES: &[&str] = &[concat!("/wo", "rk/"), concat!("/fa", "rm/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &house.files {
        for (number, line) in file.lines() {
            for place in PLACES.iter().filter(|place| is_absolute(line, place)) {
                findings.push(Finding {
                    place: file.at(number),
                    wrong: format!("names `{place}`, a path of one machine"),
                    mend: "make it relative to the project or a parameter",
                });
            }
        }
    }
    findings
}

/// In the middle of a longer path the same letters mean something else.
fn is_absolute(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "._-}*~/".contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_path_is_found_in_any_file() {
        for place in PLACES {
            for path in ["README.md", "core/src/a.rs", ".ci/run"] {
                let house = House::default().with_file(path, &format!("see \"{place}x\""));
                assert_eq!(check(&house).len(), 1, "{path} {place}");
            }
        }
    }

    #[test]
    fn a_longer_path_is_no_machines() {
        for place in PLACES {
            assert!(check(&House::default().with_file("README.md", &format!("api{place}7, ..{place}"))).is_empty());
        }
    }
}
