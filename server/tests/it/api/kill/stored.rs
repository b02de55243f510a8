//! Reads what the log holds in the end, and lays the clients' books beside it.

use super::player::World;
use readyroom_core::event::codec::{self, Kept};
use readyroom_core::event::{Event, OfferOutcome, Recorded, WrapUpOutcome};
use readyroom_core::ids::{AccountId, EventNo};
use readyroom_log::open::StartFrom;
use readyroom_log::{Account, Log, SqliteLog, Step};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Checks a store that was stopped.
pub fn check(dir: &Path, account: &str, world: &World, kills: u64, history: &[Value]) {
    crate::run(dir, "log verify DIR").with(0);
    let (events, promises) = read(dir, account);
    let reopened = events.iter().filter(|event| event.event == Event::Reopened {}).count() as u64;
    assert!(reopened >= kills, "it was opened {reopened} times after {kills} kills");
    conversations(&events, world);
    offers(&events, world);
    answers(&promises, world);
    let rows = crate::run(dir, "log rows DIR --table agent_event --json").json();
    chained(&rows);
    assert_eq!(rows, history, "the history that readers were given is what the log makes");
    let books = world.books();
    eprintln!(
        "{kills} kills: {} events, {} conversations, {} keyed answers, {} requests without one",
        events.len(),
        books.conversations.len(),
        books.done.len(),
        books.unanswered
    );
}

fn read(dir: &Path, account: &str) -> (Vec<Recorded>, Vec<Kept>) {
    let log = SqliteLog::open_read_only(dir).unwrap();
    let account = Account(account.parse::<AccountId>().unwrap().0);
    let upto = log.tail(account).unwrap().unwrap().pos;
    let (mut events, mut promises) = (Vec::new(), Vec::new());
    readyroom_log::replay(&log, account, upto, StartFrom::Beginning, &mut |step| {
        if let Step::Entry(stored) = step
            && !stored.entry.is_barrier()
        {
            let body = codec::read_body(&stored.entry.body, EventNo(stored.entry.first_no)).unwrap();
            events.extend(body.events);
            promises.extend(body.promises);
        }
        Ok(())
    })
    .unwrap();
    assert!(events.iter().enumerate().all(|(at, event)| event.no.0 == at as u64 + 1), "events are counted");
    (events, promises)
}

/// Those that arrived are those whose arrival was answered; each ended once.
fn conversations(events: &[Recorded], world: &World) {
    let (mut arrived, mut ended) = (Vec::new(), Vec::new());
    for event in events {
        match &event.event {
            Event::Arrived { conversation, .. } => arrived.push(conversation.to_string()),
            Event::ConversationEnded { conversation, .. } => ended.push(conversation.to_string()),
            _ => {}
        }
    }
    arrived.sort();
    ended.sort();
    let known: Vec<String> = world.books().conversations.keys().cloned().collect();
    assert_eq!(arrived, known, "what arrived is what was answered");
    assert_eq!(ended, known, "what arrived has ended, once");
}

/// Every offer ended once, not before its time, as its agent was told and when the board said.
fn offers(events: &[Recorded], world: &World) {
    let books = world.books();
    let mut out = BTreeMap::new();
    let mut accepted = BTreeSet::new();
    let mut wrapping = BTreeMap::new();
    for Recorded { at, event, .. } in events {
        match event {
            Event::OfferMade { offer, until, .. } => {
                let id = offer.to_string();
                assert!(books.until.get(&id).is_none_or(|&seen| seen == until.0), "{id} showed another deadline");
                assert_eq!(out.insert(id, *until), None);
            }
            Event::OfferAccepted { offer, .. } => {
                out.remove(&offer.to_string()).expect("it was out");
                accepted.insert(offer.to_string());
            }
            Event::OfferEnded { offer, outcome, .. } => {
                let until = out.remove(&offer.to_string()).expect("it was out");
                let ran_out = [OfferOutcome::Missed, OfferOutcome::ServerDown].contains(outcome);
                assert!(!ran_out || *at >= until, "{offer} ended at {at:?} and stood until {until:?}");
            }
            Event::WorkEnded { agent, conversation, wrap_up_until: Some(until), .. } => {
                wrapping.insert((*agent, *conversation), *until);
            }
            Event::WrapUpEnded { agent, conversation: Some(conversation), outcome } => {
                let until = wrapping.remove(&(*agent, *conversation)).expect("it had begun");
                assert!(*outcome != WrapUpOutcome::Expired || *at >= until, "{conversation} ended at {at:?}");
            }
            _ => {}
        }
    }
    assert!(out.is_empty() && wrapping.is_empty(), "nothing is left open: {out:?} {wrapping:?}");
    for (offer, told) in &books.accepts {
        assert_eq!(accepted.contains(offer), *told, "{offer}: what its agent was told is what is stored");
    }
}

/// Every answer under a key is promised once, at its position; and nothing else is.
fn answers(promises: &[Kept], world: &World) {
    let keys: BTreeSet<_> = promises.iter().map(|kept| kept.promise.key).collect();
    assert_eq!(keys.len(), promises.len(), "no key was answered twice");
    let mut stored: Vec<_> = promises
        .iter()
        .map(|kept| {
            let mut answer: Value = serde_json::from_slice(&kept.promise.answer).unwrap();
            answer["position"] = kept.no.0.into();
            (kept.no.0, kept.promise.status, answer.to_string())
        })
        .collect();
    let books = world.books();
    let mut told: Vec<_> =
        books.done.iter().map(|done| (done.position(), done.status, done.answer.to_string())).collect();
    stored.sort();
    told.sort();
    assert_eq!(stored, told, "what was answered is what was promised");
}

/// Rows are counted, and each agent's begins where the one before it ended.
fn chained(rows: &[Value]) {
    let mut stood: BTreeMap<&str, &str> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let text = |name: &str| row[name].as_str().unwrap();
        assert_eq!(row["seq"], at as u64 + 1);
        let before = stood.insert(text("user_id"), text("to_status")).unwrap_or("offline");
        assert_eq!(text("from_status"), before, "{row}");
        assert_ne!(text("from_status"), text("to_status"), "{row}");
    }
}
