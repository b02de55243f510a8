//! What the stream promises.
