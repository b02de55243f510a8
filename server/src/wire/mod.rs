//! Values as they go over the wire: JSON and its schema, the same for REST and the stream.

pub mod agent;
pub mod chat;
pub mod conversation;
mod explained;
mod id;
pub mod queue;
pub mod report;
pub mod rows;
mod settings;
pub mod stream;
pub mod time;
mod words;

pub use agent::AgentRow;
pub use conversation::ConversationRow;
pub use explained::{AgentExplained, ConversationExplained};
pub use id::{Id, of};
pub use queue::QueueRow;
pub use settings::{ChannelWord, ModeWord, SkillLevelBody, bucket, levels};
pub use time::Instant;
pub use words::bucket as bucket_schema;
