//! Who may write: of two, one; and a lost answer is found, not guessed.

use super::{Bench, Case, Owner, account, all, bodies};
use crate::Pos;
use crate::error::AppendError;
use crate::faults::Fault;
use crate::open::StartFrom;

pub const CASES: &[Case] = &[
    Case { name: "of two writers one wins", needs: &[], play: two_writers },
    Case { name: "a conflict of one account leaves the others alone", needs: &[], play: conflict_is_private },
    Case { name: "an owner deposed during a pause is fenced", needs: &[], play: deposed },
    Case {
        name: "an owner frozen in the middle of an append is fenced when it thaws",
        needs: &[Fault::Paused],
        play: frozen,
    },
    Case { name: "a ghost append after a takeover is refused", needs: &[], play: late_copy },
    Case { name: "a ghost append on its way during a takeover is refused", needs: &[Fault::Ghost], play: ghost },
    Case { name: "a ghost append and its retry land once", needs: &[Fault::Ghost], play: ghost_and_retry },
    Case {
        name: "a spurious conflict is seen through",
        needs: &[Fault::SpuriousConflict],
        play: |bench| doubtful(bench, Fault::SpuriousConflict),
    },
    Case { name: "an append whose acknowledgement was lost is found, not repeated", needs: &[], play: repeated },
    Case {
        name: "acknowledgement lost, landed",
        needs: &[Fault::AckLostLanded],
        play: |bench| doubtful(bench, Fault::AckLostLanded),
    },
    Case {
        name: "acknowledgement lost, not landed",
        needs: &[Fault::AckLostNotLanded],
        play: |bench| doubtful(bench, Fault::AckLostNotLanded),
    },
    Case { name: "acknowledgement lost, landed, and another took over since", needs: &[], play: landed_and_superseded },
    Case {
        name: "a takeover with a stale tail succeeds behind the newest entry",
        needs: &[Fault::StaleTail],
        play: stale_takeover,
    },
    Case {
        name: "a stale tail does not turn a landed append into a lost one",
        needs: &[Fault::AckLostLanded, Fault::StaleTail],
        play: stale_resolution,
    },
    Case { name: "an entry that does not fit is refused and leaves no trace", needs: &[], play: misfits },
];

fn two_writers(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut one = Owner::open(log, account(1), 1);
    let mut two = one.clone();
    let pending = [one.submit(log, b"one"), two.submit(log, b"two")];
    let answers = pending.map(|pending| log.finish(pending));
    let won = answers.iter().position(Result::is_ok).expect("one wins");
    let fenced = matches!(answers[1 - won], Err(AppendError::Fenced { tail, epoch })
        if Ok(tail) == answers[won] && epoch == one.at.epoch);
    assert!(fenced, "{answers:?}");
    assert_eq!(bodies(log, account(1)), [[b"one", b"two"][won]]);
}

fn conflict_is_private(bench: &mut dyn Bench) {
    bench.log();
    let mut owners: Vec<Owner> = (1..=5).map(|number| Owner::open(bench.log(), account(number), 1)).collect();
    let stale = owners[2].clone();
    owners[2].must(bench.log(), b"first");
    owners[2].at = stale.at;
    bench.hold(true);
    let pending: Vec<_> = owners.iter_mut().map(|owner| owner.submit(bench.log(), b"x")).collect();
    bench.hold(false);
    let log = bench.log();
    for (number, pending) in pending.into_iter().enumerate() {
        let answer = log.finish(pending);
        match number {
            2 => assert!(matches!(answer, Err(AppendError::Fenced { .. })), "{answer:?}"),
            _ => assert!(answer.is_ok(), "{answer:?}"),
        }
    }
    for number in [1, 2, 4, 5] {
        assert_eq!(bodies(log, account(number)), [b"x"]);
    }
    assert_eq!(bodies(log, account(3)), [b"first"]);
}

fn deposed(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut old = Owner::open(log, account(1), 1);
    old.must(log, b"a");
    let mut new = Owner::open(log, account(1), 2);
    assert_eq!(new.replayed, [b"a"]);
    let answer = old.append(log, b"late");
    assert!(matches!(answer, Err(AppendError::Fenced { epoch, .. }) if epoch == new.at.epoch), "{answer:?}");
    new.must(log, b"b");
    assert!(matches!(old.append(log, b"later"), Err(AppendError::Fenced { .. })));
    assert_eq!(bodies(log, account(1)), [b"a", b"b"]);
}

fn frozen(bench: &mut dyn Bench) {
    let mut old = Owner::open(bench.log(), account(1), 1);
    bench.inject(Fault::Paused);
    let pending = old.submit(bench.log(), b"frozen");
    let mut new = Owner::open(bench.log(), account(1), 2);
    assert_eq!(pending.now(), None);
    bench.deliver();
    assert!(matches!(pending.wait(), Err(AppendError::Fenced { .. })));
    new.must(bench.log(), b"new");
    assert_eq!(bodies(bench.log(), account(1)), [b"new"]);
}

fn late_copy(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut old = Owner::open(log, account(1), 1);
    let ghost = old.next(b"ghost");
    Owner::open(log, account(1), 2);
    let answer = log.finish(log.submit(account(1), ghost.prev, ghost));
    assert!(matches!(answer, Err(AppendError::Fenced { .. })), "{answer:?}");
    assert!(bodies(log, account(1)).is_empty());
}

fn ghost(bench: &mut dyn Bench) {
    let mut old = Owner::open(bench.log(), account(1), 1);
    bench.inject(Fault::Ghost);
    let answer = old.submit(bench.log(), b"ghost").wait();
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    let mut new = Owner::open(bench.log(), account(1), 2);
    bench.deliver();
    new.must(bench.log(), b"new");
    assert_eq!(bodies(bench.log(), account(1)), [b"new"]);
}

fn ghost_and_retry(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    bench.inject(Fault::Ghost);
    owner.must(bench.log(), b"a");
    bench.deliver();
    owner.must(bench.log(), b"b");
    assert_eq!(bodies(bench.log(), account(1)), [b"a", b"b"]);
}

/// Whatever the store said, the append is acknowledged and stands there once.
fn doubtful(bench: &mut dyn Bench, fault: Fault) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    bench.inject(fault);
    owner.must(bench.log(), b"a");
    owner.must(bench.log(), b"b");
    assert_eq!(bodies(bench.log(), account(1)), [b"a", b"b"]);
}

fn repeated(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    let entry = owner.next(b"a");
    let first = log.finish(log.submit(account(1), entry.prev, entry.clone()));
    let again = log.append(account(1), entry.prev, entry);
    assert_eq!(again, first);
    assert_eq!(bodies(log, account(1)), [b"a"]);
}

fn landed_and_superseded(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut old = Owner::open(log, account(1), 1);
    let entry = old.next(b"a");
    let landed = log.finish(log.submit(account(1), entry.prev, entry.clone()));
    let new = Owner::open(log, account(1), 2);
    assert_eq!(new.replayed, [b"a"]);
    assert_eq!(log.append(account(1), entry.prev, entry), landed);
    assert_eq!(bodies(log, account(1)), [b"a"]);
}

fn stale_takeover(bench: &mut dyn Bench) {
    let mut old = Owner::open(bench.log(), account(1), 1);
    old.must(bench.log(), b"a");
    bench.inject(Fault::StaleTail);
    let new = Owner::open(bench.log(), account(1), 2);
    assert_eq!(new.replayed, [b"a"]);
    assert!(matches!(old.append(bench.log(), b"b"), Err(AppendError::Fenced { .. })));
}

fn stale_resolution(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    bench.inject(Fault::AckLostLanded);
    bench.inject(Fault::StaleTail);
    owner.must(bench.log(), b"b");
    assert_eq!(bodies(bench.log(), account(1)), [b"a", b"b"]);
}

fn misfits(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    owner.must(log, b"a");
    let good = owner.next(b"b");
    let before = all(log, account(1));
    type Spoil = fn(&mut crate::Entry);
    let spoils: [Spoil; 6] = [
        |entry| entry.first_no += 1,
        |entry| entry.first_no -= 1,
        |entry| entry.prev = Pos(entry.prev.0 + 1),
        |entry| entry.epoch += 1, // Not a barrier.
        |entry| entry.epoch -= 1,
        |entry| entry.writer += 1,
    ];
    for spoil in spoils {
        let mut entry = good.clone();
        spoil(&mut entry);
        let answer = log.append(account(1), owner.at.pos, entry);
        assert!(matches!(answer, Err(AppendError::Misfit(_))), "{answer:?}");
    }
    assert_eq!(all(log, account(1)), before);
    let opened = Owner::try_open(log, account(1), 2, StartFrom::Beginning);
    assert_eq!(opened.expect("no harm was done").replayed, [b"a"]);
}
