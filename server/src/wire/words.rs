//! The schemas of vocabularies: a text that is one of a closed list of words.

use readyroom_core::ids::{Channel, ReasonCode};
use readyroom_views::allowed::Action;
use readyroom_views::vocabulary::{AcdState, Bucket, Desk, Supervisor, Widget};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};

pub(super) fn one_of(about: &str, words: impl IntoIterator<Item = &'static str>) -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    text.enum_values(Some(words)).into()
}

/// The schema of a bucket's word.
pub fn bucket() -> Schema {
    one_of("the nine buckets of the wallboard and of the history", Bucket::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn desk() -> Schema {
    one_of("the desk's status", Desk::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn supervisor() -> Schema {
    one_of("the supervisor's status", Supervisor::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn acd_state() -> Schema {
    one_of("the state in this queue", AcdState::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn widget() -> Schema {
    // Of which reason does not matter: the word is the same.
    let words = Widget::all(readyroom_core::settings::reasons::built_in().first().map(|reason| reason.code));
    one_of("the status widget's word", words.into_iter().map(Widget::as_str))
}

pub(super) fn aux() -> Schema {
    one_of("the reason of a break, or wrap-up", ["reason", "wrap_up"])
}

pub(super) fn status() -> Schema {
    one_of("the wish", ["offline", "not_ready", "available", "on_break"])
}

pub(super) fn mode() -> Schema {
    one_of("who activates it", ["static", "dynamic", "mandatory", "supervisor_managed"])
}

pub(super) fn channel() -> Schema {
    one_of("how it speaks", Channel::ALL.map(channel_word))
}

pub(super) fn channels() -> Schema {
    ArrayBuilder::new().items(RefOr::T(channel())).into()
}

pub(super) fn pending() -> Schema {
    one_of("whose turn it is to write", ["agent", "client"])
}

pub(super) fn actions() -> Schema {
    ArrayBuilder::new().items(RefOr::T(one_of("an action", Action::ALL.iter().map(|word| word.as_str())))).into()
}

pub(super) fn reason() -> Schema {
    let about = format!("the code of a reason, 1 to {} of a-z, 0-9 and _", ReasonCode::LEN_MAX);
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).into()
}

/// Of a field that is null when there is none.
pub(super) fn maybe_reason() -> Schema {
    let about = "the code of a reason, or null";
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])).description(Some(about)).into()
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Voice => "voice",
        Channel::Chat => "chat",
    }
}
