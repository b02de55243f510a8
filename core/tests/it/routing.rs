//! Who gets the call: the choices, memberships and traces of `cases/routing.json`.

use super::driver::{BOSS, Driver, START, enter, queue_of};
use readyroom_core::commands::*;
use readyroom_core::engine::Input;
use readyroom_core::event::{Actor, Event, SkillLevel, Status, StatusCause};
use readyroom_core::explain::{self, Verdict};
use readyroom_core::floor::facts::StageFacts;
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use serde_json::Value;
use std::collections::BTreeMap;

fn cases() -> Value {
    serde_json::from_str(include_str!("../cases/routing.json")).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap()
}

/// Gives every name an id, in the order in which the names come.
#[derive(Default)]
struct Names(BTreeMap<String, u128>);

impl Names {
    fn id(&mut self, name: &str) -> u128 {
        let next = 100 + self.0.len() as u128;
        *self.0.entry(name.to_owned()).or_insert(next)
    }

    fn name(&self, id: [u8; 16]) -> String {
        let id = u128::from_be_bytes(id);
        self.0.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone()).unwrap()
    }
}

const Q1: QueueId = QueueId::from_u128(10);
const SKILLS: [&str; 2] = ["billing", "sales"];

fn skill(name: &str) -> SkillId {
    let at = SKILLS.iter().position(|known| *known == name).expect("a skill of the cases");
    SkillId::from_u128(50 + at as u128)
}

struct Choice {
    driver: Driver,
    names: Names,
    channel: Channel,
    kicked_out: Vec<UserId>,
}

/// Builds the floor of a case: every agent in the state that the case gives it, at the instant of
/// the call. What keeps an agent busy comes from a queue of its own.
fn floor_of(case: &Value) -> Choice {
    let agents = list(case, "agents");
    let channel = if agents.iter().any(|agent| agent["channel"] == "chat") { Channel::Chat } else { Channel::Voice };
    let mut choice = Choice { driver: Driver::new(), names: Names::default(), channel, kicked_out: vec![] };
    let driver = &mut choice.driver;
    for name in SKILLS {
        driver.must(BOSS, DefineSkill { skill: skill(name), name: name.to_owned() });
    }
    driver.add_queue(Q1, queue_of(channel, 0));
    let mut by_idle: Vec<_> = agents.iter().collect();
    by_idle.sort_by_key(|agent| std::cmp::Reverse(agent["idle_s"].as_i64().unwrap_or(60)));
    let call_at = Timestamp(START.0 + 100_000_000);
    for given in by_idle {
        let agent = UserId::from_u128(choice.names.id(given["id"].as_str().unwrap()));
        let idle_ms = given["idle_s"].as_i64().unwrap_or(60) * 1_000;
        driver.advance_to(Timestamp(call_at.0 - idle_ms));
        set_up(driver, agent, given, channel);
        if given["pause_reason"] == "kicked_out" {
            choice.kicked_out.push(agent);
        }
    }
    driver.advance_to(call_at);
    choice
}

fn set_up(driver: &mut Driver, agent: UserId, given: &Value, channel: Channel) {
    let number = |key: &str, default: u64| given[key].as_u64().unwrap_or(default);
    let me = Actor::Agent(agent);
    let capacity = number("capacity", 1) as u8;
    driver.add_agent(agent, AgentSettings { capacity, ..AgentSettings::default() });
    let settings = MembershipSettings {
        tier_level: number("tier_level", 1) as u16,
        position: number("position", 0) as u16,
        delay_sec: number("delay_sec", 0) as u32,
        mode: Mode::Static,
    };
    if given["member"] != false {
        driver.must(BOSS, SetMembership { agent, queue: Q1, settings });
    }
    let own = QueueId::from_u128(1_000 + u128::from_be_bytes(agent.0));
    let state = given["state"].as_str().unwrap_or("waiting");
    let own_channel = if state == "waiting" { channel } else { Channel::Voice };
    driver.add_queue(own, QueueSettings { channels: ChannelSet::only(own_channel), ..queue_of(own_channel, 0) });
    driver.must(BOSS, SetMembership { agent, queue: own, settings: MembershipSettings::default() });
    if let Some(skills) = given["skills"].as_object() {
        let skills =
            skills.iter().map(|(name, level)| SkillLevel { skill: skill(name), level: level.as_u64().unwrap() as u8 });
        driver.must(BOSS, SetAgentSkills { agent, skills: skills.collect() });
    }
    if given["status"] == "offline" {
        return;
    }
    let joins = given["member"] != false && given["logged_in_to_queue"] != false;
    let queues = if joins { vec![Q1, own] } else { vec![own] };
    driver.must(me, LogIn { agent, queues });
    driver.must(me, SetStatus { agent, wish: Wish::Available { out_only: given["flag"] == "own_clients_only" } });
    if given["ready_in_queue"] == false {
        driver.must(me, QueueNotReady { agent, queue: QueueChoice::One(Q1) });
    }
    let load = if state == "waiting" { number("load", 0) } else { u64::from(state != "wrap_up") };
    for at in 0..load {
        let conversation = ConversationId::from_u128((u128::from_be_bytes(agent.0) << 16) + u128::from(at));
        driver.enter(conversation, own_channel, own);
        if state != "offering" {
            driver.accept(agent);
        }
    }
    if state == "wrap_up" {
        driver.must(me, StartWrapUp { agent });
    }
    match given["status"].as_str() {
        Some("not_ready") => driver.must(me, SetStatus { agent, wish: Wish::NotReady }),
        Some("on_break") => driver.must(me, SetStatus { agent, wish: Wish::OnBreak { reason: None } }),
        _ => {}
    }
    if given["reachable"] == false {
        driver.must(Actor::Signalling, RemoveDevice { agent, device: DeviceId::from_u128(1) });
        driver.must(Actor::Signalling, RemoveDevice { agent, device: DeviceId::from_u128(2) });
    }
    if given["ext"] == true {
        driver.must(Actor::Signalling, StartExternalCall { agent, call: CallId::from_u128(1) });
    }
}

/// What `routing.json` expects of ranking by skill and of the fallback queue is not built yet.
fn is_in_scope(case: &Value) -> bool {
    let why_not = case["why_not"].as_object().unwrap();
    case["fallback_to_general"] != true && why_not.values().all(|why| why != "lower_proficiency")
}

#[test]
fn each_call_goes_to_the_right_agent_and_the_others_are_told_why_not() {
    let cases = cases();
    let mut played = 0;
    for case in list(&cases, "choose_cases").iter().filter(|case| is_in_scope(case)) {
        let Choice { mut driver, mut names, channel, kicked_out } = floor_of(case);
        for agent in kicked_out {
            let (status, reason) = (Status::OnBreak, Some(reasons::KICKED_OUT));
            let cause = StatusCause::NoAnswer;
            driver.engine = driver.as_if(Event::StatusSet { agent, status, reason, out_only: false, cause });
        }
        let conversation = ConversationId::from_u128(1);
        let waited_ms = (case["call"]["waited_s"].as_f64().unwrap() * 1_000.0) as i64;
        let arrived_at = Some(Timestamp(driver.now.0 - waited_ms));
        let skills = case["call"]["skill"].as_str().map(|name| SkillLevel { skill: skill(name), level: 1 });
        let owner = case["call"]["owner"].as_str().map(|name| UserId::from_u128(names.id(name)));
        let call =
            EnterQueue { skills: skills.into_iter().collect(), owner, arrived_at, ..enter(conversation, channel, Q1) };

        let explained = explained(&driver, &call);
        driver.must(Actor::Signalling, call);
        let chosen = match driver.stage(conversation) {
            StageFacts::Offered { agent, .. } => Some(names.name(agent.0)),
            StageFacts::Waiting => None,
            other => panic!("{}: {other:?}", case["id"]),
        };
        assert_eq!(chosen.as_deref(), case["expected_agent"].as_str(), "{case:#}");
        assert_eq!(chosen.is_none(), case["stays_queued"].as_bool().unwrap(), "{case:#}");
        for (agent, why) in case["why_not"].as_object().unwrap() {
            let told = &explained[&UserId::from_u128(names.id(agent))];
            assert_eq!(told, why.as_str().unwrap(), "{agent} of {case:#}");
        }
        played += 1;
    }
    assert!(played >= 10, "the file has choices in scope");
}

/// What *explain* says of every candidate, before the call is offered to anybody.
fn explained(driver: &Driver, call: &EnterQueue) -> BTreeMap<UserId, String> {
    let mut floor = driver.engine.floor().clone();
    let mut quiet =
        Driver { engine: readyroom_core::engine::Engine::on(floor.clone()), now: driver.now, events: vec![] };
    quiet.must(Actor::Signalling, call.clone());
    let queued = quiet.events.iter().position(|fact| matches!(fact.event, Event::Queued { .. })).unwrap();
    for fact in &quiet.events[..=queued] {
        floor.apply(fact);
    }
    let slot = floor.find_conversation(call.conversation).unwrap();
    let explained = explain::conversation(&floor, slot, driver.now);
    let told = explained.candidates.iter().map(|candidate| {
        let why = match candidate.verdict {
            Verdict::First => "first",
            Verdict::Behind(code) => code.as_str(),
            Verdict::Refused { code, .. } => code.as_str(),
        };
        (candidate.agent, why.to_owned())
    });
    told.collect()
}

#[test]
fn a_login_loads_just_the_memberships_that_it_may() {
    let cases = cases();
    for case in list(&cases, "membership_cases") {
        let mut driver = Driver::new();
        let mut names = Names::default();
        let agent = UserId::from_u128(1);
        let auto_queue_login = case["auto_queue_login"] == 1;
        driver.add_agent(agent, AgentSettings { auto_queue_login, ..AgentSettings::default() });
        for assignment in list(case, "assignments") {
            let (mode, queue) = assignment.as_str().unwrap().split_once(':').unwrap();
            let mode = serde_json::from_value(Value::from(mode)).unwrap();
            let queue = QueueId::from_u128(names.id(queue));
            driver.add_queue(queue, queue_of(Channel::Voice, 0));
            let settings = MembershipSettings { mode, ..MembershipSettings::default() };
            driver.must(BOSS, SetMembership { agent, queue, settings });
        }
        let queues = list(case, "login_queues").iter().map(|name| QueueId::from_u128(names.id(name.as_str().unwrap())));
        let queues: Vec<_> = queues.collect();
        let may = queues.iter().all(|&queue| driver.engine.floor().find_queue(queue).is_ok());
        let login = driver.ask(Actor::Agent(agent), LogIn { agent, queues });
        assert_eq!(login.is_ok(), may, "{case:#}");
        if let Some(queue) = case["then"].as_str().and_then(|then| then.strip_prefix("agent deactivates ")) {
            let queue = QueueChoice::One(QueueId::from_u128(names.id(queue)));
            driver.ask(Actor::Agent(agent), QueueLogOut { agent, queue }).expect_err("it is mandatory");
        }
        let floor = driver.engine.floor();
        let seats = floor.seats_of(floor.find_agent(agent).unwrap()).filter(|(_, seat)| seat.logged_in);
        let mut active: Vec<_> = seats.map(|(_, seat)| names.name(floor.queue(seat.queue).id.0)).collect();
        active.sort();
        let expected: Vec<_> = list(case, "expect_active").iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(active, expected, "{case:#}");
    }
}

#[test]
fn traces_play_as_they_are_written() {
    let cases = cases();
    for case in list(&cases, "traces") {
        let mut driver = Driver::new();
        let mut names = Names::default();
        let slots = |agent: &Value| agent["capacity"].as_u64().unwrap_or(1) as u8;
        let channel =
            if list(case, "agents").iter().any(|agent| slots(agent) > 1) { Channel::Chat } else { Channel::Voice };
        driver.add_queue(Q1, QueueSettings { auto_accept: true, ..queue_of(channel, 0) });
        for given in list(case, "agents") {
            let agent = UserId::from_u128(names.id(given["id"].as_str().unwrap()));
            driver.add_agent(agent, AgentSettings { capacity: slots(given), ..AgentSettings::default() });
            let settings = MembershipSettings {
                tier_level: given["tier_level"].as_u64().unwrap() as u16,
                position: given["position"].as_u64().unwrap() as u16,
                delay_sec: given["delay_sec"].as_u64().unwrap_or(0) as u32,
                mode: Mode::Static,
            };
            driver.must(BOSS, SetMembership { agent, queue: Q1, settings });
            driver.must(Actor::Agent(agent), LogIn { agent, queues: vec![Q1] });
            driver.must(Actor::Agent(agent), SetStatus { agent, wish: Wish::Available { out_only: false } });
        }
        let answers = play(&mut driver, &mut names, list(case, "calls"), channel);
        for expected in list(case, "expected") {
            let (agent, at) = &answers[expected["id"].as_str().unwrap()];
            assert_eq!(agent, expected["agent"].as_str().unwrap(), "{} of {case:#}", expected["id"]);
            assert_eq!(*at, expected["answer_t_s"].as_f64().unwrap(), "{} of {case:#}", expected["id"]);
        }
    }
}

/// Plays the calls of a trace: who answered each, and when, seconds from the start. Ends come before
/// arrivals of the same instant.
fn play(driver: &mut Driver, names: &mut Names, calls: &[Value], channel: Channel) -> BTreeMap<String, (String, f64)> {
    let instant = |seconds: f64| Timestamp(START.0 + (seconds * 1_000.0) as i64);
    let mut coming: BTreeMap<(Timestamp, bool, usize), ()> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        coming.insert((instant(call["t_s"].as_f64().unwrap()), true, at), ());
    }
    let mut answers: BTreeMap<String, (String, f64)> = BTreeMap::new();
    let conversation = |at: usize| ConversationId::from_u128(1 + at as u128);
    loop {
        for (at, call) in calls.iter().enumerate() {
            let id = call["id"].as_str().unwrap();
            if let StageFacts::Active { agent, .. } = driver.stage(conversation(at))
                && !answers.contains_key(id)
            {
                let answered_at = (driver.now.0 - START.0) as f64 / 1_000.0;
                answers.insert(id.to_owned(), (names.name(agent.0), answered_at));
                coming.insert((instant(answered_at + call["talk_s"].as_f64().unwrap()), false, at), ());
            }
        }
        let wake = driver.engine.next_wake().map(|(at, _)| at);
        let next = coming.keys().next().copied();
        if next.is_none() && answers.len() == calls.len() {
            return answers;
        }
        if let Some(wake) = wake.filter(|&wake| next.is_none_or(|(next, _, _)| wake < next)) {
            driver.now = wake;
            driver.engine.handle(wake, Input::Wake);
            while driver.engine.poll().is_some() {}
            continue;
        }
        let (next, arrives, at) = next.expect("something is still to come");
        driver.advance_to(next);
        coming.remove(&(next, arrives, at));
        if arrives {
            driver.enter(conversation(at), channel, Q1);
        } else {
            driver.must(Actor::Client, EndConversation { conversation: conversation(at) });
        }
    }
}
