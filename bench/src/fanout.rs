//! Changes on their way to many: what a delivered row costs, and what an idle subscriber holds.

use crate::Size;
use crate::figure::{Beside, Report, process_cpu, resident_bytes};
use crate::floor::{Bench, agent};
use readyroom::publisher::{Live, Opener, Publisher, Released, Scope, Standing, Start, Subscribe, Topic, Viewer};
use readyroom_core::commands::{SetStatus, Wish};
use readyroom_core::event::{Actor, Sealed};
use readyroom_views::tables::Tables;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Agents on the floor, and those of them who change between two ticks.
const AGENTS: usize = 200;
const CHANGES: usize = 20;
/// What a delivered row may cost, microseconds; and what a subscriber may hold, bytes.
const LIMIT_US: f64 = 0.8;
const LIMIT_BYTES: f64 = 16.0 * 1024.0;

/// CPU of the whole process per row delivered to one subscriber, and bytes per idle subscriber.
pub fn measure(size: Size, report: &mut Report) {
    for subscribers in [1_000, 10_000] {
        if subscribers > size.of(10_000, 1_000) {
            continue;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
        let rounds = size.of(40, 5);
        let (us, bytes) = runtime.block_on(deliver(subscribers, rounds));
        let rows = subscribers * rounds * CHANGES * 2;
        let beside = Beside { what: "limit", value: LIMIT_US };
        report.ratio(&format!("fanout_{subscribers}_cpu_per_delta"), us, "us", rows, &beside);
        let beside = Beside { what: "limit", value: LIMIT_BYTES };
        report.ratio(&format!("fanout_{subscribers}_bytes_per_subscriber"), bytes, "B", subscribers, &beside);
    }
}

/// Nothing is sealed here.
struct Nothing;

impl Opener for Nothing {
    fn open(&self, _: &Sealed) -> Option<String> {
        None
    }
}

async fn deliver(subscribers: usize, rounds: usize) -> (f64, f64) {
    let mut bench = Bench::with(AGENTS);
    let live = Live::new(Start::of(bench.engine.floor(), Tables::default()));
    let (keeper, mut kept) = tokio::sync::mpsc::channel(64);
    let (publisher, task) = Publisher::start(live, Box::new(Nothing), keeper);
    tokio::spawn(async move { while kept.recv().await.is_some() {} });
    let got = Arc::new(AtomicUsize::new(0));
    let before = resident_bytes();
    for _ in 0..subscribers {
        listen(&publisher, &got).await;
    }
    until(&got, subscribers).await;
    let bytes = (resident_bytes() - before) / subscribers as f64;
    let start = process_cpu();
    for round in 0..rounds {
        let wish = if round % 2 == 0 { Wish::NotReady } else { Wish::Available { out_only: false } };
        let turns =
            (0..CHANGES).flat_map(|at| bench.ask(Actor::Agent(agent(at)), SetStatus { agent: agent(at), wish }));
        let turns = turns.collect();
        let released = Released { turns, upto: bench.engine.floor().last_no(), promises: vec![] };
        publisher.release(released).await.expect("it is open");
        until(&got, subscribers * (round + 2)).await;
    }
    let seconds = process_cpu() - start;
    publisher.close().await.expect("it is open");
    task.await.expect("it ends well");
    // Each change is a row of the board and a row of the history.
    (seconds * 1e6 / (subscribers * rounds * CHANGES * 2) as f64, bytes)
}

/// A subscriber that counts its messages.
async fn listen(publisher: &Publisher, got: &Arc<AtomicUsize>) {
    let topics = BTreeSet::from([Topic::Agents, Topic::AgentEvents]);
    let viewer = Viewer { user: None, standing: Standing::Supervisor };
    let subscribe = Subscribe { topics, since: None, scope: Scope::ALL, viewer };
    let mut subscription = publisher.subscribe(subscribe).await.expect("there is room");
    let got = got.clone();
    tokio::spawn(async move {
        while subscription.next().await.is_some() {
            got.fetch_add(1, Ordering::Relaxed);
        }
    });
}

/// Waits until so many messages were received. Heartbeats count too; they come every ten seconds.
async fn until(got: &AtomicUsize, messages: usize) {
    while got.load(Ordering::Relaxed) < messages {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
