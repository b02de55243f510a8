//! All tables together: their shapes, their words, and that they are the same whenever made.

use crate::combination::*;
use crate::floor::Numbers;
use readyroom_core::event::*;
use readyroom_core::floor::facts::{AgentFacts, Facts};
use readyroom_core::ids::*;
use readyroom_views::tables::{Cell, Filled, Kind, Tables, Tracker};

#[test]
fn every_table_has_its_own_name_and_begins_with_seq() {
    let mut names: Vec<_> = Tables::SHAPES.iter().map(|shape| shape.name).collect();
    assert_eq!(names, ["agent_event", "agent_activity", "conversation_segment", "message", "client"]);
    names.dedup();
    assert_eq!(names.len(), Tables::SHAPES.len());
    for shape in Tables::SHAPES {
        assert_eq!((shape.columns[0].name, shape.columns[0].kind), ("seq", Kind::Seq), "{}", shape.name);
        assert!(shape.columns[1..].iter().all(|column| column.kind != Kind::Seq), "{}", shape.name);
        let mut columns: Vec<_> = shape.columns.iter().map(|column| column.name).collect();
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), shape.columns.len(), "{}", shape.name);
    }
}

/// A log of agents that change by chance.
fn log() -> Vec<(Recorded, Facts)> {
    let mut lives = Vec::new();
    each(0..1, |it| lives.push(*it));
    let mut dice = Numbers(3);
    (1..=5_000)
        .map(|no| {
            let agent = UserId::from_u128(1 + dice.below(3) as u128);
            let it = dice.one_of(&lives);
            let reason = it.wish.reason().map(|reason| reason.code);
            let (status, cause) = (it.wish.status(), StatusCause::Asked);
            let event = Event::StatusSet { agent, status, reason, out_only: it.out_only, cause };
            let (at, by) = (Timestamp(no as i64 / 3), Actor::Agent(agent));
            (Recorded { no: EventNo(no), at, by, event }, Facts::Agent(AgentFacts { agent, ..it.facts() }))
        })
        .collect()
}

#[test]
fn the_same_log_gives_the_same_rows_also_after_a_stop_between() {
    let log = log();
    let (mut whole, mut in_two) = (Vec::<Filled>::new(), Vec::new());
    let (mut tracker, mut tables) = (Tracker::default(), Tables::default());
    for (event, facts) in &log {
        tables.fold(&tracker.step(event, [facts]), &mut whole);
    }

    let (mut tracker, mut tables) = (Tracker::default(), Tables::default());
    for (index, (event, facts)) in log.iter().enumerate() {
        if index == 2_000 {
            // What the folds remember was kept; the facts come from the floor.
            tables = serde_json::from_str(&serde_json::to_string(&tables).unwrap()).unwrap();
            tracker = Tracker::default();
            for (_, facts) in &log[..index] {
                tracker.seed(facts);
            }
        }
        tables.fold(&tracker.step(event, [facts]), &mut in_two);
    }
    assert_eq!(whole, in_two);

    for shape in Tables::SHAPES {
        let seqs = whole.iter().filter(|row| row.table == shape.name).map(|row| row.cells[0].clone());
        assert!(seqs.eq((1..).map(Cell::Int).take(whole.iter().filter(|row| row.table == shape.name).count())));
    }
}

/// The cells of the one row that an event gives in `agent_activity`, by column.
fn activity(by: Actor, event: &Event) -> impl Fn(&str) -> Cell + use<> {
    let (mut tracker, mut tables, mut out) = (Tracker::default(), Tables::default(), Vec::new());
    let recorded = Recorded { no: EventNo(1), at: Timestamp(1), by, event: event.clone() };
    tables.fold(&tracker.step(&recorded, [&Facts::Agent(RINGING.facts())]), &mut out);
    let shape = Tables::SHAPES.iter().find(|shape| shape.name == "agent_activity").unwrap();
    let row = out.into_iter().find(|row| row.table == shape.name).unwrap();
    move |name| row.cells[shape.columns.iter().position(|column| column.name == name).unwrap()].clone()
}

const RINGING: Combination = Combination { voice: Voice::Offered, ..READY };

/// What the log calls it.
fn logged(value: impl serde::Serialize) -> Cell {
    match serde_json::to_value(value).unwrap() {
        serde_json::Value::String(word) => Cell::Text(word.into()),
        serde_json::Value::Object(fields) => Cell::Text(fields.keys().next().unwrap().clone().into()),
        other => panic!("no word: {other}"),
    }
}

#[test]
fn tables_and_log_use_the_same_words() {
    for cause in [
        StatusCause::Asked,
        StatusCause::LogIn,
        StatusCause::LogOut,
        StatusCause::QueueLogIn,
        StatusCause::QueueReady,
        StatusCause::LastQueue,
        StatusCause::NoAnswer,
        StatusCause::ExternalCall,
        StatusCause::Deactivated,
    ] {
        let event = Event::StatusSet { agent: AGENT, status: Status::Available, reason: None, out_only: false, cause };
        assert_eq!(activity(Actor::Client, &event)("cause"), logged(cause));
        assert_eq!(activity(Actor::Client, &event)("status"), logged(Status::Available));
    }
    let (user, key) = (UserId::from_u128(5), KeyId::from_u128(6));
    for by in [Actor::Agent(user), Actor::Supervisor(user), Actor::Client, Actor::Signalling, Actor::Integration(key)] {
        assert_eq!(activity(by, &Event::Reopened {})("actor"), logged(by));
    }
    for rule in [
        Policy::Router,
        Policy::OfferTimeout,
        Policy::WrapUpTimeout,
        Policy::LeaseEnd,
        Policy::LostDevice,
        Policy::NoAnswer,
        Policy::Leaving,
        Policy::AfterExternalCall,
        Policy::AutoAccept,
        Policy::ReturnToSender,
        Policy::Reopen,
        Policy::Upkeep,
    ] {
        let row = activity(Actor::Policy(rule), &Event::Reopened {});
        assert_eq!((row("actor"), row("actor_id")), (logged(Actor::Policy(rule)), logged(rule)));
    }
}

#[test]
fn the_cause_of_what_is_no_status_is_the_kind_of_the_event() {
    let events = [
        Event::AgentDeactivated { agent: AGENT },
        Event::LeavingCancelled { agent: AGENT },
        Event::QueueLoggedOut { agent: AGENT, queue: HERE },
        Event::ExternalCallStarted { agent: AGENT, call: OUTSIDE },
        Event::WrapUpStarted { agent: AGENT },
    ];
    for event in events {
        let Cell::Text(kind) = logged(&event) else { panic!("a variant has a name") };
        // The log's `WrapUpStarted` is the table's `wrap_up_started`.
        let snake = kind.chars().fold(String::new(), |snake, letter| match letter {
            'A'..='Z' if snake.is_empty() => letter.to_lowercase().to_string(),
            'A'..='Z' => format!("{snake}_{}", letter.to_lowercase()),
            _ => format!("{snake}{letter}"),
        });
        assert_eq!(activity(Actor::Client, &event)("cause"), Cell::Text(snake.into()));
    }
}
