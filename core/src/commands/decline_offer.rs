//! The agent says no. It is not asked again while the conversation stays in this queue.

use super::accept_offer::answered;
use super::{Ask, Decide, Decision};
use crate::event::OfferOutcome;
use crate::ids::*;

/// Declines an offer.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclineOffer {
    /// Which.
    pub offer: OfferId,
}

impl Decide for DeclineOffer {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        let (slot, _) = answered(ask, self.offer)?;
        Ok(vec![ask.floor.offer_ended(ask.floor.conversation(slot), OfferOutcome::Declined)])
    }
}
