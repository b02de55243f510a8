//! An administrator opens a queue.

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::ids::*;
use crate::limits;
use crate::settings::QueueSettings;

/// Adds a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct AddQueue {
    /// Which.
    pub queue: QueueId,
    /// How it is set up.
    pub settings: QueueSettings,
}

impl Decide for AddQueue {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        valid::new("queue", self.queue, ask.floor.find_queue(self.queue))?;
        valid::below("queues", ask.floor.queue_count(), limits::QUEUES_MAX)?;
        valid::queue(ask.floor, &self.settings, None)?;
        Ok(vec![Event::QueueAdded { queue: self.queue, settings: Box::new(self.settings.clone()) }])
    }
}
