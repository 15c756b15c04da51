//! The driver: the only door to the world.
//!
//! Invariant: nothing below this crate touches files, environment, clock or terminal; nothing here knows Go.

#![expect(clippy::disallowed_methods, reason = "this crate is the door to the world")]

pub mod analysis;
pub mod cli;
pub mod config;
pub mod fix;
mod host;
pub mod load;
pub mod output;
mod pages;
mod progress;
pub mod report;
pub mod run;
pub mod selection;
mod sink;
pub mod stats;
pub mod suppress;
