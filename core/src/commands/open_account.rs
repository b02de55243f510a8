//! An account gets its floor: the queue General and the built-in reasons.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;
use crate::settings::{QueueSettings, reasons};

/// Opens the account. The first command of every floor.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenAccount {
    /// The id of the queue General, which takes every channel.
    pub general: QueueId,
}

impl Decide for OpenAccount {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        if ask.floor.is_open() {
            return Err(Refusal::AccountAlreadyOpen);
        }
        let settings = Box::new(QueueSettings::new("General", ChannelSet::ALL));
        let mut events = vec![Event::AccountOpened { general: self.general }, Event::QueueAdded { queue: self.general, settings }];
        events.extend(reasons::built_in().into_iter().map(|reason| Event::ReasonDefined { reason: Box::new(reason) }));
        Ok(events)
    }
}
