//! Values as they go over the wire: JSON and its schema, the same for REST and the stream.

pub mod agent;
pub mod conversation;
mod id;
pub mod queue;
mod time;
mod words;

pub use id::{Id, of};
pub use time::Instant;
