//! The rules of the house hold; each rule is one check.

use super::{Outcome, Part};
use crate::tidy;
use std::path::Path;

/// The part.
pub const PART: Part = Part {
    name: "tidy",
    about: "the rules of the house hold",
    is_build: false,
    after_build: false,
    beside: false,
    run,
};

fn run(root: &Path) -> Outcome {
    match tidy::inspect(root) {
        Ok(outcome) => outcome,
        Err(sentence) => Outcome::could_not(sentence),
    }
}
