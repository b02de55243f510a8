//! An administrator says what an agent is good at, and how good (M-12, M-16).

use super::{Ask, Decide, Decision, valid};
use crate::event::{Event, SkillLevel};
use crate::ids::*;
use crate::limits;

/// Replaces the skills of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAgentSkills {
    /// Who.
    pub agent: UserId,
    /// All of them, each once, 1 to 5.
    pub skills: Vec<SkillLevel>,
}

impl Decide for SetAgentSkills {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_agent(self.agent)?;
        let skills = valid::skills(ask.floor, &self.skills, limits::SKILLS_PER_AGENT_MAX)?;
        let same = *ask.floor.agent(slot).skills == *skills;
        Ok(if same { vec![] } else { vec![Event::AgentSkillsSet { agent: self.agent, skills }] })
    }
}
