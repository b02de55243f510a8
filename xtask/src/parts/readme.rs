//! What the README promises a newcomer works as typed there.

use super::{Outcome, Part};
use crate::shell::{self, built, cargo, gate};
use crate::tally::Tally;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The part.
pub const PART: Part = Part {
    name: "readme",
    about: "the README's commands work",
    is_build: false,
    after_build: true,
    beside: false,
    run,
};

/// The commands of the README; the last is the one that runs us.
const DEMO: &str = "cargo run --release -- demo";
const STORY: &str = "cargo run --release --bin readyroom-sim -- ";
const TEST: &str = "cargo xtask test";
/// Within which the demo has said where it is.
const DEMO_BEGINS: Duration = Duration::from_secs(20);
/// Within which it has ended, once it is told to.
const DEMO_ENDS: Duration = Duration::from_secs(10);

fn run(root: &Path) -> Outcome {
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap_or_default();
    let mut sum = match shown(&readme, DEMO) {
        Some(_) => demo(root).map_or_else(Outcome::could_not, |()| Outcome::from(Tally::PASS)),
        None => Outcome::could_not(format!("README.md shows no line `{DEMO}`")),
    };
    sum.add(match shown(&readme, STORY) {
        Some(line) => story(&mut cargo(root, &words_after_cargo(line))),
        None => Outcome::could_not(format!("README.md shows no line starting `{STORY}`")),
    });
    sum.add(match shown(&readme, TEST) {
        Some(_) => Outcome::from(Tally::PASS),
        None => Outcome::could_not(format!("README.md shows no line `{TEST}`")),
    });
    sum.add(match built(root, "target", "readyroom", &["--help"]) {
        Ok(mut program) => gate(&mut program),
        Err(sentence) => Outcome::could_not(sentence),
    });
    sum
}

/// The first line of this kind, as a reader would copy it.
fn shown<'a>(readme: &'a str, start: &str) -> Option<&'a str> {
    readme.lines().map(str::trim_start).map(|line| line.trim_start_matches("$ ")).find(|line| line.starts_with(start))
}

fn words_after_cargo(line: &str) -> Vec<&str> {
    let (typed, _remark) = line.split_once(" #").unwrap_or((line, ""));
    typed.split_whitespace().skip(1).collect()
}

/// The demo as cargo would run it, on free ports: it says in time where it is, and ends well when it is told to.
fn demo(root: &Path) -> Result<(), String> {
    let mut program = built(root, "target", "readyroom", &["demo", "--port", "0", "--shop-port", "0"])?;
    let mut child = program.stdout(Stdio::piped()).spawn().map_err(|error| format!("the demo: {error}"))?;
    let (told, heard) = std::sync::mpsc::channel();
    let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    // Read to the end, or the demo would stop at a full pipe; nobody may listen any more.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(told.send(line))));
    let until = Instant::now() + DEMO_BEGINS;
    let left = || until.saturating_duration_since(Instant::now());
    let begun = std::iter::from_fn(|| heard.recv_timeout(left()).ok()).any(|line| line.contains("http://"));
    // One that has ended by itself has not ended well.
    let ended = ended_by_interrupt(&mut child);
    if !begun {
        return Err(format!("the demo did not say within {} s where it is", DEMO_BEGINS.as_secs()));
    }
    ended
}

fn ended_by_interrupt(child: &mut Child) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("the demo: {error}");
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().map_err(failed)?;
    let until = Instant::now() + DEMO_ENDS;
    while Instant::now() < until {
        match child.try_wait().map_err(failed)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("the demo ended with {status}")),
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    child.kill().and_then(|()| child.wait()).map_err(failed)?;
    Err(format!("the demo did not end within {} s", DEMO_ENDS.as_secs()))
}

/// A story has several lines; a program that ends well and says nothing has not told one.
fn story(command: &mut Command) -> Outcome {
    let mut lines = 0;
    match shell::run(command, |line| lines += u32::from(!line.is_empty())) {
        Ok(true) if lines >= 10 => Outcome::from(Tally::PASS),
        Ok(true) => Outcome::could_not(format!("the story of the README's seed has only {lines} lines")),
        Ok(false) => Outcome::could_not("the README's story failed".into()),
        Err(sentence) => Outcome::could_not(sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_taken_as_typed() {
        let readme = "# Readyroom\n\n```sh\n$ cargo run --release --bin readyroom-sim -- --seed 1  # a story\n```\n";
        let line = shown(readme, STORY).unwrap();
        assert_eq!(words_after_cargo(line).join(" "), "run --release --bin readyroom-sim -- --seed 1");
        assert_eq!(shown(readme, TEST), None);
    }

    #[test]
    fn silence_is_no_story() {
        assert_eq!(story(&mut Command::new("true")).tally, Tally::FAIL);
        assert_eq!(story(Command::new("seq").arg("10")).tally, Tally::PASS);
    }

    #[test]
    fn who_does_not_end_well_is_told_of() {
        assert!(ended_by_interrupt(&mut Command::new("sleep").arg("60").spawn().unwrap()).is_err());
        let mut well = Command::new("sh")
            .args(["-c", "trap 'exit 0' INT; echo; sleep 5 & wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(well.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ended_by_interrupt(&mut well), Ok(()));
    }
}
