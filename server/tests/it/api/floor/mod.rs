//! What the seeds promise of the floor, shown through REST: one file for each audience.

mod acd;
mod desk;
mod login;
mod membership;
mod reasons;
mod signals;
mod supervision;
mod widget;
