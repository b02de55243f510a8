//! Buckets: the nine words of the wallboard and of the history, exactly one for an agent (S-10).

use readyroom_core::event::Status::{Available, Offline, OnBreak};
use readyroom_core::floor::facts::AgentFacts;
use readyroom_core::floor::facts::State::{InCall, Offering, WrapUp};
use readyroom_core::ids::{CallId, ConversationId};
use readyroom_core::mutant;
use serde::Serialize;
use std::fmt;

super::words! {
    /// What an agent is at this instant (S-11: the same nine names live and in the history).
    /// The order is that of the list in which the first that holds wins.
    Bucket {
        /// On a direct or external call (S-17).
        Extcall = "extcall", "External call";
        /// On a queue call, or full of threads (S-14).
        Incall = "incall", "In call";
        /// Logged out (S-19).
        Offline = "offline", "Offline";
        /// Logged in, and no live device serves any of its channels (S-18).
        Unreachable = "unreachable", "Unreachable";
        /// Being offered a conversation (S-13).
        Ring = "ring", "Ringing";
        /// On a break, for a reason (S-16).
        Paused = "paused", "On break";
        /// After the work, and not yet eligible for the next (S-15).
        Wrapup = "wrapup", "Wrap-up";
        /// Eligible for the next conversation (S-12).
        Ready = "ready", "Ready";
        /// Logged in and reachable, and none of the above (S-20).
        Idle = "idle", "Idle";
    }
}

/// The agent's bucket: the first line that holds.
///
/// ```
/// use readyroom_core::event::Status;
/// use readyroom_core::floor::facts::AgentFacts;
/// use readyroom_core::ids::{CallId, Channel, ChannelSet, UserId};
/// use readyroom_views::fresh_agent;
/// use readyroom_views::vocabulary::{Bucket, bucket};
///
/// let anna = fresh_agent(UserId::from_u128(1));
/// assert_eq!(bucket(&anna), Bucket::Offline);
///
/// let voice = ChannelSet::only(Channel::Voice);
/// let anna = AgentFacts { status: Status::Available, channels: voice, ..anna };
/// assert_eq!(bucket(&anna), Bucket::Unreachable); // Her telephone is not registered.
///
/// let anna = AgentFacts { reachable: voice, room: voice, ..anna };
/// assert_eq!(bucket(&anna), Bucket::Ready);
///
/// let anna = AgentFacts { external_call: Some(CallId::from_u128(7)), ..anna };
/// assert_eq!(bucket(&anna), Bucket::Extcall); // It outranks everything.
/// ```
pub fn bucket(agent: &AgentFacts) -> Bucket {
    match (agent.status, agent.state()) {
        _ if agent.external_call.is_some() => Bucket::Extcall,
        (_, InCall) if mutant!(BucketIncallBelowOffline: agent.status != Offline, else true) => Bucket::Incall,
        (Offline, _) => Bucket::Offline,
        (OnBreak, _) if mutant!(BucketPausedAboveUnreachable: true, else false) => Bucket::Paused,
        _ if !agent.is_reachable() => Bucket::Unreachable,
        (_, Offering) => Bucket::Ring,
        (OnBreak, WrapUp) if mutant!(BucketWrapupAbovePaused: true, else false) => Bucket::Wrapup,
        (OnBreak, _) => Bucket::Paused,
        (_, WrapUp) => Bucket::Wrapup,
        (Available, _) if agent.is_full() || works_off(agent) => Bucket::Incall, // Chat's share.
        _ if agent.is_ready() => Bucket::Ready,
        _ => Bucket::Idle,
    }
}

/// Takes nothing new from the queues and still has work in hand.
fn works_off(agent: &AgentFacts) -> bool {
    (agent.leaving.is_some() || agent.out_only) && agent.has_active_work()
}

/// What a bucket is about: a conversation of a queue, or a call outside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Subject {
    /// Offered, active or wrapping.
    Conversation(ConversationId),
    /// Direct, outbound, consult.
    External(CallId),
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Conversation(conversation) => conversation.fmt(out),
            Subject::External(call) => call.fmt(out),
        }
    }
}

/// What the agent's bucket is about, where it is about one thing: the external call, the queue
/// call, the first offer, the work that is wrapped up. Many threads at once are not one thing.
pub fn subject(agent: &AgentFacts) -> Option<Subject> {
    let conversation = match bucket(agent) {
        Bucket::Extcall => return agent.external_call.map(Subject::External),
        Bucket::Incall => agent.call.map(|call| call.conversation),
        Bucket::Ring => agent.offer.map(|offer| offer.conversation),
        Bucket::Wrapup => agent.wrap_up.and_then(|wrap_up| wrap_up.conversation),
        Bucket::Offline | Bucket::Unreachable | Bucket::Paused | Bucket::Ready | Bucket::Idle => None,
    };
    conversation.map(Subject::Conversation)
}
