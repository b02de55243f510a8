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
    run: |root| run(root).unwrap_or_else(Outcome::could_not),
};

const CHROMIUM: &str = "/usr/bin/chromium";

fn run(root: &Path) -> Result<Outcome, String> {
    web::install(root)?;
    if !Path::new(CHROMIUM).exists() {
        let mut fetch = Command::new("xtask/install.sh");
        if !shell::run(fetch.arg("chromium").current_dir(root), |_| {})? {
            return Err("chromium is missing, and could not be installed".into());
        }
    }
    let program = built(root, "target", "readyroom", &[])?;
    let mut journeys = Command::new("node");
    journeys.arg("browser/run.mjs").current_dir(root.join("web"));
    journeys.env("READYROOM", program.get_program()).env("CHROMIUM", CHROMIUM);
    Ok(shell::counted(&mut journeys))
}
