//! One account as the server drives it: an input is decided, its turns become one unit, units
//! become an entry, and nothing is let go before the log has acknowledged it.

use readyroom_core::engine::{Engine, Input, Turn};
use readyroom_core::event::{Event, Recorded, codec};
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use readyroom_log::open::{StartFrom, Step, open};
use readyroom_log::{Account, Anchor, AppendError, Log, MemoryLog, Pending, Pos, Snapshot};

/// All that came of one input.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub now: Timestamp,
    pub input: Input,
    pub turns: Vec<Turn>,
}

impl Unit {
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

    /// Lets the engine decide. False when there is none.
    pub(crate) fn take(&mut self, now: Timestamp, input: Input) -> bool {
        let Some(engine) = &mut self.engine else { return false };
        engine.handle(now, input.clone());
        let turns = std::iter::from_fn(|| engine.poll()).collect();
        self.filling.push(Unit { now, input, turns });
        true
    }

    /// Whether this conversation came in one of the units that wait to be let go.
    pub(crate) fn has_decided_arrival(&self, id: ConversationId) -> bool {
        let in_flight = self.in_flight.iter().flat_map(|flight| &flight.units);
        let mut events = self.filling.iter().chain(in_flight).flat_map(Unit::events);
        events.any(|recorded| matches!(&recorded.event, Event::Arrived { conversation, .. } if *conversation == id))
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
            for turn in self.filling.iter().flat_map(|unit| &unit.turns) {
                codec::write(&mut body, &turn.events);
                count += turn.events.len() as u32;
            }
            let units = std::mem::take(&mut self.filling);
            if count == 0 {
                // Nothing happened: nothing is stored.
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
        let opened = open(&self.log, self.account, self.writer, self.nonce, from, &mut |step| {
            match step {
                Step::Restore(snapshot) => {
                    let restored = read(&snapshot.bytes, EventNo(1))?;
                    floor = Floor::from_snapshot(restored.into_iter().map(|recorded| recorded.event).collect());
                    from_snapshot = true;
                }
                Step::Entry(stored) if !stored.entry.is_barrier() => {
                    for recorded in read(&stored.entry.body, EventNo(stored.entry.first_no))? {
                        floor.apply(&recorded);
                        events.push(recorded);
                    }
                }
                Step::Entry(_) => {}
            }
            Ok(())
        });
        let opened = opened.map_err(|error| error.to_string())?;
        self.at = opened.at;
        self.engine = Some(Engine::on(floor));
        Ok(Reopened { events, from_snapshot, findings: opened.findings })
    }

    /// Stores a snapshot, when what is live is what is stored.
    pub(crate) fn put_snapshot(&mut self) -> bool {
        let Some(engine) = self.engine.as_ref().filter(|_| self.is_settled() && self.at.pos > Pos::START) else {
            return false;
        };
        let snapshot = Snapshot::new(self.account, self.at, 1, encode(&engine.floor().snapshot()));
        self.log.put_snapshot(&snapshot).is_ok()
    }

    /// What another server would do to take the account from us.
    pub(crate) fn usurp(&mut self, nonce: u64) -> bool {
        let barrier = self.at.barrier(u64::MAX - nonce, nonce);
        self.log.append(self.account, self.at.pos, barrier).is_ok()
    }
}

/// Events of a snapshot as bytes.
pub(crate) fn encode(events: &[Event]) -> Vec<u8> {
    let mut body = Vec::new();
    let by = readyroom_core::event::Actor::Policy(readyroom_core::event::Policy::Reopen);
    let recorded = |event: &Event| Recorded { no: EventNo(0), at: Timestamp(0), by, event: event.clone() };
    codec::write(&mut body, &events.iter().map(recorded).collect::<Vec<_>>());
    body
}

/// The events of a body.
pub(crate) fn read(body: &[u8], first_no: EventNo) -> Result<Vec<Recorded>, String> {
    codec::read(body, first_no).map_err(|error| error.to_string())
}
