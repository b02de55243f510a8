//! `report state-time`: hand-checked figures, from files and from a store, and files that are refused.

use crate::scene::*;
use crate::{Run, run, told};
use readyroom::report::{Asked, NamedChange, People, state_time};
use readyroom_core::ids::{Timestamp, UserId};
use readyroom_views::reports::cells::Span;
use readyroom_views::vocabulary::Bucket;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const HEADER: &str = "seq,ts,user_id,from_status,to_status,reason,call_id\n";

/// What formulas are called in the vectors, and in the report.
const FIGURES: [(&str, &str); 7] = [
    ("staffed_s", "logged_in_s"),
    ("occ_1", "occupancy"),
    ("occ_2", "occupancy_ring"),
    ("occ_3", "occ_3"),
    ("occ_4", "occ_4"),
    ("util_1", "utilization"),
    ("util_2", "util_2"),
];

/// Hand-checked figures.
pub fn vectors() -> Vec<Value> {
    let data: Value = serde_json::from_str(include_str!("../data/state_time.json")).unwrap();
    data["cases"].as_array().unwrap().clone()
}

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn instant(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// Runs the report on `log.csv` in the directory, with these words behind it.
fn report(dir: &Path, words: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readyroom"));
    command.current_dir(dir).args(["report", "state-time", "--agent-events", "log.csv"]).args(words);
    told(command.stdin(Stdio::null()).output().unwrap())
}

/// The same on a file that holds this, over the first hour of 1970.
fn report_on(file: impl AsRef<[u8]>, more: &[&str]) -> Run {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("log.csv"), file).unwrap();
    let hour = ["--from", "1970-01-01T00:00:00Z", "--to", "1970-01-01T01:00:00Z", "--now", "1970-01-01T02:00:00Z"];
    report(dir.path(), &[&hour, more].concat())
}

fn file_of(case: &Value) -> String {
    let mut file = HEADER.to_owned();
    for row in case["agent_event"].as_array().unwrap() {
        let cells = row.as_array().unwrap().iter().map(|cell| match cell {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        });
        file += &format!("{},\n", cells.collect::<Vec<_>>().join(","));
    }
    file
}

/// Up to when the case counts: what it says, or the whole window.
pub fn now(case: &Value) -> &str {
    case["now"].as_str().unwrap_or(text(&case["window"], "to"))
}

fn check_figures(told: &Value, seconds: &Value, formulas: &Value, place: &str) {
    let of = |value: &Value| -> Vec<(String, Option<f64>)> {
        value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_f64())).collect::<Vec<_>>()
    };
    assert_eq!(of(&told["state_s"]), of(seconds), "{place}: {told}");
    for (name, ours) in FIGURES {
        assert_eq!(told[ours].as_f64(), formulas[name].as_f64(), "{place}: {name}: {told}");
        assert!(told.get(ours).is_some() && formulas.get(name).is_some(), "{place}: {name}");
    }
}

/// Holds a report about one agent against a case.
pub fn check(case: &Value, told: &Value, agent: &str, handle_from: &str) {
    let (id, expected) = (text(case, "id"), &case["expected"]);
    let (seconds, formulas) = (&expected["state_seconds"], &expected["formulas"]);
    for whole in [&told["total"][0], &told["overall"]] {
        check_figures(whole, seconds, formulas, id);
    }
    assert_eq!(told["total"].as_array().unwrap().len(), 1);
    assert_eq!(told["total"][0]["user_id"], agent);
    assert_eq!((&told["zone"], &told["handle_from"]), (&case["time_zone"], &json!(handle_from)));
    assert_eq!(told["interval_minutes"], case["interval_minutes"]);
    let rows = told["rows"].as_array().unwrap();
    match expected["intervals"].as_array() {
        None => assert_eq!(rows.len(), 1, "{id}: without an interval the window is one"),
        Some(intervals) => {
            assert_eq!(rows.len(), intervals.len(), "{id}");
            for (row, interval) in rows.iter().zip(intervals) {
                assert_eq!(row["from"], interval["start_local"], "{id}");
                let length = instant(text(row, "to")).ms_since(instant(text(row, "from")));
                assert_eq!(length, interval["length_s"].as_u64().unwrap() * 1_000, "{id}");
                check_figures(row, &interval["state_seconds"], &interval["formulas"], id);
            }
        }
    }
    if let Some(ring) = expected.get("ring_entries") {
        assert_eq!(&told["overall"]["entries"]["ring"], ring, "{id}");
        assert_eq!(told["overall"]["state_s"].get("ring"), None, "{id}: no time, so left out");
    }
    if let Some(transitions) = expected["transitions_in_window"].as_u64() {
        // The row at the window's first instant is an entry, and no transition within it.
        let entries: u64 = told["overall"]["entries"].as_object().unwrap().values().flat_map(Value::as_u64).sum();
        assert_eq!(entries, transitions + 1, "{id}");
    }
}

#[test]
fn every_hand_checked_vector_comes_out_of_the_program() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 11);
    for case in &vectors {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("log.csv"), file_of(case)).unwrap();
        let (window, interval) = (&case["window"], case["interval_minutes"].to_string());
        let mut words = vec!["--from", text(window, "from"), "--to", text(window, "to")];
        words.extend(["--zone", text(case, "time_zone"), "--now", now(case)]);
        if interval != "null" {
            words.extend(["--interval", &interval]);
        }
        check(case, &report(dir.path(), &words).json()[0], "agent1", "buckets");
    }
}

#[test]
fn every_hand_checked_vector_comes_out_of_the_function() {
    for case in &vectors() {
        let window = &case["window"];
        let asked = Asked {
            window: Span { from: instant(text(window, "from")), to: instant(text(window, "to")) },
            zone: text(case, "time_zone").parse().unwrap(),
            interval: case["interval_minutes"].as_u64().map(|minutes| minutes.to_string().parse().unwrap()),
            now: instant(now(case)),
        };
        let bucket = |word: &Value| serde_json::from_value::<Bucket>(word.clone()).unwrap();
        let rows = case["agent_event"].as_array().unwrap().iter().map(|row| NamedChange {
            seq: row[0].as_u64().unwrap(),
            ts: Timestamp(row[1].as_i64().unwrap()),
            user_id: row[2].as_str().unwrap(),
            from: bucket(&row[3]),
            to: bucket(&row[4]),
        });
        let told = state_time(&asked, People::default(), rows, None).unwrap();
        // Both sides go through the same reader of numbers, which may be off by the last bit.
        let told = serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap();
        check(case, &told, "agent1", "buckets");
    }
}

#[test]
fn a_store_tells_handle_time_from_its_conversations() {
    let (dir, _) = morning();
    let window = "--from 2026-03-02T09:00:00Z --to 2026-03-02T10:00:00Z --now 2026-03-02T09:02:20Z";
    let told =
        run(dir.path(), &format!("report state-time --store DIR {window} --zone Asia/Kolkata --interval 15")).json();
    let told = &told[0];
    assert_eq!((&told["handle_from"], &told["zone"]), (&json!("segments"), &json!("Asia/Kolkata")));
    assert_eq!(told["now"], "2026-03-02T14:32:20+05:30");
    let rows = told["rows"].as_array().unwrap();
    let names: Vec<_> = rows.iter().map(|row| text(row, "user_id").parse::<UserId>().unwrap()).collect();
    assert_eq!(names, [ANNA, BEN, CLEO, DORA], "emil never came, and what is to come has no row");
    assert_eq!(rows[0]["from"], "2026-03-02T14:30:00+05:30");
    assert_eq!(
        rows[0]["state_s"],
        json!({ "incall": 66.0, "offline": 10.0, "ring": 4.0, "wrapup": 10.0, "ready": 50.0 })
    );
    assert_eq!((&rows[0]["handle_s"], &rows[0]["free_s"]), (&json!(76.0), &json!(50.0)));
    assert_eq!((&rows[0]["occupancy"], &rows[0]["utilization"]), (&json!(76.0 / 126.0), &json!(76.0 / 130.0)));
    // Ben is in a call that has not ended.
    assert_eq!(rows[1]["state_s"], json!({ "incall": 45.0, "offline": 11.0, "ring": 5.0, "ready": 79.0 }));
    assert_eq!(rows[1]["handle_s"], json!(45.0));
    assert_eq!(rows[3]["state_s"]["paused"], json!(110.0));
    assert_eq!(told["overall"]["handle_s"], json!(121.0));

    let line = format!("report state-time --store DIR {window} --user {DORA} --user {BEN}");
    let total = run(dir.path(), &line).json()[0]["total"].as_array().unwrap().clone();
    assert_eq!(total.iter().map(|row| text(row, "user_id").parse().unwrap()).collect::<Vec<UserId>>(), [BEN, DORA]);
    let unknown = run(dir.path(), &format!("report state-time --store DIR {window} --user {EMIL}")).with(1);
    assert!(unknown.contains(&format!("no row of an agent \"{EMIL}\"")), "{unknown}");
}

#[test]
fn rows_of_a_store_written_to_a_file_give_the_same_times() {
    let (dir, _) = morning();
    let rows = run(dir.path(), "log rows DIR --table agent_event --csv").with(0);
    fs::write(dir.path().join("log.csv"), rows).unwrap();
    let window = ["--from", "2026-03-02T08:59:10Z", "--to", "2026-03-02T09:02:00Z", "--interval", "1"];
    let told = &report(dir.path(), &window).json()[0];
    let line = format!("report state-time --store DIR {}", window.join(" "));
    let stored = &run(dir.path(), &line).json()[0];
    // These are calls: what the segments tell, the buckets tell as well.
    assert_eq!((&told["rows"], &told["total"]), (&stored["rows"], &stored["total"]));
    assert_eq!(told["rows"].as_array().unwrap().len(), 4 * 3);
}

#[test]
fn a_table_for_people_and_values_for_a_sheet_tell_the_same() {
    let file = "seq,ts,user_id,from_status,to_status,reason,call_id
1,600000,\"Smith, Ann\",offline,ready,,
2,900500,\"Smith, Ann\",ready,incall,,
3,1000000,bob,offline,paused,lunch,
";
    let csv = report_on(file, &["--interval", "30", "--format", "csv"]).with(0);
    let lines: Vec<_> = csv.split("\r\n").collect();
    assert!(
        lines[0].starts_with("user_id,from,to,extcall_s,incall_s,offline_s,unreachable_s,ring_s,paused_s,wrapup_s,")
    );
    assert!(lines[0].contains("ready_s,idle_s,extcall_entries,"));
    assert_eq!(
        lines[1],
        "\"Smith, Ann\",1970-01-01T00:00:00+00:00,1970-01-01T00:30:00+00:00,0,899.5,600,0,0,0,0,300.5,0,\
         0,1,0,0,0,0,0,1,0,1200,899.5,300.5,0.7495833333333334,0.7495833333333334,0.7495833333333334,\
         0.7495833333333334,0.7495833333333334,1"
    );
    assert_eq!(lines.len(), 1 + 4 + 1);
    assert!(lines[3].ends_with(",800,0,0,,,,,0,0"), "what divides by zero stays empty: {}", lines[3]);

    let table = report_on(file, &["--format", "text"]).with(0);
    let words: Vec<_> = table.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(words[0], ["agent", "from", "incall", "offline", "paused", "ready", "occupancy", "utilization"]);
    assert_eq!(words[2], ["bob", "total", "0:00:00", "0:16:40", "0:43:20", "0:00:00", "-", "0.0", "%"]);
    assert_eq!(words[3][..4], ["(all)", "total", "0:44:59", "0:26:40"]);
    let table = report_on(file, &["--format", "text", "--interval", "30"]).with(0);
    assert_eq!(table.lines().count(), 2 + 1 + 4 + 2 + 1);
}

#[test]
fn a_file_may_have_its_columns_in_any_order_and_no_rows() {
    let turned = "\u{feff}to_status,user_id,call_id,ts,reason,seq,from_status\r\nready,a,,0,,0,offline\r\n";
    assert_eq!(report_on(turned, &[]).json()[0]["overall"]["state_s"], json!({ "ready": 3600.0 }));
    let told = &report_on(HEADER, &[]).json()[0];
    assert_eq!((&told["rows"], &told["total"]), (&json!([]), &json!([])));
    assert_eq!((&told["overall"]["state_s"], &told["overall"]["occupancy"]), (&json!(Map::new()), &Value::Null));
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line_and_column() {
    let rows = |rows: &str| format!("{HEADER}1,1000,a,offline,ready,,\n{rows}").into_bytes();
    let cases: Vec<(Vec<u8>, &[&str])> = vec![
        (vec![], &["line 1", "empty", "seq,ts,user_id"]),
        (HEADER.replace("reason", "why").into(), &["line 1", "no column \"why\"", "seq,ts,user_id"]),
        (HEADER.replace(",reason", "").into(), &["line 1", "column reason is missing"]),
        (HEADER.replace("reason", "seq").into(), &["line 1", "column seq is there twice"]),
        (rows("2,2000,a,ready,ring\n"), &["line 3", "it has 5 fields, and the header 7"]),
        (rows("two,2000,a,ready,ring,,\n"), &["line 3", "seq: \"two\""]),
        (rows("-2,2000,a,ready,ring,,\n"), &["line 3", "seq: \"-2\""]),
        (rows("2,2000.5,a,ready,ring,,\n"), &["line 3", "ts: \"2000.5\""]),
        (rows("2,999999999999999,a,ready,ring,,\n"), &["line 3", "ts: ", "too large"]),
        (rows("2,2000,,ready,ring,,\n"), &["line 3", "user_id: it is empty"]),
        (rows(&format!("2,2000,{},ready,ring,,\n", "x".repeat(257))), &["line 3", "user_id: it is longer"]),
        (rows("2,2000,a,busy,ring,,\n"), &["line 3", "from_status: \"busy\"", "wrapup"]),
        (rows("2,2000,a,ready,Ring,,\n"), &["line 3", "to_status: \"Ring\"", "there are extcall, incall"]),
        (rows("1,2000,a,ready,ring,,\n"), &["line 3", "seq: 1 comes after 1"]),
        (rows("2,2000,a,ready,ring,,\n3,1999,a,ring,ready,,\n"), &["line 4", "ts: 1999 is earlier than 2000"]),
        (rows("2,2000,b,offline,idle,,\n3,3000,a,idle,ring,,\n"), &["line 4", "from_status: idle is not ready"]),
        (rows("2,2000,a,ready,ready,,\n"), &["line 3", "to_status: ready is also the former status"]),
        ([&rows("")[..], b"2,2000,\xff,ready,ring,,\n"].concat(), &["line 3", "user_id: it is not UTF-8"]),
        (rows(&format!("2,2000,\"{}", "a,b,c\n".repeat(1 << 18))), &["line 3", "does not end", "quote"]),
    ];
    for (file, phrases) in cases {
        let run = report_on(file, &[]);
        assert_eq!(run.out, "");
        let told = run.with(1);
        assert!(told.contains("log.csv"), "{told}");
        assert!(phrases.iter().all(|phrase| told.contains(phrase)), "{phrases:?}: {told}");
        assert!(told.len() < 500, "{told}");
    }
}

#[test]
fn what_makes_no_sense_is_said_and_costs_nothing() {
    let file = format!("{HEADER}1,1000,a,offline,ready,,\n");
    for (words, phrase) in [
        (&["--interval", "7"][..], "divide a day"),
        (&["--zone", "Europe/Atlantis"], "no time zone \"Europe/Atlantis\""),
        (&["--format", "xml"], "possible values"),
        (&["--store", "."], "cannot be used with"),
        (&["--account", "ac_01j160r23gw5zkpfjme3fwzs5k"], "cannot be used with"),
    ] {
        let told = report_on(&file, words).with(2);
        assert!(told.contains(phrase), "{told}");
    }
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("log.csv"), &file).unwrap();
    let from_to = |from, to| report(dir.path(), &["--from", from, "--to", to, "--interval", "1"]).with(2);
    assert!(from_to("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z").contains("ends before it begins"));
    assert!(from_to("1970-01-01T00:00:00Z", "2026-03-02T10:00:00Z").contains("more than 100000 intervals"));
    assert!(from_to("1969-01-01T00:00:00Z", "2026-03-02T10:00:00Z").contains("between the years 1970"));
    assert!(from_to("2026-03-02", "2026-03-03").contains("a date, a time and a zone"));
    let unknown = report_on(&file, &["--user", "zoe"]).with(1);
    assert!(unknown.contains("no row of an agent \"zoe\" in log.csv"), "{unknown}");
    let missing =
        report(TempDir::new().unwrap().path(), &["--from", "2026-03-02T10:00:00Z", "--to", "2026-03-03T10:00:00Z"]);
    assert!(missing.with(3).contains("log.csv cannot be read"));
    assert_eq!(run(dir.path(), "report state-time --from 2026-03-02T10:00:00Z --to 2026-03-03T10:00:00Z").code, 2);
}
