//! A bit of the log changes: in the middle it is reported, at the end the record is cut off.

use super::Fault;
use crate::checks::replay;
use crate::invariant::{Held, hold};
use crate::world::World;
use readyroom_core::event::Recorded;
use readyroom_core::ids::*;
use readyroom_log::{Log, Pos};

impl World {
    /// Flips bits in the log of an account that has come to rest; each must be found.
    pub(crate) fn flip_bits(&mut self, house: usize, times: usize) -> Held {
        let (account, now) = (self.houses[house].server.account, self.houses[house].watch.model.now);
        for _ in 0..times {
            replay::a_flip_is_found(&self.log, account, &mut self.dice, now)?;
            self.count(Fault::BitFlip, true);
        }
        Ok(())
    }

    /// Damages the last record of a log that nobody will write any more: opening cuts it off, and
    /// what is before it reads as it was.
    pub(crate) fn damage_the_end(&mut self) -> Held {
        let Some(&last) = self.log.positions().last() else { return Ok(()) };
        let row = self.log.page(None, Pos(last.0 - 1), last).ok().and_then(|rows| rows.into_iter().next());
        let Some(row) = row else { return Ok(()) };
        let Some(house) = self.houses.iter().position(|house| house.server.account == row.account) else {
            return Ok(());
        };
        let now = self.houses[house].watch.model.now;
        let first_no = readyroom_log::record::decode(&row.bytes).map_or(0, |record| record.entry.first_no);
        if self.dice.chance(500) {
            self.log.flip_bit(last, self.dice.below(row.bytes.len() * 8));
        } else {
            self.log.cut(last, self.dice.below(row.bytes.len()).max(1));
            self.count(Fault::TornTail, true);
        }
        self.count(Fault::BitFlip, true);
        self.log.crash(readyroom_log::memory::Crash { keep: usize::MAX, torn_bytes: 0 });
        let findings = self.log.reopen();
        hold!(22, now, findings.len() == 1, "the end is damaged, and opening says {findings:?}");
        self.count(Fault::CutTail, true);
        let before = |recorded: &&Recorded| recorded.no < EventNo(first_no);
        let kept: Vec<_> = self.houses[house].watch.released.iter().filter(before).cloned().collect();
        let found = match self.houses[house].server.reopen(readyroom_log::open::StartFrom::Beginning) {
            Ok(found) => found,
            Err(error) => crate::invariant::broken!(22, now, "after a cut the account cannot be opened: {error}"),
        };
        hold!(22, now, found.events == kept, "{} events are left of {}", found.events.len(), kept.len());
        Ok(())
    }
}
