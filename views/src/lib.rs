//! Tells: what each audience calls the state of an agent, and the tables kept of what happened.
//!
//! Nothing is decided here and nothing is stored here. Every word is worked out from the facts
//! that the floor hands out after each event, live and in replay alike.
//!
//! - [`vocabulary`]: five audiences, one file each.
//! - [`board`]: the rows of agents and queues as they are now.
//! - [`allowed`]: what may be done with an agent now.
//! - [`tables`]: what is kept of the past, as folds; one file each.
//! - [`reports`]: figures over a window of that past; one file each.

pub mod allowed;
pub mod board;
pub mod reports;
pub mod tables;
pub mod vocabulary;

pub use tables::fresh_agent;
