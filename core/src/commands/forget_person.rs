//! A person is to be forgotten: the keys that open what was written by and about it are no more. The
//! floor has nothing to forget; whoever holds texts does.

use super::{Ask, Decide, Decision};
use crate::event::Event;
use crate::ids::*;
use crate::limits;
use crate::refusal::Refusal;

/// Records that a client is forgotten.
#[derive(Clone, Debug, PartialEq)]
pub struct ForgetPerson {
    /// Whom. The floor need not know the client.
    pub client: ClientId,
    /// The keys that were destroyed, at most [`limits::FORGOTTEN_KEYS_MAX`].
    pub keys: Vec<KeyId>,
}

impl Decide for ForgetPerson {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        if self.keys.len() > limits::FORGOTTEN_KEYS_MAX {
            return Err(Refusal::LimitReached { what: "keys forgotten at once", max: limits::FORGOTTEN_KEYS_MAX });
        }
        Ok(vec![Event::PersonForgotten { client: self.client, keys: self.keys.clone() }])
    }
}
