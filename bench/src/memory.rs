//! Memory per agent in the engine, three queues each, ready.

use crate::Size;
use crate::figure::{Beside, Report, resident_bytes};
use crate::floor::Bench;

/// The design's limit.
const LIMIT_BYTES: f64 = 512.0;

/// Resident memory per agent, at growing numbers of agents. Small floors are measured many at once.
pub fn measure(size: Size, report: &mut Report) {
    for agents in [1_000, 10_000, 100_000, 1_000_000] {
        if agents > size.of(1_000_000, 10_000) {
            continue;
        }
        let floors = (size.of(400_000, 20_000) / agents).max(1);
        let bytes = in_a_new_process(agents, floors);
        let beside = Beside { what: "limit", value: LIMIT_BYTES };
        report.ratio(&format!("memory_per_agent_{agents}"), bytes, "B", floors * agents, &beside);
    }
}

/// What this process grows by, per agent, with so many floors of so many agents. Printed for the one
/// that started it, which has used memory of its own before.
pub fn grown_by(agents: usize, floors: usize) -> f64 {
    let before = resident_bytes();
    let kept: Vec<_> = (0..floors).map(|_| Bench::with(agents)).collect();
    let bytes = (resident_bytes() - before) / (floors * agents) as f64;
    drop(kept);
    bytes
}

fn in_a_new_process(agents: usize, floors: usize) -> f64 {
    let itself = std::env::current_exe().expect("a running program has a file");
    let sizes = [agents.to_string(), floors.to_string()];
    let output = std::process::Command::new(itself).arg("--memory-of").args(sizes).output().expect("it runs again");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints a number")
}
