//! The simulator: seeds of a floor's hour, and crashes with replay.

use super::{Outcome, Part};
use crate::shell::{built, counted};
use std::path::Path;

/// The part.
pub const PART: Part = Part {
    name: "campaign",
    about: "the engine holds in a virtual world",
    is_build: false,
    after_build: true,
    beside: false,
    run: |root| run(root, 2_000, 10_000),
};

/// A campaign of this size; the simulator counts each seed and each crash.
pub fn run(root: &Path, seeds: u64, crashes: u64) -> Outcome {
    let (seeds, crashes) = (seeds.to_string(), crashes.to_string());
    let arguments = ["campaign", "--seeds", &seeds, "--crashes", &crashes];
    match built(root, "target", "readyroom-sim", &arguments) {
        Ok(mut sim) => counted(&mut sim),
        Err(sentence) => Outcome::could_not(sentence),
    }
}
