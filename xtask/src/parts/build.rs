//! Every program is built, as later parts run it.

use super::Part;
use crate::shell::{cargo, gate};

/// The part.
pub const PART: Part = Part {
    name: "build",
    about: "every program is built",
    is_build: true,
    after_build: false,
    beside: false,
    run: |root| gate(&mut cargo(root, &["build", "--release", "--workspace"])),
};
