//! One channel of one queue: the agents who may take from it, and the conversations that wait.
//!
//! Agents stand in lists by (tier, position, delay), each list by idle time. Whoever becomes ready
//! goes to the tail, so the order by idle time costs nothing; whoever is reserved leaves all its
//! lists at a constant price each. Conversations stand by (priority, age), apart for each set of
//! required skills, so that an agent is never walked past work it cannot do.

use crate::event::SkillLevel;
use crate::floor::{ConversationSlot, Floor, SeatSlot};
use crate::ids::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Where a seat ranks before the strategy: lower first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeatKey {
    pub tier_level: u16,
    pub position: u16,
    pub delay_sec: u32,
}

/// Which of a lane's two orders a seat stands in. Those who missed just now come after all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Fresh,
    Missed,
}

const NONE: u32 = u32::MAX;

/// A seat's place in the lists of its lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    prev: u32,
    next: u32,
    key: SeatKey,
    standing: Option<Standing>,
}

impl Link {
    pub(super) const OUT: Link =
        Link { prev: NONE, next: NONE, key: SeatKey { tier_level: 0, position: 0, delay_sec: 0 }, standing: None };

    /// Whether the seat is in its lane.
    pub(super) fn is_in(&self) -> bool {
        self.standing.is_some()
    }

    /// Where it stands, if it does.
    pub(super) fn place(&self) -> Option<(Standing, SeatKey)> {
        self.standing.map(|standing| (standing, self.key))
    }
}

/// The links of every seat, one for each channel.
pub(super) type Links = Vec<[Link; Channel::COUNT]>;

#[derive(Clone, Copy, Debug)]
struct List {
    head: u32,
    tail: u32,
}

/// Where a waiting conversation ranks in its lane: lower first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WaitKey {
    pub priority: Reverse<u8>,
    pub arrived_at: Timestamp,
    pub no: EventNo,
    pub slot: ConversationSlot,
}

/// The conversations that require the same skills.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub by_rank: BTreeSet<WaitKey>,
    by_entry: BTreeSet<(Timestamp, EventNo, ConversationSlot)>,
}

impl Line {
    /// When the one that came first came.
    pub(super) fn first_entry(&self) -> Option<Timestamp> {
        self.by_entry.first().map(|entry| entry.0)
    }
}

/// One channel of one queue.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    channel: Channel,
    fresh: BTreeMap<SeatKey, List>,
    missed: BTreeMap<SeatKey, List>,
    /// The delays of the seats in the lane, above none, and how many seats have each.
    delays: BTreeMap<u32, usize>,
    pub lines: BTreeMap<Box<[SkillLevel]>, Line>,
    /// When the next delay lets a conversation through.
    pub opens_at: Option<Timestamp>,
    /// Delays that ended until then have been looked at.
    pub opened_until: Timestamp,
}

impl Lane {
    pub(super) fn new(channel: Channel) -> Lane {
        Lane {
            channel,
            fresh: BTreeMap::new(),
            missed: BTreeMap::new(),
            delays: BTreeMap::new(),
            lines: BTreeMap::new(),
            opens_at: None,
            opened_until: Timestamp(i64::MIN),
        }
    }

    fn order(&mut self, standing: Standing) -> &mut BTreeMap<SeatKey, List> {
        match standing {
            Standing::Fresh => &mut self.fresh,
            Standing::Missed => &mut self.missed,
        }
    }

    /// Whether the time at which conversations came matters to anybody here.
    pub(super) fn has_delays(&self) -> bool {
        !self.delays.is_empty()
    }

    /// Puts a seat in, at its place by idle time; a tie goes by the agent's id.
    pub(super) fn join(&mut self, floor: &Floor, links: &mut Links, seat: SeatSlot, standing: Standing, key: SeatKey) {
        let channel = self.channel as usize;
        if key.delay_sec > 0 {
            *self.delays.entry(key.delay_sec).or_default() += 1;
        }
        let list = self.order(standing).entry(key).or_insert(List { head: NONE, tail: NONE });
        let after = place_for(floor, links, channel, *list, seat);
        let before = if after == NONE { list.head } else { links[after as usize][channel].next };
        if after == NONE {
            list.head = seat.0;
        }
        if before == NONE {
            list.tail = seat.0;
        }
        if after != NONE {
            links[after as usize][channel].next = seat.0;
        }
        if before != NONE {
            links[before as usize][channel].prev = seat.0;
        }
        links[seat.index()][channel] = Link { prev: after, next: before, key, standing: Some(standing) };
    }

    /// Takes a seat out.
    pub(super) fn leave(&mut self, links: &mut Links, seat: SeatSlot) {
        let channel = self.channel as usize;
        let link = std::mem::replace(&mut links[seat.index()][channel], Link::OUT);
        let standing = link.standing.expect("a seat leaves the lane it is in");
        if let Some(seats) = self.delays.get_mut(&link.key.delay_sec) {
            *seats -= 1;
            if *seats == 0 {
                self.delays.remove(&link.key.delay_sec);
            }
        }
        let order = self.order(standing);
        let list = order.get_mut(&link.key).expect("a seat's list is there while the seat is");
        if link.prev == NONE {
            list.head = link.next;
        } else {
            links[link.prev as usize][channel].next = link.next;
        }
        if link.next == NONE {
            list.tail = link.prev;
        } else {
            links[link.next as usize][channel].prev = link.prev;
        }
        if list.head == NONE {
            order.remove(&link.key);
        }
    }

    /// The seats of one standing, in groups of the same tier and position, best group first. Each
    /// group is its lists, one for each delay, and each list is in the order of the strategy.
    pub(super) fn groups(&self, standing: Standing) -> impl Iterator<Item = impl Iterator<Item = (u32, SeatHead)>> {
        let order = match standing {
            Standing::Fresh => &self.fresh,
            Standing::Missed => &self.missed,
        };
        let mut rest = order.iter().peekable();
        std::iter::from_fn(move || {
            let (first, list) = rest.next()?;
            let mut group = smallvec::SmallVec::<[(u32, SeatHead); 2]>::new();
            group.push((first.delay_sec, SeatHead(list.head)));
            while let Some((key, list)) =
                rest.next_if(|(key, _)| (key.tier_level, key.position) == (first.tier_level, first.position))
            {
                group.push((key.delay_sec, SeatHead(list.head)));
            }
            Some(group.into_iter())
        })
    }

    /// The seats of a list, best first.
    pub(super) fn seats_from<'a>(&self, links: &'a Links, head: SeatHead) -> impl Iterator<Item = SeatSlot> + use<'a> {
        let channel = self.channel as usize;
        let mut at = head.0;
        std::iter::from_fn(move || {
            let seat = (at != NONE).then_some(SeatSlot(at))?;
            at = links[seat.index()][channel].next;
            Some(seat)
        })
    }

    /// Puts a conversation in.
    pub(super) fn wait(&mut self, skills: &[SkillLevel], key: WaitKey, queued_at: Timestamp) {
        if !self.lines.contains_key(skills) {
            self.lines.insert(skills.into(), Line::default());
        }
        let line = self.lines.get_mut(skills).expect("it was just made");
        line.by_rank.insert(key);
        line.by_entry.insert((queued_at, key.no, key.slot));
    }

    /// Takes a conversation out.
    pub(super) fn stop_waiting(&mut self, skills: &[SkillLevel], key: WaitKey, queued_at: Timestamp) {
        let line = self.lines.get_mut(skills).expect("a conversation's line is there while it waits");
        line.by_rank.remove(&key);
        line.by_entry.remove(&(queued_at, key.no, key.slot));
        if line.by_rank.is_empty() {
            self.lines.remove(skills);
        }
    }

    /// When, after `now`, a delay of somebody here next lets a conversation through.
    pub(super) fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.has_delays() {
            return None;
        }
        let openings = self.delays.keys().flat_map(|&delay_sec| {
            let delay_ms = i64::from(delay_sec) * 1_000;
            let shut = (Timestamp(now.0 - delay_ms + 1), EventNo(0), ConversationSlot(0));
            self.lines
                .values()
                .filter_map(move |line| line.by_entry.range(shut..).next().map(|entry| Timestamp(entry.0.0 + delay_ms)))
        });
        openings.min()
    }

    /// The conversations that a delay let through after `opened_until` and not after `now`.
    pub(super) fn opened(&self, now: Timestamp) -> Vec<(EventNo, ConversationSlot)> {
        let mut opened: Vec<_> = Vec::new();
        for &delay_sec in self.delays.keys() {
            let delay_ms = i64::from(delay_sec) * 1_000;
            let from = (
                Timestamp(self.opened_until.0.saturating_sub(delay_ms).saturating_add(1)),
                EventNo(0),
                ConversationSlot(0),
            );
            let to = (Timestamp(now.0 - delay_ms + 1), EventNo(0), ConversationSlot(0));
            for line in self.lines.values().filter(|_| from < to) {
                opened.extend(line.by_entry.range(from..to).map(|&(_, no, slot)| (no, slot)));
            }
        }
        opened.sort();
        opened.dedup();
        opened
    }
}

/// Where a list begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeatHead(u32);

/// The seat after which this one belongs. Nearly always that is the tail; one that comes back with
/// its old idle time belongs near the head; so both ends are tried in turn.
fn place_for(floor: &Floor, links: &Links, channel: usize, list: List, seat: SeatSlot) -> u32 {
    let idle = |seat: u32| {
        let agent = floor.agent(floor.seat(SeatSlot(seat)).agent);
        super::longest_idle::key(agent)
    };
    let ours = idle(seat.0);
    let (mut front, mut back) = (list.head, list.tail);
    loop {
        if back == NONE || idle(back) <= ours {
            return back;
        }
        back = links[back as usize][channel].prev;
        if idle(front) > ours {
            return links[front as usize][channel].prev;
        }
        front = links[front as usize][channel].next;
    }
}
