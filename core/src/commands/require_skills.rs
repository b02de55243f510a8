//! What a conversation requires is changed.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Event, SkillLevel};
use crate::ids::*;
use crate::limits;

/// Replaces the skills that a conversation requires.
#[derive(Clone, Debug, PartialEq)]
pub struct RequireSkills {
    /// Which.
    pub conversation: ConversationId,
    /// All of them, each once, 1 to 5.
    pub skills: Vec<SkillLevel>,
}

impl Decide for RequireSkills {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_conversation(self.conversation)?;
        let skills = valid::skills(ask.floor, &self.skills, limits::REQUIRED_SKILLS_MAX)?;
        let same = *ask.floor.conversation(slot).skills == *skills;
        let conversation = self.conversation;
        Ok(if same { vec![] } else { vec![Event::RequiredSkillsSet { conversation, skills }] })
    }
}
