//! An agent logs out of a queue (`*39`). Out of the last one, or of all, it leaves work, or stays
//! not ready when it still has a console open.

use super::step_away::{lower, step_away};
use super::{Ask, Decide, Decision, QueueChoice, log_in};
use crate::event::{Event, Status, StatusCause};
use crate::floor::AgentSlot;
use crate::floor::queue::Seat;
use crate::ids::*;
use crate::mutant;
use crate::refusal::Refusal;
use crate::settings::Mode;

/// Logs an agent out of one queue or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueLogOut {
    /// Who.
    pub agent: UserId,
    /// Where.
    pub queue: QueueChoice,
}

impl Decide for QueueLogOut {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        match self.queue {
            QueueChoice::One(queue) => one(ask, slot, queue),
            QueueChoice::All => all(ask, slot),
        }
    }
}

fn one(ask: &Ask<'_>, slot: AgentSlot, queue: QueueId) -> Decision {
    let seat_slot = log_in::membership(ask, slot, queue)?;
    may_leave(ask, ask.floor.seat(seat_slot), queue)?;
    if !ask.floor.seat(seat_slot).logged_in {
        return Ok(vec![]);
    }
    let agent = ask.floor.agent(slot);
    let others = || ask.floor.seats_of(slot).filter(|(other, _)| *other != seat_slot).map(|(_, seat)| seat);
    let mut events = vec![Event::QueueLoggedOut { agent: agent.id, queue }];
    if others().all(|seat| !seat.logged_in) {
        events.extend(leave_work(ask, slot));
    } else if others().all(|seat| !seat.ready) {
        events.extend(lower(ask.floor, ask.now, slot, StatusCause::LastQueue));
    }
    Ok(events)
}

fn all(ask: &Ask<'_>, slot: AgentSlot) -> Decision {
    let agent = ask.floor.agent(slot);
    if agent.status == Status::Offline {
        return Ok(vec![]);
    }
    if !agent.has_console() {
        return Ok(leave_work(ask, slot));
    }
    // The agent stays, so its mandatory queues do.
    let mut events = Vec::new();
    for (_, seat) in ask.floor.seats_of(slot).filter(|(_, seat)| seat.logged_in) {
        let queue = ask.floor.queue(seat.queue).id;
        if may_leave(ask, seat, queue).is_ok() {
            events.push(Event::QueueLoggedOut { agent: agent.id, queue });
        }
    }
    events.extend(leave_work(ask, slot));
    Ok(events)
}

/// Offline, or not ready while a console is open.
fn leave_work(ask: &Ask<'_>, slot: AgentSlot) -> Vec<Event> {
    let agent = ask.floor.agent(slot);
    match agent.status {
        Status::Offline => vec![],
        Status::Available if agent.has_console() => lower(ask.floor, ask.now, slot, StatusCause::LastQueue),
        // A break is no less away than not ready.
        Status::NotReady | Status::OnBreak if agent.has_console() => vec![],
        _ => step_away(ask.floor, ask.now, slot, Status::Offline, None, StatusCause::LastQueue),
    }
}

/// Whether whoever asks may take the agent out of the queue, or make it not ready there.
pub(super) fn may_leave(ask: &Ask<'_>, seat: &Seat, queue: QueueId) -> Result<(), Refusal> {
    if ask.is_supervisor() {
        Ok(())
    } else if seat.locked {
        Err(Refusal::LockedMembership { queue })
    } else if mutant!(MandatoryCanBeLeft: false, else seat.settings.mode == Mode::Mandatory) {
        Err(Refusal::MandatoryQueue { queue })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn out_of_the_last_queue_is_out_of_work_without_a_console() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a, b
            09:00:00  anna registers
            09:00:01  anna logs in a b
            09:00:02  anna is available            -> available, 2 ready
            09:00:03  anna dials *39 a             -> available, 1 logged in
            09:00:04  anna dials *39 b             -> offline, 0 logged in
        ",
        );
    }

    #[test]
    fn out_of_the_last_queue_is_not_ready_with_a_console() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:00  anna opens console
            09:00:01  anna logs in a
            09:00:02  anna is available            -> available
            09:00:03  anna dials *39               -> not ready, 0 logged in
        ",
        );
    }

    #[test]
    fn a_mandatory_queue_is_left_by_name_only_when_a_supervisor_asks() {
        check(
            "
            queue a voice
            queue b voice
            agent anna in a mandatory, b
            09:00:00  anna logs in a b
            09:00:03  anna dials *39 a             -> refused mandatory_queue, 2 logged in
            09:00:04  boss takes anna out of a     -> 1 logged in
            09:00:05  boss puts anna into a        -> 2 logged in
            09:00:06  anna dials *39               -> offline, 0 logged in
        ",
        );
    }

    #[test]
    fn a_locked_membership_is_the_supervisors() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:00  anna logs in a
            09:00:01  boss locks anna in a
            09:00:02  anna dials *39 a             -> refused locked_membership, 1 logged in
            09:00:03  anna dials *37 a             -> refused locked_membership, 1 ready
            09:00:04  boss takes anna out of a     -> 0 logged in
            09:00:05  anna dials *38 a             -> refused locked_membership
        ",
        );
    }
}
