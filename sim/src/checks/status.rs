//! 19, 27: an agent changes only when it, a supervisor or a named rule wants so; it leaves nothing
//! behind; work has its wrap-up.

use crate::invariant::{Held, hold};
use crate::model::{Model, Place};
use crate::server::Unit;
use readyroom_core::commands::{Command, QueueChoice};
use readyroom_core::engine::Input;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::settings::Mode;

/// Asked of every fact before it is folded.
pub(crate) fn may_happen(m: &Model, unit: &Unit, recorded: &Recorded, rest: &[Recorded]) -> Held {
    let at = recorded.at;
    hold!(16, at, at == m.now, "an event is dated {} at {}", at.0, m.now.0);
    match &recorded.event {
        Event::StatusSet { agent, status, reason, out_only, cause } => {
            asked_for(m, recorded, *agent, *cause)?;
            let now = &m.agents[agent];
            let leaves_home = now.status == Status::Offline && *status != Status::Offline;
            hold!(27, at, now.active || *status == Status::Offline, "a deactivated agent comes to work");
            let logs_in = matches!(cause, StatusCause::LogIn);
            hold!(19, at, logs_in == leaves_home || (!leaves_home && !logs_in), "{agent} comes to work by {cause:?}");
            if logs_in {
                let wish = if now.settings.auto_ready_on_login { Status::Available } else { Status::NotReady };
                hold!(19, at, *status == wish, "a login makes {agent} {status:?}");
            }
            hold!(19, at, !out_only || *status == Status::Available, "out_only without available");
            hold!(19, at, reason.is_none_or(|code| m.reasons.contains_key(&code)), "a reason that is not there");
            let goes = now.status == Status::Available && *status != Status::Available;
            let settles_chats = (goes || *status == Status::Offline) && *cause != StatusCause::Deactivated;
            if settles_chats {
                hold!(27, at, m.hands(*agent).chats == 0, "{agent} goes and keeps threads in hand");
            }
            if let Some((to, why, _)) = now.leaving
                && recorded.by == Actor::Policy(Policy::Leaving)
            {
                hold!(19, at, (to, why) == (*status, *reason), "{agent} asked to be {to:?} and is {status:?}");
            }
        }
        Event::LeavingAsked { agent, cause, to, .. } => {
            asked_for(m, recorded, *agent, *cause)?;
            hold!(19, at, m.hands(*agent).awaiting > 0, "{agent} waits for threads that do not await it");
            hold!(19, at, *to != Status::Available, "leaving to be available");
        }
        Event::LeavingCancelled { agent } => asked_for(m, recorded, *agent, StatusCause::Asked)?,
        Event::QueueLoggedIn { agent, queue, ready } => {
            let seat = &m.seats[&(*agent, *queue)];
            if let Actor::Agent(by) = recorded.by {
                hold!(19, at, by == *agent, "{by} logs {agent} in");
                hold!(27, at, !seat.locked, "{agent} activates a locked membership");
                hold!(27, at, seat.settings.mode != Mode::SupervisorManaged, "{agent} activates a managed membership");
            }
            hold!(19, at, m.agents[agent].status != Status::Offline, "{agent} is at work in a queue, and not at work");
            loads_what_it_may(m, unit, *agent, *queue, *ready, at)?;
        }
        Event::QueueLoggedOut { agent, queue } => {
            let seat = &m.seats[&(*agent, *queue)];
            if let Actor::Agent(_) = recorded.by {
                hold!(27, at, !seat.locked, "{agent} leaves a locked membership");
                hold!(27, at, seat.settings.mode != Mode::Mandatory, "{agent} leaves a mandatory queue");
            }
        }
        Event::QueueReadySet { agent, queue, ready } => {
            let seat = &m.seats[&(*agent, *queue)];
            if let Actor::Agent(_) = recorded.by {
                hold!(27, at, !seat.locked, "{agent} changes a locked membership");
                let all = matches!(command(unit), Some(Command::QueueNotReady(it)) if it.queue == QueueChoice::All);
                let kept = *ready || all || seat.settings.mode != Mode::Mandatory;
                hold!(27, at, kept, "{agent} is not ready in a mandatory queue");
            }
        }
        Event::WorkEnded { conversation, agent, queue, outcome, wrap_up_until } => {
            ends_with_its_wrap_up(m, unit, recorded, *conversation, *agent, *queue, *outcome, *wrap_up_until)?;
            if *outcome == WorkOutcome::Ended {
                let ends = |next: &Recorded| matches!(&next.event, Event::ConversationEnded { conversation: it, .. } if it == conversation);
                hold!(2, at, rest.iter().any(ends), "work is over, and its conversation is not");
            }
        }
        Event::OfferAccepted { offer, agent, .. } => {
            let auto = recorded.by == Actor::Policy(Policy::AutoAccept);
            let asked = matches!(command(unit), Some(Command::AcceptOffer(it)) if it.offer == *offer);
            hold!(19, at, auto || asked, "{agent} is put through by {:?}", recorded.by);
            if auto {
                let queue = m.offers.get(offer).map(|out| m.conversations[&out.conversation].queue);
                hold!(
                    19,
                    at,
                    queue.is_some_and(|queue| m.queues[&queue].auto_accept),
                    "accepted by itself, where no queue says so"
                );
            }
        }
        Event::ClientBlocked { .. }
        | Event::PersonForgotten { .. }
        | Event::MembershipLocked { .. }
        | Event::AgentDeactivated { .. } => {
            let by_supervisor = matches!(recorded.by, Actor::Supervisor(_) | Actor::Integration(_));
            hold!(19, at, by_supervisor, "{:?} did what only a supervisor may", recorded.by);
        }
        Event::WrapUpEnded { agent, conversation, outcome: WrapUpOutcome::Expired } => {
            let due = m.wraps.iter().any(|wrap| {
                wrap.agent == *agent
                    && wrap.conversation == *conversation
                    && wrap.until.is_some_and(|until| until <= at)
            });
            hold!(29, at, due, "a wrap-up of {agent} expires before its time");
        }
        Event::DeviceLost { agent, device } if recorded.by == Actor::Policy(Policy::LeaseEnd) => {
            let known = m.agents[agent].devices.iter().find(|known| known.id == *device);
            let due = known.is_some_and(|known| known.live && known.until.is_some_and(|until| until <= at));
            hold!(28, at, due, "a lease of {agent} ends before its time");
        }
        _ => {}
    }
    Ok(())
}

fn command(unit: &Unit) -> Option<&Command> {
    match &unit.input {
        Input::Command { command, .. } => Some(command),
        _ => None,
    }
}

/// The wish of an agent is never changed by a client or by signalling.
fn asked_for(m: &Model, recorded: &Recorded, agent: UserId, cause: StatusCause) -> Held {
    let fits = match recorded.by {
        Actor::Agent(by) => by == agent && cause != StatusCause::Deactivated,
        Actor::Supervisor(_) | Actor::Integration(_) => true,
        Actor::Policy(Policy::NoAnswer) => cause == StatusCause::NoAnswer,
        Actor::Policy(Policy::AfterExternalCall) => cause == StatusCause::ExternalCall,
        Actor::Policy(Policy::Leaving) => m.agents[&agent].leaving.is_some_and(|(_, _, why)| why == cause),
        Actor::Policy(_) | Actor::Client | Actor::Signalling => false,
    };
    hold!(19, recorded.at, fits, "{:?} changes the status of {agent}, because {cause:?}", recorded.by);
    Ok(())
}

/// By itself a login loads only static and mandatory memberships, and only where so set up.
fn loads_what_it_may(m: &Model, unit: &Unit, agent: UserId, queue: QueueId, ready: bool, at: Timestamp) -> Held {
    let one = |choice: QueueChoice| choice == QueueChoice::One(queue) || choice == QueueChoice::All;
    let named = match command(unit) {
        Some(Command::LogIn(it)) => it.queues.contains(&queue),
        Some(Command::QueueLogIn(it)) => one(it.queue),
        Some(Command::QueueReady(it)) => one(it.queue),
        Some(Command::QueueNotReady(it)) => it.queue == QueueChoice::One(queue),
        _ => false,
    };
    let seat = &m.seats[&(agent, queue)];
    let loads = m.agents[&agent].settings.auto_queue_login
        && matches!(seat.settings.mode, Mode::Static | Mode::Mandatory)
        && !seat.locked;
    hold!(27, at, named || loads, "{agent} is put to work in a queue it did not name ({:?})", seat.settings.mode);
    if let (Some(Command::QueueNotReady(_)), true, false) = (command(unit), named, loads) {
        hold!(19, at, !ready, "not ready in a queue, and ready in it");
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "the fields of one fact")]
fn ends_with_its_wrap_up(
    m: &Model,
    unit: &Unit,
    recorded: &Recorded,
    conversation: ConversationId,
    agent: UserId,
    queue: QueueId,
    outcome: WorkOutcome,
    wrap_up_until: Option<Timestamp>,
) -> Held {
    let at = recorded.at;
    let work = m.conversations.get(&conversation);
    let channel = work.map_or(Channel::Voice, |work| work.channel);
    if outcome == WorkOutcome::Parked {
        let awaits_client = work.is_some_and(|work| work.pending == Pending::Client && work.channel == Channel::Chat);
        hold!(27, at, awaits_client, "{agent} puts aside a thread that awaits it");
    }
    let handed_back = matches!(command(unit), Some(Command::Requeue(_)));
    let wraps = match outcome {
        WorkOutcome::Parked => false,
        WorkOutcome::Requeued => handed_back,
        WorkOutcome::Ended | WorkOutcome::Transferred | WorkOutcome::Reassigned => true,
    };
    let state = &m.agents[&agent];
    let goes_home = state.status == Status::Offline || state.leaving.is_some_and(|(to, _, _)| to == Status::Offline);
    let ms = m.wrap_up_ms(queue, channel);
    let expected = (wraps && !goes_home && ms > 0).then(|| at.plus_ms(ms));
    hold!(
        19,
        at,
        wrap_up_until == expected,
        "{channel:?} work of {agent} ends with the wrap-up {wrap_up_until:?}, not {expected:?}"
    );
    Ok(())
}

/// Asked at rest: who is gone holds nothing but, perhaps, the call it is on.
pub(crate) fn at_rest(m: &Model) -> Held {
    for conversation in m.conversations.values() {
        let at = m.now;
        match conversation.place {
            Place::Active(agent) if conversation.channel == Channel::Chat => {
                let here = m.agents[&agent].status != Status::Offline;
                hold!(27, at, here, "{agent} is offline and has a thread in hand");
            }
            Place::Parked(agent) => {
                hold!(27, at, m.agents[&agent].active, "{agent} is deactivated and keeps a thread aside");
                hold!(27, at, conversation.channel == Channel::Chat, "a call is put aside");
            }
            Place::Closing(_) => hold!(2, at, conversation.over, "work is over, and its conversation is not"),
            Place::Active(_) | Place::Offered(_) | Place::Waiting => {}
        }
    }
    for (id, agent) in &m.agents {
        hold!(27, m.now, agent.active || agent.status == Status::Offline, "{id} is deactivated and at work");
        if let Some((to, _, _)) = agent.leaving {
            hold!(19, m.now, m.hands(*id).awaiting > 0, "{id} may go ({to:?}) and does not");
        }
    }
    Ok(())
}
