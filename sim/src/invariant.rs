//! What must hold, by number, and how a breach of it is told.

use readyroom_core::ids::Timestamp;

/// What each number says, in short. The list in full stands in the design of the proof.
const SENTENCES: [(u8, &str); 35] = [
    (0, "nothing panics, and the world runs"),
    (1, "no offer exceeds the capacity of its agent"),
    (2, "every conversation is in exactly one place, and none is lost"),
    (3, "a conversation and its agent agree on who has what"),
    (4, "an offer is made only if every predicate that binds it holds"),
    (5, "an agent counts as what it is"),
    (6, "nobody waits beside an eligible agent"),
    (7, "never offered before its delay, and at that instant if nothing better took it"),
    (8, "the picked agent ranks first"),
    (9, "the picked conversation ranks first for its agent"),
    (10, "what comes back keeps its age and priority"),
    (11, "an answer to an old offer changes nothing"),
    (12, "every offer ends once, and as it should"),
    (13, "the words of the views are those of the model"),
    (14, "the rows of agent_event form a chain"),
    (15, "no row of agent_event repeats the one before"),
    (16, "numbers have no gaps and instants do not go back"),
    (17, "the times of all states add up to the time that passed"),
    (18, "the tables say what an independent walk of the log says"),
    (19, "only legal transitions, each with its actor and cause"),
    (20, "a replay gives the state that was live"),
    (21, "what was acknowledged survives; the rest is there whole or not at all"),
    (22, "a torn or flipped record is found"),
    (23, "the same command twice is the same as once"),
    (24, "a subscriber sees what is"),
    (25, "the counts of the board are the counts of the floor"),
    (26, "nothing crosses an account"),
    (27, "whoever goes leaves nothing orphaned, and stays where it must"),
    (28, "every alarm has an owner, and every owner its alarm"),
    (29, "what is due happens"),
    (30, "first come, first served, unless a rule says otherwise"),
    (31, "what is over is forgotten"),
    (32, "a short loss of the device keeps the place in the line of idle agents"),
    (33, "whoever goes while ringing is not blamed, and not rung twice"),
    (34, "the same seed gives the same log"),
];

/// A breach of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which one; 0 is a panic.
    pub number: u8,
    /// When, in the virtual world.
    pub at: Timestamp,
    /// What was seen.
    pub what: String,
}

impl Violation {
    /// What should have held.
    pub fn invariant(&self) -> &'static str {
        sentence(self.number)
    }
}

/// What a number stands for.
pub(crate) fn sentence(number: u8) -> &'static str {
    SENTENCES.get(usize::from(number)).map_or("unknown", |(_, sentence)| sentence)
}

/// It held, or not.
pub(crate) type Held<T = ()> = Result<T, Violation>;

/// Goes on only if it holds.
macro_rules! hold {
    ($number:expr, $at:expr, $condition:expr, $($what:tt)+) => {
        if !$condition {
            return Err($crate::invariant::Violation { number: $number, at: $at, what: format!($($what)+) });
        }
    };
}
pub(crate) use hold;

/// It does not hold.
macro_rules! broken {
    ($number:expr, $at:expr, $($what:tt)+) => {
        return Err($crate::invariant::Violation { number: $number, at: $at, what: format!($($what)+) })
    };
}
pub(crate) use broken;

#[cfg(test)]
mod tests {
    #[test]
    fn the_sentences_stand_at_their_numbers() {
        for (at, (number, _)) in super::SENTENCES.iter().enumerate() {
            assert_eq!(at, usize::from(*number));
        }
    }
}
