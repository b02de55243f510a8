//! The vocabularies: five audiences, one model. Each has its own words for what an agent is.
//!
//! Every word is worked out from the same facts and stored nowhere. Each vocabulary is a list in
//! which the first line that holds wins, written as one `match`: the compiler sees that it always
//! answers, and a reader can hold it against the model line by line.
//!
//! One more vocabulary is one more file and its line here.

/// Declares the words of a vocabulary: for each the variant, what machines read, what people read.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$word_doc:meta])* $word:ident = $machine:literal, $label:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
        }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &[$name] = &[$($name::$word,)*];

            /// What machines read; it never changes.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$word => $machine,)*
                }
            }

            /// What people read, in English.
            pub const fn label(self) -> &'static str {
                match self {
                    $($name::$word => $label,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                let known = $name::ALL.iter().find(|word| word.as_str() == text);
                known.copied().ok_or_else(|| {
                    serde::de::Error::invalid_value(serde::de::Unexpected::Str(&text), &"a word of the vocabulary")
                })
            }
        }
    };
}
pub(crate) use words;

pub mod acd;
pub mod bucket;
pub mod desk;
pub mod supervisor;
pub mod widget;

pub use acd::{Acd, AcdState, acd};
pub use bucket::{Bucket, Subject, bucket, subject};
pub use desk::{Aux, Desk, aux, desk};
pub use supervisor::{Supervisor, supervisor};
pub use widget::{Filter, Widget, filters, widget, widget_since};

use readyroom_core::ids::ReasonCode;
use readyroom_core::settings::ReasonSettings;

/// What people of this locale call a reason: its name there, or in English, or its code.
pub fn reason_name<'a>(reasons: &'a [ReasonSettings], code: &'a ReasonCode, locale: &str) -> &'a str {
    let names = reasons.iter().find(|reason| reason.code == *code).map_or(&[][..], |reason| &reason.names);
    let name_in = |wanted: &str| names.iter().find(|(locale, _)| locale == wanted);
    name_in(locale).or_else(|| name_in("en")).map_or(code.as_str(), |(_, name)| name)
}
