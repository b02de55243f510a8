//! `conversation_segment`: where the time of each conversation went, from its arrival to its end.
//!
//! A conversation is in one place at a time, so its segments follow each other without gap or
//! overlap; a transfer splits it. Only wrap-up stands apart: it belongs to the agent, and may run
//! beside whatever becomes of the conversation. Handle time, speed of answer and service level
//! are sums over this table.

use super::{Cell, Column, Row, Step, Table};
use readyroom_core::event::{EndOutcome, Event, OfferOutcome, QueueCause, WorkOutcome, WrapUpOutcome};
use readyroom_core::ids::{Channel, ClientId, ConversationId, QueueId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::vocabulary::words! {
    /// What a conversation does in a segment.
    Phase {
        /// Waits in its queue.
        Waiting = "waiting", "Waiting";
        /// Is offered to the agent.
        Ringing = "ringing", "Ringing";
        /// The agent has it.
        Talking = "talking", "Talking";
        /// The agent has it, and the client is on hold.
        Held = "held", "Held";
        /// The agent put it aside until the client writes.
        Parked = "parked", "Put aside";
        /// The agent works on after its part in it.
        Wrapping = "wrapping", "Wrap-up";
    }
}

crate::vocabulary::words! {
    /// How a segment ended.
    SegmentOutcome {
        /// Waiting or put aside: an agent was offered it.
        Offered = "offered", "Offered";
        /// Ringing: the agent took it.
        Accepted = "accepted", "Accepted";
        /// Ringing: the agent said no.
        Declined = "declined", "Declined";
        /// Ringing: the agent let it run out.
        Missed = "missed", "Missed";
        /// Ringing: the client left, or somebody took it back.
        Rescinded = "rescinded", "Rescinded";
        /// Ringing: the agent asked to go.
        Withdrawn = "withdrawn", "Withdrawn";
        /// Ringing: the agent's device went, or was silent when it ran out.
        Lost = "lost", "Device lost";
        /// Ringing: it ran out while the server was down.
        ServerDown = "server_down", "Server down";
        /// Talking: the client was put on hold.
        Held = "held", "Put on hold";
        /// Held: the client was taken off hold.
        Resumed = "resumed", "Resumed";
        /// Talking or held: the conversation is over.
        Ended = "ended", "Ended";
        /// Talking, held, waiting or put aside: handed to another agent or queue.
        Transferred = "transferred", "Transferred";
        /// Talking, held, waiting or put aside: sent back to its queue.
        Requeued = "requeued", "Requeued";
        /// Talking: put aside because the agent left.
        Parked = "parked", "Put aside";
        /// Talking or held: given to somebody else by a supervisor.
        Reassigned = "reassigned", "Reassigned";
        /// Put aside: the client wrote.
        ClientWrote = "client_wrote", "Client wrote";
        /// Waiting or put aside: over, and an agent had had it.
        Handled = "handled", "Handled";
        /// Waiting: the client left before any agent had it.
        Abandoned = "abandoned", "Abandoned";
        /// Waiting or put aside: the client was blocked.
        Blocked = "blocked", "Blocked";
        /// Waiting: somebody other than the client ended it before any agent had it.
        Cancelled = "cancelled", "Cancelled";
        /// Wrapping: its time was up.
        Expired = "expired", "Expired";
        /// Wrapping: somebody ended it early.
        Finished = "finished", "Finished";
        /// Wrapping: the conversation came back to the agent.
        Returned = "returned", "Returned";
    }
}

/// A stretch of a conversation in one place, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Which.
    pub conversation: ConversationId,
    /// Whose.
    pub client: ClientId,
    /// How it speaks.
    pub channel: Channel,
    /// In which queue, or from which.
    pub queue: QueueId,
    /// With which agent; none while it waits.
    pub agent: Option<UserId>,
    /// What it does.
    pub phase: Phase,
    /// Since when.
    pub start: Timestamp,
}

/// A segment that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConversationSegment {
    /// Counted from 1 without a gap, in the order in which segments end.
    pub seq: u64,
    /// What it was.
    pub segment: Segment,
    /// When it ended; not before its start.
    pub end: Timestamp,
    /// How.
    pub outcome: SegmentOutcome,
}

/// A conversation between its arrival and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Course {
    client: ClientId,
    channel: Channel,
    queue: QueueId,
    /// Where it is. None only before its first queue and after its last agent.
    current: Option<Segment>,
    /// Whether `current` is the wait with which a stay in a queue begins.
    begins_stay: bool,
    /// Up to when its segments are cut.
    cut_to: Timestamp,
}

/// The fold, which remembers the segments that have not ended.
///
/// Of a conversation that arrived before the fold began it knows nothing, and gives no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSegments {
    seq: u64,
    courses: BTreeMap<ConversationId, Course>,
    wrap_ups: BTreeMap<ConversationId, Vec<Segment>>,
}

impl Table for ConversationSegments {
    const NAME: &'static str = "conversation_segment";
    const VERSION: u32 = 1;
    const COLUMNS: &'static [Column] = &[
        Column::SEQ,
        Column::text("conversation_id", "the conversation"),
        Column::text("client_id", "its client"),
        Column::text("channel", "voice or chat"),
        Column::text("queue_id", "its queue"),
        Column::text("user_id", "the agent; none while it waits").or_null(),
        Column::text("phase", "waiting, ringing, talking, held, parked or wrapping"),
        Column::int("start", "epoch milliseconds"),
        Column::int("end", "epoch milliseconds"),
        Column::text("outcome", "how it ended"),
    ];
    type Row = ConversationSegment;

    fn fold(&mut self, step: &Step<'_>, out: &mut Vec<ConversationSegment>) {
        let ts = step.ts;
        match *step.event {
            Event::Arrived { conversation, client, channel, queue, arrived_at, .. } => {
                let course = Course { client, channel, queue, current: None, begins_stay: false, cut_to: arrived_at };
                self.courses.insert(conversation, course);
            }
            Event::Queued { conversation, queue, since, cause } => {
                self.close(conversation, ts, SegmentOutcome::of_queueing(cause), out);
                self.enter_queue(conversation, queue, since);
            }
            Event::OfferMade { conversation, agent, queue, .. } => {
                self.close(conversation, ts, SegmentOutcome::Offered, out);
                self.open(conversation, queue, Some(agent), Phase::Ringing, ts);
            }
            Event::OfferAccepted { conversation, agent, queue, .. } => {
                self.close(conversation, ts, SegmentOutcome::Accepted, out);
                self.open(conversation, queue, Some(agent), Phase::Talking, ts);
            }
            Event::OfferEnded { conversation, queue, outcome, .. } => {
                self.close(conversation, ts, outcome.into(), out);
                self.open(conversation, queue, None, Phase::Waiting, ts);
            }
            Event::HoldSet { conversation, agent, held } => {
                let (outcome, phase) =
                    if held { (SegmentOutcome::Held, Phase::Held) } else { (SegmentOutcome::Resumed, Phase::Talking) };
                self.close(conversation, ts, outcome, out);
                self.reopen(conversation, agent, phase, ts);
            }
            Event::WorkEnded { conversation, agent, queue, outcome, wrap_up_until } => {
                self.close(conversation, ts, outcome.into(), out);
                match outcome {
                    WorkOutcome::Transferred | WorkOutcome::Requeued | WorkOutcome::Reassigned => {
                        self.open(conversation, queue, None, Phase::Waiting, ts);
                    }
                    WorkOutcome::Parked => self.open(conversation, queue, Some(agent), Phase::Parked, ts),
                    WorkOutcome::Ended => {}
                }
                if wrap_up_until.is_some() {
                    self.begin_wrap_up(conversation, agent, queue, ts);
                }
            }
            Event::ConversationEnded { conversation, outcome } => {
                self.close(conversation, ts, outcome.into(), out);
                self.courses.remove(&conversation);
            }
            Event::WrapUpEnded { agent, conversation: Some(conversation), outcome } => {
                self.end_wrap_up(conversation, agent, ts, outcome.into(), out);
            }
            _ => {}
        }
    }
}

impl ConversationSegments {
    /// The segments that have not ended, by conversation; wrap-ups come last.
    pub fn open_segments(&self) -> impl Iterator<Item = &Segment> {
        let current = self.courses.values().filter_map(|course| course.current.as_ref());
        current.chain(self.wrap_ups.values().flatten())
    }

    fn enter_queue(&mut self, conversation: ConversationId, queue: QueueId, since: Timestamp) {
        // A stay may count from before it was told of, but never from before the last segment's end.
        let start = self.courses.get(&conversation).map_or(since, |course| since.max(course.cut_to));
        self.open(conversation, queue, None, Phase::Waiting, start);
        if let Some(course) = self.courses.get_mut(&conversation) {
            course.begins_stay = true;
        }
    }

    fn reopen(&mut self, conversation: ConversationId, agent: UserId, phase: Phase, ts: Timestamp) {
        if let Some(queue) = self.courses.get(&conversation).map(|course| course.queue) {
            self.open(conversation, queue, Some(agent), phase, ts);
        }
    }

    fn open(
        &mut self,
        conversation: ConversationId,
        queue: QueueId,
        agent: Option<UserId>,
        phase: Phase,
        start: Timestamp,
    ) {
        let Some(course) = self.courses.get_mut(&conversation) else {
            return;
        };
        let Course { client, channel, .. } = *course;
        course.queue = queue;
        course.begins_stay = false;
        course.current = Some(Segment { conversation, client, channel, queue, agent, phase, start });
    }

    fn close(
        &mut self,
        conversation: ConversationId,
        end: Timestamp,
        outcome: SegmentOutcome,
        out: &mut Vec<ConversationSegment>,
    ) {
        let Some(course) = self.courses.get_mut(&conversation) else {
            return;
        };
        let Some(segment) = course.current.take() else { return };
        let end = end.max(segment.start);
        course.cut_to = end;
        // Between two offers of one instant it did not wait. That a stay began, or that it ended
        // while it waited, is told even of no time at all.
        let passing = segment.phase == Phase::Waiting && !course.begins_stay && outcome.moves_on();
        if passing && end == segment.start {
            return;
        }
        self.emit(segment, end, outcome, out);
    }

    fn begin_wrap_up(&mut self, conversation: ConversationId, agent: UserId, queue: QueueId, start: Timestamp) {
        let Some(&Course { client, channel, .. }) = self.courses.get(&conversation) else {
            return;
        };
        let agent = Some(agent);
        let wrap_up = Segment { conversation, client, channel, queue, agent, phase: Phase::Wrapping, start };
        self.wrap_ups.entry(conversation).or_default().push(wrap_up);
    }

    fn end_wrap_up(
        &mut self,
        conversation: ConversationId,
        agent: UserId,
        end: Timestamp,
        outcome: SegmentOutcome,
        out: &mut Vec<ConversationSegment>,
    ) {
        let Some(wrap_ups) = self.wrap_ups.get_mut(&conversation) else {
            return;
        };
        let Some(place) = wrap_ups.iter().position(|wrap_up| wrap_up.agent == Some(agent)) else {
            return;
        };
        let wrap_up = wrap_ups.remove(place);
        if wrap_ups.is_empty() {
            self.wrap_ups.remove(&conversation);
        }
        self.emit(wrap_up, end.max(wrap_up.start), outcome, out);
    }

    fn emit(&mut self, segment: Segment, end: Timestamp, outcome: SegmentOutcome, out: &mut Vec<ConversationSegment>) {
        self.seq += 1;
        out.push(ConversationSegment { seq: self.seq, segment, end, outcome });
    }
}

impl Segment {
    /// How long it has lasted, milliseconds.
    pub fn ms_at(&self, now: Timestamp) -> u64 {
        now.ms_since(self.start)
    }
}

impl SegmentOutcome {
    /// The end of a wait, or of a thread's time aside, by entering a queue.
    const fn of_queueing(cause: QueueCause) -> SegmentOutcome {
        match cause {
            QueueCause::Arrived | QueueCause::Requeued => SegmentOutcome::Requeued,
            QueueCause::Transferred => SegmentOutcome::Transferred,
            QueueCause::ClientWrote => SegmentOutcome::ClientWrote,
        }
    }

    /// Whether the wait that ended so went on elsewhere.
    const fn moves_on(self) -> bool {
        matches!(
            self,
            SegmentOutcome::Offered
                | SegmentOutcome::Requeued
                | SegmentOutcome::Transferred
                | SegmentOutcome::ClientWrote
        )
    }
}

impl From<OfferOutcome> for SegmentOutcome {
    fn from(outcome: OfferOutcome) -> Self {
        match outcome {
            OfferOutcome::Declined => SegmentOutcome::Declined,
            OfferOutcome::Missed => SegmentOutcome::Missed,
            OfferOutcome::Rescinded => SegmentOutcome::Rescinded,
            OfferOutcome::Withdrawn => SegmentOutcome::Withdrawn,
            OfferOutcome::Lost => SegmentOutcome::Lost,
            OfferOutcome::ServerDown => SegmentOutcome::ServerDown,
        }
    }
}

impl From<WorkOutcome> for SegmentOutcome {
    fn from(outcome: WorkOutcome) -> Self {
        match outcome {
            WorkOutcome::Ended => SegmentOutcome::Ended,
            WorkOutcome::Transferred => SegmentOutcome::Transferred,
            WorkOutcome::Requeued => SegmentOutcome::Requeued,
            WorkOutcome::Parked => SegmentOutcome::Parked,
            WorkOutcome::Reassigned => SegmentOutcome::Reassigned,
        }
    }
}

impl From<EndOutcome> for SegmentOutcome {
    fn from(outcome: EndOutcome) -> Self {
        match outcome {
            EndOutcome::Handled => SegmentOutcome::Handled,
            EndOutcome::Abandoned => SegmentOutcome::Abandoned,
            EndOutcome::Blocked => SegmentOutcome::Blocked,
            EndOutcome::Cancelled => SegmentOutcome::Cancelled,
        }
    }
}

impl From<WrapUpOutcome> for SegmentOutcome {
    fn from(outcome: WrapUpOutcome) -> Self {
        match outcome {
            WrapUpOutcome::Expired => SegmentOutcome::Expired,
            WrapUpOutcome::Finished => SegmentOutcome::Finished,
            WrapUpOutcome::Returned => SegmentOutcome::Returned,
        }
    }
}

impl Row for ConversationSegment {
    fn cells(&self) -> Vec<Cell> {
        let Segment { conversation, client, channel, queue, agent, phase, start } = self.segment;
        vec![
            Cell::count(self.seq),
            Cell::text(conversation),
            Cell::text(client),
            Cell::word(match channel {
                Channel::Voice => "voice",
                Channel::Chat => "chat",
            }),
            Cell::text(queue),
            Cell::text_or_null(agent),
            Cell::word(phase.as_str()),
            start.into(),
            self.end.into(),
            Cell::word(self.outcome.as_str()),
        ]
    }
}
