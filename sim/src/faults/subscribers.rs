//! Subscribers of the board read slowly, or come back with nothing.

use super::Fault;
use crate::invariant::Held;
use crate::world::World;

impl World {
    pub(crate) fn subscriber_reads(&mut self, house: usize) -> Held {
        let which = self.dice.below(3);
        let forgets = self.dice.chance(150);
        self.count(Fault::Reconnect, forgets);
        self.count(Fault::SlowSubscriber, !forgets);
        let watch = &mut self.houses[house].watch;
        watch.done += 1;
        let now = watch.model.now;
        watch.board.read_on(which, forgets, now)
    }
}
