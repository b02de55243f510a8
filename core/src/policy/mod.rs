//! Rules that act by themselves, one file each. A rule looks at one fact that just happened and
//! answers with the facts that follow from it; each is recorded under the rule's name.

mod after_external_call;
mod auto_accept;
mod leaving;
mod lost_device;
mod no_answer;
mod return_to_sender;
pub(crate) mod timeouts;

use crate::event::{Event, Policy, Recorded};
use crate::floor::Floor;

/// A rule: what follows from a fact, the floor having taken it in.
pub(crate) struct Reaction {
    /// Under whose name the answer is recorded.
    pub policy: Policy,
    /// What follows.
    pub react: fn(&Floor, &Recorded) -> Vec<Event>,
}

const fn reaction(policy: Policy, react: fn(&Floor, &Recorded) -> Vec<Event>) -> Reaction {
    Reaction { policy, react }
}

/// All of them, in the order in which they are asked.
pub(crate) const REACTIONS: [Reaction; 6] = [
    reaction(Policy::LostDevice, lost_device::react),
    reaction(Policy::NoAnswer, no_answer::react),
    reaction(Policy::ReturnToSender, return_to_sender::react),
    reaction(Policy::AutoAccept, auto_accept::react),
    reaction(Policy::AfterExternalCall, after_external_call::react),
    reaction(Policy::Leaving, leaving::react),
];
