//! Telephones and consoles: they register, renew, fall silent, go and come back.

use super::Absence;
use crate::world::{Happening, World};
use readyroom_core::commands::*;
use readyroom_core::engine::Input;
use readyroom_core::event::*;

impl World {
    pub(crate) fn phone_reports(&mut self, house: usize, who: usize, which: usize, reachable: bool) {
        let person = &self.houses[house].agents[who];
        let phone = &person.phones[which];
        let report =
            ReportDevice { agent: person.id, device: phone.id, kind: phone.kind, reachable, ttl_ms: phone.ttl_ms };
        self.send(house, Actor::Signalling, report.into());
    }

    /// A device renews its lease, or goes.
    pub(crate) fn phone_ticks(&mut self, house: usize, who: usize, which: usize) {
        let lease = self.houses[house].agents[who].phones[which].ttl_ms.unwrap_or(
            match self.houses[house].agents[who].phones[which].kind {
                DeviceKind::Sip => 240_000,
                DeviceKind::Console => 30_000,
            },
        );
        let next = (lease as i64 * 45 / 100).max(1_000);
        self.after(next, house, Happening::Phone(who, which));
        if self.houses[house].agents[who].phones[which].away.is_some() {
            return;
        }
        let Some((absence, span)) = self.absence() else {
            self.phone_reports(house, who, which, true);
            return;
        };
        self.houses[house].agents[who].phones[which].away = Some(absence);
        let (agent, device) = (self.houses[house].agents[who].id, self.houses[house].agents[who].phones[which].id);
        match absence {
            Absence::Reported => self.phone_reports(house, who, which, false),
            Absence::Silent => {
                let input = Input::Silent { agent, device };
                self.after(2_000, house, Happening::Input(Box::new(input)));
            }
            Absence::Unregistered => drop(self.send(house, Actor::Signalling, RemoveDevice { agent, device }.into())),
        }
        self.after(span, house, Happening::PhoneBack(who, which));
    }

    pub(crate) fn phone_is_back(&mut self, house: usize, who: usize, which: usize) {
        self.houses[house].agents[who].phones[which].away = None;
        self.phone_reports(house, who, which, true);
    }
}
