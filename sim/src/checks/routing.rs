//! 4, 6, 7, 8, 9, 30: an offer is made only to one who may have it, to the best of those, of the
//! best there is; and nobody waits whom somebody could serve.

use crate::invariant::{Held, broken, hold};
use crate::model::{Hands, Model, Place};
use readyroom_core::event::*;
use readyroom_core::ids::*;

/// Asked of an offer before it is folded.
pub(crate) fn may_be_made(m: &Model, recorded: &Recorded) -> Held {
    let Event::OfferMade { conversation, agent, queue, kind, until, sender, .. } = &recorded.event else {
        return Ok(());
    };
    let (at, agent, kind) = (recorded.at, *agent, *kind);
    let Some(work) = m.conversations.get(conversation) else { broken!(2, at, "an offer of no conversation") };
    hold!(3, at, work.queue == *queue, "an offer names another queue than its conversation's");
    let ring_ms = m.queues[queue].ring_timeout_ms as i64;
    hold!(29, at, until.0 == at.0 + ring_ms, "an offer rings until {} and not for {ring_ms} ms", until.0);
    let hands = m.hands(agent);
    if let Some(obstacle) = m.obstacle(kind, agent, &hands, work, at) {
        let number = match obstacle {
            "at_capacity" => 1,
            "delay_not_reached" => 7,
            _ => 4,
        };
        broken!(number, at, "{agent} is offered {conversation} as {kind:?} work, against {obstacle}");
    }
    hold!(4, at, *sender != Some(agent), "{agent} is the sender of what it is offered");
    if recorded.by != Actor::Policy(Policy::Router) {
        hold!(19, at, kind == OfferKind::Assigned, "only the router makes {kind:?} offers");
        return Ok(());
    }
    hold!(4, at, sender.is_none(), "the router has no sender");
    hold!(3, at, work.place == Place::Waiting, "the router offers what is {:?}", work.place);
    hold!(4, at, m.may_take(agent, &hands, work, at) == Some(kind), "{kind:?} is not the kind of this offer");
    ranks_first(m, agent, &hands, *conversation, at)?;
    takes_the_best(m, agent, &hands, *conversation, at)
}

fn ranks_first(m: &Model, picked: UserId, hands: &Hands, id: ConversationId, at: Timestamp) -> Held {
    let work = &m.conversations[&id];
    let rank = m.agent_rank(picked, hands, work, at);
    for &other in m.agents.keys().filter(|&&other| other != picked) {
        let hands = m.hands(other);
        if m.may_take(other, &hands, work, at).is_some() {
            let theirs = m.agent_rank(other, &hands, work, at);
            hold!(8, at, rank < theirs, "{picked} {rank:?} is offered {id} before {other} {theirs:?}");
        }
    }
    Ok(())
}

fn takes_the_best(m: &Model, agent: UserId, hands: &Hands, id: ConversationId, at: Timestamp) -> Held {
    let work = &m.conversations[&id];
    let rank = m.work_rank(agent, work);
    for (other_id, other) in m.waiting().filter(|(other, _)| *other != id) {
        if m.may_take(agent, hands, other, at).is_none() {
            continue;
        }
        let theirs = m.work_rank(agent, other);
        hold!(9, at, rank < theirs, "{agent} is offered {id} {rank:?} before {other_id} {theirs:?}");
        let alike = (other.queue, other.channel, other.priority) == (work.queue, work.channel, work.priority);
        let older = (other.arrived_at, other.no) < (work.arrived_at, work.no);
        let unowned = work.owner != Some(agent);
        hold!(30, at, !(alike && older && unowned), "{other_id} came before {id} and is passed over");
    }
    Ok(())
}

/// Asked when an input has had all its consequences.
pub(crate) fn nobody_waits_beside_an_eligible_agent(m: &Model) -> Held {
    let waiting: Vec<_> = m.waiting().filter(|(_, work)| !m.blocked.contains(&work.client)).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    for &agent in m.agents.keys() {
        let state = &m.agents[&agent];
        if state.status != Status::Available || !state.calls.is_empty() || state.leaving.is_some() {
            continue;
        }
        let hands = m.hands(agent);
        for (id, work) in &waiting {
            if let Some(kind) = m.may_take(agent, &hands, work, m.now) {
                let number = if m.seats.get(&(agent, work.queue)).is_some_and(|seat| seat.settings.delay_sec > 0) {
                    7
                } else {
                    6
                };
                broken!(
                    number,
                    m.now,
                    "{id} waits since {} and {agent} could take it as {kind:?} work",
                    work.queued_at.0
                );
            }
        }
    }
    Ok(())
}
