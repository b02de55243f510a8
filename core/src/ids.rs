//! The names of things: 16-byte ids, event numbers, instants, channels and reason codes.
//!
//! Ids are opaque bytes inside; their text form (`us_…`, `q_…`, 26 Crockford base-32
//! characters) exists only at the edges. All of these are `Copy` and totally ordered, so an
//! order made from them is the same on every machine.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id, a code or a number of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct BadText {
    text: String,
    expected: String,
}

impl BadText {
    fn new(text: &str, expected: impl Into<String>) -> Self {
        BadText { text: text.chars().take(80).collect(), expected: expected.into() }
    }
}

fn encode(bytes: [u8; 16]) -> [u8; 26] {
    let mut rest = u128::from_be_bytes(bytes);
    let mut text = [b'0'; 26];
    for at in text.iter_mut().rev() {
        *at = CROCKFORD[(rest & 31) as usize];
        rest >>= 5;
    }
    text
}

fn decode(text: &str) -> Option<[u8; 16]> {
    // 26 characters hold 130 bits: the first may use only three of its five.
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes()
        .try_fold(0u128, |value, byte| {
            let digit = CROCKFORD.iter().position(|&known| known == byte)?;
            Some((value << 5) | digit as u128)
        })
        .map(u128::to_be_bytes)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// What stands before the underscore in the text form.
            pub const PREFIX: &'static str = $prefix;

            /// The id whose sixteen bytes are this number, most significant first.
            pub const fn from_u128(value: u128) -> Self {
                $name(value.to_be_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = encode(self.0);
                write!(out, "{}_{}", $prefix, std::str::from_utf8(&text).expect("base 32 is ASCII"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = BadText;

            fn from_str(text: &str) -> Result<Self, BadText> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map($name)
                    .ok_or_else(|| BadText::new(text, concat!("an id of the form ", $prefix, "_ and 26 characters of base 32")))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { to.serialize_bytes(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    from.deserialize_bytes(SixteenBytes).map($name)
                }
            }
        }
    )*};
}

struct SixteenBytes;

impl serde::de::Visitor<'_> for SixteenBytes {
    type Value = [u8; 16];

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("sixteen bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<[u8; 16], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

ids! {
    /// A tenant. Nothing crosses it.
    AccountId = "ac";
    /// A person with a role; every agent is one.
    UserId = "us";
    /// A place where conversations wait.
    QueueId = "q";
    /// The person on the other side. The id is keyed to channel and address, so it names nobody.
    ClientId = "cl";
    /// One piece of work from a client: a call, a chat thread.
    ConversationId = "cv";
    /// One conversation reserved for one agent until a deadline.
    OfferId = "of";
    /// Something an agent can be good at.
    SkillId = "sk";
    /// A telephone's registration or a console's link.
    DeviceId = "dv";
    /// A call that no queue gave: direct, outbound, consult.
    CallId = "call";
    /// A sealing key, and with it the person whose text it seals.
    KeyId = "key";
    /// People whom a supervisor sees.
    TeamId = "tm";
    /// One sign-in of one person, from one browser.
    SessionId = "se";
    /// What a website carries so that its visitors can chat.
    WidgetId = "wg";
}

/// The number of an event within its account: dense, the first is 1. The API calls it `position`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventNo(pub u64);

impl EventNo {
    /// The number `count` events later.
    pub fn plus(self, count: u64) -> EventNo {
        EventNo(self.0 + count)
    }
}

impl fmt::Display for EventNo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// An instant: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant and `ms` milliseconds more; stays at the end of time rather than pass it.
    pub fn plus_ms(self, ms: u64) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)))
    }

    /// The milliseconds since `earlier`; zero when `earlier` is later.
    pub fn ms_since(self, earlier: Timestamp) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

/// The way a client speaks to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A call.
    Voice,
    /// A thread of messages.
    Chat,
}

impl Channel {
    /// Every channel there is, in their fixed order.
    pub const ALL: [Channel; Channel::COUNT] = [Channel::Voice, Channel::Chat];
    /// How many there are.
    pub const COUNT: usize = 2;
}

/// A set of channels.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelSet(u8);

impl ChannelSet {
    /// No channel.
    pub const NONE: ChannelSet = ChannelSet(0);
    /// Voice and chat.
    pub const ALL: ChannelSet = ChannelSet(3);

    /// The set of one.
    pub const fn only(channel: Channel) -> ChannelSet {
        ChannelSet(1 << channel as u8)
    }

    /// Whether `channel` is among them.
    pub const fn has(self, channel: Channel) -> bool {
        self.0 & (1 << channel as u8) != 0
    }

    /// Those in either set.
    pub const fn or(self, other: ChannelSet) -> ChannelSet {
        ChannelSet(self.0 | other.0)
    }

    /// Those in both sets.
    pub const fn and(self, other: ChannelSet) -> ChannelSet {
        ChannelSet(self.0 & other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its channels, in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.into_iter().filter(move |&channel| self.has(channel))
    }
}

impl FromIterator<Channel> for ChannelSet {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        channels.into_iter().fold(ChannelSet::NONE, |set, channel| set.or(ChannelSet::only(channel)))
    }
}

impl fmt::Debug for ChannelSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for ChannelSet {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ChannelSet {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Vec::<Channel>::deserialize(from)?.into_iter().collect())
    }
}

/// The code of a reason for a break: 1 to 32 of `a`–`z`, `0`–`9` and `_`, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode([u8; ReasonCode::LEN_MAX]);

impl ReasonCode {
    /// The longest code, in bytes.
    pub const LEN_MAX: usize = 32;

    /// The code itself.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&byte| byte == 0).unwrap_or(Self::LEN_MAX);
        std::str::from_utf8(&self.0[..len]).expect("a code is ASCII")
    }

    /// A code known to be well formed, for the built-in ones.
    pub(crate) const fn known(text: &str) -> ReasonCode {
        let mut code = [0; Self::LEN_MAX];
        let mut at = 0;
        while at < text.len() {
            code[at] = text.as_bytes()[at];
            at += 1;
        }
        ReasonCode(code)
    }
}

impl FromStr for ReasonCode {
    type Err = BadText;

    fn from_str(text: &str) -> Result<Self, BadText> {
        let well_formed = (1..=Self::LEN_MAX).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if well_formed {
            Ok(ReasonCode::known(text))
        } else {
            Err(BadText::new(text, "a reason code: 1 to 32 of a-z, 0-9 and _"))
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ReasonCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = QueueId::from_u128(value);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(
            "q_01j160r23gw5zkpfjme3fwzs5k".parse::<QueueId>().map(|id| id.to_string()),
            Ok("q_01j160r23gw5zkpfjme3fwzs5k".to_owned())
        );
    }

    #[test]
    fn a_text_that_is_no_id_is_refused_with_its_form() {
        for text in [
            "",
            "q_",
            "us_01j160r23gw5zkpfjme3fwzs5k",
            "q_81j160r23gw5zkpfjme3fwzs5k",
            "q_01j160r23gw5zkpfjme3fwzs5u",
            "q_é1j160r23gw5zkpfjme3fwzs5",
        ] {
            let error = text.parse::<QueueId>().expect_err("it is not a queue's id");
            assert!(error.to_string().contains("q_ and 26 characters"), "{error}");
        }
    }

    #[test]
    fn a_reason_code_is_short_plain_ascii() {
        assert_eq!(
            "lunch_break".parse::<ReasonCode>().map(|code| code.as_str().to_owned()),
            Ok("lunch_break".to_owned())
        );
        for text in ["", "Lunch", "lunch break", "é", &"x".repeat(33)] {
            assert!(text.parse::<ReasonCode>().is_err(), "{text:?}");
        }
    }
}
