//! An agent says what it wants to be: available, not ready, on a break. `step_away.rs` has what a
//! break means during a call, a chat or an offer.

use super::step_away::step_away;
use super::{Ask, Decide, Decision};
use crate::event::{Event, Status, StatusCause};
use crate::floor::AgentSlot;
use crate::ids::*;
use crate::refusal::Refusal;
use crate::settings::reasons;

/// The wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To work; with `out_only` for its own clients alone (E-12).
    Available {
        /// Takes only its own clients.
        out_only: bool,
    },
    /// To be there and get nothing.
    NotReady,
    /// To be away; without a reason it is recorded as unspecified.
    OnBreak {
        /// Why.
        reason: Option<ReasonCode>,
    },
}

/// Sets the status of an agent who is logged in.
#[derive(Clone, Debug, PartialEq)]
pub struct SetStatus {
    /// Who.
    pub agent: UserId,
    /// What it wants to be.
    pub wish: Wish,
}

impl Decide for SetStatus {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        if ask.floor.agent(slot).status == Status::Offline {
            return Err(Refusal::NotLoggedIn { agent: self.agent });
        }
        match self.wish {
            Wish::Available { out_only } => Ok(available(ask, slot, out_only)),
            Wish::NotReady => Ok(step_away(ask.floor, ask.now, slot, Status::NotReady, None, StatusCause::Asked)),
            Wish::OnBreak { reason } => {
                let code = reason.unwrap_or(reasons::UNSPECIFIED);
                let known = ask.floor.reason(ask.floor.find_reason(code)?);
                if reasons::is_reserved(code) {
                    return Err(Refusal::ReasonReserved { code });
                }
                if !known.active {
                    return Err(Refusal::ReasonInactive { code });
                }
                Ok(step_away(ask.floor, ask.now, slot, Status::OnBreak, Some(code), StatusCause::Asked))
            }
        }
    }
}

/// Available, and ready in its queues if it is ready in none.
fn available(ask: &Ask<'_>, slot: AgentSlot, out_only: bool) -> Vec<Event> {
    let mut events = raise(ask, slot, out_only, StatusCause::Asked);
    if ask.floor.seats_of(slot).all(|(_, seat)| !seat.ready) {
        let agent = ask.floor.agent(slot).id;
        let seats = ask.floor.seats_of(slot).filter(|(_, seat)| seat.logged_in && (!seat.locked || ask.is_supervisor()));
        events.extend(seats.map(|(_, seat)| {
            let queue = ask.floor.queue(seat.queue).id;
            Event::QueueReadySet { agent, queue, ready: true }
        }));
    }
    events
}

/// The facts of becoming available, whatever the agent was before.
pub(super) fn raise(ask: &Ask<'_>, slot: AgentSlot, out_only: bool, cause: StatusCause) -> Vec<Event> {
    let agent = ask.floor.agent(slot);
    if (agent.status, agent.out_only) != (Status::Available, out_only) {
        return vec![Event::StatusSet { agent: agent.id, status: Status::Available, reason: None, out_only, cause }];
    }
    if agent.leaving.is_some() {
        return vec![Event::LeavingCancelled { agent: agent.id }];
    }
    vec![]
}
