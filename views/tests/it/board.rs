//! The board: rows whole, and what changed since a position.

use crate::combination::*;
use readyroom_core::floor::facts::{AgentFacts, Facts, QueueFacts, SeatCounts, SeatFacts};
use readyroom_core::ids::*;
use readyroom_views::board::{Board, row};
use readyroom_views::vocabulary::*;

fn seat(queue: QueueId) -> SeatFacts {
    SeatFacts { queue, ..Seat { channels: ChannelSet::ALL, logged_in: true, ready: true }.facts() }
}

fn queue(waiting: u32) -> QueueFacts {
    QueueFacts { queue: HERE, channels: ChannelSet::ALL, waiting, offered: 0, active: 0, seats: 1, removed: false }
}

fn at_work(it: Combination) -> AgentFacts {
    AgentFacts { queues: SeatCounts { member: 2, logged_in: 2, ready: 2 }, ..it.facts() }
}

/// A board that took these in, the n-th by event n at n seconds.
fn board(told: &[Facts]) -> Board {
    let mut board = Board::default();
    for (no, facts) in (1..).zip(told) {
        board.touch(EventNo(no), Timestamp(no as i64 * 1_000), facts);
    }
    board
}

#[test]
fn a_row_speaks_all_five_vocabularies() {
    let talking = at_work(Combination { voice: Voice::ActiveElsewhere, ..READY });
    let row = row(&talking, [&seat(HERE), &seat(ELSEWHERE)], Timestamp(7), EventNo(3));
    assert_eq!((row.bucket, row.bucket_since, row.at), (Bucket::Incall, Timestamp(7), EventNo(3)));
    assert_eq!((row.desk, row.supervisor, row.widget), (Desk::Busy, Supervisor::Connected, Widget::Active));
    // On a call of one queue, it is on another call for all others (P-08).
    let states: Vec<_> = row.queues.iter().map(|seat| (seat.queue, seat.acd.state)).collect();
    assert_eq!(states, [(HERE, AcdState::OtherCall), (ELSEWHERE, AcdState::QueueCall)]);
    assert_eq!((row.slots_used, row.slots, row.threads), (5, 5, 1));
    assert_eq!(row.call, Some(Subject::Conversation(CALL)));
}

#[test]
fn a_row_carries_its_timers_as_instants() {
    let ringing = row(&at_work(Combination { voice: Voice::Offered, ..READY }), [], Timestamp(0), EventNo(1));
    assert_eq!(ringing.offer.unwrap().until, Timestamp(20_000));
    let wrapping = row(&at_work(Combination { voice: Voice::Wrapping, ..READY }), [], Timestamp(0), EventNo(1));
    assert_eq!(wrapping.wrap_up.unwrap().until, Some(Timestamp(10_000)));
}

#[test]
fn available_in_no_queue_is_a_mark() {
    let nowhere = AgentFacts { queues: SeatCounts { member: 2, logged_in: 1, ready: 0 }, ..READY.facts() };
    let marked = |agent: &AgentFacts| row(agent, [], Timestamp(0), EventNo(1)).available_in_no_queue;
    assert!(marked(&nowhere));
    assert!(!marked(&at_work(READY)));
    let on_break = Combination { wish: Wish::Away, ..READY }.facts();
    assert!(!marked(&AgentFacts { queues: nowhere.queues, ..on_break }));
}

#[test]
fn one_dead_channel_of_several_is_a_mark() {
    let dead = |it: Combination| row(&it.facts(), [], Timestamp(0), EventNo(1)).dead_channels;
    let (voice, chat) = (CHANNELS[1], CHANNELS[2]);
    assert_eq!(dead(Combination { devices: chat, ..READY }), voice);
    assert_eq!(dead(READY), ChannelSet::NONE);
    // Where none is left the bucket says it, and an agent with one channel has no other.
    assert_eq!(dead(Combination { devices: ChannelSet::NONE, ..READY }), ChannelSet::NONE);
    assert_eq!(dead(Combination { channels: chat, devices: chat, ..READY }), ChannelSet::NONE);
}

#[test]
fn the_bucket_is_as_old_as_its_last_change() {
    let lunch = Combination { wish: Wish::Away, ..READY };
    let admin = Combination { wish: Wish::Busy, ..READY };
    let mut board = board(&[READY, lunch, admin].map(|it| Facts::Agent(it.facts())));
    let row = board.agent(AGENT).unwrap();
    assert_eq!((row.bucket, row.bucket_since, row.at), (Bucket::Paused, Timestamp(2_000), EventNo(3)));
    board.set_bucket_since(AGENT, Timestamp(500));
    assert_eq!(board.agent(AGENT).unwrap().bucket_since, Timestamp(500));
}

#[test]
fn a_row_changes_when_its_facts_or_a_seat_of_it_do_and_not_otherwise() {
    let mut board = board(&[Facts::Agent(READY.facts()), Facts::Seat(seat(HERE))]);
    assert_eq!(board.agent(AGENT).unwrap().at, EventNo(2));
    board.touch(EventNo(3), Timestamp(3_000), &Facts::Agent(READY.facts()));
    board.touch(EventNo(4), Timestamp(4_000), &Facts::Seat(seat(HERE)));
    assert_eq!(board.agent(AGENT).unwrap().at, EventNo(2));
    board.touch(EventNo(5), Timestamp(5_000), &Facts::Seat(SeatFacts { removed: true, ..seat(HERE) }));
    let row = board.agent(AGENT).unwrap();
    assert_eq!((row.at, row.queues.len()), (EventNo(5), 0));
}

#[test]
fn who_reconnects_gets_what_changed_since_then() {
    let other = AgentFacts { agent: UserId::from_u128(2), ..READY.facts() };
    let ringing = Combination { voice: Voice::Offered, ..READY };
    let mut board = board(&[
        Facts::Agent(READY.facts()),
        Facts::Agent(other),
        Facts::Queue(queue(1)),
        Facts::Agent(ringing.facts()),
        Facts::Queue(queue(0)),
    ]);
    let changed = |board: &Board, position| {
        let changes = board.since(EventNo(position)).unwrap();
        let agents: Vec<_> = changes.agents.iter().map(|row| (row.agent, row.at)).collect();
        (agents, changes.queues.iter().map(|row| (row.waiting, row.at)).collect::<Vec<_>>(), changes.queues_dropped)
    };
    let (first, second) = ((other.agent, EventNo(2)), (AGENT, EventNo(4)));
    assert_eq!(changed(&board, 0), (vec![first, second], vec![(0, EventNo(5))], vec![]));
    assert_eq!(changed(&board, 2), (vec![second], vec![(0, EventNo(5))], vec![]));
    assert_eq!(changed(&board, 5), (vec![], vec![], vec![]));

    board.touch(EventNo(6), Timestamp(6_000), &Facts::Queue(QueueFacts { removed: true, ..queue(0) }));
    assert_eq!(changed(&board, 5), (vec![], vec![], vec![HERE]));
    assert_eq!(board.queues().count(), 0);
    assert_eq!(board.agents().count(), 2);
}

#[test]
fn who_was_away_for_too_long_is_told_to_take_it_all_anew() {
    let mut board = Board::default();
    for no in 1..=1_001 {
        let gone = QueueFacts { queue: QueueId::from_u128(u128::from(no)), removed: true, ..queue(0) };
        board.touch(EventNo(no), Timestamp(0), &Facts::Queue(gone));
    }
    assert!(board.since(EventNo(0)).is_none());
    assert_eq!(board.since(EventNo(1)).unwrap().queues_dropped.len(), 1_000);
}

#[test]
fn a_row_is_json_that_a_page_can_show() {
    let lunch = at_work(Combination { wish: Wish::Away, ..READY });
    let row = serde_json::to_value(row(&lunch, [&seat(HERE)], Timestamp(7), EventNo(3))).unwrap();
    assert_eq!(row["bucket"], "paused");
    assert_eq!(row["status"], "on_break");
    assert_eq!(row["desk"], "away");
    assert_eq!(row["aux"], serde_json::json!({"aux": "reason", "reason": "lunch_break"}));
    assert_eq!(row["widget"], serde_json::json!({"status": "inactive", "reason": "lunch_break"}));
    assert_eq!(row["queues"][0]["state"], "NOT_READY");
    assert_eq!(row["queues"][0]["reason"], "lunch_break");
    assert_eq!(row["agent"], AGENT.to_string());
}
