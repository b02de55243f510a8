//! What waits for the writer: bounded in number, in bytes, and for each account.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard};

use super::writer::Writer;
use crate::entry::{Account, BODY_BYTES_MAX, Entry, Pos};
use crate::error::AppendError;
use crate::pending::{Pending, Promise, pair};

/// Entries waiting at most, of all accounts.
pub const WAITING_MAX: usize = 16_384;

/// Bytes of bodies waiting at most; one transaction holds no more.
pub const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Entries waiting at most of one account. Its owner keeps one in flight; the others are writers
/// about to learn that they are fenced.
pub const WAITING_PER_ACCOUNT_MAX: usize = 8;

const UNPOISONED: &str = "nothing panics while it holds the lock";

/// An append in the queue.
pub struct Append {
    /// Whose.
    pub account: Account,
    /// Its fence.
    pub expect: Pos,
    /// The entry.
    pub entry: Entry,
    /// Who waits for it.
    pub promise: Promise,
}

/// Rare work for the writer, between two batches.
pub type Task = Box<dyn FnOnce(&mut Writer) + Send>;

/// Everything that arrived since the writer last looked.
#[derive(Default)]
pub struct Work {
    /// One transaction's worth.
    pub appends: Vec<Append>,
    /// After them, one by one.
    pub tasks: Vec<Task>,
    bytes: usize,
    of_account: HashMap<Account, usize>,
}

/// Between the callers and the writer thread.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    work: Work,
    closed: bool,
    /// Whether the writer sleeps: waking it costs a system call even when it does not.
    asleep: bool,
}

impl Queue {
    /// Queues an append, or refuses it at once.
    pub fn append(&self, account: Account, expect: Pos, entry: Entry) -> Pending {
        let mut state = self.lock();
        let bytes = entry.body.len();
        let of_account = state.work.of_account.get(&account).copied().unwrap_or(0);
        let waiting = state.work.appends.len();
        if state.closed {
            return Pending::ready(Err(AppendError::ReadOnly));
        }
        if of_account >= WAITING_PER_ACCOUNT_MAX
            || waiting >= WAITING_MAX
            || state.work.bytes + bytes > WAITING_BYTES_MAX
        {
            return Pending::ready(Err(AppendError::Overloaded { waiting, of_account }));
        }
        let (promise, pending) = pair();
        state.work.bytes += bytes;
        *state.work.of_account.entry(account).or_default() += 1;
        state.work.appends.push(Append { account, expect, entry, promise });
        self.wake(state);
        pending
    }

    /// Queues a task. False if nobody will do it.
    pub fn task(&self, task: Task) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        state.work.tasks.push(task);
        self.wake(state);
        true
    }

    /// Everything that waits, as soon as anything does. `None` when closed and empty.
    pub fn take(&self) -> Option<Work> {
        let mut state = self.lock();
        while state.work.appends.is_empty() && state.work.tasks.is_empty() {
            if state.closed {
                return None;
            }
            state.asleep = true;
            state = self.arrived.wait(state).expect(UNPOISONED);
        }
        Some(std::mem::take(&mut state.work))
    }

    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let asleep = std::mem::take(&mut state.asleep);
        drop(state);
        if asleep {
            self.arrived.notify_one();
        }
    }

    /// Lets nothing more in.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(UNPOISONED)
    }
}

const _: () = assert!(BODY_BYTES_MAX <= WAITING_BYTES_MAX, "the largest entry must fit an empty queue");
