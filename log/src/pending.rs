//! An append under way. Await it, wait for it, or look now and then.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use crate::entry::Pos;
use crate::error::AppendError;

type Answer = Result<Pos, AppendError>;

/// The answer to one append, when it comes. A future: no thread is held while it waits.
#[derive(Debug)]
#[must_use = "an append is not durable before it is answered"]
pub struct Pending(Arc<Shared>);

/// The store's end of a [`Pending`]. Dropped without an answer it answers "unknown".
#[derive(Debug)]
pub struct Promise(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
    /// Whether a thread is blocked: waking nobody costs a system call all the same.
    blocked: bool,
}

/// Both ends of one answer.
pub fn pair() -> (Promise, Pending) {
    let shared = Arc::new(Shared::default());
    (Promise(shared.clone()), Pending(shared))
}

impl Pending {
    /// An append that was answered at once.
    pub fn ready(answer: Answer) -> Pending {
        let (promise, pending) = pair();
        promise.answer(answer);
        pending
    }

    /// The answer, if it is there.
    pub fn now(&self) -> Option<Answer> {
        self.0.lock().answer.clone()
    }

    /// Blocks this thread until the answer is there.
    pub fn wait(self) -> Answer {
        let mut state = self.0.lock();
        state.blocked = true;
        let mut state = self
            .0
            .answered
            .wait_while(state, |state| state.answer.is_none())
            .expect("nothing panics while it holds the lock");
        state.answer.take().expect("waited until it was there")
    }
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.0.lock();
        match &state.answer {
            Some(answer) => Poll::Ready(answer.clone()),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Promise {
    /// Answers, once.
    pub fn answer(self, answer: Answer) {
        self.0.answer(answer);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.0.answer(Err(AppendError::Unknown { why: "the log closed before it answered".into() }));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }

    fn answer(&self, answer: Answer) {
        let mut state = self.lock();
        if state.answer.is_some() {
            return;
        }
        state.answer = Some(answer);
        let (waker, blocked) = (state.waker.take(), state.blocked);
        drop(state);
        if blocked {
            self.answered.notify_all();
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
