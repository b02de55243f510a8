//! How many checks passed, failed and were skipped, and the two ways programs print it.

use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;

/// A count of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Held.
    pub passed: u64,
    /// Did not hold, or could not run.
    pub failed: u64,
    /// Not asked for.
    pub skipped: u64,
}

impl Tally {
    /// One check that held.
    pub const PASS: Tally = Tally { passed: 1, failed: 0, skipped: 0 };
    /// One check that did not.
    pub const FAIL: Tally = Tally { passed: 0, failed: 1, skipped: 0 };

    /// Whether something failed.
    pub fn is_red(self) -> bool {
        self.failed > 0
    }

    /// Reads our own form, the whole line: `3 passed, 0 failed, 1 skipped`.
    pub fn of_last_line(line: &str) -> Option<Tally> {
        let mut counts = line.trim().split(", ");
        let tally = Tally {
            passed: counts.next()?.strip_suffix(" passed")?.parse().ok()?,
            failed: counts.next()?.strip_suffix(" failed")?.parse().ok()?,
            skipped: counts.next()?.strip_suffix(" skipped")?.parse().ok()?,
        };
        counts.next().is_none().then_some(tally)
    }

    /// Reads what each Rust test program prints: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn of_test_result(line: &str) -> Option<Tally> {
        let counts = line.strip_prefix("test result: ")?;
        let before = |word: &str| -> Option<u64> {
            let (left, _) = counts.split_once(word)?;
            left.rsplit(' ').next()?.parse().ok()
        };
        Some(Tally { passed: before(" passed;")?, failed: before(" failed;")?, skipped: before(" ignored;")? })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let tally = Tally { passed: 12_000, failed: 3, skipped: 1 };
        assert_eq!(tally.to_string(), "12000 passed, 3 failed, 1 skipped");
        assert_eq!(Tally::of_last_line(&tally.to_string()), Some(tally));
    }

    #[test]
    fn other_lines_are_not_a_count() {
        for line in [
            "",
            "done",
            "3 passed",
            "3 passed, 0 failed",
            "so 3 passed, 0 failed, 0 skipped",
            "3 passed, 0 failed, 0 skipped, 1 odd",
        ] {
            assert_eq!(Tally::of_last_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_test_program_is_read_plain_and_coloured() {
        let read = Some(Tally { passed: 5, failed: 2, skipped: 1 });
        let rest = "5 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::of_test_result(&format!("test result: FAILED. {rest}")), read);
        assert_eq!(Tally::of_test_result(&format!("test result: \u{1b}[31mFAILED\u{1b}[m. {rest}")), read);
        assert_eq!(Tally::of_test_result(&format!("note: test result: {rest}")), None);
    }
}
