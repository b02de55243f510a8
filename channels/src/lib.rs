//! Channels: how clients speak to the floor. One file for each.
//!
//! Pure, as `core` is: the facts of the floor come in, commands and what a client is shown go out. What
//! carries them, sockets and the rest, is the server's.

pub mod chat;
