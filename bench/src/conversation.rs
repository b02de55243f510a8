//! A whole conversation in the engine: it arrives, is offered, accepted, ended, and wrapped up.

use crate::Size;
use crate::figure::{Report, cpu};
use crate::floor::Bench;
use readyroom_core::commands::{AcceptOffer, EndConversation};
use readyroom_core::engine::Input;
use readyroom_core::event::{Actor, Event};

/// CPU per conversation, all five acts, at a hundred thousand agents.
pub fn measure(size: Size, report: &mut Report) {
    for agents in [1_000, 100_000] {
        let agents = size.of(agents, 500);
        let n = size.of(200_000, 2_000);
        let mut bench = Bench::with(agents);
        let (seconds, ()) = cpu(|| (0..n).for_each(|at| whole(&mut bench, at)));
        report.figure(&format!("conversation_{agents}"), seconds * 1e6 / n as f64, "us", n);
    }
}

/// One conversation from its arrival to the end of its wrap-up.
pub fn whole(bench: &mut Bench, at: usize) {
    let call = bench.call(at);
    let conversation = call.conversation;
    let turns = bench.ask(Actor::Signalling, call);
    let made = turns.iter().flat_map(|turn| &turn.events).find_map(|fact| match fact.event {
        Event::OfferMade { offer, agent, .. } => Some((offer, agent)),
        _ => None,
    });
    let (offer, agent) = made.expect("somebody is ready");
    bench.ask(Actor::Agent(agent), AcceptOffer { offer });
    bench.ask(Actor::Client, EndConversation { conversation });
    bench.now = bench.now.plus_ms(1_000);
    bench.engine.handle(bench.now, Input::Wake);
    while bench.engine.poll().is_some() {}
}
