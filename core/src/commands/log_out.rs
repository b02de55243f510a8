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

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_logout_during_a_call_skips_the_wrap_up() {
        check(
            "
            queue sales voice wrap 10
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts                 -> in call
            09:02:00  anna leaves                  -> offline, in call
            09:03:00  w1 ends                      -> offline, waiting, w1 gone
        ",
        );
    }

    #[test]
    fn a_wrap_up_once_begun_runs_on_through_a_logout() {
        check(
            "
            queue sales voice wrap 10
            agent anna in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts
            09:02:00  w1 ends                      -> wrapping
            09:02:05  anna leaves                  -> offline, wrapping
            09:02:10                               -> offline, waiting
        ",
        );
    }

    #[test]
    fn a_logout_during_chats_waits_for_the_thread_that_awaits_the_agent() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts                 -> 1 chat
            09:02:00  anna leaves                  -> available, leaving, 1 logged in
            09:02:01  w2 chats help                -> w2 waits
            09:03:00  anna writes w1               -> offline, 1 parked, 0 logged in
            09:04:00  bruno arrives                -> w2 offered to bruno
            09:04:05  w1 writes                    -> anna 0 parked, w1 offered to bruno
        ",
        );
    }
}
