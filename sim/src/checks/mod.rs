//! The checks: one file for each group of invariants. They see what was let go, in its order, and
//! beside it the live floor whenever nothing is on its way to the log.

pub(crate) mod alarms;
pub(crate) mod board;
pub(crate) mod effects;
pub(crate) mod facts;
pub(crate) mod floor;
pub(crate) mod isolation;
pub(crate) mod offers;
pub(crate) mod repeats;
pub(crate) mod replay;
pub(crate) mod routing;
pub(crate) mod status;
pub(crate) mod tables;
pub(crate) mod twice;
pub(crate) mod words;

use crate::invariant::{Held, hold};
use crate::model::Model;
use crate::server::Unit;
use readyroom_core::engine::{Engine, Input, Turn};
use readyroom_core::event::Recorded;
use readyroom_core::ids::*;

/// How often a check that looks at everything runs, in units.
const LOOK_AT_ALL_EVERY: u64 = 16;

/// Everything that watches one account.
#[derive(Default)]
pub(crate) struct Watch {
    pub model: Model,
    pub released: Vec<Recorded>,
    pub units: u64,
    pub done: u64,
    offers: offers::Offers,
    pub repeats: repeats::Repeats,
    pub tables: tables::Told,
    pub board: board::Boards,
    effects: effects::Levels,
    pub digests: Vec<(EventNo, u64)>,
}

impl Watch {
    /// A unit was let go. `live` is the engine, when it has decided nothing since.
    pub(crate) fn take(&mut self, unit: &Unit, live: Option<&Engine>) -> Held {
        self.repeats.take(unit)?;
        self.done += u64::from(unit.key.is_some());
        if !unit.is_judged() {
            return Ok(());
        }
        self.units += 1;
        self.model.clock(unit.now);
        self.offers.begin_unit();
        if let Input::Silent { agent, device } = unit.input {
            self.model.not_heard_of(agent, device);
        }
        for turn in &unit.turns {
            self.turn(unit, turn)?;
        }
        let quiet = unit.turns.iter().all(|turn| turn.events.is_empty());
        let look_at_all = self.units.is_multiple_of(LOOK_AT_ALL_EVERY);
        if !quiet || look_at_all {
            routing::nobody_waits_beside_an_eligible_agent(&self.model)?;
            offers::at_rest(&self.model)?;
            status::at_rest(&self.model)?;
            self.offers.end_unit(&self.model)?;
            self.done += 4;
        }
        if let Some(engine) = live {
            if !quiet || self.units.is_multiple_of(4) {
                alarms::have_owners(&self.model, engine)?;
                self.done += 1;
            }
            if !quiet {
                floor::is_whole(&self.model, engine.floor())?;
                self.done += 1;
            }
            if !quiet && look_at_all || self.units.is_multiple_of(61) {
                alarms::next_is_exact(&self.model, engine)?;
                self.effects.are_desired(&self.model, engine.floor())?;
                self.board.is_the_floor(&self.model, engine.floor())?;
                self.tables.walk_is_complete(&self.model)?;
                self.done += 4;
            }
            if self.units.is_multiple_of(509) {
                self.digests.push((self.model.last_no, engine.floor().digest()));
            }
        }
        Ok(())
    }

    fn turn(&mut self, unit: &Unit, turn: &Turn) -> Held {
        let before = self.model.last_no;
        let answered = turn.answer.as_ref();
        if answered.is_some() {
            offers::fence_before(&self.model, unit, turn)?;
            self.done += 1;
        }
        let mut touched = turn.touched.iter().peekable();
        for (at, recorded) in turn.events.iter().enumerate() {
            let rest = &turn.events[at + 1..];
            routing::may_be_made(&self.model, recorded)?;
            status::may_happen(&self.model, unit, recorded, rest)?;
            self.offers.before(&self.model, unit, recorded)?;
            self.model.fold(recorded)?;
            self.offers.after(&self.model, unit, recorded)?;
            let mut told = Vec::new();
            while let Some(touch) = touched.next_if(|touch| touch.no == recorded.no) {
                told.push(touch.facts);
            }
            facts::are_true(&self.model, recorded, &told)?;
            words::are_true(&self.model, &told, recorded.at)?;
            self.tables.take(&self.model, recorded, &told)?;
            self.board.take(recorded, &told);
            self.done += 7;
            self.released.push(recorded.clone());
        }
        hold!(5, self.model.now, touched.next().is_none(), "facts were told of no event of their turn");
        self.effects.take(&turn.effects);
        if let Some(answer) = answered {
            if answer.result.is_err() {
                let silent = turn.events.is_empty() && turn.effects.is_empty();
                hold!(11, self.model.now, silent, "a refused command left events: {:?}", turn.events);
            }
            if let Ok(no) = answer.result {
                hold!(
                    16,
                    self.model.now,
                    no == self.model.last_no,
                    "answered {no} where the last event is {}",
                    self.model.last_no
                );
            }
            alarms::renewals(&mut self.model, unit, turn, before);
        }
        Ok(())
    }

    /// The engine was made anew from the log.
    pub(crate) fn reopened(&mut self, desired: &[readyroom_core::effect::Effect]) {
        self.model.reopened();
        self.effects.start_from(desired);
    }

    /// What stands after everything: the tables against the walk, and the counts.
    pub(crate) fn end(&mut self) -> Held {
        let now = self.model.now;
        self.tables.end(now)?;
        self.board.end(now)?;
        self.done += 2;
        let m = &self.model;
        let here = m.conversations.values().filter(|conversation| !conversation.over).count() as u64;
        hold!(2, now, m.arrived == m.ended + here, "{} arrived, {} ended, {here} are here", m.arrived, m.ended);
        Ok(())
    }
}
