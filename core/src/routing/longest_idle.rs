//! The agent who has been idle for longest comes first.
//!
//! Idle since the last work of a queue, or since it became ready, whichever is later. An agent
//! with an offer before it is not idle until the offer comes to nothing.

use crate::floor::agent::Agent;
use crate::ids::{Timestamp, UserId};
use crate::mutant;

/// What ranks an agent under this strategy: lower first. The id settles ties.
pub(crate) fn key(agent: &Agent) -> (Timestamp, UserId) {
    let idle = mutant!(ShortestIdleFirst: Timestamp(-agent.idle_key().0), else agent.idle_key());
    (idle, agent.id)
}
