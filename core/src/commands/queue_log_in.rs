//! An agent logs in to a queue (`*38`); the queue says whether that makes it ready (P-11 … P-15).

use super::log_in::{arrive, may_activate};
use super::set_status::raise;
use super::{Ask, Decide, Decision, QueueChoice};
use crate::event::{Event, Status, StatusCause};
use crate::floor::AgentSlot;
use crate::ids::*;
use crate::refusal::Refusal;

/// Logs an agent in to one queue or to all that it may take, and in to work if need be.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueLogIn {
    /// Who.
    pub agent: UserId,
    /// Where.
    pub queue: QueueChoice,
}

impl Decide for QueueLogIn {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        let chosen = chosen(ask, slot, self.queue)?;
        let mut events = arrive(ask, slot)?;
        // What the login loads by itself obeys the queue as well, when it is chosen here.
        events.retain(|event| !matches!(event, Event::QueueLoggedIn { queue, .. } if chosen.contains(queue)));
        let mut raises = false;
        for queue in chosen {
            let queue_slot = ask.floor.find_queue(queue)?;
            let seat = ask.floor.seat_of(slot, queue_slot).expect("a chosen queue is one of the agent's");
            if !ask.floor.seat(seat).logged_in {
                let ready = ask.floor.queue(queue_slot).settings.auto_ready;
                raises |= ready;
                events.push(Event::QueueLoggedIn { agent: self.agent, queue, ready });
            }
        }
        let status = events.iter().find_map(status_set).unwrap_or(ask.floor.agent(slot).status);
        if raises && status == Status::NotReady {
            events.extend(raise(ask, slot, false, StatusCause::QueueLogIn));
        }
        Ok(events)
    }
}

/// The queues that are meant, those that whoever asks may activate.
pub(super) fn chosen(ask: &Ask<'_>, slot: AgentSlot, choice: QueueChoice) -> Result<Vec<QueueId>, Refusal> {
    match choice {
        QueueChoice::One(queue) => may_activate(ask, slot, queue).map(|()| vec![queue]),
        QueueChoice::All => {
            let queues = ask.floor.seats_of(slot).map(|(_, seat)| ask.floor.queue(seat.queue).id);
            let open: Vec<_> = queues.filter(|&queue| may_activate(ask, slot, queue).is_ok()).collect();
            if open.is_empty() { Err(Refusal::NoQueues { agent: ask.floor.agent(slot).id }) } else { Ok(open) }
        }
    }
}

/// The status that a login gave.
pub(super) fn status_set(event: &Event) -> Option<Status> {
    match event {
        Event::StatusSet { status, .. } => Some(*status),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn the_queue_says_whether_its_login_makes_ready() {
        check(
            "
            queue a voice auto-ready
            queue b voice
            agent anna in a, b
            09:00:00  anna registers
            09:00:01  anna dials *38 b             -> not ready, 1 logged in, 0 ready
            09:00:02  anna dials *38 a             -> available, 2 logged in, 1 ready
        ",
        );
    }

    #[test]
    fn a_queue_that_the_login_would_load_obeys_its_own_settings_too() {
        check(
            "
            queue a voice auto-ready
            queue b voice
            agent anna in a auto-queue-login
            agent bruno in a, b auto-queue-login
            09:00:00  anna dials *38 a             -> available, 1 logged in, 1 ready
            09:00:01  bruno dials *38 b            -> not ready, 2 logged in, 1 ready
        ",
        );
    }

    #[test]
    fn all_means_all_that_the_agent_may_take() {
        check(
            "
            queue a voice auto-ready
            queue b voice
            queue c voice
            agent anna in a, b mandatory, c supervisor-managed
            09:00:01  anna dials *38               -> available, 2 logged in, 1 ready
        ",
        );
    }

    #[test]
    fn a_break_is_not_ended_by_a_queue_login() {
        check(
            "
            queue a voice auto-ready
            agent anna in a
            09:00:00  anna logs in
            09:00:01  anna takes meeting
            09:00:02  anna dials *38               -> on break meeting, 1 logged in, 1 ready
        ",
        );
    }

    #[test]
    fn a_queue_that_is_not_the_agents_is_refused() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a
            09:00:01  anna dials *38 b             -> refused not_a_member_of_the_queue, offline
        ",
        );
    }
}
