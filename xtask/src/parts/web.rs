//! The console's own checks: manner, types and units.

use super::{Outcome, Part};
use crate::shell;
use crate::tally::Tally;
use std::path::Path;
use std::process::Command;

/// The part.
pub const PART: Part = Part {
    name: "web",
    about: "the console's manner, types and unit tests",
    is_build: false,
    after_build: false,
    run: |root| run(root).unwrap_or_else(Outcome::could_not),
};

/// The scripts of web/package.json that are one check each.
const GATES: &[&str] = &["lint", "check"];
/// The script whose last line counts.
const TESTS: &str = "test";

fn run(root: &Path) -> Result<Outcome, String> {
    install(root)?;
    let mut sum = Outcome::from(Tally::default());
    for gate in GATES {
        sum.add(shell::gate(&mut npm(root, &["run", "--silent", gate])));
    }
    sum.add(shell::counted(&mut npm(root, &["run", "--silent", TESTS])));
    Ok(sum)
}

/// npm, in the console's directory.
fn npm(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(root.join("web"));
    command
}

/// Fetches exactly what the lock names, unless that is there.
///
/// # Errors
/// A sentence that says what is missing.
pub fn install(root: &Path) -> Result<(), String> {
    let mut script = Command::new("node");
    script.arg("install.mjs").current_dir(root.join("web"));
    match shell::run(&mut script, |_| {}) {
        Ok(true) => Ok(()),
        Ok(false) => Err("the console's packages could not be fetched; is the package registry there?".into()),
        Err(error) => Err(format!("Node.js 20.19 or later is missing: https://nodejs.org ({error})")),
    }
}
