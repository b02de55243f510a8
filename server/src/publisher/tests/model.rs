//! Receivers come, go, fall behind and come again by chance, each with a scope of its own. After every
//! tick what each of them put together is what is so, and nobody missed or got twice a row of history.

use super::office::{AGENTS, Office, Plain, live};
use super::receiver::Receiver;
use crate::publisher::stream::Stream;
use crate::publisher::{Live, Scope, Standing, Subscribe, Subscription, Topic, Viewer};
use readyroom_core::ids::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SEER: Viewer = Viewer { user: None, standing: Standing::Supervisor };

struct Stage {
    office: Office,
    live: Live,
    stream: Stream,
    receivers: Vec<Receiver>,
    /// Those who have gone, and may come again.
    away: Vec<Receiver>,
    seen: BTreeMap<&'static str, usize>,
}

impl Stage {
    fn new(seed: u64) -> Stage {
        let mut office = Office::new(seed);
        let live = live(&office.engine);
        office.turns.clear();
        let stream = Stream::new(live.position(), Box::new(Plain));
        Stage { office, live, stream, receivers: Vec::new(), away: Vec::new(), seen: BTreeMap::new() }
    }

    fn count(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    fn release(&mut self) {
        for turn in std::mem::take(&mut self.office.turns) {
            self.live.turn(&turn, &mut Vec::new());
        }
    }

    fn subscribe(&mut self, topics: &BTreeSet<Topic>, scope: &Scope, since: Option<EventNo>) -> Subscription {
        let subscribe = Subscribe { topics: topics.clone(), since, scope: scope.clone(), viewer: SEER };
        self.stream.subscribe(&mut self.live, subscribe, self.office.now).unwrap()
    }

    fn join(&mut self) {
        let all = [Topic::Agents, Topic::Queues, Topic::AgentEvents, Topic::Conversations];
        let mut topics: BTreeSet<_> = all.into_iter().filter(|_| self.office.dice.below(3) > 0).collect();
        topics.insert(all[self.office.dice.below(4)]);
        let some = |dice: &mut super::office::Numbers| (1..=AGENTS).filter(|_| dice.below(2) == 0).collect::<Vec<_>>();
        let dice = &mut self.office.dice;
        let scope = match dice.below(4) {
            0 | 1 => Scope::ALL,
            2 => Scope { agents: Some(Arc::new(BTreeSet::from([UserId::from_u128(1)]))), queues: None },
            _ => Scope {
                agents: Some(Arc::new(some(dice).into_iter().map(UserId::from_u128).collect())),
                queues: Some(Arc::new(some(dice).into_iter().map(QueueId::from_u128).collect())),
            },
        };
        let subscription = self.subscribe(&topics, &scope, None);
        let slow = self.office.dice.below(4) == 0;
        self.receivers.push(Receiver { slow, ..Receiver::new(subscription, topics, scope) });
    }

    fn come_again(&mut self) {
        if self.away.is_empty() {
            return;
        }
        let at = self.office.dice.below(self.away.len());
        let mut receiver = self.away.swap_remove(at);
        receiver.subscription = self.subscribe(&receiver.topics.clone(), &receiver.scope.clone(), receiver.since());
        receiver.ended = None;
        self.receivers.push(receiver);
        self.count("came again");
    }

    /// A tick: frames for all; most receivers read, a few are slow.
    fn tick(&mut self) {
        self.stream.flush(&mut self.live);
        let dice = &mut self.office.dice;
        let (reading, seldom): (Vec<_>, Vec<_>) =
            self.receivers.drain(..).partition(|receiver| !receiver.slow || dice.below(100) == 0);
        self.receivers = seldom;
        let truth = self.office.truth();
        for mut receiver in reading {
            receiver.receive();
            match receiver.ended.as_deref() {
                None => {
                    receiver.check(&truth);
                    self.receivers.push(receiver);
                }
                Some(reason) => {
                    assert_eq!(reason, "slow_consumer");
                    assert!(receiver.slow, "those who read are not disturbed by those who do not");
                    *self.seen.entry("fell behind").or_default() += 1;
                    self.away.push(receiver);
                }
            }
        }
    }
}

#[test]
fn what_receivers_put_together_is_what_is_so() {
    let mut seen = BTreeMap::new();
    for seed in 0..3 {
        let mut stage = Stage::new(seed);
        for _ in 0..500 {
            for _ in 0..1 + stage.office.dice.below(4) {
                stage.office.happen();
            }
            stage.release();
            if stage.office.dice.below(20) == 0 {
                stage.office.rename();
                stage.live.people(stage.office.people.clone());
            }
            stage.tick();
            match stage.office.dice.below(12) {
                0 if stage.receivers.len() < 12 => stage.join(),
                1 => stage.come_again(),
                2 if !stage.receivers.is_empty() => {
                    let at = stage.office.dice.below(stage.receivers.len());
                    let mut gone = stage.receivers.swap_remove(at);
                    gone.receive();
                    stage.away.push(gone);
                    stage.count("went");
                }
                3 => stage.stream.heartbeat(&stage.live, stage.office.now),
                _ => {}
            }
        }
        for receiver in &stage.receivers {
            assert_eq!(receiver.resynced, None, "all that happened here is remembered");
        }
        for (what, times) in stage.seen {
            *seen.entry(what).or_insert(0) += times;
        }
    }
    assert!(seen.len() == 3 && seen.values().all(|&times| times > 5), "{seen:?}");
}
