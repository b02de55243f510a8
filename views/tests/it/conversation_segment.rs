//! `conversation_segment`: every moment of a conversation in one place.

use crate::combination::{AGENT, CALL, ELSEWHERE, HERE};
use crate::floor::{Numbers, Watch};
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_views::tables::{ConversationSegment, ConversationSegments, Phase};
use std::collections::BTreeMap;

const BOB: UserId = UserId::from_u128(2);
const OFFER: OfferId = OfferId::from_u128(1);

fn arrived(conversation: ConversationId, arrived_at: i64) -> Event {
    Event::Arrived {
        conversation,
        client: ClientId::from_u128(1),
        channel: Channel::Voice,
        queue: HERE,
        arrived_at: Timestamp(arrived_at),
        priority: 5,
        skills: Vec::new(),
        owner: None,
    }
}

fn queued(conversation: ConversationId, queue: QueueId, since: i64, cause: QueueCause) -> Event {
    Event::Queued { conversation, queue, since: Timestamp(since), cause }
}

fn offer(conversation: ConversationId, agent: UserId, queue: QueueId) -> Event {
    let (kind, until) = (OfferKind::Queued, Timestamp(i64::MAX));
    Event::OfferMade { offer: OFFER, conversation, agent, queue, kind, until, sender: None }
}

fn accept(conversation: ConversationId, agent: UserId, queue: QueueId) -> Event {
    Event::OfferAccepted { offer: OFFER, conversation, agent, queue }
}

fn offer_ended(conversation: ConversationId, agent: UserId, queue: QueueId, outcome: OfferOutcome) -> Event {
    Event::OfferEnded { offer: OFFER, conversation, agent, queue, outcome, sender: None }
}

fn work_ended(conversation: ConversationId, agent: UserId, outcome: WorkOutcome, wrap_up_until: Option<i64>) -> Event {
    let wrap_up_until = wrap_up_until.map(Timestamp);
    Event::WorkEnded { conversation, agent, queue: HERE, outcome, wrap_up_until }
}

fn hold(held: bool) -> Event {
    Event::HoldSet { conversation: CALL, agent: AGENT, held }
}

fn ended(conversation: ConversationId, outcome: EndOutcome) -> Event {
    Event::ConversationEnded { conversation, outcome }
}

fn wrap_up_ended(conversation: ConversationId, agent: UserId, outcome: WrapUpOutcome) -> Event {
    Event::WrapUpEnded { agent, conversation: Some(conversation), outcome }
}

/// The segments of a story, each as `phase start-end outcome agent`.
fn story(events: &[(i64, Event)]) -> Vec<String> {
    let mut watch = Watch::<ConversationSegments>::default();
    let rows = events.iter().flat_map(|(at, event)| watch.event(Timestamp(*at), event, &[]));
    rows.map(|row| words(&row)).collect()
}

fn words(row: &ConversationSegment) -> String {
    let agent = match row.segment.agent {
        None => "",
        Some(BOB) => " bob",
        Some(_) => " anna",
    };
    let queue = if row.segment.queue == HERE { "" } else { " elsewhere" };
    format!("{} {}-{} {}{agent}{queue}", row.segment.phase, row.segment.start.0, row.end.0, row.outcome)
}

#[test]
fn a_call_is_waiting_ringing_talking_and_wrapping() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (7, offer(CALL, AGENT, HERE)),
        (9, accept(CALL, AGENT, HERE)),
        (20, hold(true)),
        (25, hold(false)),
        (30, work_ended(CALL, AGENT, WorkOutcome::Ended, Some(40))),
        (30, ended(CALL, EndOutcome::Handled)),
        (40, wrap_up_ended(CALL, AGENT, WrapUpOutcome::Expired)),
    ]);
    assert_eq!(
        told,
        [
            "waiting 0-7 offered",
            "ringing 7-9 accepted anna",
            "talking 9-20 held anna",
            "held 20-25 resumed anna",
            "talking 25-30 ended anna",
            "wrapping 30-40 expired anna",
        ]
    );
}

#[test]
fn a_stay_is_told_though_it_took_no_time_and_a_pause_between_offers_is_not() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (0, offer(CALL, AGENT, HERE)),
        (5, offer_ended(CALL, AGENT, HERE, OfferOutcome::Declined)),
        (5, offer(CALL, BOB, HERE)),
        (9, offer_ended(CALL, BOB, HERE, OfferOutcome::Missed)),
        (12, offer(CALL, BOB, HERE)),
        (12, accept(CALL, BOB, HERE)),
    ]);
    assert_eq!(
        told,
        [
            "waiting 0-0 offered",
            "ringing 0-5 declined anna",
            "ringing 5-9 missed bob",
            "waiting 9-12 offered",
            "ringing 12-12 accepted bob",
        ]
    );
}

#[test]
fn a_caller_who_leaves_while_it_rings_abandons_a_wait() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (3, offer(CALL, AGENT, HERE)),
        (5, offer_ended(CALL, AGENT, HERE, OfferOutcome::Rescinded)),
        (5, ended(CALL, EndOutcome::Abandoned)),
    ]);
    assert_eq!(told, ["waiting 0-3 offered", "ringing 3-5 rescinded anna", "waiting 5-5 abandoned"]);
}

#[test]
fn a_wait_counts_from_where_the_queue_counts_it() {
    // It arrived before we were told; later it comes back at its age, and no time is told twice.
    let told = story(&[
        (100, arrived(CALL, 40)),
        (100, queued(CALL, HERE, 40, QueueCause::Arrived)),
        (110, offer(CALL, AGENT, HERE)),
        (120, accept(CALL, AGENT, HERE)),
        (130, work_ended(CALL, AGENT, WorkOutcome::Requeued, None)),
        (130, queued(CALL, HERE, 40, QueueCause::Requeued)),
        (150, ended(CALL, EndOutcome::Handled)),
    ]);
    assert_eq!(
        told,
        [
            "waiting 40-110 offered",
            "ringing 110-120 accepted anna",
            "talking 120-130 requeued anna",
            "waiting 130-150 handled",
        ]
    );
}

#[test]
fn a_transfer_splits_and_wrap_up_stays_with_the_agent() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (1, offer(CALL, AGENT, HERE)),
        (2, accept(CALL, AGENT, HERE)),
        (10, work_ended(CALL, AGENT, WorkOutcome::Transferred, Some(20))),
        (10, queued(CALL, ELSEWHERE, 10, QueueCause::Transferred)),
        (12, offer(CALL, BOB, ELSEWHERE)),
        (13, accept(CALL, BOB, ELSEWHERE)),
        (20, wrap_up_ended(CALL, AGENT, WrapUpOutcome::Expired)),
    ]);
    assert_eq!(
        told,
        [
            "waiting 0-1 offered",
            "ringing 1-2 accepted anna",
            "talking 2-10 transferred anna",
            "waiting 10-12 offered elsewhere",
            "ringing 12-13 accepted bob elsewhere",
            "wrapping 10-20 expired anna",
        ]
    );
}

#[test]
fn a_transfer_to_an_agent_waits_nowhere() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (1, offer(CALL, AGENT, HERE)),
        (2, accept(CALL, AGENT, HERE)),
        (10, work_ended(CALL, AGENT, WorkOutcome::Transferred, None)),
        (10, offer(CALL, BOB, HERE)),
        (15, accept(CALL, BOB, HERE)),
    ]);
    assert_eq!(told[2..], ["talking 2-10 transferred anna", "ringing 10-15 accepted bob"]);
}

#[test]
fn a_thread_put_aside_is_told_until_its_client_writes() {
    let told = story(&[
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (1, offer(CALL, AGENT, HERE)),
        (2, accept(CALL, AGENT, HERE)),
        (10, work_ended(CALL, AGENT, WorkOutcome::Parked, None)),
        (60, queued(CALL, HERE, 60, QueueCause::ClientWrote)),
        (61, ended(CALL, EndOutcome::Handled)),
    ]);
    assert_eq!(told[2..], ["talking 2-10 parked anna", "parked 10-60 client_wrote anna", "waiting 60-61 handled"]);
}

#[test]
fn open_segments_are_listed_with_what_they_last() {
    let mut watch = Watch::<ConversationSegments>::default();
    for (at, event) in [
        (0, arrived(CALL, 0)),
        (0, queued(CALL, HERE, 0, QueueCause::Arrived)),
        (1, offer(CALL, AGENT, HERE)),
        (2, accept(CALL, AGENT, HERE)),
        (10, work_ended(CALL, AGENT, WorkOutcome::Transferred, Some(20))),
        (10, queued(CALL, ELSEWHERE, 10, QueueCause::Transferred)),
    ] {
        watch.event(Timestamp(at), &event, &[]);
    }
    let open: Vec<_> = watch.table.open_segments().map(|open| (open.phase, open.ms_at(Timestamp(14)))).collect();
    assert_eq!(open, [(Phase::Waiting, 4), (Phase::Wrapping, 4)]);
}

#[test]
fn a_fold_that_begins_later_tells_nothing_of_what_it_did_not_see_begin() {
    assert!(story(&[(5, accept(CALL, AGENT, HERE)), (9, ended(CALL, EndOutcome::Handled))]).is_empty());
    assert!(story(&[(5, wrap_up_ended(CALL, AGENT, WrapUpOutcome::Finished))]).is_empty());
}

/// One conversation that lives by chance, and the facts of its life.
struct Life {
    conversation: ConversationId,
    arrived_at: i64,
    ended_at: Option<i64>,
    place: Place,
    wraps: Vec<UserId>,
}

#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Waiting(QueueId),
    Ringing(UserId, QueueId),
    Active(UserId, bool),
    Parked,
    Over,
}

impl Life {
    /// The next thing that happens to it: one event, or two of one instant.
    fn next(&mut self, now: i64, dice: &mut Numbers) -> Vec<Event> {
        let id = self.conversation;
        if !self.wraps.is_empty() && dice.below(3) == 0 {
            let agent = self.wraps.remove(0);
            return vec![wrap_up_ended(id, agent, dice.one_of(&[WrapUpOutcome::Expired, WrapUpOutcome::Finished]))];
        }
        let queue = dice.one_of(&[HERE, ELSEWHERE]);
        let agent = dice.one_of(&[AGENT, BOB]);
        let (place, events) = match (self.place, dice.below(4)) {
            (Place::Nowhere, _) => {
                self.arrived_at = now - dice.below(50) as i64;
                (
                    Place::Waiting(HERE),
                    vec![arrived(id, self.arrived_at), queued(id, HERE, self.arrived_at, QueueCause::Arrived)],
                )
            }
            (Place::Waiting(_), 0) => (Place::Waiting(queue), vec![queued(id, queue, now, QueueCause::Transferred)]),
            (Place::Waiting(_), 1) => self.end(now, vec![], EndOutcome::Abandoned),
            (Place::Waiting(queue), _) => (Place::Ringing(agent, queue), vec![offer(id, agent, queue)]),
            (Place::Ringing(agent, queue), 0 | 1) => (Place::Active(agent, false), vec![accept(id, agent, queue)]),
            (Place::Ringing(agent, queue), _) => {
                let outcome = dice.one_of(&[OfferOutcome::Declined, OfferOutcome::Missed, OfferOutcome::Lost]);
                (Place::Waiting(queue), vec![offer_ended(id, agent, queue, outcome)])
            }
            (Place::Active(agent, held), 0) => {
                (Place::Active(agent, !held), vec![Event::HoldSet { conversation: id, agent, held: !held }])
            }
            (Place::Active(agent, _), 1) => {
                let work = self.leave(agent, now, WorkOutcome::Ended, dice);
                self.end(now, vec![work], EndOutcome::Handled)
            }
            (Place::Active(agent, _), 2) => {
                let work = self.leave(agent, now, WorkOutcome::Requeued, dice);
                (Place::Waiting(HERE), vec![work, queued(id, HERE, self.arrived_at, QueueCause::Requeued)])
            }
            (Place::Active(agent, _), _) => (Place::Parked, vec![work_ended(id, agent, WorkOutcome::Parked, None)]),
            (Place::Parked, _) => (Place::Waiting(HERE), vec![queued(id, HERE, now, QueueCause::ClientWrote)]),
            (Place::Over, _) => (Place::Over, vec![]),
        };
        self.place = place;
        events
    }

    fn leave(&mut self, agent: UserId, now: i64, outcome: WorkOutcome, dice: &mut Numbers) -> Event {
        let wraps = !self.wraps.contains(&agent) && dice.below(2) == 0;
        if wraps {
            self.wraps.push(agent);
        }
        work_ended(self.conversation, agent, outcome, wraps.then_some(now + 10))
    }

    fn end(&mut self, now: i64, mut events: Vec<Event>, outcome: EndOutcome) -> (Place, Vec<Event>) {
        self.ended_at = Some(now);
        events.push(ended(self.conversation, outcome));
        (Place::Over, events)
    }
}

#[test]
fn the_segments_of_any_life_cover_it_from_arrival_to_end_without_gap_or_overlap() {
    let mut dice = Numbers(11);
    let mut watch = Watch::<ConversationSegments>::default();
    let place = Place::Nowhere;
    let mut lives: Vec<Life> = (1..=500)
        .map(ConversationId::from_u128)
        .map(|conversation| Life { conversation, arrived_at: 0, ended_at: None, place, wraps: Vec::new() })
        .collect();
    let (mut rows, mut now) = (Vec::new(), 1_000);
    for _ in 0..60_000 {
        now += dice.below(3) as i64;
        let which = dice.below(lives.len());
        for event in lives[which].next(now, &mut dice) {
            rows.extend(watch.event(Timestamp(now), &event, &[]));
        }
        if dice.below(500) == 0 {
            // A store that stops and starts again goes on where it was.
            let kept = serde_json::to_string(&watch.table).unwrap();
            watch.table = serde_json::from_str(&kept).unwrap();
        }
    }
    assert!(rows.iter().map(|row| row.seq).eq(1..=rows.len() as u64));
    let mut spans: BTreeMap<ConversationId, Vec<(i64, i64)>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.segment.phase != Phase::Wrapping) {
        spans.entry(row.segment.conversation).or_default().push((row.segment.start.0, row.end.0));
    }
    for open in watch.table.open_segments().filter(|open| open.phase != Phase::Wrapping) {
        spans.entry(open.conversation).or_default().push((open.start.0, now));
    }
    let mut over = 0;
    for life in &lives {
        let Some(spans) = spans.get(&life.conversation) else {
            continue;
        };
        assert_eq!(spans[0].0, life.arrived_at);
        for pair in spans.windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{spans:?}");
        }
        assert!(spans.iter().all(|(start, end)| start <= end));
        assert_eq!(spans.last().unwrap().1, life.ended_at.unwrap_or(now));
        over += usize::from(life.ended_at.is_some());
    }
    assert!(over > 400, "only {over} came to an end");
}
