//! Rights: who asks, what they may do, and how they prove who they are.
//!
//! The people themselves stand in [`crate::directory`].

pub mod caller;
pub mod lockout;
pub mod password;
pub mod rate;
pub mod recognise;
pub mod role;

pub use caller::{Caller, Denied, Need, Scope, Who};
pub use lockout::Lockout;
pub use password::{Password, PasswordCost, PasswordHash, Passwords};
pub use rate::{Class, Rates, RetryAfterSeconds};
pub use recognise::{again, by_key, by_session};
pub use role::{ApiScope, Role};
