//! The last things of a kind, each with its position, and from where on they are complete.

use readyroom_core::ids::EventNo;
use std::collections::VecDeque;

/// As many as there is room for; the oldest make way.
pub(super) struct Recent<T> {
    things: VecDeque<(EventNo, T)>,
    max: usize,
    known_from: EventNo,
}

impl<T> Recent<T> {
    /// None yet, from this position on.
    pub fn new(position: EventNo, max: usize) -> Recent<T> {
        Recent { things: VecDeque::new(), max, known_from: position }
    }

    /// The newest one. Gives back the one that makes way.
    pub fn push(&mut self, position: EventNo, thing: T) -> Option<T> {
        self.things.push_back((position, thing));
        if self.things.len() > self.max { self.forget_oldest() } else { None }
    }

    /// The oldest one makes way.
    pub fn forget_oldest(&mut self) -> Option<T> {
        let (position, thing) = self.things.pop_front()?;
        self.known_from = position;
        Some(thing)
    }

    /// Those after a position, in order.
    pub fn after(&self, position: EventNo) -> impl Iterator<Item = (EventNo, &T)> {
        let first = self.things.partition_point(|(at, _)| *at <= position);
        self.things.range(first..).map(|(at, thing)| (*at, thing))
    }

    /// All of them, to be changed.
    pub fn each(&mut self) -> impl Iterator<Item = &mut T> {
        self.things.iter_mut().map(|(_, thing)| thing)
    }

    /// The position after which nothing is missing.
    pub fn known_from(&self) -> EventNo {
        self.known_from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_way_and_that_is_known() {
        let mut recent = Recent::new(EventNo(3), 2);
        assert_eq!([4, 4, 6].map(|at| recent.push(EventNo(at), at * 10)), [None, None, Some(40)]);
        assert_eq!(recent.known_from(), EventNo(4));
        assert_eq!(recent.after(EventNo(4)).map(|(_, thing)| *thing).collect::<Vec<_>>(), [60]);
        assert_eq!(recent.after(EventNo(6)).count(), 0);
    }
}
