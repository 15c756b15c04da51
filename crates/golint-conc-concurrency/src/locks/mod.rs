//! What functions do to locks, and the paths on which that goes wrong.
//!
//! Three steps: [`sites`] says which functions of the package a call runs, [`summary`] what a function does to locks
//! relative to its entry, bottom-up over the call graph, and [`hold`] follows single paths from an acquisition, with their
//! conditions, until the lock is taken again or the function ends.

mod duty;
mod hold;
mod sites;
mod summary;

pub use hold::{DoubleLock, LockFaults, LockLeak};
pub use summary::Taken;

pub(crate) use duty::LockClass;
pub(crate) use summary::Summary;
