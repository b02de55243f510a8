//! Values as they go over the wire: JSON and its schema, the same for REST and the stream.

mod id;
mod time;

pub use id::Id;
pub use time::Instant;
