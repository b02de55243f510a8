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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_blocked_client_waits_and_is_not_routed() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  w1 chats help                -> w1 waits
            09:00:01  boss blocks w1               -> w1 waits
            09:00:02  anna arrives                 -> w1 waits
            09:00:03  boss unblocks w1             -> w1 offered to anna
        ",
        );
    }

    #[test]
    fn blocking_closes_what_an_agent_has_and_takes_back_what_rings() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts                 -> w1 with anna
            09:01:02  w2 chats help                -> w2 offered to anna
            09:02:00  boss blocks w1               -> w1 gone, anna 0 chats
            09:02:01  boss blocks w2               -> w2 waits, anna waiting
        ",
        );
    }
}
