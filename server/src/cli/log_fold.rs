//! `readyroom log fold`: the floor as it was after an event.

use super::fold::Fold as Way;
use super::guard::guard;
use super::print::{NOTHING, Table, or_dash};
use super::store::Store;
use super::time::{between, instant};
use super::{EXIT_CODES, Exit, exit_codes, json, stop, tell, time, words};
use clap::Args;
use readyroom_core::engine;
use readyroom_core::floor::facts::{ConversationFacts, Facts, StageFacts};
use readyroom_core::floor::queue::Queue;
use readyroom_core::floor::{ConversationSlot, Floor};
use readyroom_core::ids::*;
use readyroom_views::board::{AgentRow, Board, QueueRow};
use readyroom_views::vocabulary::{Acd, Aux, reason_name};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Print the floor as it was after an event.
///
/// Shows agents in the words of all five audiences, their queues,
/// the queues, the conversations, and a digest that equal floors share.
///
/// The log is folded up to and including event N. Durations run to the instant of the last folded
/// event, or to --time; alarms that would have come in between are not played.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom log fold DIR
  readyroom log fold DIR --at 1200
  readyroom log fold DIR --at 1200 --json | jq '.agents[] | select(.bucket == \"ready\")'

", exit_codes!()))]
pub struct Fold {
    /// The directory that holds log.db
    dir: PathBuf,
    #[command(flatten)]
    moment: Moment,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Of which account, after which event, seen when.
#[derive(Args)]
pub struct Moment {
    /// The account, ac_…; may be left out where there is only one
    #[arg(long)]
    pub account: Option<AccountId>,
    /// The state after this event; 0 is before the first; not given: after the last
    #[arg(long, value_name = "N")]
    pub at: Option<u64>,
    /// The instant to which durations run; not given: that of the last folded event
    #[arg(long, value_name = "RFC3339", value_parser = time::parse)]
    pub time: Option<Timestamp>,
}

impl Moment {
    /// The event after which the state is wanted.
    pub fn at(&self) -> Option<EventNo> {
        self.at.map(EventNo)
    }

    /// The instant that counts as now.
    pub fn now(&self, floor: &Floor) -> anyhow::Result<Timestamp> {
        let last = floor.last_at();
        match self.time {
            Some(time) if time < last => {
                let sentence = format!(
                    "--time {} is before event {} ({}); an earlier floor is asked for with --at",
                    instant(time),
                    floor.last_no(),
                    instant(last)
                );
                Err(stop(Exit::Usage, sentence))
            }
            time => Ok(time.unwrap_or(last)),
        }
    }
}

/// Says so when what follows from the last folded event is stored with it and was left out.
pub fn note_middle(way: &Way<'_>) {
    let (at, ends) = (way.floor().last_no(), way.entry_ends());
    if at < ends {
        tell(format_args!(
            "event {at} stands in the middle of what was stored at once: events up to {ends} belong to it"
        ));
    }
}

/// The floor as JSON tells it.
#[derive(Serialize)]
struct Sight {
    account: AccountId,
    position: EventNo,
    entry_ends: EventNo,
    time: String,
    now: String,
    digest: String,
    agents: Vec<AgentRow>,
    queues: Vec<NamedQueue>,
    conversations: Vec<ConversationRow>,
}

#[derive(Serialize)]
struct NamedQueue {
    name: String,
    number: Option<String>,
    #[serde(flatten)]
    row: QueueRow,
}

#[derive(Serialize)]
struct ConversationRow {
    conversation: ConversationId,
    client: ClientId,
    channel: Channel,
    queue: QueueId,
    stage: &'static str,
    agent: Option<UserId>,
    offer: Option<OfferId>,
    priority: u8,
    arrived_at: String,
    age_ms: u64,
    queued_at: String,
    waited_ms: u64,
    owner: Option<UserId>,
    messages: u32,
}

impl Fold {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let store = Store::open(&self.dir)?;
        let account = store.account(self.moment.account)?;
        let mut way = Way::begin(&store, account, self.moment.at())?;
        let mut board = Board::default();
        let mut told = Vec::new();
        begin(&mut board, way.floor());
        way.run_to(self.moment.at(), |floor, recorded, touched| {
            engine::tell(floor, recorded.no, touched, &mut told);
            told.drain(..).for_each(|touch| board.touch(recorded.no, recorded.at, &touch.facts));
            Ok(())
        })?;
        let floor = way.floor();
        let now = self.moment.now(floor)?;
        let sight = guard(|| format!("the floor after event {}", floor.last_no()), || see(account, &way, &board, now))?;
        note_middle(&way);
        if self.json {
            json::line(&sight, out)?;
        } else {
            print(&sight, floor, now, out)?;
        }
        Ok(store.exit())
    }
}

/// A fold that begins at a snapshot begins with everything there is.
fn begin(board: &mut Board, floor: &Floor) {
    let (no, at) = (floor.last_no(), floor.last_at());
    let agents = floor.agents().map(|(slot, _)| Facts::Agent(floor.agent_facts(slot)));
    let seats = floor.seats().map(|(slot, _)| Facts::Seat(floor.seat_facts(slot)));
    let queues = floor.queues().map(|(slot, _)| Facts::Queue(floor.queue_facts(slot)));
    agents.chain(seats).chain(queues).for_each(|facts| board.touch(no, at, &facts));
}

fn see(account: AccountId, way: &Way<'_>, board: &Board, now: Timestamp) -> Sight {
    let floor = way.floor();
    let mut conversations: Vec<_> = floor.conversations().map(|(slot, held)| (held.no, slot)).collect();
    conversations.sort();
    Sight {
        account,
        position: floor.last_no(),
        entry_ends: way.entry_ends(),
        time: instant(floor.last_at()),
        now: instant(now),
        digest: format!("{:016x}", floor.digest()),
        agents: board.agents().collect(),
        queues: board.queues().map(|row| named(floor, row)).collect(),
        conversations: conversations.into_iter().map(|(_, slot)| conversation(floor, slot, now)).collect(),
    }
}

fn named(floor: &Floor, row: QueueRow) -> NamedQueue {
    let queue = queue_of(floor, row.queue);
    NamedQueue {
        name: queue.map_or_else(String::new, |queue| queue.settings.name.clone()),
        number: queue.and_then(|queue| queue.settings.number.clone()),
        row,
    }
}

/// The queue of this id, if there is one.
pub fn queue_of(floor: &Floor, queue: QueueId) -> Option<&Queue> {
    floor.find_queue(queue).ok().map(|slot| floor.queue(slot))
}

/// The stage of a conversation as a word, who has it, and the offer that is out.
pub fn stage(facts: &ConversationFacts) -> (&'static str, Option<UserId>, Option<OfferId>) {
    match facts.stage {
        StageFacts::Waiting => ("waiting", None, None),
        StageFacts::Offered { agent, offer, .. } => ("offered", Some(agent), Some(offer)),
        StageFacts::Active { agent, held: false } => ("active", Some(agent), None),
        StageFacts::Active { agent, held: true } => ("held", Some(agent), None),
        StageFacts::Parked { agent } => ("parked", Some(agent), None),
        StageFacts::Wrapping { agent } => ("wrapping", Some(agent), None),
        StageFacts::Ended => ("ended", None, None),
    }
}

fn conversation(floor: &Floor, slot: ConversationSlot, now: Timestamp) -> ConversationRow {
    let facts = floor.conversation_facts(slot);
    let (stage, agent, offer) = stage(&facts);
    ConversationRow {
        conversation: facts.conversation,
        client: facts.client,
        channel: facts.channel,
        queue: facts.queue,
        stage,
        agent,
        offer,
        priority: facts.priority,
        arrived_at: instant(facts.arrived_at),
        age_ms: now.ms_since(facts.arrived_at),
        queued_at: instant(facts.queued_at),
        waited_ms: now.ms_since(facts.queued_at),
        owner: facts.owner,
        messages: facts.messages,
    }
}

fn print(sight: &Sight, floor: &Floor, now: Timestamp, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "account {}", sight.account)?;
    match sight.position {
        EventNo(0) => writeln!(out, "before the first event")?,
        position => writeln!(out, "after event {position}, {}, seen {}", sight.time, sight.now)?,
    }
    writeln!(out, "digest {}", sight.digest)?;

    writeln!(out, "\nagents: {}", sight.agents.len())?;
    if !sight.agents.is_empty() {
        agents(sight, floor, now).print("  ", out)?;
        let seats = seats(sight, floor);
        writeln!(out, "\nagents in their queues")?;
        seats.print("  ", out)?;
    }
    writeln!(out, "\nqueues: {}", sight.queues.len())?;
    if !sight.queues.is_empty() {
        queues(sight).print("  ", out)?;
    }
    writeln!(out, "\nconversations: {}", sight.conversations.len())?;
    if !sight.conversations.is_empty() {
        conversations(sight, now, floor).print("  ", out)?;
    }
    Ok(())
}

fn agents(sight: &Sight, floor: &Floor, now: Timestamp) -> Table {
    let mut table =
        Table::new(&["agent", "bucket", "for", "desk", "aux", "supervisor", "widget", "status", "for", "load", "work"]);
    for row in &sight.agents {
        let name = |code: ReasonCode| reason_name(floor.reasons(), &code, "en").to_owned();
        let aux = row.aux.map(|aux| match aux {
            Aux::Reason(code) => name(code),
            Aux::WrapUp => "Wrap-up".to_owned(),
        });
        let widget = match row.widget {
            readyroom_views::vocabulary::Widget::Inactive(code) => name(code),
            other => other.label(|_| "").to_owned(),
        };
        table.line(vec![
            row.agent.to_string(),
            row.bucket.to_string(),
            between(row.bucket_since, now),
            row.desk.label().to_owned(),
            or_dash(aux),
            row.supervisor.label().to_owned(),
            widget,
            status(row),
            between(row.status_since, now),
            format!("{}/{}", row.slots_used, row.slots),
            work(row, now),
        ]);
    }
    table
}

fn status(row: &AgentRow) -> String {
    let mut told = words::wish(row.status, row.reason);
    if row.out_only {
        told.push_str(", own clients only");
    }
    if let Some(leaving) = row.leaving {
        told.push_str(&format!(", then {}", words::wish(leaving.to, leaving.reason)));
    }
    if !row.active {
        told.push_str(", deactivated");
    }
    told
}

/// What an agent has in hand, and what of it is amiss.
fn work(row: &AgentRow, now: Timestamp) -> String {
    let mut told = Vec::new();
    if let Some(subject) = row.call {
        let held = if row.held { " on hold" } else { "" };
        told.push(format!("{subject}{held}"));
    }
    if row.chats > 0 {
        told.push(format!("{} chats, {} await it", row.chats, row.awaiting_agent));
    }
    if let Some(offer) = row.offer {
        told.push(format!("{} for {}", offer.offer, left(offer.until, now)));
    }
    if let Some(wrap_up) = row.wrap_up {
        told.push(match wrap_up.until {
            Some(until) => format!("wrap-up for {}", left(until, now)),
            None => "wrap-up by hand".to_owned(),
        });
    }
    if row.parked > 0 {
        told.push(format!("{} parked", row.parked));
    }
    if row.misses > 0 {
        told.push(format!("{} missed in a row", row.misses));
    }
    if !row.dead_channels.is_empty() {
        told.push(format!("{} unreachable", words::channels(row.dead_channels)));
    }
    if row.available_in_no_queue {
        told.push("available in no queue".to_owned());
    }
    if told.is_empty() { NOTHING.to_owned() } else { told.join("; ") }
}

fn left(until: Timestamp, now: Timestamp) -> String {
    format!("{} more", between(now, until))
}

fn seats(sight: &Sight, floor: &Floor) -> Table {
    let mut table = Table::new(&["agent", "queue", "name", "acd", "reason", "mode", "tier", "position", "delay"]);
    for row in &sight.agents {
        for seat in &row.queues {
            let Acd { state, reason } = seat.acd;
            let name = queue_of(floor, seat.queue).map(|queue| queue.settings.name.clone());
            let locked = if seat.locked { ", locked" } else { "" };
            table.line(vec![
                row.agent.to_string(),
                seat.queue.to_string(),
                or_dash(name),
                state.to_string(),
                or_dash(reason),
                format!("{}{locked}", words::word(seat.mode)),
                seat.tier_level.to_string(),
                seat.position.to_string(),
                format!("{}s", seat.delay_sec),
            ]);
        }
    }
    table
}

fn queues(sight: &Sight) -> Table {
    let mut table = Table::new(&["queue", "name", "number", "channels", "waiting", "offered", "active", "members"]);
    for NamedQueue { name, number, row } in &sight.queues {
        table.line(vec![
            row.queue.to_string(),
            name.clone(),
            or_dash(number.as_ref()),
            words::channels(row.channels),
            row.waiting.to_string(),
            row.offered.to_string(),
            row.active.to_string(),
            row.seats.to_string(),
        ]);
    }
    table
}

fn conversations(sight: &Sight, now: Timestamp, floor: &Floor) -> Table {
    let mut table =
        Table::new(&["conversation", "channel", "queue", "stage", "age", "in queue for", "priority", "agent"]);
    for row in &sight.conversations {
        let slot = floor.find_conversation(row.conversation).ok();
        let since = |of: fn(&ConversationFacts) -> Timestamp| {
            slot.map(|slot| between(of(&floor.conversation_facts(slot)), now))
        };
        table.line(vec![
            row.conversation.to_string(),
            words::word(row.channel),
            row.queue.to_string(),
            row.stage.to_owned(),
            or_dash(since(|facts| facts.arrived_at)),
            or_dash(since(|facts| facts.queued_at)),
            row.priority.to_string(),
            or_dash(row.agent),
        ]);
    }
    table
}
