//! The ACD's words for an agent, one for each of its queues (P-01, P-04 … P-09).

use readyroom_core::event::Status::{NotReady, Offline, OnBreak};
use readyroom_core::floor::facts::{AgentFacts, CallFacts, SeatFacts};
use readyroom_core::ids::ReasonCode;
use readyroom_core::mutant;
use serde::Serialize;

super::words! {
    /// The state of an agent in one queue.
    AcdState {
        /// Not at work in the queue (P-04).
        LoggedOut = "LOGGED_OUT", "Logged Out";
        /// At work in the queue, and no live device serves its channels.
        Offline = "OFFLINE", "Offline";
        /// At work, and takes none of its conversations (P-05).
        NotReady = "NOT_READY", "Not Ready";
        /// Takes its conversations; one may be ringing (P-06).
        Ready = "READY", "Ready";
        /// On a call of this queue (P-07).
        QueueCall = "QUEUE_CALL", "Queue Call";
        /// On a call of another queue or of none, or full of other work (P-08).
        OtherCall = "OTHER_CALL", "Other Call";
        /// After the work, of whatever queue (P-09).
        WrapUp = "WRAP_UP", "Wrap Up";
    }
}

/// What the queue's list says of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Acd {
    /// The state.
    pub state: AcdState,
    /// The reason of the break, where a break is why it is `NOT_READY`.
    pub reason: Option<ReasonCode>,
}

/// The agent's state in the queue of this seat: the first line that holds.
pub fn acd(agent: &AgentFacts, seat: &SeatFacts) -> Acd {
    let of_this_queue = |call: CallFacts| mutant!(AcdIgnoresOtherQueue: true, else call.queue == seat.queue);
    let state = match (agent.status, agent.call) {
        _ if agent.external_call.is_some() => AcdState::OtherCall,
        (_, Some(call)) if of_this_queue(call) => AcdState::QueueCall,
        (_, Some(_)) => AcdState::OtherCall,
        (Offline, _) => AcdState::LoggedOut,
        _ if !seat.logged_in => AcdState::LoggedOut,
        _ if agent.reachable.and(seat.channels).is_empty() => AcdState::Offline,
        (OnBreak, _) => {
            let reason = agent.reason.map(|reason| reason.code);
            return Acd { state: AcdState::NotReady, reason };
        }
        _ if agent.wrap_up.is_some() => AcdState::WrapUp,
        (NotReady, _) => AcdState::NotReady,
        _ if !seat.ready || agent.leaving.is_some() || agent.out_only => AcdState::NotReady,
        _ if is_full_of_other_work(agent) => AcdState::OtherCall,
        _ => AcdState::Ready,
    };
    Acd { state, reason: None }
}

/// Full, and not because of what rings: a ringing agent stays `READY`.
///
/// Full is not the same as every slot taken: one chat leaves no room for a call, and an agent who
/// can be reached by telephone alone is full with it.
fn is_full_of_other_work(agent: &AgentFacts) -> bool {
    agent.is_full() && (agent.offers == 0 || agent.is_full_of_work())
}
