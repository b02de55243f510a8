//! Unit, integration and documentation tests.

use super::{Outcome, Part};
use crate::shell::{self, cargo};
use crate::tally::Tally;
use std::path::Path;

/// The part.
pub const PART: Part = Part {
    name: "tests",
    about: "unit, integration and documentation tests",
    is_build: false,
    after_build: false,
    beside: false,
    run,
};

fn run(root: &Path) -> Outcome {
    let mut heard = Heard::default();
    let mut command = cargo(root, &["test", "--release", "--workspace", "--no-fail-fast"]);
    match shell::run(&mut command, |line| heard.line(line)) {
        Ok(well) => heard.outcome(well),
        Err(sentence) => Outcome::could_not(sentence),
    }
}

/// What the test programs have said so far.
#[derive(Default)]
struct Heard {
    tally: Tally,
    failed: Vec<String>,
}

impl Heard {
    fn line(&mut self, line: &str) {
        if let Some(tally) = Tally::of_test_result(line) {
            self.tally += tally;
        } else if line.starts_with("test ") && line.ends_with("... FAILED") {
            self.failed.push(line.to_string());
        }
    }

    /// A test program that does not compile, or dies without a count, shows only in cargo's exit code.
    fn outcome(self, ended_well: bool) -> Outcome {
        let mut outcome = shell::judged("cargo test", ended_well, Some(self.tally));
        outcome.notes.extend(self.failed);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[&str]) -> Heard {
        let mut heard = Heard::default();
        lines.iter().for_each(|line| heard.line(line));
        heard
    }

    #[test]
    fn every_test_program_is_summed() {
        let result = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        let outcome = heard(&[result, "running 2 tests", result]).outcome(true);
        assert_eq!(outcome.tally, Tally { passed: 10, failed: 0, skipped: 2 });
    }

    #[test]
    fn a_failing_test_is_named() {
        let outcome = heard(&[
            "test a_break ... FAILED",
            "test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
        ])
        .outcome(false);
        assert_eq!(outcome.tally.failed, 1);
        assert_eq!(outcome.notes, ["test a_break ... FAILED"]);
    }

    #[test]
    fn a_test_program_that_dies_or_does_not_compile_is_red() {
        let green = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(heard(&[green]).outcome(false).tally.failed, 1);
        assert_eq!(heard(&[]).outcome(false).tally.failed, 1);
    }

    #[test]
    fn no_tests_at_all_is_red() {
        assert_eq!(heard(&[]).outcome(true).tally, Tally::FAIL);
    }
}
