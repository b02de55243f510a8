//! `agent_activity`: what `agent_event` may not tell.

use crate::combination::*;
use crate::floor::Watch;
use readyroom_core::event::*;
use readyroom_core::floor::facts::{AgentFacts, Facts, SeatCounts, SeatFacts};
use readyroom_core::ids::*;
use readyroom_views::tables::{AgentActivities, AgentActivity};

const LUNCH: &str = "lunch_break";

fn status_set(wish: Wish, cause: StatusCause) -> Event {
    let reason = wish.reason().map(|reason| reason.code);
    Event::StatusSet { agent: AGENT, status: wish.status(), reason, out_only: false, cause }
}

fn seat(queue: QueueId, logged_in: bool, ready: bool) -> SeatFacts {
    SeatFacts { queue, ..Seat { channels: ChannelSet::ALL, logged_in, ready }.facts() }
}

/// An agent ready, with so many queues.
fn with_queues(it: Combination, logged_in: u16, ready: u16) -> AgentFacts {
    AgentFacts { queues: SeatCounts { member: 2, logged_in, ready }, ..it.facts() }
}

#[test]
fn a_change_of_reason_is_told_with_its_actor_and_cause() {
    // E-21, M-25, M-39: S-32 keeps it out of agent_event.
    let mut watch = Watch::<AgentActivities>::default();
    let boss = Actor::Supervisor(UserId::from_u128(9));
    let lunch = Combination { wish: Wish::Away, ..READY };
    let admin = Combination { wish: Wish::Busy, ..READY };
    watch.event(Timestamp(1), &status_set(Wish::Away, StatusCause::Asked), &[Facts::Agent(lunch.facts())]);
    let rows =
        watch.event_by(boss, Timestamp(2), &status_set(Wish::Busy, StatusCause::Asked), &[Facts::Agent(admin.facts())]);
    let [AgentActivity { seq: 2, ts: Timestamp(2), position: EventNo(2), user_id: AGENT, queue: None, .. }] = rows[..]
    else {
        panic!("{rows:?}")
    };
    assert_eq!(rows[0].now.reason, Some(code("admin")));
    assert_eq!((rows[0].actor, rows[0].cause), (boss, "asked"));
}

#[test]
fn what_does_not_concern_it_gives_no_row() {
    let mut watch = Watch::<AgentActivities>::default();
    watch.event(Timestamp(1), &status_set(Wish::Available, StatusCause::LogIn), &[Facts::Agent(READY.facts())]);
    let lost = Event::DeviceLost { agent: AGENT, device: DeviceId::from_u128(1) };
    let unreachable = Combination { devices: ChannelSet::NONE, ..READY };
    assert!(watch.event(Timestamp(2), &lost, &[Facts::Agent(unreachable.facts())]).is_empty());
}

#[test]
fn leaving_out_only_and_load_each_give_a_row() {
    let mut watch = Watch::<AgentActivities>::default();
    let mut told = |event: &Event, it: Combination| {
        let rows = watch.event(Timestamp(1), event, &[Facts::Agent(it.facts())]);
        rows.iter()
            .map(|row| (row.now.out_only, row.now.leaving.is_some(), row.now.load, row.cause))
            .collect::<Vec<_>>()
    };
    let (offer, queue) = (OfferId::from_u128(1), HERE);
    let made = Event::OfferMade {
        offer,
        conversation: THREAD,
        agent: AGENT,
        queue,
        kind: OfferKind::Queued,
        until: Timestamp(9),
        sender: None,
    };
    let accepted = Event::OfferAccepted { offer, conversation: THREAD, agent: AGENT, queue };
    let out = Combination { out_only: true, ..READY };
    let offered = Combination { chats: Chats { offered: 1, ..Chats::default() }, ..out };
    let active = Combination { chats: Chats { active: 1, ..Chats::default() }, ..out };
    assert_eq!(told(&status_set(Wish::Available, StatusCause::Asked), out), [(true, false, 0, "asked")]);
    assert_eq!(told(&made, offered), [(true, false, 1, "offer_made")]);
    // The slot was taken when it was offered.
    assert_eq!(told(&accepted, active), []);
    let cancelled = Event::LeavingCancelled { agent: AGENT };
    assert_eq!(told(&cancelled, Combination { leaving: true, ..active }), [(true, true, 1, "leaving_cancelled")]);
}

#[test]
fn readiness_in_a_queue_names_the_queue() {
    let mut watch = Watch::<AgentActivities>::default();
    let logged_in = Event::QueueLoggedIn { agent: AGENT, queue: HERE, ready: true };
    let touched = [Facts::Seat(seat(HERE, true, true)), Facts::Agent(with_queues(READY, 1, 1))];
    let rows = watch.event(Timestamp(1), &logged_in, &touched);
    assert_eq!(rows.len(), 1);
    let queue = rows[0].queue.unwrap();
    assert_eq!((queue.queue, queue.logged_in, queue.ready), (HERE, true, true));
    assert_eq!((rows[0].now.queues_logged_in, rows[0].now.queues_ready), (1, 1));
    // Told once more, it is no news.
    assert!(watch.event(Timestamp(2), &logged_in, &touched).is_empty());
}

#[test]
fn a_logout_tells_of_every_queue_it_leaves() {
    let mut watch = Watch::<AgentActivities>::default();
    for facts in [
        Facts::Seat(seat(HERE, true, true)),
        Facts::Seat(seat(ELSEWHERE, true, false)),
        Facts::Agent(with_queues(READY, 2, 1)),
    ] {
        watch.tracker.seed(&facts);
    }
    let touched = [
        Facts::Agent(with_queues(Combination { wish: Wish::Offline, ..READY }, 0, 0)),
        Facts::Seat(seat(HERE, false, false)),
        Facts::Seat(seat(ELSEWHERE, false, false)),
    ];
    let rows = watch.event(Timestamp(1), &status_set(Wish::Offline, StatusCause::LogOut), &touched);
    let told: Vec<_> = rows.iter().map(|row| (row.now.status, row.queue.unwrap().queue, row.cause)).collect();
    assert_eq!(told, [(Status::Offline, HERE, "log_out"), (Status::Offline, ELSEWHERE, "log_out")]);
}

#[test]
fn a_membership_that_is_taken_away_holds_nobody_at_work() {
    let mut watch = Watch::<AgentActivities>::default();
    watch.tracker.seed(&Facts::Seat(seat(HERE, true, true)));
    watch.tracker.seed(&Facts::Agent(with_queues(READY, 1, 1)));
    let removed = SeatFacts { removed: true, ..seat(HERE, true, true) };
    let touched = [Facts::Seat(removed), Facts::Agent(with_queues(READY, 0, 0))];
    let rows = watch.event(Timestamp(1), &Event::MembershipRemoved { agent: AGENT, queue: HERE }, &touched);
    assert_eq!(rows.iter().map(|row| row.queue.unwrap().logged_in).collect::<Vec<_>>(), [false]);
}

#[test]
fn a_break_that_was_asked_for_is_told_as_leaving_with_its_reason() {
    let mut watch = Watch::<AgentActivities>::default();
    let working = Combination { chats: Chats { active: 1, ..Chats::default() }, ..READY };
    watch.tracker.seed(&Facts::Agent(working.facts()));
    let asked = Event::LeavingCancelled { agent: AGENT };
    let rows = watch.event(Timestamp(1), &asked, &[Facts::Agent(Combination { leaving: true, ..working }.facts())]);
    let leaving = rows[0].now.leaving.unwrap();
    assert_eq!((leaving.to, leaving.reason), (Status::OnBreak, Some(code(LUNCH))));
}
