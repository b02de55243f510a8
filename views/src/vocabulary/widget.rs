//! The status widget's words for an agent, its filter, and what each row shows (E-02 … E-28).

use readyroom_core::event::Status::{Available, NotReady, Offline, OnBreak};
use readyroom_core::floor::facts::{AgentFacts, State};
use readyroom_core::ids::{ReasonCode, Timestamp};
use readyroom_core::settings::{ReasonSettings, reasons};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The status in the widget. No two overlap: *Active* leaves out *Active (free)*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "status", content = "reason", rename_all = "snake_case")]
pub enum Widget {
    /// Takes only its own clients (E-12).
    ActiveOutOnly,
    /// May be assigned threads, and has some (E-13).
    Active,
    /// May be assigned threads, and has none (E-14).
    ActiveFree,
    /// Asked to go, and finishes what it has (E-15).
    ActiveFinishing,
    /// On a break for this reason (E-16, E-18).
    Inactive(ReasonCode),
    /// Logged in and preparing (E-22).
    NotReady,
    /// Sent on a break because it did not answer (E-23).
    KickedOut,
    /// Not logged in (E-27).
    Offline,
}

impl Widget {
    /// Every status there is with these reasons, in the order of the filter (E-28).
    pub fn all(reasons: impl IntoIterator<Item = ReasonCode>) -> Vec<Widget> {
        let mut all = vec![Widget::ActiveOutOnly, Widget::Active, Widget::ActiveFree, Widget::ActiveFinishing];
        all.extend(reasons.into_iter().map(inactive).filter(|&word| word != Widget::KickedOut));
        all.extend([Widget::NotReady, Widget::KickedOut, Widget::Offline]);
        all
    }

    /// What machines read; the reason's code stands beside it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Widget::ActiveOutOnly => "active_out_only",
            Widget::Active => "active",
            Widget::ActiveFree => "active_free",
            Widget::ActiveFinishing => "active_finishing",
            Widget::Inactive(_) => "inactive",
            Widget::NotReady => "not_ready",
            Widget::KickedOut => "kicked_out",
            Widget::Offline => "offline",
        }
    }

    /// What people read; `name` says what they call a reason.
    pub fn label<'a>(self, name: impl FnOnce(ReasonCode) -> &'a str) -> &'a str {
        match self {
            Widget::ActiveOutOnly => "Active (doesn't receive threads)",
            Widget::Active => "Active",
            Widget::ActiveFree => "Active (free)",
            Widget::ActiveFinishing => "Active (finishing)",
            Widget::Inactive(code) => name(code),
            Widget::NotReady => "Not ready",
            Widget::KickedOut => "Inactive (kicked out)",
            Widget::Offline => "Offline",
        }
    }

    /// Whether its rows show threads and pinned messages (E-03, E-04); all others show a duration
    /// (E-05, E-17, E-22, E-27).
    pub const fn shows_counts(self) -> bool {
        match self {
            Widget::ActiveOutOnly | Widget::Active | Widget::ActiveFree | Widget::ActiveFinishing => true,
            Widget::Inactive(_) | Widget::NotReady | Widget::KickedOut | Widget::Offline => false,
        }
    }
}

/// The agent's status in the widget: the first line that holds.
pub fn widget(agent: &AgentFacts) -> Widget {
    let in_call = agent.state() == State::InCall;
    match agent.status {
        _ if agent.leaving.is_some() => Widget::ActiveFinishing,
        status if in_call && status != Available => Widget::ActiveFinishing,
        Offline => Widget::Offline,
        OnBreak => inactive(agent.reason.map_or(reasons::UNSPECIFIED, |reason| reason.code)),
        NotReady => Widget::NotReady,
        Available if agent.out_only => Widget::ActiveOutOnly,
        Available if agent.threads() == 0 => Widget::ActiveFree,
        Available => Widget::Active,
    }
}

fn inactive(code: ReasonCode) -> Widget {
    if code == reasons::KICKED_OUT { Widget::KickedOut } else { Widget::Inactive(code) }
}

/// Since when the duration of the agent's row runs; none where the row shows a dash.
///
/// Of one who is offline it runs since its last session ended, and one who never logged in has
/// none; of all others since the status, or its reason, last changed.
pub fn widget_since(agent: &AgentFacts) -> Option<Timestamp> {
    match widget(agent) {
        Widget::Offline => agent.logged_out_at,
        _ => Some(agent.status_since),
    }
}

/// An option of the widget's filter; the first, *All*, is the default (E-06, E-08).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Everybody.
    #[default]
    All,
    /// Those of one status.
    Only(Widget),
}

impl Filter {
    /// Whether an agent of this status is shown.
    pub fn shows(self, word: Widget) -> bool {
        match self {
            Filter::All => true,
            Filter::Only(only) => only == word,
        }
    }

    /// What people read; `name` says what they call a reason.
    pub fn label<'a>(self, name: impl FnOnce(ReasonCode) -> &'a str) -> &'a str {
        match self {
            Filter::All => "All",
            Filter::Only(word) => word.label(name),
        }
    }
}

/// The options of the filter (E-28): *All*, then every status.
///
/// A reason is an option while agents can choose it. One that is switched off, that only a policy
/// sets, or that stands for none given, is an option while somebody is `in_use` of it: nobody on
/// the floor is ever beyond the filter.
pub fn filters(reasons: &[ReasonSettings], in_use: &BTreeSet<ReasonCode>) -> Vec<Filter> {
    let listed = reasons.iter().filter(|reason| is_chosen(reason) || in_use.contains(&reason.code));
    let words = Widget::all(listed.map(|reason| reason.code));
    std::iter::once(Filter::All).chain(words.into_iter().map(Filter::Only)).collect()
}

fn is_chosen(reason: &ReasonSettings) -> bool {
    reason.active && !reasons::is_reserved(reason.code) && reason.code != reasons::UNSPECIFIED
}
