//! `readyroom log inspect`: the events, one a line.

use super::fold::numbers;
use super::print::counted;
use super::store::{Store, body};
use super::time::instant;
use super::{EXIT_CODES, Exit, exit_codes, json, tell, words};
use clap::Args;
use readyroom_core::event::codec::{Body, Kept};
use readyroom_core::event::{Actor, Event, Recorded};
use readyroom_core::ids::{AccountId, ConversationId, EventNo, QueueId, UserId};
use readyroom_log::Stored;
use serde::Serialize;
use std::io::Write;
use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Print the events, one a line.
///
/// A line has the position, the instant (UTC), who did it, and what happened. The store is only read: beside a server at work, and where nothing can be written. Each entry is
/// checked against the one before it; what stands before damage is printed, then the damage is named.
///
/// An answer that was promised to the holder of an idempotency key is a line as well, behind the event
/// whose position it gave, unless only some events are asked for.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom log inspect DIR
  readyroom log inspect DIR --from 100 --to 200
  readyroom log inspect DIR --conversation cv_01j160r23gw5zkpfjme3fwzs5k --json | jq .event
  readyroom log inspect DIR --user us_01j160r23gw5zkpfjme3fwzs5k --limit 50

", exit_codes!()))]
pub struct Inspect {
    /// The directory that holds log.db
    dir: PathBuf,
    /// The account, ac_…; may be left out where there is only one
    #[arg(long)]
    account: Option<AccountId>,
    /// The first position
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// The last position
    #[arg(long, value_name = "N")]
    to: Option<u64>,
    /// Only events that name this agent, or were caused by this person
    #[arg(long, value_name = "us_…")]
    user: Option<UserId>,
    /// Only events that name this conversation
    #[arg(long, value_name = "cv_…")]
    conversation: Option<ConversationId>,
    /// Only events that name this queue
    #[arg(long, value_name = "q_…")]
    queue: Option<QueueId>,
    /// Print at most so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Print the borders of the entries as well: what was stored at once
    #[arg(long)]
    entries: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// An event as JSON tells it.
#[derive(Serialize)]
struct Line<'a> {
    position: EventNo,
    time: String,
    by: Actor,
    event: &'a Event,
    words: String,
}

/// A promise as JSON tells it.
#[derive(Serialize)]
struct PromiseLine<'a> {
    position: EventNo,
    time: String,
    promise: Promised<'a>,
    words: String,
}

#[derive(Serialize)]
struct Promised<'a> {
    key: String,
    request: String,
    status: u16,
    answer: std::borrow::Cow<'a, str>,
}

/// An entry's border as JSON tells it.
#[derive(Serialize)]
struct Border {
    entry: u64,
    epoch: u64,
    writer: String,
    events: u32,
    bytes: usize,
    chain: String,
}

impl Inspect {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let store = Store::open(&self.dir)?;
        let account = store.account(self.account)?;
        let start = store.start(account)?;
        let (from, to) = (self.from.unwrap_or(1), self.to.unwrap_or(u64::MAX));
        if from < start.next_no {
            tell(format_args!("the events before {} were trimmed away", start.next_no));
        }
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut seen = start.next_no - 1;
        for stored in store.entries(account, start.pos)? {
            let stored = stored?;
            let (first, last) = numbers(&stored);
            // What was promised without an event stands at the last event before it.
            let beyond = first > to;
            if beyond && last != to {
                return Ok(store.exit());
            }
            if beyond && stored.entry.is_barrier() {
                continue;
            }
            seen = last;
            if last < from && !(stored.entry.is_barrier() && first >= from) {
                continue;
            }
            if self.entries && left > 0 {
                self.border(&stored, out)?;
            }
            let Body { events, promises } = body(&stored)?;
            let mut promises = promises.into_iter().peekable();
            for recorded in events {
                self.promises_before(recorded.no, &mut promises, from..=to, out)?;
                if !(from..=to).contains(&recorded.no.0) || !self.wants(&recorded) {
                    continue;
                }
                if left == 0 {
                    tell(format_args!(
                        "there are more events, from position {}; --limit said {}",
                        recorded.no,
                        self.limit.unwrap_or_default()
                    ));
                    return Ok(store.exit());
                }
                left -= 1;
                self.event(&recorded, out)?;
            }
            self.promises_before(EventNo(u64::MAX), &mut promises, from..=to, out)?;
        }
        if self.from.is_some_and(|from| from > seen.max(1)) {
            tell(format_args!("the log ends with event {seen}"));
            return Ok(Exit::Finding);
        }
        Ok(store.exit())
    }

    fn event(&self, recorded: &Recorded, out: &mut dyn Write) -> anyhow::Result<()> {
        let &Recorded { no, at, by, ref event } = recorded;
        let (time, words) = (instant(at), words::event(event));
        if self.json {
            let line = Line { position: no, time, by, event, words };
            return json::line(&line, out);
        }
        Ok(writeln!(out, "{:>8}  {time}  {:<40}  {words}", no.0, words::actor(by))?)
    }

    /// The promises that stand before this event, as far as they are asked for.
    fn promises_before(
        &self,
        no: EventNo,
        promises: &mut Peekable<impl Iterator<Item = Kept>>,
        asked: RangeInclusive<u64>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let all = self.user.is_none() && self.conversation.is_none() && self.queue.is_none();
        while let Some(kept) = promises.next_if(|kept| kept.no < no) {
            if all && asked.contains(&kept.no.0) {
                self.promise(&kept, out)?;
            }
        }
        Ok(())
    }

    fn promise(&self, kept: &Kept, out: &mut dyn Write) -> anyhow::Result<()> {
        let Kept { no, at, promise } = kept;
        let (time, key) = (instant(*at), hex(promise.key));
        let words = format!("was promised {} with {}", promise.status, counted(promise.answer.len() as u64, "byte"));
        if self.json {
            let (status, answer) = (promise.status, String::from_utf8_lossy(&promise.answer));
            let promise = Promised { key, request: hex(promise.request), status, answer };
            return json::line(&PromiseLine { position: *no, time, promise, words }, out);
        }
        let who = format!("key {key}");
        Ok(writeln!(out, "{:>8}  {time}  {who:<40}  {words}", no.0)?)
    }

    fn border(&self, stored: &Stored, out: &mut dyn Write) -> anyhow::Result<()> {
        let entry = &stored.entry;
        let border = Border {
            entry: stored.pos.0,
            epoch: entry.epoch,
            writer: format!("{:016x}", entry.writer),
            events: entry.count,
            bytes: entry.body.len(),
            chain: format!("{:08x}", stored.chain),
        };
        if self.json {
            return json::line(&border, out);
        }
        let what = if entry.is_barrier() {
            "the account was taken over".to_owned()
        } else {
            format!("{}, {} bytes", counted(border.events.into(), "event"), border.bytes)
        };
        Ok(writeln!(
            out,
            "-- entry {}: {what}; epoch {} of writer {}, chain {}",
            border.entry, border.epoch, border.writer, border.chain
        )?)
    }

    /// Whether the event names all that is asked for.
    fn wants(&self, recorded: &Recorded) -> bool {
        let by = match recorded.by {
            Actor::Agent(user) | Actor::Supervisor(user) => Some(user),
            Actor::Client | Actor::Signalling | Actor::Integration(_) | Actor::Policy(_) => None,
        };
        let names = |id: String| words::names(&recorded.event, &id);
        self.user.is_none_or(|user| by == Some(user) || names(user.to_string()))
            && self.conversation.is_none_or(|conversation| names(conversation.to_string()))
            && self.queue.is_none_or(|queue| names(queue.to_string()))
    }
}

fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}
