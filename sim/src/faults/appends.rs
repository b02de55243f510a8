//! The log is slow, full, fails, or loses its answer.

use super::Fault;
use crate::dice::Dice;
use crate::world::World;
use readyroom_log::faults::{Fault as LogFault, Moment};

/// Chances in a hundred thousand, for each append.
const ODDS: [(LogFault, u64); 8] = [
    (LogFault::SlowSync, 900),
    (LogFault::FailedSync, 12),
    (LogFault::AckLostLanded, 15),
    (LogFault::AckLostNotLanded, 15),
    (LogFault::SpuriousConflict, 12),
    (LogFault::Ghost, 15),
    (LogFault::Paused, 40),
    (LogFault::DiskFull, 40),
];

const COUNTED: [(LogFault, Fault); 13] = [
    (LogFault::SlowSync, Fault::SlowSync),
    (LogFault::FailedSync, Fault::FailedSync),
    (LogFault::AckLostLanded, Fault::UnknownLanded),
    (LogFault::AckLostNotLanded, Fault::UnknownNotLanded),
    (LogFault::SpuriousConflict, Fault::SpuriousConflict),
    (LogFault::Ghost, Fault::Ghost),
    (LogFault::Paused, Fault::Paused),
    (LogFault::DiskFull, Fault::DiskFull),
    (LogFault::StaleTail, Fault::StaleTail),
    (LogFault::TornRecord, Fault::TornTail),
    (LogFault::LostSuffix, Fault::LostSuffix),
    (LogFault::CutTail, Fault::CutTail),
    (LogFault::BitFlip, Fault::BitFlip),
];

impl World {
    /// Lets the log go wrong now and then.
    pub(crate) fn set_log_dice(&mut self) {
        if self.calm {
            self.log.set_dice(readyroom_log::faults::none());
            return;
        }
        let mut dice: Dice = self.dice.split();
        let times = if self.setting.small { 12 } else { 1 };
        self.log.set_dice(Box::new(move |moment| {
            let mut roll = dice.next() % 100_000;
            if moment == Moment::Tail {
                return (roll < 10_000).then_some(LogFault::StaleTail);
            }
            for (fault, chances) in ODDS {
                if roll < chances * times {
                    return Some(fault);
                }
                roll -= chances * times;
            }
            None
        }));
    }

    /// Takes over what the log has counted; what checks did to it on purpose is counted there.
    pub(crate) fn count_log_faults(&mut self) {
        let counts = self.log.counts();
        for (log_fault, fault) in COUNTED {
            if !matches!(fault, Fault::BitFlip) {
                self.faults.add(fault, counts.get(&log_fault).copied().unwrap_or(0));
            }
        }
    }
}
