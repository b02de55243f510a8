//! The console's own checks: manner, types and units.

use super::{Outcome, Part};
use crate::shell;
use crate::tally::Tally;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The part.
pub const PART: Part = Part {
    name: "web",
    about: "the console's manner, types and unit tests",
    is_build: false,
    after_build: false,
    beside: true,
    run: |root| run(root).unwrap_or_else(Outcome::could_not),
};

/// The scripts of web/package.json that are one check each.
const GATES: &[&str] = &["lint", "check"];

fn run(root: &Path) -> Result<Outcome, String> {
    install(root)?;
    let mut sum = Outcome::default();
    for gate in GATES {
        sum.add(shell::gate(&mut npm(root, &["run", "--silent", gate])));
    }
    // The console and the widget are counted one after the other.
    let mut counted: Option<Tally> = None;
    let ended_well = shell::run(npm(root, &["run", "--silent", "test"]).env("NO_COLOR", "1"), |line| {
        if let Some(tally) = tests(line) {
            *counted.get_or_insert_default() += tally;
        } else if line.starts_with(" FAIL ") {
            sum.notes.push(line.trim_start().to_owned());
        }
    })?;
    sum.add(shell::judged("npm test", ended_well, counted));
    Ok(sum)
}

/// The count in the line that vitest ends with: `Tests  1 failed | 120 passed | 2 skipped (123)`.
fn tests(line: &str) -> Option<Tally> {
    let counts = line.trim_start().strip_prefix("Tests ")?;
    let (counts, _sum) = counts.split_once('(')?;
    counts.split('|').try_fold(Tally::default(), |mut tally, part| {
        let (count, word) = part.trim().split_once(' ')?;
        let count: u64 = count.parse().ok()?;
        match word {
            "passed" => tally.passed += count,
            "failed" => tally.failed += count,
            "skipped" | "todo" => tally.skipped += count,
            _ => return None,
        }
        Some(tally)
    })
}

/// npm, in the console's directory.
pub fn npm(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(root.join("web"));
    command
}

/// Fetches exactly what the lock names, unless that is there: as web/build.rs does.
///
/// # Errors
/// A sentence that says what is missing.
pub fn install(root: &Path) -> Result<(), String> {
    let web = root.join("web");
    let (lock, stamp) = (web.join("package-lock.json"), web.join("node_modules/.made-of"));
    let wanted = fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    if fs::read(&stamp).is_ok_and(|made_of| made_of == wanted) {
        return Ok(());
    }
    match shell::run(&mut npm(root, &["ci", "--no-audit", "--no-fund"]), |_| {}) {
        Ok(true) => fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display())),
        Ok(false) => Err("the console's packages could not be fetched; is the package registry there?".into()),
        Err(error) => Err(format!("Node.js 20.19 or later with npm is missing: https://nodejs.org ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_the_units_counts() {
        let tally = |passed, failed, skipped| Some(Tally { passed, failed, skipped });
        assert_eq!(tests("      Tests  120 passed (120)"), tally(120, 0, 0));
        assert_eq!(tests("      Tests  3 failed | 120 passed | 1 skipped (124)"), tally(120, 3, 1));
        assert_eq!(tests(" Test Files  4 passed (4)"), None);
        assert_eq!(tests("      Tests  no tests"), None);
    }
}
