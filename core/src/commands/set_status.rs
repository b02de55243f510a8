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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn available_with_no_ready_queue_makes_all_logged_in_ones_ready() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a, b
            09:00:00  anna arrives                 -> 2 ready
            09:01:00  anna dials *37               -> not ready, 0 ready, 2 logged in
            09:02:00  anna is available            -> available, 2 ready
            09:03:00  anna dials *37 a             -> available, 1 ready
            09:04:00  anna takes meeting           -> on break meeting
            09:05:00  anna is available            -> 1 ready
        ",
        );
    }

    #[test]
    fn a_break_can_change_its_reason_and_pressing_twice_is_no_error() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:00  anna arrives
            09:01:00  anna takes meeting           -> on break meeting
            09:02:00  anna takes meeting           -> on break meeting
            09:03:00  anna takes training          -> on break training
            09:04:00  anna takes kicked_out        -> refused reason_reserved, on break training
            09:05:00  anna takes siesta            -> refused unknown_reason, on break training
        ",
        );
    }

    #[test]
    fn who_is_not_logged_in_has_no_status_to_set() {
        check(
            "
            queue a voice
            agent anna in a
            09:01:00  anna takes meeting           -> refused not_logged_in, offline
            09:02:00  anna is available            -> refused not_logged_in, offline
        ",
        );
    }

    #[test]
    fn out_only_takes_only_its_own_clients() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:00  anna arrives
            09:01:00  anna is out only             -> out only, unready
            09:02:00  w1 calls a                   -> w1 waits
            09:03:00  w2 calls a own anna          -> w2 offered to anna
            09:03:10  anna accepts                 -> w2 with anna
        ",
        );
    }
}
