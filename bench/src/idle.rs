//! Ten thousand wait and nobody is ready: what that costs, and what one more arrival costs.

use crate::Size;
use crate::figure::{Beside, Report, cpu};
use crate::floor::Bench;
use readyroom_core::engine::Input;
use readyroom_core::event::Actor;

/// The share of a core that an idle floor takes, woken as often as it asks for, and CPU per arrival
/// beside that of an empty queue.
pub fn measure(size: Size, report: &mut Report) {
    let waiting = size.of(10_000, 500);
    let mut bench = Bench::empty();
    for at in 0..size.of(10_000, 500) {
        bench.add_agent(at, false);
    }
    let arrivals = size.of(2_000, 100);
    let (first, ()) = cpu(|| (0..arrivals).for_each(|at| arrive(&mut bench, at)));
    for at in arrivals..waiting {
        arrive(&mut bench, at);
    }
    let (wakes, seconds) = hour(&mut bench);
    report.figure("idle_wakes_per_hour", wakes as f64, "wakes", 1);
    report.figure("idle_share_of_a_core", seconds / 3_600.0 * 100.0, "%", 1);
    let (last, ()) = cpu(|| (0..arrivals).for_each(|at| arrive(&mut bench, at)));
    let per = |seconds: f64| seconds * 1e9 / arrivals as f64;
    let beside = Beside { what: "arrival into an empty queue", value: per(first) };
    report.ratio("idle_arrival", per(last), "ns", arrivals, &beside);
}

fn arrive(bench: &mut Bench, at: usize) {
    let call = bench.call(at);
    bench.ask(Actor::Signalling, call);
}

fn hour(bench: &mut Bench) -> (usize, f64) {
    let end = bench.now.plus_ms(3_600_000);
    let mut wakes = 0;
    let (seconds, ()) = cpu(|| {
        while let Some((due, _)) = bench.engine.next_wake().filter(|&(due, _)| due <= end) {
            bench.engine.handle(due, Input::Wake);
            while bench.engine.poll().is_some() {}
            wakes += 1;
        }
    });
    bench.now = end;
    (wakes, seconds)
}
