//! Reports over HTTP: the hand-checked figures, on a store that agents wrote by what they did; and the
//! interval that is not over yet.

use super::history::{desk, thread};
use super::{Client, House, Running};
use crate::report::{check, now, text, vectors};
use crate::scene::{ACCOUNT, BOSS, GENERAL, NINE, Scene};
use readyroom::auth::{ApiScope, Role};
use readyroom::directory::{Act, By, Directory, Login, NewAccount, NewApiKey, NewUser, PersonName, Settings};
use readyroom_core::commands::*;
use readyroom_core::event::{Actor, DeviceKind};
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_log::SqliteLog;
use serde_json::{Value, json};
use std::path::Path;

/// The agent of a case, and what else is its own.
#[derive(Clone, Copy)]
struct Cast(usize);

impl Cast {
    fn agent(self) -> UserId {
        UserId::from_u128(0x1000 + self.0 as u128)
    }

    fn queue(self) -> QueueId {
        QueueId::from_u128(0x2000 + self.0 as u128)
    }

    fn call(self) -> ConversationId {
        ConversationId::from_u128(0x3000 + self.0 as u128)
    }

    fn external(self) -> CallId {
        CallId::from_u128(0x4000 + self.0 as u128)
    }

    fn device(self) -> ReportDevice {
        let device = DeviceId::from_u128(0x5000 + self.0 as u128);
        ReportDevice { agent: self.agent(), device, kind: DeviceKind::Sip, reachable: true, ttl_ms: None }
    }
}

/// A change of bucket that is to come about.
struct Move {
    second: i64,
    cast: Cast,
    from: String,
    to: String,
}

fn second(ms: i64) -> i64 {
    assert_eq!(ms % 1_000, 0, "cases are told in seconds");
    (ms - NINE) / 1_000
}

fn row(row: &Value) -> (i64, &str, &str) {
    (row[1].as_i64().unwrap(), row[3].as_str().unwrap(), row[4].as_str().unwrap())
}

fn moves_of(case: &Value, cast: Cast) -> Vec<Move> {
    let made = |second, from: &str, to: &str| Move { second, cast, from: from.into(), to: to.into() };
    let rows = case["agent_event"].as_array().unwrap();
    let mut moves: Vec<Move> = rows.iter().map(row).map(|(ts, from, to)| made(second(ts), from, to)).collect();
    if moves[0].from != "offline" {
        // Every agent of ours begins offline: what the case does not tell happened an hour before.
        moves.insert(0, made(moves[0].second - 3_600, "offline", &moves[0].from));
    }
    if moves[0].to == "paused" {
        // To change the reason of a break changes no bucket.
        moves.insert(1, made(moves[0].second + 600, "paused", "paused"));
    }
    moves
}

/// The seconds between two rows of a case that enter these buckets one after the other.
fn lasts(moves: &[Move], bucket: &str) -> Option<i64> {
    moves.windows(2).find(|pair| pair[0].to == bucket).map(|pair| pair[1].second - pair[0].second)
}

/// Sets a case's agent and queue up, long before anything happens.
fn set_up(scene: &mut Scene, log: &SqliteLog, cast: Cast, moves: &[Move]) {
    let settings = QueueSettings {
        wrap_up_ms: Some(lasts(moves, "wrapup").unwrap_or(0) as u64 * 1_000),
        ring_timeout_ms: 60_000,
        auto_accept: !moves.iter().any(|step| step.to == "ring"),
        ..QueueSettings::new(&format!("queue {}", cast.0), ChannelSet::only(Channel::Voice))
    };
    scene.ask(log, -80_000, BOSS, AddQueue { queue: cast.queue(), settings });
    let ready = moves[0].to == "ready";
    let settings = AgentSettings { auto_ready_on_login: ready, auto_queue_login: true, ..AgentSettings::default() };
    scene.ask(log, -80_000, BOSS, AddAgent::new(cast.agent(), settings));
    let settings = MembershipSettings::default();
    scene.ask(log, -80_000, BOSS, SetMembership { agent: cast.agent(), queue: cast.queue(), settings });
    if moves[0].to != "unreachable" {
        scene.ask(log, -80_000, Actor::Signalling, cast.device());
    }
}

/// Lets it come about.
fn act(scene: &mut Scene, log: &SqliteLog, step: &Move) {
    let Move { second, cast, from, to } = step;
    let (second, agent) = (*second, cast.agent());
    let by = Actor::Agent(agent);
    let wish = |scene: &mut Scene, wish| scene.ask(log, second, by, SetStatus { agent, wish });
    let on_break = |reason: &str| Wish::OnBreak { reason: Some(reason.parse().unwrap()) };
    match (from.as_str(), to.as_str()) {
        ("offline", "idle" | "ready" | "unreachable") => scene.ask(log, second, by, LogIn { agent, queues: vec![] }),
        ("offline", "paused") => {
            scene.ask(log, second, by, LogIn { agent, queues: vec![] });
            wish(scene, on_break("lunch_break"));
        }
        ("paused", "paused") => wish(scene, on_break("training")),
        ("unreachable", "idle") => scene.ask(log, second, Actor::Signalling, cast.device()),
        ("idle" | "paused", "ready") => wish(scene, Wish::Available { out_only: false }),
        ("ready", "paused") => wish(scene, on_break("lunch_break")),
        ("ready", "offline") => scene.ask(log, second, by, LogOut { agent }),
        ("ready", "ring" | "incall") => {
            let enter = EnterQueue {
                conversation: cast.call(),
                client: ClientId::from_u128(1),
                channel: Channel::Voice,
                queue: cast.queue(),
                skills: vec![],
                priority: None,
                owner: None,
                arrived_at: None,
            };
            scene.ask(log, second, Actor::Signalling, enter);
        }
        ("ring", "incall") => scene.accept(log, second, agent),
        ("ring" | "incall", "ready" | "wrapup") => {
            scene.ask(log, second, Actor::Client, EndConversation { conversation: cast.call() });
        }
        // The queue's time for it is just that long.
        ("wrapup", "ready") => scene.wake(log, second),
        ("ready", "extcall") => {
            scene.ask(log, second, Actor::Signalling, StartExternalCall { agent, call: cast.external() });
        }
        ("extcall", "ready") => {
            scene.ask(log, second, Actor::Signalling, EndExternalCall { agent, call: cast.external() });
        }
        step => panic!("{step:?} comes about in no case"),
    }
}

/// The people of the cases, and a key that opens everything.
fn people(dir: &Path, cases: usize) -> String {
    let directory = Directory::open(dir, Settings::default()).unwrap();
    let act = Act::new(Timestamp(NINE - 90_000_000), By::Cli, "test.set_up", "");
    let account =
        NewAccount { id: ACCOUNT, name: "acme".into(), zone: None, text_retention_days: None, general_queue: GENERAL };
    directory.create_account(account, &act).unwrap();
    for cast in (0..cases).map(Cast) {
        let login = format!("agent{}", cast.0);
        let user = NewUser {
            id: cast.agent(),
            login: Login::new(&login).unwrap(),
            name: PersonName::new(&login).unwrap(),
            email: None,
            role: Role::Agent,
            password: None,
            teams: Default::default(),
        };
        directory.create_user(ACCOUNT, user, None, &act).unwrap();
    }
    let key =
        NewApiKey { id: KeyId::from_u128(1), name: "tests".into(), scopes: [ApiScope::All].into(), expires_at: None };
    let made = directory.create_key(ACCOUNT, key, None, &act).unwrap();
    made.now().unwrap().0.reveal().to_owned()
}

/// Rows as a case tells them, without the buckets in which no time was spent.
fn stays(rows: &[(i64, String, String)]) -> Vec<(i64, String, String)> {
    let mut stays: Vec<(i64, String, String)> = Vec::new();
    for (ts, from, to) in rows.iter().cloned() {
        match stays.last_mut() {
            Some(last) if last.0 == ts => last.2 = to,
            _ => stays.push((ts, from, to)),
        }
    }
    stays
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hand_checked_vector_comes_out_of_what_agents_did() {
    let vectors = vectors();
    let dir = tempfile::tempdir().unwrap();
    {
        let log = SqliteLog::open(dir.path()).unwrap();
        let mut scene = Scene::begin(&log, ACCOUNT);
        scene.ask(&log, -80_000, BOSS, OpenAccount { general: GENERAL });
        let mut moves = Vec::new();
        for (number, case) in vectors.iter().enumerate() {
            let of = moves_of(case, Cast(number));
            set_up(&mut scene, &log, Cast(number), &of);
            moves.extend(of);
        }
        // One log for all cases, in the order of time; of one instant each in the order of its rows.
        moves.sort_by_key(|step| step.second);
        moves.iter().for_each(|step| act(&mut scene, &log, step));
    }
    let secret = people(dir.path(), vectors.len());
    std::fs::write(dir.path().join("set-up"), "").unwrap();
    let server = Running::start(dir.path(), &[]);
    let client = Client::with_key(&server.url, &secret);
    for (number, case) in vectors.iter().enumerate() {
        let (agent, window) = (Cast(number).agent().to_string(), &case["window"]);
        let history = client.opened(&format!("/v1/agent-events?user={agent}")).await;
        let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = history["data"].as_array().unwrap().iter();
        let rows: Vec<_> =
            rows.map(|row| (row["ts"].as_i64().unwrap(), word(row, "from_status"), word(row, "to_status"))).collect();
        let expected: Vec<_> = case["agent_event"].as_array().unwrap().iter().map(row).collect();
        let expected: Vec<_> = expected.iter().map(|(ts, from, to)| (*ts, from.to_string(), to.to_string())).collect();
        assert!(rows.ends_with(&expected) || stays(&rows).ends_with(&expected), "{}: {rows:?}", text(case, "id"));

        let mut asked = format!(
            "from={}&to={}&zone={}&now={}&user={agent}",
            text(window, "from"),
            text(window, "to"),
            text(case, "time_zone"),
            now(case)
        );
        let mut line = format!("report state-time --store DIR --format json --{}", asked.replace('&', " --"));
        if let Some(minutes) = case["interval_minutes"].as_u64() {
            asked += &format!("&interval={minutes}");
            line += &format!(" --interval={minutes}");
        }
        let report = client.opened(&format!("/v1/reports/state-time?{asked}")).await;
        check(case, &report, &agent, "segments");
        assert_eq!(crate::run(dir.path(), &line).json()[0], report, "the command line tells the same");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_interval_counts_what_is_going_on() {
    let house = House::new().await;
    let anna = desk(&house, "anna").await;
    thread(&house, "ivan").await;
    let instant = |hours: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let path = format!("/v1/reports/state-time?from={}&to={}&user={anna}", instant(-1), instant(1));
    let report = house.until(&path, |report| report["overall"]["handle_s"].as_f64() > Some(0.0)).await;
    let figures = &report["total"][0];
    // One thread leaves room for more: the bucket is ready all the time, and none of it is free.
    assert!(figures["state_s"]["ready"].as_f64() >= figures["handle_s"].as_f64(), "{report}");
    assert!(figures["occupancy"].as_f64() > Some(0.0), "{report}");
    let sum: f64 = figures["state_s"].as_object().unwrap().values().map(|seconds| seconds.as_f64().unwrap()).sum();
    let told = |name: &str| report[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let counted = (told("now") - told("from")) as f64 / 1_000.0;
    assert!((sum - counted).abs() < 0.000_1, "the buckets sum to the window up to now: {sum} {counted}");

    let sheet = house.admin.get(&format!("{path}&format=csv")).await;
    assert_eq!(sheet.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert!(sheet.ok().as_str().unwrap().starts_with("user_id,from,to,extcall_s,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_listed_bounded_and_for_those_who_may_see_them() {
    let house = House::new().await;
    let anna = desk(&house, "anna").await;
    let list = house.admin.get("/v1/reports").await.ok();
    assert_eq!((&list["data"][0]["name"], &list["figures"][3]["name"]), (&json!("state-time"), &json!("occupancy")));

    let day = "from=2026-06-10T00:00:00Z&to=2026-06-11T00:00:00Z";
    let no = async |query: &str, status| house.admin.get(&format!("/v1/reports/state-time?{query}")).await.no(status);
    for query in [
        "from=2026-06-10T00:00:00Z".to_owned(),
        format!("{day}&format=xlsx"),
        format!("{day}&zone=Mars/Base"),
        format!("{day}&interval=7"),
        format!("{day}&user=anna"),
        format!("{day}&group_by=team"),
        "from=2026-06-11T00:00:00Z&to=2026-06-10T00:00:00Z".to_owned(),
        "from=1971-06-11T00:00:00Z&to=2026-06-10T00:00:00Z&interval=15".to_owned(),
    ] {
        assert_eq!(no(&query, 422).await, "invalid", "{query}");
    }
    assert_eq!(no(&format!("{day}&user=us_00000000000000000000000001"), 404).await, "unknown_agent");
    assert_eq!(house.admin.get("/v1/reports/sales").await.no(404), "not_found");

    house.user("sue", "supervisor").await;
    house.user("max", "manager").await;
    let window = "/v1/reports/state-time?from=2020-01-01T00:00:00Z&to=2120-01-01T00:00:00Z";
    let by_sue = Client::sign_in(&house.server.url, "sue").await;
    assert_eq!(by_sue.get(window).await.ok()["total"], json!([]), "her teams have nobody");
    assert_eq!(by_sue.get(&format!("{window}&user={anna}")).await.no(403), "forbidden");
    let by_max = Client::sign_in(&house.server.url, "max").await;
    assert_eq!(by_max.get(window).await.ok()["total"][0]["user_id"], anna.as_str());
    let by_anna = Client::sign_in(&house.server.url, "anna").await;
    assert_eq!(by_anna.get(window).await.no(403), "forbidden");
}
