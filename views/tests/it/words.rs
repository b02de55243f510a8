//! What people read, and what each row of the widget shows.

use crate::combination::*;
use readyroom_core::floor::facts::AgentFacts;
use readyroom_core::ids::{ReasonCode, Timestamp};
use readyroom_core::settings::{ReasonClass, ReasonSettings, reasons};
use readyroom_views::fresh_agent;
use readyroom_views::vocabulary::*;
use std::collections::BTreeSet;

fn labels(reasons: &[ReasonSettings], in_use: &[ReasonCode]) -> Vec<String> {
    let in_use = BTreeSet::from_iter(in_use.iter().copied());
    let filters = filters(reasons, &in_use);
    let names = |code: ReasonCode| reasons.iter().find(|reason| reason.code == code).unwrap().names[0].1.as_str();
    filters.into_iter().map(|filter| filter.label(names).to_owned()).collect()
}

fn added(code_text: &str, name: &str, active: bool) -> ReasonSettings {
    ReasonSettings {
        code: code(code_text),
        names: vec![("en".to_owned(), name.to_owned()), ("ru".to_owned(), format!("{name} (ru)"))],
        class: ReasonClass::Away,
        paid: true,
        colour: "#FFFFFF".to_owned(),
        active,
    }
}

#[test]
fn the_filter_lists_exactly_the_statuses() {
    // E-28, with one reason added.
    let reasons = [reasons::built_in(), vec![added("dentist", "Dentist", true)]].concat();
    assert_eq!(
        labels(&reasons, &[]),
        [
            "All",
            "Active (doesn't receive threads)",
            "Active",
            "Active (free)",
            "Active (finishing)",
            "Lunch break",
            "Short break",
            "Training",
            "Meeting",
            "Technical break",
            "Dentist",
            "Not ready",
            "Inactive (kicked out)",
            "Offline",
        ]
    );
}

#[test]
fn a_reason_in_use_is_an_option_even_when_nobody_may_choose_it() {
    let reasons = [reasons::built_in(), vec![added("dentist", "Dentist", false)]].concat();
    assert!(!labels(&reasons, &[]).contains(&"Dentist".to_owned()));
    let in_use = [code("dentist"), reasons::NO_ANSWER, reasons::UNSPECIFIED, reasons::KICKED_OUT];
    let labels = labels(&reasons, &in_use);
    for label in ["Dentist", "No answer", "Unspecified", "Inactive (kicked out)"] {
        assert_eq!(labels.iter().filter(|known| *known == label).count(), 1, "{label}");
    }
}

#[test]
fn every_agent_is_shown_by_all_and_by_exactly_one_other_option() {
    // E-06, E-08; *Active* leaves out *Active (free)*.
    let reasons = [reasons::built_in(), vec![added("admin", "Admin", true)]].concat();
    let options = filters(&reasons, &BTreeSet::new());
    assert_eq!(options[0], Filter::default());
    each(0..1, |it| {
        let word = widget(&it.facts());
        assert!(Filter::All.shows(word));
        assert_eq!(options[1..].iter().filter(|option| option.shows(word)).count(), 1, "{it:?}");
    });
}

#[test]
fn active_rows_show_counts_and_all_others_a_duration() {
    // Readings 1 and 2 of the widget.
    for word in Widget::all([code("lunch_break")]) {
        let label = word.label(|_| "Lunch break");
        assert_eq!(word.shows_counts(), label.starts_with("Active"), "{label}");
    }
}

#[test]
fn a_duration_runs_since_the_status_or_since_the_last_session() {
    let lunch = AgentFacts { status_since: Timestamp(5), ..Combination { wish: Wish::Away, ..READY }.facts() };
    assert_eq!(widget_since(&lunch), Some(Timestamp(5)));
    // Reading 3: of one who never logged in, a dash.
    assert_eq!(widget_since(&fresh_agent(AGENT)), None);
    let gone = AgentFacts { logged_out_at: Some(Timestamp(7)), ..fresh_agent(AGENT) };
    assert_eq!(widget_since(&gone), Some(Timestamp(7)));
}

#[test]
fn a_reason_is_called_by_the_locale_or_in_english_or_by_its_code() {
    let reasons = [added("dentist", "Dentist", true)];
    assert_eq!(reason_name(&reasons, &code("dentist"), "ru"), "Dentist (ru)");
    assert_eq!(reason_name(&reasons, &code("dentist"), "de"), "Dentist");
    assert_eq!(reason_name(&reasons, &code("gone"), "de"), "gone");
}

#[test]
fn the_aux_column_shows_the_reason_or_wrap_up() {
    // M-23 and reading 2: begun by itself or by hand, it reads the same.
    let aux_of = |it: Combination| aux(&it.facts()).map(|aux| aux.label(|_| "the reason").to_owned());
    assert_eq!(aux_of(Combination { voice: Voice::Wrapping, ..READY }), Some("Wrap-up".to_owned()));
    assert_eq!(aux_of(Combination { voice: Voice::WrapUpByHand, ..READY }), Some("Wrap-up".to_owned()));
    assert_eq!(
        aux_of(Combination { wish: Wish::Busy, voice: Voice::Wrapping, ..READY }),
        Some("the reason".to_owned())
    );
    assert_eq!(aux_of(Combination { wish: Wish::Offline, voice: Voice::Wrapping, ..READY }), None);
    assert_eq!(aux_of(READY), None);
}

#[test]
fn a_break_at_the_desk_is_away_or_busy_by_its_class() {
    assert_eq!(desk(&Combination { wish: Wish::Away, ..READY }.facts()), Desk::Away);
    assert_eq!(desk(&Combination { wish: Wish::Busy, ..READY }.facts()), Desk::Busy);
    // Wrap-up is Busy, but not on a break that is Away.
    assert_eq!(desk(&Combination { wish: Wish::Away, voice: Voice::Wrapping, ..READY }.facts()), Desk::Away);
    assert_eq!(desk(&Combination { wish: Wish::NotReady, voice: Voice::Wrapping, ..READY }.facts()), Desk::Busy);
}

#[test]
fn the_words_are_those_of_the_seeds() {
    let labels = |words: &[Desk]| words.iter().map(|word| word.label()).collect::<Vec<_>>();
    assert_eq!(labels(Desk::ALL), ["Offline", "Busy", "Away", "Available"]);
    let acd: Vec<_> = AcdState::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(acd, ["LOGGED_OUT", "OFFLINE", "NOT_READY", "READY", "QUEUE_CALL", "OTHER_CALL", "WRAP_UP"]);
}

#[test]
fn words_are_written_and_read_as_machines_know_them() {
    for word in Bucket::ALL {
        let text = serde_json::to_string(word).unwrap();
        assert_eq!(text, format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<Bucket>(&text).unwrap(), *word);
    }
    assert!(serde_json::from_str::<Bucket>("\"asleep\"").is_err());
    let lunch = serde_json::to_value(Widget::Inactive(code("lunch_break"))).unwrap();
    assert_eq!(lunch, serde_json::json!({"status": "inactive", "reason": "lunch_break"}));
    for word in Widget::all([code("lunch_break")]) {
        assert_eq!(serde_json::to_value(word).unwrap()["status"], word.as_str());
    }
}
