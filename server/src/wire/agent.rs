//! An agent as the board shows it, and the rows of its history.

use super::{Id, Instant, of, words};
use readyroom_core::event::Status;
use readyroom_core::ids::*;
use readyroom_core::settings::Mode;
use readyroom_views::allowed::{self, Actions};
use readyroom_views::board;
use readyroom_views::tables::AgentEvent;
use readyroom_views::vocabulary::{AcdState, Aux, Bucket, Desk, Subject, Supervisor, Widget};
use serde::Serialize;
use utoipa::ToSchema;

/// An agent: what it is in the words of all five audiences, its timers as instants, and what may be
/// done with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentRow {
    /// Who.
    pub id: of::Agent,
    /// The position of the row's last change.
    pub position: u64,
    /// What people call it.
    pub name: String,
    /// What it logs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The teams it is in.
    pub teams: Vec<String>,
    /// What it is good at.
    pub skills: Vec<Proficiency>,
    /// Not deactivated.
    pub active: bool,

    /// The bucket.
    #[schema(schema_with = words::bucket)]
    pub bucket: Bucket,
    /// Since when.
    pub bucket_since: Instant,
    /// What the bucket is about, where it is about one thing: a conversation or an external call.
    pub subject: Option<String>,
    /// The desk's status.
    #[schema(schema_with = words::desk)]
    pub desk: Desk,
    /// The desk's aux column.
    pub aux: Option<AuxCode>,
    /// The supervisor's status.
    #[schema(schema_with = words::supervisor)]
    pub supervisor: Supervisor,
    /// The widget's status.
    pub widget: WidgetStatus,
    /// Whether the widget shows counts for it, or a duration.
    pub widget_shows_counts: bool,
    /// Since when the widget's duration runs; none is a dash.
    pub widget_since: Option<Instant>,
    /// Its state in each of its queues.
    pub queues: Vec<SeatRow>,

    /// The wish.
    #[schema(schema_with = words::status)]
    pub status: Status,
    /// Since when.
    pub status_since: Instant,
    /// The reason of the break.
    #[schema(schema_with = words::maybe_reason)]
    pub reason: Option<ReasonCode>,
    /// Takes only its own clients.
    pub out_only: bool,
    /// What it will be when no thread awaits it any more.
    pub leaving: Option<LeavingRow>,

    /// Threads of its personal queue: offered, active and put aside.
    pub threads: u16,
    /// Active chats.
    pub chats: u8,
    /// Active chats in which it is the agent's turn.
    pub awaiting_agent: u8,
    /// Threads put aside until their client writes.
    pub parked: u8,
    /// Offers out.
    pub offers: u8,
    /// Offers missed in a row.
    pub misses: u8,
    /// Slots taken.
    pub slots_used: u16,
    /// Slots there are, 1 to 20.
    pub slots: u8,
    /// Conversations that ended in its hands since it logged in.
    pub handled: u32,

    /// Whether the client of its call is on hold.
    pub held: bool,
    /// Its offer; of several the first.
    pub offer: Option<OfferRow>,
    /// Its wrap-up; of several the one that ends last.
    pub wrap_up: Option<WrapUpRow>,
    /// Without queue work since.
    pub idle_since: Instant,
    /// When it last logged in.
    pub logged_in_at: Option<Instant>,
    /// When it last logged out.
    pub logged_out_at: Option<Instant>,

    /// The channels it works on.
    #[schema(schema_with = words::channels)]
    pub channels: ChannelSet,
    /// Mark: those of its channels that no device serves, while it can be reached by another.
    #[schema(schema_with = words::channels)]
    pub dead_channels: ChannelSet,
    /// Mark: available, and ready in no queue, so nothing will come.
    pub available_in_no_queue: bool,
    /// What may be done with it now.
    pub allowed: Allowed,
}

/// Something an agent is good at, and how much.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proficiency {
    /// The skill.
    pub skill: of::Skill,
    /// What people call it.
    pub name: String,
    /// 1 to 5.
    pub level: u8,
}

/// The aux column: the reason of a break, or wrap-up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuxCode {
    /// Which of the two.
    #[schema(schema_with = words::aux)]
    pub aux: &'static str,
    /// The reason, with `reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::reason)]
    pub reason: Option<ReasonCode>,
}

/// The widget's status.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WidgetStatus {
    /// The word.
    #[schema(schema_with = words::widget)]
    pub status: &'static str,
    /// The reason, with `inactive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::reason)]
    pub reason: Option<ReasonCode>,
}

/// What a leaving agent will be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeavingRow {
    /// The status.
    #[schema(schema_with = words::status)]
    pub to: Status,
    /// The reason, with `on_break`.
    #[schema(schema_with = words::maybe_reason)]
    pub reason: Option<ReasonCode>,
}

/// An offer before an agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferRow {
    /// The offer.
    pub id: of::Offer,
    /// What is offered.
    pub conversation: of::Conversation,
    /// From which queue.
    pub queue: of::Queue,
    /// Until when.
    pub until: Instant,
}

/// A wrap-up in progress.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WrapUpRow {
    /// What it follows; none when begun by hand.
    pub conversation: Option<of::Conversation>,
    /// The queue of that.
    pub queue: Option<of::Queue>,
    /// When it ends by itself; none: by hand.
    pub until: Option<Instant>,
}

/// An agent in one of its queues.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeatRow {
    /// Which queue.
    pub queue: of::Queue,
    /// The ACD's word.
    #[schema(schema_with = words::acd_state)]
    pub state: AcdState,
    /// The reason of a break, where that is why it is `NOT_READY`.
    #[schema(schema_with = words::maybe_reason)]
    pub reason: Option<ReasonCode>,
    /// At work in it.
    pub logged_in: bool,
    /// Takes its conversations.
    pub ready: bool,
    /// Fixed by a supervisor.
    pub locked: bool,
    /// Who activates it.
    #[schema(schema_with = words::mode)]
    pub mode: Mode,
    /// Lower rings first.
    pub tier_level: u16,
    /// The tie-break within a tier; lower first.
    pub position: u16,
    /// Seconds for which the queue's conversations are held back.
    pub delay_sec: u32,
    /// What may be done with it here.
    pub allowed: Allowed,
}

/// Who may do what: the agent itself, and a supervisor who sees it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Allowed {
    /// The agent itself.
    #[serde(rename = "self")]
    #[schema(schema_with = words::actions)]
    pub self_: Actions,
    /// A supervisor.
    #[schema(schema_with = words::actions)]
    pub supervisor: Actions,
}

/// What the row of an agent has that the floor does not know.
pub struct Known {
    /// What people call it.
    pub name: String,
    /// What it logs in with.
    pub login: Option<String>,
    /// The teams it is in.
    pub teams: Vec<String>,
    /// What it is good at.
    pub skills: Vec<Proficiency>,
    /// Conversations that ended in its hands since it logged in.
    pub handled: u32,
    /// The position of the row's last change.
    pub position: EventNo,
}

impl AgentRow {
    /// The row, from the board's and from what else is known.
    pub fn new(row: board::AgentRow, known: Known) -> AgentRow {
        let Known { name, login, teams, skills, handled, position } = known;
        AgentRow {
            id: Id(row.agent),
            position: position.0,
            name,
            login,
            teams,
            skills,
            active: row.active,
            bucket: row.bucket,
            bucket_since: Instant(row.bucket_since),
            subject: row.call.map(|subject: Subject| subject.to_string()),
            desk: row.desk,
            aux: row.aux.map(AuxCode::from),
            supervisor: row.supervisor,
            widget: row.widget.into(),
            widget_shows_counts: row.widget_shows_counts,
            widget_since: row.widget_since.map(Instant),
            queues: row.queues.into_iter().map(SeatRow::from).collect(),
            status: row.status,
            status_since: Instant(row.status_since),
            reason: row.reason,
            out_only: row.out_only,
            leaving: row.leaving.map(|leaving| LeavingRow { to: leaving.to, reason: leaving.reason }),
            threads: row.threads,
            chats: row.chats,
            awaiting_agent: row.awaiting_agent,
            parked: row.parked,
            offers: row.offers,
            misses: row.misses,
            slots_used: row.slots_used,
            slots: row.slots,
            handled,
            held: row.held,
            offer: row.offer.map(OfferRow::from),
            wrap_up: row.wrap_up.map(WrapUpRow::from),
            idle_since: Instant(row.idle_since),
            logged_in_at: row.logged_in_at.map(Instant),
            logged_out_at: row.logged_out_at.map(Instant),
            channels: row.channels,
            dead_channels: row.dead_channels,
            available_in_no_queue: row.available_in_no_queue,
            allowed: row.allowed.into(),
        }
    }
}

impl From<Aux> for AuxCode {
    fn from(aux: Aux) -> Self {
        match aux {
            Aux::Reason(code) => AuxCode { aux: "reason", reason: Some(code) },
            Aux::WrapUp => AuxCode { aux: "wrap_up", reason: None },
        }
    }
}

impl From<Widget> for WidgetStatus {
    fn from(widget: Widget) -> Self {
        let reason = if let Widget::Inactive(code) = widget { Some(code) } else { None };
        WidgetStatus { status: widget.as_str(), reason }
    }
}

impl From<board::OfferRow> for OfferRow {
    fn from(offer: board::OfferRow) -> Self {
        let board::OfferRow { offer, conversation, queue, until } = offer;
        OfferRow { id: Id(offer), conversation: Id(conversation), queue: Id(queue), until: Instant(until) }
    }
}

impl From<board::WrapUpRow> for WrapUpRow {
    fn from(wrap_up: board::WrapUpRow) -> Self {
        let board::WrapUpRow { conversation, queue, until } = wrap_up;
        WrapUpRow { conversation: conversation.map(Id), queue: queue.map(Id), until: until.map(Instant) }
    }
}

impl From<board::SeatRow> for SeatRow {
    fn from(seat: board::SeatRow) -> Self {
        SeatRow {
            queue: Id(seat.queue),
            state: seat.acd.state,
            reason: seat.acd.reason,
            logged_in: seat.logged_in,
            ready: seat.ready,
            locked: seat.locked,
            mode: seat.mode,
            tier_level: seat.tier_level,
            position: seat.position,
            delay_sec: seat.delay_sec,
            allowed: seat.allowed.into(),
        }
    }
}

impl From<allowed::Allowed> for Allowed {
    fn from(allowed: allowed::Allowed) -> Self {
        Allowed { self_: allowed.self_, supervisor: allowed.supervisor }
    }
}

/// An agent went from one bucket to another: a row of its history, as the stream tells it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentEventRow {
    /// The position of the event that did it. One event may move several agents.
    pub position: u64,
    /// Counted from 1 without a gap.
    pub seq: u64,
    /// When.
    pub ts: Instant,
    /// Who.
    pub user_id: of::Agent,
    /// The former bucket.
    #[schema(schema_with = words::bucket)]
    pub from_status: Bucket,
    /// The bucket now.
    #[schema(schema_with = words::bucket)]
    pub to_status: Bucket,
    /// On a row into `paused`, why.
    #[schema(schema_with = words::maybe_reason)]
    pub reason: Option<ReasonCode>,
    /// The conversation or external call, where it is about one.
    pub call_id: Option<String>,
}

impl AgentEventRow {
    /// The row of this event.
    pub fn new(position: EventNo, row: &AgentEvent) -> AgentEventRow {
        AgentEventRow {
            position: position.0,
            seq: row.seq,
            ts: Instant(row.ts),
            user_id: Id(row.user_id),
            from_status: row.from_status,
            to_status: row.to_status,
            reason: row.reason,
            call_id: row.call_id.map(|subject| subject.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_views::fresh_agent;
    use utoipa::PartialSchema;

    #[test]
    fn a_row_has_the_fields_that_its_schema_has() {
        let fresh = board::row(&fresh_agent(UserId::from_u128(1)), [], Timestamp(0), EventNo(1));
        let login = Some("anna".to_owned());
        let (name, teams, skills) = ("Anna".to_owned(), vec![], vec![]);
        let row = AgentRow::new(fresh, Known { name, login, teams, skills, handled: 0, position: EventNo(1) });
        let row = serde_json::to_value(row).unwrap();
        let schema = serde_json::to_value(AgentRow::schema()).unwrap();
        let fields = |object: &serde_json::Value| {
            let mut fields: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
            fields.sort();
            fields
        };
        assert_eq!(fields(&row), fields(&schema["properties"]));
        assert_eq!(schema["properties"]["bucket"]["enum"].as_array().unwrap().len(), Bucket::ALL.len());
        assert_eq!((&row["bucket"], &row["widget"]["status"]), (&"offline".into(), &"offline".into()));
        assert_eq!(row["allowed"]["self"], serde_json::json!(["log_in"]));
    }
}
