//! One account as the server drives it: an input is decided, its turns become one unit, units
//! become an entry, and nothing is let go before the log has acknowledged it. Whoever asks again with
//! the same idempotency key gets the same answer, across every stop.

use readyroom_core::engine::{Engine, Input, Turn};
use readyroom_core::event::Recorded;
use readyroom_core::event::codec::{self, Body, Kept, Promise};
use readyroom_core::floor::Floor;
use readyroom_core::floor::snapshot::SNAPSHOT_VERSION;
use readyroom_core::ids::*;
use readyroom_core::promises::{Promises, Seen};
use readyroom_core::{limits, mutant};
use readyroom_log::open::{StartFrom, Step, open};
use readyroom_log::{Account, Anchor, AppendError, Log, MemoryLog, Pending, Pos, Snapshot, Stored};
use std::hash::{DefaultHasher, Hash, Hasher};

/// All that came of one input.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub now: Timestamp,
    pub input: Input,
    pub turns: Vec<Turn>,
    /// The idempotency key that came with the command.
    pub key: Option<Key>,
    pub keyed: Keyed,
}

/// An idempotency key, as a hash of it and of its holder.
pub(crate) type Key = [u8; 16];

/// What the key of a command made of it.
#[derive(Clone, Debug)]
pub(crate) enum Keyed {
    /// Nothing: there was none, or the command was refused and may be judged again.
    Judged,
    /// It was done, and this is promised.
    Promised(Promise),
    /// It had been done: nothing happens, and the answer is what it was.
    Again(Kept),
    /// The key belongs to another command: this one is refused.
    Reused,
}

impl Unit {
    /// Whether the engine saw it.
    pub(crate) fn is_judged(&self) -> bool {
        matches!(self.keyed, Keyed::Judged | Keyed::Promised(_))
    }

    /// What was promised for it.
    pub(crate) fn promise(&self) -> Option<&Promise> {
        match &self.keyed {
            Keyed::Promised(promise) => Some(promise),
            Keyed::Judged | Keyed::Again(_) | Keyed::Reused => None,
        }
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Recorded> {
        self.turns.iter().flat_map(|turn| &turn.events)
    }
}

struct Flight {
    entry: readyroom_log::Entry,
    pending: Pending,
    units: Vec<Unit>,
}

/// What became of a commit.
#[derive(Debug)]
pub(crate) enum Commit {
    /// These are durable, and may be let go, in order.
    Durable(Vec<Unit>),
    /// The log has not answered, or has answered that we must wait.
    NotYet,
    /// The engine was dropped: its state rests on something that may not be so.
    Down(AppendError),
}

/// What a reopening found.
pub(crate) struct Reopened {
    /// The events of the log from the position on where the replay began.
    pub events: Vec<Recorded>,
    /// All promises of the log.
    pub promises: Vec<Kept>,
    /// Whether it began with a snapshot.
    pub from_snapshot: bool,
    /// What the log had to say.
    pub findings: Vec<String>,
}

/// The server of one account.
pub(crate) struct Server {
    pub account: Account,
    log: MemoryLog,
    engine: Option<Engine>,
    promises: Promises,
    /// How many promises were made, so that no two are alike.
    promised: u64,
    /// The last event that was stored before the account was opened.
    pub opened_behind: EventNo,
    at: Anchor,
    writer: u64,
    nonce: u64,
    filling: Vec<Unit>,
    in_flight: Option<Flight>,
    /// What was in flight when the engine was dropped: it may have landed, whole.
    pub doubtful: Vec<Unit>,
}

impl Server {
    pub(crate) fn new(account: Account, log: MemoryLog) -> Server {
        Server {
            account,
            log,
            engine: None,
            promises: Promises::default(),
            promised: 0,
            opened_behind: EventNo(0),
            at: Anchor::START,
            writer: 0,
            nonce: 0,
            filling: Vec::new(),
            in_flight: None,
            doubtful: Vec::new(),
        }
    }

    pub(crate) fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    /// Whether everything decided has been let go.
    pub(crate) fn is_settled(&self) -> bool {
        self.filling.is_empty() && self.in_flight.is_none()
    }

    /// Where our log ends, as far as we know.
    pub(crate) fn tail(&self) -> Pos {
        self.at.pos
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Lets the engine decide, unless the key says that it has. False when it does not.
    pub(crate) fn take(&mut self, now: Timestamp, input: Input, key: Option<Key>) -> bool {
        let Some(engine) = &mut self.engine else { return false };
        self.promises.forget_before(Timestamp(now.0.saturating_sub(limits::PROMISE_MS as i64)));
        let asked = key.map(|key| (key, request(&input)));
        let seen = asked.map_or(Seen::New, |(key, request)| self.promises.look(&key, &request));
        let known = match seen {
            Seen::New => None,
            Seen::Again(kept) => {
                let no = mutant!(RepeatAnswersToday: engine.floor().last_no(), else kept.no);
                Some(Keyed::Again(Kept { no, ..kept.clone() }))
            }
            Seen::OtherRequest => Some(Keyed::Reused),
        };
        if let Some(keyed) = known {
            self.filling.push(Unit { now, input, turns: Vec::new(), key, keyed });
            return false;
        }
        engine.handle(now, input.clone());
        let turns: Vec<_> = std::iter::from_fn(|| engine.poll()).collect();
        let answered = turns.iter().find_map(|turn| turn.answer.as_ref()?.result.as_ref().ok()).copied();
        let mut keyed = Keyed::Judged;
        if let (Some((key, request)), Some(no)) = (asked, answered) {
            self.promised += 1;
            let promise = Promise { key, request, status: 200, answer: self.promised.to_be_bytes().to_vec() };
            self.promises.keep(Kept { no, at: now, promise: promise.clone() });
            keyed = Keyed::Promised(promise);
        }
        self.filling.push(Unit { now, input, turns, key, keyed });
        true
    }

    /// Hands what was decided to the log, one entry at a time, and lets go what it has confirmed.
    pub(crate) fn commit(&mut self) -> Commit {
        let mut durable = Vec::new();
        loop {
            if let Some(flight) = self.in_flight.take() {
                match flight.pending.now() {
                    None => {
                        self.in_flight = Some(flight);
                        break;
                    }
                    Some(Ok(pos)) => {
                        self.at = self.at.behind(self.account, pos, &flight.entry);
                        durable.extend(flight.units);
                    }
                    // Nothing was stored, and the next attempt may do better.
                    Some(Err(AppendError::Full { .. } | AppendError::Busy { .. } | AppendError::Overloaded { .. })) => {
                        self.filling.splice(0..0, flight.units);
                        break;
                    }
                    Some(Err(error)) => {
                        self.doubtful = flight.units;
                        self.stop();
                        // What was confirmed before it is let go by the caller first.
                        return if durable.is_empty() { Commit::Down(error) } else { Commit::Durable(durable) };
                    }
                }
            }
            if self.filling.is_empty() || self.engine.is_none() {
                break;
            }
            let (mut body, mut count) = (Vec::new(), 0);
            for unit in &self.filling {
                for turn in &unit.turns {
                    write_turn(&mut body, unit, turn);
                    count += turn.events.len() as u32;
                }
            }
            let units = std::mem::take(&mut self.filling);
            if body.is_empty() || mutant!(PromiseNeedsEvents: count == 0, else false) {
                // Nothing happened, and nothing was promised: nothing is stored.
                durable.extend(units);
                break;
            }
            self.nonce += 1;
            let entry = self.at.entry(self.nonce, count, body);
            let pending = self.log.submit(self.account, self.at.pos, entry.clone());
            self.in_flight = Some(Flight { entry, pending, units });
        }
        if durable.is_empty() { Commit::NotYet } else { Commit::Durable(durable) }
    }

    /// Drops the engine and whatever was decided and not stored.
    pub(crate) fn stop(&mut self) {
        self.engine = None;
        self.filling.clear();
        if let Some(flight) = self.in_flight.take() {
            self.doubtful = flight.units;
        }
    }

    /// Takes the account over and folds its log.
    pub(crate) fn reopen(&mut self, from: StartFrom) -> Result<Reopened, String> {
        self.writer += 1;
        self.nonce += 1;
        let (mut floor, mut events, mut from_snapshot) = (Floor::default(), Vec::new(), false);
        let mut promises = Vec::new();
        let (log, account) = (&self.log, self.account);
        let opened = open(log, account, self.writer, self.nonce, from, &mut |step| {
            match step {
                Step::Restore(snapshot) => {
                    let told = Floor::from_bytes(&snapshot.bytes).map_err(|error| error.to_string())?;
                    promises = promises_up_to(log, account, snapshot.at.pos)?;
                    floor = told;
                    from_snapshot = true;
                }
                Step::Entry(stored) => {
                    let body = read(stored)?;
                    body.events.iter().for_each(|recorded| drop(floor.apply(recorded)));
                    events.extend(body.events);
                    promises.extend(body.promises);
                }
            }
            Ok(())
        });
        let opened = opened.map_err(|error| error.to_string())?;
        self.at = opened.at;
        self.opened_behind = floor.last_no();
        self.promises = Promises::default();
        if mutant!(KeysForgottenOnReopen: false, else true) {
            promises.iter().cloned().for_each(|kept| self.promises.keep(kept));
        }
        self.engine = Some(Engine::on(floor));
        Ok(Reopened { events, promises, from_snapshot, findings: opened.findings })
    }

    /// Stores a snapshot, when what is live is what is stored.
    pub(crate) fn put_snapshot(&mut self) -> bool {
        let Some(engine) = self.engine.as_ref().filter(|_| self.is_settled() && self.at.pos > Pos::START) else {
            return false;
        };
        let snapshot = Snapshot::new(self.account, self.at, SNAPSHOT_VERSION, engine.floor().to_bytes());
        self.log.put_snapshot(&snapshot).is_ok()
    }

    /// What another server would do to take the account from us.
    pub(crate) fn usurp(&mut self, nonce: u64) -> bool {
        let barrier = self.at.barrier(u64::MAX - nonce, nonce);
        self.log.append(self.account, self.at.pos, barrier).is_ok()
    }
}

/// A turn, and behind the answer what is promised with it.
fn write_turn(body: &mut Vec<u8>, unit: &Unit, turn: &Turn) {
    if !turn.events.is_empty() {
        codec::write(body, &turn.events);
    }
    if let (Some(promise), &Input::Command { by, .. }) = (unit.promise(), &unit.input)
        && turn.answer.is_some()
    {
        codec::write_promise(body, unit.now, by, promise);
    }
}

/// A hash of what is asked.
fn request(input: &Input) -> [u8; 16] {
    let Input::Command { by, command, .. } = input else { return [0; 16] };
    let mut hasher = DefaultHasher::new();
    format!("{by:?} {command:?}").hash(&mut hasher);
    u128::from(hasher.finish()).to_be_bytes()
}

/// What an entry holds.
pub(crate) fn read(stored: &Stored) -> Result<Body, String> {
    let entry = &stored.entry;
    if entry.is_barrier() {
        return Ok(Body::default());
    }
    codec::read_body(&entry.body, EventNo(entry.first_no)).map_err(|error| error.to_string())
}

/// A snapshot tells the floor and nothing else: promises are read from the entries before it.
fn promises_up_to(log: &MemoryLog, account: Account, upto: Pos) -> Result<Vec<Kept>, String> {
    let start = log.start(account).map_err(|error| error.to_string())?.pos;
    let mut promises = Vec::new();
    for stored in log.read(account, start, upto).map_err(|error| error.to_string())? {
        promises.extend(read(&stored.map_err(|error| error.to_string())?)?.promises);
    }
    Ok(promises)
}
