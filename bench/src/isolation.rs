//! Does one queue's trouble slow another's calls? The same conversations, alone and beside a queue
//! with ten thousand waiting and ten thousand agents who are not ready.

use crate::Size;
use crate::conversation::whole;
use crate::figure::{Beside, Report, cpu};
use crate::floor::Bench;
use readyroom_core::commands::*;
use readyroom_core::event::Actor;
use readyroom_core::ids::*;
use readyroom_core::settings::*;

const BOSS: Actor = Actor::Supervisor(UserId([0xb0; 16]));

/// CPU per conversation beside trouble, and beside it the same alone.
pub fn measure(size: Size, report: &mut Report) {
    let n = size.of(100_000, 2_000);
    let (mut alone, mut troubled) = (Bench::with(200), Bench::with(200));
    trouble(&mut troubled, size.of(10_000, 500));
    let (mut quiet, mut loud) = (0.0, 0.0);
    // In turns, so that what slows the machine slows both.
    for round in 0..10 {
        quiet += cpu(|| (0..n / 10).for_each(|at| whole(&mut alone, round + at))).0;
        loud += cpu(|| (0..n / 10).for_each(|at| whole(&mut troubled, round + at))).0;
    }
    let per = |seconds: f64| seconds * 1e6 / n as f64;
    report.ratio("isolation", per(loud), "us", n, &Beside { what: "the same alone", value: per(quiet) });
}

fn trouble(bench: &mut Bench, much: usize) {
    let queue = QueueId::from_u128(99);
    let settings = QueueSettings::new("trouble", ChannelSet::only(Channel::Voice));
    bench.ask(BOSS, AddQueue { queue, settings });
    for at in 0..much {
        let agent = UserId::from_u128(5_000_000 + at as u128);
        bench.ask(BOSS, AddAgent::new(agent, AgentSettings::default()));
        bench.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() });
        bench.ask(Actor::Agent(agent), LogIn { agent, queues: vec![queue] });
        let call = EnterQueue { queue, ..bench.call(at) };
        bench.ask(Actor::Signalling, call);
    }
}
