//! An agent as the floor keeps it: its wish, its devices, and the work in its hands.

use super::{AgentSlot, ConversationSlot, QueueSlot, ReasonSlot, SeatSlot};
use crate::event::{DeviceKind, SkillLevel, Status, StatusCause};
use crate::ids::*;
use crate::settings::AgentSettings;
use smallvec::SmallVec;
use thin_vec::ThinVec;

/// An instant that may not have come: eight bytes where an option takes sixteen. An agent has
/// several, and there are many agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Perhaps(i64);

impl Perhaps {
    /// It has not come.
    pub const NEVER: Perhaps = Perhaps(i64::MIN);

    /// The instant, if it has come.
    pub fn get(self) -> Option<Timestamp> {
        (self != Perhaps::NEVER).then_some(Timestamp(self.0))
    }
}

impl Default for Perhaps {
    fn default() -> Self {
        Perhaps::NEVER
    }
}

impl From<Timestamp> for Perhaps {
    fn from(at: Timestamp) -> Self {
        Perhaps(at.0)
    }
}

impl From<Option<Timestamp>> for Perhaps {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Perhaps::NEVER, Perhaps::from)
    }
}

/// An agent's wish to go while chat work holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// What it will be.
    pub to: Status,
    /// With which reason.
    pub reason: Option<ReasonSlot>,
    /// Why it goes.
    pub cause: StatusCause,
}

/// A telephone's registration or a console's link.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What it can do.
    pub kind: DeviceKind,
    /// Its lease, as asked for; none: until it goes.
    pub ttl_ms: Option<u64>,
    /// Answers.
    pub live: bool,
    /// Has not been heard of lately, though its lease runs. Soft: no event tells of it.
    pub silent: bool,
    /// When the lease ends. Soft: renewals move it without an event.
    pub until: Perhaps,
}

/// Work after the work of one conversation, or begun by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapUp {
    /// What it follows. It may be over, or in other hands.
    pub conversation: Option<ConversationId>,
    /// The queue it came from.
    pub queue: Option<QueueSlot>,
    /// How it spoke; its weight counts until the wrap-up ends.
    pub channel: Option<Channel>,
    /// When it ends by itself; one begun by hand does not.
    pub until: Option<Timestamp>,
}

/// The sum of what is in an agent's hands: a fold over `held` and `wrap_ups`, made anew when
/// either changes, so that it cannot drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The active call.
    pub call: Option<ConversationSlot>,
    /// Whether a call is offered.
    pub voice_offered: bool,
    /// Offers out.
    pub offers: u8,
    /// Active chats.
    pub chats: u8,
    /// Active chats that await the agent.
    pub awaiting: u8,
    /// Slots taken.
    pub load: u16,
    /// Slots taken by offers; part of `load`.
    pub load_offered: u16,
    /// When the newest offer was made.
    pub offered_at: Perhaps,
}

/// An agent. Most of its lists are empty most of the time, and are one pointer then.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Who.
    pub id: UserId,
    /// How it is set up.
    pub settings: AgentSettings,
    /// May log in.
    pub active: bool,
    /// The wish.
    pub status: Status,
    /// With `on_break`.
    pub reason: Option<ReasonSlot>,
    /// With `available`: takes only its own clients.
    pub out_only: bool,
    /// Asked to go while chat work holds.
    pub leaving: Option<Leaving>,
    /// Offers missed in a row.
    pub misses: u8,
    /// When it last missed one.
    pub missed_at: Perhaps,
    /// Since when the status is what it is.
    pub status_since: Timestamp,
    /// The later of its last queue work and its becoming ready.
    pub idle_since: Timestamp,
    /// When the loss of a device left it without any channel; a short loss keeps `idle_since`.
    pub unreachable_from: Perhaps,
    /// When it last logged in.
    pub logged_in_at: Perhaps,
    /// When it last logged out.
    pub logged_out_at: Perhaps,
    /// In the order in which they came.
    pub devices: SmallVec<[Device; 1]>,
    /// In the order in which they began.
    pub external_calls: ThinVec<CallId>,
    /// Conversations offered to it and active with it.
    pub held: ThinVec<ConversationSlot>,
    /// Its work after work.
    pub wrap_ups: ThinVec<WrapUp>,
    /// The sum of the two.
    pub tally: Tally,
    /// Threads it put aside.
    pub parked: ThinVec<ConversationSlot>,
    /// Its memberships, by queue id.
    pub seats: SmallVec<[SeatSlot; 4]>,
    /// The channels of its queues.
    pub seat_channels: ChannelSet,
    /// By skill.
    pub skills: ThinVec<SkillLevel>,
}

impl Agent {
    pub(super) fn new(id: UserId, settings: AgentSettings, at: Timestamp) -> Agent {
        Agent {
            id,
            settings,
            active: true,
            status: Status::Offline,
            reason: None,
            out_only: false,
            leaving: None,
            misses: 0,
            missed_at: Perhaps::NEVER,
            status_since: at,
            idle_since: at,
            unreachable_from: Perhaps::NEVER,
            logged_in_at: Perhaps::NEVER,
            logged_out_at: Perhaps::NEVER,
            devices: SmallVec::new(),
            external_calls: ThinVec::new(),
            held: ThinVec::new(),
            wrap_ups: ThinVec::new(),
            tally: Tally::default(),
            parked: ThinVec::new(),
            seats: SmallVec::new(),
            seat_channels: ChannelSet::NONE,
            skills: ThinVec::new(),
        }
    }

    /// The channels it works on: its own list, or those of its queues.
    pub fn channels(&self) -> ChannelSet {
        self.settings.channels.unwrap_or(self.seat_channels)
    }

    /// Those of its channels that a live device serves.
    pub fn reachable(&self) -> ChannelSet {
        let live: ChannelSet =
            self.devices.iter().filter(|device| device.live).map(|device| device.kind.serves()).collect();
        live.and(self.channels())
    }

    /// Whether one more conversation of this channel fits.
    pub fn has_room(&self, channel: Channel) -> bool {
        self.tally.load + self.settings.weight(channel) <= u16::from(self.settings.capacity)
    }

    /// Since when it counts as idle in the ranking. An offer before it is work: until it comes to
    /// nothing, it is not idle.
    pub fn idle_key(&self) -> Timestamp {
        self.tally.offered_at.get().map_or(self.idle_since, |at| at.max(self.idle_since))
    }

    /// Whether it missed an offer so lately that it ranks last.
    pub fn missed_just_now(&self, now: Timestamp) -> bool {
        self.missed_at.get().is_some_and(|at| now < at.plus_ms(crate::limits::MISSED_MS))
    }

    /// How good it is at a skill; 0 is not at all.
    pub fn proficiency(&self, skill: SkillId) -> u8 {
        self.skills.binary_search_by_key(&skill, |known| known.skill).map_or(0, |at| self.skills[at].level)
    }

    /// Whether a console of its own is linked.
    pub fn has_console(&self) -> bool {
        self.devices.iter().any(|device| device.live && device.kind == DeviceKind::Console)
    }

    /// Whether the devices that serve this channel have all gone silent.
    pub fn is_silent(&self, channel: Channel) -> bool {
        self.devices.iter().filter(|device| device.live && device.kind.serves() == channel).all(|device| device.silent)
    }

    pub(super) fn device(&mut self, id: DeviceId) -> &mut Device {
        self.devices.iter_mut().find(|device| device.id == id).expect("an event names a device of its agent")
    }
}

/// Its slot beside it, for those who walk the agents.
pub type Numbered<'a> = (AgentSlot, &'a Agent);
