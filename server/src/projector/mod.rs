//! History on disk: the rows of the tables, as SQL, in one file for each account.
//!
//! `views.db` can be deleted: it is filled anew from the log. One thread writes it, in transactions
//! of its own that carry the position they reach; everything that gathered while one was under way
//! goes into the next. Readers have connections of their own ([`Reader`]).
//!
//! Rows are numbered by their fold. What the folds remember is kept only now and then, so after a
//! crash the rows behind that checkpoint are given again, and are found to be there. A table of
//! another version is filled beside the old one, which readers see until the new one is whole.

mod derived;
mod error;
mod file;
mod filling;
mod forgetting;
mod promises;
mod reader;
mod report;
mod schema;
mod search;
#[cfg(test)]
mod tests;
mod views;

pub use error::{ReadError, ViewsError};
pub use filling::Filling;
pub use reader::{Filter, Page, Reader};
pub use search::Message;
pub use views::{Batch, Views};

use readyroom_core::ids::EventNo;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Rows after which a transaction takes no further batch.
const ROWS_MAX: usize = 20_000;
/// Batches that wait for the thread. Over it whoever sends waits.
const WAITING_MAX: usize = 256;
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LAST: Duration = Duration::from_secs(5);

/// The thread that writes one account's file.
pub struct Projector {
    sender: mpsc::Sender<Batch>,
    written: watch::Receiver<EventNo>,
    reader: Reader,
    thread: JoinHandle<()>,
}

impl Projector {
    /// Begins to write.
    pub fn start(views: Views) -> Projector {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let (tell, written) = watch::channel(views.written());
        let reader = Reader::new(views.path());
        let thread = thread::Builder::new()
            .name("projector".into())
            .spawn(move || run(views, receiver, &tell))
            .expect("the operating system has threads");
        Projector { sender, written, reader, thread }
    }

    /// Where batches go in, for one who keeps on sending and waits while too many are on their way; the thread ends
    /// when the last one is dropped. After a fault that does not pass, which the thread has logged, nothing is taken
    /// in any more: the log has all of it.
    pub fn keeper(&self) -> mpsc::Sender<Batch> {
        self.sender.clone()
    }

    /// Up to which event everything is stored and can be read. It stops, and its sender goes, with a
    /// fault that does not pass.
    pub fn written(&self) -> watch::Receiver<EventNo> {
        self.written.clone()
    }

    /// Reads the same file.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Writes what is on its way, and ends.
    pub async fn stop(self) {
        let Projector { sender, thread, .. } = self;
        drop(sender);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        joined.expect("waiting for a thread does not panic").expect("the projector does not panic");
    }
}

fn run(mut views: Views, mut receiver: mpsc::Receiver<Batch>, tell: &watch::Sender<EventNo>) {
    while let Some(first) = receiver.blocking_recv() {
        let mut rows = first.rows.len();
        let mut batches = vec![first];
        while rows < ROWS_MAX
            && let Ok(next) = receiver.try_recv()
        {
            rows += next.rows.len();
            batches.push(next);
        }
        if !write(&mut views, &batches, &receiver) {
            return;
        }
        tell.send_replace(views.written());
    }
}

/// Writes until it is written: a full disk may be freed. Gives up when nobody could send any more, or
/// when it is no use.
fn write(views: &mut Views, batches: &[Batch], receiver: &mpsc::Receiver<Batch>) -> bool {
    let mut wait = RETRY_FIRST;
    loop {
        let error = match views.write_all(batches) {
            Ok(()) => return true,
            Err(error) => error,
        };
        if !error.may_pass() {
            tracing::error!("the history is not kept up any more: {error}");
            if let Err(error) = views.distrust() {
                tracing::error!("delete the file before the next start, for it could not be marked as wrong: {error}");
            }
            return false;
        }
        if receiver.is_closed() {
            tracing::error!("the history ends before the log does, and is brought up to it at the next start: {error}");
            return false;
        }
        tracing::warn!("the history could not be written, trying again in {} ms: {error}", wait.as_millis());
        thread::sleep(wait);
        wait = (wait * 2).min(RETRY_LAST);
    }
}
