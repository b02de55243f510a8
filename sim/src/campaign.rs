//! Many worlds: kept seeds first, then new ones, then crashes. Every fault must have occurred.

use crate::faults::Counts;
use crate::run::{crash, describe, hour};
use crate::world::Outcome;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Seeds that once failed.
const KEPT: &str = include_str!("../seeds.txt");

/// How large a campaign is.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// One-hour worlds.
    pub seeds: u64,
    /// Crash worlds.
    pub crashes: u64,
    /// The first new seed.
    pub from: u64,
    /// No new world begins after so many minutes.
    pub minutes: Option<u64>,
}

/// What came of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Held.
    pub passed: u64,
    /// Did not.
    pub failed: u64,
    /// Was not tried.
    pub skipped: u64,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[derive(Default)]
struct Sum {
    tally: Tally,
    faults: Counts,
    checks: u64,
    events: u64,
    told: u64,
}

/// How many failures are told in full.
const TOLD_MAX: u64 = 5;
/// How many seeds are run twice.
const TWICE: u64 = 5;

struct Work<'a> {
    what: &'a str,
    run: fn(u64) -> Outcome,
    is_crash: bool,
}

fn an_hour(seed: u64) -> Outcome {
    hour(seed, 1.0)
}

/// The kept seeds: numbers, with `crash` before those of crash worlds.
pub(crate) fn kept() -> Vec<(bool, u64)> {
    let lines = KEPT.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .filter_map(|line| match line.strip_prefix("crash ") {
            Some(seed) => Some((true, seed.trim().parse().ok()?)),
            None => Some((false, line.parse().ok()?)),
        })
        .collect()
}

/// Runs a campaign and prints what came of it.
pub fn campaign(plan: Campaign) -> Tally {
    let start = Instant::now();
    let until = plan.minutes.map(|minutes| start + Duration::from_secs(minutes * 60));
    let sum = Mutex::new(Sum::default());
    let hours = Work { what: "one-hour seeds", run: an_hour, is_crash: false };
    let crashes = Work { what: "crashes", run: crash, is_crash: true };
    let (kept_crashes, kept_hours): (Vec<_>, Vec<_>) = kept().into_iter().partition(|(is_crash, _)| *is_crash);
    let seeds = |kept: Vec<(bool, u64)>| kept.into_iter().map(|(_, seed)| seed).collect::<Vec<_>>();
    run_all(&hours, &seeds(kept_hours), None, &sum);
    run_all(&crashes, &seeds(kept_crashes), None, &sum);
    run_all(&hours, &(plan.from..plan.from + plan.seeds).collect::<Vec<_>>(), until, &sum);
    run_all(&crashes, &(plan.from..plan.from + plan.crashes).collect::<Vec<_>>(), until, &sum);
    let mut sum = sum.into_inner().unwrap_or_default();
    same_seed_same_log(plan.from, &mut sum);
    println!("Faults:");
    let whole = plan.seeds >= 200 && plan.crashes >= 200;
    for (fault, count) in sum.faults.all() {
        println!("  {count:>10}  {}", fault.words());
        match (count, whole) {
            (0, true) => {
                println!("FAILED: this fault never occurred, so nothing is proved about it: {fault:?}.");
                sum.tally.failed += 1;
            }
            (0, false) => sum.tally.skipped += 1,
            _ => sum.tally.passed += 1,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{} events, {} checks, {seconds:.1} s.", sum.events, sum.checks);
    sum.tally
}

fn run_all(work: &Work<'_>, seeds: &[u64], until: Option<Instant>, sum: &Mutex<Sum>) {
    if seeds.is_empty() {
        return;
    }
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let start = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    if until.is_some_and(|until| Instant::now() >= until) {
                        break;
                    }
                    let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                    let Some(&seed) = seeds.get(at) else { break };
                    let outcome = (work.run)(seed);
                    let told = note(sum, work, &outcome);
                    if told {
                        println!("{}", describe(seed, work.is_crash, 1.0));
                    }
                    if (at + 1).is_multiple_of(seeds.len().div_ceil(4)) && seeds.len() >= 100 {
                        let rate = (at + 1) as f64 / start.elapsed().as_secs_f64();
                        println!("{:>6} of {} {}, {rate:.0} per second", at + 1, seeds.len(), work.what);
                    }
                }
            });
        }
    });
    let begun = (next.load(Ordering::Relaxed) as usize).min(seeds.len());
    if let Ok(mut sum) = sum.lock() {
        sum.tally.skipped += (seeds.len() - begun) as u64;
    }
}

/// Adds an outcome. True when it failed and should be told.
fn note(sum: &Mutex<Sum>, work: &Work<'_>, outcome: &Outcome) -> bool {
    let Ok(mut sum) = sum.lock() else { return false };
    sum.faults.take(&outcome.faults);
    sum.checks += outcome.checks;
    sum.events += outcome.events;
    let Some(violation) = &outcome.violation else {
        sum.tally.passed += 1;
        return false;
    };
    sum.tally.failed += 1;
    sum.told += 1;
    let kind = if work.is_crash { " (crash)" } else { "" };
    println!("FAILED: seed {}{kind} breaks invariant {}: {}", outcome.seed, violation.number, violation.what);
    sum.told <= TOLD_MAX
}

/// The meta test: the same seed twice gives the same log.
fn same_seed_same_log(from: u64, sum: &mut Sum) {
    let mut hash = 0u64;
    for seed in from..from + TWICE {
        let (once, twice) = (an_hour(seed).log_hash, an_hour(seed).log_hash);
        if once == twice {
            sum.tally.passed += 1;
        } else {
            println!("FAILED: seed {seed} gave the log {once:016x} and then {twice:016x}: invariant 34 does not hold.");
            sum.tally.failed += 1;
        }
        hash = hash.rotate_left(9) ^ once;
    }
    println!("Seeds {from} to {} twice: the same logs, {hash:016x}", from + TWICE - 1);
}
