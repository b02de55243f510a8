//! 7, 28: every alarm belongs to something that lives, everything that must end has its alarm, and
//! the engine wants to be woken neither too late nor for nothing.

use crate::invariant::{Held, broken, hold};
use crate::model::Model;
use crate::server::Unit;
use readyroom_core::commands::Command;
use readyroom_core::engine::{Engine, Input, Turn, Why};
use readyroom_core::event::DeviceKind;
use readyroom_core::floor::deadlines::Deadline;
use readyroom_core::ids::*;
use readyroom_core::limits;

/// A report of a device that was there renews its lease without a fact.
pub(crate) fn renewals(m: &mut Model, unit: &Unit, turn: &Turn, before: EventNo) {
    let Input::Command { command: Command::ReportDevice(report), .. } = &unit.input else { return };
    let accepted = turn.answer.as_ref().is_some_and(|answer| answer.result.is_ok());
    if accepted && m.last_no == before && report.reachable {
        let ttl_ms = match report.kind {
            DeviceKind::Sip => report.ttl_ms,
            DeviceKind::Console => Some(report.ttl_ms.unwrap_or(limits::GRACE_MS)),
        };
        m.heard_of(report.agent, report.device, ttl_ms);
    }
}

/// The alarms of the floor are exactly those of offers, wrap-ups and leases.
pub(crate) fn have_owners(m: &Model, engine: &Engine) -> Held {
    let alarms = engine.floor().deadlines();
    let mut owned: Vec<_> = m.offers.iter().map(|(&offer, out)| (out.until, Deadline::Offer(offer))).collect();
    let wraps = m.wraps.iter();
    owned.extend(wraps.filter_map(|wrap| Some((wrap.until?, Deadline::WrapUp(wrap.agent, wrap.conversation?)))));
    for (&agent, known) in &m.agents {
        let live = known.devices.iter().filter(|device| device.live);
        owned.extend(live.filter_map(|device| Some((device.until?, Deadline::Lease(agent, device.id)))));
    }
    owned.sort_unstable();
    if !alarms.iter().eq(owned.iter().copied()) {
        let set: Vec<_> = alarms.iter().collect();
        let astray = set.iter().filter(|alarm| !owned.contains(alarm)).collect::<Vec<_>>();
        let missing = owned.iter().filter(|alarm| !set.contains(alarm)).collect::<Vec<_>>();
        broken!(28, m.now, "nobody owns the alarms {astray:?}, and these are not set: {missing:?}");
    }
    let bound = 4 * (m.agents.len() * 2 + m.conversations.len());
    hold!(31, m.now, alarms.len() <= bound, "{} alarms for {bound}", alarms.len());
    if let Some((at, _)) = engine.next_wake() {
        hold!(29, m.now, at > m.now, "the engine sleeps, and should have woken at {}", at.0);
    }
    Ok(())
}

/// The engine wakes at the next deadline or opening, and never for a delay that is nobody's.
pub(crate) fn next_is_exact(m: &Model, engine: &Engine) -> Held {
    let wake = engine.next_wake();
    let opening = m.next_opening(m.now);
    let deadline = engine.floor().deadlines().first().map(|(at, _)| at);
    let due = [opening, deadline].into_iter().flatten().min();
    if let Some(due) = due {
        let in_time = wake.is_some_and(|(at, _)| at <= due);
        hold!(7, m.now, in_time, "something is due at {}, and the engine sleeps until {wake:?}", due.0);
    }
    if let Some((at, Why::Delay)) = wake {
        let owned = m.waiting().any(|(_, work)| {
            let of_queue = m.seats.iter().filter(|((_, queue), _)| *queue == work.queue);
            of_queue
                .map(|(_, seat)| seat.settings.delay_sec)
                .any(|delay| work.queued_at.plus_ms(u64::from(delay) * 1_000) == at)
        });
        if !owned {
            broken!(28, m.now, "the engine wakes at {} for a delay of nobody", at.0);
        }
    }
    Ok(())
}
