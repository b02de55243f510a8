//! The reference: the same facts folded a second time, written from the description of the model
//! and not from the engine. Plain maps by id; whatever can be counted is counted when asked for.

pub(crate) mod fold;
pub(crate) mod oracle;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::limits;
use readyroom_core::settings::*;
use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// An agent's device.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Device {
    pub id: DeviceId,
    pub kind: DeviceKind,
    pub ttl_ms: Option<u64>,
    pub live: bool,
    pub silent: bool,
    pub until: Option<Timestamp>,
}

/// An agent.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub settings: AgentSettings,
    pub active: bool,
    pub status: Status,
    pub reason: Option<ReasonCode>,
    pub out_only: bool,
    pub leaving: Option<(Status, Option<ReasonCode>, StatusCause)>,
    pub misses: u8,
    pub missed_at: Option<Timestamp>,
    pub status_since: Timestamp,
    pub idle_since: Timestamp,
    pub away_from: Option<Timestamp>,
    pub devices: Vec<Device>,
    pub calls: Vec<CallId>,
    pub skills: BTreeMap<SkillId, u8>,
}

/// A membership.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub settings: MembershipSettings,
    pub logged_in: bool,
    pub ready: bool,
    pub locked: bool,
}

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Waiting,
    Offered(OfferId),
    Active(UserId),
    Parked(UserId),
    /// Out of its agent's hands for good; `over` tells whether the end was told.
    Closing(UserId),
}

/// A conversation.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub no: EventNo,
    pub client: ClientId,
    pub channel: Channel,
    pub queue: QueueId,
    pub arrived_at: Timestamp,
    pub queued_at: Timestamp,
    pub priority: u8,
    pub skills: Vec<SkillLevel>,
    pub owner: Option<UserId>,
    pub declined: BTreeSet<UserId>,
    pub pending: Pending,
    pub handled: bool,
    pub held: bool,
    pub messages: u32,
    pub place: Place,
    pub over: bool,
}

/// An offer that is out.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub conversation: ConversationId,
    pub agent: UserId,
    pub made_at: Timestamp,
    pub until: Timestamp,
}

/// Work after work.
#[derive(Clone, Debug)]
pub(crate) struct Wrap {
    pub agent: UserId,
    pub conversation: Option<ConversationId>,
    pub queue: Option<QueueId>,
    pub channel: Option<Channel>,
    pub until: Option<Timestamp>,
}

/// What an agent has in hand, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hands {
    pub load: u16,
    pub load_offered: u16,
    pub call: Option<ConversationId>,
    pub voice_offered: bool,
    pub offers: Vec<OfferId>,
    pub chats: u8,
    pub awaiting: u8,
    pub parked: u8,
    pub newest_offer: Option<Timestamp>,
    pub wraps: u8,
    /// Which channels it works on: its own list, or those of its queues.
    pub channels: ChannelSet,
    /// Those of them that a live device serves.
    pub reachable: ChannelSet,
}

/// The floor, told a second time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub general: Option<QueueId>,
    pub now: Timestamp,
    pub last_no: EventNo,
    pub last_at: Timestamp,
    pub agents: BTreeMap<UserId, Agent>,
    pub queues: BTreeMap<QueueId, QueueSettings>,
    pub seats: BTreeMap<(UserId, QueueId), Seat>,
    pub conversations: BTreeMap<ConversationId, Conversation>,
    pub offers: BTreeMap<OfferId, Offer>,
    pub wraps: Vec<Wrap>,
    pub reasons: BTreeMap<ReasonCode, ReasonSettings>,
    pub skills: BTreeMap<SkillId, String>,
    pub blocked: BTreeSet<ClientId>,
    pub arrived: u64,
    pub ended: u64,
    counted: RefCell<Vec<(UserId, Hands)>>,
    reached: RefCell<Vec<(UserId, Hands)>>,
}

/// Where an agent stands in a list by agent.
fn place_of(all: &[(UserId, Hands)], agent: UserId) -> usize {
    all.binary_search_by_key(&agent, |(known, _)| *known).expect("a fact names a known agent")
}

pub(crate) fn weight(settings: &AgentSettings, channel: Channel) -> u16 {
    let weight = match channel {
        Channel::Voice => settings.voice_weight,
        Channel::Chat => settings.chat_weight,
    };
    match weight {
        Weight::Whole => u16::from(settings.capacity),
        Weight::Slots(slots) => u16::from(slots).min(u16::from(settings.capacity)),
    }
}

impl Model {
    /// Which channels the agent works on: its own list, or those of its queues.
    fn channels(&self, agent: UserId) -> ChannelSet {
        let of_queues = || self.seats_of(agent).map(|(queue, _)| self.queues[&queue].channels);
        self.agents[&agent].settings.channels.unwrap_or_else(|| of_queues().fold(ChannelSet::NONE, ChannelSet::or))
    }

    pub(crate) fn seats_of(&self, agent: UserId) -> impl Iterator<Item = (QueueId, &Seat)> {
        let span = (agent, QueueId([0; 16]))..=(agent, QueueId([255; 16]));
        self.seats.range(span).map(|((_, queue), seat)| (*queue, seat))
    }

    /// Those of its channels that a live device serves.
    pub(crate) fn reachable(&self, agent: UserId) -> ChannelSet {
        let live = self.agents[&agent].devices.iter().filter(|device| device.live);
        live.map(|device| device.kind.serves()).collect::<ChannelSet>().and(self.channels(agent))
    }

    /// What an agent has in hand, counted by looking at everything; once after each fact.
    pub(crate) fn hands(&self, agent: UserId) -> Ref<'_, Hands> {
        if self.counted.borrow().is_empty() {
            *self.counted.borrow_mut() = self.count();
        }
        Ref::map(self.counted.borrow(), |counted| &counted[place_of(counted, agent)].1)
    }

    /// Something changed: what was counted counts no more. What anybody can be reached by changes
    /// only with queues, memberships, settings and devices.
    fn count_anew(&mut self, event: &Event) {
        self.counted.get_mut().clear();
        let reaches = matches!(
            event,
            Event::AgentAdded { .. }
                | Event::AgentChanged { .. }
                | Event::QueueAdded { .. }
                | Event::QueueChanged { .. }
                | Event::QueueRemoved { .. }
                | Event::MembershipSet { .. }
                | Event::MembershipRemoved { .. }
                | Event::DeviceConnected { .. }
                | Event::DeviceDisconnected { .. }
                | Event::DeviceLost { .. }
                | Event::DeviceBack { .. }
        );
        if reaches {
            self.reached.get_mut().clear();
        }
    }

    fn count(&self) -> Vec<(UserId, Hands)> {
        let mut reached = self.reached.borrow_mut();
        if reached.is_empty() {
            let nothing = |&agent: &UserId| {
                let (channels, reachable) = (self.channels(agent), self.reachable(agent));
                (agent, Hands { channels, reachable, ..Hands::default() })
            };
            *reached = self.agents.keys().map(nothing).collect();
        }
        let mut all = reached.clone();
        for (id, conversation) in &self.conversations {
            let agent = match conversation.place {
                Place::Offered(offer) => self.offers[&offer].agent,
                Place::Active(agent) | Place::Parked(agent) => agent,
                Place::Waiting | Place::Closing(_) => continue,
            };
            let at = place_of(&all, agent);
            let (hands, takes) = (&mut all[at].1, weight(&self.agents[&agent].settings, conversation.channel));
            match (conversation.place, conversation.channel) {
                (Place::Offered(offer), channel) => {
                    hands.offers.push(offer);
                    hands.load += takes;
                    hands.load_offered += takes;
                    hands.voice_offered |= channel == Channel::Voice;
                    hands.newest_offer = hands.newest_offer.max(Some(self.offers[&offer].made_at));
                }
                (Place::Active(_), Channel::Voice) => {
                    hands.load += takes;
                    hands.call = Some(*id);
                }
                (Place::Active(_), Channel::Chat) => {
                    hands.load += takes;
                    hands.chats += 1;
                    hands.awaiting += u8::from(conversation.pending == Pending::Agent);
                }
                _ => hands.parked += 1,
            }
        }
        for wrap in &self.wraps {
            let at = place_of(&all, wrap.agent);
            let hands = &mut all[at].1;
            hands.wraps += 1;
            hands.load += wrap.channel.map_or(0, |channel| weight(&self.agents[&wrap.agent].settings, channel));
        }
        all
    }

    /// When the agent began to be idle, for the ranking: an offer before it is not idleness.
    pub(crate) fn idle_key(&self, agent: UserId, hands: &Hands) -> Timestamp {
        let since = self.agents[&agent].idle_since;
        hands.newest_offer.map_or(since, |offered| offered.max(since))
    }

    pub(crate) fn missed_just_now(&self, agent: UserId, now: Timestamp) -> bool {
        self.agents[&agent].missed_at.is_some_and(|at| now.0 - at.0 < limits::MISSED_MS as i64)
    }

    pub(crate) fn wrap_up_ms(&self, queue: QueueId, channel: Channel) -> u64 {
        match (self.queues[&queue].wrap_up_ms, channel) {
            (Some(ms), _) => ms,
            (None, Channel::Voice) => 10_000,
            (None, Channel::Chat) => 0,
        }
    }

    /// A command's clock: it never goes back.
    pub(crate) fn clock(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The engine was made anew from the log: it knows the time of its last event, and of no
    /// silence; leases run from when they were stored.
    pub(crate) fn reopened(&mut self) {
        self.now = self.last_at;
        for agent in self.agents.values_mut() {
            for device in &mut agent.devices {
                device.silent = false;
            }
        }
    }
}
