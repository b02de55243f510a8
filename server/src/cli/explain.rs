//! `readyroom explain`: who gets a conversation and why not the others, why an agent has nothing to
//! do, and why an offer once went to whom it went.

use super::fold::Fold;
use super::guard::guard;
use super::log_fold::{Moment, note_middle, queue_of, stage};
use super::store::{Store, body};
use super::time::{between, duration, instant};
use super::verdict::{Told, phrase};
use super::{EXIT_CODES, Exit, exit_codes, json, stop, words};
use clap::{Args, Subcommand};
use readyroom_core::event::{Actor, Event, OfferKind, Recorded};
use readyroom_core::explain::{self, AgentExplained, Candidate, ConversationExplained, Verdict};
use readyroom_core::floor::{Floor, QueueSlot};
use readyroom_core::ids::*;
use readyroom_views::vocabulary::{acd, bucket};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Say why: who gets a conversation and not the others, or why an agent has nothing to do.
///
/// The answers are read off the log, by the same list of conditions and the same order by which the
/// router decided. The state is the one after event N of --at, or after the last event. Delays are judged at the
/// instant of that event, or of --time; alarms that would have come in between are not played.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom explain DIR conversation cv_01j160r23gw5zkpfjme3fwzs5k
  readyroom explain DIR conversation cv_01j160r23gw5zkpfjme3fwzs5k --at 1200 --json
  readyroom explain DIR agent us_01j160r23gw5zkpfjme3fwzs5k --queue 8000
  readyroom explain DIR offer of_01j160r23gw5zkpfjme3fwzs5k

", exit_codes!()))]
pub struct Explain {
    /// The directory that holds log.db
    dir: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Who gets this conversation, and why not the others
    #[command(after_help = EXIT_CODES)]
    Conversation {
        /// cv_…
        conversation: ConversationId,
        #[command(flatten)]
        moment: Moment,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Why this agent has nothing to do, or no more of it
    #[command(after_help = EXIT_CODES)]
    Agent {
        /// us_…
        agent: UserId,
        /// Only in this queue: q_… or its number
        #[arg(long, value_name = "q_…|NUMBER")]
        queue: Option<String>,
        #[command(flatten)]
        moment: Moment,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Why this offer was made to its agent and to no other
    ///
    /// It is judged as it was decided then: on the floor just before it, at its own instant.
    #[command(after_help = EXIT_CODES)]
    Offer {
        /// of_…
        offer: OfferId,
        /// The account, ac_…; may be left out where there is only one
        #[arg(long)]
        account: Option<AccountId>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
}

impl Explain {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let store = Store::open(&self.dir)?;
        match &self.what {
            What::Conversation { conversation, moment, json } => {
                of_conversation(&store, *conversation, moment, *json, out)
            }
            What::Agent { agent, queue, moment, json } => {
                of_agent(&store, *agent, queue.as_deref(), moment, *json, out)
            }
            What::Offer { offer, account, json } => of_offer(&store, *offer, *account, *json, out),
        }
    }
}

/// A candidate as JSON tells it.
#[derive(Serialize)]
struct CandidateLine {
    agent: UserId,
    #[serde(flatten)]
    told: Told,
}

impl From<&Candidate> for CandidateLine {
    fn from(candidate: &Candidate) -> CandidateLine {
        CandidateLine { agent: candidate.agent, told: candidate.verdict.into() }
    }
}

/// Why a conversation is where it is, as JSON tells it.
#[derive(Serialize)]
struct ConversationLine {
    account: AccountId,
    position: EventNo,
    now: String,
    conversation: ConversationId,
    client: ClientId,
    channel: Channel,
    queue: QueueId,
    stage: &'static str,
    agent: Option<UserId>,
    offer: Option<OfferId>,
    priority: u8,
    age_ms: u64,
    waited_ms: u64,
    place: Option<usize>,
    candidates: Vec<CandidateLine>,
    not_listed: usize,
}

fn of_conversation(
    store: &Store,
    id: ConversationId,
    moment: &Moment,
    as_json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let account = store.account(moment.account)?;
    let mut way = Fold::begin(store, account, moment.at())?;
    way.run_to(moment.at(), |_, _, _| Ok(()))?;
    let floor = way.floor();
    let now = moment.now(floor)?;
    let Ok(slot) = floor.find_conversation(id) else {
        return Err(not_there(store, account, floor, &id.to_string()));
    };
    let told = guard(|| after(floor), || explain::conversation(floor, slot, now))?;
    note_middle(&way);
    let (stage, agent, offer) = stage(&told.facts);
    let not_listed = not_listed(floor, &told);
    if as_json {
        let line = ConversationLine {
            account,
            position: floor.last_no(),
            now: instant(now),
            conversation: id,
            client: told.facts.client,
            channel: told.facts.channel,
            queue: told.facts.queue,
            stage,
            agent,
            offer,
            priority: told.facts.priority,
            age_ms: now.ms_since(told.facts.arrived_at),
            waited_ms: told.waited_ms,
            place: told.place,
            candidates: told.candidates.iter().map(CandidateLine::from).collect(),
            not_listed,
        };
        json::line(&line, out)?;
        return Ok(store.exit());
    }
    let facts = &told.facts;
    let channel = words::channel_word(facts.channel);
    writeln!(
        out,
        "{id}, a {channel} of client {}, priority {}, {} old",
        facts.client,
        facts.priority,
        between(facts.arrived_at, now)
    )?;
    let queue = named_queue(floor, facts.queue);
    match (agent, told.place) {
        (None, Some(place)) => writeln!(out, "waits in {queue} for {}, place {place}", duration(told.waited_ms))?,
        (Some(agent), _) => {
            let offer = offer.map_or_else(String::new, |offer| format!(" by {offer}"));
            writeln!(out, "is {stage} with {agent}{offer}, of {queue}")?;
        }
        (None, None) => writeln!(out, "is {stage}, of {queue}")?,
    }
    writeln!(out, "after event {}, seen {}", floor.last_no(), instant(now))?;
    let head = match agent {
        None => "who may take it",
        Some(_) => "who could take it, if it waited now",
    };
    candidates(&told.candidates, head, not_listed, out)?;
    Ok(store.exit())
}

/// Those who may, in their order, and those who may not.
fn candidates(candidates: &[Candidate], head: &str, not_listed: usize, out: &mut dyn Write) -> anyhow::Result<()> {
    if candidates.is_empty() {
        writeln!(out, "{head}: nobody; its queue has no members")?;
        return Ok(());
    }
    let able = candidates.iter().filter(|candidate| !matches!(candidate.verdict, Verdict::Refused { .. })).count();
    match able {
        0 => writeln!(out, "{head}: nobody")?,
        able => writeln!(out, "{head}: {able} of {}", candidates.len() + not_listed)?,
    }
    for candidate in candidates {
        writeln!(out, "  {}  {}", candidate.agent, phrase(candidate.verdict))?;
    }
    if not_listed > 0 {
        writeln!(out, "  and {not_listed} more members, not listed")?;
    }
    Ok(())
}

/// Members that the list had no room for.
fn not_listed(floor: &Floor, told: &ConversationExplained) -> usize {
    let members = queue_of(floor, told.facts.queue).map_or(0, |queue| queue.seats.len());
    members.saturating_sub(told.candidates.len())
}

fn named_queue(floor: &Floor, queue: QueueId) -> String {
    match queue_of(floor, queue) {
        Some(known) => format!("{queue} {:?}", known.settings.name),
        None => queue.to_string(),
    }
}

fn after(floor: &Floor) -> String {
    format!("the floor after event {}", floor.last_no())
}

/// Why an agent has nothing to do, as JSON tells it.
#[derive(Serialize)]
struct AgentLine {
    account: AccountId,
    position: EventNo,
    now: String,
    agent: UserId,
    bucket: String,
    status: String,
    reason: Option<ReasonCode>,
    queues: Vec<QueueLine>,
    own: Vec<WaitingLine>,
}

#[derive(Serialize)]
struct QueueLine {
    queue: QueueId,
    acd: String,
    refused: Vec<RefusedLine>,
    waiting: Vec<WaitingLine>,
}

#[derive(Serialize)]
struct RefusedLine {
    channel: Channel,
    code: &'static str,
    words: &'static str,
}

#[derive(Serialize)]
struct WaitingLine {
    conversation: ConversationId,
    #[serde(flatten)]
    told: Told,
}

fn waiting(list: &[(ConversationId, Verdict)]) -> Vec<WaitingLine> {
    list.iter().map(|&(conversation, verdict)| WaitingLine { conversation, told: verdict.into() }).collect()
}

fn of_agent(
    store: &Store,
    id: UserId,
    queue: Option<&str>,
    moment: &Moment,
    as_json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let account = store.account(moment.account)?;
    let mut way = Fold::begin(store, account, moment.at())?;
    way.run_to(moment.at(), |_, _, _| Ok(()))?;
    let floor = way.floor();
    let now = moment.now(floor)?;
    let Ok(slot) = floor.find_agent(id) else {
        return Err(not_there(store, account, floor, &id.to_string()));
    };
    let only = queue.map(|asked| find_queue(store, account, floor, asked)).transpose()?;
    if let Some(queue) = only
        && floor.seat_of(slot, queue).is_none()
    {
        let sentence = format!(
            "{id} is not a member of {} after event {}",
            named_queue(floor, floor.queue(queue).id),
            floor.last_no()
        );
        return Err(stop(Exit::Finding, sentence));
    }
    let told = guard(|| after(floor), || explain::agent(floor, slot, only, now))?;
    note_middle(&way);
    let facts = floor.agent_facts(slot);
    let state_in = |queue: QueueId| {
        let seat = floor.find_queue(queue).ok().and_then(|queue| floor.seat_of(slot, queue));
        seat.map_or_else(String::new, |seat| acd(&facts, &floor.seat_facts(seat)).state.to_string())
    };
    if as_json {
        let queues = told.queues.iter().map(|it| QueueLine {
            queue: it.queue,
            acd: state_in(it.queue),
            refused: it
                .refused
                .iter()
                .map(|&(channel, code)| RefusedLine { channel, code: code.as_str(), words: code.words() })
                .collect(),
            waiting: waiting(&it.waiting),
        });
        let line = AgentLine {
            account,
            position: floor.last_no(),
            now: instant(now),
            agent: id,
            bucket: bucket(&facts).to_string(),
            status: words::code(facts.status),
            reason: facts.reason.map(|reason| reason.code),
            queues: queues.collect(),
            own: waiting(&told.own),
        };
        json::line(&line, out)?;
        return Ok(store.exit());
    }
    let reason = facts.reason.map(|reason| reason.code);
    writeln!(
        out,
        "{id}: {}; {} for {}; load {} of {}",
        bucket(&facts),
        words::wish(facts.status, reason),
        between(facts.status_since, now),
        facts.load,
        facts.capacity
    )?;
    writeln!(out, "after event {}, seen {}", floor.last_no(), instant(now))?;
    agent_in_queues(floor, &told, state_in, out)?;
    Ok(store.exit())
}

fn agent_in_queues(
    floor: &Floor,
    told: &AgentExplained,
    state_in: impl Fn(QueueId) -> String,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if told.queues.is_empty() {
        writeln!(out, "it belongs to no queue")?;
    }
    for it in &told.queues {
        writeln!(out, "in {}: {}", named_queue(floor, it.queue), state_in(it.queue))?;
        let channels = queue_of(floor, it.queue).map_or(ChannelSet::NONE, |queue| queue.settings.channels);
        for channel in channels.iter() {
            match it.refused.iter().find(|(refused, _)| *refused == channel) {
                Some((_, code)) => {
                    writeln!(out, "  no {}s: {} ({})", words::channel_word(channel), code.words(), code.as_str())?;
                }
                None => writeln!(out, "  {}s: nothing keeps it from the next", words::channel_word(channel))?,
            }
        }
        if it.waiting.is_empty() {
            writeln!(out, "  nothing waits")?;
        }
        for (conversation, verdict) in &it.waiting {
            writeln!(out, "  {conversation} waits: {}", phrase(*verdict))?;
        }
    }
    if !told.own.is_empty() {
        writeln!(out, "of its own clients")?;
    }
    for (conversation, verdict) in &told.own {
        writeln!(out, "  {conversation} waits: {}", phrase(*verdict))?;
    }
    Ok(())
}

fn find_queue(store: &Store, account: AccountId, floor: &Floor, asked: &str) -> anyhow::Result<QueueSlot> {
    if let Ok(id) = asked.parse::<QueueId>() {
        return floor.find_queue(id).map_err(|_| not_there(store, account, floor, asked));
    }
    if asked.is_empty() || !asked.bytes().all(|byte| byte.is_ascii_digit()) {
        let sentence = format!("{asked:?} is neither an id of the form q_… nor the number of a queue");
        return Err(stop(Exit::Usage, sentence));
    }
    let numbered = |number: &Option<String>| number.as_deref() == Some(asked);
    let found = floor.queues().find(|(_, queue)| numbered(&queue.settings.number));
    found.map(|(slot, _)| slot).ok_or_else(|| {
        let sentence = format!("no queue has the number {asked} after event {}", floor.last_no());
        stop(Exit::Finding, sentence)
    })
}

/// Why something is not on the floor: never named, not yet there, or gone again.
fn not_there(store: &Store, account: AccountId, floor: &Floor, id: &str) -> anyhow::Error {
    match trace(store, account, id) {
        Ok(trace) => {
            let at = floor.last_no();
            let sentence = match (trace.first, trace.gone) {
                (_, Some((no, told))) if no <= at => format!(
                    "{id} is not on the floor after event {at}: with event {no} {told}; ask with --at {} to see it before that",
                    no.0 - 1
                ),
                (Some((no, _)), _) if no > at => {
                    format!("{id} is not on the floor after event {at}: event {no} is the first that names it")
                }
                (Some((no, told)), _) => {
                    format!("{id} is not on the floor after event {at}; the first that names it is event {no}: {told}")
                }
                (None, _) => format!("no event of account {account} names {id}"),
            };
            stop(Exit::Finding, sentence)
        }
        Err(error) => error,
    }
}

/// What the log says of an id.
#[derive(Default)]
struct Trace {
    first: Option<(EventNo, String)>,
    gone: Option<(EventNo, String)>,
}

fn trace(store: &Store, account: AccountId, id: &str) -> anyhow::Result<Trace> {
    let mut trace = Trace::default();
    for stored in store.entries(account, store.start(account)?.pos)? {
        for Recorded { no, at, event, .. } in body(&stored?)?.events {
            if !words::names(&event, id) {
                continue;
            }
            let told = format!("({}) {}", instant(at), words::event(&event));
            if matches!(event, Event::ConversationEnded { .. } | Event::QueueRemoved { .. }) {
                trace.gone = Some((no, told.clone()));
            }
            trace.first.get_or_insert((no, told));
        }
    }
    Ok(trace)
}

/// Why an offer was made as it was, as JSON tells it.
#[derive(Serialize)]
struct OfferLine {
    account: AccountId,
    position: EventNo,
    time: String,
    by: Actor,
    offer: OfferId,
    kind: OfferKind,
    conversation: ConversationId,
    queue: QueueId,
    agent: UserId,
    sender: Option<UserId>,
    until: String,
    place: Option<usize>,
    waited_ms: u64,
    /// What the rules said of the chosen one.
    chosen: Option<Told>,
    candidates: Vec<CandidateLine>,
    not_listed: usize,
    became: Option<Became>,
}

/// How an offer ended.
#[derive(Serialize)]
struct Became {
    position: EventNo,
    time: String,
    outcome: String,
    after_ms: u64,
}

fn of_offer(
    store: &Store,
    id: OfferId,
    account: Option<AccountId>,
    as_json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let account = store.account(account)?;
    let mut way = Fold::begin(store, account, Some(EventNo(u64::MAX - 1)))?;
    let made = loop {
        match way.peek()? {
            Some(next) if matches!(next.event, Event::OfferMade { offer, .. } if offer == id) => break next.clone(),
            Some(_) => drop(way.step()?),
            None => {
                let sentence = format!("no event of account {account} makes the offer {id}");
                return Err(stop(Exit::Finding, sentence));
            }
        }
    };
    let Event::OfferMade { conversation, agent, queue, kind, until, sender, .. } = made.event else {
        unreachable!("the loop ends with an offer made");
    };
    let floor = way.floor();
    let slot = floor.find_conversation(conversation);
    let slot = slot.map_err(|_| {
        let sentence = format!("event {} offers {conversation}, which is not on the floor before it", made.no);
        stop(Exit::Store, sentence)
    })?;
    let told = guard(|| format!("the floor before event {}", made.no), || explain::conversation(floor, slot, made.at))?;
    let not_listed = not_listed(floor, &told);
    let queue_name = named_queue(floor, queue);
    let (chosen, others): (Vec<&Candidate>, Vec<&Candidate>) = told.candidates.iter().partition(|it| it.agent == agent);
    let chosen = chosen.first().map(|it| it.verdict);
    // The answer is whole without it; what hinders reading on is told after the answer.
    let became = became(&mut way, id, made.at);
    if as_json {
        let line = OfferLine {
            account,
            position: made.no,
            time: instant(made.at),
            by: made.by,
            offer: id,
            kind,
            conversation,
            queue,
            agent,
            sender,
            until: instant(until),
            place: told.place,
            waited_ms: told.waited_ms,
            chosen: chosen.map(Told::from),
            candidates: others.into_iter().map(CandidateLine::from).collect(),
            not_listed,
            became: became.as_ref().ok().and_then(|it| it.as_ref()).map(|it| Became {
                time: it.time.clone(),
                outcome: it.outcome.clone(),
                ..*it
            }),
        };
        json::line(&line, out)?;
        return became.map(|_| store.exit());
    }
    writeln!(out, "{id}: event {}, {}, made by {}", made.no, instant(made.at), words::actor(made.by))?;
    let place = told.place.map_or_else(String::new, |place| format!(", place {place}"));
    writeln!(
        out,
        "{conversation}, a {}, in {queue_name} for {}{place}",
        words::channel_word(told.facts.channel),
        duration(told.waited_ms)
    )?;
    writeln!(out, "was offered to {agent}, until {}", instant(until))?;
    why_chosen(kind, sender, chosen, out)?;
    match &became {
        Ok(Some(became)) => writeln!(
            out,
            "it was {} after {} (event {}, {})",
            became.outcome,
            duration(became.after_ms),
            became.position,
            became.time
        )?,
        Ok(None) => writeln!(out, "it is out still, at the end of the log")?,
        Err(_) => {}
    }
    if others.is_empty() {
        writeln!(out, "there was nobody else to choose from")?;
    } else {
        let head = match kind {
            OfferKind::Queued | OfferKind::Own => "the others, just then",
            OfferKind::Assigned => "what the queue's rules said of the others, just then",
        };
        writeln!(out, "{head}")?;
        for other in others {
            writeln!(out, "  {}  {}", other.agent, phrase(other.verdict))?;
        }
    }
    if not_listed > 0 {
        writeln!(out, "  and {not_listed} more members, not listed")?;
    }
    became.map(|_| store.exit())
}

fn why_chosen(
    kind: OfferKind,
    sender: Option<UserId>,
    chosen: Option<Verdict>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match kind {
        OfferKind::Assigned => {
            let sender =
                sender.map_or_else(String::new, |sender| format!("; {sender} gets it back if it comes to nothing"));
            writeln!(out, "because it was given by hand: nobody else was asked{sender}")?;
        }
        OfferKind::Own => writeln!(out, "because the client is its own")?,
        OfferKind::Queued => writeln!(out, "because it came first of all who could take it")?,
    }
    let as_told = matches!(chosen, Some(Verdict::First)) || kind == OfferKind::Assigned;
    if !as_told {
        let said = chosen.map_or_else(|| "it is no candidate at all".to_owned(), phrase);
        writeln!(out, "but by the rules of this program: {said}; a program of other rules decided then")?;
    }
    Ok(())
}

/// How the offer ended, if it did.
fn became(way: &mut Fold<'_>, id: OfferId, made_at: Timestamp) -> anyhow::Result<Option<Became>> {
    while let Some((recorded, _)) = way.step()? {
        let outcome = match recorded.event {
            Event::OfferAccepted { offer, .. } if offer == id => "accepted".to_owned(),
            Event::OfferEnded { offer, outcome, .. } if offer == id => words::code(outcome),
            _ => continue,
        };
        return Ok(Some(Became {
            position: recorded.no,
            time: instant(recorded.at),
            outcome,
            after_ms: recorded.at.ms_since(made_at),
        }));
    }
    Ok(None)
}
