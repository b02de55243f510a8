//! The server is killed under load, and its clients find everything again.

use super::Outcome;
use crate::shell::{self, cargo};
use crate::tally::Tally;
use std::path::Path;

/// So many kills; `cargo xtask test` does a few of them among its tests.
pub fn run(root: &Path, kills: u64) -> Outcome {
    let arguments = ["test", "--release", "--package", "readyroom", "--test", "it", "--", "api::kill::"];
    let mut command = cargo(root, &arguments);
    command.env("TEST_KILLS", kills.to_string());
    let mut tally = None;
    match shell::run(&mut command, |line| tally = tally.or(Tally::of_test_result(line))) {
        Ok(well) => shell::judged("the test of kills", well, tally),
        Err(sentence) => Outcome::could_not(sentence),
    }
}
