//! Proves: the shipped engine, log and views in a virtual world with seeded people, devices,
//! networks and faults.
//!
//! | room | what is in it |
//! |---|---|
//! | `world` | the clock, the network, the heap of what will happen |
//! | `people` | agents, devices, clients, supervisors: each acts on what reached it |
//! | `faults` | what goes wrong, one file each, counted |
//! | `server` | the commit loop: nothing is let go before the log has it |
//! | `model` | the reference: the same facts folded a second time, by brute force |
//! | `checks` | the invariants, one file for each group |
//! | `story` | a world in plain words |
//! | `campaign`, `mutants` | many worlds, and planted bugs |

mod campaign;
mod checks;
mod dice;
mod faults;
mod invariant;
mod keep;
mod model;
mod mutants;
mod names;
mod people;
mod run;
mod server;
mod story;
mod world;

pub use campaign::{Campaign, Tally, campaign};
pub use faults::{Counts, Fault};
pub use invariant::Violation;
pub use keep::keep;
pub use mutants::mutants;
pub use run::{crash, crash_story, describe, hour, story};
pub use world::Outcome;
