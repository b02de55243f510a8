//! 1, 3, 5, 10, 32: what the floor tells of an agent, a membership, a queue and a conversation
//! after each fact is what the reference counts.

use crate::invariant::{Held, broken, hold};
use crate::model::{Model, Place};
use readyroom_core::event::*;
use readyroom_core::floor::facts::*;
use readyroom_core::ids::*;

/// Compares everything that was told after one fact.
pub(crate) fn are_true(m: &Model, recorded: &Recorded, told: &[Facts]) -> Held {
    for facts in told {
        match facts {
            Facts::Agent(facts) => agent(m, facts, recorded)?,
            Facts::Seat(facts) => seat(m, facts, recorded.at)?,
            Facts::Queue(facts) => queue(m, facts, recorded.at)?,
            Facts::Conversation(facts) => conversation(m, facts, recorded.at)?,
        }
    }
    Ok(())
}

fn agent(m: &Model, told: &AgentFacts, recorded: &Recorded) -> Held {
    let at = recorded.at;
    let Some(known) = m.agents.get(&told.agent) else { broken!(5, at, "facts of an unknown agent") };
    let hands = m.hands(told.agent);
    let who = told.agent;
    macro_rules! same {
        ($number:expr, $what:expr, $told:expr, $known:expr) => {
            let (told, known) = ($told, $known);
            hold!(
                $number,
                at,
                told == known,
                "{} of {who} is told as {told:?} and is {known:?}, after {:?}",
                $what,
                recorded.event
            );
        };
    }
    same!(5, "active", told.active, known.active);
    same!(19, "status", told.status, known.status);
    same!(19, "reason", told.reason.map(|reason| reason.code), known.reason);
    same!(19, "out_only", told.out_only, known.out_only);
    same!(
        19,
        "leaving",
        told.leaving.map(|leaving| (leaving.to, leaving.reason)),
        known.leaving.map(|(to, why, _)| (to, why))
    );
    same!(1, "capacity", told.capacity, known.settings.capacity);
    same!(1, "load", told.load, hands.load);
    same!(1, "load of offers", told.load_offered, hands.load_offered);
    let fits = |channel: &Channel| {
        hands.load + crate::model::weight(&known.settings, *channel) <= u16::from(known.settings.capacity)
    };
    let room: ChannelSet = hands.reachable.iter().filter(fits).collect();
    same!(5, "channels", told.channels, hands.channels);
    same!(5, "reachable", told.reachable, hands.reachable);
    same!(1, "room", told.room, room);
    same!(5, "external call", told.external_call, known.calls.first().copied());
    same!(3, "call", told.call.map(|call| call.conversation), hands.call);
    same!(3, "offers", usize::from(told.offers), hands.offers.len());
    same!(3, "first offer", told.offer.map(|offer| offer.offer), hands.offers.iter().min().copied());
    same!(3, "chats", told.chats, hands.chats);
    same!(3, "awaiting", told.awaiting_agent, hands.awaiting);
    same!(3, "parked", told.parked, hands.parked);
    same!(28, "wrap-up", told.wrap_up.is_some(), hands.wraps > 0);
    same!(12, "misses", told.misses, known.misses);
    same!(17, "status_since", told.status_since, known.status_since);
    let flap = matches!(recorded.event, Event::DeviceBack { .. } | Event::DeviceConnected { .. });
    same!(if flap { 32 } else { 8 }, "idle_since", told.idle_since, known.idle_since);
    let seats = || m.seats_of(who).map(|(_, seat)| seat);
    let counts =
        (seats().count(), seats().filter(|seat| seat.logged_in).count(), seats().filter(|seat| seat.ready).count());
    let told_counts = (told.queues.member.into(), told.queues.logged_in.into(), told.queues.ready.into());
    // A membership is told a last time before it goes.
    if !matches!(recorded.event, Event::MembershipRemoved { .. }) {
        same!(5, "queues", told_counts, counts);
    }
    Ok(())
}

fn seat(m: &Model, told: &SeatFacts, at: Timestamp) -> Held {
    let known = m.seats.get(&(told.agent, told.queue));
    hold!(5, at, known.is_none() == told.removed, "a membership is told as there or not, against what is");
    if let Some(known) = known {
        let told_now =
            (told.tier_level, told.position, told.delay_sec, told.mode, told.logged_in, told.ready, told.locked);
        let s = known.settings;
        let is = (s.tier_level, s.position, s.delay_sec, s.mode, known.logged_in, known.ready, known.locked);
        hold!(5, at, told_now == is, "a membership is told as {told_now:?} and is {is:?}");
    }
    Ok(())
}

fn queue(m: &Model, told: &QueueFacts, at: Timestamp) -> Held {
    let Some(known) = m.queues.get(&told.queue) else {
        hold!(25, at, told.removed, "an unknown queue is told");
        return Ok(());
    };
    hold!(5, at, told.channels == known.channels, "the channels of a queue are told wrongly");
    let here = || m.conversations.values().filter(|conversation| conversation.queue == told.queue);
    let count = |is: fn(&Place) -> bool| here().filter(|conversation| is(&conversation.place)).count() as u32;
    let counted = (
        count(|place| *place == Place::Waiting),
        count(|place| matches!(place, Place::Offered(_))),
        count(|place| matches!(place, Place::Active(_))),
        m.seats.keys().filter(|(_, queue)| *queue == told.queue).count() as u32,
    );
    let told_now = (told.waiting, told.offered, told.active, told.seats);
    hold!(25, at, told_now == counted, "the counts of {} are told as {told_now:?} and are {counted:?}", told.queue);
    Ok(())
}

fn conversation(m: &Model, told: &ConversationFacts, at: Timestamp) -> Held {
    let Some(known) = m.conversations.get(&told.conversation) else {
        hold!(2, at, told.stage == StageFacts::Ended, "{} is told and is gone", told.conversation);
        return Ok(());
    };
    let age = (told.arrived_at, told.queued_at, told.priority);
    let is = (known.arrived_at, known.queued_at, known.priority);
    hold!(10, at, age == is, "the age of {} is told as {age:?} and is {is:?}", told.conversation);
    let rest = (told.client, told.channel, told.queue, told.pending, told.owner, told.messages);
    let is = (known.client, known.channel, known.queue, known.pending, known.owner, known.messages);
    hold!(3, at, rest == is, "{} is told as {rest:?} and is {is:?}", told.conversation);
    let stage = match known.place {
        Place::Waiting => StageFacts::Waiting,
        Place::Offered(offer) => {
            StageFacts::Offered { agent: m.offers[&offer].agent, offer, until: m.offers[&offer].until }
        }
        Place::Active(agent) => StageFacts::Active { agent, held: known.held },
        Place::Parked(agent) => StageFacts::Parked { agent },
        Place::Closing(agent) => StageFacts::Wrapping { agent },
    };
    hold!(3, at, told.stage == stage, "{} is told as {:?} and is {stage:?}", told.conversation, told.stage);
    Ok(())
}
