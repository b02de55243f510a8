//! The server: the only room with sockets, tasks, a clock and dice.
//!
//! `docs/server.md` draws the way of a request through these files.

pub mod accounts;
pub mod auth;
pub mod boot;
mod cli;
pub mod clock;
pub mod committer;
pub mod config;
pub mod dice;
pub mod directory;
pub mod forget;
pub mod http;
mod patience;
pub mod projector;
pub mod publisher;
pub mod report;
pub mod run;
pub mod serve;
pub mod telemetry;
pub mod upkeep;
pub mod vault;
pub mod wire;
pub mod zone;

pub use cli::main;
