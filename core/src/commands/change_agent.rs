//! An administrator changes how an agent is set up. What it holds it keeps, above a lowered capacity too.

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::settings::AgentSettings;

/// Replaces the settings of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeAgent {
    /// Who.
    pub agent: UserId,
    /// How it is set up from now on.
    pub settings: AgentSettings,
}

impl Decide for ChangeAgent {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_agent(self.agent)?;
        valid::agent(&self.settings)?;
        let same = ask.floor.agent(slot).settings == self.settings;
        Ok(if same { vec![] } else { vec![Event::AgentChanged { agent: self.agent, settings: self.settings }] })
    }
}
