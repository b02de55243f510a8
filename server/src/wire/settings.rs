//! The words and small values that requests share.

use super::{Id, of};
use readyroom_core::event::SkillLevel;
use readyroom_core::ids::Channel;
use readyroom_core::settings::Mode;
use readyroom_views::vocabulary::Bucket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelWord {
    /// A call.
    Voice,
    /// A thread of messages.
    Chat,
}

impl ChannelWord {
    /// The word, which ids of clients are made with.
    pub const fn as_str(self) -> &'static str {
        match self {
            ChannelWord::Voice => "voice",
            ChannelWord::Chat => "chat",
        }
    }
}

impl From<ChannelWord> for Channel {
    fn from(word: ChannelWord) -> Channel {
        match word {
            ChannelWord::Voice => Channel::Voice,
            ChannelWord::Chat => Channel::Chat,
        }
    }
}

impl From<Channel> for ChannelWord {
    fn from(channel: Channel) -> ChannelWord {
        match channel {
            Channel::Voice => ChannelWord::Voice,
            Channel::Chat => ChannelWord::Chat,
        }
    }
}

/// Who puts an agent to work in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeWord {
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

impl From<ModeWord> for Mode {
    fn from(word: ModeWord) -> Mode {
        match word {
            ModeWord::Static => Mode::Static,
            ModeWord::Dynamic => Mode::Dynamic,
            ModeWord::Mandatory => Mode::Mandatory,
            ModeWord::SupervisorManaged => Mode::SupervisorManaged,
        }
    }
}

impl From<Mode> for ModeWord {
    fn from(mode: Mode) -> ModeWord {
        match mode {
            Mode::Static => ModeWord::Static,
            Mode::Dynamic => ModeWord::Dynamic,
            Mode::Mandatory => ModeWord::Mandatory,
            Mode::SupervisorManaged => ModeWord::SupervisorManaged,
        }
    }
}

/// A skill and how good one is, or must be, at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillLevelBody {
    /// The skill.
    pub skill: of::Skill,
    /// 1 is a beginner, 5 an expert.
    #[schema(minimum = 1, maximum = 5)]
    pub level: u8,
}

impl From<&SkillLevel> for SkillLevelBody {
    fn from(known: &SkillLevel) -> SkillLevelBody {
        SkillLevelBody { skill: Id(known.skill), level: known.level }
    }
}

/// The levels as the floor takes them.
pub fn levels(bodies: Vec<SkillLevelBody>) -> Vec<SkillLevel> {
    bodies.into_iter().map(|body| SkillLevel { skill: body.skill.0, level: body.level }).collect()
}

/// The bucket that a word names.
///
/// # Errors
/// A sentence with the words there are.
pub fn bucket(word: &str) -> Result<Bucket, String> {
    let known = Bucket::ALL.iter().copied().find(|bucket| bucket.as_str() == word);
    known.ok_or_else(|| {
        let words: Vec<&str> = Bucket::ALL.iter().map(|bucket| bucket.as_str()).collect();
        format!("is one of {}", words.join(", "))
    })
}
