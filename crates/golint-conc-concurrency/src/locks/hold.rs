//! Paths from an acquisition to its double, or to an end of the function that leaves the lock held.

use std::rc::Rc;

use golint_conc_flow::{ExitKind, Func, Label, Path, PathEnd, Paths, Point, Step, Verdict, Watch};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, LocalKind, Root, is_std};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk, walk_inline};
use golint_conc_syntax::{end_of_word, last_word};
use memchr::memmem::{self, Finder};

use super::duty::{class_of, may_be};
use super::summary::{Acquire, Event, FuncLocks, Guard, HELD, Modes, OTHER, READ, Taken, UNTOUCHED, WRITE};
use crate::model::Model;

/// How many acquisitions of one function are followed.
const MAX_SEARCHES: usize = 64;

/// A lock that a function acquires and, on some path, does not release.
#[derive(Clone, Debug)]
pub struct LockLeak {
    /// The function.
    pub func: Func,
    /// The lock.
    pub lock: AccessPath,
    /// The call that acquires it.
    pub call: ExprId,
    /// The decisions on the path.
    pub branches: Vec<Label>,
    /// Where the path leaves.
    pub exit: ExitKind,
    /// Whether the function releases the lock on another path, or gives it away.
    pub is_released_elsewhere: bool,
    /// Whether the function gives the held lock away on another path.
    pub is_given_away: bool,
}

/// A lock that is taken while the same goroutine holds it.
#[derive(Clone, Debug)]
pub struct DoubleLock {
    /// The function that holds it.
    pub func: Func,
    /// The lock.
    pub lock: AccessPath,
    /// The call that takes it first.
    pub first: ExprId,
    /// How.
    pub held: Taken,
    /// The calls that lead to the second, outermost first; the last is the operation.
    pub calls: Vec<(BodyId, ExprId)>,
    /// How it is taken then.
    pub taken: Taken,
    /// The decisions on the path.
    pub branches: Vec<Label>,
    /// Whether the call is deferred.
    pub is_deferred: bool,
    /// In how many of the functions that are called it does not come to it on every path.
    pub doubts: usize,
    /// Whether something was assumed: that an interface holds the one type that implements it, or a condition.
    pub is_assumed: bool,
}

/// What goes wrong with the locks of one body.
#[derive(Debug, Default)]
pub struct LockFaults {
    /// Locks that are not released.
    pub leaks: Vec<LockLeak>,
    /// Locks that are taken twice.
    pub doubles: Vec<DoubleLock>,
}

impl Model<'_> {
    /// The bodies in which a lock may be taken, themselves or by a function that is named so, as their text tells:
    /// nothing is parsed.
    pub fn bodies_that_lock(&self) -> Vec<BodyId> {
        let call = Finder::new("ock");
        let bodies = self.pkg.bodies().filter(|&(id, _)| {
            let outline = self.pkg.body_outline(id);
            let name_len = outline.names.first().map_or(0, |&(_, name)| name.end - outline.span.start);
            let text = &self.pkg.body_text(id)[name_len as usize..];
            let mut found = call.find_iter(text);
            found.any(|at| {
                let end = end_of_word(text, at);
                text.get(end) == Some(&b'(') && is_named_as_locking(last_word(&text[..end]))
            }) && self.may_lock(id)
        });
        bodies.map(|(id, _)| id).collect()
    }

    /// What goes wrong on the paths of the functions of a body: at most one leak for each lock, and one double for each
    /// acquisition.
    pub fn lock_faults(&self, body: BodyId) -> Rc<LockFaults> {
        if let Some(known) = self.locks.faults.borrow().get(&body) {
            return Rc::clone(known);
        }
        let mut faults = LockFaults::default();
        for func in self.flow.funcs(body) {
            self.faults_of(func, &mut faults);
        }
        let faults = Rc::new(faults);
        self.locks.faults.borrow_mut().insert(body, Rc::clone(&faults));
        faults
    }

    fn faults_of(&self, func: Func, faults: &mut LockFaults) {
        if !self.may_lock(func.body) || !self.takes_locks(func) {
            return;
        }
        let Some(locks) = self.func_locks(func) else { return };
        let cx = self.body(func.body);
        if !locks.is_complete {
            return;
        }
        faults.doubles.extend(locks.reentries());
        let recovers = self.flow.recovers(func);
        let mut paths = None;
        let mut searches = 0;
        for lock in 0..locks.locks.len() {
            let may_leak = locks.flows[lock].exit & HELD != 0 || recovers;
            let may_double = locks.may_double(lock);
            if !may_leak && !may_double {
                continue;
            }
            let mut has_leak = false;
            for start in locks.starts(cx, lock).into_iter().filter(|start| !locks.never_takes(lock, start)) {
                searches += 1;
                if self.pkg.bounds.count("locks taken in a function", MAX_SEARCHES < searches) {
                    return;
                }
                let paths = paths.get_or_insert_with(|| Paths::new(cx, &locks.graph));
                if may_double
                    && !self.is_released_by_others(&locks, lock)
                    && let Some(double) = locks.double(self, cx, paths, lock, start)
                {
                    faults.doubles.push(double);
                    continue;
                }
                if may_leak && !has_leak && start.is_direct {
                    let leak = locks.leak(cx, paths, lock, start, recovers);
                    let leak = leak.filter(|leak| {
                        self.is_own_duty(&locks, lock, leak)
                            && !self.is_one_of_many(cx, &locks.locks[lock])
                            && !locks.may_have_another_name(cx, lock)
                    });
                    has_leak |= leak.is_some();
                    faults.leaks.extend(leak);
                }
            }
        }
    }

    /// Whether a lock is that of each element in turn, and those of elements are released under another name: first all
    /// are locked, then all are unlocked.
    fn is_one_of_many(&self, cx: BodyCx<'_>, path: &AccessPath) -> bool {
        let Root::Local(local) = path.root else { return false };
        matches!(cx.local_info(local).kind, LocalKind::Loop(_))
            && self.lock_ops(cx.id).iter().any(|op| {
                let other = op.path.as_ref().filter(|other| *other != path);
                !op.kind.acquires() && other.is_some_and(|other| class_of(cx, other) == class_of(cx, path))
            })
    }

    /// Whether a function's own text takes a lock, or calls a function that is named as if it did.
    fn takes_locks(&self, func: Func) -> bool {
        let Some((cx, block)) = self.block(func) else { return false };
        let mut found = false;
        walk_inline(cx.ast, block, |node| {
            let NodeRef::Expr(expr) = node else { return };
            let Expr::Call { fun, .. } = cx.ast.expr(expr) else { return };
            let name = match cx.ast.expr(cx.ast.unparen(fun)) {
                Expr::Ident(name) => Some(name),
                Expr::Selector { sel, .. } => cx.ast.ident(sel),
                _ => None,
            };
            found |= name.is_some_and(|name| {
                let name = name.as_str();
                name == "Do" || name.contains("cquire") || is_named_as_locking(name.as_bytes())
            });
        });
        found
    }
}

/// Where a lock is taken.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(super) call: ExprId,
    pub(super) taken: Taken,
    after: Point,
    /// Whether by an operation on the lock; else by a function that does it for its caller.
    is_direct: bool,
    /// Whether it only counts once a branch has found that the call says so.
    is_try: bool,
}

/// What a search looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Double,
    Leak { recovers: bool },
}

impl FuncLocks {
    /// The places where the function takes a lock, in the order of the text.
    pub(super) fn starts(&self, cx: BodyCx<'_>, lock: usize) -> Vec<Start> {
        let mut starts = Vec::new();
        for (point, step) in self.graph.points() {
            let after = Point { step: point.step + 1, ..point };
            if let Step::Eval(call) = step
                && let Some(&(tried, kind)) = self.tries.get(&call)
                && tried == lock
            {
                let taken = if kind == crate::sync::LockOpKind::Lock { Taken::Lock } else { Taken::RLock };
                starts.push(Start { call, taken, after, is_direct: true, is_try: true });
            }
            for event in self.steps.get(&step).into_iter().flatten() {
                match event {
                    Event::Op { lock: own, kind, call } if *own == lock && kind.acquires() => {
                        let taken =
                            if *kind == crate::sync::LockOpKind::Lock { Taken::Lock } else { Taken::RLock };
                        starts.push(Start { call: *call, taken, after, is_direct: true, is_try: false });
                    }
                    Event::Call { call, exits, .. } => {
                        let taken = match exits.as_slice() {
                            [(own, WRITE)] if *own == lock => Taken::Lock,
                            [(own, READ)] if *own == lock => Taken::RLock,
                            _ => continue,
                        };
                        starts.push(Start { call: *call, taken, after, is_direct: false, is_try: false });
                    }
                    _ => {}
                }
            }
        }
        starts.sort_by_key(|start| cx.ast.expr_span(start.call).start);
        starts
    }

    /// Whether the lock is held on every path to where it is taken, so that what comes behind never runs.
    fn never_takes(&self, lock: usize, start: &Start) -> bool {
        let step = start.after.step.checked_sub(1).and_then(|at| {
            let steps = &self.graph.block(start.after.block).steps;
            steps.get(at)
        });
        let before = step.and_then(|step| self.flows[lock].before.get(step)).copied().unwrap_or_default();
        let waits_for = if start.taken == Taken::Lock { HELD } else { WRITE };
        !start.is_try && before & waits_for != 0 && before & !waits_for == 0
    }

    /// Whether the lock may be held, on some path, where it is taken.
    fn may_double(&self, lock: usize) -> bool {
        let flow = &self.flows[lock];
        let takes = |events: &[Event]| events.iter().any(|event| self.acquire_of(event, lock).is_some());
        let held = |modes: Option<&Modes>| modes.is_some_and(|modes| modes & HELD != 0);
        self.steps.iter().any(|(step, events)| held(flow.before.get(step)) && takes(events))
            || self.defers.iter().any(|(defer, events)| held(flow.deferred.get(defer)) && takes(events))
    }

    /// How an event takes a lock.
    fn acquire_of(&self, event: &Event, lock: usize) -> Option<Acquire> {
        self.acquire_under(event, lock, &[])
    }

    /// As [`FuncLocks::acquire_of`], where something is known of the parameters.
    fn acquire_under(&self, event: &Event, lock: usize, known: &[Guard]) -> Option<Acquire> {
        if matches!(event, Event::Op { lock: own, .. } if *own != lock) {
            return None;
        }
        let path = &self.locks[lock];
        self.acquires_of(event)
            .into_iter()
            .filter(|acquire| acquire.path == *path && acquire.taken != Taken::Once)
            .filter(|acquire| !acquire.guards.iter().any(|guard| known.contains(&guard.contrary())))
            .min_by_key(|acquire| (acquire.is_assumed, acquire.doubts, acquire.guards.len()))
    }

    fn double<'p>(
        &self,
        model: &Model<'p>,
        cx: BodyCx<'p>,
        paths: &Paths<'_, 'p>,
        lock: usize,
        start: Start,
    ) -> Option<DoubleLock> {
        let known = self.conditions(model, cx).at(start.after.block);
        let watch = HoldWatch { cx, locks: self, lock, start, goal: Goal::Double, known: &known };
        let path = paths.search(start.after, &!start.is_try, &watch)?;
        let (event, is_deferred) = match path.end {
            PathEnd::Step(step) => (self.steps.get(&step)?, false),
            PathEnd::Deferred(defer) => (self.defers.get(&defer)?, true),
            PathEnd::Exit(_) => return None,
        };
        let acquire = event.iter().find_map(|event| self.acquire_under(event, lock, &known))?;
        Some(DoubleLock {
            func: self.func,
            lock: self.locks[lock].clone(),
            first: start.call,
            held: start.taken,
            is_assumed: acquire.is_assumed || !acquire.guards.is_empty(),
            doubts: acquire.doubts,
            calls: acquire.calls,
            taken: acquire.taken,
            branches: path.branches,
            is_deferred,
        })
    }

    fn leak<'p>(
        &self,
        cx: BodyCx<'p>,
        paths: &Paths<'_, 'p>,
        lock: usize,
        start: Start,
        recovers: bool,
    ) -> Option<LockLeak> {
        let goal = Goal::Leak { recovers };
        let watch = HoldWatch { cx, locks: self, lock, start, goal, known: &[] };
        let Path { branches, end, .. } = paths.search(start.after, &!start.is_try, &watch)?;
        let PathEnd::Exit(exit) = end else { return None };
        Some(LockLeak {
            func: self.func,
            lock: self.locks[lock].clone(),
            call: start.call,
            branches,
            exit,
            is_released_elsewhere: self.releases_itself(lock),
            is_given_away: self.gives_away(lock),
        })
    }

    /// Whether some step of the function gives the lock away while it is held.
    fn gives_away(&self, lock: usize) -> bool {
        let is_held = |step: &Step| self.flows[lock].before.get(step).is_some_and(|modes| modes & HELD != 0);
        let gives = |event: &Event| matches!(event, Event::Give(own) if *own == lock);
        self.steps.iter().any(|(step, events)| is_held(step) && events.iter().any(gives))
    }

    /// Whether some step of the function releases the lock, or gives it away while it is held.
    pub(crate) fn releases_itself(&self, lock: usize) -> bool {
        if self.gives_away(lock) {
            return true;
        }
        self.steps.values().chain(self.defers.values()).flatten().any(|event| match event {
            Event::Op { lock: own, kind, .. } => *own == lock && !kind.acquires(),
            Event::Call { exits, .. } => {
                exits.iter().any(|&(own, modes)| own == lock && modes & super::summary::RELEASED != 0)
            }
            Event::HandOn(own) => *own == lock,
            Event::Give(_) | Event::Move(_) => false,
        })
    }

    /// Whether the function releases a lock of the same field under another name before it has taken it by that name, so
    /// that the two may be one.
    fn may_have_another_name(&self, cx: BodyCx<'_>, lock: usize) -> bool {
        let class = class_of(cx, &self.locks[lock]);
        let others = (0..self.locks.len()).filter(|&other| other != lock);
        others.into_iter().any(|other| {
            may_be(class, class_of(cx, &self.locks[other]))
                && (self.releases_for_others(other) || self.releases_for_others(lock))
        })
    }

    /// Whether the function releases the lock itself where it may not have taken it.
    pub(crate) fn releases_for_others(&self, lock: usize) -> bool {
        let is_release = |event: &Event| matches!(event, Event::Op { lock: own, kind, .. } if *own == lock && !kind.acquires());
        let flow = &self.flows[lock];
        let is_open = |modes: Option<&Modes>| modes.is_some_and(|modes| modes & (UNTOUCHED | OTHER) != 0);
        self.steps
            .iter()
            .any(|(step, events)| is_open(flow.before.get(step)) && events.iter().any(is_release))
            || self
                .defers
                .iter()
                .any(|(defer, events)| is_open(flow.deferred.get(defer)) && events.iter().any(is_release))
    }

    /// Calls of `sync.Once.Do` whose function comes to `Do` of the same `Once`.
    fn reentries(&self) -> Vec<DoubleLock> {
        let mut found = Vec::new();
        for (_, step) in self.graph.points() {
            let events = match step {
                Step::Exec(stmt) => self.defers.get(&stmt),
                _ => self.steps.get(&step),
            };
            for event in events.into_iter().flatten() {
                let Event::Call { call, acquires, .. } = event else { continue };
                let Some(first) = acquires.first().filter(|a| a.taken == Taken::Once && a.calls.len() == 1)
                else {
                    continue;
                };
                let again = acquires[1..].iter().find(|a| a.taken == Taken::Once && a.path == first.path);
                found.extend(again.map(|again| DoubleLock {
                    func: self.func,
                    lock: first.path.clone(),
                    first: *call,
                    held: Taken::Once,
                    calls: again.calls.clone(),
                    taken: Taken::Once,
                    branches: Vec::new(),
                    is_deferred: false,
                    doubts: again.doubts,
                    is_assumed: again.is_assumed || !again.guards.is_empty(),
                }));
            }
        }
        found
    }
}

/// Follows one lock from where it is taken.
struct HoldWatch<'a, 'p> {
    cx: BodyCx<'p>,
    locks: &'a FuncLocks,
    lock: usize,
    start: Start,
    goal: Goal,
    /// What holds of parameters where the lock is taken.
    known: &'a [Guard],
}

impl HoldWatch<'_, '_> {
    fn events(&self, events: &[Event], is_deferred: bool) -> Verdict {
        for event in events {
            if let Some(acquire) = self.locks.acquire_under(event, self.lock, self.known) {
                let is_op = acquire.calls.len() == 1;
                return match self.goal {
                    // `defer mu.Lock()` is a slip of another kind.
                    Goal::Double if !(is_op && is_deferred) => Verdict::Found,
                    _ => Verdict::Drop,
                };
            }
            // Whoever is given the lock has not released it yet.
            if self.goal == Goal::Double && matches!(event, Event::Give(_)) {
                continue;
            }
            if event.touches(self.lock)
                && !matches!(event, Event::Call { exits, .. }
                if exits.iter().all(|&(own, modes)| own != self.lock || modes == UNTOUCHED))
            {
                return Verdict::Drop;
            }
        }
        Verdict::Go
    }

    /// Whether what is returned may carry the lock out of the function, still held.
    fn is_returned(&self, stmt: StmtId) -> bool {
        let cx = self.cx;
        let (Stmt::Return(values), Root::Local(root)) = (cx.ast.stmt(stmt), self.locks.locks[self.lock].root)
        else {
            return false;
        };
        let mut found = values.is_empty() && cx.local_info(root).kind == LocalKind::Result;
        for value in cx.ast.list(values) {
            walk(cx.ast, value, |node| {
                let NodeRef::Expr(expr) = node else { return Walk::Into };
                match cx.ast.expr(expr) {
                    Expr::Ident(_) if cx.local(expr) == Some(root) => {
                        found = true;
                        Walk::Stop
                    }
                    Expr::Selector { base, .. } if cx.local(base) == Some(root) => Walk::Over,
                    // The arguments of the standard library do not come out again.
                    Expr::Call { .. } if is_std_func(&cx.callee(expr)) => Walk::Over,
                    _ => Walk::Into,
                }
            });
        }
        found
    }
}

fn is_std_func(callee: &Callee) -> bool {
    match callee {
        Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => is_std(pkg.as_str()),
        Callee::Builtin(_) => true,
        _ => false,
    }
}

impl Watch for HoldWatch<'_, '_> {
    /// Whether the lock is held.
    type State = bool;

    fn step(&self, is_held: &mut bool, step: Step) -> Verdict {
        if !*is_held {
            return Verdict::Go;
        }
        if let Step::Exec(stmt) = step
            && self.goal != Goal::Double
            && self.is_returned(stmt)
        {
            return Verdict::Drop;
        }
        self.locks.steps.get(&step).map_or(Verdict::Go, |events| self.events(events, false))
    }

    fn wants_defer(&self, defer: StmtId) -> bool {
        self.locks.defers.get(&defer).is_some_and(|events| {
            events
                .iter()
                .any(|event| event.touches(self.lock) || self.locks.acquire_of(event, self.lock).is_some())
        })
    }

    fn deferred(&self, is_held: &mut bool, defer: StmtId) -> Verdict {
        if !*is_held {
            return Verdict::Go;
        }
        self.locks.defers.get(&defer).map_or(Verdict::Go, |events| self.events(events, true))
    }

    fn edge(&self, is_held: &mut bool, label: Label) -> bool {
        match label {
            Label::Cond { expr, holds } if self.start.is_try && expr == self.start.call && !*is_held => {
                *is_held = holds;
                holds
            }
            _ => true,
        }
    }

    fn exit(&self, is_held: &bool, exit: ExitKind) -> Verdict {
        let leaves = match exit {
            ExitKind::Return(_) | ExitKind::FallOff => true,
            ExitKind::Panic(_) => self.goal == Goal::Leak { recovers: true },
            _ => false,
        };
        if *is_held && leaves && self.goal != Goal::Double { Verdict::Found } else { Verdict::Drop }
    }
}

/// Whether a function is named as if it took a lock.
fn is_named_as_locking(name: &[u8]) -> bool {
    // What blocks, clocks and unlocks does not lock.
    let locks = |at: usize| !name[..at].last().is_some_and(|before| b"bBcCn".contains(before));
    memmem::find(name, b"Lock").is_some() || memmem::find_iter(name, b"lock").any(locks)
}
