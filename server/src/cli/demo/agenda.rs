//! What is to be done when.

use std::collections::BTreeMap;
use std::time::Instant;

/// Things to do, each at its instant; those of one instant in the order in which they were noted.
#[derive(Debug)]
pub struct Agenda<T> {
    all: BTreeMap<(Instant, u64), T>,
    next: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Agenda { all: BTreeMap::new(), next: 0 }
    }
}

impl<T> Agenda<T> {
    /// Notes something.
    pub fn note(&mut self, at: Instant, what: T) {
        self.next += 1;
        self.all.insert((at, self.next), what);
    }

    /// When the next is to be done.
    pub fn next(&self) -> Option<Instant> {
        self.all.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next that is due.
    pub fn due(&mut self, now: Instant) -> Option<T> {
        let first = self.all.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_due_comes_in_order_and_the_rest_stays() {
        let (mut agenda, now) = (Agenda::default(), Instant::now());
        let later = now + Duration::from_secs(1);
        [(later, "c"), (now, "a"), (now, "b")].into_iter().for_each(|(at, what)| agenda.note(at, what));
        assert_eq!(agenda.next(), Some(now));
        assert_eq!([agenda.due(now), agenda.due(now), agenda.due(now)], [Some("a"), Some("b"), None]);
        assert_eq!((agenda.due(later), agenda.next()), (Some("c"), None));
    }
}
