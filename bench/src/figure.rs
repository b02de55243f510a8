//! A figure: a name, a value, a unit, and what it stands beside.

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};

/// Where figures go: one line of JSON each, as soon as it is known.
pub struct Report;

/// What a figure is compared with.
pub struct Beside {
    /// What was measured beside it.
    pub what: &'static str,
    /// Its value, in the same unit.
    pub value: f64,
}

impl Report {
    /// Prints a figure.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, n: usize) {
        self.line(name, value, unit, n, Map::new());
    }

    /// Prints a figure, what it stands beside, and the ratio of the two.
    pub fn ratio(&mut self, name: &str, value: f64, unit: &str, n: usize, beside: &Beside) {
        let ratio = round(value / beside.value);
        let pairs =
            [("beside", json!(beside.what)), ("beside_value", json!(round(beside.value))), ("ratio", json!(ratio))];
        self.line(name, value, unit, n, pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    }

    fn line(&mut self, name: &str, value: f64, unit: &str, n: usize, more: Map<String, Value>) {
        let mut line = Map::new();
        line.insert("name".to_owned(), json!(name));
        line.insert("value".to_owned(), json!(round(value)));
        line.insert("unit".to_owned(), json!(unit));
        line.insert("n".to_owned(), json!(n));
        line.extend(more);
        println!("{}", Value::Object(line));
    }
}

fn round(value: f64) -> f64 {
    let digits = if value.abs() < 10.0 { 1_000.0 } else { 10.0 };
    (value * digits).round() / digits
}

/// The CPU time that something took in this thread, seconds, and what came of it.
pub fn cpu<T>(work: impl FnOnce() -> T) -> (f64, T) {
    timed(ClockId::ThreadCPUTime, work)
}

/// The same by the clock on the wall, for what waits for a disk.
pub fn wall<T>(work: impl FnOnce() -> T) -> (f64, T) {
    timed(ClockId::Monotonic, work)
}

/// The CPU time that this process has used so far, in all its threads, seconds.
pub fn process_cpu() -> f64 {
    seconds(clock_gettime(ClockId::ProcessCPUTime))
}

/// What the kernel says this process holds.
pub fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel tells");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("it is a number");
    kib * 1_024.0
}

/// The value that so many of a hundred do not exceed; of some at least.
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent / 100).min(values.len() - 1)]
}

fn timed<T>(clock: ClockId, work: impl FnOnce() -> T) -> (f64, T) {
    let before = seconds(clock_gettime(clock));
    let result = work();
    (seconds(clock_gettime(clock)) - before, result)
}

fn seconds(time: rustix::time::Timespec) -> f64 {
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
