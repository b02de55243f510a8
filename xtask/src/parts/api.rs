//! The server keeps to its own OpenAPI document, whatever is sent to it.

use super::{Outcome, Part};
use crate::shell::{self, built, counted};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The part.
pub const PART: Part = Part {
    name: "api",
    about: "requests made from the OpenAPI document are answered as it says",
    is_build: false,
    after_build: true,
    beside: false,
    run: |root| run(root).unwrap_or_else(Outcome::could_not),
};

/// Relative to the root.
const SCRIPT: &str = "xtask/src/parts/api.py";
const PINS: &str = "xtask/requirements.txt";
const VENV: &str = "target/venv";

fn run(root: &Path) -> Result<Outcome, String> {
    let program = built(root, "target", "readyroom", &[])?;
    let mut script = Command::new(python(root)?);
    script.arg(SCRIPT).arg(program.get_program()).current_dir(root);
    Ok(counted(&mut script))
}

/// A Python with exactly the pinned packages; made when it is missing or the pins have changed.
fn python(root: &Path) -> Result<PathBuf, String> {
    let (venv, file) = (root.join(VENV), root.join(PINS));
    let (python, made_of) = (venv.join("bin/python"), venv.join("made-of.txt"));
    let pins = fs::read_to_string(&file).map_err(|error| format!("{PINS} cannot be read: {error}"))?;
    if python.is_file() && fs::read_to_string(&made_of).is_ok_and(|made_of| made_of == pins) {
        return Ok(python);
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    let sentence = "Python 3 with its venv is missing. On Debian or Ubuntu: apt-get install python3-venv";
    well(&mut make, sentence)?;
    let mut fetch = Command::new(&python);
    fetch.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    well(fetch.arg(&file), "the packages of xtask/requirements.txt could not be fetched; is the package index there?")?;
    fs::write(&made_of, pins).map_err(|error| format!("{} cannot be written: {error}", made_of.display()))?;
    Ok(python)
}

/// Runs it; the sentence says what it means when it does not end well.
fn well(command: &mut Command, sentence: &str) -> Result<(), String> {
    match shell::run(command, |_| {}) {
        Ok(true) => Ok(()),
        Ok(false) => Err(sentence.to_owned()),
        Err(error) => Err(format!("{sentence} ({error})")),
    }
}
