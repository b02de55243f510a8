//! A queue's share of the board: who is at work in it, in which bucket, and who has waited longest.

use crate::wire::queue::BucketCounts;
use readyroom_core::floor::facts::{AgentFacts, SeatFacts};
use readyroom_core::ids::{ConversationId, QueueId, Timestamp};
use readyroom_views::vocabulary::{AcdState, Bucket, acd, bucket};
use std::collections::BTreeSet;

/// The counts of one queue.
#[derive(Default)]
pub(super) struct Tally {
    /// Agents logged in to it.
    pub agents: BucketCounts,
    /// Those of them who may be offered its next conversation.
    pub ready: u32,
    waiting: BTreeSet<(Timestamp, ConversationId)>,
}

/// An agent at work in a queue, and as what it counts there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub queue: QueueId,
    bucket: Bucket,
    ready: bool,
}

/// Where an agent is at work.
pub(super) fn stands<'a>(agent: &AgentFacts, seats: impl Iterator<Item = &'a SeatFacts>) -> Vec<Stand> {
    let bucket = bucket(agent);
    let at_work = seats.filter(|seat| seat.logged_in);
    at_work
        .map(|seat| Stand {
            queue: seat.queue,
            bucket,
            ready: bucket == Bucket::Ready && acd(agent, seat).state == AcdState::Ready,
        })
        .collect()
}

impl Tally {
    /// An agent begins to count here, or ceases to.
    pub fn stands(&mut self, stand: &Stand, counts: bool) {
        let of_bucket = self.agents.of(stand.bucket);
        if counts {
            *of_bucket += 1;
            self.ready += u32::from(stand.ready);
        } else {
            *of_bucket -= 1;
            self.ready -= u32::from(stand.ready);
        }
    }

    /// A conversation begins to wait here, or ceases to.
    pub fn waits(&mut self, since: Timestamp, conversation: ConversationId, waits: bool) {
        if waits {
            self.waiting.insert((since, conversation));
        } else {
            self.waiting.remove(&(since, conversation));
        }
    }

    /// Since when the one waits that has waited longest.
    pub fn longest(&self) -> Option<Timestamp> {
        self.waiting.first().map(|&(since, _)| since)
    }
}
