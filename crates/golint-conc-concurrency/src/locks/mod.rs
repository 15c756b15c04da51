//! What functions do to locks, and the paths on which that goes wrong.
//!
//! Three steps: [`sites`] says which functions of the package a call runs, [`summary`] what a function does to locks
//! relative to its entry, bottom-up over the call graph, and [`hold`] follows single paths from an acquisition, with their
//! conditions, until the lock is taken again or the function ends.

mod duty;
mod events;
mod hold;
mod identity;
mod lockers;
mod may_lock;
mod origin;
mod sites;
mod states;
mod summary;
mod writes;

pub use hold::{DoubleLock, LockFaults, LockLeak};
pub use summary::Taken;
pub use writes::ReadLockedWrite;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use golint_conc_flow::Func;
use golint_conc_semantic::BodyId;
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::ExprId;
use rustc_hash::FxHashMap;

use duty::LockClass;
use identity::{Closure, FieldStore};
use sites::Site;
use summary::{FuncLocks, Summary};

/// A type and one of its fields.
type Field = (Symbol, Symbol);

/// What has been found already, by what was asked.
type Known<K, V> = RefCell<FxHashMap<K, V>>;

/// What is known of the locks of one package.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    summaries: Known<Func, Rc<Summary>>,
    followed: Known<Func, Rc<[Func]>>,
    funcs: Known<Func, Rc<FuncLocks>>,
    sites: Known<(BodyId, ExprId), Rc<[Site]>>,
    implementations: Known<Field, Option<BodyId>>,
    detours: Known<(Field, Symbol), Option<Vec<Symbol>>>,
    closures: Known<Field, Option<Closure>>,
    stores: Known<Field, Option<Rc<[FieldStore]>>>,
    faults: Known<BodyId, Rc<LockFaults>>,
    may_lock: OnceCell<Vec<bool>>,
    releasers: OnceCell<Vec<(Func, LockClass)>>,
}
