//! The simulator catches every fault planted in the engine: a check that never failed is not yet a check.

use super::{Outcome, Part};
use crate::shell::{behind_others, built, cargo, counted, gate};
use std::path::Path;

/// The part.
pub const PART: Part = Part {
    name: "mutants",
    about: "every planted fault is caught",
    is_build: false,
    after_build: false,
    beside: true,
    run,
};

/// Away from the shipped programs: mutants must never reach one, and other flags rebuild everything.
const TARGET: &str = "target/mutants";

fn run(root: &Path) -> Outcome {
    let arguments = ["build", "--release", "--package", "readyroom-sim", "--target-dir", TARGET];
    let given = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut build = cargo(root, &arguments);
    build.env("RUSTFLAGS", format!("{given} --cfg mutants").trim_start());
    let ready = gate(&mut behind_others(&build));
    if ready.tally.is_red() {
        return ready;
    }
    match built(root, TARGET, "readyroom-sim", &["mutants"]) {
        Ok(sim) => counted(&mut behind_others(&sim)),
        Err(sentence) => Outcome::could_not(sentence),
    }
}
