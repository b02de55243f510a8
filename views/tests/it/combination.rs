//! Every combination of the model's dimensions, and the facts that the floor would tell of each.
//!
//! The facts are made here and nowhere else, so what the floor derives (load, room, what is
//! reachable) always fits what it derives it from.

use readyroom_core::event::Status;
use readyroom_core::floor::facts::*;
use readyroom_core::ids::*;
use readyroom_core::settings::{Mode, ReasonClass, reasons};
use readyroom_views::fresh_agent;

pub const AGENT: UserId = UserId::from_u128(1);
pub const HERE: QueueId = QueueId::from_u128(10);
pub const ELSEWHERE: QueueId = QueueId::from_u128(20);
pub const CALL: ConversationId = ConversationId::from_u128(100);
pub const THREAD: ConversationId = ConversationId::from_u128(200);
pub const OUTSIDE: CallId = CallId::from_u128(300);

pub const CHANNELS: [ChannelSet; 4] =
    [ChannelSet::NONE, ChannelSet::only(Channel::Voice), ChannelSet::only(Channel::Chat), ChannelSet::ALL];

/// The wish, and the class of its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Offline,
    NotReady,
    Available,
    Away,
    Busy,
    KickedOut,
}

impl Wish {
    pub const ALL: [Wish; 6] =
        [Wish::Offline, Wish::NotReady, Wish::Available, Wish::Away, Wish::Busy, Wish::KickedOut];

    pub fn status(self) -> Status {
        match self {
            Wish::Offline => Status::Offline,
            Wish::NotReady => Status::NotReady,
            Wish::Available => Status::Available,
            Wish::Away | Wish::Busy | Wish::KickedOut => Status::OnBreak,
        }
    }

    pub fn reason(self) -> Option<ReasonFacts> {
        let (code, class) = match self {
            Wish::Offline | Wish::NotReady | Wish::Available => return None,
            Wish::Away => (code("lunch_break"), ReasonClass::Away),
            Wish::Busy => (code("admin"), ReasonClass::Busy),
            Wish::KickedOut => (reasons::KICKED_OUT, ReasonClass::Away),
        };
        Some(ReasonFacts { code, class })
    }
}

pub fn code(text: &str) -> ReasonCode {
    text.parse().unwrap()
}

/// What the agent has of calls; a wrap-up by hand stands here as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    Nothing,
    Offered,
    ActiveHere,
    ActiveElsewhere,
    Wrapping,
    WrapUpByHand,
}

impl Voice {
    pub const ALL: [Voice; 6] = [
        Voice::Nothing,
        Voice::Offered,
        Voice::ActiveHere,
        Voice::ActiveElsewhere,
        Voice::Wrapping,
        Voice::WrapUpByHand,
    ];
}

/// What it has of threads; each takes one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chats {
    pub offered: u8,
    pub active: u8,
    pub wrapping: u8,
}

impl Chats {
    pub fn all(self) -> u8 {
        self.offered + self.active + self.wrapping
    }

    /// All ways to have up to so many.
    pub fn up_to(max: u8) -> impl Iterator<Item = Chats> {
        (0..=max).flat_map(move |offered| {
            (0..=max - offered).flat_map(move |active| {
                (0..=max - offered - active).map(move |wrapping| Chats { offered, active, wrapping })
            })
        })
    }
}

/// The agent's membership of the queue *here*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub channels: ChannelSet,
    pub logged_in: bool,
    pub ready: bool,
}

impl Seat {
    pub fn all() -> impl Iterator<Item = Seat> {
        CHANNELS.into_iter().filter(|channels| !channels.is_empty()).flat_map(|channels| {
            [false, true].into_iter().flat_map(move |logged_in| {
                [false, true].into_iter().map(move |ready| Seat { channels, logged_in, ready })
            })
        })
    }

    pub fn facts(&self) -> SeatFacts {
        SeatFacts {
            agent: AGENT,
            queue: HERE,
            channels: self.channels,
            tier_level: 1,
            position: 0,
            delay_sec: 0,
            mode: Mode::Static,
            logged_in: self.logged_in,
            ready: self.ready,
            locked: false,
            removed: false,
        }
    }
}

/// One combination of all that the model knows of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combination {
    pub wish: Wish,
    pub out_only: bool,
    pub leaving: bool,
    /// Its own channels, and those that its devices serve.
    pub channels: ChannelSet,
    pub devices: ChannelSet,
    pub external_call: bool,
    pub voice: Voice,
    pub chats: Chats,
    pub parked: u8,
    pub capacity: u8,
}

/// Available, reachable by both channels, with nothing to do.
pub const READY: Combination = Combination {
    wish: Wish::Available,
    out_only: false,
    leaving: false,
    channels: ChannelSet::ALL,
    devices: ChannelSet::ALL,
    external_call: false,
    voice: Voice::Nothing,
    chats: Chats { offered: 0, active: 0, wrapping: 0 },
    parked: 0,
    capacity: 5,
};

impl Combination {
    pub fn reachable(&self) -> ChannelSet {
        self.channels.and(self.devices)
    }

    /// Slots taken by all but offers.
    pub fn work(&self) -> u16 {
        let whole = u16::from(self.capacity);
        let call = match self.voice {
            Voice::ActiveHere | Voice::ActiveElsewhere | Voice::Wrapping => whole,
            Voice::Nothing | Voice::Offered | Voice::WrapUpByHand => 0,
        };
        call + u16::from(self.chats.active + self.chats.wrapping)
    }

    /// Slots taken by offers.
    pub fn offered(&self) -> u16 {
        u16::from(self.chats.offered) + if self.voice == Voice::Offered { u16::from(self.capacity) } else { 0 }
    }

    fn has_room(&self, channel: Channel) -> bool {
        let weight = match channel {
            Channel::Voice => u16::from(self.capacity),
            Channel::Chat => 1,
        };
        self.work() + self.offered() + weight <= u16::from(self.capacity)
    }

    /// As the floor tells it.
    pub fn facts(&self) -> AgentFacts {
        let reachable = self.reachable();
        let voice_offer = u8::from(self.voice == Voice::Offered);
        let offers = voice_offer + self.chats.offered;
        let thing = |of_voice: bool| if of_voice { CALL } else { THREAD };
        let call = |queue| CallFacts { conversation: CALL, queue, held: false };
        let wraps_up = self.voice == Voice::Wrapping || self.chats.wrapping > 0;
        AgentFacts {
            status: self.wish.status(),
            reason: self.wish.reason(),
            out_only: self.out_only,
            leaving: self.leaving.then(|| Leaving { to: Status::OnBreak, reason: Some(code("lunch_break")) }),
            capacity: self.capacity,
            load: self.work() + self.offered(),
            load_offered: self.offered(),
            channels: self.channels,
            reachable,
            room: reachable.iter().filter(|&channel| self.has_room(channel)).collect(),
            external_call: self.external_call.then_some(OUTSIDE),
            call: match self.voice {
                Voice::ActiveHere => Some(call(HERE)),
                Voice::ActiveElsewhere => Some(call(ELSEWHERE)),
                Voice::Nothing | Voice::Offered | Voice::Wrapping | Voice::WrapUpByHand => None,
            },
            offer: (offers > 0).then(|| OfferFacts {
                offer: OfferId::from_u128(1),
                conversation: thing(voice_offer > 0),
                queue: HERE,
                until: Timestamp(20_000),
            }),
            offers,
            chats: self.chats.active,
            awaiting_agent: self.chats.active,
            parked: self.parked,
            wrap_up: if self.voice == Voice::WrapUpByHand {
                Some(WrapUpFacts { conversation: None, queue: None, until: None })
            } else {
                wraps_up.then(|| WrapUpFacts {
                    conversation: Some(thing(self.voice == Voice::Wrapping)),
                    queue: Some(HERE),
                    until: Some(Timestamp(10_000)),
                })
            },
            ..fresh_agent(AGENT)
        }
    }
}

/// Capacities, and how many threads each is tried with: up to full, and beyond it as after a
/// lowering of the capacity.
const CAPACITIES: [(u8, u8); 4] = [(1, 3), (2, 4), (5, 7), (20, 22)];

/// Calls `visit` with every combination. `sizes` of the capacities are taken.
pub fn each(sizes: std::ops::Range<usize>, visit: impl FnMut(&Combination)) {
    each_of(sizes, &Wish::ALL, visit);
}

/// The same, of these wishes only.
pub fn each_of(sizes: std::ops::Range<usize>, wishes: &[Wish], mut visit: impl FnMut(&Combination)) {
    let both = [false, true];
    for &(capacity, chats_max) in &CAPACITIES[sizes] {
        for chats in Chats::up_to(chats_max) {
            for (channels, devices) in CHANNELS.iter().flat_map(|&one| CHANNELS.map(|other| (one, other))) {
                for (wish, voice) in wishes.iter().flat_map(|&wish| Voice::ALL.map(|voice| (wish, voice))) {
                    for (out_only, leaving) in both.iter().flat_map(|&one| both.map(|other| (one, other))) {
                        for (external_call, parked) in both.iter().flat_map(|&one| [0, 1].map(|other| (one, other))) {
                            visit(&Combination {
                                wish,
                                out_only,
                                leaving,
                                channels,
                                devices,
                                external_call,
                                voice,
                                chats,
                                parked,
                                capacity,
                            });
                        }
                    }
                }
            }
        }
    }
}
