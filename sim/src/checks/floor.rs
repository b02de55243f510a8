//! 2, 3, 31: the live floor, walked: each conversation and its agent agree, and nothing is kept
//! that is over.

use crate::invariant::{Held, hold};
use crate::model::{Model, Place};
use readyroom_core::floor::Floor;
use readyroom_core::floor::conversation::Stage;

/// Walks the floor and holds it against the reference.
pub(crate) fn is_whole(m: &Model, floor: &Floor) -> Held {
    let at = m.now;
    hold!(20, at, floor.last_no() == m.last_no, "the floor is at {}, the facts at {}", floor.last_no(), m.last_no);
    let mut in_hand = 0;
    for (slot, agent) in floor.agents() {
        in_hand += agent.held.len() + agent.parked.len();
        for &held in &agent.held {
            let here = match floor.conversation_at(held).map(|conversation| conversation.stage) {
                Some(Stage::Offered(offer)) => offer.agent == slot,
                Some(Stage::Active { agent, .. }) => agent == slot,
                _ => false,
            };
            hold!(3, at, here, "{} lists what is not with it", agent.id);
        }
        for &parked in &agent.parked {
            let here = matches!(floor.conversation_at(parked).map(|it| it.stage), Some(Stage::Parked { agent, .. }) if agent == slot);
            hold!(3, at, here, "{} lists a thread that is not put aside", agent.id);
        }
        hold!(31, at, agent.seats.len() == m.seats_of(agent.id).count(), "{} has seats that are not there", agent.id);
    }
    let mut owned = 0;
    for (_, conversation) in floor.conversations() {
        let known = m.conversations.get(&conversation.id).map(|known| known.place);
        let same = match (conversation.stage, known) {
            (Stage::Waiting, Some(Place::Waiting)) => true,
            (Stage::Offered(offer), Some(Place::Offered(known))) => offer.id == known,
            (Stage::Active { agent, .. }, Some(Place::Active(known))) => floor.agent(agent).id == known,
            (Stage::Parked { agent, .. }, Some(Place::Parked(known))) => floor.agent(agent).id == known,
            (Stage::Wrapping { agent }, Some(Place::Closing(known))) => floor.agent(agent).id == known,
            _ => false,
        };
        hold!(2, at, same, "{} is {:?} on the floor and {known:?} by the facts", conversation.id, conversation.stage);
        owned +=
            usize::from(matches!(conversation.stage, Stage::Offered(_) | Stage::Active { .. } | Stage::Parked { .. }));
    }
    hold!(3, at, in_hand == owned, "agents list {in_hand} conversations, and {owned} are with one");
    let counts = (
        floor.conversation_count(),
        floor.agent_count(),
        floor.queue_count(),
        floor.seats().count(),
        floor.blocked_count(),
    );
    let known = (m.conversations.len(), m.agents.len(), m.queues.len(), m.seats.len(), m.blocked.len());
    hold!(31, at, counts == known, "the floor keeps {counts:?}, and {known:?} are there");
    Ok(())
}
