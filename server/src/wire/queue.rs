//! A queue as the board shows it.

use super::{Instant, of, words};
use readyroom_core::ids::ChannelSet;
use readyroom_views::vocabulary::Bucket;
use serde::Serialize;
use utoipa::ToSchema;

/// A queue, in numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueRow {
    /// Which.
    pub id: of::Queue,
    /// The position of the row's last change.
    pub position: u64,
    /// What people call it.
    pub name: String,
    /// What telephones dial.
    pub number: Option<String>,
    /// The channels it takes.
    #[schema(schema_with = words::channels)]
    pub channels: ChannelSet,
    /// Conversations that wait in it.
    pub waiting: u32,
    /// Since when the one waits that has waited longest in this queue.
    pub longest_waiting_since: Option<Instant>,
    /// Those of it that are offered to an agent.
    pub offered: u32,
    /// Those of it that an agent has.
    pub active: u32,
    /// Its members, at work or not.
    pub members: u32,
    /// The agents logged in to it, by bucket.
    pub agents: BucketCounts,
    /// Those of them who may be offered its next conversation.
    pub ready: u32,
}

/// How many agents are in each bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the fields are the nine buckets")]
pub struct BucketCounts {
    pub extcall: u32,
    pub incall: u32,
    pub offline: u32,
    pub unreachable: u32,
    pub ring: u32,
    pub paused: u32,
    pub wrapup: u32,
    pub ready: u32,
    pub idle: u32,
}

impl BucketCounts {
    /// The count of one bucket.
    pub fn of(&mut self, bucket: Bucket) -> &mut u32 {
        match bucket {
            Bucket::Extcall => &mut self.extcall,
            Bucket::Incall => &mut self.incall,
            Bucket::Offline => &mut self.offline,
            Bucket::Unreachable => &mut self.unreachable,
            Bucket::Ring => &mut self.ring,
            Bucket::Paused => &mut self.paused,
            Bucket::Wrapup => &mut self.wrapup,
            Bucket::Ready => &mut self.ready,
            Bucket::Idle => &mut self.idle,
        }
    }
}
