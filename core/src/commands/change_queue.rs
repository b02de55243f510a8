//! An administrator changes how a queue is set up. What is ringing or wrapping keeps its deadline.

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;
use crate::settings::QueueSettings;

/// Replaces the settings of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeQueue {
    /// Which.
    pub queue: QueueId,
    /// How it is set up from now on.
    pub settings: QueueSettings,
}

impl Decide for ChangeQueue {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let slot = ask.floor.find_queue(self.queue)?;
        valid::queue(ask.floor, &self.settings, Some(slot))?;
        let queue = ask.floor.queue(slot);
        if queue.settings == self.settings {
            return Ok(vec![]);
        }
        let cut_off = queue.settings.channels != self.settings.channels
            && ask.floor.conversations().any(|(_, held)| held.queue == slot && !self.settings.channels.has(held.channel));
        if cut_off {
            return Err(Refusal::QueueInUse { queue: self.queue });
        }
        Ok(vec![Event::QueueChanged { queue: self.queue, settings: Box::new(self.settings.clone()) }])
    }
}
