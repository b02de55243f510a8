//! `cargo xtask tidy`: the rules of the house that no compiler knows.

mod arrows;
mod checklist;
mod fences;
mod house;
mod licences;
mod links;
mod manner;
mod pins;
mod places;
mod purity;
mod registry;
mod rust;
mod unused;

use crate::Command;
use crate::parts::Outcome;
use crate::tally::Tally;
use house::House;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// The command.
pub const COMMAND: Command = Command {
    name: "tidy",
    about: "check the rules of the house only",
    help: "Usage: cargo xtask tidy

Checks what no compiler checks: which room imports which, what a pure room may name,
licences and origin of dependencies, unused dependencies, the manner of the sources,
links and tests named in the documents, pinned versions. Each finding is one line:
the place, what is wrong, what to do. The last line counts rules:

  N passed, N failed, N skipped",
    run: command,
};

/// A rule of the house.
pub struct Rule {
    /// What holds, in a few words.
    pub name: &'static str,
    /// Everything that breaks it.
    pub check: fn(&House) -> Vec<Finding>,
}

/// One more rule is one more file and its line here.
const RULES: &[Rule] = &[
    arrows::RULE,
    purity::DEPENDENCIES,
    purity::SOURCES,
    fences::RULE,
    licences::RULE,
    registry::RULE,
    unused::RULE,
    manner::FIRST_LINE,
    manner::LENGTH,
    manner::LOOSE_ENDS,
    places::RULE,
    links::LINKS,
    links::PATHS,
    checklist::RULE,
    pins::RULE,
];

/// One thing to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, with a line where there is one.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub mend: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.wrong, self.mend)
    }
}

fn command(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    if let Some(word) = arguments.first() {
        return Err(format!("tidy takes no `{word}`."));
    }
    Ok(match inspect(root) {
        Ok(outcome) => {
            println!("{}", outcome.tally);
            if outcome.tally.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    })
}

/// Reads the house and checks every rule; each counts as one. `Err` says why the house could not be read.
pub fn inspect(root: &Path) -> Result<Outcome, String> {
    Ok(judge(&House::read(root)?, RULES))
}

fn judge(house: &House, rules: &[Rule]) -> Outcome {
    let mut sum = Outcome::default();
    for rule in rules {
        let mut findings = (rule.check)(house);
        findings.sort();
        sum.tally += if findings.is_empty() { Tally::PASS } else { Tally::FAIL };
        for finding in findings {
            println!("{finding}");
            sum.notes.push(format!("{} ({})", finding, rule.name));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_one_check_however_much_it_finds() {
        const HOLDS: Rule = Rule { name: "holds", check: |_| vec![] };
        const BROKEN: Rule = Rule {
            name: "broken",
            check: |_| {
                let finding = || Finding { place: "a".into(), wrong: "b".into(), mend: "c" };
                vec![finding(), finding()]
            },
        };
        let outcome = judge(&House::default(), &[HOLDS, BROKEN]);
        assert_eq!(outcome.tally, Tally { passed: 1, failed: 1, skipped: 0 });
        assert_eq!(outcome.notes, ["a: b; c (broken)", "a: b; c (broken)"]);
    }
}
