//! What a person may do is a role; what a program may do is a set of scopes.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A text that is none of the words there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}; there are {known}")]
pub struct UnknownWord {
    text: String,
    kind: &'static str,
    known: String,
}

/// A closed list of words: what the API says, what the store holds and what the documents list.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal { $($variant:ident = $word:literal, $about:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $about] #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// What it allows, for the documents.
            pub const fn about(self) -> &'static str {
                match self { $($name::$variant => $about),* }
            }
        }

        // The derive does not see a word that comes out of a macro.
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let about: Vec<String> = $name::ALL.iter().map(|word| format!("`{word}`: {}", word.about())).collect();
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some($name::ALL.iter().map(|word| word.as_str())))
                    .description(Some(about.join("; ")))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                $name::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| UnknownWord {
                    text: text.chars().take(80).collect(),
                    kind: $kind,
                    known: $name::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

words! {
    /// What a person may do. Each includes the one before.
    Role, "role" {
        Agent = "agent", "works: the own status, the own conversations";
        Supervisor = "supervisor", "sees the agents of the own teams and acts for them";
        Manager = "manager", "sees everybody, all history and all reports";
        Administrator = "administrator", "changes people, queues, keys and settings";
    }
}

words! {
    /// What a program's key may do. None includes another; `*` is all of them.
    ApiScope, "scope" {
        AgentsRead = "agents:read", "see agents, their states and their queues";
        AgentsWrite = "agents:write", "log agents in and out, set their status";
        WorkRead = "work:read", "see conversations and offers";
        WorkWrite = "work:write", "bring in conversations, answer offers, transfer, end";
        Signalling = "signalling", "report devices and external calls";
        ConfigRead = "config:read", "see queues, skills, reasons and other settings of the floor";
        ConfigWrite = "config:write", "change queues, skills, reasons and other settings of the floor";
        PeopleRead = "people:read", "see users and teams";
        PeopleWrite = "people:write", "create and change users and teams";
        HistoryRead = "history:read", "read agent events, activity and segments";
        ReportsRead = "reports:read", "run reports";
        Stream = "stream", "subscribe to the live stream";
        AuditRead = "audit:read", "read the audit";
        All = "*", "everything, what is added later included";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_one_before() {
        assert!(Role::Agent < Role::Supervisor && Role::Supervisor < Role::Manager);
        assert!(Role::Manager < Role::Administrator);
    }

    #[test]
    fn every_word_reads_back_in_the_store_and_in_json() {
        for &role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        for &scope in ApiScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{scope}\""));
            assert!(serde_json::to_string(&ApiScope::schema()).unwrap().contains(&format!("\"{scope}\"")));
            assert!(!scope.about().is_empty());
        }
        let schema = serde_json::to_value(Role::schema()).unwrap();
        assert_eq!(schema["enum"], serde_json::json!(["agent", "supervisor", "manager", "administrator"]));
    }

    #[test]
    fn a_word_that_is_none_is_answered_with_those_there_are() {
        let error = "boss".parse::<Role>().unwrap_err().to_string();
        assert_eq!(error, "\"boss\" is no role; there are agent, supervisor, manager, administrator");
        assert!("AGENTS:READ".parse::<ApiScope>().is_err() && "".parse::<ApiScope>().is_err());
    }
}
