//! Running other programs: shown as they speak, listened to, and judged.

use crate::parts::Outcome;
use crate::tally::Tally;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

/// Cargo, in the workspace's directory.
pub fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root);
    command
}

/// A program this workspace built earlier. `target` is relative to the root: `target` or `target/mutants`.
pub fn built(root: &Path, target: &str, name: &str, arguments: &[&str]) -> Result<Command, String> {
    let program = root.join(target).join("release").join(name);
    if !program.is_file() {
        return Err(format!("{target}/release/{name} was not built"));
    }
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root);
    Ok(command)
}

thread_local! {
    /// What stands before each line of the programs this thread runs.
    static LABEL: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Does it with the name before every line that programs say meanwhile: another thread's programs speak too.
pub fn named<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let before = LABEL.replace(Some(name));
    let done = work();
    LABEL.set(before);
    done
}

/// The command with what others leave of the cores: it runs beside something that waits for the clock.
pub fn behind_others(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "10"]).arg(command.get_program()).args(command.get_args());
    nice.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(dir) = command.get_current_dir() {
        nice.current_dir(dir);
    }
    nice
}

/// Runs it and shows what it says; every line of its stdout is heard. True if it ended well.
pub fn run(command: &mut Command, mut hear: impl FnMut(&str)) -> Result<bool, String> {
    let label = LABEL.get().map(|name| format!("{name}| ")).unwrap_or_default();
    // Not on stdout, which may be a table or JSON for others to read.
    eprintln!("{label}$ {}", spoken(command));
    if !label.is_empty() {
        command.stderr(Stdio::piped());
    }
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}` could not be run: {error}", spoken_name(command)))?;
    let (stdout, stderr, label) = (child.stdout.take().expect("stdout is piped"), child.stderr.take(), &label);
    let heard = std::thread::scope(|scope| {
        let aside = stderr.map(|stderr| scope.spawn(move || lines(stderr, |said| eprint!("{label}{said}"))));
        let heard = lines(stdout, |said| {
            print!("{label}{said}");
            hear(said.trim_end());
        });
        heard.and(aside.map_or(Ok(()), |aside| aside.join().expect("it only prints")))
    });
    heard.map_err(|error| error.to_string())?;
    Ok(child.wait().map_err(|error| error.to_string())?.success())
}

/// Every line, with its end.
fn lines(from: impl Read, mut each: impl FnMut(&str)) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        each(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}

/// Runs a program whose good end is one passed check.
pub fn gate(command: &mut Command) -> Outcome {
    match run(command, |_| {}) {
        Ok(true) => Outcome::from(Tally::PASS),
        Ok(false) => Outcome::could_not(format!("`{}` failed", spoken(command))),
        Err(sentence) => Outcome::could_not(sentence),
    }
}

/// What such a program writes before the name of each check that did not hold.
const FAILED: &str = "FAILED: ";
/// How many of them are repeated at the end.
const NAMED_MAX: usize = 20;

/// Runs a program whose last line counts its checks; a line `FAILED: name` tells of one that did not hold.
pub fn counted(command: &mut Command) -> Outcome {
    let (mut last, mut failed) = (String::new(), Vec::new());
    let ended = run(command, |line| {
        if line.starts_with(FAILED) {
            failed.push(line.to_string());
            failed.truncate(NAMED_MAX);
        } else if !line.is_empty() {
            last = line.to_string();
        }
    });
    let mut outcome = match ended {
        Ok(well) => judged(&spoken(command), well, Tally::of_last_line(&last)),
        Err(sentence) => Outcome::could_not(sentence),
    };
    outcome.notes.extend(failed);
    outcome
}

/// A count is believed only if the program ended as it says: green and well, or red and badly.
pub fn judged(what: &str, ended_well: bool, tally: Option<Tally>) -> Outcome {
    match tally {
        None => Outcome::could_not(format!("`{what}` printed no count")),
        Some(tally) if tally.is_red() => Outcome::from(tally),
        Some(tally) if !ended_well => {
            let mut outcome = Outcome::could_not(format!("`{what}` failed beside its count"));
            outcome.tally += tally;
            outcome
        }
        Some(tally) if tally.passed == 0 => Outcome::could_not(format!("`{what}` checked nothing")),
        Some(tally) => Outcome::from(tally),
    }
}

/// The command as one would type it.
fn spoken(command: &Command) -> String {
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(spoken_name(command)).chain(words).collect::<Vec<_>>().join(" ")
}

fn spoken_name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_gate_is_red_when_the_program_fails_or_is_not_there() {
        assert_eq!(gate(&mut sh("exit 0")).tally, Tally::PASS);
        assert_eq!(gate(&mut sh("exit 3")).tally, Tally::FAIL);
        assert_eq!(gate(&mut Command::new("no-such-program")).tally, Tally::FAIL);
    }

    #[test]
    fn under_a_name_a_program_is_heard_and_judged_alike() {
        let outcome = named("part", || counted(&mut sh("echo aside >&2; echo 2 passed, 0 failed, 0 skipped")));
        assert_eq!(outcome.tally, Tally { passed: 2, failed: 0, skipped: 0 });
    }

    #[test]
    fn behind_others_a_command_is_the_same() {
        let mut command = sh("test \"$A\" = b && test \"$PWD\" = / && test $(nice) -ge 10");
        assert_eq!(gate(&mut behind_others(command.env("A", "b").current_dir("/"))).tally, Tally::PASS);
    }

    #[test]
    fn the_last_line_counts() {
        let outcome = counted(&mut sh("echo 9 passed, 9 failed, 9 skipped; echo 2 passed, 0 failed, 1 skipped"));
        assert_eq!(outcome.tally, Tally { passed: 2, failed: 0, skipped: 1 });
        assert!(outcome.notes.is_empty());
    }

    #[test]
    fn a_program_that_counts_green_but_fails_is_red() {
        let outcome = counted(&mut sh("echo 2 passed, 0 failed, 0 skipped; exit 1"));
        assert_eq!(outcome.tally, Tally { passed: 2, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_program_that_ends_well_but_counts_red_is_red() {
        let outcome = counted(&mut sh("echo FAILED: a break; echo 2 passed, 4 failed, 0 skipped"));
        assert_eq!(outcome.tally.failed, 4);
        assert_eq!(outcome.notes, ["FAILED: a break"]);
    }

    #[test]
    fn no_count_and_an_empty_count_are_red() {
        assert_eq!(counted(&mut sh("echo done")).tally, Tally::FAIL);
        assert_eq!(counted(&mut sh("echo 0 passed, 0 failed, 7 skipped")).tally, Tally::FAIL);
    }

    #[test]
    fn a_program_never_built_is_named() {
        let sentence = built(Path::new("."), "target", "no-such-program", &[]).unwrap_err();
        assert_eq!(sentence, "target/release/no-such-program was not built");
    }
}
