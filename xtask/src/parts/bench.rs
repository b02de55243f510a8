//! The measurements still run. Nothing about time is asserted.

use super::{Outcome, Part};
use crate::shell::{built, gate};

/// The part.
pub const PART: Part = Part {
    name: "bench",
    about: "the measurements still run",
    is_build: false,
    after_build: true,
    beside: false,
    run: |root| match built(root, "target", "readyroom-bench", &["--small"]) {
        Ok(mut bench) => gate(&mut bench),
        Err(sentence) => Outcome::could_not(sentence),
    },
};
