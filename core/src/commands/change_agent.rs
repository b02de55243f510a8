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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_lowered_capacity_keeps_what_is_held() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts
            09:01:02  w2 chats help
            09:01:03  anna accepts                 -> 2 chats, ready
            09:02:00  boss gives anna capacity 1   -> 2 chats, full
            09:03:00  w3 chats help                -> w3 waits
            09:04:00  anna ends w1                 -> w3 waits, full
            09:05:00  anna ends w2                 -> w3 offered to anna
            09:06:00  boss gives anna capacity 0   -> refused invalid
            09:06:01  boss gives anna capacity 21  -> refused invalid
        ",
        );
    }
}
