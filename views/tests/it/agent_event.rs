//! `agent_event`: one row for each change of the bucket, and no other.

use crate::combination::*;
use crate::floor::{Numbers, Watch};
use readyroom_core::event::*;
use readyroom_core::floor::facts::{AgentFacts, Facts};
use readyroom_core::ids::*;
use readyroom_views::fresh_agent;
use readyroom_views::tables::{AgentEvent, AgentEvents, Kind, Table};
use readyroom_views::vocabulary::{Bucket, Subject, bucket};

/// The history of one agent that becomes each of these in turn, a second apart.
fn history(lives: &[Combination]) -> Vec<AgentEvent> {
    let mut watch = Watch::<AgentEvents>::default();
    let seconds = (1_000..).step_by(1_000).map(Timestamp);
    let told = lives.iter().zip(seconds);
    told.flat_map(|(it, ts)| watch.event(ts, &Event::Reopened {}, &[Facts::Agent(it.facts())])).collect()
}

fn buckets(rows: &[AgentEvent]) -> Vec<(Bucket, Bucket)> {
    rows.iter().map(|row| (row.from_status, row.to_status)).collect()
}

const OFFLINE: Combination = Combination { wish: Wish::Offline, ..READY };
const RINGING: Combination = Combination { voice: Voice::Offered, ..READY };
const TALKING: Combination = Combination { voice: Voice::ActiveHere, ..READY };
const WRAPPING: Combination = Combination { voice: Voice::Wrapping, ..READY };
const AT_LUNCH: Combination = Combination { wish: Wish::Away, ..READY };
const NO_DEVICE: ChannelSet = ChannelSet::NONE;

#[test]
fn the_columns_are_those_of_the_seed() {
    // S-30.
    let names: Vec<_> = AgentEvents::COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(names, ["seq", "ts", "user_id", "from_status", "to_status", "reason", "call_id"]);
    let kinds: Vec<_> = AgentEvents::COLUMNS.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Kind::Seq, Kind::Int, Kind::Text, Kind::Text, Kind::Text, Kind::Text, Kind::Text]);
}

#[test]
fn a_day_is_one_row_for_each_change_of_the_bucket() {
    let rows = history(&[OFFLINE, READY, RINGING, TALKING, WRAPPING, READY, OFFLINE]);
    use Bucket::*;
    assert_eq!(
        buckets(&rows),
        [(Offline, Ready), (Ready, Ring), (Ring, Incall), (Incall, Wrapup), (Wrapup, Ready), (Ready, Offline)]
    );
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let call = Some(Subject::Conversation(CALL));
    assert_eq!(rows.iter().map(|row| row.call_id).collect::<Vec<_>>(), [None, call, call, call, None, None]);
}

#[test]
fn what_changes_inside_a_bucket_gives_no_row() {
    // S-32: another reason, other load, a parked thread, a break behind a call.
    let admin = Combination { wish: Wish::Busy, ..READY };
    let with_threads = Combination { chats: Chats { active: 2, ..Chats::default() }, parked: 1, ..READY };
    let rows = history(&[READY, with_threads, READY, AT_LUNCH, admin, AT_LUNCH]);
    assert_eq!(buckets(&rows), [(Bucket::Offline, Bucket::Ready), (Bucket::Ready, Bucket::Paused)]);
    let hidden = Combination { wish: Wish::Away, ..TALKING };
    assert_eq!(history(&[TALKING, hidden, TALKING]).len(), 1);
}

#[test]
fn the_reason_stands_on_rows_into_paused_and_shows_again_after_unreachable() {
    // Reading 5: two rows, the second with the reason.
    let lost = Combination { devices: NO_DEVICE, ..AT_LUNCH };
    let rows = history(&[AT_LUNCH, lost, AT_LUNCH]);
    let lunch = Some(code("lunch_break"));
    assert_eq!(
        rows.iter().map(|row| (row.to_status, row.reason)).collect::<Vec<_>>(),
        [(Bucket::Paused, lunch), (Bucket::Unreachable, None), (Bucket::Paused, lunch)]
    );
}

#[test]
fn a_break_pressed_during_the_call_shows_with_its_reason_when_the_call_is_over() {
    let hidden = Combination { wish: Wish::Away, ..TALKING };
    let wrapping = Combination { wish: Wish::Away, ..WRAPPING };
    let rows = history(&[TALKING, hidden, wrapping, AT_LUNCH]);
    assert_eq!(buckets(&rows)[1..], [(Bucket::Incall, Bucket::Paused)]);
    assert_eq!(rows[1].reason, Some(code("lunch_break")));
}

#[test]
fn an_external_call_is_named_by_its_own_id() {
    let outside = Combination { external_call: true, ..TALKING };
    let rows = history(&[TALKING, outside, TALKING]);
    assert_eq!(rows[1].call_id, Some(Subject::External(OUTSIDE)));
    assert_eq!((rows[2].to_status, rows[2].call_id), (Bucket::Incall, Some(Subject::Conversation(CALL))));
}

#[test]
fn a_wrap_up_by_hand_is_about_nothing() {
    let rows = history(&[READY, Combination { voice: Voice::WrapUpByHand, ..READY }]);
    assert_eq!((rows[1].to_status, rows[1].call_id), (Bucket::Wrapup, None));
}

#[test]
fn the_thread_that_fills_an_agent_is_the_one_on_its_row() {
    let mut watch = Watch::<AgentEvents>::default();
    let offered = Combination { chats: Chats { offered: 1, active: 4, wrapping: 0 }, ..READY };
    let full = Combination { chats: Chats { offered: 0, active: 5, wrapping: 0 }, ..READY };
    watch.event(Timestamp(1), &Event::Reopened {}, &[Facts::Agent(offered.facts())]);
    let accepted =
        Event::OfferAccepted { offer: OfferId::from_u128(1), conversation: THREAD, agent: AGENT, queue: HERE };
    let rows = watch.event(Timestamp(2), &accepted, &[Facts::Agent(full.facts())]);
    assert_eq!(buckets(&rows), [(Bucket::Ring, Bucket::Incall)]);
    assert_eq!(rows[0].call_id, Some(Subject::Conversation(THREAD)));
}

#[test]
fn rows_are_cut_for_each_event_though_all_are_of_one_instant() {
    // A wrap-up ends and the next call rings in the same entry: ready lasted no time, and is told.
    let mut watch = Watch::<AgentEvents>::default();
    let now = Timestamp(5_000);
    let mut rows = Vec::new();
    for it in [WRAPPING, READY, RINGING] {
        rows.extend(watch.event(now, &Event::Reopened {}, &[Facts::Agent(it.facts())]));
    }
    use Bucket::*;
    assert_eq!(buckets(&rows), [(Offline, Wrapup), (Wrapup, Ready), (Ready, Ring)]);
    // Reading 16: seq orders what the clock does not.
    assert_eq!(rows.iter().map(|row| (row.seq, row.ts)).collect::<Vec<_>>(), [(1, now), (2, now), (3, now)]);
}

#[test]
fn a_new_agent_begins_offline_and_gives_no_row() {
    let mut watch = Watch::<AgentEvents>::default();
    assert!(watch.event(Timestamp(1), &Event::Reopened {}, &[Facts::Agent(fresh_agent(AGENT))]).is_empty());
}

#[test]
fn an_event_that_touches_two_agents_may_give_two_rows() {
    let mut watch = Watch::<AgentEvents>::default();
    let other = AgentFacts { agent: UserId::from_u128(2), ..RINGING.facts() };
    let touched = [Facts::Agent(READY.facts()), Facts::Agent(other)];
    let rows = watch.event(Timestamp(1), &Event::Reopened {}, &touched);
    assert_eq!(rows.iter().map(|row| (row.seq, row.user_id)).collect::<Vec<_>>(), [(1, AGENT), (2, other.agent)]);
}

#[test]
fn any_life_gives_an_unbroken_chain_for_every_agent() {
    let mut numbers = Numbers(7);
    let mut lives = Vec::new();
    each(1..2, |it| {
        if numbers.below(400) == 0 {
            lives.push(*it);
        }
    });
    let agents: Vec<UserId> = (1..=5).map(UserId::from_u128).collect();
    let mut watch = Watch::<AgentEvents>::default();
    let mut last = vec![Bucket::Offline; agents.len()];
    let (mut rows, mut now) = (Vec::new(), Timestamp(0));
    for _ in 0..20_000 {
        let which = numbers.below(agents.len());
        let facts = AgentFacts { agent: agents[which], ..numbers.one_of(&lives).facts() };
        now = now.plus_ms(numbers.below(3) as u64);
        let cut = watch.event(now, &Event::Reopened {}, &[Facts::Agent(facts)]);
        let is = bucket(&facts);
        assert_eq!(cut.len(), usize::from(is != last[which]));
        for row in &cut {
            assert_eq!((row.user_id, row.from_status, row.to_status), (agents[which], last[which], is));
            assert_eq!(row.reason.is_some(), is == Bucket::Paused);
        }
        last[which] = is;
        rows.extend(cut);
    }
    assert!(rows.len() > 10_000);
    assert!(rows.iter().map(|row| row.seq).eq(1..=rows.len() as u64));
    assert!(rows.is_sorted_by_key(|row| row.ts));
}
