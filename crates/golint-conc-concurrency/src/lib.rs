//! Who runs beside whom in a package, and who waits for what.
//!
//! Invariant: a [`Model`] answers for one package and is built on demand, function by function; it knows no rule.

mod access;
mod binding;
mod channel_words;
mod channels;
mod copies;
mod copy_words;
mod detached;
mod dropped;
mod elsewhere;
mod follow;
mod growth;
mod handoff;
mod lifetime;
mod locks;
mod loop_variables;
mod loops;
mod map_words;
mod model;
mod order;
mod outliving;
mod own_maps;
mod piling;
mod reaching;
mod resolution;
mod retries;
mod scope;
mod starters;
mod sync;
mod testing;
mod values;
mod words;

pub use golint_conc_flow::{Flow, Func};

pub use access::{Access, Lock, Memory};
pub use binding::{Binding, Bound};
pub use channels::{ChanKey, ChanUse, ChanUseKind, Channel};
pub use copies::{CopyKind, LockCopy};
pub use dropped::DroppedHolder;
pub use elsewhere::UnendingCall;
pub use follow::{LockMismatch, MismatchKind};
pub use growth::GrowingContext;
pub use handoff::{AbandonedReceive, AbandonedSend, StuckSend};
pub use lifetime::{Lifetime, Unending, UnendingStmt};
pub use locks::{DoubleLock, LockFaults, LockLeak, ReadLockedWrite, Taken};
pub use loop_variables::CapturedLoopVariable;
pub use loops::{holds_once_drained, holds_only_while_received};
pub use model::{Call, Model, Spawn, SpawnKind};
pub use order::{Concurrency, Order, Race, Thread};
pub use outliving::{ContextEnd, Doomed};
pub use piling::Piling;
pub use resolution::{Resolution, Share};
pub use scope::ContextInScope;
pub use sync::{LockOp, LockOpKind};
pub use testing::{FATAL_METHODS, Fatal};
pub use values::{Held, Holder, Made, MethodCall, Values};
