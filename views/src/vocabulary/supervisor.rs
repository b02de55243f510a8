//! The supervisor's words for an agent: there or not, and with room or not (G-13 … G-15, G-30).

use readyroom_core::event::Status::{Available, NotReady, Offline, OnBreak};
use readyroom_core::floor::facts::AgentFacts;
use readyroom_core::floor::facts::State::{InCall, Waiting};

super::words! {
    /// The status on the supervisor's page.
    Supervisor {
        /// Offline, on a break, or otherwise not there for clients (G-13).
        Absent = "absent", "Absent";
        /// There, and at its maximum (G-15).
        Connected = "connected", "Connected (at capacity)";
        /// There, with capacity left (G-14).
        Available = "available", "Available";
    }
}

/// The agent's status for its supervisor: the first line that holds.
pub fn supervisor(agent: &AgentFacts) -> Supervisor {
    match (agent.status, agent.state()) {
        (Offline | OnBreak | NotReady, state) if state != InCall => Supervisor::Absent,
        (_, Waiting) if !agent.is_reachable() => Supervisor::Absent,
        (_, state) if agent.is_full() || state != Waiting => Supervisor::Connected,
        _ if agent.external_call.is_some() => Supervisor::Connected,
        _ if agent.leaving.is_some() || agent.out_only => Supervisor::Connected,
        (Available | Offline | OnBreak | NotReady, _) => Supervisor::Available,
    }
}
