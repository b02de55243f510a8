//! An agent is not ready in a queue (`*37`). With the last one its status follows.

use super::log_in::{arrive, may_activate, membership};
use super::queue_log_out::may_leave;
use super::step_away::lower;
use super::{Ask, Decide, Decision, QueueChoice};
use crate::event::{Event, Status, StatusCause};
use crate::floor::AgentSlot;
use crate::ids::*;
use crate::refusal::Refusal;

/// Sets one queue not ready, logging in to it if need be; or all.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueNotReady {
    /// Who.
    pub agent: UserId,
    /// Where.
    pub queue: QueueChoice,
}

impl Decide for QueueNotReady {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        match self.queue {
            QueueChoice::One(queue) => one(ask, slot, queue),
            QueueChoice::All => all(ask, slot),
        }
    }
}

fn one(ask: &Ask<'_>, slot: AgentSlot, queue: QueueId) -> Decision {
    let seat_slot = membership(ask, slot, queue)?;
    let (agent, seat) = (ask.floor.agent(slot), ask.floor.seat(seat_slot));
    may_leave(ask, seat, queue)?;
    may_activate(ask, slot, queue)?;
    if !seat.logged_in {
        let mut events = arrive(ask, slot)?;
        events.retain(|event| !matches!(event, Event::QueueLoggedIn { queue: loaded, .. } if *loaded == queue));
        events.push(Event::QueueLoggedIn { agent: agent.id, queue, ready: false });
        return Ok(events);
    }
    if !seat.ready {
        return Ok(vec![]);
    }
    let mut events = vec![Event::QueueReadySet { agent: agent.id, queue, ready: false }];
    let last = ask.floor.seats_of(slot).all(|(other, seat)| other == seat_slot || !seat.ready);
    if last {
        events.extend(lower(ask.floor, ask.now, slot, StatusCause::LastQueue));
    }
    Ok(events)
}

fn all(ask: &Ask<'_>, slot: AgentSlot) -> Decision {
    let agent = ask.floor.agent(slot);
    if agent.status == Status::Offline {
        return Err(Refusal::NotLoggedIn { agent: agent.id });
    }
    let ready = ask.floor.seats_of(slot).filter(|(_, seat)| seat.ready && (!seat.locked || ask.is_supervisor()));
    let mut events: Vec<_> = ready
        .map(|(_, seat)| Event::QueueReadySet { agent: agent.id, queue: ask.floor.queue(seat.queue).id, ready: false })
        .collect();
    events.extend(lower(ask.floor, ask.now, slot, StatusCause::LastQueue));
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn clearing_the_last_ready_queue_lowers_the_status() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a, b
            09:00:01  anna dials *36               -> available, 2 ready
            09:00:02  anna dials *37 a             -> available, 1 ready
            09:00:03  anna dials *37 b             -> not ready, 0 ready, 2 logged in
        ",
        );
    }

    #[test]
    fn not_ready_in_a_queue_logs_in_to_it() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:01  anna dials *37 a             -> not ready, 1 logged in, 0 ready
        ",
        );
    }

    #[test]
    fn during_a_call_it_is_stored_and_the_call_goes_on() {
        check(
            "
            queue a voice wrap 10
            agent anna in a
            09:00:00  anna arrives
            09:01:00  w1 calls a
            09:01:01  anna accepts                 -> in call
            09:02:00  anna dials *37               -> not ready, in call
            09:03:00  w1 ends                      -> not ready, wrapping
        ",
        );
    }
}
