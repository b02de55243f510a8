//! An agent comes to work. That alone makes it neither available nor part of a queue (S-01 … S-04).

use super::{Ask, Decide, Decision};
use crate::event::*;
use crate::floor::AgentSlot;
use crate::ids::*;
use crate::mutant;
use crate::refusal::Refusal;
use crate::settings::Mode;

/// Logs an agent in, and into the queues it names.
#[derive(Clone, Debug, PartialEq)]
pub struct LogIn {
    /// Who.
    pub agent: UserId,
    /// The queues it chooses for this shift. One that it may not take refuses the whole login.
    pub queues: Vec<QueueId>,
}

impl Decide for LogIn {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        let mut chosen = Vec::new();
        for &queue in &self.queues {
            let seat_slot = membership(ask, slot, queue)?;
            may_activate(ask, slot, queue)?;
            if !ask.floor.seat(seat_slot).logged_in && !chosen.contains(&queue) {
                chosen.push(queue);
            }
        }
        let mut events = arrive(ask, slot)?;
        let loaded = |events: &[Event], queue| {
            events.iter().any(|event| matches!(event, Event::QueueLoggedIn { queue: already, .. } if *already == queue))
        };
        chosen.retain(|&queue| !loaded(&events, queue));
        events.extend(chosen.into_iter().map(|queue| Event::QueueLoggedIn { agent: self.agent, queue, ready: true }));
        Ok(events)
    }
}

/// The seat in a queue that was named.
pub(super) fn membership(ask: &Ask<'_>, agent: AgentSlot, queue: QueueId) -> Result<crate::floor::SeatSlot, Refusal> {
    let queue_slot = ask.floor.find_queue(queue)?;
    ask.floor.seat_of(agent, queue_slot).ok_or(Refusal::NotAMember { agent: ask.floor.agent(agent).id, queue })
}

/// Whether whoever asks may put the agent to work in the queue.
pub(super) fn may_activate(ask: &Ask<'_>, agent: AgentSlot, queue: QueueId) -> Result<(), Refusal> {
    let seat = ask.floor.seat(membership(ask, agent, queue)?);
    if ask.is_supervisor() {
        Ok(())
    } else if seat.locked {
        Err(Refusal::LockedMembership { queue })
    } else if seat.settings.mode == Mode::SupervisorManaged && !seat.logged_in {
        Err(Refusal::SupervisorManagedQueue { queue })
    } else {
        Ok(())
    }
}

/// The facts of coming to work: none when the agent is there already.
pub(super) fn arrive(ask: &Ask<'_>, slot: AgentSlot) -> Decision {
    let agent = ask.floor.agent(slot);
    if !agent.active {
        return Err(Refusal::AgentDeactivated { agent: agent.id });
    }
    if agent.status != Status::Offline {
        return Ok(vec![]);
    }
    let status = if agent.settings.auto_ready_on_login { Status::Available } else { Status::NotReady };
    let status = mutant!(LoginMakesAvailable: Status::Available, else status);
    let mut events =
        vec![Event::StatusSet { agent: agent.id, status, reason: None, out_only: false, cause: StatusCause::LogIn }];
    if agent.settings.auto_queue_login {
        let loads = |mode| mutant!(DynamicLoadsAtLogin: mode != Mode::SupervisorManaged, else matches!(mode, Mode::Static | Mode::Mandatory));
        let seats = ask.floor.seats_of(slot).filter(|(_, seat)| loads(seat.settings.mode) && !seat.locked && !seat.logged_in);
        events.extend(seats.map(|(_, seat)| {
            let queue = ask.floor.queue(seat.queue).id;
            Event::QueueLoggedIn { agent: agent.id, queue, ready: true }
        }));
    }
    Ok(events)
}
