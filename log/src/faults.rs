//! What can go wrong with a store, as a closed list, and who decides when it does.

use std::collections::{BTreeMap, VecDeque};

/// One kind of misfortune of the in-memory log. Each is counted when it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The append is written and its fsync takes until [`crate::MemoryLog::sync`].
    SlowSync,
    /// The fsync fails: the outcome is unknown, and the log writes nothing more until reopened.
    FailedSync,
    /// The append is durable, its acknowledgement is lost.
    AckLostLanded,
    /// The append is lost, and so is the refusal.
    AckLostNotLanded,
    /// A correct append is refused as fenced.
    SpuriousConflict,
    /// The answer is "unknown" at once; the append itself arrives with
    /// [`crate::MemoryLog::deliver`], perhaps after a takeover.
    Ghost,
    /// The owner freezes in the middle of the call until [`crate::MemoryLog::deliver`].
    Paused,
    /// No room: nothing is stored.
    DiskFull,
    /// One bit of the record changes on its way to the disk.
    BitFlip,
    /// The tail that is read is the one before the newest.
    StaleTail,
    /// The process ended ([`crate::MemoryLog::crash`]).
    Crash,
    /// A crash lost entries that were written and not yet acknowledged.
    LostSuffix,
    /// A crash or [`crate::MemoryLog::cut`] left a record cut in the middle.
    TornRecord,
    /// A damaged last record was cut off when the log was reopened.
    CutTail,
}

/// When the log asks whether something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// An append arrives.
    Append,
    /// A tail is read.
    Tail,
}

impl Fault {
    /// Every fault there is.
    pub const ALL: [Fault; 14] = [
        Fault::SlowSync,
        Fault::FailedSync,
        Fault::AckLostLanded,
        Fault::AckLostNotLanded,
        Fault::SpuriousConflict,
        Fault::Ghost,
        Fault::Paused,
        Fault::DiskFull,
        Fault::BitFlip,
        Fault::StaleTail,
        Fault::Crash,
        Fault::LostSuffix,
        Fault::TornRecord,
        Fault::CutTail,
    ];

    /// The moment at which dice may choose this fault; the others are acts of whoever drives the
    /// log.
    pub fn moment(self) -> Option<Moment> {
        match self {
            Fault::SlowSync
            | Fault::FailedSync
            | Fault::AckLostLanded
            | Fault::AckLostNotLanded
            | Fault::SpuriousConflict
            | Fault::Ghost
            | Fault::Paused
            | Fault::DiskFull
            | Fault::BitFlip => Some(Moment::Append),
            Fault::StaleTail => Some(Moment::Tail),
            Fault::Crash | Fault::LostSuffix | Fault::TornRecord | Fault::CutTail => None,
        }
    }
}

/// Decides at each moment whether, and which. A fault of another moment counts as none.
pub type Dice = Box<dyn FnMut(Moment) -> Option<Fault> + Send>;

/// How often each fault occurred.
pub type Counts = BTreeMap<Fault, u64>;

/// Nothing ever goes wrong.
pub fn none() -> Dice {
    Box::new(|_| None)
}

/// Each fault once, in this order, each at its next moment.
pub fn script(faults: impl IntoIterator<Item = Fault>) -> Dice {
    let mut left: VecDeque<Fault> = faults.into_iter().collect();
    Box::new(move |moment| {
        left.front().is_some_and(|fault| fault.moment() == Some(moment)).then(|| left.pop_front()).flatten()
    })
}

/// Chance: at each moment every listed fault of that moment has so many chances in a thousand.
/// Equal seeds and equal questions give equal answers.
pub fn seeded(seed: u64, per_mille: &[(Fault, u16)]) -> Dice {
    let odds = per_mille.to_vec();
    let mut generator = SplitMix(seed);
    Box::new(move |moment| {
        let mut roll = (generator.next() % 1000) as u16;
        for &(fault, chances) in &odds {
            if fault.moment() != Some(moment) {
                continue;
            }
            if roll < chances {
                return Some(fault);
            }
            roll -= chances;
        }
        None
    })
}

/// Steele, Lea and Flood's SplitMix64: eight lines, the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
