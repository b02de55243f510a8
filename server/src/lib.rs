//! The server: the only room with sockets, tasks, a clock and dice.
//!
//! `docs/server.md` draws the way of a request through these files.

pub mod auth;
mod cli;
pub mod clock;
pub mod dice;
pub mod directory;
pub mod wire;

pub use cli::main;
