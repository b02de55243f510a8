//! An administrator sets up an agent (M-08 … M-14).

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;
use crate::settings::AgentSettings;

/// Adds an agent, offline, without memberships.
#[derive(Clone, Debug, PartialEq)]
pub struct AddAgent {
    /// Who.
    pub agent: UserId,
    /// How it is set up.
    pub settings: AgentSettings,
}

impl Decide for AddAgent {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        valid::new("agent", self.agent, ask.floor.find_agent(self.agent))?;
        valid::below("agents", ask.floor.agent_count(), limits::AGENTS_MAX)?;
        valid::agent(&self.settings)?;
        Ok(vec![Event::AgentAdded { agent: self.agent, settings: self.settings }])
    }
}
