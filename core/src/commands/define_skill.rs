//! An administrator names a skill (M-15).

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;

/// Adds a skill, or renames one.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineSkill {
    /// Which.
    pub skill: SkillId,
    /// What people call it.
    pub name: String,
}

impl Decide for DefineSkill {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        valid::name("name", &self.name)?;
        match ask.floor.skills().get(&self.skill) {
            Some(name) if *name == self.name => return Ok(vec![]),
            Some(_) => {}
            None => valid::below("skills", ask.floor.skills().len(), limits::SKILLS_MAX)?,
        }
        Ok(vec![Event::SkillDefined { skill: self.skill, name: self.name.clone() }])
    }
}
