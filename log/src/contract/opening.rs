//! How an account begins: from its first entry, from a snapshot, after a trim, in another store.

use super::{Bench, Case, Owner, account, all, bodies};
use crate::chain::Anchor;
use crate::entry::{Entry, Pos, Snapshot};
use crate::error::{OpenError, ReadError, StoreError};
use crate::export::{export, import};
use crate::open::{StartFrom, Step, replay};
use crate::read::Follow;
use crate::report::FindingKind;
use crate::verify::verify;

pub const CASES: &[Case] = &[
    Case { name: "an account opens with everything ever acknowledged", needs: &[], play: everything },
    Case { name: "an entry with bytes and no events is kept, and takes nothing over", needs: &[], play: no_events },
    Case { name: "a process that ends between append and reply leaves all of it or nothing", needs: &[], play: crash },
    Case { name: "opening from a snapshot replays only what follows it", needs: &[], play: from_snapshot },
    Case { name: "a snapshot newer than the log is not used, and said so", needs: &[], play: newer_snapshot },
    Case {
        name: "a corrupt snapshot is not used, and said so; the one before it is",
        needs: &[],
        play: corrupt_snapshot,
    },
    Case { name: "a snapshot of another history is not used, and said so", needs: &[], play: foreign_snapshot },
    Case { name: "an account can be read as it was, without taking it over", needs: &[], play: time_travel },
    Case { name: "a trim needs a whole snapshot and leaves an entry", needs: &[], play: trim_rules },
    Case { name: "a trimmed account opens from its snapshot, and not without it", needs: &[], play: trimmed },
    Case { name: "a reader overtaken by a trim is told", needs: &[], play: trim_against_reader },
    Case { name: "a read that ends too early is an error", needs: &[], play: short },
    Case { name: "following shows every entry once, in order, as it comes", needs: &[], play: follow },
    Case { name: "export and import give the same bytes and chain", needs: &[], play: export_import },
    Case { name: "a damaged export is refused", needs: &[], play: damaged_export },
];

fn everything(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    assert_eq!((owner.at.epoch, owner.at.next_no), (1, 1));
    for body in [b"a", b"b", b"c"] {
        owner.must(bench.log(), body);
    }
    bench.reopen();
    let owner = Owner::open(bench.log(), account(1), 1);
    assert_eq!(owner.replayed, [b"a", b"b", b"c"]);
    assert_eq!((owner.at.epoch, owner.at.next_no), (2, 4));
    assert_eq!(owner.opened.entries, 5);
    assert!(owner.opened.findings.is_empty());
}

fn no_events(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    owner.must(log, b"a");
    let taking = Entry { epoch: owner.at.epoch + 1, ..owner.at.entry(90, 0, b"no events".to_vec()) };
    assert!(log.append(account(1), owner.at.pos, taking).is_err(), "only a barrier takes over");
    let entry = owner.at.entry(91, 0, b"no events".to_vec());
    let pos = log.append(account(1), owner.at.pos, entry.clone()).expect("it is accepted");
    owner.at = owner.at.behind(account(1), pos, &entry);
    owner.must(log, b"b");
    bench.reopen();
    let log = bench.log();
    let report = verify(log);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.accounts[0].events, report.accounts[0].epochs), (2, 1));
    let owner = Owner::open(log, account(1), 2);
    assert_eq!(owner.replayed, [&b"a"[..], b"no events", b"b"]);
    assert_eq!(owner.at.next_no, 3);
}

fn crash(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"acknowledged");
    bench.hold(true);
    let pending = owner.submit(bench.log(), b"under way");
    assert_eq!(pending.now(), None);
    bench.kill();
    let owner = Owner::open(bench.log(), account(1), 2);
    assert_eq!(owner.replayed[0], b"acknowledged");
    assert!(owner.replayed[1..].iter().all(|body| body == b"under way"));
    assert!(owner.replayed.len() <= 2);
    assert!(verify(bench.log()).is_sound());
}

fn from_snapshot(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    owner.must(bench.log(), b"b");
    let snapshot = owner.snapshot(bench.log(), b"AB");
    owner.must(bench.log(), b"c");
    bench.reopen();
    let log = bench.log();
    assert_eq!(log.get_snapshot(account(1), Pos::MAX), Ok(Some(snapshot.clone())));
    let owner = Owner::open(log, account(1), 2);
    assert_eq!(owner.replayed, [&b"AB"[..], b"c"]);
    assert_eq!(owner.opened.snapshot, Some(snapshot.at.pos));
    let all = Owner::try_open(log, account(1), 3, StartFrom::Beginning);
    assert_eq!(all.expect("it opens").replayed, [b"a", b"b", b"c"]);
}

fn newer_snapshot(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    owner.must(log, b"a");
    let ahead = Anchor { pos: Pos(owner.at.pos.0 + 1000), ..owner.at };
    let newer = Snapshot::new(account(1), ahead, Owner::VERSION, b"future".to_vec());
    log.put_snapshot(&newer).expect("it is stored");
    let owner = Owner::open(log, account(1), 2);
    assert_eq!(owner.replayed, [b"a"]);
    assert_eq!(owner.opened.snapshot, None);
    assert_eq!(owner.opened.findings.len(), 1);
    assert!(owner.opened.findings[0].contains("newer than the log"));
    assert_eq!(verify(log).findings[0].kind, FindingKind::Snapshot);
}

fn corrupt_snapshot(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    let older = owner.snapshot(bench.log(), b"A");
    owner.must(bench.log(), b"b");
    let newer = owner.snapshot(bench.log(), b"AB");
    bench.damage_snapshot(&newer);
    let owner = Owner::open(bench.log(), account(1), 2);
    assert_eq!(owner.replayed, [b"A", b"b"]);
    assert_eq!(owner.opened.snapshot, Some(older.at.pos));
    assert_eq!(owner.opened.findings.len(), 1, "{:?}", owner.opened.findings);
    bench.damage_snapshot(&older);
    let owner = Owner::open(bench.log(), account(1), 3);
    assert_eq!(owner.replayed, [b"a", b"b"]);
    assert_eq!(owner.opened.findings.len(), 2);
    let report = verify(bench.log());
    let kinds: Vec<_> = report.findings.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [FindingKind::Snapshot; 2]);
}

fn foreign_snapshot(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    owner.must(log, b"a");
    let other = Anchor { chain: !owner.at.chain, ..owner.at };
    let foreign = Snapshot::new(account(1), other, Owner::VERSION, b"X".to_vec());
    log.put_snapshot(&foreign).expect("it is stored");
    let unknown = Owner::open(log, account(1), 2);
    let unknown = Snapshot::new(account(1), unknown.at, Owner::VERSION + 1, b"Y".to_vec());
    log.put_snapshot(&unknown).expect("it is stored");
    let owner = Owner::open(log, account(1), 3);
    assert_eq!(owner.replayed, [b"a"]);
    assert_eq!(owner.opened.findings.len(), 2, "{:?}", owner.opened.findings);
}

fn time_travel(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    owner.must(log, b"a");
    let then = owner.must(log, b"b");
    owner.must(log, b"c");
    owner.snapshot(log, b"ABC");
    let before = all(log, account(1));
    let mut seen = Vec::new();
    let replayed = replay(log, account(1), then, StartFrom::Snapshot, &mut |step| {
        if let Step::Entry(stored) = step {
            seen.extend_from_slice(&stored.entry.body);
        }
        Ok(())
    });
    let replayed = replayed.expect("it is readable");
    assert_eq!((replayed.at.pos, replayed.at.next_no), (then, 3));
    assert_eq!(seen, b"ab");
    assert!(replayed.findings.is_empty());
    assert_eq!(all(log, account(1)), before);
    let refused = replay(log, account(1), then, StartFrom::Beginning, &mut |step| match step {
        Step::Entry(stored) if stored.entry.body == b"b" => Err("unknown event".into()),
        _ => Ok(()),
    });
    assert!(matches!(refused, Err(OpenError::Rejected { event_no: 2, .. })));
}

fn trim_rules(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    let first = owner.must(bench.log(), b"a");
    let refused =
        |bench: &dyn Bench, upto| matches!(bench.log().trim(account(1), upto), Err(StoreError::Refused { .. }));
    assert!(refused(bench, first), "there is no snapshot");
    let snapshot = owner.snapshot(bench.log(), b"A");
    assert!(refused(bench, first), "no entry would be left");
    owner.must(bench.log(), b"b");
    bench.damage_snapshot(&snapshot);
    assert!(refused(bench, first), "the snapshot is damaged");
    assert_eq!(bodies(bench.log(), account(1)), [b"a", b"b"]);
}

fn trimmed(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    owner.must(bench.log(), b"b");
    let snapshot = owner.snapshot(bench.log(), b"AB");
    owner.must(bench.log(), b"c");
    bench.log().trim(account(1), snapshot.at.pos).expect("it is trimmed");
    bench.reopen();
    assert_eq!(bodies(bench.log(), account(1)), [b"c"]);
    let mut owner = Owner::open(bench.log(), account(1), 2);
    assert_eq!(owner.replayed, [&b"AB"[..], b"c"]);
    owner.must(bench.log(), b"d");
    let report = verify(bench.log());
    assert!(report.is_sound(), "{:?}", report.findings);
    let wanted = Pos::START;
    let start = snapshot.at.pos;
    let trimmed = ReadError::Trimmed { account: account(1), start, wanted };
    let read = bench.log().read(account(1), wanted, owner.at.pos);
    assert_eq!(read.err(), Some(trimmed));
    bench.damage_snapshot(&snapshot);
    let opened = Owner::try_open(bench.log(), account(1), 3, StartFrom::Snapshot);
    assert!(matches!(opened, Err(OpenError::NoStart { .. })), "{opened:?}");
}

fn trim_against_reader(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    // More than one page, so that the reader has to come back for the rest.
    let big = vec![7; crate::read::PAGE_BYTES_MAX / 6];
    for _ in 0..10 {
        owner.must(log, &big);
    }
    let snapshot = owner.snapshot(log, b"S");
    let last = owner.must(log, b"z");
    let mut reader = log.read(account(1), Pos::START, last).expect("it begins");
    reader.next().expect("there is more").expect("it is sound");
    log.trim(account(1), snapshot.at.pos).expect("it is trimmed");
    let end = reader.find_map(Result::err);
    assert!(matches!(end, Some(ReadError::Trimmed { .. })), "{end:?}");
    assert_eq!(Owner::open(log, account(1), 2).replayed, [b"S", b"z"]);
}

fn short(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    let last = owner.must(log, b"a");
    let upto = Pos(last.0 + 1);
    let mut entries = log.read(account(1), Pos::START, upto).expect("it begins");
    let end = entries.find_map(Result::err);
    assert_eq!(end, Some(ReadError::Short { account: account(1), last, upto }));
    assert!(entries.next().is_none());
}

fn follow(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut one = Owner::open(log, account(1), 1);
    let mut two = Owner::open(log, account(2), 1);
    let mut all = Follow::all(log, Pos::START);
    let mut own = Follow::account(log, account(1), one.at.pos).expect("it begins");
    let bodies = |follow: &mut dyn Iterator<Item = Result<crate::Stored, ReadError>>| {
        let entries = follow.map(|step| step.expect("it is sound").entry);
        entries.map(|entry| entry.body).collect::<Vec<_>>()
    };
    assert_eq!(bodies(&mut all), [b"", b""]);
    assert!(own.next().is_none());
    one.must(log, b"a");
    two.must(log, b"b");
    one.must(log, b"c");
    all.wait(std::time::Duration::from_secs(5)).expect("it waits");
    assert_eq!(bodies(&mut all), [b"a", b"b", b"c"]);
    assert_eq!(bodies(&mut own), [b"a", b"c"]);
    assert!(all.next().is_none());
    two.must(log, b"d");
    assert_eq!(bodies(&mut Follow::all(log, all.after())), [b"d"]);
}

fn export_import(bench: &mut dyn Bench) {
    let log = bench.log();
    for number in 1..=3 {
        let mut owner = Owner::open(log, account(number), 1);
        owner.must(log, b"a");
        owner.must(log, b"bc");
        let mut owner = Owner::open(log, account(number), 2);
        owner.must(log, &[number; 1000]);
    }
    let mut file = Vec::new();
    let sent = export(log, &mut file).expect("it is exported");
    let other = bench.another();
    // Another past, so that positions differ.
    Owner::open(other.log(), account(9), 1);
    let received = import(other.log(), &mut &file[..]).expect("it is imported");
    assert_eq!(sent, received);
    for number in 1..=3 {
        assert_eq!(bodies(other.log(), account(number)), bodies(log, account(number)));
        let chains = [log, other.log()].map(|log| {
            let tail = log.tail(account(number)).expect("it is readable");
            tail.expect("there is one").chain
        });
        assert_eq!(chains[0], chains[1]);
        let owner = Owner::open(other.log(), account(number), 3);
        assert_eq!(owner.at.epoch, 3);
    }
    assert!(verify(other.log()).is_sound());
    let again = import(other.log(), &mut &file[..]).expect("importing again changes nothing");
    assert_eq!(again, received);
    assert_eq!(all(other.log(), account(1)).len(), 6);
}

fn damaged_export(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    owner.must(bench.log(), b"b");
    let mut file = Vec::new();
    export(bench.log(), &mut file).expect("it is exported");
    let footer = file.len() - 16..file.len();
    for bytes in (0..footer.start).step_by(7).chain(footer) {
        let other = bench.another();
        assert!(import(other.log(), &mut &file[..bytes]).is_err(), "cut at {bytes}");
        let mut flipped = file.clone();
        flipped[bytes] ^= 1;
        let other = bench.another();
        assert!(import(other.log(), &mut &flipped[..]).is_err(), "flipped at {bytes}");
    }
}
