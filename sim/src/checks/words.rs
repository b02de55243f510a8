//! 13: the bucket and the words of the ACD are those of the model.

use crate::invariant::{Held, hold};
use crate::model::Model;
use readyroom_core::floor::facts::*;
use readyroom_core::ids::*;
use readyroom_views::vocabulary;

/// Compares the words for everyone who was told of after one fact.
pub(crate) fn are_true(m: &Model, told: &[Facts], at: Timestamp) -> Held {
    for facts in told {
        if let Facts::Agent(facts) = facts {
            let (word, should) = (vocabulary::bucket(facts), m.bucket(facts.agent, &m.hands(facts.agent)));
            hold!(13, at, word.as_str() == should, "{} is in {word} and belongs in {should}", facts.agent);
        }
    }
    Ok(())
}

/// Compares the ACD's words for an agent in one of its queues.
pub(crate) fn acd_is_true(m: &Model, agent: &AgentFacts, seat: &SeatFacts) -> Held {
    let told = vocabulary::acd(agent, seat);
    let should = m.acd(agent.agent, seat.queue, &m.hands(agent.agent));
    let fits = (told.state.as_str(), told.reason) == should;
    hold!(13, m.now, fits, "{} is {} in {} and should be {should:?}", agent.agent, told.state, seat.queue);
    Ok(())
}
