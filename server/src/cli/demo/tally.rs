//! What the demo counts: what came of it, and every "no" that nobody should have heard.

use crate::cli::tell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Requests that were sent.
    Requests,
    /// Conversations that clients began.
    Came,
    /// Offers that agents took.
    Taken,
    /// Clients who had waited long enough.
    GaveUp,
    /// Messages that were written.
    Messages,
}

/// So many kinds of things are counted.
const KINDS: usize = Count::Messages as usize + 1;

/// The counts of one demo.
#[derive(Default)]
pub struct Tally {
    counts: [AtomicU64; KINDS],
    /// Races that were lost, by code: somebody else was quicker.
    lost: Mutex<BTreeMap<String, u64>>,
    /// What nobody should have heard, by what was asked and the code.
    unexpected: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    /// One more.
    pub fn one(&self, count: Count) {
        self.counts[count as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn of(&self, count: Count) -> u64 {
        self.counts[count as usize].load(Ordering::Relaxed)
    }

    /// A race was lost, as happens among people.
    pub fn lost(&self, code: &str) {
        *self.lost.lock().expect("nobody panics while counting").entry(code.to_owned()).or_default() += 1;
    }

    /// Something nobody should have heard. It is told once for each kind.
    pub fn unexpected(&self, kind: String, detail: &str) {
        let mut known = self.unexpected.lock().expect("nobody panics while counting");
        let times = known.entry(kind.clone()).or_default();
        *times += 1;
        if *times == 1 {
            tell(format_args!("demo: {kind}: {detail}"));
        }
    }

    /// All of it in a few lines.
    pub fn lines(&self, after: Duration) -> String {
        let (minutes, seconds) = (after.as_secs() / 60, after.as_secs() % 60);
        let mut lines = format!(
            "{minutes} min {seconds:02} s: {} conversations came, {} offers were taken, {} clients gave up, {} messages were written.\n",
            self.of(Count::Came),
            self.of(Count::Taken),
            self.of(Count::GaveUp),
            self.of(Count::Messages)
        );
        let lost = self.lost.lock().expect("nobody panics while counting");
        let races: Vec<String> = lost.iter().map(|(code, times)| format!("{code} {times}")).collect();
        let races = if races.is_empty() { "none".to_owned() } else { races.join(", ") };
        // A String takes whatever is written.
        let _ = writeln!(lines, "{} requests; races lost: {races}.", self.of(Count::Requests));
        let unexpected = self.unexpected.lock().expect("nobody panics while counting");
        if unexpected.is_empty() {
            lines.push_str("Nothing unexpected.\n");
        }
        for (kind, times) in unexpected.iter() {
            let _ = writeln!(lines, "Unexpected, {times} times: {kind}");
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unexpected_stands_in_the_end_and_races_are_none_of_it() {
        let tally = Tally::default();
        tally.one(Count::Came);
        tally.lost("offer_gone");
        assert!(tally.lines(Duration::from_secs(61)).starts_with("1 min 01 s: 1 conversations came"));
        assert!(tally.lines(Duration::ZERO).ends_with("races lost: offer_gone 1.\nNothing unexpected.\n"));
        tally.unexpected("PUT /v1/agents/…/status: 422 invalid".to_owned(), "no");
        tally.unexpected("PUT /v1/agents/…/status: 422 invalid".to_owned(), "no");
        assert!(tally.lines(Duration::ZERO).ends_with("Unexpected, 2 times: PUT /v1/agents/…/status: 422 invalid\n"));
    }
}
