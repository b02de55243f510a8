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
            // Another lease is a fact, or a restart would not know of it.
            Some(known) if self.reachable && (!known.live || known.ttl_ms != ttl_ms) => vec![Event::DeviceBack { agent, device, ttl_ms }],
            Some(_) => vec![],
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn a_flap_shorter_than_the_grace_keeps_the_place_in_the_line() {
        check(
            "
            queue a voice
            agent anna in a
            09:00:00  anna registers
            09:00:00  anna dials *36               -> idle since 09:00:00
            09:10:00  anna unregisters             -> unreachable
            09:10:29  anna registers               -> ready, idle since 09:00:00
            09:20:00  anna unregisters             -> unreachable
            09:20:30  anna registers               -> ready, idle since 09:20:30
        ",
        );
    }

    #[test]
    fn a_silent_console_counts_as_live_for_its_grace() {
        check(
            "
            queue help chat
            agent anna in help
            09:00:00  anna opens console
            09:00:01  anna dials *36               -> ready
            09:00:20  anna opens console           -> ready
            09:00:49                               -> reachable
            09:00:50                               -> unreachable
            09:00:55  anna opens console           -> ready
        ",
        );
    }

    #[test]
    fn an_offer_that_runs_out_during_a_silent_link_is_no_miss() {
        check(
            "
            queue help chat ring 20
            agent anna in help
            09:00:00  anna opens console
            09:00:01  anna dials *36
            09:00:02  w1 chats help                -> w1 offered to anna
            09:00:03  anna falls silent
            09:00:22                               -> 0 misses
        ",
        );
    }

    #[test]
    fn a_registration_that_runs_out_takes_the_offer_with_it() {
        check(
            "
            queue sales voice ring 60
            agent anna in sales
            09:00:00  anna registers for 30
            09:00:01  anna dials *36
            09:00:02  w1 calls sales               -> w1 offered to anna
            09:00:30                               -> unreachable, waiting, 0 misses, w1 waits
        ",
        );
    }

    #[test]
    fn a_call_outlives_its_registration() {
        check(
            "
            queue sales voice wrap 10
            agent anna in sales
            09:00:00  anna registers
            09:00:01  anna dials *36
            09:00:02  w1 calls sales
            09:00:03  anna accepts                 -> in call
            09:00:04  anna fails to answer OPTIONS -> in call, unreachable
            09:00:05  w1 ends                      -> wrapping, unreachable
        ",
        );
    }
}
