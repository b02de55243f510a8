//! What is over a limit or out of a range is refused by name, and changes nothing.

use super::driver::{BOSS, Driver, enter, queue_of};
use readyroom_core::commands::*;
use readyroom_core::event::{Actor, Author, DeviceKind, Event, Sealed, SkillLevel};
use readyroom_core::ids::*;
use readyroom_core::limits;
use readyroom_core::settings::*;

const ANNA: UserId = UserId::from_u128(11);
const SALES: QueueId = QueueId::from_u128(21);

fn floor() -> Driver {
    let mut driver = Driver::new();
    driver.add_queue(SALES, queue_of(Channel::Voice, 0));
    driver.add_agent(ANNA, AgentSettings::default());
    driver
}

/// The command is refused with this code, and no event tells of it.
fn refused(driver: &mut Driver, by: Actor, command: impl Into<Command>, code: &str) {
    let before = (driver.engine.floor().digest(), driver.events.len());
    let refusal = driver.ask(by, command).expect_err("it is not allowed");
    assert_eq!(refusal.code(), code, "{refusal}");
    assert!(refusal.to_string().ends_with('.'), "a refusal is a sentence: {refusal}");
    assert_eq!((driver.engine.floor().digest(), driver.events.len()), before, "a refusal changes nothing");
}

#[test]
fn settings_outside_their_ranges_are_refused() {
    let mut driver = floor();
    let agent = |settings| AddAgent::new(UserId::from_u128(99), settings);
    for capacity in [0, 21] {
        refused(&mut driver, BOSS, agent(AgentSettings { capacity, ..AgentSettings::default() }), "invalid");
    }
    let none = Some(ChannelSet::NONE);
    refused(&mut driver, BOSS, agent(AgentSettings { channels: none, ..AgentSettings::default() }), "invalid");
    refused(
        &mut driver,
        BOSS,
        agent(AgentSettings { chat_weight: Weight::Slots(0), ..AgentSettings::default() }),
        "invalid",
    );

    let queue = |settings| AddQueue { queue: QueueId::from_u128(99), settings };
    let good = || queue_of(Channel::Voice, 0);
    for priority in [0, 11] {
        refused(&mut driver, BOSS, queue(QueueSettings { priority, ..good() }), "invalid");
    }
    for number in ["12", "12a4", "１２３"] {
        refused(&mut driver, BOSS, queue(QueueSettings { number: Some(number.to_owned()), ..good() }), "invalid");
    }
    for name in ["", "   ", "two\nlines", &"n".repeat(65)] {
        refused(&mut driver, BOSS, queue(QueueSettings { name: name.to_owned(), ..good() }), "invalid");
    }
    refused(&mut driver, BOSS, queue(QueueSettings { channels: ChannelSet::NONE, ..good() }), "invalid");
    refused(&mut driver, BOSS, queue(QueueSettings { ring_timeout_ms: 0, ..good() }), "invalid");
    let settings = MembershipSettings { delay_sec: 86_401, ..MembershipSettings::default() };
    refused(&mut driver, BOSS, SetMembership { agent: ANNA, queue: SALES, settings }, "invalid");
}

#[test]
fn an_agent_is_added_with_all_it_comes_with_or_not_at_all() {
    let mut driver = floor();
    let (agent, skill) = (UserId::from_u128(12), SkillId::from_u128(31));
    driver.must(BOSS, DefineSkill { skill, name: "Billing".to_owned() });
    let good = AddAgent {
        skills: vec![SkillLevel { skill, level: 3 }],
        memberships: vec![(SALES, MembershipSettings::default())],
        ..AddAgent::new(agent, AgentSettings::default())
    };
    let skills = |skills| AddAgent { skills, ..good.clone() };
    refused(&mut driver, BOSS, skills(vec![SkillLevel { skill, level: 6 }]), "invalid");
    refused(&mut driver, BOSS, skills(vec![SkillLevel { skill, level: 1 }; 2]), "invalid");
    refused(&mut driver, BOSS, skills(vec![SkillLevel { skill: SkillId::from_u128(404), level: 1 }]), "unknown_skill");
    let seats = |memberships| AddAgent { memberships, ..good.clone() };
    let seat = (SALES, MembershipSettings::default());
    let late = (SALES, MembershipSettings { delay_sec: 86_401, ..MembershipSettings::default() });
    refused(&mut driver, BOSS, seats(vec![late]), "invalid");
    refused(&mut driver, BOSS, seats(vec![seat, seat]), "invalid");
    refused(&mut driver, BOSS, seats(vec![seat, (QueueId::from_u128(404), seat.1)]), "unknown_queue");
    let many = limits::MEMBERSHIPS_PER_AGENT_MAX + 1;
    refused(&mut driver, BOSS, seats(vec![seat; many]), "limit_reached");
    let before = driver.events.len();
    driver.must(BOSS, good.clone());
    let added: Vec<_> = driver.events[before..].iter().map(|recorded| recorded.event.clone()).collect();
    let (settings, skills) = (good.settings, good.skills.clone());
    let expected = [
        Event::AgentAdded { agent, settings },
        Event::AgentSkillsSet { agent, skills },
        Event::MembershipSet { agent, queue: SALES, settings: seat.1 },
    ];
    assert_eq!(added, expected);
    refused(&mut driver, BOSS, good, "already_exists");
}

#[test]
fn names_and_numbers_are_given_once() {
    let mut driver = floor();
    let numbered = || QueueSettings { number: Some("8000".to_owned()), ..queue_of(Channel::Voice, 0) };
    driver.must(BOSS, ChangeQueue { queue: SALES, settings: numbered() });
    refused(&mut driver, BOSS, AddQueue { queue: QueueId::from_u128(22), settings: numbered() }, "already_exists");
    refused(&mut driver, BOSS, AddQueue { queue: SALES, settings: queue_of(Channel::Chat, 0) }, "already_exists");
    refused(&mut driver, BOSS, AddAgent::new(ANNA, AgentSettings::default()), "already_exists");
    let call = ConversationId::from_u128(1);
    driver.enter(call, Channel::Voice, SALES);
    refused(&mut driver, Actor::Signalling, enter(call, Channel::Voice, SALES), "already_exists");
}

#[test]
fn a_proficiency_is_one_to_five_of_a_known_skill() {
    let mut driver = floor();
    let skill = SkillId::from_u128(31);
    let set = |level| SetAgentSkills { agent: ANNA, skills: vec![SkillLevel { skill, level }] };
    refused(&mut driver, BOSS, set(3), "unknown_skill");
    driver.must(BOSS, DefineSkill { skill, name: "Billing".to_owned() });
    refused(&mut driver, BOSS, set(0), "invalid");
    refused(&mut driver, BOSS, set(6), "invalid");
    let twice = vec![SkillLevel { skill, level: 1 }, SkillLevel { skill, level: 2 }];
    refused(&mut driver, BOSS, SetAgentSkills { agent: ANNA, skills: twice }, "invalid");
    (1..=5).for_each(|level| driver.must(BOSS, set(level)));
}

#[test]
fn active_reasons_have_a_limit_and_the_policies_keep_theirs() {
    let mut driver = floor();
    let reason = |code: &str, active| {
        let names = vec![("en".to_owned(), "Reason".to_owned())];
        let code = code.parse().unwrap();
        DefineReason {
            reason: ReasonSettings {
                code,
                names,
                class: ReasonClass::Away,
                paid: true,
                colour: "#00ff00".to_owned(),
                active,
            },
        }
    };
    let free = limits::ACTIVE_REASONS_MAX - driver.engine.floor().reasons().len();
    for at in 0..free {
        driver.must(BOSS, reason(&format!("reason_{at}"), true));
    }
    refused(&mut driver, BOSS, reason("one_more", true), "limit_reached");
    driver.must(BOSS, reason("one_more", false));
    driver.must(BOSS, reason("reason_0", false));
    driver.must(BOSS, reason("one_more", true));
    refused(&mut driver, BOSS, reason("kicked_out", false), "reason_reserved");
    let mut colourless = reason("red", true);
    colourless.reason.colour = "red".to_owned();
    refused(&mut driver, BOSS, colourless, "invalid");
    driver.must(BOSS, reason("reason_1", false));
    driver.must(Actor::Agent(ANNA), LogIn { agent: ANNA, queues: vec![] });
    let wish = Wish::OnBreak { reason: "reason_1".parse().ok() };
    refused(&mut driver, Actor::Agent(ANNA), SetStatus { agent: ANNA, wish }, "reason_inactive");
}

#[test]
fn devices_and_external_calls_have_a_limit_and_a_lost_device_makes_room() {
    let mut driver = floor();
    let report = |n: u128, reachable| {
        let (device, kind) = (DeviceId::from_u128(n), DeviceKind::Sip);
        ReportDevice { agent: ANNA, device, kind, reachable, ttl_ms: None }
    };
    for n in 3..=limits::DEVICES_PER_AGENT_MAX as u128 {
        driver.must(Actor::Signalling, report(n, true));
    }
    refused(&mut driver, Actor::Signalling, report(100, true), "limit_reached");
    driver.must(Actor::Signalling, report(3, false));
    driver.must(Actor::Signalling, report(100, true));
    let start = |n: u128| StartExternalCall { agent: ANNA, call: CallId::from_u128(n) };
    for n in 1..=limits::EXTERNAL_CALLS_PER_AGENT_MAX as u128 {
        driver.must(Actor::Signalling, start(n));
    }
    refused(&mut driver, Actor::Signalling, start(100), "limit_reached");
    refused(
        &mut driver,
        Actor::Signalling,
        EndExternalCall { agent: ANNA, call: CallId::from_u128(100) },
        "unknown_call",
    );
}

#[test]
fn work_that_cannot_be_is_refused() {
    let mut driver = floor();
    let call = ConversationId::from_u128(1);
    refused(&mut driver, Actor::Signalling, enter(call, Channel::Chat, SALES), "channel_not_served");
    refused(&mut driver, Actor::Signalling, enter(call, Channel::Voice, QueueId::from_u128(404)), "unknown_queue");
    let future = EnterQueue { arrived_at: Some(driver.now.plus_ms(1)), ..enter(call, Channel::Voice, SALES) };
    refused(&mut driver, Actor::Signalling, future, "invalid");
    let owner = Some(UserId::from_u128(404));
    refused(
        &mut driver,
        Actor::Signalling,
        EnterQueue { owner, ..enter(call, Channel::Voice, SALES) },
        "unknown_agent",
    );
    driver.enter(call, Channel::Voice, SALES);
    refused(&mut driver, BOSS, RemoveQueue { queue: SALES }, "queue_in_use");
    refused(&mut driver, BOSS, RemoveQueue { queue: QueueId::from_u128(1) }, "queue_in_use");
    refused(&mut driver, Actor::Agent(ANNA), SetPriority { conversation: call, priority: 9 }, "supervisor_only");
    refused(&mut driver, BOSS, SetPriority { conversation: call, priority: 11 }, "invalid");
    refused(&mut driver, BOSS, Hold { conversation: call, held: true }, "not_active");
    refused(&mut driver, BOSS, Requeue { conversation: call }, "not_active");
    let body = Sealed { key: KeyId::from_u128(1), bytes: vec![0; limits::SEALED_BYTES_MAX + 1] };
    let long = RecordMessage { conversation: call, author: Author::Client, body };
    refused(&mut driver, Actor::Client, long, "limit_reached");
}

#[test]
fn clients_are_described_by_those_who_work_and_forgotten_by_supervisors() {
    let mut driver = floor();
    let (client, key) = (ClientId::from_u128(404), KeyId::from_u128(1));
    let describe = |len| DescribeClient { client, about: Sealed { key, bytes: vec![0; len] } };
    refused(&mut driver, Actor::Client, describe(1), "not_yours");
    refused(&mut driver, BOSS, describe(limits::SEALED_BYTES_MAX + 1), "limit_reached");
    let forget = |keys| ForgetPerson { client, keys: vec![key; keys] };
    refused(&mut driver, Actor::Agent(ANNA), forget(1), "supervisor_only");
    refused(&mut driver, BOSS, forget(limits::FORGOTTEN_KEYS_MAX + 1), "limit_reached");
    let (snapshot, before) = (driver.engine.floor().snapshot(), driver.events.len());
    driver.must(Actor::Agent(ANNA), describe(limits::SEALED_BYTES_MAX));
    driver.must(Actor::Signalling, describe(1));
    driver.must(BOSS, forget(limits::FORGOTTEN_KEYS_MAX));
    assert_eq!(driver.events.len() - before, 3);
    assert_eq!(driver.engine.floor().snapshot()[1..], snapshot[1..], "the floor keeps nothing of it but their number");
}

#[test]
fn nobody_acts_for_another() {
    let mut driver = floor();
    let bruno = Actor::Agent(UserId::from_u128(12));
    refused(&mut driver, bruno, LogIn { agent: ANNA, queues: vec![] }, "not_yours");
    refused(&mut driver, Actor::Client, LogIn { agent: ANNA, queues: vec![] }, "not_yours");
    refused(&mut driver, bruno, AddAgent::new(UserId::from_u128(12), AgentSettings::default()), "supervisor_only");
    refused(&mut driver, Actor::Signalling, DeactivateAgent { agent: ANNA }, "supervisor_only");
}
