//! The board: a row for each agent and each queue, whole, with the position of its last change.
//!
//! Rows are made when asked for, from facts that are kept; timers are instants, so a row stays
//! true while nothing happens.

use crate::allowed::{Allowed, allowed, allowed_here};
use crate::vocabulary::*;
use readyroom_core::engine::Turn;
use readyroom_core::event::Status;
use readyroom_core::floor::facts::{AgentFacts, Facts, OfferFacts, QueueFacts, SeatFacts, WrapUpFacts};
use readyroom_core::ids::*;
use readyroom_core::settings::Mode;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An agent as the board shows it, in the words of all five audiences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentRow {
    /// Who.
    pub agent: UserId,
    /// The position of the row's last change.
    pub at: EventNo,
    /// Not deactivated.
    pub active: bool,

    /// The bucket (S-10).
    pub bucket: Bucket,
    /// Since when.
    pub bucket_since: Timestamp,
    /// What the bucket is about: the call, the thread, the external call.
    pub call: Option<Subject>,
    /// The desk's status (M-03).
    pub desk: Desk,
    /// The aux column (M-02).
    pub aux: Option<Aux>,
    /// The supervisor's status (G-13).
    pub supervisor: Supervisor,
    /// The widget's status (E-02).
    pub widget: Widget,
    /// Whether the widget shows counts (E-03) or a duration (E-05) for it.
    pub widget_shows_counts: bool,
    /// Since when the widget's duration runs; none is a dash (E-27).
    pub widget_since: Option<Timestamp>,
    /// Its state in each of its queues, by queue (P-01).
    pub queues: Vec<SeatRow>,

    /// The wish.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// The reason of the break.
    pub reason: Option<ReasonCode>,
    /// Takes only its own clients.
    pub out_only: bool,
    /// What it will be when no thread awaits it any more.
    pub leaving: Option<LeavingRow>,

    /// Threads of its personal queue: offered, active and put aside (E-03).
    pub threads: u16,
    /// Active chats (M-02).
    pub chats: u8,
    /// Active chats in which it is the agent's turn: its waiting clients (G-12).
    pub awaiting_agent: u8,
    /// Threads put aside.
    pub parked: u8,
    /// Offers out.
    pub offers: u8,
    /// Offers missed in a row.
    pub misses: u8,
    /// Slots taken (G-11).
    pub slots_used: u16,
    /// Slots there are, 1 to 20 (M-02, G-11).
    pub slots: u8,

    /// Whether the client of its call is on hold.
    pub held: bool,
    /// Its offer; of several the first.
    pub offer: Option<OfferRow>,
    /// Its wrap-up; of several the one that ends last.
    pub wrap_up: Option<WrapUpRow>,
    /// Without queue work since.
    pub idle_since: Timestamp,
    /// When it last logged in (G-09).
    pub logged_in_at: Option<Timestamp>,
    /// When it last logged out.
    pub logged_out_at: Option<Timestamp>,

    /// The channels it works on.
    pub channels: ChannelSet,
    /// Mark: those of its channels that no device serves, while it can be reached by another.
    pub dead_channels: ChannelSet,
    /// Mark: available, and ready in no queue, so nothing will come.
    pub available_in_no_queue: bool,
    /// What may be done with it now.
    pub allowed: Allowed,
}

/// An agent in one of its queues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SeatRow {
    /// Which queue.
    pub queue: QueueId,
    /// The ACD's word, and the reason of a break.
    #[serde(flatten)]
    pub acd: Acd,
    /// At work in it.
    pub logged_in: bool,
    /// Takes its conversations.
    pub ready: bool,
    /// Fixed by a supervisor.
    pub locked: bool,
    /// Who activates it.
    pub mode: Mode,
    /// Lower rings first.
    pub tier_level: u16,
    /// The tie-break within a tier; lower first.
    pub position: u16,
    /// Seconds for which the queue's conversations are held back.
    pub delay_sec: u32,
    /// What may be done with it here.
    pub allowed: Allowed,
}

/// What a leaving agent will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeavingRow {
    /// The status.
    pub to: Status,
    /// The reason, with a break.
    pub reason: Option<ReasonCode>,
}

/// An offer before an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OfferRow {
    /// The offer.
    pub offer: OfferId,
    /// What is offered.
    pub conversation: ConversationId,
    /// From which queue.
    pub queue: QueueId,
    /// Until when.
    pub until: Timestamp,
}

/// A wrap-up in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WrapUpRow {
    /// What it follows; none when begun by hand.
    pub conversation: Option<ConversationId>,
    /// The queue of that.
    pub queue: Option<QueueId>,
    /// When it ends by itself; none: by hand.
    pub until: Option<Timestamp>,
}

impl From<OfferFacts> for OfferRow {
    fn from(offer: OfferFacts) -> Self {
        let OfferFacts { offer, conversation, queue, until } = offer;
        OfferRow { offer, conversation, queue, until }
    }
}

impl From<WrapUpFacts> for WrapUpRow {
    fn from(wrap_up: WrapUpFacts) -> Self {
        let WrapUpFacts { conversation, queue, until } = wrap_up;
        WrapUpRow { conversation, queue, until }
    }
}

/// The row of an agent, from its facts and those of its seats, in the order of their queues.
pub fn row<'a>(
    agent: &AgentFacts,
    seats: impl IntoIterator<Item = &'a SeatFacts>,
    bucket_since: Timestamp,
    at: EventNo,
) -> AgentRow {
    let widget = widget(agent);
    let seats: Vec<_> = seats.into_iter().collect();
    AgentRow {
        agent: agent.agent,
        at,
        active: agent.active,
        bucket: bucket(agent),
        bucket_since,
        call: subject(agent),
        desk: desk(agent),
        aux: aux(agent),
        supervisor: supervisor(agent),
        widget,
        widget_shows_counts: widget.shows_counts(),
        widget_since: widget_since(agent),
        queues: seats.iter().map(|seat| seat_row(agent, seat)).collect(),
        status: agent.status,
        status_since: agent.status_since,
        reason: agent.reason.map(|reason| reason.code),
        out_only: agent.out_only,
        leaving: agent.leaving.map(|leaving| LeavingRow { to: leaving.to, reason: leaving.reason }),
        threads: agent.threads(),
        chats: agent.chats,
        awaiting_agent: agent.awaiting_agent,
        parked: agent.parked,
        offers: agent.offers,
        misses: agent.misses,
        slots_used: agent.load,
        slots: agent.capacity,
        held: agent.call.is_some_and(|call| call.held),
        offer: agent.offer.map(OfferRow::from),
        wrap_up: agent.wrap_up.map(WrapUpRow::from),
        idle_since: agent.idle_since,
        logged_in_at: agent.logged_in_at,
        logged_out_at: agent.logged_out_at,
        channels: agent.channels,
        dead_channels: dead_channels(agent),
        available_in_no_queue: agent.status == Status::Available && agent.queues.ready == 0,
        allowed: allowed(agent, &seats),
    }
}

fn seat_row(agent: &AgentFacts, seat: &SeatFacts) -> SeatRow {
    SeatRow {
        queue: seat.queue,
        acd: acd(agent, seat),
        logged_in: seat.logged_in,
        ready: seat.ready,
        locked: seat.locked,
        mode: seat.mode,
        tier_level: seat.tier_level,
        position: seat.position,
        delay_sec: seat.delay_sec,
        allowed: allowed_here(agent, seat),
    }
}

/// Where all are dead the bucket says so, and offline it does not matter.
fn dead_channels(agent: &AgentFacts) -> ChannelSet {
    let missed = agent.status != Status::Offline && agent.is_reachable();
    agent.channels.iter().filter(|&channel| missed && !agent.reachable.has(channel)).collect()
}

/// A queue as the board shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueRow {
    /// Which.
    pub queue: QueueId,
    /// The position of the row's last change.
    pub at: EventNo,
    /// The channels it takes.
    pub channels: ChannelSet,
    /// Conversations that wait in it.
    pub waiting: u32,
    /// Those of it that are offered to an agent.
    pub offered: u32,
    /// Those of it that an agent has.
    pub active: u32,
    /// Its members.
    pub seats: u32,
}

fn queue_row(queue: &QueueFacts, at: EventNo) -> QueueRow {
    QueueRow {
        queue: queue.queue,
        at,
        channels: queue.channels,
        waiting: queue.waiting,
        offered: queue.offered,
        active: queue.active,
        seats: queue.seats,
    }
}

/// What changed on the board after a position.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Changes {
    /// The agents' rows, oldest change first.
    pub agents: Vec<AgentRow>,
    /// The queues' rows, oldest change first.
    pub queues: Vec<QueueRow>,
    /// Queues that are no more.
    pub queues_dropped: Vec<QueueId>,
}

/// Queues that are no more and are remembered for those who reconnect.
const DROPS_REMEMBERED_MAX: usize = 1_000;

struct Known<F> {
    facts: F,
    at: EventNo,
}

/// The rows of one account, kept up to date by what events touch.
#[derive(Default)]
pub struct Board {
    agents: BTreeMap<UserId, (Known<AgentFacts>, Timestamp)>,
    seats: BTreeMap<(UserId, QueueId), SeatFacts>,
    queues: BTreeMap<QueueId, Known<QueueFacts>>,
    agents_by_change: BTreeSet<(EventNo, UserId)>,
    queues_by_change: BTreeSet<(EventNo, QueueId)>,
    drops: BTreeSet<(EventNo, QueueId)>,
    drops_forgotten_to: EventNo,
}

impl Board {
    /// Takes in what a turn left behind.
    pub fn turn(&mut self, turn: &Turn) {
        let mut events = turn.events.iter();
        let mut event = events.next();
        for touch in &turn.touched {
            while event.is_some_and(|event| event.no < touch.no) {
                event = events.next();
            }
            let ts = event.expect("what is touched is touched by an event of the turn").at;
            self.touch(touch.no, ts, &touch.facts);
        }
    }

    /// Takes in what one event left behind: its number, its instant, and one thing it touched.
    pub fn touch(&mut self, no: EventNo, ts: Timestamp, facts: &Facts) {
        match facts {
            Facts::Agent(agent) => self.touch_agent(no, ts, agent),
            Facts::Seat(seat) => self.touch_seat(no, seat),
            Facts::Queue(queue) => self.touch_queue(no, queue),
            Facts::Conversation(_) => {}
        }
    }

    fn touch_agent(&mut self, no: EventNo, ts: Timestamp, facts: &AgentFacts) {
        let (at, since) = match self.agents.get(&facts.agent) {
            Some((known, _)) if known.facts == *facts => return,
            Some((known, since)) if bucket(&known.facts) == bucket(facts) => (Some(known.at), *since),
            Some((known, _)) => (Some(known.at), ts),
            // Of an agent first seen, the status is all we know the age of.
            None => (None, facts.status_since),
        };
        self.agents.insert(facts.agent, (Known { facts: *facts, at: no }, since));
        self.note_agent(facts.agent, at, no);
    }

    fn touch_seat(&mut self, no: EventNo, facts: &SeatFacts) {
        let key = (facts.agent, facts.queue);
        let before = if facts.removed { self.seats.remove(&key) } else { self.seats.insert(key, *facts) };
        let after = (!facts.removed).then_some(*facts);
        // The row is there as soon as the agent is; a seat belongs to one.
        if before != after
            && let Some((known, _)) = self.agents.get_mut(&facts.agent)
        {
            let at = std::mem::replace(&mut known.at, no);
            self.note_agent(facts.agent, Some(at), no);
        }
    }

    fn touch_queue(&mut self, no: EventNo, facts: &QueueFacts) {
        let known = self.queues.remove(&facts.queue);
        if let Some(known) = &known {
            self.queues_by_change.remove(&(known.at, facts.queue));
        }
        if facts.removed {
            self.drops.insert((no, facts.queue));
            self.forget_drops();
            return;
        }
        let at = known.filter(|known| known.facts == *facts).map_or(no, |known| known.at);
        self.queues.insert(facts.queue, Known { facts: *facts, at });
        self.queues_by_change.insert((at, facts.queue));
    }

    fn note_agent(&mut self, agent: UserId, before: Option<EventNo>, now: EventNo) {
        if let Some(before) = before {
            self.agents_by_change.remove(&(before, agent));
        }
        self.agents_by_change.insert((now, agent));
    }

    fn forget_drops(&mut self) {
        while self.drops.len() > DROPS_REMEMBERED_MAX {
            let (at, _) = self.drops.pop_first().expect("there are more than enough");
            self.drops_forgotten_to = at;
        }
    }

    /// Says since when an agent's bucket has been what it is, as its last `agent_event` row tells:
    /// a board that begins at a snapshot knows only the age of the status.
    pub fn set_bucket_since(&mut self, agent: UserId, since: Timestamp) {
        if let Some((_, known)) = self.agents.get_mut(&agent) {
            *known = since;
        }
    }

    /// The row of an agent.
    pub fn agent(&self, agent: UserId) -> Option<AgentRow> {
        let (known, since) = self.agents.get(&agent)?;
        Some(row(&known.facts, self.seats(agent), *since, known.at))
    }

    /// The facts behind the row of an agent.
    pub fn facts(&self, agent: UserId) -> Option<&AgentFacts> {
        self.agents.get(&agent).map(|(known, _)| &known.facts)
    }

    /// The position of the last change of an agent's row.
    pub fn changed_at(&self, agent: UserId) -> Option<EventNo> {
        self.agents.get(&agent).map(|(known, _)| known.at)
    }

    /// The memberships of an agent, by queue.
    pub fn seats(&self, agent: UserId) -> impl Iterator<Item = &SeatFacts> {
        let first = (agent, QueueId([0; 16]));
        let last = (agent, QueueId([u8::MAX; 16]));
        self.seats.range(first..=last).map(|(_, seat)| seat)
    }

    /// The row of a queue.
    pub fn queue(&self, queue: QueueId) -> Option<QueueRow> {
        self.queues.get(&queue).map(|known| queue_row(&known.facts, known.at))
    }

    /// All agents' rows, by agent.
    pub fn agents(&self) -> impl Iterator<Item = AgentRow> {
        self.agents.keys().filter_map(|&agent| self.agent(agent))
    }

    /// All queues' rows, by queue.
    pub fn queues(&self) -> impl Iterator<Item = QueueRow> {
        self.queues.values().map(|known| queue_row(&known.facts, known.at))
    }

    /// What changed after this position. None: too much has been forgotten since; take it all anew.
    pub fn since(&self, position: EventNo) -> Option<Changes> {
        if position < self.drops_forgotten_to {
            return None;
        }
        let next = position.plus(1);
        let agents = self.agents_by_change.range((next, UserId([0; 16]))..);
        let queues = self.queues_by_change.range((next, QueueId([0; 16]))..);
        let drops = self.drops.range((next, QueueId([0; 16]))..);
        Some(Changes {
            agents: agents.filter_map(|&(_, agent)| self.agent(agent)).collect(),
            queues: queues.filter_map(|&(_, queue)| self.queue(queue)).collect(),
            queues_dropped: drops.map(|&(_, queue)| queue).collect(),
        })
    }
}
