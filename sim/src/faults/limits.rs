//! Somebody goes to the limit: too many devices, external calls, reasons.

use crate::world::World;
use readyroom_core::commands::*;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::limits;
use readyroom_core::settings::*;

impl World {
    /// One agent hoards, or the administrator defines a reason too many.
    pub(crate) fn go_to_the_limit(&mut self, house: usize) {
        let who = self.dice.below(self.houses[house].agents.len());
        let agent = self.houses[house].agents[who].id;
        match self.dice.below(if self.setting.small { 2 } else { 8 }) {
            0..=2 => {
                for _ in 0..=limits::DEVICES_PER_AGENT_MAX {
                    let device = DeviceId::from_u128(self.dice.id());
                    let report =
                        ReportDevice { agent, device, kind: DeviceKind::Sip, reachable: true, ttl_ms: Some(20_000) };
                    self.send(house, Actor::Signalling, report.into());
                }
            }
            3..=6 => {
                let calls: Vec<_> =
                    (0..=limits::EXTERNAL_CALLS_PER_AGENT_MAX).map(|_| CallId::from_u128(self.dice.id())).collect();
                for call in calls {
                    self.send(house, Actor::Signalling, StartExternalCall { agent, call }.into());
                    self.houses[house].agents[who].calls.push(call);
                }
            }
            _ => {
                for number in 0..limits::ACTIVE_REASONS_MAX {
                    let Ok(code) = format!("reason_{number}").parse() else { continue };
                    let names = vec![("en".to_owned(), format!("Reason {number}"))];
                    let class = ReasonClass::Busy;
                    let reason =
                        ReasonSettings { code, names, class, paid: true, colour: "#336699".into(), active: true };
                    self.send(house, self.boss(house), DefineReason { reason }.into());
                }
            }
        }
    }
}
