//! Somebody takes an offer back: a supervisor, or the line. The agent is not to blame.

use super::{Ask, Decide, Decision};
use crate::event::{Actor, OfferOutcome};
use crate::ids::*;

/// Rescinds an offer; the conversation waits again at its age.
#[derive(Clone, Debug, PartialEq)]
pub struct RescindOffer {
    /// Which.
    pub offer: OfferId,
}

impl Decide for RescindOffer {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        if ask.by != Actor::Signalling {
            ask.supervisor_only()?;
        }
        let (slot, _) = ask.floor.find_offer(self.offer)?;
        Ok(vec![ask.floor.offer_ended(ask.floor.conversation(slot), OfferOutcome::Rescinded)])
    }
}
