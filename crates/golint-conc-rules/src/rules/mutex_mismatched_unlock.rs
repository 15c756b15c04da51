//! See `rules/mutex-mismatched-unlock.md`.

use std::cell::RefCell;

use golint_conc_concurrency::LockOpKind;
use golint_conc_flow::{
    Func, FuncGraph, Path, PathEnd, Paths, Point, Step as FlowStep, Verdict, Watch, assigned,
};
use golint_conc_semantic::{AccessPath, BodyCx, Callee};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use rustc_hash::FxHashMap;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::route::branch_steps;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: MutexMismatchedUnlock = MutexMismatchedUnlock;

pub(crate) struct MutexMismatchedUnlock;

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

enum Wrong {
    /// Released as if it were locked the other way.
    Kind,
    /// Released a second time.
    Twice,
    /// `defer mu.Lock()` while it is locked.
    DeferredLock,
}

struct Mismatch {
    wrong: Wrong,
    name: String,
    /// The operation that made the lock what it is.
    before: Place,
    before_kind: LockOpKind,
    at: Place,
    kind: LockOpKind,
    method: Place,
    branches: Vec<Step>,
    is_deferred: bool,
    is_straight: bool,
}

impl Mismatch {
    /// The method that was meant.
    fn meant(&self) -> &'static str {
        match self.before_kind {
            LockOpKind::RLock => "RUnlock",
            _ => "Unlock",
        }
    }
}

impl Finding for Mismatch {
    fn message(&self) -> String {
        let (name, kind, before) = (&self.name, self.kind.as_str(), self.before_kind.as_str());
        match self.wrong {
            Wrong::Kind => format!("`{name}` is locked with `{before}` but released with `{kind}`"),
            Wrong::Twice => {
                format!("`{name}.{kind}` is called on a lock that is not held: it has just been released")
            }
            Wrong::DeferredLock => {
                format!(
                    "`defer {name}.{kind}()` locks again when the function ends: `{}` is meant",
                    self.meant()
                )
            }
        }
    }

    fn primary(&self) -> Place {
        self.at
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![step(self.before, 0, format!("`{}`", self.before_kind.as_str()))];
        steps.extend(self.branches.clone());
        let text = match (self.is_deferred, &self.wrong) {
            (true, Wrong::Kind | Wrong::Twice) => format!("`{}`, when the function ends", self.kind.as_str()),
            _ => format!("`{}`", self.kind.as_str()),
        };
        steps.push(step(self.at, 0, text));
        steps
    }

    fn help(&self) -> Option<String> {
        Some(match self.wrong {
            Wrong::Kind => format!("release it with `{}`", self.meant()),
            Wrong::Twice => "release it once on every path".into(),
            Wrong::DeferredLock => format!("write `defer {}.{}()`", self.name, self.meant()),
        })
    }

    fn edits(&self) -> Vec<Edit> {
        if matches!(self.wrong, Wrong::Twice) {
            return Vec::new();
        }
        vec![Edit {
            title: format!("call `{}`", self.meant()),
            applicability: if self.is_straight { Applicability::Safe } else { Applicability::Suggested },
            replacements: vec![Replacement { place: self.method, text: self.meant().into() }],
        }]
    }

    fn confidence(&self) -> Confidence {
        if self.is_straight { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for MutexMismatchedUnlock {
    fn id(&self) -> &'static str {
        "mutex-mismatched-unlock"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::LOCK]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for func in cx.model.flow.funcs(body.id) {
            let Some(graph) = cx.model.flow.graph(func) else { continue };
            let mut locks: Vec<Operations> = Vec::new();
            for (_, at) in graph.points() {
                let Some(op) = operation_at(body, at).and_then(|call| cx.model.lock_op(body, call)) else {
                    continue;
                };
                // Elements of a slice or map are different locks.
                let Some(path) = op.path.filter(|path| path.fields.iter().all(|field| *field != "[*]"))
                else {
                    continue;
                };
                let index = locks.iter().position(|lock| lock.path == path).unwrap_or_else(|| {
                    locks.push(Operations { path, kinds: Vec::new() });
                    locks.len() - 1
                });
                locks[index].kinds.push((op.kind, matches!(at, FlowStep::Exec(_))));
            }
            locks.retain(Operations::may_mismatch);
            if locks.is_empty() {
                continue;
            }
            let paths = Paths::new(body, &graph);
            for lock in locks {
                if let Some(finding) = mismatch(cx, body, func, &paths, &lock.path) {
                    report.add(&finding);
                }
            }
        }
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
fn operation_at(body: BodyCx<'_>, at: FlowStep) -> Option<ExprId> {
    match at {
        FlowStep::Eval(expr) if matches!(body.ast.expr(expr), Expr::Call { .. }) => Some(expr),
        FlowStep::Exec(stmt) => match body.ast.stmt(stmt) {
            Stmt::Defer(call) => Some(body.ast.unparen(call)),
            _ => None,
        },
        _ => None,
    }
}

fn mismatch(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    func: Func,
    paths: &Paths<'_, '_>,
    lock: &AccessPath,
) -> Option<Mismatch> {
    let mut watch = LockWatch { cx, body, func, lock, is_moving: false, touched: RefCell::default() };
    watch.is_moving = watch.is_moving(paths.graph());
    if watch.is_shared_with_literal(paths.graph()) {
        return None;
    }
    let start = Point { block: FuncGraph::ENTRY, step: 0 };
    let Path { branches, end, state: (mode, before) } =
        paths.search(start, &(Mode::Unknown, None), &watch)?;
    let (call, is_deferred) = match end {
        PathEnd::Step(at) => (operation_at(body, at)?, matches!(at, FlowStep::Exec(_))),
        PathEnd::Deferred(defer) => (operation_at(body, FlowStep::Exec(defer))?, true),
        PathEnd::Exit(_) => return None,
    };
    let (op, before) = (cx.model.lock_op(body, call)?, cx.model.lock_op(body, before?)?);
    let wrong = match mode {
        _ if op.kind.acquires() => Wrong::DeferredLock,
        Mode::Free => Wrong::Twice,
        _ => Wrong::Kind,
    };
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return None };
    let Expr::Selector { sel, .. } = body.ast.expr(body.ast.unparen(fun)) else { return None };
    Some(Mismatch {
        wrong,
        name: body.display_path(lock),
        before: cx.expr_place(body, before.call),
        before_kind: before.kind,
        at: cx.expr_place(body, call),
        kind: op.kind,
        method: cx.expr_place(body, sel),
        is_straight: branches.is_empty(),
        branches: branch_steps(cx, body, &branches),
        is_deferred,
    })
}

/// Follows one lock through one function.
struct LockWatch<'a, 'p> {
    cx: &'a Cx<'p>,
    body: BodyCx<'p>,
    func: Func,
    lock: &'a AccessPath,
    is_moving: bool,
    touched: RefCell<FxHashMap<ExprId, bool>>,
}

impl LockWatch<'_, '_> {
    /// The operation of a call on this lock.
    fn kind(&self, call: ExprId) -> Option<LockOpKind> {
        let op = self.cx.model.lock_op(self.body, call)?;
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
        let ast = self.body.ast;
        let parents = self.cx.model.parents(self.body.id);
        graph.points().any(|(_, at)| {
            let FlowStep::Eval(expr) = at else { return false };
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
        walk(self.body.ast, literal, |node| {
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
        let callee = self.body.callee(call);
        if self.body.args(call).iter().any(|&arg| self.body.path(arg).as_ref() == Some(self.lock)) {
            return true;
        }
        if matches!(callee, Callee::Method { ref recv, .. } if self.body.path(*recv).as_ref() == Some(self.lock))
        {
            // `TryLock`, `RLocker`
            return true;
        }
        let Expr::Call { fun, .. } = self.body.ast.expr(call) else { return false };
        let Some(target) = self.cx.model.callable(self.body, fun) else { return false };
        let (reached, _) = self.cx.model.reach(target);
        reached
            .into_iter()
            .filter(|func| func.body != self.func.body)
            .any(|func| self.has_like_operation(func))
            || target.body == self.func.body
    }

    fn has_like_operation(&self, func: Func) -> bool {
        let last = self.lock.fields.last();
        let other = self.cx.body(func.body);
        self.cx.model.calls(func.body).iter().any(|call| {
            self.cx.model.lock_op(other, call.expr).is_some_and(|op| {
                op.path
                    .is_none_or(|path| path.fields.last() == last || path.fields.is_empty() || last.is_none())
            })
        })
    }

    /// Whether a loop gives the variable or a field on the way to the lock one value after the other: each turn has a
    /// lock of its own, and deferred calls are on any of them.
    fn is_moving(&self, graph: &FuncGraph) -> bool {
        graph.points().any(|(point, at)| match at {
            FlowStep::Exec(stmt) => graph.block(point.block).in_loop.is_some() && self.is_moved(stmt),
            _ => false,
        })
    }

    /// Whether a statement gives the variable or a field on the way to the lock another value.
    fn is_moved(&self, stmt: StmtId) -> bool {
        assigned(self.body, stmt).into_iter().any(|(target, _)| {
            self.body
                .path(target)
                .is_some_and(|path| path.root == self.lock.root && self.lock.fields.starts_with(&path.fields))
        })
    }
}

impl Watch for LockWatch<'_, '_> {
    type State = State;

    fn step(&self, state: &mut State, at: FlowStep) -> Verdict {
        match at {
            FlowStep::Eval(expr) if matches!(self.body.ast.expr(expr), Expr::Call { .. }) => {
                if let Some(kind) = self.kind(expr) {
                    return Self::apply(state, kind, expr);
                }
                if state.0 != Mode::Unknown && self.may_touch(expr) {
                    *state = (Mode::Unknown, None);
                }
            }
            FlowStep::Exec(stmt) => {
                if self.is_moved(stmt) {
                    *state = (Mode::Unknown, None);
                }
                if let Stmt::Defer(call) = self.body.ast.stmt(stmt)
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
        matches!(self.body.ast.stmt(defer), Stmt::Defer(call) if self.kind(call).is_some() || self.may_touch(call))
    }

    fn deferred(&self, state: &mut State, defer: StmtId) -> Verdict {
        let Stmt::Defer(call) = self.body.ast.stmt(defer) else { return Verdict::Go };
        match self.kind(call) {
            Some(kind) if !self.is_moving => Self::apply(state, kind, call),
            _ => Verdict::Drop,
        }
    }
}
