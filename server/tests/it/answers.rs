//! What the commands answer, of stores that are whole.

use crate::scene::*;
use crate::{Run, lines, run, told};
use readyroom_core::event::codec::{self, Promise};
use readyroom_core::ids::*;
use readyroom_log::SqliteLog;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn inspect(dir: &Path, more: &str) -> Vec<Value> {
    run(dir, &format!("log inspect DIR --json {more}")).json()
}

fn kind(line: &Value) -> &str {
    line["event"].as_object().unwrap().keys().next().unwrap()
}

fn one(run: &Run) -> Value {
    let mut lines = run.json();
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

#[test]
fn inspect_prints_every_event_once_in_order() {
    let (dir, scene) = morning();
    let last = scene.engine.floor().last_no().0;
    let all = inspect(dir.path(), "");
    let positions: Vec<_> = all.iter().map(|line| line["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=last).collect::<Vec<_>>());
    assert_eq!((kind(&all[0]), &all[0]["time"]), ("AccountOpened", &json!("2026-03-02T09:00:00.000Z")));
    assert_eq!(all[0]["by"], json!({ "supervisor": UserId::from_u128(0xb0).to_string() }));

    let text = run(dir.path(), "log inspect DIR").with(0);
    assert_eq!(text.lines().count(), all.len());
    for (line, told) in text.lines().zip(&all) {
        assert!(line.contains(told["words"].as_str().unwrap()), "{line}");
        assert!(line.contains(told["time"].as_str().unwrap()), "{line}");
    }
    assert!(text.contains(&format!("{ANNA} accepted {} of {SALES}", call(1))), "{text}");
}

#[test]
fn inspect_shows_what_is_asked_for_and_no_more() {
    let (dir, _) = morning();
    let dir = dir.path();
    let all = inspect(dir, "");
    assert_eq!(inspect(dir, "--from 5 --to 9"), all[4..9]);
    assert_eq!(inspect(dir, "--limit 3"), all[..3]);
    let limited = run(dir, "log inspect DIR --limit 3");
    assert!(limited.err.contains("from position 4"), "{}", limited.err);

    let kinds = |lines: &[Value]| lines.iter().map(|line| kind(line).to_owned()).collect::<Vec<_>>();
    let of_call = inspect(dir, &format!("--conversation {}", call(1)));
    let expected = ["Arrived", "Queued", "OfferMade", "OfferAccepted", "WorkEnded", "ConversationEnded"];
    assert_eq!(kinds(&of_call), expected);
    let of_emil = inspect(dir, &format!("--user {EMIL}"));
    assert_eq!(kinds(&of_emil), ["AgentAdded", "MembershipSet"]);
    let both = inspect(dir, &format!("--user {ANNA} --queue {SALES} --conversation {}", call(1)));
    assert_eq!(kinds(&both), ["OfferMade", "OfferAccepted", "WorkEnded"]);

    let bordered = run(dir, "log inspect DIR --entries --json").json();
    let (borders, events): (Vec<_>, Vec<_>) = bordered.into_iter().partition(|line| line["entry"].is_u64());
    assert_eq!(events, all);
    let counted: u64 = borders.iter().map(|border| border["events"].as_u64().unwrap()).sum();
    assert_eq!(counted, all.len() as u64);

    let beyond = run(dir, "log inspect DIR --from 100000").with(1);
    assert!(beyond.contains(&format!("ends with event {}", all.len())), "{beyond}");
}

#[test]
fn a_promise_without_an_event_is_shown_and_passed_over() {
    let (dir, mut scene) = morning();
    let before = ["log fold DIR", "log rows DIR --table agent_event"].map(|line| run(dir.path(), line).with(0));
    let events = inspect(dir.path(), "").len();
    let log = SqliteLog::open(dir.path()).unwrap();
    let promise = Promise { key: [0xab; 16], request: [1; 16], status: 200, answer: b"{}".to_vec() };
    let mut body = Vec::new();
    codec::write_promise(&mut body, scene.engine.floor().last_at(), BOSS, &promise);
    scene.store_body(&log, 0, body);
    drop(log);

    let after = ["log fold DIR", "log rows DIR --table agent_event"].map(|line| run(dir.path(), line).with(0));
    assert_eq!(after, before);
    assert!(run(dir.path(), "log verify DIR").with(0).contains("1 epoch,"));
    for asked in ["", &format!("--from {events}"), &format!("--from {events} --to {events}")] {
        let told = inspect(dir.path(), asked);
        let told = told.last().unwrap();
        assert_eq!(told["position"], json!(events), "{asked}");
        let key = "ab".repeat(16);
        assert_eq!(told["promise"], json!({ "key": key, "request": "01".repeat(16), "status": 200, "answer": "{}" }));
    }
    assert_eq!(inspect(dir.path(), &format!("--to {}", events - 1)).len(), events - 1);
    let of_anna = inspect(dir.path(), &format!("--user {ANNA}"));
    assert!(of_anna.iter().all(|line| line["event"].is_object()), "a promise names nobody");
    let text = run(dir.path(), "log inspect DIR").with(0);
    assert!(text.lines().last().unwrap().ends_with("was promised 200 with 2 bytes"), "{text}");
}

#[test]
fn verify_finds_nothing_wrong_with_a_whole_store() {
    let (dir, scene) = morning();
    let floor = scene.engine.floor();
    let text = run(dir.path(), "log verify DIR").with(0);
    assert_eq!(text.lines().last(), Some("verdict: sound, nothing is wrong"));
    assert!(text.starts_with(&format!("account {ACCOUNT}: ")), "{text}");
    let told = run(dir.path(), "log verify DIR --json").json();
    assert_eq!(told[0]["account"], json!(ACCOUNT.to_string()));
    assert_eq!(told[0]["events"], json!(floor.last_no().0));
    assert_eq!(told[0]["digest"], json!(format!("{:016x}", floor.digest())));
    assert_eq!(told[1], json!({ "verdict": "sound", "findings": 0 }));
}

#[test]
fn fold_shows_the_floor_that_the_engine_had() {
    let (dir, scene) = morning();
    let floor = scene.engine.floor();
    let told = one(&run(dir.path(), "log fold DIR --json"));
    assert_eq!(told["position"], json!(floor.last_no().0));
    assert_eq!(told["digest"], json!(format!("{:016x}", floor.digest())));
    let buckets: Vec<_> = told["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| (agent["agent"].as_str().unwrap(), agent["bucket"].as_str().unwrap()))
        .collect();
    let names = [ANNA, BEN, CLEO, DORA, EMIL].map(|agent| agent.to_string());
    let expected = ["wrapup", "incall", "paused", "paused", "offline"];
    assert_eq!(buckets, names.iter().map(String::as_str).zip(expected).collect::<Vec<_>>());
    let sales = &told["queues"][1];
    assert_eq!((&sales["name"], &sales["waiting"], &sales["active"]), (&json!("sales"), &json!(1), &json!(1)));
    let waiting = told["conversations"].as_array().unwrap().iter().find(|row| row["stage"] == "waiting").unwrap();
    assert_eq!((&waiting["conversation"], &waiting["age_ms"]), (&json!(call(3).to_string()), &json!(30_000)));

    let text = run(dir.path(), "log fold DIR --time 2026-03-02T09:02:40Z").with(0);
    for word in
        ["wrapup", "Wrap-up", "Connected (at capacity)", "No answer", "WRAP_UP", "QUEUE_CALL", "LOGGED_OUT", "1m 00s"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn every_position_can_be_folded_to_and_explained() {
    let (dir, scene) = morning();
    let last = scene.engine.floor().last_no().0;
    for at in 0..=last {
        let told = one(&run(dir.path(), &format!("log fold DIR --at {at} --json")));
        assert_eq!(told["position"], json!(at));
    }
    let late = run(dir.path(), &format!("log fold DIR --at {}", last + 1)).with(1);
    assert!(late.contains(&format!("ends with event {last}")), "{late}");
    let early = run(dir.path(), "log fold DIR --time 2026-03-02T08:00:00Z").with(2);
    assert!(early.contains("--at"), "{early}");
}

#[test]
fn a_position_in_the_middle_of_an_entry_is_said_to_be_so() {
    let (dir, _) = morning();
    let arrived = inspect(dir.path(), &format!("--conversation {}", call(1)))[0]["position"].as_u64().unwrap();
    let told = run(dir.path(), &format!("explain DIR conversation {} --at {}", call(1), arrived + 1));
    assert!(told.err.contains(&format!("events up to {}", arrived + 2)), "{}", told.err);
    assert!(told.out.contains(&format!("{ANNA}  may take it, and comes first")), "{}", told.out);
}

#[test]
fn rows_are_those_of_the_tables_in_three_forms() {
    let (dir, _) = morning();
    let columns = "seq,ts,user_id,from_status,to_status,reason,call_id";
    let csv = run(dir.path(), "log rows DIR --table agent_event --csv").with(0);
    assert_eq!(csv.lines().next(), Some(columns));
    assert!(csv.contains(&format!(",{ANNA},ring,incall,,{}\r\n", call(1))), "{csv}");
    assert!(csv.contains(&format!(",{DORA},ready,paused,lunch_break,\r\n")), "{csv}");
    for table in ["agent_event", "agent_activity", "conversation_segment"] {
        let csv = run(dir.path(), &format!("log rows DIR --table {table} --csv")).with(0);
        let rows = run(dir.path(), &format!("log rows DIR --table {table} --json")).json();
        let text = run(dir.path(), &format!("log rows DIR --table {table}")).with(0);
        assert!(rows.len() > 5, "{table}");
        assert_eq!((csv.lines().count(), text.lines().count()), (rows.len() + 1, rows.len() + 1));
        let header: BTreeSet<_> = csv.lines().next().unwrap().split(',').collect();
        for (index, row) in rows.iter().enumerate() {
            assert_eq!(row["seq"], json!(index + 1));
            let keys: BTreeSet<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, header);
        }
    }
    assert_eq!(run(dir.path(), "log rows DIR --table cats").code, 2);
    assert_eq!(run(dir.path(), "log rows DIR --table agent_event --json --csv").code, 2);
}

#[test]
fn explain_says_why_a_conversation_waits() {
    let (dir, _) = morning();
    let line = format!("explain DIR conversation {}", call(3));
    let told = one(&run(dir.path(), &format!("{line} --json")));
    assert_eq!((&told["stage"], &told["place"], &told["waited_ms"]), (&json!("waiting"), &json!(1), &json!(30_000)));
    let candidates = told["candidates"].as_array().unwrap().iter();
    let said: Vec<_> = candidates
        .map(|it| (it["agent"].as_str().unwrap(), it["verdict"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    let names = [ANNA, BEN, CLEO, DORA, EMIL].map(|agent| agent.to_string());
    let codes = ["wrap_up", "at_capacity", "on_break", "on_break", "offline"];
    let expected: Vec<_> = names.iter().zip(codes).map(|(name, code)| (name.as_str(), "refused", code)).collect();
    assert_eq!(said, expected);
    let text = run(dir.path(), &line).with(0);
    assert!(text.contains(&format!("{ANNA}  may not: in wrap-up (wrap_up)")), "{text}");
    assert!(text.contains("waits in ") && text.contains("\"sales\" for 30s, place 1"), "{text}");
    assert!(text.contains("who may take it: nobody"), "{text}");
}

#[test]
fn explain_says_why_an_agent_has_nothing_to_do() {
    let (dir, _) = morning();
    for queue in [String::new(), format!("--queue {SALES}"), "--queue 8000".to_owned()] {
        let line = format!("explain DIR agent {DORA} {queue}");
        let told = one(&run(dir.path(), &format!("{line} --json")));
        assert_eq!((&told["bucket"], &told["reason"]), (&json!("paused"), &json!("lunch_break")));
        assert_eq!(told["queues"][0]["acd"], json!("NOT_READY"));
        assert_eq!(told["queues"][0]["refused"][0]["code"], json!("on_break"));
        assert_eq!(told["queues"][0]["waiting"][0]["conversation"], json!(call(3).to_string()));
        let text = run(dir.path(), &line).with(0);
        assert!(text.contains("no calls: on a break (on_break)"), "{text}");
    }
    let nowhere = run(dir.path(), &format!("explain DIR agent {DORA} --queue 8001")).with(1);
    assert!(nowhere.contains("no queue has the number 8001"), "{nowhere}");
    let no_member = run(dir.path(), &format!("explain DIR agent {DORA} --queue {GENERAL}")).with(1);
    assert!(no_member.contains("is not a member"), "{no_member}");
    assert_eq!(run(dir.path(), &format!("explain DIR agent {DORA} --queue sales")).code, 2);
}

#[test]
fn explain_says_why_an_offer_went_where_it_went() {
    let (dir, _) = morning();
    let made: Vec<_> = inspect(dir.path(), "").into_iter().filter(|line| kind(line) == "OfferMade").collect();
    let of = |index: usize| made[index]["event"]["OfferMade"]["offer"].as_str().unwrap();
    let told = one(&run(dir.path(), &format!("explain DIR offer {} --json", of(0))));
    assert_eq!((&told["agent"], &told["position"]), (&json!(ANNA.to_string()), &made[0]["position"]));
    assert_eq!(told["chosen"], json!({ "verdict": "first" }));
    let others = told["candidates"].as_array().unwrap().iter();
    let said: Vec<_> = others.map(|it| (it["agent"].as_str().unwrap(), it["code"].as_str().unwrap())).collect();
    let names = [CLEO, BEN, DORA, EMIL].map(|agent| agent.to_string());
    let codes = ["idle_for_less_time", "higher_tier_level", "on_break", "offline"];
    assert_eq!(said, names.iter().map(String::as_str).zip(codes).collect::<Vec<_>>());
    assert_eq!((&told["became"]["outcome"], &told["became"]["after_ms"]), (&json!("accepted"), &json!(4_000)));

    let text = run(dir.path(), &format!("explain DIR offer {}", of(1))).with(0);
    for phrase in [
        format!("was offered to {CLEO}"),
        "because it came first of all who could take it".into(),
        "it was missed after 20s".into(),
        format!("{ANNA}  may not: no room for more (at_capacity)"),
        format!("{BEN}  may take it, and comes behind the first: in a higher tier (higher_tier_level)"),
    ] {
        assert!(text.contains(&phrase), "{phrase}: {text}");
    }
    let unknown = run(dir.path(), &format!("explain DIR offer {}", OfferId::from_u128(5))).with(1);
    assert!(unknown.contains("no event of account"), "{unknown}");
}

#[test]
fn what_is_not_there_is_said_to_be_gone_not_yet_there_or_unknown() {
    let (dir, scene) = morning();
    let log = SqliteLog::open(dir.path()).unwrap();
    let mut scene = scene;
    scene.wake(&log, 141); // The wrap-up ends, and anna gets the third call.
    drop(log);
    let ended = inspect(dir.path(), &format!("--conversation {}", call(1)));
    let ended = ended.iter().find(|line| kind(line) == "ConversationEnded").unwrap();
    let gone = run(dir.path(), &format!("explain DIR conversation {}", call(1))).with(1);
    assert!(gone.contains(&format!("with event {} ", ended["position"])), "{gone}");
    assert!(gone.contains("ended: handled"), "{gone}");
    let early = run(dir.path(), &format!("explain DIR conversation {} --at 20", call(3))).with(1);
    assert!(early.contains("is the first that names it"), "{early}");
    let never = run(dir.path(), &format!("explain DIR conversation {}", call(9))).with(1);
    assert!(never.contains("no event of account"), "{never}");
    let nobody = run(dir.path(), &format!("explain DIR agent {}", UserId::from_u128(9))).with(1);
    assert!(nobody.contains("no event of account"), "{nobody}");
}

#[test]
fn of_several_accounts_one_must_be_named() {
    let (dir, _) = morning();
    let other = AccountId::from_u128(0xad);
    let log = SqliteLog::open(dir.path()).unwrap();
    Scene::begin(&log, other).morning(&log);
    drop(log);
    for line in
        ["log inspect DIR", "log fold DIR", "log rows DIR --table agent_event", &format!("explain DIR agent {ANNA}")]
    {
        let asked = run(dir.path(), line).with(2);
        assert!(asked.contains(&ACCOUNT.to_string()) && asked.contains(&other.to_string()), "{asked}");
        assert!(asked.contains("--account"), "{asked}");
        run(dir.path(), &format!("{line} --account {other}")).with(0);
    }
    let unknown = run(dir.path(), &format!("log fold DIR --account {}", AccountId::from_u128(1))).with(1);
    assert!(unknown.contains("there is no account ac_"), "{unknown}");
    assert_eq!(run(dir.path(), "log verify DIR").with(0).lines().count(), 3);
}

#[test]
fn a_trimmed_log_is_folded_from_its_snapshot() {
    let (dir, mut scene) = morning();
    let log = SqliteLog::open(dir.path()).unwrap();
    let snapshot = scene.snapshot();
    let (upto, first) = (snapshot.at.pos, snapshot.at.next_no);
    readyroom_log::Log::put_snapshot(&log, &snapshot).unwrap();
    scene.wake(&log, 141);
    let whole = run(dir.path(), "log fold DIR --json").with(0);
    readyroom_log::Log::trim(&log, readyroom_log::Account(ACCOUNT.0), upto).unwrap();
    drop(log);
    let trimmed = run(dir.path(), "log fold DIR --json").with(0);
    assert_eq!(one_of(&trimmed)["digest"], one_of(&whole)["digest"]);
    assert_eq!(run(dir.path(), "log verify DIR").with(0).lines().count(), 2);
    let inspected = run(dir.path(), "log inspect DIR --json");
    assert!(inspected.err.contains("trimmed away"), "{}", inspected.err);
    assert_eq!(inspected.json()[0]["position"], json!(first));
    let before = run(dir.path(), "log fold DIR --at 3").with(3);
    assert!(before.contains("no snapshot leads to event 3"), "{before}");
    let rows = run(dir.path(), "log rows DIR --table agent_event").with(3);
    assert!(rows.contains("trimmed away"), "{rows}");
}

fn one_of(text: &str) -> Value {
    lines(text).remove(0)
}

#[test]
fn every_command_explains_itself_with_examples_and_exit_codes() {
    let dir = TempDir::new().unwrap();
    for line in ["", "log inspect", "log verify", "log fold", "log rows", "explain", "report state-time"] {
        let help = run(dir.path(), &format!("{line} --help")).with(0);
        assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{line}: {help}");
        let page = run(dir.path(), &format!("man {line}")).with(0);
        assert!(page.contains(".SH") && page.contains("readyroom"), "{line}: {page}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(dir.path(), &format!("completions {shell}")).with(0).contains("inspect"));
    }
    for wrong in ["", "logs", "log", "log inspect", "log inspect DIR --from x", "explain DIR agent cv_1", "man cats"] {
        assert_eq!(run(dir.path(), wrong).code, 2, "{wrong}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_may_go() {
    let (dir, _) = morning();
    for line in ["log inspect", "log verify", "log fold"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_readyroom"));
        command.args(line.split(' ')).arg(dir.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{line}");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_readyroom"));
    command.args(["log", "inspect"]).arg(dir.path()).stdout(full);
    assert!(told(command.output().unwrap()).with(3).contains("could not be written"));
}
