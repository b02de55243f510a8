//! How often one address may knock at the doors that need no key.

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// What may knock at a door: an address, or somebody who is known otherwise.
trait Knocks: Hash + Eq + Clone {}
impl<K: Hash + Eq + Clone> Knocks for K {}

/// Addresses that are forgotten once they have been quiet are looked for after so many knocks.
const SWEEP_EVERY: u32 = 1_024;
/// Addresses remembered for one door. When so many knocked within minutes, everybody waits: memory is kept
/// rather than the door.
const ADDRESSES_MAX: usize = 1_000_000;

/// Come back after so many seconds; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("too many attempts; try again in {0} s")]
pub struct RetryAfterSeconds(pub u32);

impl RetryAfterSeconds {
    /// These milliseconds, rounded up.
    pub fn from_ms(ms: u64) -> RetryAfterSeconds {
        RetryAfterSeconds(u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX).max(1))
    }

    /// For machines.
    pub const fn code(&self) -> &'static str {
        "too_many_requests"
    }
}

/// The doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Logging in. A whole office may stand behind one address.
    Login,
    /// Setting up a fresh installation.
    Setup,
    /// What anybody may call, as the chat widget does.
    Public,
    /// Beginning a chat, which asks for an agent.
    Chat,
}

/// How often things may be done in a minute; as many again at once. 0 counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMinute {
    /// Signing in or setting up, from one address.
    pub sign_ins: u32,
    /// Other requests of the unknown, from one address.
    pub unknown: u32,
    /// Beginning a chat, from one address.
    pub chats: u32,
    /// Words of one visitor.
    pub words: u32,
}

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// All doors of the server, each with its own count for each address.
pub struct Rates<C: Clock = DefaultClock> {
    login: Door<IpAddr, C>,
    setup: Door<IpAddr, C>,
    public: Door<IpAddr, C>,
    chat: Door<IpAddr, C>,
    words: Door<[u8; 16], C>,
}

struct Door<K: Knocks, C: Clock> {
    limiter: Limiter<K, C>,
    clock: C,
    knocks: AtomicU32,
}

impl Rates {
    /// Nobody has knocked yet.
    pub fn new(per_minute: PerMinute) -> Rates {
        Rates::with_clock(DefaultClock::default(), per_minute)
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn with_clock(clock: C, per_minute: PerMinute) -> Rates<C> {
        Rates {
            login: Door::new(quota(per_minute.sign_ins), clock.clone()),
            setup: Door::new(quota(per_minute.sign_ins), clock.clone()),
            public: Door::new(quota(per_minute.unknown), clock.clone()),
            chat: Door::new(quota(per_minute.chats), clock.clone()),
            words: Door::new(quota(per_minute.words), clock),
        }
    }

    /// Counts one knock of this address at this door. IPv6 counts by the /64, which is what one customer gets.
    ///
    /// # Errors
    /// How long to wait.
    pub fn check(&self, ip: IpAddr, class: Class) -> Result<(), RetryAfterSeconds> {
        let door = match class {
            Class::Login => &self.login,
            Class::Setup => &self.setup,
            Class::Public => &self.public,
            Class::Chat => &self.chat,
        };
        door.check(&network(ip))
    }

    /// Counts a word of this visitor.
    ///
    /// # Errors
    /// How long to wait.
    pub fn check_word(&self, visitor: [u8; 16]) -> Result<(), RetryAfterSeconds> {
        self.words.check(&visitor)
    }
}

impl<K: Knocks, C: Clock + Clone> Door<K, C> {
    fn new(quota: Quota, clock: C) -> Door<K, C> {
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Door { limiter, clock, knocks: AtomicU32::new(0) }
    }

    fn check(&self, knocks: &K) -> Result<(), RetryAfterSeconds> {
        if self.knocks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        if self.limiter.len() >= ADDRESSES_MAX {
            return Err(RetryAfterSeconds(60));
        }
        self.limiter.check_key(knocks).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            RetryAfterSeconds::from_ms(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
        })
    }
}

fn quota(times: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN))
}

/// The network that counts as one: an address, or the /64 which is what one customer gets.
pub(super) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::time::Duration;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn rates() -> (Rates<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let per_minute = PerMinute { sign_ins: 5, unknown: 60, chats: 6, words: 30 };
        (Rates::with_clock(clock.clone(), per_minute), clock)
    }

    fn knock(rates: &Rates<FakeRelativeClock>, from: &str, class: Class, times: u32) -> u32 {
        (0..times).filter(|_| rates.check(ip(from), class).is_ok()).count() as u32
    }

    #[test]
    fn each_door_opens_so_often_and_then_once_in_a_while() {
        let (rates, clock) = rates();
        for (class, at_once, every_ms) in
            [(Class::Login, 5, 12_000), (Class::Setup, 5, 12_000), (Class::Public, 60, 1_000), (Class::Chat, 6, 10_000)]
        {
            assert_eq!(knock(&rates, "192.0.2.1", class, 200), at_once, "{class:?}");
            let RetryAfterSeconds(wait) = rates.check(ip("192.0.2.1"), class).unwrap_err();
            assert_eq!(u64::from(wait), u64::div_ceil(every_ms, 1000), "{class:?}");
            clock.advance(Duration::from_millis(every_ms));
            assert_eq!(knock(&rates, "192.0.2.1", class, 200), 1, "{class:?}");
        }
    }

    #[test]
    fn addresses_count_for_themselves_and_a_network_of_ipv6_as_one() {
        let (rates, _) = rates();
        assert_eq!(knock(&rates, "2001:db8::1", Class::Setup, 10), 5);
        assert_eq!(knock(&rates, "2001:db8::ffff:1:2:3", Class::Setup, 10), 0);
        assert_eq!(knock(&rates, "2001:db8:0:1::1", Class::Setup, 10), 5);
        assert_eq!(knock(&rates, "192.0.2.1", Class::Setup, 10), 5);
        assert_eq!(knock(&rates, "::ffff:192.0.2.1", Class::Setup, 10), 0);
        assert_eq!(knock(&rates, "192.0.2.2", Class::Setup, 10), 5);
    }

    #[test]
    fn visitors_behind_one_address_speak_for_themselves() {
        let (rates, _) = rates();
        let words = |visitor| (0..40).filter(|_| rates.check_word([visitor; 16]).is_ok()).count();
        assert_eq!((words(1), words(2)), (30, 30));
    }

    #[test]
    fn quiet_addresses_are_forgotten() {
        let (rates, clock) = rates();
        for number in 0..500u32 {
            rates.check(IpAddr::V4(number.into()), Class::Public).unwrap();
        }
        assert_eq!(rates.public.limiter.len(), 500);
        clock.advance(Duration::from_secs(600));
        knock(&rates, "192.0.2.1", Class::Public, SWEEP_EVERY);
        assert!(rates.public.limiter.len() <= 2, "{}", rates.public.limiter.len());
    }
}
