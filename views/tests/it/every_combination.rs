//! Every vocabulary over every combination of the model: total, right, and at one with the others.

use crate::combination::*;
use crate::oracle::{Signals, only};
use readyroom_core::ids::ChannelSet;
use readyroom_views::vocabulary::*;
use std::collections::BTreeMap;

/// What was seen: how many combinations, and how often each word.
#[derive(Default)]
struct Seen {
    combinations: u64,
    words: BTreeMap<(&'static str, &'static str), u64>,
}

impl Seen {
    fn word(&mut self, vocabulary: &'static str, word: &'static str) {
        *self.words.entry((vocabulary, word)).or_default() += 1;
    }
}

fn check(it: &Combination, seats: &[Seat]) -> (Bucket, Desk, Supervisor, Widget) {
    let agent = it.facts();
    let signals = Signals::of(it);

    let bucket = bucket(&agent);
    assert_eq!(bucket, only(signals.buckets(), it), "bucket of {it:?}");
    let desk = desk(&agent);
    assert_eq!(desk, only(signals.desks(), it), "desk of {it:?}");
    let supervisor = supervisor(&agent);
    assert_eq!(supervisor, only(signals.supervisors(), it), "supervisor of {it:?}");
    let widget = widget(&agent);
    let reason = Widget::Inactive(it.wish.reason().map_or(code("none"), |reason| reason.code));
    assert_eq!(widget, only(signals.widgets(reason), it), "widget of {it:?}");

    let ready = bucket == Bucket::Ready;
    assert_eq!(ready, agent.is_ready(), "ready is S-08 of {it:?}");
    assert_eq!(ready, desk == Desk::Available, "bucket and desk of {it:?}");
    assert_eq!(ready, supervisor == Supervisor::Available, "bucket and supervisor of {it:?}");
    assert_eq!(desk.assigns(), ready, "assignment at the desk of {it:?}");

    for seat in seats {
        let acd = acd(&agent, &seat.facts());
        assert_eq!(acd.state, only(signals.acds(it, seat), it), "ACD of {it:?} in {seat:?}");
        let takes = seat.logged_in && seat.ready && !it.reachable().and(seat.channels).is_empty();
        if ready && takes {
            assert_eq!(acd.state, AcdState::Ready, "ready, and the queue says otherwise of {it:?} in {seat:?}");
        }
        if acd.state == AcdState::Ready {
            assert!(matches!(bucket, Bucket::Ready | Bucket::Ring), "{bucket} though READY of {it:?} in {seat:?}");
        }
        if let Some(reason) = acd.reason {
            assert_eq!((acd.state, Some(reason)), (AcdState::NotReady, agent.reason.map(|reason| reason.code)));
        }
    }
    (bucket, desk, supervisor, widget)
}

/// Those of some capacities; the words of all five lists are counted.
fn check_all(sizes: std::ops::Range<usize>, wishes: &[Wish], seats: &[Seat]) -> Seen {
    let mut seen = Seen::default();
    each_of(sizes, wishes, |it| {
        let (bucket, desk, supervisor, widget) = check(it, seats);
        seen.combinations += 1;
        seen.word("bucket", bucket.as_str());
        seen.word("desk", desk.as_str());
        seen.word("supervisor", supervisor.as_str());
        seen.word("widget", widget.as_str());
    });
    seen
}

/// For one wish and one number of threads: channels and devices, voice work, out only and leaving,
/// external call and parked threads.
const PER_WISH_AND_CHATS: u64 = 16 * 6 * 4 * 4;

#[test]
fn every_vocabulary_is_right_for_every_combination_of_small_capacities() {
    let seats: Vec<Seat> = Seat::all().collect();
    assert_eq!(seats.len(), 12);
    let seen = check_all(0..3, &Wish::ALL, &seats);
    // Up to 3, 4 and 7 threads, offered, active and wrapping.
    assert_eq!(seen.combinations, (20 + 35 + 120) * 6 * PER_WISH_AND_CHATS);
    assert_eq!(seen.words.keys().filter(|(list, _)| *list == "bucket").count(), Bucket::ALL.len());
    assert_eq!(seen.words.keys().filter(|(list, _)| *list == "desk").count(), Desk::ALL.len());
    assert_eq!(seen.words.keys().filter(|(list, _)| *list == "supervisor").count(), Supervisor::ALL.len());
    assert_eq!(seen.words.keys().filter(|(list, _)| *list == "widget").count(), Widget::all([code("lunch")]).len());
}

/// The largest capacity has most combinations: one test for each part of them, side by side.
fn check_largest(wishes: &[Wish]) {
    // Logins and readiness were all tried above; what a capacity can change shows in the rest.
    let seats: Vec<Seat> = Seat::all().filter(|seat| seat.logged_in && seat.ready).collect();
    assert_eq!(seats.len(), 3);
    let seen = check_all(3..4, wishes, &seats);
    assert_eq!(seen.combinations, 2_300 * wishes.len() as u64 * PER_WISH_AND_CHATS);
}

#[test]
fn every_vocabulary_is_right_for_every_combination_of_the_largest_capacity_off_duty() {
    check_largest(&[Wish::Offline, Wish::NotReady]);
}

#[test]
fn every_vocabulary_is_right_for_every_combination_of_the_largest_capacity_available() {
    check_largest(&[Wish::Available]);
}

#[test]
fn every_vocabulary_is_right_for_every_combination_of_the_largest_capacity_on_a_break() {
    check_largest(&[Wish::Away, Wish::Busy, Wish::KickedOut]);
}

#[test]
fn every_word_of_the_acd_is_said_of_somebody() {
    let mut said = Vec::new();
    each(0..1, |it| said.extend(Seat::all().map(|seat| acd(&it.facts(), &seat.facts()).state)));
    said.sort();
    said.dedup();
    assert_eq!(said, AcdState::ALL);
}

#[test]
fn an_agent_with_voice_only_has_the_nine_buckets_to_the_letter() {
    // Seed 002 knows no threads: with none, the chat's share never shows.
    let voice = CHANNELS[1];
    each(0..3, |it| {
        let letter = it.channels == voice && it.chats.all() == 0 && !it.out_only && !it.leaving;
        if letter && bucket(&it.facts()) == Bucket::Incall {
            assert!(matches!(it.voice, Voice::ActiveHere | Voice::ActiveElsewhere), "{it:?}");
        }
    });
}

#[test]
fn what_a_bucket_is_about_is_told_exactly_where_it_is_about_one_thing() {
    each(0..2, |it| {
        let agent = it.facts();
        let expected = match bucket(&agent) {
            Bucket::Extcall => Some(Subject::External(OUTSIDE)),
            Bucket::Incall => agent.call.map(|_| Subject::Conversation(CALL)),
            Bucket::Ring => Some(Subject::Conversation(if it.voice == Voice::Offered { CALL } else { THREAD })),
            Bucket::Wrapup if it.voice == Voice::WrapUpByHand => None,
            Bucket::Wrapup => Some(Subject::Conversation(if it.voice == Voice::Wrapping { CALL } else { THREAD })),
            _ => None,
        };
        assert_eq!(subject(&agent), expected, "{it:?}");
    });
}

#[test]
fn one_chat_makes_a_telephone_full_and_its_queue_says_so() {
    // The console went; one thread is left, and no room for a call, though four slots are free.
    let it = Combination { devices: CHANNELS[1], chats: Chats { active: 1, ..Chats::default() }, ..READY };
    let seat = Seat { channels: CHANNELS[1], logged_in: true, ready: true };
    assert_eq!(bucket(&it.facts()), Bucket::Incall);
    assert_eq!(acd(&it.facts(), &seat.facts()).state, AcdState::OtherCall);
}

#[test]
fn a_ringing_agent_stays_ready_in_its_queues() {
    let it = Combination { voice: Voice::Offered, ..READY };
    let seat = Seat { channels: ChannelSet::ALL, logged_in: true, ready: true };
    assert_eq!(bucket(&it.facts()), Bucket::Ring);
    assert_eq!(acd(&it.facts(), &seat.facts()).state, AcdState::Ready);
}
