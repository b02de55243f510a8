//! What the views promise, shown through their doors.

#![allow(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod agent_activity;
mod agent_event;
mod allowed;
mod board;
mod combination;
mod conversation_segment;
mod engine;
mod every_combination;
mod floor;
mod oracle;
mod rows;
mod state_time;
mod states;
mod texts;
mod words;
