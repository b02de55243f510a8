//! What goes wrong, one file each, and how often it did. A campaign in which a fault never
//! occurred has proved nothing about it.

mod answers;
mod appends;
mod bit_flip;
mod clock;
mod crash;
mod devices;
mod doubled;
mod external_call;
mod foreign;
mod goes;
mod late;
mod limits;
mod lost;
mod other_writer;
mod outage;
mod reordered;
mod repeated;
mod subscribers;

pub(crate) use goes::Going;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// Everything that goes wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Fault] = &[$(Fault::$name,)*];

            /// What it is, for people.
            pub fn words(self) -> &'static str {
                match self {
                    $(Fault::$name => $words,)*
                }
            }
        }
    };
}

faults! {
    /// A command never arrives.
    Lost = "commands lost",
    /// A command arrives much later.
    Late = "commands late",
    /// A command arrives twice.
    Doubled = "commands doubled",
    /// A command that was done comes again with its key.
    Repeated = "keyed commands repeated",
    /// It was done before the server stopped.
    RepeatedAfterStop = "keyed commands repeated after a stop",
    /// It let a conversation in that is over.
    RepeatedAfterEnd = "arrivals repeated after their end",
    /// A key comes with another command than its own.
    KeyReused = "keys used for another command",
    /// A command is overtaken by later ones.
    Reordered = "commands reordered",
    /// An answer names an offer that is gone.
    StaleAnswer = "answers to old offers",
    /// An answer to the offer of somebody else.
    ForeignAnswer = "answers to offers of others",
    /// A device goes for less than the grace.
    ShortFlap = "devices gone for less than 30 s",
    /// A device goes for longer.
    LongFlap = "devices gone for longer",
    /// A link goes silent while its lease runs.
    Silence = "links gone silent",
    /// A device unregisters.
    Unregistered = "devices unregistered",
    /// A call beside the queues.
    ExternalCall = "external calls",
    /// An agent logs out while it rings.
    LogoutWhileRinging = "logouts while ringing",
    /// An agent takes a break while it rings.
    PauseWhileRinging = "breaks while ringing",
    /// An agent logs out during work.
    LogoutDuringWork = "logouts during work",
    /// An agent takes a break during work.
    PauseDuringWork = "breaks during work",
    /// The server crashes.
    Crash = "crashes",
    /// A crash cut a record in the middle.
    TornTail = "torn tails",
    /// A crash lost what was not yet synced.
    LostSuffix = "unsynced entries lost",
    /// A bit of the log changes.
    BitFlip = "bits flipped",
    /// The end of the log was damaged and is cut off.
    CutTail = "damaged ends cut off",
    /// The sync takes long.
    SlowSync = "slow appends",
    /// The sync fails.
    FailedSync = "failed appends",
    /// Stored, and the acknowledgement lost.
    UnknownLanded = "appends of unknown outcome, landed",
    /// Neither stored nor refused.
    UnknownNotLanded = "appends of unknown outcome, not landed",
    /// A correct append is refused.
    SpuriousConflict = "correct appends refused",
    /// An append arrives after its answer.
    Ghost = "appends that arrive late",
    /// The owner freezes during an append.
    Paused = "owners frozen in an append",
    /// The disk is full.
    DiskFull = "full disks",
    /// The tail that is read is an old one.
    StaleTail = "old tails read",
    /// Somebody else takes the account over.
    OtherWriter = "another writer",
    /// The clock goes back.
    ClockBack = "clock steps back",
    /// The clock jumps ahead.
    ClockForward = "clock steps forward",
    /// A subscriber reads slowly.
    SlowSubscriber = "slow subscribers",
    /// A subscriber comes back with nothing.
    Reconnect = "subscribers reconnected",
    /// A maximum is reached.
    Limit = "limits reached",
    /// The server stands still for a while.
    Outage = "outages",
    /// An offer ran out while the server was down.
    ServerDown = "offers run out while down",
    /// Ids of another account are used.
    Foreign = "ids of other accounts",
    /// What was decided was dropped with its engine.
    Dropped = "decisions dropped with their engine",
}

/// How often each fault occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(Vec<u64>);

impl Default for Counts {
    fn default() -> Self {
        Counts(vec![0; Fault::ALL.len()])
    }
}

impl Counts {
    /// How often this one did.
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    pub(crate) fn add(&mut self, fault: Fault, times: u64) {
        self.0[fault as usize] += times;
    }

    /// Those of both.
    pub fn take(&mut self, other: &Counts) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }

    /// All of them, with their counts.
    pub fn all(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL.iter().map(|&fault| (fault, self.of(fault)))
    }
}
