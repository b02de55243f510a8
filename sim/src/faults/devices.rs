//! Devices go and come back: for less than the grace, for longer, silently, or for good.

use super::Fault;
use crate::people::Absence;
use crate::world::World;

impl World {
    /// How a device goes this time, and for how long, milliseconds.
    pub(crate) fn absence(&mut self) -> Option<(Absence, i64)> {
        if self.calm || !self.dice.chance(6) {
            return None;
        }
        let (kind, fault, span) = self.dice.weighted(&[
            (4, (Absence::Reported, Fault::ShortFlap, (500, 29_900))),
            (2, (Absence::Reported, Fault::LongFlap, (30_000, 120_000))),
            (4, (Absence::Silent, Fault::Silence, (3_000, 90_000))),
            (2, (Absence::Unregistered, Fault::Unregistered, (500, 90_000))),
        ]);
        self.count(fault, true);
        Some((kind, self.dice.between(span.0, span.1) as i64))
    }
}
