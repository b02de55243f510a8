//! Ids: a prefix that says of what, and 26 characters of base 32.

use readyroom_core::ids::{self, *};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Ids by name, for the fields of schemas: the derive sees only the words, and takes what stands in
/// angle brackets for a schema of its own.
#[allow(missing_docs, reason = "each is the id of that name")]
pub mod of {
    use super::{Id, ids};

    pub type Account = Id<ids::AccountId>;
    pub type Key = Id<ids::KeyId>;
    pub type Team = Id<ids::TeamId>;
    pub type Agent = Id<ids::UserId>;
    pub type Queue = Id<ids::QueueId>;
    pub type Client = Id<ids::ClientId>;
    pub type Conversation = Id<ids::ConversationId>;
    pub type Offer = Id<ids::OfferId>;
    pub type Skill = Id<ids::SkillId>;
    pub type Widget = Id<ids::WidgetId>;
}

/// An id of the floor, as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T>(pub T);

impl<T: fmt::Display> fmt::Display for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<T: fmt::Display> fmt::Debug for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<T: FromStr> FromStr for Id<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(Id)
    }
}

macro_rules! schemas {
    ($($id:ident: $about:literal,)*) => {$(
        impl PartialSchema for Id<$id> {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", $id::PREFIX)))
                    .description(Some($about))
                    .into()
            }
        }

        impl ToSchema for Id<$id> {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($id))
            }
        }
    )*};
}

schemas! {
    AccountId: "an account",
    UserId: "a person with a role; every agent is one",
    QueueId: "a queue",
    ClientId: "a client: keyed to channel and address, it names nobody",
    ConversationId: "one piece of work from a client",
    OfferId: "one conversation reserved for one agent until a deadline",
    SkillId: "something an agent can be good at",
    DeviceId: "a telephone's registration or a console's link",
    CallId: "a call that no queue gave",
    KeyId: "a key",
    TeamId: "agents whom a supervisor sees",
    WidgetId: "what a website carries so that its visitors can chat",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_another_kind_does_not() {
        let id = Id(QueueId::from_u128(7));
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<Id<QueueId>>(&text).unwrap(), id);
        assert!(serde_json::from_str::<Id<UserId>>(&text).is_err());
    }
}
