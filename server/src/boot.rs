//! Opening an account: one replay makes the engine's floor, the tables that lag behind, and the last
//! stretch of the live board, so that streams which broke with the server resume.

use crate::committer::Committer;
use crate::projector::{Batch, Filling, ReadError, Reader, Views};
use crate::publisher::{Live, People, Start};
use crate::vault::Vault;
use crate::{clock, dice};
use readyroom_core::engine::{self, Engine, Touch};
use readyroom_core::event::codec::{self, Promise};
use readyroom_core::event::{Event, Recorded, Status};
use readyroom_core::floor::Floor;
use readyroom_core::floor::facts::Facts;
use readyroom_core::floor::snapshot::SNAPSHOT_VERSION;
use readyroom_core::ids::*;
use readyroom_core::limits::PROMISE_MS;
use readyroom_core::promises::{Promises, Seen};
use readyroom_log::open::{StartFrom, Step, open};
use readyroom_log::{Account, Log};
use readyroom_views::tables::{Filled, Phase, SegmentOutcome, Tables, Tracker};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Events before the end of the log that are taken into the live board one by one.
pub const RESUMED_MAX: u64 = 20_000;
/// Rows that are written at once while tables are filled.
const ROWS_AT_ONCE: usize = 20_000;

/// An account that was opened.
pub struct Booted {
    /// What decides.
    pub engine: Engine,
    /// What stores.
    pub committer: Committer,
    /// What was promised within the last day.
    pub promises: Promises,
    /// The board, up to date.
    pub live: Live,
    /// The tables, up to date.
    pub views: Views,
}

/// Why an account could not be opened: a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("account {account} cannot be opened: {why}")]
pub struct BootError {
    account: AccountId,
    why: String,
}

/// Takes the account over and folds its log.
///
/// # Errors
/// What is wrong with the log or with the tables' file, and what to do.
pub fn boot(
    log: Arc<dyn Log>,
    account: AccountId,
    views: &Path,
    vault: &Arc<Vault>,
    people: People,
) -> Result<Booted, BootError> {
    let failed = |why: String| BootError { account, why };
    let at = Account(account.0);
    let last = log.tail(at).map_err(|error| failed(error.to_string()))?.map_or(0, |tail| tail.entry.next_no() - 1);
    let opened = Views::open(views, account, vault.clone()).map_err(|error| failed(error.to_string()))?;
    let reached = opened.0.reached().map_err(|error| failed(error.to_string()))?;
    let (views, filling) = if reached.0 > last {
        // An older copy of the log was put in its place.
        let why = format!("it tells of event {reached}, and the log ends with {last}");
        opened.0.start_over(&why).map_err(|error| failed(error.to_string()))?
    } else {
        opened
    };
    let promised_since = Timestamp(clock::now().0.saturating_sub_unsigned(PROMISE_MS));
    let known = views.reader().promises(promised_since);
    let mut promises = Promises::default();
    known.map_err(|error| failed(error.to_string()))?.into_iter().for_each(|kept| promises.keep(kept));

    let recent = EventNo(last.saturating_sub(RESUMED_MAX));
    let mut fold = Fold::new(views, filling, recent, people);
    fold.promises = promises;
    fold.promised_since = promised_since;
    let (writer, nonce) = (dice::number(), 1);
    let opened = open(&*log, at, writer, nonce, StartFrom::Snapshot, &mut |step| fold.step(step));
    let opened = opened.map_err(|error| failed(error.to_string()))?;
    for finding in &opened.findings {
        tracing::warn!(%account, "{finding}");
    }
    let Fold { floor, live, views, promises, .. } = fold.finish().map_err(failed)?;
    let live = live.expect("a finished fold is live");
    let committer = Committer::new(log, at, opened.at, nonce);
    Ok(Booted { engine: Engine::on(floor), committer, promises, live, views })
}

/// A replay under way.
struct Fold {
    floor: Floor,
    views: Views,
    promises: Promises,
    /// Promises given before this do not count any more.
    promised_since: Timestamp,
    /// Up to here every table is whole.
    tables_from: EventNo,
    people: Option<People>,
    /// Tables that lag behind, until they have caught up with `live_from`.
    filling: Option<Filling>,
    tracker: Option<Tracker>,
    /// Events behind this are taken into the live board.
    live_from: EventNo,
    /// What the tables remember when the live board begins; none while they are being filled.
    tables: Option<(Tables, EventNo)>,
    live: Option<Live>,
    rows: Vec<Filled>,
    batch: Batch,
    touched: Vec<Touch>,
}

impl Fold {
    fn new(views: Views, filling: Filling, recent: EventNo, people: People) -> Fold {
        let (from, reached) = (filling.from(), filling.reached());
        // Tables that are all at one place need no filling before the board begins behind it.
        let ready = from == reached && from >= recent;
        let live_from = if ready { recent } else { recent.max(reached) };
        let (tables, filling) = if ready { (Some((filling.done(), reached)), None) } else { (None, Some(filling)) };
        Fold {
            floor: Floor::default(),
            views,
            promises: Promises::default(),
            promised_since: Timestamp::default(),
            tables_from: from,
            people: Some(people),
            filling,
            tracker: None,
            live_from,
            tables,
            live: None,
            rows: Vec::new(),
            batch: Batch::default(),
            touched: Vec::new(),
        }
    }

    fn step(&mut self, step: Step<'_>) -> Result<(), String> {
        match step {
            Step::Restore(snapshot) if snapshot.version != SNAPSHOT_VERSION => {
                Err(format!("it has version {}, and this program reads {SNAPSHOT_VERSION}", snapshot.version))
            }
            Step::Restore(snapshot) if snapshot.at.next_no > self.tables_from.0 + 1 => Err(format!(
                "the tables are whole up to event {} only, and it would leave a hole in them",
                self.tables_from
            )),
            Step::Restore(snapshot) => {
                self.floor = Floor::from_bytes(&snapshot.bytes).map_err(|error| error.to_string())?;
                Ok(())
            }
            Step::Entry(stored) if stored.entry.is_barrier() => Ok(()),
            Step::Entry(stored) => {
                let body = codec::read_body(&stored.entry.body, EventNo(stored.entry.first_no));
                let body = body.map_err(|error| error.to_string())?;
                for event in &body.events {
                    self.event(event)?;
                }
                for kept in body.promises.into_iter().filter(|kept| kept.at >= self.promised_since) {
                    let Promise { key, request, .. } = &kept.promise;
                    // The tables had it already, for their promises go further than their checkpoint.
                    if self.promises.look(key, request) == Seen::New {
                        self.promises.keep(kept.clone());
                        self.batch.promises.push(kept);
                    }
                }
                Ok(())
            }
        }
    }

    fn event(&mut self, event: &Recorded) -> Result<(), String> {
        if event.no > self.live_from {
            self.begin_live()?;
        } else if self.filling.as_ref().is_some_and(|filling| event.no > filling.from()) && self.tracker.is_none() {
            self.tracker = Some(tracker_of(&self.floor));
        }
        let touched = self.floor.apply(event);
        if let Some(live) = &mut self.live {
            self.touched.clear();
            engine::tell(&self.floor, event.no, &touched, &mut self.touched);
            live.event(event, &self.touched, &mut self.rows);
        } else if let (Some(filling), Some(tracker)) = (&mut self.filling, &mut self.tracker) {
            self.touched.clear();
            engine::tell(&self.floor, event.no, &touched, &mut self.touched);
            let step = tracker.step(event, self.touched.iter().map(|touch| &touch.facts));
            filling.fold(&step, &mut self.rows);
        } else {
            return Ok(());
        }
        if let Event::PersonForgotten { keys, .. } = &event.event {
            self.batch.forgotten.extend(keys);
        }
        if self.rows.len() >= ROWS_AT_ONCE {
            self.write(event.no)?;
        }
        Ok(())
    }

    /// Begins the live board at the floor as it is now, once.
    fn begin_live(&mut self) -> Result<(), String> {
        if self.live.is_some() {
            return Ok(());
        }
        if let Some(filling) = self.filling.take() {
            self.tables = Some((filling.done(), self.floor.last_no()));
            self.write(self.floor.last_no())?;
        }
        let (tables, tables_at) = self.tables.take().expect("they are ready, or were just filled");
        let reader = self.views.reader();
        let mut start = Start::of(&self.floor, tables);
        start.tables_at = tables_at.max(start.position);
        start.people = self.people.take().expect("the board begins once");
        for (agent, since) in reader.buckets_since().map_err(|error| error.to_string())? {
            start.board.set_bucket_since(agent, since);
        }
        self.live = Some(Live::new(start));
        Ok(())
    }

    fn write(&mut self, upto: EventNo) -> Result<(), String> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.upto = upto;
        batch.rows = std::mem::take(&mut self.rows);
        self.views.write(&batch).map_err(|error| error.to_string())
    }

    fn finish(mut self) -> Result<Fold, String> {
        self.begin_live()?;
        let live = self.live.as_ref().expect("it was just begun");
        self.batch.checkpoint = Some(live.tables().clone());
        self.write(live.position())?;
        let handled = handled(&self.floor, &self.views.reader()).map_err(|error| error.to_string())?;
        self.live.as_mut().expect("it was just begun").set_handled(handled);
        Ok(self)
    }
}

/// Conversations that ended in each agent's hands since it logged in.
fn handled(floor: &Floor, history: &Reader) -> Result<BTreeMap<UserId, u32>, ReadError> {
    let mut counts = BTreeMap::new();
    let logged_in: BTreeMap<UserId, Timestamp> = floor
        .agents()
        .filter(|(_, agent)| agent.status != Status::Offline)
        .filter_map(|(_, agent)| Some((agent.id, agent.logged_in_at.get()?)))
        .collect();
    let Some(&first) = logged_in.values().min() else { return Ok(counts) };
    history.segments_ended(None, first, Timestamp(i64::MAX), |segment| {
        let since = segment.segment.agent.and_then(|agent| Some((agent, *logged_in.get(&agent)?)));
        if let Some((agent, since)) = since
            && segment.end >= since
            && segment.outcome == SegmentOutcome::Ended
            && matches!(segment.segment.phase, Phase::Talking | Phase::Held)
        {
            *counts.entry(agent).or_default() += 1;
        }
    })?;
    Ok(counts)
}

/// The facts of a floor, as what was so before the next event.
fn tracker_of(floor: &Floor) -> Tracker {
    let mut tracker = Tracker::default();
    floor.agents().for_each(|(slot, _)| tracker.seed(&Facts::Agent(floor.agent_facts(slot))));
    floor.seats().for_each(|(slot, _)| tracker.seed(&Facts::Seat(floor.seat_facts(slot))));
    tracker
}
