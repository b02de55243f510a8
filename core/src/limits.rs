//! The maximum of everything, on one screen. Over a limit the answer is a refusal, not a slow day.

use std::ops::RangeInclusive;

/// Agents of an account, deactivated ones included.
pub const AGENTS_MAX: usize = 1_000_000;
/// Queues of an account.
pub const QUEUES_MAX: usize = 10_000;
/// Memberships of one agent.
pub const MEMBERSHIPS_PER_AGENT_MAX: usize = 200;
/// Conversations an account holds at one time.
pub const CONVERSATIONS_MAX: usize = 1_000_000;
/// Conversations that wait in one queue. Over it no new work comes in and none is moved there; what
/// comes back from an agent always finds a place.
pub const WAITING_PER_QUEUE_MAX: usize = 100_000;
/// Threads that await the client after their agent left.
pub const PARKED_PER_AGENT_MAX: usize = 200;
/// Clients that are blocked.
pub const BLOCKED_CLIENTS_MAX: usize = 1_000_000;
/// Devices of one agent, lost ones included.
pub const DEVICES_PER_AGENT_MAX: usize = 8;
/// Calls beside the queues that one agent is on.
pub const EXTERNAL_CALLS_PER_AGENT_MAX: usize = 8;
/// Skills of an account.
pub const SKILLS_MAX: usize = 1_000;
/// Skills of one agent.
pub const SKILLS_PER_AGENT_MAX: usize = 100;
/// Skills that one conversation requires.
pub const REQUIRED_SKILLS_MAX: usize = 10;
/// Reasons that can be chosen at one time; the built-in ones count.
pub const ACTIVE_REASONS_MAX: usize = 100;
/// Reasons ever defined.
pub const REASONS_MAX: usize = 1_000;
/// Names of one reason, one for each locale.
pub const LOCALES_MAX: usize = 50;

/// Conversations an agent holds at once (M-14).
pub const CAPACITY: RangeInclusive<u8> = 1..=20;
/// What a new agent gets (M-11).
pub const CAPACITY_DEFAULT: u8 = 5;
/// How good an agent is at a skill (M-16).
pub const PROFICIENCY: RangeInclusive<u8> = 1..=5;
/// Of a queue or a conversation; higher goes first.
pub const PRIORITY: RangeInclusive<u8> = 1..=10;
/// What a queue or a conversation gets unless it says otherwise.
pub const PRIORITY_DEFAULT: u8 = 5;
/// Of a membership; lower rings first.
pub const TIER_LEVEL: RangeInclusive<u16> = 0..=10_000;
/// Of a membership; the tie-break within a tier.
pub const POSITION: RangeInclusive<u16> = 0..=u16::MAX;
/// Seconds that a membership holds a queue's conversations back.
pub const DELAY_S: RangeInclusive<u32> = 0..=86_400;
/// How long an offer stands.
pub const RING_TIMEOUT_MS: RangeInclusive<u64> = 1_000..=65_535_000;
/// What a new queue gets.
pub const RING_TIMEOUT_MS_DEFAULT: u64 = 20_000;
/// Work after the work.
pub const WRAP_UP_MS: RangeInclusive<u64> = 0..=86_400_000;
/// After a call, unless the queue says otherwise; after a chat there is none.
pub const WRAP_UP_MS_VOICE_DEFAULT: u64 = 10_000;
/// Misses in a row before a break; 0 is never.
pub const MAX_NO_ANSWER: RangeInclusive<u8> = 0..=100;
/// What a new queue gets.
pub const MAX_NO_ANSWER_DEFAULT: u8 = 3;
/// A lease of a device.
pub const LEASE_MS: RangeInclusive<u64> = 1_000..=86_400_000;

/// How long a silent console link counts as live, and the longest flap that keeps `idle_since`.
pub const GRACE_MS: u64 = 30_000;
/// How long an agent that missed an offer ranks last.
pub const MISSED_MS: u64 = 10_000;

/// The characters of a name: of a queue, a skill, a reason.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=64;
/// The digits of a queue's number.
pub const NUMBER_DIGITS: RangeInclusive<usize> = 3..=64;
/// The bytes of one sealed text.
pub const SEALED_BYTES_MAX: usize = 64 * 1024;
/// The keys of one person that are forgotten at once.
pub const FORGOTTEN_KEYS_MAX: usize = 1_000;
/// The bytes of an answer that is promised to the holder of an idempotency key.
pub const PROMISE_BYTES_MAX: usize = 1_024;
/// How long a promise to the holder of an idempotency key counts.
pub const PROMISE_MS: u64 = 86_400_000;
/// The promises that an account keeps; over it the oldest go first.
pub const PROMISES_MAX: usize = 1_000_000;
/// Candidates and conversations that one explanation lists.
pub const EXPLAINED_MAX: usize = 10_000;
