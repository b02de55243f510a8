//! Decides: one account's floor of agents, queues and conversations.
//!
//! Pure: no clock, no dice, no files, no threads. Time comes in as an argument, and everything that
//! happens comes out as events; state is their fold.
//!
//! The way through the house, as a command takes it:
//!
//! | room | what happens there |
//! |---|---|
//! | [`engine`] | the door: an input comes in, a [`engine::Turn`] goes out |
//! | [`commands`] | one file for each act: facts, or a [`refusal`] |
//! | [`event`] | every fact there is, and how it is stored |
//! | [`floor`] | the state, and the fold that makes it |
//! | `policy` | rules that answer to facts by themselves |
//! | [`eligibility`] | the one ordered list: may this agent be offered this now? |
//! | [`routing`] | who gets what: the order of agents and conversations |
//! | [`effect`] | what the floor desires of the world |
//! | [`explain`] | why, read off the same list and rank |
//! | [`promises`] | what holders of idempotency keys were answered |
//! | [`settings`], [`ids`], [`limits`] | what administrators decide, names, and maxima |

pub mod commands;
pub mod effect;
pub mod eligibility;
pub mod engine;
pub mod event;
pub mod explain;
pub mod floor;
pub mod ids;
pub mod limits;
#[doc(hidden)]
pub mod mutant;
mod policy;
pub mod promises;
pub mod refusal;
pub mod routing;
#[cfg(test)]
mod scenario;
pub mod settings;
