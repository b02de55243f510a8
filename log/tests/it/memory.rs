//! The log in memory: its faults are real, counted, and the same for the same seed.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use readyroom_log::contract::Owner;
use readyroom_log::faults::{Fault, none, script, seeded};
use readyroom_log::memory::Crash;
use readyroom_log::{Account, AppendError, Log, MemoryLog, Pos, verify};

use crate::{ACCOUNT, bodies};

const ACCOUNTS: u8 = 3;
const SEEDS: u64 = 2_000;

/// Every fault often enough to meet the others.
const ODDS: [(Fault, u16); 9] = [
    (Fault::SlowSync, 40),
    (Fault::FailedSync, 10),
    (Fault::AckLostLanded, 30),
    (Fault::AckLostNotLanded, 30),
    (Fault::SpuriousConflict, 30),
    (Fault::Ghost, 30),
    (Fault::Paused, 20),
    (Fault::DiskFull, 20),
    (Fault::StaleTail, 100),
];

/// One hour of a bad life: owners append, doubt, are deposed; processes crash. Returns every
/// account's acknowledged and stored bodies, and a chain over all.
struct Life {
    log: MemoryLog,
    acknowledged: BTreeMap<u8, Vec<Vec<u8>>>,
    sent: u64,
}

fn live(seed: u64) -> Life {
    let mut life = Life { log: MemoryLog::new(seeded(seed, &ODDS)), acknowledged: BTreeMap::new(), sent: 0 };
    let mut owners: BTreeMap<u8, Owner> = BTreeMap::new();
    let mut deposed: Vec<Owner> = Vec::new();
    for step in 0..60u64 {
        let dice = seed.wrapping_mul(31).wrapping_add(step * 7);
        let number = (dice % u64::from(ACCOUNTS)) as u8;
        if dice.is_multiple_of(11) {
            let crash = Crash { keep: (dice % 3) as usize, torn_bytes: (dice % 90) as usize };
            life.log.crash(crash);
            life.log.reopen();
            deposed.extend(std::mem::take(&mut owners).into_values());
        }
        if dice.is_multiple_of(13) {
            life.log.deliver();
        }
        let Some(owner) = owners.get_mut(&number) else {
            let account = Account([number; 16]);
            let from = readyroom_log::open::StartFrom::Beginning;
            if let Ok(owner) = Owner::try_open(&life.log, account, step, from) {
                let before = life.acknowledged.entry(number).or_default();
                check_prefix(before, &owner.replayed, seed);
                *before = owner.replayed.clone();
                owners.insert(number, owner);
                let (late, others): (Vec<_>, _) = deposed.into_iter().partition(|it| it.account == account);
                deposed = others;
                for mut ghost in late {
                    let late = ghost.append(&life.log, b"from the dead");
                    assert!(late.is_err(), "seed {seed}: {late:?}");
                }
            }
            continue;
        };
        life.sent += 1;
        let body = life.sent.to_be_bytes();
        if dice.is_multiple_of(5) {
            // Nobody waits for this one: it may still be on its way when the process ends.
            drop(owner.submit(&life.log, &body));
            deposed.extend(owners.remove(&number));
            continue;
        }
        match owner.append(&life.log, &body) {
            Ok(_) => life.acknowledged.entry(number).or_default().push(body.into()),
            Err(AppendError::Full { .. }) => {}
            Err(_) => deposed.extend(owners.remove(&number)),
        }
    }
    life.log.set_dice(none());
    life.log.reopen();
    life
}

/// Everything acknowledged is replayed, first and in order; what follows was of unknown outcome.
fn check_prefix(acknowledged: &[Vec<u8>], replayed: &[Vec<u8>], seed: u64) {
    let mut replayed = replayed.iter();
    for body in acknowledged {
        assert!(replayed.any(|it| it == body), "seed {seed}: acknowledged and gone: {body:?}");
    }
}

#[test]
fn whatever_goes_wrong_nothing_acknowledged_is_lost() {
    let mut counts = BTreeMap::new();
    for seed in 0..SEEDS {
        let life = live(seed);
        for (number, acknowledged) in &life.acknowledged {
            let account = Account([*number; 16]);
            let stored = bodies(&life.log, account);
            check_prefix(acknowledged, &stored, seed);
            let mut once = stored.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), stored.len(), "seed {seed}: stored twice");
        }
        let report = verify(&life.log);
        assert!(report.is_sound(), "seed {seed}: {:?}", report.findings);
        for (fault, count) in life.log.counts() {
            *counts.entry(fault).or_insert(0) += count;
        }
    }
    for fault in Fault::ALL {
        let count = counts.get(&fault).copied().unwrap_or(0);
        assert!(count > 0 || fault == Fault::BitFlip, "{fault:?} never occurred");
    }
}

#[test]
fn the_same_seed_lives_the_same_life() {
    for seed in 0..50 {
        let (one, two) = (live(seed), live(seed));
        assert_eq!(verify(&one.log), verify(&two.log));
        assert_eq!(one.log.counts(), two.log.counts());
    }
}

#[test]
fn a_bit_flipped_on_the_way_to_the_disk_is_found() {
    for flipped_at in 0..6 {
        let log = MemoryLog::default();
        let mut owner = Owner::open(&log, ACCOUNT, 1);
        for number in 0..6 {
            if number == flipped_at {
                log.set_dice(script([Fault::BitFlip]));
            }
            owner.must(&log, &[number]);
        }
        assert_eq!(log.counts()[&Fault::BitFlip], 1);
        assert_eq!(verify(&log).findings.len(), 1);
        let cut = log.reopen();
        let sound = verify(&log).is_sound();
        // At the end it is cut off and said so; before it, it stays and is reported.
        assert_eq!((cut.len(), sound), if flipped_at == 5 { (1, true) } else { (0, false) });
    }
}

#[test]
fn a_torn_record_is_cut_at_its_boundary() {
    let whole = 70; // Bytes of a record with one byte of body: 65 + 1 + 4.
    for torn_bytes in 0..=whole {
        let log = MemoryLog::default();
        let mut owner = Owner::open(&log, ACCOUNT, 1);
        owner.must(&log, b"a");
        log.set_dice(script([Fault::SlowSync]));
        let pending = owner.submit(&log, b"b");
        log.crash(Crash { keep: 0, torn_bytes });
        let torn = (1..whole).contains(&torn_bytes);
        assert_eq!(log.reopen().len(), usize::from(torn));
        assert!(matches!(pending.now(), Some(Err(AppendError::Unknown { .. }))));
        assert_eq!(bodies(&log, ACCOUNT), [b"a"]);
        Owner::open(&log, ACCOUNT, 2).must(&log, b"c");
        assert!(verify(&log).is_sound());
    }
}

#[test]
fn a_failed_fsync_is_not_tried_again() {
    let log = MemoryLog::default();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    owner.must(&log, b"a");
    log.set_dice(script([Fault::SlowSync, Fault::FailedSync]));
    let slow = owner.submit(&log, b"b");
    let other = log.submit(Account([9; 16]), Pos::START, readyroom_log::Anchor::START.barrier(1, 1));
    log.sync();
    for pending in [slow, other] {
        assert!(matches!(pending.now(), Some(Err(AppendError::Unknown { .. }))), "{pending:?}");
    }
    assert_eq!(bodies(&log, ACCOUNT), [b"a"]);
    log.crash(Crash { keep: 0, torn_bytes: 0 });
    assert!(log.reopen().is_empty());
    assert_eq!(bodies(&log, ACCOUNT), [b"a"]);
}

#[test]
fn an_answer_can_be_awaited() {
    let log = MemoryLog::default();
    let mut owner = Owner::open(&log, ACCOUNT, 1);
    log.set_dice(script([Fault::SlowSync]));
    let mut pending = pin!(owner.submit(&log, b"a"));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(pending.as_mut().poll(&mut context), Poll::Pending);
    log.sync();
    assert_eq!(pending.as_mut().poll(&mut context), Poll::Ready(Ok(Pos(2))));
}

#[test]
fn no_bytes_however_damaged_make_decoding_panic() {
    use readyroom_log::record::{decode, encode};
    let entry = readyroom_log::Anchor::START.barrier(1, 1);
    let (bytes, _) = encode(0, ACCOUNT, &entry);
    for end in 0..bytes.len() {
        assert!(decode(&bytes[..end]).is_err());
    }
    for at in 0..bytes.len() {
        for value in 0..=255 {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            let _ = decode(&damaged);
        }
    }
    assert!(decode(&[bytes.as_slice(), b"more"].concat()).is_err());
}
