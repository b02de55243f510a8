//! Instants: RFC 3339 in UTC, to the millisecond.

use readyroom_core::ids::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// An instant, RFC 3339 with its zone; the server writes UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::from_millisecond(self.0.0).map_err(serde::ser::Error::custom)?;
        to.collect_str(&format_args!("{at:.3}"))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(from)?;
        // In the query of an address a + that was not escaped arrives as a space.
        let text = text
            .rsplit_once(' ')
            .filter(|(_, offset)| offset.len() == "02:00".len() && text.contains('T'))
            .map_or(text.clone(), |(local, offset)| format!("{local}+{offset}").into());
        parse(&text).map(Instant).map_err(serde::de::Error::custom)
    }
}

/// Reads an instant with its zone.
///
/// # Errors
/// A sentence that says what an instant looks like.
pub fn parse(text: &str) -> Result<Timestamp, &'static str> {
    let read = text.parse::<jiff::Timestamp>();
    read.map(|at| Timestamp(at.as_millisecond()))
        .map_err(|_| "an instant has a date, a time and a zone: 2026-03-02T09:00:00Z")
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 with its zone; the server writes UTC to the millisecond"))
            .into()
    }
}

impl ToSchema for Instant {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Instant")
    }
}
