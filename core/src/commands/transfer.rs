//! A conversation is handed on, to a queue or to an agent (M-26, M-27). Its age goes with it.

use super::end_conversation::wrap_up_until;
use super::{Ask, Decide, Decision, record_note, valid};
use crate::eligibility::{Code, Question};
use crate::event::*;
use crate::floor::conversation::{Conversation, Stage};
use crate::floor::{AgentSlot, ConversationSlot};
use crate::ids::*;
use crate::refusal::Refusal;

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into a queue, where it is routed anew.
    Queue(QueueId),
    /// To an agent, who is offered it.
    Agent(UserId),
}

/// Hands a conversation on.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// Which.
    pub conversation: ConversationId,
    /// Where to.
    pub to: Target,
    /// What whoever gets it should know, sealed.
    pub note: Option<Sealed>,
}

impl Decide for Transfer {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.floor.find_conversation(self.conversation)?;
        let conversation = ask.floor.conversation(slot);
        let holder = may_move(ask, conversation)?;
        let note = self.note.as_ref().map(|note| record_note::recorded(self.conversation, note)).transpose()?;
        let moved = match self.to {
            Target::Queue(queue) => {
                let queue_slot = ask.floor.find_queue(queue)?;
                valid::channel(ask.floor, queue_slot, conversation.channel)?;
                valid::room_to_wait(ask.floor, queue_slot)?;
                let mut events = let_go(ask, conversation, WorkOutcome::Transferred);
                let (conversation, cause) = (self.conversation, QueueCause::Transferred);
                events.push(Event::Queued { conversation, queue, since: ask.now, cause });
                events
            }
            Target::Agent(agent) => hand_to(ask, slot, agent, holder, WorkOutcome::Transferred)?,
        };
        Ok(note.into_iter().chain(moved).collect())
    }
}

/// The one who has the conversation, if somebody does. Its holder may move it, and a supervisor.
pub(super) fn may_move(ask: &Ask<'_>, conversation: &Conversation) -> Result<Option<AgentSlot>, Refusal> {
    let holder = match conversation.stage {
        Stage::Active { agent, .. } | Stage::Parked { agent, .. } => Some(agent),
        Stage::Waiting | Stage::Offered(_) => None,
        Stage::Wrapping { .. } => return Err(Refusal::AlreadyEnded { conversation: conversation.id }),
    };
    match holder {
        Some(agent) => ask.for_agent(ask.floor.agent(agent).id).map(Some),
        None => ask.supervisor_only().map(|()| None),
    }
}

/// The facts that take a conversation from wherever it is.
pub(super) fn let_go(ask: &Ask<'_>, conversation: &Conversation, outcome: WorkOutcome) -> Vec<Event> {
    match conversation.stage {
        Stage::Offered(_) => vec![ask.floor.offer_ended(conversation, OfferOutcome::Rescinded)],
        Stage::Active { agent, .. } => vec![Event::WorkEnded {
            conversation: conversation.id,
            agent: ask.floor.agent(agent).id,
            queue: ask.floor.queue(conversation.queue).id,
            outcome,
            wrap_up_until: wrap_up_until(ask.floor, agent, conversation, ask.now),
        }],
        Stage::Waiting | Stage::Parked { .. } | Stage::Wrapping { .. } => vec![],
    }
}

/// The facts that offer a conversation to a chosen agent, or why that agent may not have it.
pub(super) fn hand_to(
    ask: &Ask<'_>,
    slot: ConversationSlot,
    agent: UserId,
    holder: Option<AgentSlot>,
    outcome: WorkOutcome,
) -> Decision {
    let (floor, target) = (ask.floor, ask.floor.find_agent(agent)?);
    let conversation = floor.conversation(slot);
    let has_it = match conversation.stage {
        Stage::Active { agent, .. } => agent == target,
        Stage::Offered(offer) => offer.agent == target,
        _ => false,
    };
    if has_it {
        return Err(Refusal::AlreadyWithAgent { conversation: conversation.id, agent });
    }
    may_be_assigned(&Question::about(floor, ask.now, OfferKind::Assigned, target, slot))?;
    let mut events = let_go(ask, conversation, outcome);
    // Nobody is its own sender: what it takes up again and declines goes to the queue.
    let sender = holder.filter(|&holder| holder != target);
    events.push(floor.offer_made(ask.now, slot, target, OfferKind::Assigned, sender));
    Ok(events)
}

/// The three refusals of assigning by hand (G-27 … G-29), the plainest first: offline, absent, no
/// room. Each names the first of its own reasons.
fn may_be_assigned(question: &Question<'_>) -> Result<(), Refusal> {
    const ABSENT: [Code; 5] = [Code::KickedOut, Code::OnBreak, Code::NotReady, Code::Unreachable, Code::Finishing];
    let agent = question.agent.id;
    let first_of = |codes: &[Code]| question.failures().find(|code| codes.contains(code));
    if let Some(conversation) = question.conversation.filter(|_| first_of(&[Code::ClientBlocked]).is_some()) {
        return Err(Refusal::ClientBlocked { client: conversation.client });
    }
    if let Some(why) = first_of(&[Code::Offline]) {
        return Err(Refusal::AgentOffline { agent, why });
    }
    if let Some(why) = first_of(&ABSENT) {
        return Err(Refusal::AgentAbsent { agent, why });
    }
    question.first_failure().map_or(Ok(()), |why| Err(Refusal::AgentAtCapacity { agent, why }))
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn to_a_queue_keeps_the_age_and_begins_a_new_stay() {
        check(
            "
            queue sales voice wrap 10
            queue help voice
            agent anna in sales
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts
            09:02:00  anna hands w1 to queue help  -> wrapping, w1 waits in help
            09:03:00  w2 calls help                -> w2 waits
            09:04:00  bruno arrives                -> w1 offered to bruno, w2 waits
        ",
        );
    }

    #[test]
    fn to_an_agent_is_an_offer_and_a_decline_returns_it() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts
            09:01:30  bruno arrives
            09:02:00  anna hands w1 to bruno       -> w1 offered to bruno, anna 0 chats
            09:02:10  bruno declines               -> w1 offered to anna
            09:02:20  anna accepts                 -> w1 with anna
        ",
        );
    }

    #[test]
    fn what_returns_to_its_sender_ends_the_wrap_up_it_began() {
        check(
            "
            queue sales voice wrap 30 ring 20
            agent anna in sales
            agent bruno in sales
            09:00:00  anna arrives
            09:01:00  w1 calls sales
            09:01:01  anna accepts
            09:01:30  bruno arrives
            09:02:00  anna hands w1 to bruno       -> w1 offered to bruno, anna wrapping
            09:02:20                               -> w1 offered to anna, anna offering, bruno 1 miss
        ",
        );
    }

    #[test]
    fn the_three_refusals_of_assigning_by_hand() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help
            agent carla in help capacity 1
            agent dora in help
            09:00:00  anna arrives
            09:01:00  w1 chats help
            09:01:01  anna accepts
            09:02:00  anna hands w1 to bruno       -> refused agent_offline, w1 with anna
            09:02:01  bruno logs in help           -> not ready
            09:02:02  anna hands w1 to bruno       -> refused agent_absent, w1 with anna
            09:02:03  carla arrives
            09:02:04  w2 chats help                -> w2 offered to anna
            09:02:05  anna declines                -> w2 offered to carla
            09:02:06  anna hands w1 to carla       -> refused agent_at_capacity, w1 with anna
            09:02:07  anna hands w1 to anna        -> refused already_with_agent
            09:02:08  dora is available            -> refused not_logged_in
        ",
        );
    }

    #[test]
    fn only_the_holder_or_a_supervisor_moves_a_conversation() {
        check(
            "
            queue help chat
            queue vip chat
            agent anna in help
            agent bruno in vip
            09:00:00  anna arrives
            09:00:00  bruno arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  anna accepts
            09:02:00  bruno hands w1 to bruno      -> refused not_yours, w1 with anna
            09:03:00  boss assigns w1 to bruno     -> w1 offered to bruno, anna 0 chats
        ",
        );
    }
}
