//! An agent is ready in a queue (`*36`): it logs in if need be, ends its break, and is available.

use super::log_in::arrive;
use super::queue_log_in::{chosen, status_set};
use super::set_status::raise;
use super::{Ask, Decide, Decision, QueueChoice};
use crate::event::{Event, Status, StatusCause};
use crate::ids::*;

/// Sets one queue ready, or all that the agent may take.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueReady {
    /// Who.
    pub agent: UserId,
    /// Where.
    pub queue: QueueChoice,
}

impl Decide for QueueReady {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        let chosen = chosen(ask, slot, self.queue)?;
        let mut events = arrive(ask, slot)?;
        for queue in chosen {
            let loaded = events.iter().any(|event| matches!(event, Event::QueueLoggedIn { queue: already, .. } if *already == queue));
            let seat = ask.floor.seat_of(slot, ask.floor.find_queue(queue)?).expect("a chosen queue is one of the agent's");
            match ask.floor.seat(seat) {
                _ if loaded => {}
                seat if !seat.logged_in => events.push(Event::QueueLoggedIn { agent: self.agent, queue, ready: true }),
                seat if !seat.ready => events.push(Event::QueueReadySet { agent: self.agent, queue, ready: true }),
                _ => {}
            }
        }
        if events.iter().find_map(status_set) != Some(Status::Available) {
            let agent = ask.floor.agent(slot);
            let out_only = agent.out_only && agent.status == Status::Available;
            events.extend(raise(ask, slot, out_only, StatusCause::QueueReady));
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn ready_ends_a_break_and_logs_in_if_need_be() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a, b
            09:00:01  anna dials *36 a             -> available, 1 logged in, 1 ready
            09:00:02  anna takes meeting           -> on break meeting
            09:00:03  anna dials *36               -> available, 2 logged in, 2 ready
        ",
        );
    }
}
