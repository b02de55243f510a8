//! Walks a whole store and states everything that is wrong with it, without stopping at the first
//! problem and without skipping anything silently.

use std::collections::{BTreeMap, btree_map};

use crate::chain::{Anchor, Flaw, check_place};
use crate::entry::{Account, Pos, Row, Stored};
use crate::error::ReadError;
use crate::open::fault_of;
use crate::{Log, record};

pub use crate::report::{AccountReport, FINDINGS_MAX, Finding, FindingKind, Report};
pub use crate::sqlite::check::verify_dir;

/// Walks every row of the store in the order of positions, then every snapshot.
pub fn verify(log: &dyn Log) -> Report {
    let mut walk = Walk { log, tracks: BTreeMap::new(), report: Report::default() };
    walk.rows();
    walk.per_account();
    walk.finish()
}

struct Walk<'a> {
    log: &'a dyn Log,
    tracks: BTreeMap<Account, Track>,
    report: Report,
}

struct Track {
    report: AccountReport,
    state: State,
    /// The last row's finding, while it may still turn out to be the torn end.
    open_finding: Option<Finding>,
}

/// What the next row is held against.
enum State {
    /// Behind a sound entry.
    Sound(Anchor),
    /// Behind a damaged one: its position is known, its chain one of these, or not at all.
    Doubtful { pos: Pos, chains: Vec<u32> },
}

impl Walk<'_> {
    fn rows(&mut self) {
        let mut after = Pos::START;
        loop {
            match self.log.page(None, after, Pos::MAX) {
                Ok(rows) => {
                    let Some(last) = rows.last() else { return };
                    after = last.pos;
                    rows.iter().for_each(|row| self.row(row));
                }
                Err(error) => {
                    let to = self.next_readable(after);
                    let until = to.map_or("the end".into(), |to| to.to_string());
                    self.report.add(Finding {
                        pos: Some(after),
                        ..Finding::of_store(
                            FindingKind::Unreadable,
                            format!("everything behind {after} up to {until} is unreadable: {error}; restore a backup"),
                        )
                    });
                    match to {
                        Some(to) => after = to,
                        None => return,
                    }
                }
            }
        }
    }

    /// The first position behind `bad` from which the store can be read again.
    fn next_readable(&self, bad: Pos) -> Option<Pos> {
        let readable = |after: u64| self.log.page(None, Pos(after), Pos::MAX).is_ok_and(|rows| !rows.is_empty());
        let mut steps = (0..62).map(|power| bad.0.saturating_add(1 << power));
        let mut good = steps.find(|&after| readable(after))?;
        let mut bad = bad.0;
        while good - bad > 1 {
            let middle = bad + (good - bad) / 2;
            if readable(middle) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        Some(Pos(good))
    }

    fn row(&mut self, row: &Row) {
        let account = row.account;
        let track = match self.tracks.entry(account) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(new) => match self.log.start(account) {
                Ok(start) => new.insert(Track::new(account, start)),
                Err(error) => {
                    self.report.add(Finding {
                        account: Some(account),
                        ..Finding::of_store(FindingKind::Database, error.to_string())
                    });
                    new.insert(Track::new(account, Anchor::START))
                }
            },
        };
        if let Some(earlier) = track.open_finding.take() {
            self.report.add(earlier);
        }
        track.report.last = row.pos;
        match track.judge(row) {
            Ok(stored) => {
                track.report.entries += 1;
                track.report.events += u64::from(stored.entry.count);
                track.report.epochs += u64::from(stored.entry.is_barrier());
                track.report.last_sound = stored.pos;
                track.report.chain = stored.chain;
                track.state = State::Sound(stored.anchor());
            }
            Err(flaw) => {
                track.open_finding = Some(track.finding(row, flaw));
                track.go_on_behind(row);
            }
        }
    }

    fn per_account(&mut self) {
        let accounts = match self.log.accounts() {
            Ok(accounts) => accounts,
            Err(error) => {
                let text = format!("the accounts could not be listed: {error}");
                self.report.add(Finding::of_store(FindingKind::Database, text));
                return;
            }
        };
        for account in accounts {
            let track = self.tracks.get(&account);
            let last = track.map_or(Pos::START, |track| track.report.last);
            self.tail(account, last);
            self.snapshots(account, last);
        }
    }

    /// Whether the store knows the end of an account where the walk found it.
    fn tail(&mut self, account: Account, last: Pos) {
        let (pos, text) = match self.log.tail(account) {
            Ok(tail) if tail.as_ref().map_or(Pos::START, |tail| tail.pos) == last => return,
            Ok(tail) => {
                let noted = tail.map_or("nowhere".into(), |tail| tail.pos.to_string());
                (last, format!("ends at {last}, but is known to end at {noted}"))
            }
            // The walk met that entry, and has said what is wrong with it.
            Err(ReadError::Damaged { pos, .. }) if pos == last => return,
            Err(ReadError::Damaged { pos, .. }) => {
                (pos, format!("ends at {last}, and its last entry, at {pos}, is missing"))
            }
            Err(error) => (last, format!("has an end that cannot be read: {error}")),
        };
        self.report.add(Finding {
            account: Some(account),
            pos: Some(pos),
            ..Finding::of_store(
                FindingKind::WrongTail,
                format!("the log of account {account} {text}; restore a backup, or cut the log of this account behind its last sound entry"),
            )
        });
    }

    fn snapshots(&mut self, account: Account, last: Pos) {
        let mut ask = Some(Pos::MAX);
        while let Some(upto) = ask {
            let (at, fault) = match self.log.get_snapshot(account, upto) {
                Ok(None) => break,
                Ok(Some(it)) => (Some(it.at.pos), fault_of(self.log, &it, last)),
                Err(error) => (None, Err(error)),
            };
            if let Some(text) = fault.unwrap_or_else(|error| Some(error.to_string())) {
                self.report.add(Finding {
                    account: Some(account),
                    pos: at,
                    ..Finding::of_store(
                        FindingKind::Snapshot,
                        format!("a snapshot of account {account} cannot be used: {text}; opening reads older ones, or the whole log"),
                    )
                });
            }
            ask = at.and_then(|at| at.0.checked_sub(1)).map(Pos);
        }
    }

    fn finish(mut self) -> Report {
        for (_, track) in self.tracks {
            if let Some(finding) = track.open_finding {
                self.report.add(track.report.torn(finding));
            }
            self.report.accounts.push(track.report);
        }
        self.report
    }
}

impl Track {
    fn new(account: Account, start: Anchor) -> Track {
        Track {
            report: AccountReport {
                account,
                entries: 0,
                events: 0,
                epochs: 0,
                last: start.pos,
                last_sound: start.pos,
                chain: start.chain,
            },
            state: State::Sound(start),
            open_finding: None,
        }
    }

    fn judge(&self, row: &Row) -> Result<Stored, Flaw> {
        let account = self.report.account;
        let (pos, chains) = match &self.state {
            State::Sound(at) => return at.check(account, row),
            State::Doubtful { pos, chains } => (*pos, chains),
        };
        // Its own checksum vouches for its numbers and epoch, if the chain before it is known.
        let record = check_place(pos, account, row)?;
        let fits = |&before: &u32| record.chain == record::chain(before, account, &record.entry);
        if !chains.is_empty() && !chains.iter().any(fits) {
            return Err(Flaw::Checksum);
        }
        Ok(Stored { account, pos: row.pos, entry: record.entry, chain: record.chain })
    }

    /// Prepares for the row behind a flawed one, so that one damage makes one finding.
    fn go_on_behind(&mut self, row: &Row) {
        let mut chains = Vec::new();
        if let Ok(record) = record::decode(&row.bytes) {
            // Either the content was damaged and its checksum holds, or the other way round.
            let computed = |before| record::chain(before, self.report.account, &record.entry);
            chains.push(record.chain);
            match &self.state {
                State::Sound(at) => chains.push(computed(at.chain)),
                State::Doubtful { chains: before, .. } => {
                    chains.extend(before.iter().take(2).map(|&before| computed(before)));
                }
            }
        }
        self.state = State::Doubtful { pos: row.pos, chains };
    }

    fn finding(&self, row: &Row, flaw: Flaw) -> Finding {
        let account = self.report.account;
        let event_no = match &self.state {
            State::Sound(at) => Some(at.next_no),
            State::Doubtful { .. } => record::decode(&row.bytes).ok().map(|record| record.entry.first_no),
        };
        let from = event_no.map_or("unknown".into(), |no| no.to_string());
        Finding {
            kind: kind_of(flaw),
            account: Some(account),
            pos: Some(row.pos),
            event_no,
            text: format!(
                "entry {} of account {account} (events from {from}): {flaw}; restore a backup, for later entries rest on it",
                row.pos
            ),
        }
    }
}

fn kind_of(flaw: Flaw) -> FindingKind {
    match flaw {
        Flaw::Record(_) | Flaw::Checksum => FindingKind::BadEntry,
        Flaw::Hole { .. } | Flaw::Gone => FindingKind::Hole,
        Flaw::Prev { .. } => FindingKind::WrongPrev,
        Flaw::Numbers { .. } => FindingKind::WrongNumbers,
        Flaw::Epoch { .. } => FindingKind::WrongEpoch,
        Flaw::Account { .. } => FindingKind::WrongAccount,
    }
}
