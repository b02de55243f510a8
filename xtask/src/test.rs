//! `cargo xtask test`: every check there is, in one command, the same here and in CI.

use crate::Command;
use crate::parts::{Outcome, PARTS, Part};
use crate::shell;
use crate::tally::Tally;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The command.
pub const COMMAND: Command = Command {
    name: "test",
    about: "run every check, cheapest first",
    help: "Usage: cargo xtask test [part…]

Runs every check, about the cheapest first, and goes on after a failure, so that one run
shows everything. Prints the minutes of each part, and what failed by name; the last line is

  N passed, N failed, N skipped

summed over all parts. A part that could not run counts as failed. The exit code
is 0 only if nothing failed.

With names, runs only those parts (and the build, if they need it): fmt, tidy,
clippy, build, web, tests, docs, readme, bench, browser, campaign, api, mutants.",
    run: command,
};

fn command(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    let chosen = chosen(PARTS, arguments)?;
    let start = Instant::now();
    let ran = run(root, &chosen);
    println!("{}", report(&ran, start.elapsed()));
    let sum: Tally = ran.iter().map(|ran| ran.outcome.tally).sum();
    Ok(if sum.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A part that has run.
struct Ran {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// All parts, or the named ones and the build they rest on.
fn chosen<'a>(parts: &'a [Part], names: &[String]) -> Result<Vec<&'a Part>, String> {
    if let Some(name) = names.iter().find(|name| parts.iter().all(|part| part.name != **name)) {
        return Err(format!("There is no part `{name}`; see cargo xtask test --help."));
    }
    let named = |part: &Part| names.is_empty() || names.iter().any(|name| name == part.name);
    let builds = parts.iter().any(|part| named(part) && part.after_build);
    Ok(parts.iter().filter(|part| named(part) || (builds && part.is_build)).collect())
}

/// One after the other, or by twos: most parts keep both cores of a small machine busy by themselves, and their minutes
/// mean something.
fn run(root: &Path, parts: &[&Part]) -> Vec<Ran> {
    let mut built = true;
    let mut done = Vec::new();
    for together in parts.chunk_by(|_, next| next.beside) {
        let ran: Vec<Ran> = match together {
            [part] => vec![run_one(root, part, built)],
            _ => std::thread::scope(|scope| {
                let threads: Vec<_> = together
                    .iter()
                    .map(|part| scope.spawn(move || shell::named(part.name, || run_one(root, part, built))))
                    .collect();
                threads.into_iter().map(|thread| thread.join().expect("a part says what it could not")).collect()
            }),
        };
        built &= !together.iter().zip(&ran).any(|(part, ran)| part.is_build && ran.outcome.tally.is_red());
        done.extend(ran);
    }
    done
}

fn run_one(root: &Path, part: &Part, built: bool) -> Ran {
    println!("\n== {}: {}", part.name, part.about);
    let start = Instant::now();
    let outcome = if part.after_build && !built {
        // What stands in target/ is of an older source and would prove nothing.
        Outcome::could_not("needs the build, which failed".into())
    } else {
        (part.run)(root)
    };
    let took = start.elapsed();
    println!("== {}: {}, {} min", part.name, outcome.tally, minutes(took));
    Ran { name: part.name, outcome, took }
}

/// The table of minutes, what went wrong, and the sum as the last line.
fn report(ran: &[Ran], total: Duration) -> String {
    let mut text = String::from("\npart        passed  failed skipped minutes\n");
    for Ran { name, outcome, took } in ran {
        let Tally { passed, failed, skipped } = outcome.tally;
        text += &format!("{name:<10} {passed:>7} {failed:>7} {skipped:>7} {:>7}\n", minutes(*took));
    }
    text += &format!("{:<34} {:>7}\n\n", "all", minutes(total));
    for Ran { name, outcome, .. } in ran {
        for note in &outcome.notes {
            text += &format!("{name}: {note}\n");
        }
    }
    text + &ran.iter().map(|ran| ran.outcome.tally).sum::<Tally>().to_string()
}

fn minutes(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREEN: Part = Part {
        name: "green",
        about: "",
        is_build: false,
        after_build: false,
        beside: false,
        run: |_| Outcome::from(Tally { passed: 3, failed: 0, skipped: 1 }),
    };
    const RED: Part = Part { name: "red", run: |_| Outcome::could_not("it broke".into()), ..GREEN };
    const BUILD: Part = Part { name: "build", is_build: true, ..GREEN };
    const BROKEN_BUILD: Part = Part { name: "build", is_build: true, ..RED };
    const AFTER: Part = Part { name: "after", after_build: true, ..GREEN };
    const BESIDE: Part = Part { name: "beside", beside: true, ..RED };

    fn told(parts: &[&Part]) -> String {
        report(&run(Path::new("."), parts), Duration::ZERO)
    }

    #[test]
    fn the_last_line_is_the_sum_and_a_failure_stops_nothing() {
        let text = told(&[&GREEN, &RED, &GREEN]);
        assert_eq!(text.lines().last(), Some("6 passed, 1 failed, 2 skipped"));
        assert!(text.contains("\nred: it broke\n"));
    }

    #[test]
    fn what_needs_the_build_is_red_when_the_build_is() {
        assert_eq!(told(&[&BROKEN_BUILD, &AFTER]).lines().last(), Some("0 passed, 2 failed, 0 skipped"));
        assert_eq!(told(&[&BUILD, &AFTER]).lines().last(), Some("6 passed, 0 failed, 2 skipped"));
    }

    #[test]
    fn parts_beside_each_other_all_count_in_their_order() {
        let text = told(&[&BUILD, &BESIDE, &AFTER]);
        assert_eq!(text.lines().last(), Some("6 passed, 1 failed, 2 skipped"));
        assert!(text.find("build").unwrap() < text.find("beside").unwrap(), "{text}");
        assert!(text.contains("\nbeside: it broke\n"));
        let broken = told(&[&GREEN, &Part { beside: true, ..BROKEN_BUILD }, &AFTER]);
        assert_eq!(broken.lines().last(), Some("3 passed, 2 failed, 1 skipped"));
    }

    #[test]
    fn a_named_part_brings_the_build_it_rests_on() {
        let names = |asked: &[&str]| -> Result<Vec<&str>, String> {
            let asked: Vec<String> = asked.iter().map(|name| name.to_string()).collect();
            let parts = [GREEN, BUILD, AFTER];
            Ok(chosen(&parts, &asked)?.iter().map(|part| part.name).collect())
        };
        assert_eq!(names(&[]), Ok(vec!["green", "build", "after"]));
        assert_eq!(names(&["green"]), Ok(vec!["green"]));
        assert_eq!(names(&["after"]), Ok(vec!["build", "after"]));
        assert!(names(&["other"]).is_err());
    }

    #[test]
    fn the_help_names_every_part() {
        for part in PARTS {
            assert!(COMMAND.help.contains(part.name), "{}", part.name);
        }
    }
}
