//! Servers go down and come back; now and then somebody makes trouble.

use super::{Happening, World};
use crate::checks::replay;
use crate::faults::Fault;
use crate::invariant::{Held, hold};
use crate::people::Absence;
use crate::server::Unit;
use readyroom_core::effect::Effect;
use readyroom_core::engine::Input;
use readyroom_log::memory::Crash;
use readyroom_log::open::StartFrom;

impl World {
    /// The server of an account is gone for a while, and with it whatever it had decided.
    pub(crate) fn goes_down(&mut self, house: usize, down_ms: i64) {
        let home = &mut self.houses[house];
        if home.up {
            home.up = false;
            home.rest_digest =
                home.server.engine().filter(|_| home.server.is_settled()).map(|engine| engine.floor().digest());
            let unsettled = !home.server.is_settled();
            home.server.stop();
            home.alarm = None;
            self.count(Fault::Dropped, unsettled);
            self.after(down_ms, house, Happening::Reopen);
        } else {
            home.server.stop();
        }
    }

    /// The log said no, or nothing: the state is dropped. A log that cannot write is opened anew.
    pub(crate) fn steps_down(&mut self, house: usize, why: &str) {
        if why.contains("fsync") || why.contains("stopped writing") {
            let (keep, torn_bytes) = (self.dice.below(2), self.dice.below(500));
            self.log.crash(Crash { keep, torn_bytes });
            self.log.reopen();
            for other in (0..self.houses.len()).filter(|&other| other != house) {
                self.goes_down(other, 500);
            }
        }
        let home = &mut self.houses[house];
        (home.up, home.alarm, home.rest_digest) = (false, None, None);
        self.count(Fault::Dropped, true);
        let down_ms = self.dice.between(50, 2_000) as i64;
        // What is under way may arrive before the account is taken over, or after.
        let arrives = self.dice.between(1, 4_000) as i64;
        self.after(arrives, house, Happening::LogMoves);
        self.after(down_ms, house, Happening::Reopen);
    }

    /// The account is opened from its log, and everybody is told how things stand.
    pub(crate) fn reopens(&mut self, house: usize) -> Held {
        if self.houses[house].up {
            return Ok(());
        }
        if self.crashing {
            self.after(500, house, Happening::Reopen);
            return Ok(());
        }
        let from = if self.dice.chance(800) { StartFrom::Snapshot } else { StartFrom::Beginning };
        let found = match self.houses[house].server.reopen(from) {
            Ok(found) => found,
            Err(error) => {
                self.note(format!("The account cannot be opened yet: {error}"));
                self.log.set_dice(readyroom_log::faults::none());
                if error.contains("stopped writing") || error.contains("fsync") {
                    self.log.crash(Crash { keep: 1, torn_bytes: 0 });
                    self.log.reopen();
                    for other in (0..self.houses.len()).filter(|&other| other != house) {
                        self.goes_down(other, 500);
                    }
                }
                self.after(200, house, Happening::Reopen);
                return Ok(());
            }
        };
        self.set_log_dice();
        let doubtful: Vec<Unit> = std::mem::take(&mut self.houses[house].server.doubtful);
        let landed = replay::kept_its_word(&self.houses[house].watch, &doubtful, &found)?;
        self.houses[house].watch.done += 1;
        if landed {
            for unit in &doubtful {
                self.lets_go(house, unit, false, false)?;
            }
        }
        let home = &mut self.houses[house];
        let floor = home.server.engine().map(|engine| (engine.floor().desired(), engine.floor().digest()));
        let (desired, digest) = floor.unwrap_or_default();
        if let (Some(before), false) = (home.rest_digest.take(), landed) {
            hold!(20, home.watch.model.now, before == digest, "the account came back in another state");
        }
        home.watch.reopened(&desired);
        home.up = true;
        self.note("The account is open again.".into());
        self.mends(house, &desired);
        self.takes(house, Input::Reopen, None)
    }

    /// The channels compare what is with what should be.
    fn mends(&mut self, house: usize, desired: &[Effect]) {
        for person in &mut self.houses[house].agents {
            person.offers.clear();
            let still = |held: &readyroom_core::ids::ConversationId| {
                desired.iter().any(|it| matches!(it, Effect::Connect { conversation, agent } if conversation == held && *agent == person.id))
            };
            person.hands.retain(still);
        }
        for &effect in desired {
            self.shows(house, effect);
        }
    }

    /// Now and then something happens to the server.
    pub(crate) fn trouble(&mut self, house: usize) {
        if self.calm {
            return;
        }
        let gap = if self.setting.small { (15_000, 60_000) } else { (400_000, 2_000_000) };
        let next = self.dice.between(gap.0, gap.1) as i64;
        self.after(next, house, Happening::Trouble);
        if self.setting.small {
            self.crash_soon(4_000);
            return;
        }
        match self.dice.below(8) {
            0..=2 => self.crash_soon(3_000),
            3 => self.stop_for_a_while(house),
            4 | 5 => self.usurp(house),
            6 => self.go_to_the_limit(house),
            _ => self.reach_across(house),
        }
    }

    /// Faults stop: devices come back, the clock is right, everybody does what is asked.
    pub(crate) fn calms_down(&mut self) {
        self.calm = true;
        self.skew = 0;
        if !self.crashing {
            self.set_log_dice();
        }
        for house in 0..self.houses.len() {
            self.set_alarm(house);
            for who in 0..self.houses[house].agents.len() {
                for which in 0..self.houses[house].agents[who].phones.len() {
                    if self.houses[house].agents[who].phones[which].away == Some(Absence::Silent) {
                        self.houses[house].agents[who].phones[which].away = None;
                    }
                }
                for call in std::mem::take(&mut self.houses[house].agents[who].calls) {
                    self.after(1_000, house, Happening::Deed(who, super::Deed::HangUp(call)));
                }
                self.after(3_000, house, Happening::Deed(who, super::Deed::FinishWrapUp(None)));
                self.after(4_000, house, Happening::Deed(who, super::Deed::Work));
            }
            let waiting: Vec<_> = self.houses[house].watch.model.conversations.keys().copied().collect();
            for conversation in waiting {
                let patience = self.dice.between(30_000, 200_000) as i64;
                self.after(patience, house, Happening::Client(conversation));
            }
        }
    }
}
