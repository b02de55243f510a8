//! What the README promises a newcomer works as typed there.

use super::{Outcome, Part};
use crate::shell::{self, built, cargo, gate};
use crate::tally::Tally;
use std::path::Path;
use std::process::Command;

/// The part.
pub const PART: Part =
    Part { name: "readme", about: "the README's commands work", is_build: false, after_build: true, run };

/// The first command of the README, up to the seed; the second is the one that runs us.
const STORY: &str = "cargo run -p readyroom-sim --release -- ";
const TEST: &str = "cargo xtask test";

fn run(root: &Path) -> Outcome {
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap_or_default();
    let mut sum = match shown(&readme, STORY) {
        Some(line) => story(&mut cargo(root, &words_after_cargo(line))),
        None => Outcome::could_not(format!("README.md shows no line starting `{STORY}`")),
    };
    sum.add(match shown(&readme, TEST) {
        Some(_) => Outcome::from(Tally::PASS),
        None => Outcome::could_not(format!("README.md shows no line `{TEST}`")),
    });
    sum.add(match built(root, "target", "readyroom", &["--help"]) {
        Ok(mut program) => gate(&mut program),
        Err(sentence) => Outcome::could_not(sentence),
    });
    sum
}

/// The first line of this kind, as a reader would copy it.
fn shown<'a>(readme: &'a str, start: &str) -> Option<&'a str> {
    readme.lines().map(str::trim_start).map(|line| line.trim_start_matches("$ ")).find(|line| line.starts_with(start))
}

fn words_after_cargo(line: &str) -> Vec<&str> {
    let (typed, _remark) = line.split_once(" #").unwrap_or((line, ""));
    typed.split_whitespace().skip(1).collect()
}

/// A story has several lines; a program that ends well and says nothing has not told one.
fn story(command: &mut Command) -> Outcome {
    let mut lines = 0;
    match shell::run(command, |line| lines += u32::from(!line.is_empty())) {
        Ok(true) if lines >= 10 => Outcome::from(Tally::PASS),
        Ok(true) => Outcome::could_not(format!("the story of the README's seed has only {lines} lines")),
        Ok(false) => Outcome::could_not("the README's first command failed".into()),
        Err(sentence) => Outcome::could_not(sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_taken_as_typed() {
        let readme = "# Readyroom\n\n```sh\n$ cargo run -p readyroom-sim --release -- --seed 1  # a story\n```\n";
        let line = shown(readme, STORY).unwrap();
        assert_eq!(words_after_cargo(line).join(" "), "run -p readyroom-sim --release -- --seed 1");
        assert_eq!(shown(readme, TEST), None);
    }

    #[test]
    fn silence_is_no_story() {
        assert_eq!(story(&mut Command::new("true")).tally, Tally::FAIL);
        assert_eq!(story(Command::new("seq").arg("10")).tally, Tally::PASS);
    }
}
