//! Following the locks of a function along its paths, to find releases that do not fit.

use std::cell::RefCell;

use golint_conc_flow::{Func, FuncGraph, Label, PathEnd, Paths, Point, Step, Verdict, Watch, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use rustc_hash::FxHashMap;

use crate::model::{MAX_REACH, Model};
use crate::sync::{LockOp, LockOpKind};

/// How many read locks of one lock are counted.
const MAX_READERS: u8 = 3;

/// What is known of a lock on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mode {
    /// Nothing: not touched yet, or somebody else may have done something.
    Unknown,
    /// Locked for writing.
    Write,
    /// Locked for reading, so many times.
    Read(u8),
    /// Released on this path, and not locked since.
    Free,
}

/// The lock, and the operation that made it so.
type State = (Mode, Option<ExprId>);

/// What is wrong with an operation on a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MismatchKind {
    /// It releases the lock as if that were locked the other way.
    OtherKind,
    /// It releases the lock a second time.
    NotHeld,
    /// `defer mu.Lock()` while it is locked.
    DeferredLock,
}

/// An operation on a lock that does not fit what was done to it before on some path.
#[derive(Clone, Debug)]
pub struct LockMismatch {
    /// The lock.
    pub lock: AccessPath,
    /// What is wrong.
    pub kind: MismatchKind,
    /// The operation before.
    pub before: LockOp,
    /// The operation that does not fit.
    pub op: LockOp,
    /// Whether it is deferred.
    pub is_deferred: bool,
    /// The decisions on the path.
    pub branches: Vec<Label>,
}

impl<'p> Model<'p> {
    /// The operations in a body on locks of package `sync` that surely do not fit: on some path of one function a lock
    /// is released as it was not locked, released twice, or locked by a `defer` while it is held. At most one for each
    /// lock of a function.
    pub fn lock_mismatches(&self, body: BodyId) -> Vec<LockMismatch> {
        let cx = self.body(body);
        // A graph is dear, and nearly every function has one operation of each kind.
        let calls = self.calls(body);
        let acquires = |call| self.lock_op(cx, call).is_some_and(|op| op.kind.acquires());
        let locked_late =
            (0..cx.ast.stmt_count() as u32).map(StmtId::new).filter_map(|stmt| match cx.ast.stmt(stmt) {
                Stmt::Defer(call) if acquires(cx.ast.unparen(call)) => Some((cx.ast.unparen(call), true)),
                _ => None,
            });
        if self.suspects(cx, calls.iter().map(|call| (call.expr, false)).chain(locked_late)).is_empty() {
            return Vec::new();
        }
        self.flow.funcs(body).into_iter().flat_map(|func| self.mismatches_in(func)).collect()
    }

    fn mismatches_in(&self, func: Func) -> Vec<LockMismatch> {
        let Some(((cx, _), graph)) = self.block(func).zip(self.flow.graph(func)) else { return Vec::new() };
        let steps =
            graph.points().filter_map(|(_, at)| Some((operation_at(cx, at)?, matches!(at, Step::Exec(_)))));
        let locks = self.suspects(cx, steps);
        if locks.is_empty() {
            return Vec::new();
        }
        let paths = Paths::new(cx, &graph);
        locks.iter().filter_map(|lock| self.mismatch(cx, func, &paths, lock)).collect()
    }

    /// The locks whose operations are wrong in some order, among calls that are deferred or not.
    fn suspects(&self, cx: BodyCx<'p>, calls: impl Iterator<Item = (ExprId, bool)>) -> Vec<AccessPath> {
        let mut locks: Vec<Operations> = Vec::new();
        for (call, is_deferred) in calls {
            let Some(op) = self.lock_op(cx, call) else { continue };
            // Elements of a slice or map are different locks.
            let Some(path) = op.path.filter(|path| path.fields.iter().all(|field| *field != "[*]")) else {
                continue;
            };
            let index = locks.iter().position(|lock| lock.path == path).unwrap_or_else(|| {
                locks.push(Operations { path, kinds: Vec::new() });
                locks.len() - 1
            });
            locks[index].kinds.push((op.kind, is_deferred));
        }
        locks.into_iter().filter(Operations::may_mismatch).map(|lock| lock.path).collect()
    }

    fn mismatch(
        &self,
        cx: BodyCx<'p>,
        func: Func,
        paths: &Paths<'_, 'p>,
        lock: &AccessPath,
    ) -> Option<LockMismatch> {
        let mut watch =
            LockWatch { model: self, cx, func, lock, is_moving: false, touched: RefCell::default() };
        watch.is_moving = watch.is_moving(paths.graph());
        if watch.is_shared_with_literal(paths.graph()) {
            return None;
        }
        let start = Point { block: FuncGraph::ENTRY, step: 0 };
        let path = paths.search(start, &(Mode::Unknown, None), &watch)?;
        // Behind a lock that waits for itself nothing runs.
        if self
            .lock_faults(func.body)
            .doubles
            .iter()
            .any(|double| double.func == func && double.lock == *lock)
        {
            return None;
        }
        let (mode, before) = path.state;
        let (call, is_deferred) = match path.end {
            PathEnd::Step(at) => (operation_at(cx, at)?, matches!(at, Step::Exec(_))),
            PathEnd::Deferred(defer) => (operation_at(cx, Step::Exec(defer))?, true),
            PathEnd::Exit(_) => return None,
        };
        let op = self.lock_op(cx, call)?;
        let kind = match mode {
            _ if op.kind.acquires() => MismatchKind::DeferredLock,
            Mode::Free => MismatchKind::NotHeld,
            _ => MismatchKind::OtherKind,
        };
        let before = self.lock_op(cx, before?)?;
        Some(LockMismatch { lock: lock.clone(), kind, before, op, is_deferred, branches: path.branches })
    }
}

/// The operations of a function on one lock, and whether they are deferred.
struct Operations {
    path: AccessPath,
    kinds: Vec<(LockOpKind, bool)>,
}

impl Operations {
    /// Whether some order of them would be wrong; most functions have one of each, of the same kind.
    fn may_mismatch(&self) -> bool {
        let count = |kind| self.kinds.iter().filter(|(k, _)| *k == kind).count();
        let (locks, rlocks) = (count(LockOpKind::Lock), count(LockOpKind::RLock));
        let (unlocks, runlocks) = (count(LockOpKind::Unlock), count(LockOpKind::RUnlock));
        (0 < rlocks && 0 < unlocks)
            || (0 < locks && 0 < runlocks)
            || 1 < unlocks
            || 1 < runlocks
            || self.kinds.iter().any(|&(kind, is_deferred)| is_deferred && kind.acquires())
    }
}

/// The call that a step makes or defers.
fn operation_at(cx: BodyCx<'_>, at: Step) -> Option<ExprId> {
    match at {
        Step::Eval(expr) if matches!(cx.ast.expr(expr), Expr::Call { .. }) => Some(expr),
        Step::Exec(stmt) => match cx.ast.stmt(stmt) {
            Stmt::Defer(call) => Some(cx.ast.unparen(call)),
            _ => None,
        },
        _ => None,
    }
}

/// Follows one lock through one function.
struct LockWatch<'a, 'p> {
    model: &'a Model<'p>,
    cx: BodyCx<'p>,
    func: Func,
    lock: &'a AccessPath,
    is_moving: bool,
    touched: RefCell<FxHashMap<ExprId, bool>>,
}

impl LockWatch<'_, '_> {
    /// The operation of a call on this lock.
    fn kind(&self, call: ExprId) -> Option<LockOpKind> {
        let op = self.model.lock_op(self.cx, call)?;
        (op.path.as_ref() == Some(self.lock)).then_some(op.kind)
    }

    fn apply(state: &mut State, kind: LockOpKind, call: ExprId) -> Verdict {
        let next = match (kind, state.0) {
            (LockOpKind::Lock, _) => Mode::Write,
            (LockOpKind::RLock, Mode::Read(n)) => Mode::Read(MAX_READERS.min(n + 1)),
            (LockOpKind::RLock, _) => Mode::Read(1),
            (LockOpKind::Unlock, Mode::Read(_) | Mode::Free)
            | (LockOpKind::RUnlock, Mode::Write | Mode::Free) => {
                // The same call again, in a loop, counts with another loop that locked.
                return if state.1 == Some(call) { Verdict::Drop } else { Verdict::Found };
            }
            (LockOpKind::Unlock, Mode::Write) | (LockOpKind::RUnlock, Mode::Read(1)) => Mode::Free,
            (LockOpKind::RUnlock, Mode::Read(n)) if n < MAX_READERS => Mode::Read(n - 1),
            // The caller holds it, maybe more than once.
            (LockOpKind::RUnlock, _) => Mode::Unknown,
            (LockOpKind::Unlock, Mode::Unknown) => Mode::Free,
        };
        *state = (next, Some(call));
        Verdict::Go
    }

    /// Whether a literal that may run at any time works on the lock, so that its state is not to be followed here. A
    /// goroutine that both locks and unlocks leaves it as it was.
    fn is_shared_with_literal(&self, graph: &FuncGraph) -> bool {
        let ast = self.cx.ast;
        let parents = self.model.parents(self.cx.id);
        graph.points().any(|(_, at)| {
            let Step::Eval(expr) = at else { return false };
            if !matches!(ast.expr(expr), Expr::Func { .. }) {
                return false;
            }
            let (acquires, releases) = self.operations(expr);
            let is_spawned = parents.parent(expr).and_then(|call| parents.parent(call)).is_some_and(
                |node| matches!(node, NodeRef::Stmt(stmt) if matches!(ast.stmt(stmt), Stmt::Go(_))),
            );
            (acquires || releases) && !(is_spawned && acquires && releases)
        })
    }

    /// Whether a literal acquires the lock, and whether it releases it.
    fn operations(&self, literal: ExprId) -> (bool, bool) {
        let (mut acquires, mut releases) = (false, false);
        walk(self.cx.ast, literal, |node| {
            if let NodeRef::Expr(expr) = node
                && let Some(kind) = self.kind(expr)
            {
                acquires |= kind.acquires();
                releases |= !kind.acquires();
            }
            Walk::Into
        });
        (acquires, releases)
    }

    /// Whether a call may work on the lock in code that is not seen here: a function of the package that has such an
    /// operation on a lock of that name, directly or through others, or any function that gets the lock.
    fn may_touch(&self, call: ExprId) -> bool {
        if let Some(&known) = self.touched.borrow().get(&call) {
            return known;
        }
        let found = self.find_touch(call);
        self.touched.borrow_mut().insert(call, found);
        found
    }

    fn find_touch(&self, call: ExprId) -> bool {
        let callee = self.cx.callee(call);
        if self.cx.args(call).iter().any(|&arg| self.cx.path(arg).as_ref() == Some(self.lock)) {
            return true;
        }
        // `TryLock`, `RLocker`
        if self.cx.receiver_path(&callee).as_ref() == Some(self.lock) {
            return true;
        }
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return false };
        let Some(target) = self.model.callable(self.cx, fun) else { return false };
        let (reached, _) = self.model.reach(target);
        // What a bound leaves out may do anything.
        MAX_REACH <= reached.len()
            || target.body == self.func.body
            || reached
                .into_iter()
                .filter(|func| func.body != self.func.body)
                .any(|func| self.has_like_operation(func))
    }

    fn has_like_operation(&self, func: Func) -> bool {
        let last = self.lock.fields.last();
        self.model.lock_ops(func.body).iter().any(|op| {
            let path = op.path.as_ref();
            path.is_none_or(|path| path.fields.last() == last || path.fields.is_empty() || last.is_none())
        })
    }

    /// Whether the variable or a field on the way to the lock has one value after the other, in the turns of a loop or
    /// behind a deferred operation: each is a lock of its own, and deferred calls are on any of them.
    fn is_moving(&self, graph: &FuncGraph) -> bool {
        let deferred = |stmt: StmtId| match self.cx.ast.stmt(stmt) {
            Stmt::Defer(call) => self.kind(call).map(|_| self.cx.ast.stmt_span(stmt).start),
            _ => None,
        };
        let executed = |at: Step| if let Step::Exec(stmt) = at { Some(stmt) } else { None };
        let first = graph.points().filter_map(|(_, at)| deferred(executed(at)?)).min();
        graph.points().any(|(point, at)| {
            executed(at).is_some_and(|stmt| {
                let is_behind = first.is_some_and(|first| first < self.cx.ast.stmt_span(stmt).start);
                (graph.block(point.block).in_loop.is_some() || is_behind) && self.is_moved(stmt)
            })
        })
    }

    /// Whether a statement gives the variable or a field on the way to the lock another value.
    fn is_moved(&self, stmt: StmtId) -> bool {
        assigned(self.cx, stmt).into_iter().any(|(target, _)| {
            self.cx
                .path(target)
                .is_some_and(|path| path.root == self.lock.root && self.lock.fields.starts_with(&path.fields))
        })
    }
}

impl Watch for LockWatch<'_, '_> {
    type State = State;

    fn step(&self, state: &mut State, at: Step) -> Verdict {
        match at {
            Step::Eval(expr) if matches!(self.cx.ast.expr(expr), Expr::Call { .. }) => {
                if let Some(kind) = self.kind(expr) {
                    return Self::apply(state, kind, expr);
                }
                if state.0 != Mode::Unknown && self.may_touch(expr) {
                    *state = (Mode::Unknown, None);
                }
            }
            Step::Exec(stmt) => {
                if self.is_moved(stmt) {
                    *state = (Mode::Unknown, None);
                }
                if let Stmt::Defer(call) = self.cx.ast.stmt(stmt)
                    && self.kind(call).is_some_and(LockOpKind::acquires)
                    && matches!(state.0, Mode::Write | Mode::Read(_))
                {
                    return Verdict::Found;
                }
            }
            _ => {}
        }
        Verdict::Go
    }

    fn wants_defer(&self, defer: StmtId) -> bool {
        matches!(self.cx.ast.stmt(defer), Stmt::Defer(call) if self.kind(call).is_some() || self.may_touch(call))
    }

    fn deferred(&self, state: &mut State, defer: StmtId) -> Verdict {
        let Stmt::Defer(call) = self.cx.ast.stmt(defer) else { return Verdict::Go };
        match self.kind(call) {
            Some(kind) if !self.is_moving => Self::apply(state, kind, call),
            _ => Verdict::Drop,
        }
    }
}
