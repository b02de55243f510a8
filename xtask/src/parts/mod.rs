//! The parts of `cargo xtask test`, and what a part leaves.

mod api;
mod bench;
pub mod browser;
mod build;
pub mod campaign;
mod cargo_test;
mod clippy;
mod docs;
mod fmt;
pub mod kills;
pub mod mutants;
mod readme;
mod tidy;
pub mod web;

use crate::tally::Tally;
use std::path::Path;

/// One part of the proof.
pub struct Part {
    /// Its name in the table.
    pub name: &'static str,
    /// What it proves.
    pub about: &'static str,
    /// Whether it makes the programs others need.
    pub is_build: bool,
    /// Whether it runs such a program.
    pub after_build: bool,
    /// Whether it runs at the same time as the part before it: both of them together, one after the other, would leave
    /// a core idle for most of the time.
    pub beside: bool,
    /// Runs it.
    pub run: fn(root: &Path) -> Outcome,
}

/// Cheapest first. One more part is one more file and its line here.
pub const PARTS: &[Part] = &[
    fmt::PART,
    tidy::PART,
    clippy::PART,
    build::PART,
    web::PART,
    cargo_test::PART,
    docs::PART,
    readme::PART,
    bench::PART,
    browser::PART,
    campaign::PART,
    api::PART,
    mutants::PART,
];

/// What a part leaves: the count, and a line for everything worth repeating at the end.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The count.
    pub tally: Tally,
    /// What went wrong, to be found without scrolling.
    pub notes: Vec<String>,
}

impl Outcome {
    /// One failure, and why.
    pub fn could_not(sentence: String) -> Outcome {
        Outcome { tally: Tally::FAIL, notes: vec![sentence] }
    }

    /// Both.
    pub fn add(&mut self, other: Outcome) {
        self.tally += other.tally;
        self.notes.extend(other.notes);
    }
}

impl From<Tally> for Outcome {
    fn from(tally: Tally) -> Outcome {
        Outcome { tally, notes: vec![] }
    }
}
