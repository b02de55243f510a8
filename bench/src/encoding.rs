//! Events to bytes and back, and what one takes on disk.

use crate::Size;
use crate::figure::{Report, cpu};
use crate::floor::Bench;
use readyroom_core::commands::{AcceptOffer, EndConversation};
use readyroom_core::engine::{Input, Turn};
use readyroom_core::event::{Actor, Event, Recorded, codec};
use readyroom_core::ids::EventNo;

/// CPU and bytes per event, and CPU for writing the record of a decision.
pub fn measure(size: Size, report: &mut Report) {
    let events = conversations(size.of(20_000, 500));
    let n = events.len();
    let mut body = Vec::with_capacity(n * 200);
    let (seconds, ()) = cpu(|| codec::write(&mut body, &events));
    report.figure("encode_event", seconds * 1e9 / n as f64, "ns", n);
    report.figure("event_bytes", body.len() as f64 / n as f64, "B", n);
    let (seconds, read) = cpu(|| codec::read(&body, EventNo(1)).expect("it was just written"));
    assert_eq!(read.len(), n);
    report.figure("decode_event", seconds * 1e9 / n as f64, "ns", n);

    let offers: Vec<_> = events.iter().filter(|fact| matches!(fact.event, Event::OfferMade { .. })).collect();
    let mut body = Vec::with_capacity(offers.len() * 300);
    let (seconds, ()) = cpu(|| offers.iter().for_each(|&offer| codec::write(&mut body, std::slice::from_ref(offer))));
    report.figure("encode_decision", seconds * 1e9 / offers.len() as f64, "ns", offers.len());
}

/// The events of a floor and of so many conversations on it.
pub fn conversations(n: usize) -> Vec<Recorded> {
    let mut events = Vec::new();
    each_turn(n, |turn| events.extend(turn.events));
    events
}

/// Plays a floor, from its first turn, and so many conversations on it.
pub fn each_turn(n: usize, mut take: impl FnMut(Turn)) {
    let (mut bench, turns) = Bench::with_turns(100);
    turns.into_iter().for_each(&mut take);
    for at in 0..n {
        let call = bench.call(at);
        let conversation = call.conversation;
        let arrived = bench.ask(Actor::Signalling, call);
        let made = arrived.iter().flat_map(|turn| &turn.events).find_map(|fact| match fact.event {
            Event::OfferMade { offer, agent, .. } => Some((offer, agent)),
            _ => None,
        });
        let (offer, agent) = made.expect("somebody is ready");
        arrived.into_iter().for_each(&mut take);
        bench.ask(Actor::Agent(agent), AcceptOffer { offer }).into_iter().for_each(&mut take);
        bench.ask(Actor::Client, EndConversation { conversation }).into_iter().for_each(&mut take);
        bench.now = bench.now.plus_ms(1_000);
        bench.engine.handle(bench.now, Input::Wake);
        std::iter::from_fn(|| bench.engine.poll()).for_each(&mut take);
    }
}
