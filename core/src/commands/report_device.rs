//! The signalling layer tells of an agent's device: it is there, it still is, it is gone (S-07).
//!
//! Hearing of a live device again only moves the end of its lease, which is soft: no fact.

use super::{Ask, Decide, Decision, valid};
use crate::event::{DeviceKind, Event};
use crate::ids::*;
use crate::limits;

/// Reports a device.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportDevice {
    /// Whose.
    pub agent: UserId,
    /// Which.
    pub device: DeviceId,
    /// What it can do.
    pub kind: DeviceKind,
    /// Whether it can be reached.
    pub reachable: bool,
    /// For how long it is good, milliseconds. Not given: a registration until it goes, a console
    /// link for the grace of a silent link.
    pub ttl_ms: Option<u64>,
}

impl ReportDevice {
    /// The lease, as it will be granted.
    pub(crate) fn lease_ms(&self) -> Option<u64> {
        match self.kind {
            DeviceKind::Sip => self.ttl_ms,
            DeviceKind::Console => Some(self.ttl_ms.unwrap_or(limits::GRACE_MS)),
        }
    }
}

impl Decide for ReportDevice {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let slot = ask.for_devices_of(self.agent)?;
        if let Some(ttl_ms) = self.ttl_ms {
            valid::within("ttl_ms", ttl_ms, &limits::LEASE_MS)?;
        }
        let (agent, device, kind, ttl_ms) = (self.agent, self.device, self.kind, self.lease_ms());
        let devices = &ask.floor.agent(slot).devices;
        let connected = Event::DeviceConnected { agent, device, kind, ttl_ms };
        Ok(match devices.iter().find(|known| known.id == device) {
            None if !self.reachable => vec![],
            None if devices.len() < limits::DEVICES_PER_AGENT_MAX => vec![connected],
            None => {
                // A device that was lost and never came back makes room.
                let lost = devices.iter().find(|known| !known.live);
                valid::below("devices of an agent", devices.len() - usize::from(lost.is_some()), limits::DEVICES_PER_AGENT_MAX)?;
                let left = lost.map(|lost| Event::DeviceDisconnected { agent, device: lost.id });
                left.into_iter().chain([connected]).collect()
            }
            Some(known) if known.kind != kind => vec![Event::DeviceDisconnected { agent, device }, connected],
            Some(known) if known.live && !self.reachable => vec![Event::DeviceLost { agent, device }],
            Some(known) if !known.live && self.reachable => vec![Event::DeviceBack { agent, device, ttl_ms }],
            Some(_) => vec![],
        })
    }
}
