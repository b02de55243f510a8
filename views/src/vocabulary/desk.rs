//! The desk's words for an agent: four, and an aux code beside them (M-02 … M-07, M-23).

use readyroom_core::event::Status::{Available, NotReady, Offline, OnBreak};
use readyroom_core::floor::facts::{AgentFacts, State};
use readyroom_core::ids::ReasonCode;
use readyroom_core::settings::{ReasonClass, reasons};
use serde::Serialize;

super::words! {
    /// The status column of the agent list (M-03).
    Desk {
        /// Not logged in (M-07).
        Offline = "offline", "Offline";
        /// At capacity, in wrap-up, or busy with something else (M-05).
        Busy = "busy", "Busy";
        /// Temporarily not there (M-06).
        Away = "away", "Away";
        /// Ready for conversations (M-04).
        Available = "available", "Available";
    }
}

impl Desk {
    /// Whether chat assignment is *Enabled* (M-04 … M-07).
    pub const fn assigns(self) -> bool {
        matches!(self, Desk::Available)
    }
}

/// The agent's status at the desk: the first line that holds.
///
/// Wrap-up counts while any work is wrapping, under an offer too.
pub fn desk(agent: &AgentFacts) -> Desk {
    let class = break_class(agent);
    match agent.status {
        Offline if !in_call(agent) => Desk::Offline,
        _ if in_call(agent) => Desk::Busy,
        _ if class == Some(ReasonClass::Busy) => Desk::Busy,
        _ if agent.wrap_up.is_some() && class != Some(ReasonClass::Away) => Desk::Busy,
        Available if is_taken(agent) => Desk::Busy,
        OnBreak | NotReady => Desk::Away,
        _ if !agent.is_reachable() => Desk::Away,
        Available | Offline => Desk::Available,
    }
}

fn in_call(agent: &AgentFacts) -> bool {
    agent.state() == State::InCall
}

/// A break without a reason is one of the class that *Unspecified* has: away.
fn break_class(agent: &AgentFacts) -> Option<ReasonClass> {
    let class = agent.reason.map_or(ReasonClass::Away, |reason| reason.class);
    (agent.status == OnBreak).then_some(class)
}

fn is_taken(agent: &AgentFacts) -> bool {
    agent.is_full()
        || agent.state() == State::Offering
        || agent.external_call.is_some()
        || agent.leaving.is_some()
        || agent.out_only
}

/// The aux column (M-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "aux", content = "reason", rename_all = "snake_case")]
pub enum Aux {
    /// The reason of the break.
    Reason(ReasonCode),
    /// Wrap-up, begun by itself or by hand.
    WrapUp,
}

impl Aux {
    /// What people read; `name` says what they call a reason.
    pub fn label<'a>(self, name: impl FnOnce(ReasonCode) -> &'a str) -> &'a str {
        match self {
            Aux::Reason(code) => name(code),
            Aux::WrapUp => "Wrap-up",
        }
    }
}

/// The agent's aux code: the reason of its break, or *Wrap-up* while that is what it does.
pub fn aux(agent: &AgentFacts) -> Option<Aux> {
    match agent.status {
        OnBreak => Some(Aux::Reason(agent.reason.map_or(reasons::UNSPECIFIED, |reason| reason.code))),
        Offline => None,
        Available | NotReady => (agent.wrap_up.is_some() && !in_call(agent)).then_some(Aux::WrapUp),
    }
}
