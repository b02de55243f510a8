//! What one agent did in one cell, or many in many: sums, from which every ratio is made.

use crate::vocabulary::Bucket;
use std::ops::AddAssign;

const BUCKETS: usize = Bucket::ALL.len();

/// Sums of time and of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    bucket_ms: [u64; BUCKETS],
    entries: [u32; BUCKETS],
    /// Time with work in hand or being wrapped up, milliseconds; see [`super::walk::HandleFrom`].
    pub handle_ms: u64,
    /// Time ready and without work, milliseconds.
    pub free_ms: u64,
}

impl Tally {
    /// Time in the bucket, milliseconds.
    pub fn ms(&self, bucket: Bucket) -> u64 {
        self.bucket_ms[bucket as usize]
    }

    /// How many times the bucket was entered.
    pub fn entries(&self, bucket: Bucket) -> u32 {
        self.entries[bucket as usize]
    }

    /// Time in all nine, milliseconds.
    pub fn total_ms(&self) -> u64 {
        self.bucket_ms.iter().sum()
    }

    /// Time in a bucket.
    pub(super) fn stay(&mut self, bucket: Bucket, ms: u64) {
        self.bucket_ms[bucket as usize] += ms;
    }

    /// One more entry.
    pub(super) fn enter(&mut self, bucket: Bucket) {
        self.entries[bucket as usize] += 1;
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        for (sum, more) in self.bucket_ms.iter_mut().zip(other.bucket_ms) {
            *sum += more;
        }
        for (sum, more) in self.entries.iter_mut().zip(other.entries) {
            *sum += more;
        }
        self.handle_ms += other.handle_ms;
        self.free_ms += other.free_ms;
    }
}

impl<'a> FromIterator<&'a Tally> for Tally {
    fn from_iter<I: IntoIterator<Item = &'a Tally>>(tallies: I) -> Tally {
        let mut sum = Tally::default();
        tallies.into_iter().for_each(|tally| sum += tally);
        sum
    }
}
