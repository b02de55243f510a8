//! What is refused: too large, no room, too much at once. A refusal leaves no trace.

use super::{Bench, Case, Owner, account, all, bodies};
use crate::entry::BODY_BYTES_MAX;
use crate::error::AppendError;
use crate::faults::Fault;
use crate::verify::verify;

pub const CASES: &[Case] = &[
    Case { name: "an oversized entry is refused, the largest is not", needs: &[], play: oversized },
    Case {
        name: "a full disk refuses, keeps what it has, and goes on when there is room",
        needs: &[Fault::DiskFull],
        play: disk_full,
    },
    Case {
        name: "a failed fsync stops the writer until the log is reopened",
        needs: &[Fault::FailedSync],
        play: failed_sync,
    },
    Case {
        name: "a hot account is refused, does not grow, and does not hinder the others",
        needs: &[],
        play: hot_account,
    },
    Case { name: "what is slow is answered in the end", needs: &[], play: slow },
];

fn oversized(bench: &mut dyn Bench) {
    let log = bench.log();
    let mut owner = Owner::open(log, account(1), 1);
    let before = all(log, account(1));
    let answer = owner.append(log, &vec![1; BODY_BYTES_MAX + 1]);
    let too_large = AppendError::TooLarge { bytes: BODY_BYTES_MAX + 1, max: BODY_BYTES_MAX };
    assert_eq!(answer, Err(too_large));
    assert_eq!(all(log, account(1)), before);
    owner.must(log, &vec![1; BODY_BYTES_MAX]);
    assert_eq!(bodies(log, account(1))[0].len(), BODY_BYTES_MAX);
}

fn disk_full(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    bench.inject(Fault::DiskFull);
    let big = vec![1; BODY_BYTES_MAX];
    let answer = owner.append(bench.log(), &big);
    assert!(matches!(answer, Err(AppendError::Full { .. })), "{answer:?}");
    assert_eq!(bodies(bench.log(), account(1)), [b"a"]);
    bench.heal();
    owner.must(bench.log(), &big);
    assert_eq!(bodies(bench.log(), account(1)).len(), 2);
    assert!(verify(bench.log()).is_sound());
}

fn failed_sync(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    owner.must(bench.log(), b"a");
    bench.inject(Fault::FailedSync);
    let answer = owner.append(bench.log(), b"b");
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    let mut other = Owner::open(bench.another().log(), account(2), 1);
    let answer = other.append(bench.log(), b"c");
    assert!(matches!(answer, Err(AppendError::Poisoned { .. })), "{answer:?}");
    bench.reopen();
    let mut owner = Owner::open(bench.log(), account(1), 2);
    assert_eq!(owner.replayed[0], b"a");
    assert!(owner.replayed.len() <= 2);
    owner.must(bench.log(), b"d");
}

fn hot_account(bench: &mut dyn Bench) {
    const SUBMITTED: usize = 1000;
    const WAITING_MAX: usize = 64;
    let mut hot = Owner::open(bench.log(), account(1), 1);
    let mut calm = Owner::open(bench.log(), account(2), 1);
    bench.hold(true);
    let pending: Vec<_> = (0..SUBMITTED).map(|_| hot.submit(bench.log(), b"h")).collect();
    let beside = calm.submit(bench.log(), b"c");
    let refused = pending.iter().filter(|it| matches!(it.now(), Some(Err(AppendError::Overloaded { .. })))).count();
    assert!(refused >= SUBMITTED - WAITING_MAX, "{refused}");
    assert!(!matches!(beside.now(), Some(Err(_))), "{beside:?}");
    bench.hold(false);
    let log = bench.log();
    assert!(log.finish(beside).is_ok());
    let answers = pending.into_iter().map(|pending| log.finish(pending));
    assert_eq!(answers.filter(Result::is_ok).count(), 1);
    assert_eq!(bodies(log, account(1)), [b"h"]);
}

fn slow(bench: &mut dyn Bench) {
    let mut owner = Owner::open(bench.log(), account(1), 1);
    bench.hold(true);
    let pending = owner.submit(bench.log(), b"a");
    assert_eq!(pending.now(), None);
    assert!(bodies(bench.log(), account(1)).is_empty(), "nothing is shown before it is durable");
    bench.hold(false);
    assert!(bench.log().finish(pending).is_ok());
    assert_eq!(bodies(bench.log(), account(1)), [b"a"]);
}
