//! How long a new connection may keep us waiting for its first words.
//!
//! hyper counts the time for the head of a request once it knows whether it speaks HTTP/1 or HTTP/2,
//! and takes any time to find that out: a connection that says nothing would stay for ever.

use axum_server::accept::Accept;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// What tells HTTP/2 from HTTP/1 has so many bytes.
const FIRST_WORDS: usize = 24;
/// How long a client may take nothing of what is sent to it.
const TAKE_MAX: Duration = Duration::from_secs(30);

/// Accepts as `inner` does, and ends connections that do not say in time what they want.
#[derive(Clone, Debug)]
pub struct Impatient<A> {
    /// What makes a stream of a connection.
    pub inner: A,
    /// From the connection to its first words.
    pub within: Duration,
    /// As many connections as may be open at once. Over it, new ones are closed.
    pub places: Arc<Semaphore>,
}

impl<I, S, A> Accept<I, S> for Impatient<A>
where
    A: Accept<I, S, Future: Send + 'static>,
{
    type Stream = Timed<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepted, within) = (self.inner.accept(stream, service), self.within);
        let place = self.places.clone().try_acquire_owned();
        Box::pin(async move {
            let place = place.map_err(|_| io::Error::other("too many connections are open"))?;
            let (stream, service) = accepted.await?;
            let deadline = Box::pin(tokio::time::sleep(within));
            Ok((Timed { stream, waits: Some((deadline, FIRST_WORDS)), stuck: None, _place: place }, service))
        })
    }
}

/// A stream that fails unless its first words come in time, and what is sent is taken in time.
pub struct Timed<S> {
    stream: S,
    /// Until when, and for how many bytes more.
    waits: Option<(Pin<Box<Sleep>>, usize)>,
    /// Until when the other side must take something, while it takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl<S> Timed<S> {
    /// Judges a write: one that the other side does not take for too long has failed.
    fn taken<T>(&mut self, task: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(TAKE_MAX)));
        ready!(stuck.as_mut().poll(task));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Timed { stream, waits, .. } = &mut *self;
        if let Some((deadline, _)) = waits
            && deadline.as_mut().poll(task).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(stream).poll_read(task, buffer))?;
        let read = buffer.filled().len() - before;
        *waits = waits.take().and_then(|(deadline, more)| (read < more).then(|| (deadline, more - read)));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.taken(task, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(task);
        self.taken(task, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(task, parts);
        self.taken(task, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
