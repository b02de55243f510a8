//! Tests of the engine through its door.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "it/driver.rs"]
mod driver;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/routing.rs"]
mod routing;
