//! The server crashes while appends are unsynced; the last record may be torn.

use super::Fault;
use crate::world::{Happening, World};
use readyroom_log::faults::{self as log_faults, Moment};
use readyroom_log::memory::Crash;

impl World {
    /// From now on nothing is synced, until the crash that follows soon.
    pub(crate) fn crash_soon(&mut self, within_ms: u64) {
        if self.crashing {
            return;
        }
        self.crashing = true;
        let slow = |moment| (moment == Moment::Append).then_some(log_faults::Fault::SlowSync);
        self.log.set_dice(Box::new(slow));
        let after = self.dice.between(1, within_ms) as i64;
        self.after(after, 0, Happening::Crash);
    }

    /// The process ends. Of the unsynced record a part, all or nothing survives.
    pub(crate) fn crash_now(&mut self) {
        self.crashing = false;
        let (keep, torn_bytes) = (self.dice.below(2), self.dice.below(700));
        self.note("The server crashes.".into());
        self.log.crash(Crash { keep, torn_bytes });
        self.log.reopen();
        self.set_log_dice();
        self.count(Fault::Crash, true);
        for house in 0..self.houses.len() {
            let down_ms = self.dice.between(200, 4_000) as i64;
            self.goes_down(house, down_ms);
        }
    }
}
