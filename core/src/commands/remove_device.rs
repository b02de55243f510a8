//! A device takes its leave: an unregistration, a console closed. Reachability changes at once.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::refusal::Refusal;

/// Removes a device.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveDevice {
    /// Whose.
    pub agent: UserId,
    /// Which.
    pub device: DeviceId,
}

impl Decide for RemoveDevice {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_devices_of(self.agent)?;
        let known = ask.floor.agent(slot).devices.iter().any(|device| device.id == self.device);
        if !known {
            return Err(Refusal::UnknownDevice { device: self.device });
        }
        Ok(vec![Event::DeviceDisconnected { agent: self.agent, device: self.device }])
    }
}
