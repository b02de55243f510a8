//! People's journeys through the real program in a real browser.

use super::{Outcome, Part, web};
use crate::shell::{self, built};
use std::path::Path;
use std::process::Command;

/// The part.
pub const PART: Part = Part {
    name: "browser",
    about: "journeys through the real program in a real browser",
    is_build: false,
    after_build: true,
    beside: false,
    run: |root| run(root).unwrap_or_else(Outcome::could_not),
};

const CHROMIUM: &str = "/usr/bin/chromium";

fn run(root: &Path) -> Result<Outcome, String> {
    web::install(root)?;
    let program = built(root, "target", "readyroom", &[])?;
    let mut journeys = node(root, "browser/run.mjs")?;
    journeys.env("READYROOM", program.get_program());
    Ok(shell::counted(&mut journeys))
}

/// Node with a script of the console's, and a browser for it.
///
/// # Errors
/// A sentence: there is no browser and none could be fetched.
pub fn node(root: &Path, script: &str) -> Result<Command, String> {
    if !Path::new(CHROMIUM).exists() {
        let mut fetch = Command::new("xtask/install.sh");
        if !shell::run(fetch.arg("chromium").current_dir(root), |_| {})? {
            return Err("chromium is missing, and could not be installed".into());
        }
    }
    let mut node = Command::new("node");
    node.arg(script).current_dir(root.join("web")).env("CHROMIUM", CHROMIUM);
    Ok(node)
}
