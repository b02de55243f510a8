//! The sources look alike.

use super::Part;
use crate::shell::{cargo, gate};

/// The part.
pub const PART: Part = Part {
    name: "fmt",
    about: "the sources are formatted",
    is_build: false,
    after_build: false,
    beside: false,
    run: |root| gate(&mut cargo(root, &["fmt", "--all", "--check"])),
};
