//! A deactivated agent may work again.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;

/// Reactivates an agent; it is offline until it logs in.
#[derive(Clone, Debug, PartialEq)]
pub struct ReactivateAgent {
    /// Who.
    pub agent: UserId,
}

impl Decide for ReactivateAgent {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let active = ask.floor.agent(ask.floor.find_agent(self.agent)?).active;
        Ok(if active { vec![] } else { vec![Event::AgentReactivated { agent: self.agent }] })
    }
}
