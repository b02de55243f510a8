//! Golden logs: entry bodies as earlier formats wrote them, read and folded for ever.
//!
//! `golden/format-N.bin` is one entry with every kind of event; `golden/format-N.txt` is the floor
//! that must come of it. A new format gets a new pair: `GOLDEN=write cargo test -p readyroom-core`
//! writes the pair of the format that is written today when it is not there yet, and never touches
//! one that is.

use super::driver::{BOSS, Driver, queue_of};
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input};
use readyroom_core::event::{Actor, Author, DeviceKind, Event, Recorded, Sealed, SkillLevel, codec};
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn golden(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test may be asked to write a golden log")]
fn every_format_ever_written_still_folds_to_the_same_floor() {
    if std::env::var("GOLDEN").is_ok_and(|mode| mode == "write") {
        write_todays();
    }
    for format in 1..=codec::FORMAT {
        let body = std::fs::read(golden(&format!("format-{format}.bin"))).expect("each format has its golden log");
        assert_eq!(body[0], format);
        let events = codec::read(&body, EventNo(1)).expect("a golden log is readable");
        let told = std::fs::read_to_string(golden(&format!("format-{format}.txt"))).unwrap();
        assert_eq!(tell(&fold(&events)), told, "format {format}");
    }
}

#[test]
fn todays_events_read_back_as_they_were_written() {
    let events = everything();
    assert_eq!(codec::read(&encoded(&events), EventNo(1)).unwrap(), events);
}

#[test]
fn the_golden_log_has_every_kind_of_event() {
    let events = everything();
    let mut kinds: BTreeSet<_> = events.iter().map(|recorded| kind(&recorded.event)).collect();
    for cut in 1..=events.len() {
        kinds.extend(fold(&events[..cut]).snapshot().iter().map(kind));
    }
    let source = include_str!("../../src/event/mod.rs");
    let list = source.split("pub enum Event {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let variants =
        list.lines().map(str::trim).filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    let variants: BTreeSet<_> = variants.map(|line| line.split([' ', '(']).next().unwrap().to_owned()).collect();
    assert_eq!(kinds, variants);
}

#[test]
fn a_snapshot_folds_to_the_floor_it_was_taken_of() {
    let events = everything();
    for cut in 1..=events.len() {
        let floor = fold(&events[..cut]);
        let restored = Floor::from_snapshot(floor.snapshot());
        assert_eq!(restored.snapshot(), floor.snapshot(), "after event {cut}");
        assert_eq!(restored.digest(), floor.digest(), "after event {cut}");
        let read_back = Floor::from_bytes(&floor.to_bytes()).unwrap();
        assert_eq!(read_back.digest(), floor.digest(), "after event {cut}");
    }
}

#[test]
fn a_body_that_is_not_ours_is_refused_with_the_place() {
    let whole = encoded(&everything());
    let unknown = codec::read(&[250, 1, 2], EventNo(1)).expect_err("no such format");
    assert!(unknown.to_string().contains("format 250"), "{unknown}");
    codec::read(&[], EventNo(1)).expect_err("it is empty");
    let cut = codec::read(&whole[..whole.len() - 1], EventNo(1)).expect_err("it is cut off");
    assert!(cut.to_string().contains("cannot be read"), "{cut}");
}

fn write_todays() {
    let (bin, txt) =
        (golden(&format!("format-{}.bin", codec::FORMAT)), golden(&format!("format-{}.txt", codec::FORMAT)));
    if !bin.exists() {
        let events = everything();
        std::fs::write(bin, encoded(&events)).unwrap();
        std::fs::write(txt, tell(&fold(&events))).unwrap();
    }
}

fn encoded(events: &[Recorded]) -> Vec<u8> {
    let mut body = Vec::new();
    codec::write(&mut body, events);
    body
}

fn fold(events: &[Recorded]) -> Floor {
    let mut floor = Floor::default();
    for recorded in events {
        floor.apply(recorded);
    }
    floor
}

fn kind(event: &Event) -> String {
    let debug = format!("{event:?}");
    debug.split([' ', '(', '{']).next().unwrap().to_owned()
}

/// The floor in words that no format touches.
fn tell(floor: &Floor) -> String {
    let mut told = format!("{} events, {} alarms\n", floor.last_no(), floor.deadlines().len());
    for (slot, _) in floor.agents() {
        let facts = floor.agent_facts(slot);
        let work = format!("{:?} load {} parked {}", facts.state(), facts.load, facts.parked);
        let (agent, status, queues) = (facts.agent, facts.status, facts.queues);
        told += &format!(
            "{agent} {status:?} {:?} {work} {queues:?} idle {}\n",
            facts.reason.map(|reason| reason.code),
            facts.idle_since.0
        );
    }
    for (slot, _) in floor.queues() {
        told += &format!("{:?}\n", floor.queue_facts(slot));
    }
    let mut conversations: Vec<_> = floor.conversations().map(|(slot, _)| floor.conversation_facts(slot)).collect();
    conversations.sort_by_key(|facts| facts.conversation);
    for facts in conversations {
        told += &format!("{} {:?} {:?} priority {}\n", facts.conversation, facts.stage, facts.pending, facts.priority);
    }
    told
}

/// A busy hour in which everything happens once.
fn everything() -> Vec<Recorded> {
    let mut driver = Driver::new();
    let (anna, bruno, carla) = (UserId::from_u128(11), UserId::from_u128(12), UserId::from_u128(13));
    let (sales, help, gone) = (QueueId::from_u128(21), QueueId::from_u128(22), QueueId::from_u128(23));
    let billing = SkillId::from_u128(31);
    let work = |n: u128| ConversationId::from_u128(40 + n);
    let available = |agent| SetStatus { agent, wish: Wish::Available { out_only: false } };
    let sealed = || Sealed { key: KeyId::from_u128(9), bytes: vec![1, 2, 3] };
    let wait = |driver: &mut Driver, seconds: u64| driver.advance_to(driver.now.plus_ms(seconds * 1_000));

    driver.must(BOSS, DefineSkill { skill: billing, name: "Billing".to_owned() });
    driver.add_queue(sales, queue_of(Channel::Voice, 10_000));
    driver.add_queue(help, QueueSettings { ring_timeout_ms: 20_000, ..queue_of(Channel::Chat, 0) });
    driver.add_queue(gone, queue_of(Channel::Chat, 0));
    driver.must(BOSS, RemoveQueue { queue: gone });
    driver.must(
        BOSS,
        ChangeQueue { queue: sales, settings: QueueSettings { priority: 7, ..queue_of(Channel::Voice, 10_000) } },
    );
    for agent in [anna, bruno, carla] {
        driver.add_agent(agent, AgentSettings::default());
        for queue in [sales, help] {
            driver.must(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() });
        }
    }
    driver.must(BOSS, ChangeAgent { agent: anna, settings: AgentSettings { capacity: 3, ..AgentSettings::default() } });
    driver.must(BOSS, SetAgentSkills { agent: anna, skills: vec![SkillLevel { skill: billing, level: 4 }] });
    driver.must(BOSS, RemoveMembership { agent: carla, queue: help });
    driver.must(BOSS, LockMembership { agent: carla, queue: sales, locked: true });
    driver.must(BOSS, DeactivateAgent { agent: carla });
    driver.must(BOSS, ReactivateAgent { agent: carla });
    driver.must(Actor::Agent(anna), LogIn { agent: anna, queues: vec![sales, help] });
    driver.must(Actor::Agent(anna), available(anna));

    // A call: held, ended, its wrap-up extended; meanwhile a direct call and a wrap-up by hand.
    wait(&mut driver, 60);
    driver.enter(work(1), Channel::Voice, sales);
    driver.accept(anna);
    driver.must(Actor::Agent(anna), Hold { conversation: work(1), held: true });
    wait(&mut driver, 60);
    driver.must(Actor::Client, EndConversation { conversation: work(1) });
    driver.must(Actor::Agent(anna), ExtendWrapUp { agent: anna, conversation: work(1), by_ms: 5_000 });
    driver.must(Actor::Signalling, StartExternalCall { agent: anna, call: CallId::from_u128(1) });
    driver.must(Actor::Signalling, EndExternalCall { agent: anna, call: CallId::from_u128(1) });
    driver.must(Actor::Agent(anna), StartWrapUp { agent: anna });
    wait(&mut driver, 20);
    driver.must(Actor::Agent(anna), FinishWrapUp { agent: anna, conversation: None });

    // Chats: one missed, one parked, one that only its skills, owner and priority tell apart.
    driver.enter(work(2), Channel::Chat, help);
    wait(&mut driver, 20);
    driver.accept(anna);
    let (author, conversation) = (Author::Agent(anna), work(2));
    driver.must(Actor::Agent(anna), SetStatus { agent: anna, wish: Wish::NotReady });
    driver.must(Actor::Agent(anna), available(anna));
    driver.must(
        Actor::Agent(anna),
        SetStatus { agent: anna, wish: Wish::OnBreak { reason: "lunch_break".parse().ok() } },
    );
    driver.must(Actor::Agent(anna), RecordMessage { conversation, author, body: sealed() });
    driver.enter(work(3), Channel::Chat, help);
    driver.must(BOSS, RequireSkills { conversation: work(3), skills: vec![SkillLevel { skill: billing, level: 2 }] });
    driver.must(BOSS, SetOwner { conversation: work(3), owner: Some(bruno) });
    driver.must(BOSS, SetPriority { conversation: work(3), priority: 9 });
    driver.must(BOSS, BlockClient { client: ClientId::from_u128(77), blocked: true });

    // Devices come and go, an account stops and comes back, a call is on when it does.
    driver.must(Actor::Agent(bruno), LogIn { agent: bruno, queues: vec![] });
    driver.must(Actor::Agent(bruno), QueueReady { agent: bruno, queue: QueueChoice::One(sales) });
    let sip = |reachable| ReportDevice {
        agent: bruno,
        device: DeviceId::from_u128(1),
        kind: DeviceKind::Sip,
        reachable,
        ttl_ms: None,
    };
    driver.must(Actor::Signalling, sip(false));
    driver.must(Actor::Signalling, sip(true));
    driver.must(Actor::Signalling, RemoveDevice { agent: bruno, device: DeviceId::from_u128(2) });
    driver.must(Actor::Agent(bruno), QueueLogIn { agent: bruno, queue: QueueChoice::One(help) });
    driver.must(Actor::Agent(bruno), QueueNotReady { agent: bruno, queue: QueueChoice::One(sales) });
    driver.must(Actor::Agent(bruno), QueueLogOut { agent: bruno, queue: QueueChoice::One(help) });
    driver.must(Actor::Agent(bruno), QueueReady { agent: bruno, queue: QueueChoice::One(sales) });
    driver.enter(work(4), Channel::Voice, sales);
    driver.accept(bruno);
    driver.enter(work(5), Channel::Voice, sales);
    driver.engine = Engine::on(driver.engine.floor().clone());
    driver.engine.handle(driver.now, Input::Reopen);
    while let Some(turn) = driver.engine.poll() {
        driver.events.extend(turn.events);
    }
    driver.must(BOSS, DefineReason { reason: ReasonSettings { active: false, ..reasons::built_in()[2].clone() } });
    driver.must(Actor::Client, EndConversation { conversation: work(4) });
    wait(&mut driver, 11);
    driver.events
}
