//! The documentation builds, with no broken link in it.

use super::Part;
use crate::shell::{cargo, gate};

/// The part.
pub const PART: Part = Part {
    name: "docs",
    about: "the documentation builds without a warning",
    is_build: false,
    after_build: false,
    beside: false,
    run: |root| {
        let arguments = ["doc", "--release", "--workspace", "--no-deps", "--document-private-items"];
        gate(cargo(root, &arguments).env("RUSTDOCFLAGS", "-D warnings"))
    },
};
