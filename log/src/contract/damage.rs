//! What is found: every damage is reported where it is, stops its account only, and nothing is
//! written behind it.

use super::{Bench, Case, Owner, account, bodies};
use crate::Log;
use crate::chain::Flaw;
use crate::entry::{Pos, Row};
use crate::error::{AppendError, OpenError, ReadError};
use crate::open::StartFrom;
use crate::read::Follow;
use crate::report::FindingKind;
use crate::verify::verify;

pub const CASES: &[Case] = &[
    Case { name: "a removed entry is a hole", needs: &[], play: hole },
    Case { name: "an entry that names another as the one before it is found", needs: &[], play: wrong_prev },
    Case { name: "every flipped bit of an entry is found", needs: &[], play: every_bit },
    Case { name: "entries that changed places are found", needs: &[], play: reordered },
    Case { name: "an entry replaced by one that is whole in itself is found", needs: &[], play: replaced },
    Case { name: "an entry of another account is found", needs: &[], play: foreign },
    Case { name: "damage stops its account only, with one finding", needs: &[], play: stops_one_account },
    Case { name: "nothing is written behind a damaged end", needs: &[], play: damaged_end },
    Case { name: "a sound log has no findings", needs: &[], play: sound },
];

/// One account with a barrier and these bodies; returns their positions.
fn written(bench: &mut dyn Bench, number: u8, bodies: &[&[u8]]) -> Vec<Pos> {
    let log = bench.log();
    let mut owner = Owner::open(log, account(number), 1);
    bodies.iter().map(|body| owner.must(log, body)).collect()
}

/// The first error of reading an account to its end.
fn first_error(log: &dyn Log, number: u8, upto: Pos) -> Option<ReadError> {
    let mut entries = log.read(account(number), Pos::START, upto).expect("reading begins");
    entries.find_map(Result::err)
}

fn flaw_at(log: &dyn Log, number: u8, upto: Pos) -> (Pos, Flaw) {
    match first_error(log, number, upto) {
        Some(ReadError::Damaged { pos, flaw, .. }) => (pos, flaw),
        other => panic!("expected damage, got {other:?}"),
    }
}

fn findings(log: &dyn Log) -> Vec<(FindingKind, Option<Pos>)> {
    let report = verify(log);
    let kinds = report.findings.iter();
    kinds.map(|finding| (finding.kind, finding.pos)).collect()
}

fn hole(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c", b"d"]);
    bench.damage(at[1], &mut |row| *row = None);
    let log = bench.log();
    let hole = Flaw::Hole { after: at[0], missing: at[1] };
    assert_eq!(flaw_at(log, 1, at[3]), (at[2], hole));
    assert_eq!(findings(log), [(FindingKind::Hole, Some(at[2]))]);
    let opened = Owner::try_open(log, account(1), 2, StartFrom::Beginning);
    assert!(matches!(opened, Err(OpenError::Read(ReadError::Damaged { .. }))));
}

fn wrong_prev(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c", b"d"]);
    bench.damage(at[2], &mut |row| {
        let row = row.as_mut().expect("the row is there");
        row.bytes[53] ^= 64; // The lowest byte of `prev`.
    });
    let log = bench.log();
    assert!(matches!(flaw_at(log, 1, at[3]), (pos, Flaw::Prev { .. }) if pos == at[2]));
    assert_eq!(findings(log), [(FindingKind::WrongPrev, Some(at[2]))]);
}

fn every_bit(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"bcd", b"e"]);
    let mut bits = 0;
    bench.damage(at[1], &mut |row| {
        bits = row.as_ref().expect("the row is there").bytes.len() * 8;
    });
    assert!(bits > 0);
    for bit in 0..bits {
        let mut flip = |row: &mut Option<Row>| {
            row.as_mut().expect("the row is there").bytes[bit / 8] ^= 1 << (bit % 8);
        };
        bench.damage(at[1], &mut flip);
        let (pos, flaw) = flaw_at(bench.log(), 1, at[2]);
        assert_eq!(pos, at[1], "bit {bit}: {flaw}");
        let found = findings(bench.log());
        assert_eq!(found.len(), 1, "bit {bit}: {found:?}");
        assert_eq!(found[0].1, Some(at[1]), "bit {bit}");
        bench.damage(at[1], &mut flip);
    }
    assert_eq!(first_error(bench.log(), 1, at[2]), None);
}

fn reordered(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c", b"d"]);
    let mut taken = Vec::new();
    for pos in [at[1], at[2]] {
        bench.damage(pos, &mut |row| {
            taken.push(row.as_ref().expect("the row is there").bytes.clone());
        });
    }
    for pos in [at[1], at[2]] {
        let bytes = taken.pop().expect("two were taken");
        bench.damage(pos, &mut |row| {
            row.as_mut().expect("the row is there").bytes = bytes.clone();
        });
    }
    assert_eq!(flaw_at(bench.log(), 1, at[3]).0, at[1]);
    assert!(!verify(bench.log()).is_sound());
}

fn replaced(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c", b"d"]);
    bench.damage(at[1], &mut |row| {
        let row = row.as_mut().expect("the row is there");
        let mut entry = crate::record::decode(&row.bytes).expect("it is whole").entry;
        entry.body = b"x".to_vec();
        // Whoever replaced it also made its checksum fit, so that only the chain can tell.
        row.bytes = crate::record::encode(0, account(1), &entry).0;
    });
    assert_eq!(flaw_at(bench.log(), 1, at[3]), (at[1], Flaw::Checksum));
}

fn foreign(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c"]);
    let other = written(bench, 2, &[b"a", b"b", b"c"]);
    let mut bytes = Vec::new();
    bench.damage(other[1], &mut |row| {
        bytes = row.as_ref().expect("the row is there").bytes.clone();
    });
    bench.damage(at[1], &mut |row| {
        row.as_mut().expect("the row is there").bytes = bytes.clone();
    });
    let got = account(2);
    assert_eq!(flaw_at(bench.log(), 1, at[2]), (at[1], Flaw::Account { got }));
    assert_eq!(findings(bench.log())[0], (FindingKind::WrongAccount, Some(at[1])));
}

fn stops_one_account(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b", b"c"]);
    written(bench, 2, &[b"d", b"e"]);
    bench.damage(at[1], &mut |row| {
        row.as_mut().expect("the row is there").bytes[66] ^= 1;
    });
    bench.reopen();
    let log = bench.log();
    let followed: Vec<_> = Follow::all(log, Pos::START).collect();
    let errors = followed.iter().filter(|step| step.is_err()).count();
    let of = |number| {
        let sound = followed.iter().flatten();
        sound.filter(|stored| stored.account == account(number)).count()
    };
    assert_eq!((errors, of(1), of(2)), (1, 2, 3));
    assert!(Owner::try_open(log, account(1), 2, StartFrom::Beginning).is_err());
    let mut two = Owner::open(log, account(2), 2);
    two.must(log, b"f");
    assert_eq!(bodies(log, account(2)), [b"d", b"e", b"f"]);
    let report = verify(log);
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    let finding = &report.findings[0];
    assert_eq!(finding.kind, FindingKind::BadEntry);
    assert_eq!(finding.account, Some(account(1)));
    assert_eq!((finding.pos, finding.event_no), (Some(at[1]), Some(2)));
}

fn damaged_end(bench: &mut dyn Bench) {
    let at = written(bench, 1, &[b"a", b"b"]);
    written(bench, 2, &[b"c"]);
    bench.damage(at[1], &mut |row| {
        row.as_mut().expect("the row is there").bytes.truncate(50);
    });
    let report = verify(bench.log());
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].kind, FindingKind::TornTail);
    assert_eq!(report.accounts[0].last_sound, at[0]);
    assert_eq!(report.accounts[0].events, 1);
    bench.reopen();
    let log = bench.log();
    let entry = crate::anchor_at(log, account(1), at[0]).expect("the entry before is sound").barrier(9, 9);
    for expect in [at[0], at[1]] {
        let answer = log.finish(log.submit(account(1), expect, entry.clone()));
        assert!(matches!(answer, Err(AppendError::Damaged { .. })), "{answer:?}");
    }
    assert!(Owner::try_open(log, account(1), 2, StartFrom::Beginning).is_err());
    Owner::open(log, account(2), 2).must(log, b"d");
}

fn sound(bench: &mut dyn Bench) {
    for number in 1..=3 {
        written(bench, number, &[b"a", b"bc", b"def"]);
        Owner::open(bench.log(), account(number), 2);
    }
    bench.reopen();
    let report = verify(bench.log());
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.accounts.len(), 3);
    for account in &report.accounts {
        assert_eq!((account.entries, account.events, account.epochs), (5, 6, 2));
        assert_eq!(account.last, account.last_sound);
    }
}
