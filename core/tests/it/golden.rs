//! Golden logs: entry bodies as they were written once, read and folded for ever.
//!
//! `golden/NAME.bin` is the body of one entry; `golden/NAME.txt` is the floor that must come of it,
//! and what it promises. `format-N` has every kind of event that there was when the format was made;
//! what a format learned later has a pair of its own. `GOLDEN=write cargo test -p readyroom-core`
//! writes the pairs of `todays` that are not there yet, and never touches one that is.

use super::driver::{BOSS, Driver, START, queue_of};
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input};
use readyroom_core::event::codec::{Kept, Promise};
use readyroom_core::event::{Actor, Author, DeviceKind, Event, Recorded, Sealed, SkillLevel, codec};
use readyroom_core::floor::Floor;
use readyroom_core::floor::facts::StageFacts;
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
    let mut formats = BTreeSet::new();
    for name in ["format-1", "format-2", "format-2-promises", "format-2-people", "format-2-notes"] {
        let body = std::fs::read(golden(&format!("{name}.bin"))).expect("each name has its golden log");
        assert!(name.starts_with(&format!("format-{}", body[0])), "{name} has format {}", body[0]);
        formats.insert(body[0]);
        let told = std::fs::read_to_string(golden(&format!("{name}.txt"))).unwrap();
        assert_eq!(tell(&body), told, "{name}");
    }
    assert!(formats.into_iter().eq(1..=codec::FORMAT), "each format has its golden log");
}

#[test]
fn todays_events_read_back_as_they_were_written() {
    let events = everything();
    assert_eq!(codec::read(&encoded(&events), EventNo(1)).unwrap(), events);
}

#[test]
fn a_promise_knows_the_position_that_was_answered() {
    let body = codec::read_body(&promised(), EventNo(1)).unwrap();
    let positions: Vec<_> = body.promises.iter().map(|kept| (kept.promise.key[0], kept.no.0)).collect();
    assert_eq!(positions, [(1, 11), (2, 12), (3, 13), (4, 13)]);
    assert_eq!(body.promises[1].promise, promise(2, r#"{"id":"q_2"}"#));
    assert!(body.promises[0].at < body.promises[1].at);
    assert_eq!(codec::read(&promised(), EventNo(1)).unwrap(), body.events, "whoever asks for events gets just these");
}

#[test]
fn bodies_that_are_joined_read_as_one() {
    let events = everything();
    let (first, second) = events.split_at(events.len() / 2);
    let (mut one, mut other, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    codec::write(&mut one, first);
    codec::write(&mut other, second);
    codec::join(&mut whole, &one);
    codec::join(&mut whole, &[]);
    codec::join(&mut whole, &other);
    assert_eq!(codec::read(&whole, EventNo(1)).unwrap(), events);
}

#[test]
fn a_promise_alone_stands_at_the_event_before_it() {
    let mut body = Vec::new();
    codec::write_promise(&mut body, START, BOSS, &promise(1, "nothing to do"));
    let read = codec::read_body(&body, EventNo(8)).unwrap();
    let kept = Kept { no: EventNo(7), at: START, promise: promise(1, "nothing to do") };
    assert_eq!((read.events, read.promises), (vec![], vec![kept]));
}

#[test]
fn a_damaged_promise_is_an_error_and_never_a_panic() {
    let whole = promised();
    for cut in 0..whole.len() {
        codec::read_body(&whole[..cut], EventNo(1)).expect_err("it is cut off");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut hostile = whole.clone();
            hostile[at] ^= 1 << bit;
            // Most of them make no sense, some say something else; what matters is that we live.
            if let Ok(body) = codec::read_body(&hostile, EventNo(1)) {
                assert!(body.promises.iter().all(|kept| kept.no.0 <= body.events.len() as u64));
            }
        }
    }
    let short = {
        let mut body = Vec::new();
        codec::write_promise(&mut body, START, BOSS, &promise(1, ""));
        // The key is sixteen bytes (0xc4, 16, …) of which the last is left out.
        let at = body.windows(5).position(|bytes| bytes == [b'k', b'e', b'y', 0xc4, 16]).unwrap() + 4;
        body[at] = 15;
        body.remove(at + 1);
        body
    };
    let refused = codec::read_body(&short, EventNo(1)).expect_err("a key is sixteen bytes");
    assert!(refused.to_string().contains("15 bytes"), "{refused}");
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
    for (name, body) in todays() {
        let (bin, txt) = (golden(&format!("{name}.bin")), golden(&format!("{name}.txt")));
        if !bin.exists() {
            std::fs::write(&bin, &body).unwrap();
            std::fs::write(txt, tell(&body)).unwrap();
        }
    }
}

/// The pairs that this program would write.
fn todays() -> [(String, Vec<u8>); 4] {
    let name = format!("format-{}", codec::FORMAT);
    [
        (format!("{name}-promises"), promised()),
        (format!("{name}-people"), encoded(&people())),
        (format!("{name}-notes"), encoded(&notes())),
        (name, encoded(&everything())),
    ]
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

/// The floor that comes of a body, and what it promises, in words that no format touches.
fn tell(body: &[u8]) -> String {
    let body = codec::read_body(body, EventNo(1)).expect("a golden log is readable");
    let floor = fold(&body.events);
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
        let stage = match facts.stage {
            // As it was told before facts knew until when.
            StageFacts::Offered { agent, offer, until: _ } => {
                format!("Offered {{ agent: {agent:?}, offer: {offer:?} }}")
            }
            stage => format!("{stage:?}"),
        };
        told += &format!("{} {stage} {:?} priority {}\n", facts.conversation, facts.pending, facts.priority);
    }
    for Kept { no, at, promise } in body.promises {
        let (key, request, answer) = (promise.key[0], promise.request[0], String::from_utf8_lossy(&promise.answer));
        told += &format!("key {key} request {request} at {}: {} {answer:?}, position {no}\n", at.0, promise.status);
    }
    told
}

fn promise(key: u8, answer: &str) -> Promise {
    Promise { key: [key; 16], request: [key + 100; 16], status: 201, answer: answer.as_bytes().to_vec() }
}

/// Promises with what they promise, one for what was so already, and events without any.
fn promised() -> Vec<u8> {
    let mut driver = Driver::new();
    let mut body = Vec::new();
    let mut written = 0;
    for (key, answer) in [(1, r#"{"id":"q_1"}"#), (2, r#"{"id":"q_2"}"#), (3, "")] {
        driver.add_queue(QueueId::from_u128(20 + u128::from(key)), queue_of(Channel::Chat, 0));
        codec::write(&mut body, &driver.events[written..]);
        codec::write_promise(&mut body, driver.now, BOSS, &promise(key, answer));
        written = driver.events.len();
        driver.advance_to(driver.now.plus_ms(1_000));
    }
    codec::write_promise(&mut body, driver.now, Actor::Signalling, &promise(4, "so already"));
    driver.must(BOSS, BlockClient { client: ClientId::from_u128(77), blocked: true });
    codec::write(&mut body, &driver.events[written..]);
    body
}

fn people() -> Vec<Recorded> {
    let mut driver = Driver::new();
    describe_and_forget(&mut driver);
    driver.events
}

fn notes() -> Vec<Recorded> {
    let (queue, conversation) = (QueueId::from_u128(21), ConversationId::from_u128(41));
    let mut driver = Driver::new();
    driver.add_queue(queue, queue_of(Channel::Chat, 0));
    driver.enter(conversation, Channel::Chat, queue);
    note(&mut driver, conversation);
    driver.events
}

/// Something for whoever gets it.
fn note(driver: &mut Driver, conversation: ConversationId) {
    driver.must(BOSS, RecordNote { conversation, body: Sealed { key: KeyId::from_u128(9), bytes: vec![4, 5] } });
}

/// What is written down about a person, and that it is forgotten.
fn describe_and_forget(driver: &mut Driver) {
    let (client, key) = (ClientId::from_u128(77), KeyId::from_u128(9));
    driver.must(Actor::Signalling, DescribeClient { client, about: Sealed { key, bytes: vec![1, 2, 3] } });
    driver.must(BOSS, ForgetPerson { client, keys: vec![key, KeyId::from_u128(10)] });
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
    note(&mut driver, work(3));
    driver.must(BOSS, BlockClient { client: ClientId::from_u128(77), blocked: true });

    describe_and_forget(&mut driver);

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
