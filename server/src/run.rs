//! One account at work. The engine lives in this task and nowhere else; asks come in through one
//! door, and what they did leaves when it is stored.

use crate::clock;
use crate::committer::{Committer, Lost, Unit};
use crate::publisher::{Publisher, Released};
use readyroom_core::commands::Command;
use readyroom_core::engine::{Engine, Input, Ticket, Turn};
use readyroom_core::event::codec::{Kept, Promise};
use readyroom_core::event::{Actor, Event};
use readyroom_core::floor::Floor;
use readyroom_core::ids::*;
use readyroom_core::limits::PROMISE_MS;
use readyroom_core::promises::{Promises, Seen};
use readyroom_core::refusal::Refusal;
use readyroom_log::Anchor;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// Asks that wait at the door of an account.
pub const DOOR_MAX: usize = 4_096;
/// Asks taken in at once, between two looks at the log.
const AT_ONCE_MAX: usize = 256;
/// The longest sleep: the machine's clock may be set forward meanwhile.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// What may be asked of an account.
pub enum Ask {
    /// That something be done.
    Command(Box<CommandAsk>),
    /// Whether this idempotency key was used, and what was answered then.
    Promised {
        /// The key, of its caller alone.
        key: [u8; 16],
        /// What is asked now.
        request: [u8; 16],
        /// Where the answer goes, when what it rests on is stored; `None`: it was not used.
        answer: oneshot::Sender<Result<Option<Done>, No>>,
    },
    /// To look at the floor. The answer that comes back is given when all that was seen is stored.
    Look(Look),
    /// A device has not been heard of, though its lease runs on.
    Silent {
        /// Whose.
        agent: UserId,
        /// Which.
        device: DeviceId,
    },
    /// The state at a moment when all of it is stored, as the bytes of a snapshot and its place.
    Snapshot(oneshot::Sender<(Anchor, EventNo, Vec<u8>)>),
    /// To take nothing more in, store what was decided, and end.
    Stop,
}

/// Looks at the floor, and returns what gives the answer.
pub type Look = Box<dyn FnOnce(&Floor, Timestamp) -> Box<dyn FnOnce() + Send> + Send>;

/// Whether a command still finds what its sender saw, judged at the moment of the decision.
pub type Guard = Box<dyn FnOnce(&Floor) -> bool + Send>;

/// A command on its way.
pub struct CommandAsk {
    /// Who asks.
    pub by: Actor,
    /// For what.
    pub command: Command,
    /// The idempotency key, with the answer to promise.
    pub promise: Option<Promise>,
    /// A condition on the floor (`If-Match`).
    pub guard: Option<Guard>,
    /// When it came.
    pub since: Instant,
    /// Where the answer goes. It is dropped when the log could not confirm.
    pub answer: oneshot::Sender<Result<Done, No>>,
}

/// A command was done, and is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The position after which it shows.
    pub position: EventNo,
    /// Of a repeat: what was answered the first time.
    pub first: Option<Promise>,
}

/// A command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum No {
    /// The floor says no.
    Refused(Refusal),
    /// The idempotency key stands for something else.
    KeyReused,
    /// The guard found the floor changed.
    Changed,
}

/// Why the task ended.
#[derive(Debug)]
pub enum End {
    /// It was asked to; this is the state, and its place, all stored.
    Stopped {
        /// The place behind the last entry.
        at: Anchor,
        /// The last event.
        no: EventNo,
        /// The floor as bytes of a snapshot.
        state: Vec<u8>,
    },
    /// The state rests on something that may not be so: open the account anew.
    Lost(Lost),
}

/// One account at work.
pub struct Run {
    /// What decides.
    pub engine: Engine,
    /// What stores.
    pub committer: Committer,
    /// What was promised to holders of idempotency keys.
    pub promises: Promises,
    /// What is told of all that is stored.
    pub publisher: Publisher,
    /// Where asks come in.
    pub door: mpsc::Receiver<Ask>,
    /// Told of every position that is stored, before anything that rests on it is answered.
    pub stored: watch::Sender<EventNo>,
}

impl Run {
    /// Works until it is asked to stop, or the log does not confirm.
    pub async fn run(mut self) -> End {
        self.decide(Input::Reopen);
        let mut asks = Vec::with_capacity(AT_ONCE_MAX);
        let mut snapshots = Vec::new();
        let mut stopping = false;
        loop {
            let free = self.committer.start();
            self.release(free).await;
            if self.committer.is_settled() {
                self.hand_out(&mut snapshots);
                if stopping {
                    return self.stopped();
                }
            }
            // Whoever wants a snapshot waits for one entry, and would wait for ever if more came in meanwhile.
            let open = !stopping && snapshots.is_empty() && !self.committer.is_full();
            let sleep = self.sleep();
            tokio::select! {
                biased;
                landed = self.committer.landed() => match landed {
                    Ok(units) => self.release(units).await,
                    Err(lost) => return End::Lost(lost),
                },
                taken = self.door.recv_many(&mut asks, AT_ONCE_MAX), if open => {
                    stopping = taken == 0;
                    for ask in asks.drain(..) {
                        match ask {
                            Ask::Stop => stopping = true,
                            Ask::Snapshot(to) => snapshots.push(to),
                            _ if stopping => {} // Dropped: its sender is told that we are closed.
                            ask => self.take(ask),
                        }
                    }
                },
                () = tokio::time::sleep(sleep), if open => self.decide(Input::Wake),
            }
        }
    }

    /// Until the engine wants to be woken.
    fn sleep(&self) -> Duration {
        let wake = self.engine.next_wake().map(|(at, _)| Duration::from_millis(at.ms_since(clock::now())));
        wake.unwrap_or(SLEEP_MAX).min(SLEEP_MAX)
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Command(ask) => self.command(*ask),
            Ask::Promised { key, request, answer } => {
                match self.promised(&key, &request).transpose() {
                    // That a key is new rests on nothing that must be stored first.
                    Ok(None) => drop(answer.send(Ok(None))), // Whoever asked may be gone.
                    known => self.answer(answer, known),
                }
            }
            Ask::Look(look) => {
                let answer = look(self.engine.floor(), clock::now().max(self.engine.floor().last_at()));
                self.committer.add(Unit { let_go: Some(answer), ..Unit::default() });
            }
            Ask::Silent { agent, device } => self.decide(Input::Silent { agent, device }),
            Ask::Snapshot(_) | Ask::Stop => unreachable!("the loop keeps these for itself"),
        }
    }

    fn command(&mut self, ask: CommandAsk) {
        let CommandAsk { by, command, promise, guard, since, answer } = ask;
        let now = clock::now();
        self.promises.forget_before(Timestamp(now.0 - PROMISE_MS as i64));
        if let Some(known) = promise.as_ref().and_then(|promise| self.promised(&promise.key, &promise.request)) {
            return self.answer(answer, known);
        }
        if guard.is_some_and(|guard| !guard(self.engine.floor())) {
            return self.answer(answer, Err(No::Changed));
        }
        let name = command.name();
        let start = Instant::now();
        self.engine.handle(now, Input::Command { ticket: Ticket(0), by, command });
        let turns: Vec<Turn> = std::iter::from_fn(|| self.engine.poll()).collect();
        metrics::histogram!("readyroom_engine_decide_seconds", "command" => name).record(start.elapsed());
        let result = turns.iter().find_map(|turn| turn.answer.as_ref()).expect("a command is answered").result.clone();
        let kept = match (&result, promise) {
            (Ok(no), Some(promise)) => Some(Kept { no: *no, at: self.engine.floor().last_at().max(now), promise }),
            _ => None,
        };
        if let Some(kept) = &kept {
            self.promises.keep(kept.clone());
        }
        let offers =
            turns.iter().flat_map(|turn| &turn.events).any(|event| matches!(event.event, Event::OfferMade { .. }));
        let let_go = move || {
            if offers {
                metrics::histogram!("readyroom_offer_seconds").record(since.elapsed());
            }
            let _ = answer.send(match result {
                Ok(position) => Ok(Done { position, first: None }),
                Err(refusal) => Err(No::Refused(refusal)),
            }); // Whoever asked may be gone; it is done all the same.
        };
        self.committer.add(Unit { turns, promise: kept.map(|kept| (by, kept)), let_go: Some(Box::new(let_go)) });
    }

    /// What was answered to this key before, if it was used.
    fn promised(&self, key: &[u8; 16], request: &[u8; 16]) -> Option<Result<Done, No>> {
        match self.promises.look(key, request) {
            Seen::New => None,
            Seen::Again(kept) => Some(Ok(Done { position: kept.no, first: Some(kept.promise.clone()) })),
            Seen::OtherRequest => Some(Err(No::KeyReused)),
        }
    }

    /// Answers what changed nothing, after everything that it rests on.
    fn answer<T: Send + 'static>(&mut self, to: oneshot::Sender<T>, answer: T) {
        let let_go = move || {
            let _ = to.send(answer); // Whoever asked may be gone.
        };
        self.committer.add(Unit { let_go: Some(Box::new(let_go)), ..Unit::default() });
    }

    fn decide(&mut self, input: Input) {
        self.engine.handle(clock::now(), input);
        let turns: Vec<Turn> = std::iter::from_fn(|| self.engine.poll()).collect();
        if !turns.is_empty() {
            self.committer.add(Unit { turns, ..Unit::default() });
        }
    }

    /// Lets units go: the answers first, then the board and the tables.
    async fn release(&mut self, units: Vec<Unit>) {
        let last = units.iter().flat_map(|unit| &unit.turns).flat_map(|turn| &turn.events).next_back();
        if let Some(last) = last {
            self.stored.send_replace(last.no);
        }
        let mut released = Released { upto: *self.stored.borrow(), ..Released::default() };
        for unit in units {
            if let Some(let_go) = unit.let_go {
                let_go();
            }
            released.turns.extend(unit.turns);
            released.promises.extend(unit.promise.map(|(_, kept)| kept));
        }
        if !released.turns.is_empty() || !released.promises.is_empty() {
            // When it has stopped, the account is about to be opened anew; the log has all of it.
            let _ = self.publisher.release(released).await;
        }
    }

    fn hand_out(&mut self, snapshots: &mut Vec<oneshot::Sender<(Anchor, EventNo, Vec<u8>)>>) {
        for to in snapshots.drain(..) {
            let floor = self.engine.floor();
            let _ = to.send((self.committer.at(), floor.last_no(), floor.to_bytes())); // It may have given up.
        }
    }

    fn stopped(self) -> End {
        let floor = self.engine.floor();
        End::Stopped { at: self.committer.at(), no: floor.last_no(), state: floor.to_bytes() }
    }
}
