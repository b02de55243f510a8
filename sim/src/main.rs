//! Tells the story of a seed, or runs a campaign of many.

use clap::{Parser, Subcommand};
use readyroom_sim::{Campaign, Outcome, campaign, describe, keep, mutants, story};
use std::path::PathBuf;
use std::process::ExitCode;

/// The engine in a virtual world.
#[derive(Parser)]
#[command(name = "readyroom-sim", about = "Tells the story of a seed, or runs a campaign of many.", version)]
struct Args {
    /// The seed whose story is told.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tell of a crash world instead.
    #[arg(long, value_name = "SEED")]
    crash: Option<u64>,
    /// Hours of virtual time.
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
    /// Only the summary.
    #[arg(long)]
    quiet: bool,
    /// Leave the log in this directory.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Act>,
}

#[derive(Subcommand)]
enum Act {
    /// Runs many seeds and crashes.
    Campaign {
        /// One-hour worlds.
        #[arg(long, default_value_t = 2_000)]
        seeds: u64,
        /// Short worlds with crashes.
        #[arg(long, default_value_t = 10_000)]
        crashes: u64,
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Begin nothing new after so many minutes.
        #[arg(long)]
        minutes: Option<u64>,
    },
    /// Tries every planted bug, in a build that has them.
    Mutants,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let tally = match args.command {
        Some(Act::Campaign { seeds, crashes, from, minutes }) => campaign(Campaign { seeds, crashes, from, minutes }),
        Some(Act::Mutants) => match mutants() {
            Some(tally) => tally,
            None => {
                eprintln!("This build has no planted bugs. Build one that has:");
                eprintln!(
                    "  RUSTFLAGS=\"--cfg mutants\" cargo build --release -p readyroom-sim --target-dir target/mutants"
                );
                return Ok(ExitCode::from(2));
            }
        },
        None => return one(&args),
    };
    println!("{tally}");
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn one(args: &Args) -> anyhow::Result<ExitCode> {
    let outcome = match (args.crash, &args.keep) {
        (Some(seed), _) => readyroom_sim::crash_story(seed),
        (None, Some(dir)) => keep(args.seed, args.hours, dir)?,
        (None, None) => story(args.seed, args.hours),
    };
    if !args.quiet {
        for line in &outcome.story {
            println!("{line}");
        }
        println!();
    }
    summary(&outcome);
    if outcome.violation.is_some() {
        println!();
        println!("{}", describe(args.crash.unwrap_or(args.seed), args.crash.is_some(), args.hours));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(outcome: &Outcome) {
    let (arrived, ended) = outcome.conversations;
    println!(
        "{arrived} conversations came and {ended} ended; {} commands and alarms made {} events.",
        outcome.inputs, outcome.events
    );
    let faults: Vec<_> = outcome.faults.all().filter(|(_, count)| *count > 0).collect();
    let told: Vec<_> = faults.iter().map(|(fault, count)| format!("{count} {}", fault.words())).collect();
    println!("What went wrong on purpose: {}.", told.join(", "));
    println!("{} checks held.", outcome.checks);
    println!("The log's hash is {:016x}: the same seed gives the same.", outcome.log_hash);
}
