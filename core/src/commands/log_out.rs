//! An agent goes home, whatever its queues say.

use super::step_away::step_away;
use super::{Ask, Decide, Decision};
use crate::event::{Status, StatusCause};
use crate::ids::*;

/// Logs an agent out. A call goes on; threads that await it come first.
#[derive(Clone, Debug, PartialEq)]
pub struct LogOut {
    /// Who.
    pub agent: UserId,
}

impl Decide for LogOut {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_agent(self.agent)?;
        if ask.floor.agent(slot).status == Status::Offline {
            return Ok(vec![]);
        }
        Ok(step_away(ask.floor, ask.now, slot, Status::Offline, None, StatusCause::LogOut))
    }
}
