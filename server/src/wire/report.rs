//! Reports: what there is to ask for, and what the answers look like.

use super::{Instant, of};
use readyroom_views::reports::formula::{self, RATIOS, SUMS};
use readyroom_views::reports::{Definition, REPORTS};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The reports there are, and the figures they tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reports {
    /// The reports.
    pub data: Vec<ReportDefinition>,
    /// The figures, the same in every report.
    pub figures: Vec<Figure>,
    /// Goes up when a formula changes.
    pub formula_version: &'static str,
}

/// What a report is called, what it tells, and what may be asked of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportDefinition {
    /// Its name, in addresses.
    #[schema(example = "state-time")]
    pub name: &'static str,
    /// What it tells.
    pub about: &'static str,
    /// What may be asked of it, beside `format`.
    pub parameters: Vec<ReportParameter>,
}

/// Something a report may be asked with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportParameter {
    /// Its name.
    pub name: &'static str,
    /// What it means, and what is assumed without it.
    pub about: &'static str,
    /// Whether the report cannot do without.
    pub required: bool,
}

/// A figure: one name, one formula.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Figure {
    /// Its name in every report; `_s` is seconds, the others are shares.
    pub name: &'static str,
    /// What else it is called.
    pub also: Option<&'static str>,
    /// How it is made.
    pub formula: &'static str,
}

impl Reports {
    /// All of them.
    pub fn all() -> Reports {
        let sums = SUMS.iter().map(|sum| Figure { name: sum.name, also: None, formula: sum.formula });
        let ratio = |ratio: &formula::Ratio| Figure { name: ratio.name, also: ratio.also, formula: ratio.formula };
        Reports {
            data: REPORTS.iter().map(ReportDefinition::from).collect(),
            figures: sums.chain(RATIOS.iter().map(ratio)).collect(),
            formula_version: formula::VERSION,
        }
    }
}

impl From<&Definition> for ReportDefinition {
    fn from(definition: &Definition) -> ReportDefinition {
        let parameters = definition.parameters.iter().map(|parameter| ReportParameter {
            name: parameter.name,
            about: parameter.about,
            required: parameter.required,
        });
        ReportDefinition { name: definition.name, about: definition.about, parameters: parameters.collect() }
    }
}

/// Where the time of agents went. Instants are shown in the zone.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used; the report writes itself row by row")]
pub struct StateTimeReport {
    /// The time zone.
    zone: String,
    /// The length of an interval; 1440 is a day of the calendar, null: the window is one.
    interval_minutes: Option<u32>,
    /// Goes up when a formula changes.
    formula_version: String,
    /// Where time with work in hand was read: in `segments`, or in `buckets`.
    handle_from: String,
    /// The first instant of the window.
    from: Instant,
    /// The first behind it.
    to: Instant,
    /// Up to when was counted.
    now: Instant,
    /// By agent, then by interval; intervals that begin behind now are left out.
    rows: Vec<StateTimeRow>,
    /// Each agent over the whole window.
    total: Vec<StateTimeTotal>,
    /// All agents over the whole window.
    overall: StateTimeFigures,
}

/// One agent in one interval.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct StateTimeRow {
    /// Who.
    user_id: of::Agent,
    /// Where the interval begins.
    from: Instant,
    /// Where it ends.
    to: Instant,
    #[serde(flatten)]
    figures: StateTimeFigures,
}

/// One agent over the whole window.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct StateTimeTotal {
    /// Who.
    user_id: of::Agent,
    #[serde(flatten)]
    figures: StateTimeFigures,
}

/// The figures. A share is null where it would divide by zero.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct StateTimeFigures {
    /// Seconds by bucket; buckets without time are left out.
    state_s: BTreeMap<String, f64>,
    /// Entries by bucket; buckets without are left out.
    entries: BTreeMap<String, u32>,
    /// Seconds in any bucket but offline.
    logged_in_s: f64,
    /// Seconds with work in hand or being wrapped up.
    handle_s: f64,
    /// Seconds ready and without work.
    free_s: f64,
    /// handle / (handle + free)
    occupancy: Option<f64>,
    /// handle / (handle + free + ring)
    occupancy_ring: Option<f64>,
    /// (ring + handle) / (ring + handle + free)
    occ_3: Option<f64>,
    /// (handle + extcall) / (handle + extcall + free + ring)
    occ_4: Option<f64>,
    /// handle / logged in
    utilization: Option<f64>,
    /// (ready + ring + incall + wrapup) / logged in
    util_2: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use utoipa::PartialSchema;

    #[test]
    fn the_schema_names_the_figures_that_the_formulas_have() {
        let schema = serde_json::to_value(StateTimeFigures::schema()).unwrap();
        let Value::Object(told) = &schema["properties"] else { panic!("{schema}") };
        let mut told: Vec<&str> = told.keys().map(String::as_str).collect();
        let mut known = vec!["state_s", "entries"];
        known.extend(SUMS.iter().map(|sum| sum.name));
        known.extend(RATIOS.iter().map(|ratio| ratio.name));
        told.sort_unstable();
        known.sort_unstable();
        assert_eq!(told, known);
    }

    #[test]
    fn every_report_is_listed_with_what_it_takes() {
        let told = serde_json::to_value(Reports::all()).unwrap();
        assert_eq!(told["data"].as_array().unwrap().len(), REPORTS.len());
        assert_eq!(told["data"][0]["parameters"][0]["name"], "from");
        assert_eq!(told["figures"].as_array().unwrap().len(), SUMS.len() + RATIOS.len());
    }
}
