//! A supervisor blocks a client: it is never routed. What an agent has of it, or has put aside,
//! closes; what rings comes back; what waits goes on waiting, and goes nowhere.

use super::end_conversation::{end, wrap_up_until};
use super::{Ask, Decide, Decision, valid};
use crate::event::*;
use crate::floor::conversation::Stage;
use crate::ids::*;
use crate::limits;

/// Blocks a client, or lets it in again.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockClient {
    /// Who.
    pub client: ClientId,
    /// Blocked, or not.
    pub blocked: bool,
}

impl Decide for BlockClient {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let floor = ask.floor;
        if floor.is_blocked(self.client) == self.blocked {
            return Ok(vec![]);
        }
        let mut events = vec![Event::ClientBlocked { client: self.client, blocked: self.blocked }];
        if self.blocked {
            valid::below("blocked clients", floor.blocked_count(), limits::BLOCKED_CLIENTS_MAX)?;
            let mut theirs: Vec<_> = floor.conversations().map(|(_, held)| held).filter(|held| held.client == self.client).collect();
            theirs.sort_by_key(|held| held.no);
            for held in theirs {
                match held.stage {
                    Stage::Offered(_) => events.push(floor.offer_ended(held, OfferOutcome::Rescinded)),
                    Stage::Active { agent, .. } => {
                        events.extend(end(floor, held, wrap_up_until(floor, agent, held, ask.now), EndOutcome::Blocked));
                    }
                    Stage::Parked { .. } => events.extend(end(floor, held, None, EndOutcome::Blocked)),
                    Stage::Waiting | Stage::Wrapping { .. } => {}
                }
            }
        }
        Ok(events)
    }
}
