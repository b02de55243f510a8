//! Somebody writes down who a client is: a name, a note. The floor keeps nothing of it; the text is
//! for others, sealed.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Actor, Event, Sealed};
use crate::ids::*;
use crate::refusal::Refusal;

/// Says what is known about a client, in place of what was known before.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClient {
    /// Whom. The floor need not know the client.
    pub client: ClientId,
    /// What, sealed.
    pub about: Sealed,
}

impl Decide for DescribeClient {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        match ask.by {
            Actor::Agent(_) | Actor::Supervisor(_) | Actor::Integration(_) | Actor::Signalling => {}
            // What clients write is a message, and policies know nobody.
            Actor::Client | Actor::Policy(_) => return Err(Refusal::NotYours),
        }
        valid::sealed(&self.about)?;
        Ok(vec![Event::ClientDescribed { client: self.client, about: self.about.clone() }])
    }
}
