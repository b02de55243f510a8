//! `cargo xtask soak`: the simulator, and kills of the server, for a night instead of minutes.

use crate::Command;
use crate::parts::{Outcome, campaign, kills, mutants};
use crate::shell;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The command.
pub const COMMAND: Command = Command {
    name: "soak",
    about: "run the simulator, and kill the server, for a night",
    help: "Usage: cargo xtask soak [--minutes N]

Builds the simulator, runs 1,000,000 seeds and 5,000,000 crashes, then every mutant;
then kills the server under load 1,000 times. With --minutes N, a short campaign is
timed first and the long one is made as large as fits into N minutes (never larger
than without); there is about one kill for each half minute. The last line is

  N passed, N failed, N skipped",
    run: command,
};

/// A night's work.
const NIGHT: u64 = 1_000_000;
/// How many crashes go with each seed, here as in `cargo xtask test`.
const CRASHES_PER_SEED: u64 = 5;
/// A night's kills of the server under load.
const KILLS: u64 = 1_000;
/// Kills for each minute given: about a tenth of it.
const KILLS_PER_MINUTE: u64 = 2;
/// The campaign that is timed. Large enough that starting up does not count.
const TIMED: u64 = 400;

fn command(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    let minutes = minutes(arguments)?;
    let mut sum = shell::gate(&mut shell::cargo(root, &["build", "--release", "--package", "readyroom-sim"]));
    if !sum.tally.is_red() {
        let seeds = match minutes {
            None => NIGHT,
            Some(minutes) => {
                let start = Instant::now();
                sum.add(campaign(root, TIMED));
                fitting(minutes, start.elapsed())
            }
        };
        sum.add(campaign(root, seeds));
        sum.add((mutants::PART.run)(root));
        sum.add(kills::run(root, minutes.map_or(KILLS, kills_in)));
    }
    for note in &sum.notes {
        println!("{note}");
    }
    println!("{}", sum.tally);
    Ok(if sum.tally.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn minutes(arguments: &[String]) -> Result<Option<u64>, String> {
    match arguments {
        [] => Ok(None),
        [flag, number] if flag == "--minutes" => match number.parse() {
            Ok(minutes) if minutes > 0 => Ok(Some(minutes)),
            _ => Err(format!("`{number}` is not a number of minutes.")),
        },
        _ => Err("Only --minutes N is understood; see cargo xtask soak --help.".into()),
    }
}

fn campaign(root: &Path, seeds: u64) -> Outcome {
    campaign::run(root, seeds, seeds * CRASHES_PER_SEED)
}

/// How many seeds fit, if `TIMED` of them took so long.
fn fitting(minutes: u64, timed: Duration) -> u64 {
    let share = Duration::from_secs(minutes * 60).as_secs_f64() / timed.as_secs_f64().max(0.001);
    ((TIMED as f64 * share) as u64).clamp(1, NIGHT)
}

/// How many kills go with so many minutes.
fn kills_in(minutes: u64) -> u64 {
    minutes.saturating_mul(KILLS_PER_MINUTE).min(KILLS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_are_cut_to_the_minutes_given() {
        assert_eq!((kills_in(5), kills_in(u64::MAX)), (10, KILLS));
    }

    #[test]
    fn a_campaign_is_cut_to_the_minutes_given() {
        assert_eq!(fitting(1, Duration::from_secs(60)), TIMED);
        assert_eq!(fitting(10, Duration::from_secs(30)), 20 * TIMED);
    }

    #[test]
    fn a_fast_machine_does_no_more_than_a_night() {
        assert_eq!(fitting(u64::from(u32::MAX), Duration::ZERO), NIGHT);
    }
}
