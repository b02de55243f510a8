//! Ids of what the floor does not know: teams, sessions and widgets.

use readyroom_core::ids::UserId;
use std::fmt;
use std::str::FromStr;

/// A text that is no id of the kind expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix}_ and 26 characters of base 32")]
pub struct BadId {
    text: String,
    prefix: &'static str,
}

/// The base 32 is that of core's ids; only the prefix is ours.
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
                let text = UserId(self.0).to_string();
                write!(out, "{}{}", $prefix, &text[UserId::PREFIX.len()..])
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let id = text
                    .strip_prefix($prefix)
                    .filter(|rest| rest.len() == 27)
                    .and_then(|rest| format!("{}{rest}", UserId::PREFIX).parse::<UserId>().ok());
                let bad = || BadId { text: text.chars().take(80).collect(), prefix: $prefix };
                id.map(|id| $name(id.0)).ok_or_else(bad)
            }
        }
    )*};
}

ids! {
    /// People a supervisor sees.
    TeamId = "tm";
    /// One login of one person, from one browser.
    SessionId = "se";
    /// What a website carries so that its visitors can chat.
    WidgetId = "wg";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = TeamId::from_u128(value);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(TeamId::from_u128(7).to_string(), "tm_00000000000000000000000007");
    }

    #[test]
    fn a_text_that_is_no_id_is_refused_with_its_form() {
        for text in ["", "tm_", "us_00000000000000000000000007", "tm_80000000000000000000000007", "se00000000007"] {
            let error = text.parse::<TeamId>().unwrap_err().to_string();
            assert!(error.contains("tm_ and 26 characters"), "{error}");
        }
        assert!("tm_00000000000000000000000007".parse::<SessionId>().is_err());
    }
}
