//! How an agent steps away: to a break, to not ready, to offline.
//!
//! During a call the wish is stored at once, and the call goes on. During chat work the agent
//! leaves when no thread awaits it: until then it is *finishing*. What it has left then awaits the
//! client, and is put aside. An offer rings on, unless the agent logs out.

use crate::event::*;
use crate::floor::{AgentSlot, Floor};
use crate::ids::*;
use crate::limits;
use crate::mutant;

/// The facts of stepping away, now or later.
pub(crate) fn step_away(
    floor: &Floor,
    now: Timestamp,
    slot: AgentSlot,
    to: Status,
    reason: Option<ReasonCode>,
    cause: StatusCause,
) -> Vec<Event> {
    let agent = floor.agent(slot);
    let mut events = Vec::new();
    if to == Status::Offline {
        let offered = floor.offers_of(slot);
        events.extend(offered.into_iter().map(|offered| floor.offer_ended(offered, OfferOutcome::Withdrawn)));
    }
    let threads_hold = agent.status == Status::Available || to == Status::Offline;
    if threads_hold && mutant!(BreakIgnoresThreads: false, else agent.tally.awaiting > 0) {
        let asked = agent.leaving.map(|leaving| (leaving.to, leaving.reason.map(|reason| floor.reason(reason).code)));
        if asked != Some((to, reason)) {
            events.push(Event::LeavingAsked { agent: agent.id, to, reason, cause });
        }
    } else {
        events.extend(depart(floor, now, slot, to, reason, cause));
    }
    events
}

/// The facts of an available agent becoming not ready because of something else. An agent that
/// asked to go has its own wish, which stands.
pub(crate) fn lower(floor: &Floor, now: Timestamp, slot: AgentSlot, cause: StatusCause) -> Vec<Event> {
    let agent = floor.agent(slot);
    if agent.status != Status::Available || agent.leaving.is_some() {
        return Vec::new();
    }
    step_away(floor, now, slot, Status::NotReady, None, cause)
}

/// The facts of going now: no thread awaits the agent.
pub(crate) fn depart(
    floor: &Floor,
    now: Timestamp,
    slot: AgentSlot,
    to: Status,
    reason: Option<ReasonCode>,
    cause: StatusCause,
) -> Vec<Event> {
    let agent = floor.agent(slot);
    let mut events = Vec::new();
    if agent.status == Status::Available || to == Status::Offline {
        events.extend(put_threads_aside(floor, now, slot));
    }
    let now_is = (agent.status, agent.reason.map(|reason| floor.reason(reason).code), agent.out_only);
    if now_is != (to, reason, false) || agent.leaving.is_some() {
        events.push(Event::StatusSet { agent: agent.id, status: to, reason, out_only: false, cause });
    }
    events
}

/// The active chats wait aside for their clients; those for which there is no room go back.
pub(crate) fn put_threads_aside(floor: &Floor, now: Timestamp, slot: AgentSlot) -> Vec<Event> {
    let agent = floor.agent(slot);
    let room = limits::PARKED_PER_AGENT_MAX.saturating_sub(agent.parked.len());
    let mut events = Vec::new();
    for (at, chat) in floor.chats_of(slot).into_iter().enumerate() {
        let (conversation, queue) = (chat.id, floor.queue(chat.queue).id);
        let outcome = if at < room { WorkOutcome::Parked } else { WorkOutcome::Requeued };
        events.push(Event::WorkEnded { conversation, agent: agent.id, queue, outcome, wrap_up_until: None });
        if outcome == WorkOutcome::Requeued {
            events.push(Event::Queued { conversation, queue, since: now, cause: QueueCause::Requeued });
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_break_pressed_during_a_call_is_stored_at_once_and_the_call_outranks_it() {
        check(
            "
            queue sales voice wrap 10
            agent anna in sales
            09:00:00  anna arrives                 -> available
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:05  anna accepts                 -> in call
            09:05:00  anna takes lunch_break       -> on break lunch_break, in call
            09:09:00  w1 ends                      -> on break lunch_break, wrapping
            09:09:10                               -> on break lunch_break, waiting
        ",
        );
    }

    #[test]
    fn a_break_pressed_during_chats_waits_until_no_thread_awaits_the_agent() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives                 -> available
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:05  anna accepts                 -> 1 chat
            09:02:00  anna takes lunch_break       -> available, leaving
            09:03:00  anna writes w1               -> on break lunch_break, 1 parked
            09:20:00  w1 writes                    -> w1 waits, 0 parked
        ",
        );
    }

    #[test]
    fn a_thread_that_awaits_its_client_does_not_keep_the_agent() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives                 -> available
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:05  anna accepts                 -> 1 chat
            09:02:00  anna writes w1
            09:02:10  anna takes lunch_break       -> on break lunch_break, 1 parked
        ",
        );
    }

    #[test]
    fn a_break_pressed_while_ringing_is_stored_and_the_unanswered_offer_is_no_miss() {
        check(
            "
            queue sales voice ring 20
            agent anna in sales
            09:00:00  anna arrives                 -> available
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:05  anna takes lunch_break       -> on break lunch_break, offering
            09:01:20                               -> on break lunch_break, waiting, 0 misses, w1 waits
        ",
        );
    }

    #[test]
    fn a_logout_withdraws_what_rings() {
        check(
            "
            queue sales voice
            agent anna in sales
            09:00:00  anna arrives                 -> available
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:05  anna leaves                  -> offline, waiting, w1 waits
        ",
        );
    }

    #[test]
    fn a_chat_taken_up_on_a_break_is_finished_and_put_aside() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives                 -> available
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:05  anna takes lunch_break       -> on break lunch_break, offering
            09:01:10  anna accepts                 -> on break lunch_break, 1 chat
            09:02:00  anna writes w1               -> 0 chats, 1 parked
            09:03:00  bruno arrives
            09:04:00  w1 writes                    -> w1 offered to bruno
        ",
        );
    }

    #[test]
    fn what_lowers_the_status_does_not_replace_the_wish_to_go() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:05  anna accepts                 -> 1 chat
            09:02:00  anna takes lunch_break       -> available, leaving
            09:02:10  anna dials *37               -> available, leaving, 0 ready
            09:03:00  anna writes w1               -> on break lunch_break, 1 parked
        ",
        );
    }

    #[test]
    fn coming_back_before_having_gone_is_staying() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:05  anna accepts
            09:02:00  anna leaves                  -> available, leaving
            09:02:10  anna logs in                 -> available, staying
            09:03:00  anna writes w1               -> available, 1 chat
        ",
        );
    }

    #[test]
    fn the_wish_to_go_can_be_taken_back() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives                 -> available
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:05  anna accepts                 -> 1 chat
            09:02:00  anna leaves                  -> available, leaving
            09:02:30  anna is available            -> available, staying
        ",
        );
    }
}
