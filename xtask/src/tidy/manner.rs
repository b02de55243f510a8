//! A source names its subject, is short enough to be one room, and leaves nothing for later.

use super::house::{File, House};
use super::{Finding, Rule, rust};

/// Every Rust file says in its first line what it is about.
pub const FIRST_LINE: Rule = Rule { name: "a file names its subject", check: first_line };

/// No file is longer than one can keep in mind.
pub const LENGTH: Rule = Rule { name: "a file is one room", check: length };

/// Nothing is left for later.
pub const LOOSE_ENDS: Rule = Rule { name: "nothing is left for later", check: loose_ends };

/// In lines.
const LENGTH_MAX: usize = 1_000;

/// Put together here, so that this file does not contain them.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ign", "ore"),
];

fn first_line(house: &House) -> Vec<Finding> {
    let silent = house.files.iter().filter(|file| file.is_rust()).filter(|file| {
        let subject = file.text.lines().next().and_then(|line| line.strip_prefix("//! "));
        subject.is_none_or(|subject| subject.trim().is_empty())
    });
    let finding = |file: &File| Finding {
        place: file.at(1),
        wrong: "does not say what it is about".into(),
        mend: "begin with a line `//! …` that names the subject",
    };
    silent.map(finding).collect()
}

fn length(house: &House) -> Vec<Finding> {
    let long = house.files.iter().filter(|file| is_source(&file.path)).filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > LENGTH_MAX).then(|| Finding {
            place: file.path.clone(),
            wrong: format!("has {lines} lines, more than {LENGTH_MAX}"),
            mend: "find the second subject in it and give it a file",
        })
    });
    long.collect()
}

fn loose_ends(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.files.iter().filter(|file| is_source(&file.path)) {
        for (number, line) in file.lines() {
            for mark in MARKS.iter().filter(|mark| rust::names(line, mark)) {
                findings.push(Finding {
                    place: file.at(number),
                    wrong: format!("leaves `{mark}`"),
                    mend: "finish it, or write it into an issue",
                });
            }
        }
    }
    findings
}

fn is_source(path: &str) -> bool {
    let ends = [".rs", ".toml", ".sh", ".ts", ".js", ".mjs", ".svelte", ".css", ".html", ".sql", ".ci/run"];
    ends.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_subject_is_found() {
        for (text, found) in
            [("//! A room.\n", 0), ("fn a() {}\n", 1), ("//!\n//! late\n", 1), ("", 1), ("\n//! late\n", 1)]
        {
            assert_eq!(first_line(&House::default().with_file("core/src/a.rs", text)).len(), found, "{text}");
        }
    }

    #[test]
    fn a_file_too_long_is_found() {
        for (lines, found) in [(LENGTH_MAX, 0), (LENGTH_MAX + 1, 1)] {
            assert_eq!(length(&House::default().with_file("core/src/a.rs", &"\n".repeat(lines))).len(), found);
        }
    }

    #[test]
    fn every_mark_is_found_in_sources_and_only_there() {
        for mark in MARKS {
            let line = format!("    {mark}");
            assert_eq!(loose_ends(&House::default().with_file("core/src/a.rs", &line)).len(), 1, "{mark}");
            assert_eq!(loose_ends(&House::default().with_file("README.md", &line)).len(), 0, "{mark}");
        }
    }
}
