//! Reports: figures over a window of time, by walking the rows of the tables. There is no query
//! engine; each report is a fold that can be read.
//!
//! Time zones and files are not known here: the caller says where cells begin and end, hands in
//! rows, and writes what comes out.
//!
//! - [`cells`]: windows, and how time is cut.
//! - [`walk`]: rows to sums, for each agent and cell.
//! - [`formula`]: sums to figures; the only place where one is defined.
//!
//! One more report is one more file and its lines in the two lists below.

pub mod cells;
pub mod formula;
pub mod state_time;
pub mod tally;
pub mod walk;

use serde::Serialize;

/// Every report.
pub const REPORTS: &[Definition] = &[state_time::DEFINITION];

/// What a report is called, what it tells, and what may be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Its name, in addresses and commands.
    pub name: &'static str,
    /// What it tells.
    pub about: &'static str,
    /// What may be asked of it.
    pub parameters: &'static [Parameter],
}

/// Something a report may be asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means, and what is assumed without it.
    pub about: &'static str,
    /// Whether the report cannot do without.
    pub required: bool,
}

impl Parameter {
    const fn required(name: &'static str, about: &'static str) -> Parameter {
        Parameter { name, about, required: true }
    }

    const fn optional(name: &'static str, about: &'static str) -> Parameter {
        Parameter { name, about, required: false }
    }

    /// The window's start.
    pub const FROM: Parameter = Parameter::required("from", "the first instant of the window, RFC 3339");
    /// The window's end.
    pub const TO: Parameter = Parameter::required("to", "the first instant behind the window, RFC 3339");
    /// Whose clock on the wall cuts the window.
    pub const ZONE: Parameter = Parameter::optional("zone", "an IANA time zone; UTC if not given");
    /// How the window is cut.
    pub const INTERVAL: Parameter =
        Parameter::optional("interval", "minutes that divide a day, or `day`; one interval if not given");
    /// What is not over yet counts up to here.
    pub const NOW: Parameter = Parameter::optional("now", "time counts up to this instant, RFC 3339; now if not given");
    /// Whom it is about.
    pub const USER: Parameter = Parameter::optional("user", "only these agents; all if not given");
}
