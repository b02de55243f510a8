//! The documents point to what exists.

use super::house::{File, House};
use super::{Finding, Rule};

/// Links of a document lead to files.
pub const LINKS: Rule = Rule { name: "links lead somewhere", check: links };

/// A path of ours in backticks, as a code map has them, is there.
pub const PATHS: Rule = Rule { name: "paths named in documents exist", check: paths };

fn links(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in documents(house) {
        for (number, line) in prose(file) {
            for target in targets(line) {
                let relative = target.split('#').next().unwrap_or_default();
                let outside = target.contains("://") || target.starts_with("mailto:");
                if outside || relative.is_empty() {
                    continue;
                }
                if !resolved(&file.path, relative).is_some_and(|path| house.holds(&path)) {
                    findings.push(Finding {
                        place: file.at(number),
                        wrong: format!("links to `{target}`, which does not exist"),
                        mend: "mend the link",
                    });
                }
            }
        }
    }
    findings
}

fn paths(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The history of a project names what is gone.
    for file in documents(house).filter(|file| file.path != "CHANGELOG.md") {
        for (number, line) in prose(file) {
            let quoted = line.split('`').skip(1).step_by(2);
            for path in quoted.filter(|quoted| is_ours(house, quoted) && !house.holds(quoted)) {
                findings.push(Finding {
                    place: file.at(number),
                    wrong: format!("names `{path}`, which does not exist"),
                    mend: "name the place where it is now",
                });
            }
        }
    }
    findings
}

fn documents(house: &House) -> impl Iterator<Item = &File> {
    house.files.iter().filter(|file| file.path.ends_with(".md"))
}

/// The lines outside fenced code.
fn prose(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    file.lines().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The targets of `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(start, mark)| {
        let rest = &line[start + mark.len()..];
        rest.split_once(')')?.0.split_whitespace().next()
    })
}

/// A link seen from the root; nothing if it leaves it.
fn resolved(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether this looks like a path into one of our rooms or into the documents.
fn is_ours(house: &House, quoted: &str) -> bool {
    let plain = quoted.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let Some((top, _)) = quoted.split_once('/') else {
        return false;
    };
    plain && (top == "docs" || house.rooms.iter().any(|room| room.name == top))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(path: &str, text: &str) -> House {
        House::default()
            .with_room("core", &[])
            .with_file("core/src/lib.rs", "")
            .with_file("docs/checklist.md", "")
            .with_file(path, text)
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        let text = "See [the list](docs/checklist.md#a), [core](core/src), [out](https://example.org), [here](#x).\n[gone](docs/gone.md), [out of the house](../x)";
        let found = links(&house("README.md", text));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].to_string(), "README.md:2: links to `docs/gone.md`, which does not exist; mend the link");
    }

    #[test]
    fn a_link_is_read_from_where_it_stands() {
        assert!(links(&house("docs/a.md", "[core](../core/src/lib.rs)")).is_empty());
        assert_eq!(links(&house("docs/a.md", "[core](core/src/lib.rs)")).len(), 1);
    }

    #[test]
    fn a_path_to_nothing_is_found() {
        let text = "`core/src/lib.rs`, `core/src/`, `x/y`, `a <core/b>`\n```\n`core/in/code`\n```\n`core/src/gone.rs`";
        let found = paths(&house("ARCHITECTURE.md", text));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "ARCHITECTURE.md:5");
    }
}
