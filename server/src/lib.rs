//! The server: the only room with sockets, tasks, a clock and dice.
//!
//! `docs/server.md` draws the way of a request through these files.

mod cli;
pub mod clock;
pub mod dice;
pub mod report;
pub mod wire;
pub mod zone;

pub use cli::main;
