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
        if ask.floor.agent(slot).leaving.is_some_and(|leaving| leaving.to == Status::Offline) {
            events.push(Event::LeavingCancelled { agent: self.agent });
        }
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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_login_is_neither_available_nor_in_a_queue() {
        check(
            "
            queue sales voice
            agent anna in sales
            09:00:00  anna registers               -> offline, reachable
            09:00:01  anna logs in                 -> not ready, unready, 0 logged in
            09:00:02  w1 calls sales               -> w1 waits
            09:00:03  anna is available            -> ready, 0 ready, w1 waits
            09:00:04  anna dials *36 sales         -> w1 offered to anna
        ",
        );
    }

    #[test]
    fn a_login_that_names_a_queue_the_agent_may_not_take_is_refused_whole() {
        check(
            "
            queue sales voice
            queue vip voice
            agent anna in sales dynamic, vip supervisor-managed
            09:00:00  anna logs in sales vip       -> refused supervisor_managed_queue, offline, 0 logged in
            09:00:01  anna logs in sales           -> not ready, 1 logged in, 1 ready
            09:00:02  boss puts anna into vip      -> 2 logged in
        ",
        );
    }

    #[test]
    fn auto_queue_login_loads_static_and_mandatory_queues_only() {
        check(
            "
            queue a voice
            queue b voice
            queue c voice
            queue d voice
            agent anna in a, b mandatory, c dynamic, d supervisor-managed auto-queue-login auto-ready-on-login
            09:00:00  anna logs in                 -> available, 2 logged in, 2 ready
        ",
        );
    }

    #[test]
    fn a_deactivated_agent_does_not_log_in() {
        check(
            "
            queue sales voice
            agent anna in sales
            09:00:00  boss deactivates anna        -> offline
            09:00:01  anna logs in                 -> refused agent_deactivated, offline
        ",
        );
    }

    #[test]
    fn a_login_during_the_call_after_a_logout_is_a_login() {
        check(
            "
            queue sales voice
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts                 -> in call
            09:02:00  anna leaves                  -> offline, in call, 0 logged in
            09:03:00  anna logs in                 -> not ready, in call
        ",
        );
    }
}
