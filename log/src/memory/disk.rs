//! What the in-memory log would have on its disk, and what is on the way there.

use std::collections::BTreeMap;

use super::{Crash, WAITING_PER_ACCOUNT_MAX};
use crate::chain::Anchor;
use crate::entry::{Account, BODY_BYTES_MAX, Entry, Pos, Row, Snapshot};
use crate::error::AppendError;
use crate::faults::{Counts, Dice, Fault, Moment};
use crate::pending::{Pending, Promise, pair};
use crate::record;

type Answer = Result<Pos, AppendError>;

pub(super) struct Disk {
    /// In the order they were written. Positions count up from 1 and are never given twice.
    pub(super) rows: BTreeMap<Pos, Row>,
    /// The same by account, ascending.
    pub(super) by_account: BTreeMap<Account, Vec<Pos>>,
    /// Rows up to here survive any crash; readers see no others.
    pub(super) synced: Pos,
    next_pos: u64,
    /// The end of each account as its next writer knows it, or what is wrong with it.
    ends: BTreeMap<Account, Result<Anchor, AppendError>>,
    pub(super) starts: BTreeMap<Account, Anchor>,
    pub(super) snapshots: BTreeMap<(Account, Pos), Snapshot>,
    /// Answers that rest on an fsync which has not come yet.
    unsynced: Vec<(Account, Promise, Answer)>,
    /// Sent, not yet arrived. Of a ghost nobody waits for the answer.
    pub(super) under_way: Vec<(Append, Option<Promise>)>,
    poisoned: Option<String>,
    pub(super) dice: Dice,
    pub(super) counts: Counts,
}

pub(super) struct Append {
    pub(super) account: Account,
    pub(super) expect: Pos,
    pub(super) entry: Entry,
}

impl Disk {
    pub(super) fn new(dice: Dice) -> Disk {
        Disk {
            rows: BTreeMap::new(),
            by_account: BTreeMap::new(),
            synced: Pos::START,
            next_pos: 1,
            ends: BTreeMap::new(),
            starts: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            unsynced: Vec::new(),
            under_way: Vec::new(),
            poisoned: None,
            dice,
            counts: Counts::new(),
        }
    }

    pub(super) fn submit(&mut self, append: Append) -> Pending {
        let (promise, pending) = pair();
        let of_account = self.waiting(append.account);
        if of_account >= WAITING_PER_ACCOUNT_MAX {
            let waiting = self.unsynced.len() + self.under_way.len();
            promise.answer(Err(AppendError::Overloaded { waiting, of_account }));
            return pending;
        }
        let fault = self.roll(Moment::Append);
        if let Some(fault) = fault {
            self.count(fault);
        }
        let unknown = |why: &str| AppendError::Unknown { why: why.into() };
        match fault {
            Some(Fault::SpuriousConflict) => {
                promise.answer(Err(AppendError::Fenced { tail: append.expect, epoch: append.entry.epoch }));
            }
            Some(Fault::AckLostNotLanded) => promise.answer(Err(unknown("no answer came"))),
            Some(Fault::DiskFull) => promise.answer(Err(AppendError::Full { why: "no space left on device".into() })),
            Some(Fault::Ghost) => {
                self.under_way.push((append, None));
                promise.answer(Err(unknown("no answer came")));
            }
            Some(Fault::Paused) => self.under_way.push((append, Some(promise))),
            _ => {
                let account = append.account;
                let written = self.write(append, fault == Some(Fault::BitFlip));
                let lost = fault == Some(Fault::AckLostLanded);
                match (&written, fault) {
                    (Ok(_), Some(Fault::SlowSync)) => {
                        self.unsynced.push((account, promise, written));
                    }
                    (Ok(_), Some(Fault::FailedSync)) => {
                        self.poisoned = Some("fsync failed".into());
                        self.unsynced.clear();
                        promise.answer(Err(unknown("fsync failed")));
                    }
                    (Ok(_), _) => {
                        self.sync();
                        promise.answer(if lost { Err(unknown("no answer came")) } else { written });
                    }
                    (Err(_), _) if self.is_unsynced(account) => {
                        self.unsynced.push((account, promise, written));
                    }
                    (Err(_), _) => promise.answer(written),
                }
            }
        }
        pending
    }

    pub(super) fn crash(&mut self, crash: Crash) {
        self.count(Fault::Crash);
        self.under_way.clear();
        self.unsynced.clear();
        let unsynced: Vec<Pos> = self.rows.range(Pos(self.synced.0 + 1)..).map(|(&pos, _)| pos).collect();
        for (nth, &pos) in unsynced.iter().enumerate().skip(crash.keep) {
            let whole = self.rows[&pos].bytes.len();
            if nth == crash.keep && (1..whole).contains(&crash.torn_bytes) {
                self.cut(pos, crash.torn_bytes);
            } else {
                self.remove(pos);
                self.count(Fault::LostSuffix);
            }
        }
    }

    pub(super) fn reopen(&mut self) -> Vec<String> {
        self.poisoned = None;
        self.unsynced.clear();
        let mut findings = Vec::new();
        if let Some((&pos, row)) = self.rows.last_key_value()
            && let account = row.account
            && let Err(damaged) = self.reread_end(account, pos)
            && self.is_sound_before(account, pos)
        {
            findings.push(format!("the last entry was cut off: {damaged}"));
            self.remove(pos);
            self.count(Fault::CutTail);
        }
        self.synced = Pos(self.next_pos - 1);
        self.ends = self
            .by_account
            .iter()
            .map(|(&account, all)| (account, *all.last().expect("listed accounts have rows")))
            .map(|(account, last)| (account, self.reread_end(account, last)))
            .collect();
        findings
    }

    /// Writes a record behind the fence: visible from now on, durable with the next fsync.
    pub(super) fn write(&mut self, append: Append, flip: bool) -> Result<Pos, AppendError> {
        let Append { account, expect, entry } = append;
        if let Some(why) = self.poisoned.clone() {
            return Err(AppendError::Poisoned { why });
        }
        if entry.body.len() > BODY_BYTES_MAX {
            return Err(AppendError::TooLarge { bytes: entry.body.len(), max: BODY_BYTES_MAX });
        }
        let end = self.end(account)?;
        if expect != end.pos {
            return Err(AppendError::Fenced { tail: end.pos, epoch: end.epoch });
        }
        end.admits(&entry).map_err(AppendError::Misfit)?;
        let pos = Pos(self.next_pos);
        self.next_pos += 1;
        let (mut bytes, chain) = record::encode(end.chain, account, &entry);
        if flip {
            let bit = chain as usize % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        self.rows.insert(pos, Row { pos, account, prev: expect, bytes });
        self.by_account.entry(account).or_default().push(pos);
        self.ends.insert(account, Ok(end.behind(account, pos, &entry)));
        Ok(pos)
    }

    /// One fsync covers everything written before it.
    pub(super) fn sync(&mut self) {
        if self.poisoned.is_some() {
            return;
        }
        self.synced = Pos(self.next_pos - 1);
        for (_, promise, answer) in self.unsynced.drain(..) {
            promise.answer(answer);
        }
    }

    fn waiting(&self, account: Account) -> usize {
        let unsynced = self.unsynced.iter().map(|(account, ..)| account);
        let under_way = self.under_way.iter().map(|(append, _)| &append.account);
        unsynced.chain(under_way).filter(|&&of| of == account).count()
    }

    pub(super) fn roll(&mut self, moment: Moment) -> Option<Fault> {
        (self.dice)(moment).filter(|fault| fault.moment() == Some(moment))
    }

    pub(super) fn count(&mut self, fault: Fault) {
        *self.counts.entry(fault).or_default() += 1;
    }

    pub(super) fn start(&self, account: Account) -> Anchor {
        self.starts.get(&account).copied().unwrap_or(Anchor::START)
    }

    fn end(&self, account: Account) -> Result<Anchor, AppendError> {
        let end = self.ends.get(&account).cloned();
        end.unwrap_or_else(|| Ok(self.start(account)))
    }

    /// Whether an answer about this account has to wait for an fsync that is still to come.
    fn is_unsynced(&self, account: Account) -> bool {
        self.poisoned.is_none() && self.end(account).is_ok_and(|end| end.pos > self.synced)
    }

    /// Where durable rows of an account stand.
    pub(super) fn positions(&self, account: Account) -> &[Pos] {
        let all = self.by_account.get(&account).map_or(&[][..], Vec::as_slice);
        &all[..all.partition_point(|&pos| pos <= self.synced)]
    }

    /// The place before the entry at `pos`, as its predecessor's bytes have it.
    pub(super) fn before(&self, account: Account, pos: Pos) -> Anchor {
        let positions = self.by_account.get(&account).map_or(&[][..], Vec::as_slice);
        let earlier = &positions[..positions.partition_point(|&it| it < pos)];
        let Some(before) = earlier.last() else {
            return self.start(account);
        };
        self.rows[before].anchor().unwrap_or(Anchor { pos: *before, ..Anchor::START })
    }

    /// The place behind the last row of an account, unless that row is damaged.
    fn reread_end(&self, account: Account, last: Pos) -> Result<Anchor, AppendError> {
        let before = self.before(account, last);
        match before.check(account, &self.rows[&last]) {
            Ok(stored) => Ok(stored.anchor()),
            Err(flaw) => Err(AppendError::Damaged { account, pos: last, flaw }),
        }
    }

    /// Whether the damage of the entry at `pos` is its own, not that of the one before it.
    fn is_sound_before(&self, account: Account, pos: Pos) -> bool {
        let before = self.before(account, pos).pos;
        !self.rows.contains_key(&before) || self.reread_end(account, before).is_ok()
    }

    pub(super) fn remove(&mut self, pos: Pos) -> bool {
        let Some(row) = self.rows.remove(&pos) else {
            return false;
        };
        let positions = self.by_account.get_mut(&row.account).expect("every row is listed under its account");
        positions.retain(|&it| it != pos);
        if positions.is_empty() {
            self.by_account.remove(&row.account);
        }
        true
    }

    pub(super) fn cut(&mut self, pos: Pos, bytes: usize) -> bool {
        let Some(row) = self.rows.get_mut(&pos).filter(|row| row.bytes.len() > bytes) else {
            return false;
        };
        row.bytes.truncate(bytes);
        self.count(Fault::TornRecord);
        true
    }

    pub(super) fn flip(&mut self, pos: Pos, bit: usize) -> bool {
        let row = self.rows.get_mut(&pos);
        let Some(byte) = row.and_then(|row| row.bytes.get_mut(bit / 8)) else {
            return false;
        };
        *byte ^= 1 << (bit % 8);
        self.count(Fault::BitFlip);
        true
    }
}
