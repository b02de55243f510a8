//! Work arrives: a call or a thread enters a queue.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Event, QueueCause, SkillLevel};
use crate::ids::*;
use crate::limits;
use crate::refusal::Refusal;

/// Brings a new conversation into a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct EnterQueue {
    /// Which.
    pub conversation: ConversationId,
    /// Whose.
    pub client: ClientId,
    /// How it speaks; the queue must take it.
    pub channel: Channel,
    /// Where.
    pub queue: QueueId,
    /// What it requires, each skill once, 1 to 5.
    pub skills: Vec<SkillLevel>,
    /// 1 to 10; not given: 5.
    pub priority: Option<u8>,
    /// Its client's own agent.
    pub owner: Option<UserId>,
    /// When it really came, for work that is moved here; not given: now. It sets its age and its
    /// wait; never later than now.
    pub arrived_at: Option<Timestamp>,
}

impl Decide for EnterQueue {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let floor = ask.floor;
        valid::new("conversation", self.conversation, floor.find_conversation(self.conversation))?;
        let queue = floor.find_queue(self.queue)?;
        valid::channel(floor, queue, self.channel)?;
        let skills = valid::skills(floor, &self.skills, limits::REQUIRED_SKILLS_MAX)?;
        let priority = self.priority.unwrap_or(limits::PRIORITY_DEFAULT);
        valid::within("priority", priority, &limits::PRIORITY)?;
        if let Some(owner) = self.owner {
            floor.find_agent(owner)?;
        }
        let since = self.arrived_at.unwrap_or(ask.now);
        if since > ask.now {
            return Err(Refusal::invalid("arrived_at", "it is in the future"));
        }
        valid::below("conversations", floor.conversation_count(), limits::CONVERSATIONS_MAX)?;
        valid::room_to_wait(floor, queue)?;
        let (conversation, client, channel, owner) = (self.conversation, self.client, self.channel, self.owner);
        Ok(vec![
            Event::Arrived { conversation, client, channel, queue: self.queue, arrived_at: since, priority, skills, owner },
            Event::Queued { conversation, queue: self.queue, since, cause: QueueCause::Arrived },
        ])
    }
}
