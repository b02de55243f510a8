//! Folding a log into a floor, event by event, as far as one wants to look.

use super::guard::guard;
use super::store::{Entries, Store, body, unreadable};
use super::time::instant;
use super::{Exit, Stop, stop};
use readyroom_core::event::Recorded;
use readyroom_core::floor::snapshot::SNAPSHOT_VERSION;
use readyroom_core::floor::{Floor, Touched};
use readyroom_core::ids::{AccountId, EventNo};
use readyroom_log::{Account, Anchor, Log, Pos, Snapshot, Stored, anchor_at};
use std::collections::VecDeque;

/// A floor on its way through its log.
pub struct Fold<'a> {
    account: AccountId,
    entries: Entries<'a>,
    floor: Floor,
    /// Read from the log and not yet folded.
    next: VecDeque<Recorded>,
    /// The last event of the entry to which the floor's last event belongs.
    entry_ends: EventNo,
    unreadable: bool,
}

impl<'a> Fold<'a> {
    /// A floor before its first event. Where the beginning of the log was trimmed away: at the newest
    /// snapshot that is not behind `at`.
    pub fn begin(store: &'a Store, account: AccountId, at: Option<EventNo>) -> anyhow::Result<Fold<'a>> {
        let start = store.start(account)?;
        let (floor, after) =
            if start.pos == Pos::START { (Floor::default(), Pos::START) } else { restored(store, account, start, at)? };
        Ok(Fold {
            account,
            entries: store.entries(account, after)?,
            entry_ends: floor.last_no(),
            floor,
            next: VecDeque::new(),
            unreadable: false,
        })
    }

    /// The floor.
    pub fn floor(&self) -> &Floor {
        &self.floor
    }

    /// The last event of the entry to which the floor's last event belongs: what followed from an
    /// input is stored in one entry with it.
    pub fn entry_ends(&self) -> EventNo {
        self.entry_ends
    }

    /// Whether the trouble is that an entry could not be read, and not what was in it.
    pub fn is_unreadable(&self) -> bool {
        self.unreadable
    }

    /// The event that comes next, if there is one.
    pub fn peek(&mut self) -> anyhow::Result<Option<&Recorded>> {
        while self.next.is_empty() {
            let read = self.entries.next().transpose();
            self.unreadable |= read.is_err();
            let Some(stored) = read? else { break };
            self.next = body(&stored)?.events.into();
        }
        Ok(self.next.front())
    }

    /// Folds the next event, and says what it touched.
    pub fn step(&mut self) -> anyhow::Result<Option<(Recorded, Touched)>> {
        self.peek()?;
        if let Some(last) = self.next.back() {
            self.entry_ends = last.no;
        }
        let Some(recorded) = self.next.pop_front() else {
            return Ok(None);
        };
        let touched = guard(|| place(self.account, &recorded), || self.floor.apply(&recorded))?;
        Ok(Some((recorded, touched)))
    }

    /// Folds up to and including event `at`, or to the end of the log.
    pub fn run_to(
        &mut self,
        at: Option<EventNo>,
        mut each: impl FnMut(&Floor, &Recorded, &Touched) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        loop {
            let last = self.floor.last_no();
            if at == Some(last) {
                return Ok(());
            }
            match self.step().map_err(|error| show_before(error, last))? {
                Some((recorded, touched)) => each(&self.floor, &recorded, &touched)?,
                None => return at.map_or(Ok(()), |at| Err(self.too_late(at))),
            }
        }
    }

    fn too_late(&self, at: EventNo) -> anyhow::Error {
        let last = self.floor.last_no();
        let ends = match last {
            EventNo(0) => "has no events".to_owned(),
            last => format!("ends with event {last} ({})", instant(self.floor.last_at())),
        };
        let sentence = format!("the log of account {} {ends}; there is no event {at} yet", self.account);
        stop(Exit::Finding, sentence)
    }
}

/// Where an event stands, for sentences.
pub fn place(account: AccountId, recorded: &Recorded) -> String {
    format!("event {} of account {account} ({})", recorded.no, instant(recorded.at))
}

/// Says how to see what stands before the trouble.
fn show_before(error: anyhow::Error, last: EventNo) -> anyhow::Error {
    match error.downcast::<Stop>() {
        Ok(told) if last > EventNo(0) => {
            stop(told.exit, format!("{}. The floor before that can be shown with --at {last}", told.sentence))
        }
        Ok(told) => told.into(),
        Err(error) => error,
    }
}

fn restored(store: &Store, account: AccountId, start: Anchor, at: Option<EventNo>) -> anyhow::Result<(Floor, Pos)> {
    let mut ask = Pos::MAX;
    while let Some(snapshot) =
        store.log().get_snapshot(Account(account.0), ask).map_err(|error| unreadable(account, error))?
    {
        let pos = snapshot.at.pos;
        let wanted = at.is_none_or(|at| snapshot.at.next_no <= at.0 + 1);
        if wanted {
            match usable(store, account, &snapshot) {
                Ok(floor) => return Ok((floor, pos)),
                Err(why) => {
                    store.finding(&format!("the snapshot of account {account} at entry {pos} was not used: {why}"))
                }
            }
        }
        if pos == Pos::START {
            break;
        }
        ask = Pos(pos.0 - 1);
    }
    let sentence = format!(
        "the log of account {account} begins with event {}, what stood before was trimmed away, and no snapshot leads {}",
        start.next_no,
        at.map_or_else(|| "there".to_owned(), |at| format!("to event {at}"))
    );
    Err(stop(Exit::Store, sentence))
}

/// The floor of a snapshot, if it is whole, fits the log, and can be read.
fn usable(store: &Store, account: AccountId, snapshot: &Snapshot) -> Result<Floor, String> {
    if !snapshot.is_whole() {
        return Err("its checksum does not fit its content".into());
    }
    match anchor_at(store.log(), Account(account.0), snapshot.at.pos) {
        Ok(anchor) if anchor == snapshot.at => floor_of(snapshot),
        Ok(_) => Err("the log says something else at its position".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// The floor of a whole snapshot.
pub fn floor_of(snapshot: &Snapshot) -> Result<Floor, String> {
    if snapshot.version != SNAPSHOT_VERSION {
        return Err(format!(
            "it is of version {}, and this program reads version {SNAPSHOT_VERSION}",
            snapshot.version
        ));
    }
    let read = guard(|| "something in it".into(), || Floor::from_bytes(&snapshot.bytes));
    let floor = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    if floor.last_no().0 + 1 != snapshot.at.next_no {
        return Err(format!(
            "it tells of event {}, and stands behind event {}",
            floor.last_no(),
            snapshot.at.next_no - 1
        ));
    }
    Ok(floor)
}

/// The number of the first event in an entry, and of the last.
pub fn numbers(stored: &Stored) -> (u64, u64) {
    (stored.entry.first_no, stored.entry.next_no() - 1)
}
