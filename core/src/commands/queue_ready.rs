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
