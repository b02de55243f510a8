//! The compiler and clippy have nothing to say, and no fence of a pure room is crossed.

use super::Part;
use crate::shell::{cargo, gate};

/// The part.
pub const PART: Part = Part {
    name: "clippy",
    about: "no lint, no warning, no fence crossed",
    is_build: false,
    after_build: false,
    beside: false,
    run: |root| {
        let arguments = ["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"];
        gate(&mut cargo(root, &arguments))
    },
};
