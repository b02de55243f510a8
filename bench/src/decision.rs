//! Who gets this call: choose the agent, reserve it, take it out of all its queues.

use crate::Size;
use crate::figure::{Beside, Report, cpu};
use crate::floor::Bench;
use readyroom_core::event::{Actor, Event, OfferKind, OfferOutcome, Policy, QueueCause, Recorded};
use readyroom_core::floor::{ConversationSlot, Floor};
use readyroom_core::ids::*;
use readyroom_core::routing::Router;

/// Decide, reserve and leave three queues, at growing numbers of agents.
pub fn measure(size: Size, report: &mut Report) {
    let mut first = None;
    for agents in [1_000, 10_000, 100_000, 1_000_000] {
        if agents > size.of(1_000_000, 10_000) {
            continue;
        }
        let (ns, n) = at(agents, size.of(400_000, 4_000));
        let name = format!("decision_{agents}");
        match first {
            None => report.figure(&name, ns, "ns", n),
            Some(value) => report.ratio(&name, ns, "ns", n, &Beside { what: "decision_1000", value }),
        }
        first = first.or(Some(ns));
    }
}

fn at(agents: usize, rounds: usize) -> (f64, usize) {
    let mut bench = Bench::with(agents);
    let mut floor = bench.engine.floor().clone();
    let mut router = Router::of(&floor);
    while router.next_match(&floor, bench.now).is_some() {}
    let batch = (agents / 20).max(1);
    let (mut seconds, mut done) = (0.0, 0);
    while done < rounds {
        let calls: Vec<_> = (0..batch).map(|at| arrive(&mut bench, &mut floor, at)).collect();
        let (spent, ()) = cpu(|| {
            for &call in &calls {
                let made = router.choose(&floor, call, bench.now).expect("somebody is ready");
                let event = floor.offer_made(bench.now, made.conversation, made.agent, OfferKind::Queued, None);
                let touched = apply(&mut floor, bench.now, event);
                router.refresh(&floor, &touched);
            }
        });
        seconds += spent;
        done += batch;
        // The last reserved was the least idle: it goes back first, to the front.
        for call in calls.into_iter().rev() {
            let held = floor.conversation(call);
            let conversation = held.id;
            let ended = floor.offer_ended(held, OfferOutcome::Rescinded);
            let touched = apply(&mut floor, bench.now, ended);
            router.refresh(&floor, &touched);
            let outcome = readyroom_core::event::EndOutcome::Abandoned;
            let touched = apply(&mut floor, bench.now, Event::ConversationEnded { conversation, outcome });
            router.refresh(&floor, &touched);
        }
        while router.next_match(&floor, bench.now).is_some() {}
    }
    (seconds * 1e9 / done as f64, done)
}

fn arrive(bench: &mut Bench, floor: &mut Floor, at: usize) -> ConversationSlot {
    let call = bench.call(at);
    let (conversation, queue) = (call.conversation, call.queue);
    let arrived = Event::Arrived {
        conversation,
        client: call.client,
        channel: call.channel,
        queue,
        arrived_at: bench.now,
        priority: 5,
        skills: vec![],
        owner: None,
    };
    apply(floor, bench.now, arrived);
    apply(floor, bench.now, Event::Queued { conversation, queue, since: bench.now, cause: QueueCause::Arrived });
    floor.find_conversation(conversation).expect("it just arrived")
}

fn apply(floor: &mut Floor, at: Timestamp, event: Event) -> readyroom_core::floor::Touched {
    let no = floor.last_no().plus(1);
    floor.apply(&Recorded { no, at, by: Actor::Policy(Policy::Router), event })
}
