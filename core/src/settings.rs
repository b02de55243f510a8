//! What an administrator decides: how agents, queues, memberships and reasons are set up.
//!
//! These values travel in commands and, once accepted, in events; the floor keeps them as they are.

use crate::ids::{Channel, ChannelSet, ReasonCode};
use crate::limits;
use serde::{Deserialize, Serialize};

/// How much of an agent's capacity one conversation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// All of it, whatever it is at the moment.
    Whole,
    /// So many slots, 1 to 20.
    Slots(u8),
}

impl Weight {
    /// The slots taken from a capacity: never more than there are, or an agent with nothing in
    /// hand would be full.
    pub fn of(self, capacity: u8) -> u16 {
        match self {
            Weight::Whole => u16::from(capacity),
            Weight::Slots(slots) => u16::from(slots.min(capacity)),
        }
    }
}

/// How an agent is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    /// Slots for conversations at once, 1 to 20 (M-14).
    pub capacity: u8,
    /// What a call takes.
    pub voice_weight: Weight,
    /// What a chat takes.
    pub chat_weight: Weight,
    /// The channels it works on; none given: those of its queues.
    pub channels: Option<ChannelSet>,
    /// Whether a login makes it available (S-02).
    pub auto_ready_on_login: bool,
    /// Whether a login loads its static and mandatory memberships (S-03).
    pub auto_queue_login: bool,
}

impl Default for AgentSettings {
    fn default() -> Self {
        AgentSettings {
            capacity: limits::CAPACITY_DEFAULT,
            voice_weight: Weight::Whole,
            chat_weight: Weight::Slots(1),
            channels: None,
            auto_ready_on_login: false,
            auto_queue_login: false,
        }
    }
}

impl AgentSettings {
    /// What a conversation of this channel takes.
    pub fn weight(&self, channel: Channel) -> u16 {
        match channel {
            Channel::Voice => self.voice_weight,
            Channel::Chat => self.chat_weight,
        }
        .of(self.capacity)
    }
}

/// Who of the eligible agents is offered a conversation, after tier and position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The one that has been idle for longest.
    #[default]
    LongestIdle,
}

/// How a queue is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// What people call it, 1 to 64 characters.
    pub name: String,
    /// What telephones dial, 3 to 64 digits; no two queues share one.
    pub number: Option<String>,
    /// The channels it takes conversations from; at least one.
    pub channels: ChannelSet,
    /// 1 to 10, higher first.
    pub priority: u8,
    /// How agents are ranked.
    pub strategy: Strategy,
    /// How long an offer stands, milliseconds.
    pub ring_timeout_ms: u64,
    /// Work after the work, milliseconds; 0 is none. Not given: ten seconds after a call, none
    /// after a chat.
    pub wrap_up_ms: Option<u64>,
    /// Misses in a row, over all queues, after which a miss here sends the agent on a break; 0 is never.
    pub max_no_answer: u8,
    /// Whether a login to this queue makes the agent ready in it (P-11).
    pub auto_ready: bool,
    /// Whether an offer counts as accepted at once.
    pub auto_accept: bool,
    /// Whether an external call's end leaves the agent not ready here. `auto_ready` overrules it.
    pub auto_not_ready_after_external_call: bool,
}

impl QueueSettings {
    /// A queue of this name and these channels, everything else at its default.
    pub fn new(name: &str, channels: ChannelSet) -> Self {
        QueueSettings {
            name: name.to_owned(),
            number: None,
            channels,
            priority: limits::PRIORITY_DEFAULT,
            strategy: Strategy::LongestIdle,
            ring_timeout_ms: limits::RING_TIMEOUT_MS_DEFAULT,
            wrap_up_ms: None,
            max_no_answer: limits::MAX_NO_ANSWER_DEFAULT,
            auto_ready: false,
            auto_accept: false,
            auto_not_ready_after_external_call: false,
        }
    }

    /// The wrap-up after a conversation of this channel, milliseconds; 0 is none.
    pub fn wrap_up_ms(&self, channel: Channel) -> u64 {
        self.wrap_up_ms.unwrap_or(match channel {
            Channel::Voice => limits::WRAP_UP_MS_VOICE_DEFAULT,
            Channel::Chat => 0,
        })
    }
}

/// Who puts an agent to work in a queue (S-25 … S-28).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Loaded at login when the agent's settings say so.
    #[default]
    Static,
    /// Chosen by the agent at login.
    Dynamic,
    /// Like static, and the agent cannot leave it while at work.
    Mandatory,
    /// Only a supervisor puts the agent in.
    SupervisorManaged,
}

/// How an agent belongs to a queue (S-21).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MembershipSettings {
    /// Lower rings first (S-22).
    pub tier_level: u16,
    /// The tie-break within a tier; lower first (S-23).
    pub position: u16,
    /// Seconds for which this queue's conversations are held back from this agent (S-24).
    pub delay_sec: u32,
    /// Who activates it.
    pub mode: Mode,
}

/// What a break of this reason means to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonClass {
    /// Not there.
    Away,
    /// There, but busy with something else.
    Busy,
}

/// A reason for a break (aux code).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonSettings {
    /// What machines call it; it never changes.
    pub code: ReasonCode,
    /// What people call it, by two-letter locale, English among them.
    pub names: Vec<(String, String)>,
    /// Away or busy.
    pub class: ReasonClass,
    /// Whether the time is paid.
    pub paid: bool,
    /// The colour of its bars, `#RRGGBB`.
    pub colour: String,
    /// Whether it can be chosen; those who are in it stay.
    pub active: bool,
}

/// The codes every account has from its first day.
pub mod reasons {
    use super::*;

    /// A break without a reason given.
    pub const UNSPECIFIED: ReasonCode = ReasonCode::known("unspecified");
    /// Set by the policy of missed offers; nobody chooses it.
    pub const NO_ANSWER: ReasonCode = ReasonCode::known("no_answer");
    /// Set by the policy of idle threads; nobody chooses it.
    pub const KICKED_OUT: ReasonCode = ReasonCode::known("kicked_out");

    /// Whether only a policy may set it.
    pub fn is_reserved(code: ReasonCode) -> bool {
        code == NO_ANSWER || code == KICKED_OUT
    }

    /// Seed 000's five, and those the policies need.
    pub fn built_in() -> Vec<ReasonSettings> {
        let reason = |code, name: &str, class, paid| ReasonSettings {
            code,
            names: vec![("en".to_owned(), name.to_owned())],
            class,
            paid,
            colour: "#FFFFFF".to_owned(),
            active: true,
        };
        let chosen = |code, name, paid| reason(ReasonCode::known(code), name, ReasonClass::Away, paid);
        vec![
            chosen("lunch_break", "Lunch break", false),
            chosen("short_break", "Short break", true),
            chosen("training", "Training", true),
            chosen("meeting", "Meeting", true),
            chosen("technical_break", "Technical break", true),
            reason(UNSPECIFIED, "Unspecified", ReasonClass::Away, false),
            reason(NO_ANSWER, "No answer", ReasonClass::Away, false),
            reason(KICKED_OUT, "Inactive (kicked out)", ReasonClass::Away, false),
        ]
    }
}
