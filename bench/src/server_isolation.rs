//! Does one queue's trouble slow another's calls, through the whole server? The same calls, alone and
//! beside a queue with ten thousand waiting and ten thousand agents who are not ready.

use crate::Size;
use crate::figure::{Beside, Report, percentile};
use crate::floor::queue;
use crate::house::{BOSS, House, Kept, call};
use crate::line::Line;
use crate::server_offer::offered;
use readyroom_core::commands::{AddQueue, Command};
use readyroom_core::event::Actor;
use readyroom_core::ids::{Channel, ChannelSet};
use readyroom_core::settings::QueueSettings;

/// Agents who take turns.
const AGENTS: usize = 20;
const ROUNDS: usize = 20;
/// The first of those who are not ready.
const IDLE_FROM: usize = 1_000_000;

/// The time of an offer beside trouble, and beside it the same alone. The log is in memory: a disk
/// would hide the difference.
pub fn measure(size: Size, report: &mut Report) {
    let n = size.of(4_000, 200);
    let houses = [false, true].map(|troubled| {
        let house = House::new(Kept::InMemory);
        house.let_in(0..AGENTS, queue(0), true);
        if troubled {
            trouble(&house, size.of(10_000, 500));
        }
        let line = Line::open(&house.address, &house.key);
        (house, line, Vec::with_capacity(n))
    });
    let [mut alone, mut troubled] = houses;
    // In turns, so that what slows the machine slows both.
    for round in 0..ROUNDS {
        for (house, line, times) in [&mut alone, &mut troubled] {
            times.extend((0..n / ROUNDS).map(|at| offered(house, line, round * n + at) * 1e3));
        }
    }
    for percent in [50, 99] {
        let beside = Beside { what: "the same alone", value: percentile(&mut alone.2, percent) };
        let value = percentile(&mut troubled.2, percent);
        report.ratio(&format!("server_isolation_p{percent}"), value, "ms", n, &beside);
    }
}

fn trouble(house: &House, much: usize) {
    let trouble = queue(1);
    let settings = QueueSettings::new("trouble", ChannelSet::only(Channel::Voice));
    house.ask(BOSS, AddQueue { queue: trouble, settings });
    house.let_in(IDLE_FROM..IDLE_FROM + much, trouble, false);
    house.ask_all((0..much).map(|at| (Actor::Signalling, Command::from(call(at, trouble)))));
}
