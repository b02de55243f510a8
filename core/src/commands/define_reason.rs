//! An administrator adds a reason for breaks, or changes one (E-18).

use super::{Ask, Decide, Decision, valid};
use crate::event::Event;
use crate::limits;
use crate::refusal::Refusal;
use crate::settings::{ReasonSettings, reasons};

/// Adds or changes a reason. One that is switched off keeps those who are in it.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineReason {
    /// The reason, whole.
    pub reason: ReasonSettings,
}

impl Decide for DefineReason {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        valid::reason(&self.reason)?;
        let code = self.reason.code;
        if reasons::is_reserved(code) && !self.reason.active {
            return Err(Refusal::ReasonReserved { code });
        }
        let known = ask.floor.reasons().iter().find(|known| known.code == code);
        if known == Some(&self.reason) {
            return Ok(vec![]);
        }
        if known.is_none() {
            valid::below("reasons", ask.floor.reasons().len(), limits::REASONS_MAX)?;
        }
        if self.reason.active && !known.is_some_and(|known| known.active) {
            let active = ask.floor.reasons().iter().filter(|known| known.active).count();
            valid::below("active reasons", active, limits::ACTIVE_REASONS_MAX)?;
        }
        Ok(vec![Event::ReasonDefined { reason: Box::new(self.reason.clone()) }])
    }
}
