//! What may happen in a function: control flow, paths, summaries, resource protocols.
//!
//! Invariant: a [`Flow`] answers for one package and is built on demand, function by function; it knows no rule and no
//! goroutine, and every analysis here is bounded by a named constant.

mod build;
mod calls;
mod elsewhere;
mod endings;
mod facts;
mod flow;
mod graph;
mod ownership;
mod paths;
mod protocol;
mod resource;
mod stores;

pub use calls::{Assertion, CallEnd, assertion, std_call_end};
pub use flow::{Flow, Func};
pub use graph::{
    Block, BlockId, Edge, Exit, ExitKind, FuncGraph, Label, Loop, LoopExit, LoopExitKind, MAX_DEPTH,
    MAX_STEPS, Point, Step,
};
pub use paths::{MAX_VISITS, Path, PathEnd, Paths, Verdict, Watch};
pub use protocol::{CANCELLABLE, Evidence, Kind, Name, Protocol, Protocols, Reading, Source, StandsFor, Who};
pub use resource::{Acquired, Bound, Leak};
pub use stores::{assigned, is_statement, root_local};
