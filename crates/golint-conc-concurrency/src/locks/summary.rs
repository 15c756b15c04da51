//! What a function does to locks, bottom-up over the strongly connected components of the call graph.
//!
//! For each lock that a function names, one forward data flow finds what the lock may be at each step: sets of states, each
//! with the deferred calls that are still to run. Relative to its state at the entry, as in RELAY (Voung, Jhala, Lerner,
//! ESEC/FSE 2007): what a callee does is put in the caller's words at the call. A state that some path has is kept,
//! whether or not its conditions can hold together; [`super::hold`] follows the paths that matter one by one.

use std::rc::Rc;

use golint_conc_flow::{BlockId, Func, FuncGraph, Label, Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, Entity, LocalId, LocalKind, Root, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use rustc_hash::{FxHashMap, FxHashSet};

use super::duty::{LockClass, class_of, may_be};
use super::sites::Site;
use crate::access::resolve;
use crate::binding::Binding;
use crate::model::{Model, is_go_call};
use crate::sync::{LockOpKind, lock_effect_of_name};

/// How many locks are followed in one function; what is done to others is not known.
const MAX_LOCKS: usize = 64;

/// How many acquisitions a summary keeps; those beyond are not found.
const MAX_ACQUIRES: usize = 64;

/// How long the chain of calls to an acquisition may be; those behind longer ones are not found.
const MAX_CHAIN: usize = 10;

/// How many deferred calls that touch one lock are told apart.
const MAX_DEFERS: usize = 8;

/// How many conditions on parameters an acquisition may have; those with more are not found.
const MAX_GUARDS: usize = 4;

/// How often the functions of a recursion are looked at: what they take that is then not known is not found, and if what
/// they release is not known after twice as often, they count as releasing anything.
const MAX_ROUNDS: usize = 4;

/// A set of what a lock may be at a place.
pub(crate) type Modes = u8;

/// As it was when the function began.
pub(crate) const UNTOUCHED: Modes = 1;
/// Locked for writing by this function.
pub(crate) const WRITE: Modes = 1 << 1;
/// Locked for reading by this function.
pub(crate) const READ: Modes = 1 << 2;
/// Released by this function, which had not locked it.
pub(crate) const RELEASED: Modes = 1 << 3;
/// Another lock by now: the variable or a field on the way has a new value.
pub(crate) const OTHER: Modes = 1 << 4;

/// Held by this function.
pub(crate) const HELD: Modes = WRITE | READ;

const SINGLE: [Modes; 5] = [UNTOUCHED, WRITE, READ, RELEASED, OTHER];

/// How something is taken that one goroutine cannot take twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// `Lock`
    Lock,
    /// `RLock`
    RLock,
    /// The right to run the function of a `sync.Once`.
    Once,
}

/// A condition on a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    /// The parameter.
    pub(crate) param: LocalId,
    /// Whether the question is whether it is `nil`; else, whether it is true.
    pub(crate) is_nil: bool,
    /// The answer.
    pub(crate) holds: bool,
}

impl Guard {
    /// The same question with the other answer.
    pub(crate) const fn contrary(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

/// A lock that a function may take while its caller holds it.
#[derive(Clone, Debug)]
pub(crate) struct Acquire {
    /// The lock, in the function's words.
    pub(crate) path: AccessPath,
    /// How.
    pub(crate) taken: Taken,
    /// The calls that lead to it, outermost first, and the operation.
    pub(crate) calls: Vec<(BodyId, ExprId)>,
    /// What must hold of parameters.
    pub(crate) guards: Vec<Guard>,
    /// In how many of the functions on the way it does not happen on every path.
    pub(crate) doubts: usize,
    /// Whether something was assumed on the way.
    pub(crate) is_assumed: bool,
}

/// What a function does to locks, in its own words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// What it may take that its caller may hold.
    pub(crate) acquires: Vec<Acquire>,
    /// What locks may be when it returns, other than [`UNTOUCHED`] alone.
    pub(crate) exits: Vec<(AccessPath, Modes)>,
    /// The locks that it may release and that the caller has no name for.
    pub(crate) releases: Vec<LockClass>,
    /// Those of them that it releases itself.
    pub(crate) own_releases: Vec<LockClass>,
    /// Whether it was understood whole; else it may release anything.
    pub(crate) is_complete: bool,
}

impl Summary {
    /// Takes in what was found before, so that looking again comes to an end; tells whether callers find locks the
    /// same behind both.
    fn add_exits_of(&mut self, old: &Self) -> bool {
        for (path, modes) in &old.exits {
            match self.exits.iter_mut().find(|(known, _)| known == path) {
                Some((_, known)) => *known |= modes,
                None => self.exits.push((path.clone(), modes | UNTOUCHED)),
            }
        }
        for class in &old.releases {
            if !self.releases.contains(class) {
                self.releases.push(*class);
            }
        }
        self.exits.len() == old.exits.len()
            && self.releases.len() == old.releases.len()
            && self.exits.iter().all(|exit| old.exits.contains(exit))
    }
}

/// What one step does.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// An operation on a lock.
    Op { lock: usize, kind: LockOpKind, call: ExprId },
    /// A call, and what it does to locks: what it may take, what is different behind it.
    Call { call: ExprId, acquires: Vec<Acquire>, exits: Vec<(usize, Modes)> },
    /// Somebody who may release the lock has been told to, now or later.
    HandOn(usize),
    /// The variable, or a field on the way, gets another value.
    Move(usize),
}

/// A function with what its steps do to locks.
#[derive(Debug)]
pub(crate) struct FuncLocks<'p> {
    pub(crate) cx: BodyCx<'p>,
    pub(crate) func: Func,
    pub(crate) graph: Rc<FuncGraph>,
    /// The locks it names.
    pub(crate) locks: Vec<AccessPath>,
    pub(crate) steps: FxHashMap<Step, Vec<Event>>,
    pub(crate) defers: FxHashMap<StmtId, Vec<Event>>,
    /// Calls of `TryLock`, which count where they are conditions.
    pub(crate) tries: FxHashMap<ExprId, (usize, LockOpKind)>,
    /// Of each lock, what it may be before each step of interest, and at the exits.
    pub(crate) flows: Vec<LockFlow>,
    /// The locks without a name here that it may release.
    pub(crate) releases: Vec<LockClass>,
    pub(crate) own_releases: Vec<LockClass>,
    pub(crate) is_complete: bool,
}

/// What one lock may be in a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct LockFlow {
    /// Before each step with events.
    pub(crate) before: FxHashMap<Step, Modes>,
    /// When a deferred call runs.
    pub(crate) deferred: FxHashMap<StmtId, Modes>,
    /// Where the function returns.
    pub(crate) exit: Modes,
}

/// What a lock is on a path, and which of the deferred calls that touch it are still to run.
type State = (Modes, u16);

impl<'p> Model<'p> {
    /// What a function does to locks.
    pub(crate) fn lock_summary(&self, func: Func) -> Rc<Summary> {
        if let Some(known) = self.lock_summaries.borrow().get(&func) {
            return Rc::clone(known);
        }
        self.summarize_from(func);
        self.lock_summaries.borrow().get(&func).cloned().unwrap_or_default()
    }

    /// Tarjan's algorithm, without recursion; a component is summarized when it is complete.
    fn summarize_from(&self, root: Func) {
        let mut index: FxHashMap<Func, usize> = FxHashMap::default();
        let mut low: Vec<usize> = Vec::new();
        let mut on_stack: Vec<bool> = Vec::new();
        let mut stack: Vec<Func> = Vec::new();
        let mut frames: Vec<(Func, Rc<[Func]>, usize)> = Vec::new();
        let open = |func: Func,
                    index: &mut FxHashMap<Func, usize>,
                    low: &mut Vec<usize>,
                    on_stack: &mut Vec<bool>,
                    stack: &mut Vec<Func>,
                    frames: &mut Vec<(Func, Rc<[Func]>, usize)>| {
            let number = low.len();
            index.insert(func, number);
            low.push(number);
            on_stack.push(true);
            stack.push(func);
            frames.push((func, self.followed(func), 0));
        };
        open(root, &mut index, &mut low, &mut on_stack, &mut stack, &mut frames);
        while let Some((func, callees, next)) = frames.last_mut() {
            let number = index[func];
            if let Some(&callee) = callees.get(*next) {
                *next += 1;
                if self.lock_summaries.borrow().contains_key(&callee) {
                    continue;
                }
                match index.get(&callee) {
                    Some(&other) if on_stack[other] => low[number] = low[number].min(other),
                    Some(_) => {}
                    None => open(callee, &mut index, &mut low, &mut on_stack, &mut stack, &mut frames),
                }
                continue;
            }
            let func = *func;
            frames.pop();
            if let Some((parent, ..)) = frames.last() {
                let parent = index[parent];
                low[parent] = low[parent].min(low[number]);
            }
            if low[number] == number {
                let at = stack.iter().position(|&other| other == func).unwrap_or(0);
                let component = stack.split_off(at);
                for member in &component {
                    on_stack[index[member]] = false;
                }
                self.summarize(&component, callees_of_itself(func, &component, &self.followed(func)));
            }
        }
    }

    fn summarize(&self, component: &[Func], is_recursive: bool) {
        let store = |func: Func, summary: Summary| {
            self.lock_summaries.borrow_mut().insert(func, Rc::new(summary));
        };
        if !is_recursive {
            for &func in component {
                store(func, self.find_summary(func));
            }
            return;
        }
        for &func in component {
            store(func, Summary { is_complete: true, ..Summary::default() });
        }
        for round in 1.. {
            let (mut is_stable, mut has_more) = (true, false);
            for &func in component.iter().rev() {
                let (old, mut new) = (self.lock_summary(func), self.find_summary(func));
                is_stable &= new.add_exits_of(&old);
                has_more |= old.acquires.len() != new.acquires.len();
                store(func, new);
            }
            if is_stable && (!has_more || MAX_ROUNDS <= round) {
                return;
            }
            if MAX_ROUNDS * 2 <= round {
                for &func in component {
                    store(func, Summary::default());
                }
                return;
            }
        }
    }

    /// The functions whose summaries a function's own needs.
    fn followed(&self, func: Func) -> Rc<[Func]> {
        if let Some(known) = self.followed.borrow().get(&func) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        if let Some((cx, block)) = self.block(func) {
            let parents = self.parents(func.body);
            walk_inline(cx.ast, block, |node| {
                let NodeRef::Expr(expr) = node else { return };
                match cx.ast.expr(expr) {
                    Expr::Call { .. } if !is_go_call(cx, &parents, expr) => {
                        found.extend(self.sites(cx, expr).into_iter().map(|site| site.target));
                    }
                    Expr::Call { fun, .. } => found.extend(self.callable(cx, fun)),
                    Expr::Func { .. } => found.push(Func { body: func.body, lit: Some(expr) }),
                    _ => {}
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        let found: Rc<[Func]> = found.into();
        self.followed.borrow_mut().insert(func, Rc::clone(&found));
        found
    }

    fn find_summary(&self, func: Func) -> Summary {
        let Some((cx, _)) = self.block(func) else {
            return Summary { is_complete: true, ..Summary::default() };
        };
        if cx.ast.is_opaque {
            return Summary::default();
        }
        let is_quiet = !self.has_lock_words(func)
            && self.followed(func).iter().all(|&callee| {
                let summary = self.lock_summary(callee);
                summary.is_complete
                    && summary.acquires.is_empty()
                    && summary.exits.is_empty()
                    && summary.releases.is_empty()
            });
        if is_quiet {
            return Summary { is_complete: true, ..Summary::default() };
        }
        match self.func_locks(func) {
            Some(locks) => locks.summary(self),
            None => Summary::default(),
        }
    }

    fn has_lock_words(&self, func: Func) -> bool {
        let outline = self.pkg.body_outline(func.body);
        outline.signals.intersects(golint_conc_syntax::Signals::LOCK)
            || (outline.signals.intersects(golint_conc_syntax::Signals::HTTP)
                && memchr::memmem::find(self.pkg.body_text(func.body), b".Do(").is_some())
    }

    /// The steps of a function, with what they do to locks; none where its text is not understood.
    pub(crate) fn func_locks(&self, func: Func) -> Option<FuncLocks<'p>> {
        let (cx, _) = self.block(func)?;
        let graph = self.flow.graph(func)?;
        let mut builder = Builder {
            model: self,
            cx,
            func,
            locks: Vec::new(),
            steps: FxHashMap::default(),
            defers: FxHashMap::default(),
            tries: FxHashMap::default(),
            loose: Vec::new(),
            own: Vec::new(),
            spread: Vec::new(),
            is_complete: true,
        };
        builder.steps(&graph);
        builder.moves(&graph);
        builder.spread_loose();
        let mut found = FuncLocks {
            cx,
            func,
            graph,
            locks: builder.locks,
            steps: builder.steps,
            defers: builder.defers,
            tries: builder.tries,
            flows: Vec::new(),
            releases: builder.loose,
            own_releases: builder.own,
            is_complete: builder.is_complete,
        };
        found.flows = (0..found.locks.len()).map(|lock| found.flow(lock)).collect();
        Some(found)
    }

    /// A path of a callee in the words of its caller.
    fn path_at_call(&self, cx: BodyCx<'p>, site: &Site, path: &AccessPath) -> Option<AccessPath> {
        let moved = match (path.root, site.binding.rebase(path)) {
            (_, Some(moved)) => moved,
            (Root::Local(local), None) if is_outer(cx, site.target, local) => path.clone(),
            _ => return None,
        };
        resolve(self, cx, moved)
    }

    /// What is left of the conditions of a callee at a call; none where they cannot hold. Says as well whether one is
    /// not known to hold.
    fn guards_at_call(&self, cx: BodyCx<'p>, site: &Site, guards: &[Guard]) -> Option<(Vec<Guard>, bool)> {
        let (mut left, mut is_open) = (Vec::new(), false);
        for &guard in guards {
            let Some(bound) = site.binding.0.iter().find(|bound| bound.local == guard.param) else {
                if is_outer(cx, site.target, guard.param) {
                    left.push(guard);
                } else {
                    is_open = true;
                }
                continue;
            };
            match self.answer(cx, bound.arg, guard) {
                Answer::Known(true) => {}
                Answer::Known(false) => return None,
                Answer::Asks(guard) => left.push(guard),
                // A flag may well say whether the caller holds the lock.
                Answer::Unknown if !guard.is_nil => return None,
                Answer::Unknown => is_open = true,
            }
        }
        Some((left, is_open))
    }

    fn answer(&self, cx: BodyCx<'p>, arg: ExprId, guard: Guard) -> Answer {
        let arg = cx.ast.unparen(arg);
        match (cx.ast.expr(arg), cx.entity(arg)) {
            (_, Entity::Universe(name)) => match name.as_str() {
                "true" => Answer::Known(guard.holds),
                "false" => Answer::Known(!guard.holds),
                "nil" if guard.is_nil => Answer::Known(guard.holds),
                _ => Answer::Unknown,
            },
            (Expr::Func { .. } | Expr::Unary { op: UnaryOp::Addr, .. } | Expr::Composite { .. }, _)
                if guard.is_nil =>
            {
                Answer::Known(!guard.holds)
            }
            (Expr::Unary { op: UnaryOp::Not, operand }, _) if !guard.is_nil => {
                self.answer(cx, operand, Guard { holds: !guard.holds, ..guard })
            }
            (Expr::Ident(_), Entity::Local(param)) if self.is_steady_param(cx, param) => {
                Answer::Asks(Guard { param, ..guard })
            }
            _ => Answer::Unknown,
        }
    }

    /// Whether a variable is a parameter, or the receiver, that nothing is assigned to.
    fn is_steady_param(&self, cx: BodyCx<'p>, local: LocalId) -> bool {
        matches!(cx.local_info(local).kind, LocalKind::Param | LocalKind::Receiver)
            && !self.is_assigned_again(cx, local)
    }
}

enum Answer {
    Known(bool),
    Asks(Guard),
    Unknown,
}

/// Whether a variable is one of the function around a literal.
fn is_outer(cx: BodyCx<'_>, target: Func, local: LocalId) -> bool {
    target.body == cx.id
        && target
            .lit
            .is_some_and(|lit| !cx.ast.expr_span(lit).contains(cx.ast.expr_span(cx.local_info(local).ident)))
}

fn callees_of_itself(func: Func, component: &[Func], callees: &[Func]) -> bool {
    1 < component.len() || callees.contains(&func)
}

/// Finds what steps do.
struct Builder<'a, 'p> {
    model: &'a Model<'p>,
    cx: BodyCx<'p>,
    func: Func,
    locks: Vec<AccessPath>,
    steps: FxHashMap<Step, Vec<Event>>,
    defers: FxHashMap<StmtId, Vec<Event>>,
    tries: FxHashMap<ExprId, (usize, LockOpKind)>,
    /// The locks without a name here that may be released.
    loose: Vec<LockClass>,
    own: Vec<LockClass>,
    /// Steps that may release such locks; none stands for any lock.
    spread: Vec<(Step, Option<LockClass>)>,
    is_complete: bool,
}

impl Builder<'_, '_> {
    fn lock(&mut self, path: AccessPath) -> Option<usize> {
        if let Some(known) = self.locks.iter().position(|lock| *lock == path) {
            return Some(known);
        }
        if MAX_LOCKS <= self.locks.len() {
            self.is_complete = false;
            return None;
        }
        self.locks.push(path);
        Some(self.locks.len() - 1)
    }

    fn steps(&mut self, graph: &FuncGraph) {
        for (_, step) in graph.points() {
            let events = match step {
                Step::Eval(expr) => self.eval(step, expr),
                Step::Exec(stmt) => match self.cx.ast.stmt(stmt) {
                    Stmt::Defer(call) => {
                        let events = self.call(step, call);
                        self.defers.insert(stmt, events);
                        continue;
                    }
                    Stmt::Go(call) => self.go(step, call),
                    _ => continue,
                },
                Step::Next(_) | Step::RunDefers => continue,
            };
            if !events.is_empty() {
                self.steps.insert(step, events);
            }
        }
    }

    fn eval(&mut self, step: Step, expr: ExprId) -> Vec<Event> {
        match self.cx.ast.expr(expr) {
            Expr::Call { .. } => self.call(step, expr),
            Expr::Func { .. } => self.literal(step, expr),
            Expr::Selector { .. } => match self.operation_of(expr) {
                Some((Some(path), LockOpKind::Unlock | LockOpKind::RUnlock, _)) => {
                    self.lock(path).map(Event::HandOn).into_iter().collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The lock that a method expression works on, what it does, and whether it only tries.
    fn operation_of(&self, fun: ExprId) -> Option<(Option<AccessPath>, LockOpKind, bool)> {
        let callee = self.cx.callee_of(fun);
        let (kind, is_try) = lock_method(&callee)?;
        let path = self.cx.receiver_path(&callee).and_then(|path| resolve(self.model, self.cx, path));
        Some((path, kind, is_try))
    }

    fn call(&mut self, step: Step, call: ExprId) -> Vec<Event> {
        let call = self.cx.ast.unparen(call);
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return Vec::new() };
        match self.operation_of(fun) {
            Some((Some(path), kind, is_try)) => {
                let Some(lock) = self.lock(path) else { return Vec::new() };
                if is_try {
                    self.tries.insert(call, (lock, kind));
                    return Vec::new();
                }
                return vec![Event::Op { lock, kind, call }];
            }
            Some((None, kind, false)) if !kind.acquires() => {
                let class = self.class_of_operation(fun);
                self.own.push(class);
                self.release_unnamed(step, class);
                return Vec::new();
            }
            Some(_) => return Vec::new(),
            None => {}
        }
        let sites = self.model.sites(self.cx, call);
        let mut acquires: Vec<_> = self.once(call).into_iter().collect();
        let mut exits = Vec::new();
        for site in &sites {
            self.callee(step, call, site, &mut acquires, &mut exits);
        }
        if sites.is_empty() {
            self.unknown(step, call, fun);
        }
        if acquires.is_empty() && exits.is_empty() {
            return Vec::new();
        }
        vec![Event::Call { call, acquires, exits }]
    }

    /// Of a call of `sync.Once.Do`, the right to run its function.
    fn once(&self, call: ExprId) -> Option<Acquire> {
        let callee = self.cx.callee(call);
        if !callee.is_method("sync", "Once", &["Do"]) {
            return None;
        }
        let path = self.cx.receiver_path(&callee).and_then(|path| resolve(self.model, self.cx, path))?;
        let calls = vec![(self.func.body, call)];
        Some(Acquire { path, taken: Taken::Once, calls, guards: Vec::new(), doubts: 0, is_assumed: false })
    }

    fn callee(
        &mut self,
        step: Step,
        call: ExprId,
        site: &Site,
        acquires: &mut Vec<Acquire>,
        exits: &mut Vec<(usize, Modes)>,
    ) {
        let summary = self.model.lock_summary(site.target);
        if !summary.is_complete {
            self.release_unnamed(step, (None, Symbol::new("")));
        }
        for &class in &summary.releases {
            self.release_unnamed(step, class);
        }
        for acquire in &summary.acquires {
            if MAX_CHAIN <= acquire.calls.len() {
                continue;
            }
            let Some(path) = self.model.path_at_call(self.cx, site, &acquire.path) else { continue };
            let Some((guards, is_open)) = self.model.guards_at_call(self.cx, site, &acquire.guards) else {
                continue;
            };
            let mut calls = vec![(self.func.body, call)];
            calls.extend(acquire.calls.iter().copied());
            let is_assumed = acquire.is_assumed || site.is_assumed || is_open;
            let (taken, doubts) = (acquire.taken, acquire.doubts);
            acquires.push(Acquire { path, taken, calls, guards, doubts, is_assumed });
        }
        let inner = self.model.body(site.target.body);
        for (path, modes) in &summary.exits {
            match self.model.path_at_call(self.cx, site, path) {
                Some(path) => exits.extend(self.lock(path).map(|lock| (lock, *modes))),
                None if modes & RELEASED != 0 => self.release_unnamed(step, class_of(inner, path)),
                None => {}
            }
        }
    }

    /// A function literal is made; if it is not called on the spot, it may release locks at any time.
    fn literal(&mut self, step: Step, literal: ExprId) -> Vec<Event> {
        let parents = self.model.parents(self.cx.id);
        let is_called = matches!(parents.parent(literal), Some(NodeRef::Expr(call))
            if matches!(self.cx.ast.expr(call), Expr::Call { fun, .. } if self.cx.ast.unparen(fun) == literal));
        if is_called || self.is_only_called(literal) {
            return Vec::new();
        }
        self.hand_on(step, Func { body: self.cx.id, lit: Some(literal) }, &Binding::default())
    }

    /// Whether a literal is kept in a variable that is used for nothing but calls.
    fn is_only_called(&self, literal: ExprId) -> bool {
        let Some((local, _)) = self
            .cx
            .locals()
            .find(|(_, info)| info.init.is_some_and(|(init, _)| self.cx.ast.unparen(init) == literal))
        else {
            return false;
        };
        if self.model.only_literal(self.cx, local).is_none() {
            return false;
        }
        let parents = self.model.parents(self.cx.id);
        self.model.uses_of(self.cx, local).into_iter().all(|used| {
            matches!(parents.parent(used), Some(NodeRef::Expr(call))
                if matches!(self.cx.ast.expr(call), Expr::Call { fun, .. } if fun == used))
        })
    }

    fn go(&mut self, step: Step, call: ExprId) -> Vec<Event> {
        let call = self.cx.ast.unparen(call);
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return Vec::new() };
        match self.model.callable(self.cx, fun) {
            Some(target) => {
                let binding = self.model.bind(self.cx, fun, &self.cx.args(call), target);
                self.hand_on(step, target, &binding)
            }
            None => {
                self.unknown(step, call, fun);
                Vec::new()
            }
        }
    }

    /// A function will run some time; what it may release is no longer this function's duty.
    fn hand_on(&mut self, step: Step, target: Func, binding: &Binding) -> Vec<Event> {
        let summary = self.model.lock_summary(target);
        let site = Site { target, binding: binding.clone(), is_assumed: false };
        if !summary.is_complete {
            self.release_unnamed(step, (None, Symbol::new("")));
        }
        for &class in &summary.releases {
            self.release_unnamed(step, class);
        }
        let mut events = Vec::new();
        let inner = self.model.body(target.body);
        for (path, modes) in &summary.exits {
            if modes & RELEASED == 0 {
                continue;
            }
            match self.model.path_at_call(self.cx, &site, path) {
                Some(path) => events.extend(self.lock(path).map(Event::HandOn)),
                None => self.release_unnamed(step, class_of(inner, path)),
            }
        }
        events
    }

    /// A call of what is not followed. By its name it may release any lock, and so may a function that gets one.
    fn unknown(&mut self, step: Step, call: ExprId, fun: ExprId) {
        let callee = self.cx.callee(call);
        if matches!(callee, Callee::Conversion(_) | Callee::Builtin(_)) {
            return;
        }
        let name = match self.cx.ast.expr(self.cx.ast.unparen(fun)) {
            Expr::Ident(name) => Some(name),
            Expr::Selector { sel, .. } => self.cx.ast.ident(sel),
            _ => None,
        };
        let is_value = matches!(callee, Callee::Value | Callee::Unknown(_));
        if name.is_none_or(|name| releases_by_name(name.as_str(), is_value)) {
            self.spread.push((step, None));
        }
        let given = self.cx.args(call).into_iter().filter(|&arg| is_lock(self.cx, arg));
        for arg in given.collect::<Vec<_>>() {
            let class = self.cx.path(arg).map(|path| class_of(self.cx, &path));
            self.spread.push((step, class));
        }
    }

    fn release_unnamed(&mut self, step: Step, class: LockClass) {
        if !self.loose.contains(&class) {
            self.loose.push(class);
        }
        self.spread.push((step, Some(class)));
    }

    /// The lock that a method expression works on, by the type that holds it.
    fn class_of_operation(&self, fun: ExprId) -> LockClass {
        let unknown = (None, Symbol::new(""));
        let Callee::Method { recv, path, .. } = self.cx.callee_of(fun) else { return unknown };
        if let Some(&last) = path.last() {
            return (None, last);
        }
        let recv = self.cx.ast.unparen(recv);
        let Some(member) = self.cx.member_of(recv) else { return unknown };
        let owner = match self.cx.pkg.types.get(self.cx.pkg.types.deref(member.owner)) {
            Type::Named { name, .. } => Some(name),
            _ => None,
        };
        (owner, member.name)
    }

    /// The statements that give a variable or field on the way to a lock another value.
    fn moves(&mut self, graph: &FuncGraph) {
        if self.locks.is_empty() {
            return;
        }
        for (_, step) in graph.points() {
            let Step::Exec(stmt) = step else { continue };
            for (target, _) in assigned(self.cx, stmt) {
                let Some(target) = self.cx.path(target).and_then(|path| resolve(self.model, self.cx, path))
                else {
                    continue;
                };
                for (index, lock) in self.locks.iter().enumerate() {
                    if lock.root == target.root && lock.fields.starts_with(&target.fields) {
                        self.steps.entry(step).or_default().push(Event::Move(index));
                    }
                }
            }
        }
    }

    fn spread_loose(&mut self) {
        let classes: Vec<_> = self.locks.iter().map(|lock| class_of(self.cx, lock)).collect();
        for (step, class) in std::mem::take(&mut self.spread) {
            for (index, &own) in classes.iter().enumerate() {
                if class.is_some_and(|class| !may_be(class, own)) {
                    continue;
                }
                let events = match step {
                    Step::Exec(stmt) if self.defers.contains_key(&stmt) => {
                        self.defers.entry(stmt).or_default()
                    }
                    _ => self.steps.entry(step).or_default(),
                };
                events.push(Event::HandOn(index));
            }
        }
    }
}

/// What a method of a lock does, and whether it only tries.
fn lock_method(callee: &Callee) -> Option<(LockOpKind, bool)> {
    if !callee.is_method("sync", "Mutex", &METHODS) && !callee.is_method("sync", "RWMutex", &METHODS) {
        return None;
    }
    Some(match callee.name()?.as_str() {
        "Lock" => (LockOpKind::Lock, false),
        "RLock" => (LockOpKind::RLock, false),
        "Unlock" => (LockOpKind::Unlock, false),
        "RUnlock" => (LockOpKind::RUnlock, false),
        "TryLock" => (LockOpKind::Lock, true),
        _ => (LockOpKind::RLock, true),
    })
}

const METHODS: [&str; 6] = ["Lock", "RLock", "Unlock", "RUnlock", "TryLock", "TryRLock"];

/// Whether something that is not followed may release a lock, by its name. Function values are often called after
/// what they do for their caller.
fn releases_by_name(name: &str, is_value: bool) -> bool {
    const WORDS: [&str; 8] = ["done", "cleanup", "finish", "free", "close", "end", "exit", "leave"];
    let lower = name.to_ascii_lowercase();
    lock_effect_of_name(name) < 0
        || lower.contains("release")
        || (is_value && WORDS.iter().any(|word| lower.contains(word)))
}

fn is_lock(cx: BodyCx<'_>, arg: ExprId) -> bool {
    ["Mutex", "RWMutex", "Locker"].iter().any(|name| cx.is_named(arg, "sync", name))
}

impl<'p> FuncLocks<'p> {
    // --- one lock --------------------------------------------------------------------------------------------------

    fn flow(&self, lock: usize) -> LockFlow {
        let mut defers: Vec<StmtId> = self
            .defers
            .iter()
            .filter(|(_, events)| events.iter().any(|event| event.touches(lock)))
            .map(|(&stmt, _)| stmt)
            .collect();
        defers.sort_by_key(|&stmt| self.cx.ast.stmt_span(stmt).start);
        defers.truncate(MAX_DEFERS);
        let mut into: Vec<Vec<State>> = vec![Vec::new(); self.graph.blocks.len()];
        into[FuncGraph::ENTRY.index()].push((UNTOUCHED, 0));
        let mut queue = vec![FuncGraph::ENTRY];
        let mut flow = LockFlow::default();
        while let Some(block) = queue.pop() {
            let states = self.run(block, into[block.index()].clone(), lock, &defers, &mut flow);
            for edge in &self.graph.block(block).edges {
                let mut is_new = false;
                for &state in &states {
                    let state = self.take(edge.label, state, lock);
                    let known = &mut into[edge.to.index()];
                    if !known.contains(&state) {
                        known.push(state);
                        is_new = true;
                    }
                }
                if is_new {
                    queue.push(edge.to);
                }
            }
        }
        flow
    }

    fn take(&self, label: Label, state: State, lock: usize) -> State {
        match label {
            Label::Cond { expr, holds: true } => match self.tries.get(&expr) {
                Some(&(tried, kind)) if tried == lock => (after_op(state.0, kind), state.1),
                _ => state,
            },
            _ => state,
        }
    }

    /// The states behind a block; notes what the lock may be on the way.
    fn run(
        &self,
        block: BlockId,
        mut states: Vec<State>,
        lock: usize,
        defers: &[StmtId],
        flow: &mut LockFlow,
    ) -> Vec<State> {
        let content = self.graph.block(block);
        for &step in &content.steps {
            if let Some(events) = self.steps.get(&step) {
                *flow.before.entry(step).or_default() |= modes_of(&states);
                states = apply(states, events, lock);
            }
            match step {
                Step::Exec(stmt) => {
                    if let Some(bit) = defers.iter().position(|&defer| defer == stmt) {
                        for (_, mask) in &mut states {
                            *mask |= 1 << bit;
                        }
                    }
                    if self.defers.contains_key(&stmt) {
                        *flow.before.entry(step).or_default() |= modes_of(&states);
                    }
                }
                Step::RunDefers => {
                    let mut all = modes_of(&states);
                    for (bit, defer) in defers.iter().enumerate().rev() {
                        let (set, unset): (Vec<_>, Vec<_>) =
                            states.into_iter().partition(|(_, mask)| mask & (1 << bit) != 0);
                        *flow.deferred.entry(*defer).or_default() |= modes_of(&set);
                        states = apply(set, &self.defers[defer], lock);
                        states.extend(unset);
                        all |= modes_of(&states);
                    }
                    for &defer in self.defers.keys().filter(|defer| !defers.contains(defer)) {
                        *flow.deferred.entry(defer).or_default() |= all;
                    }
                }
                Step::Eval(_) | Step::Next(_) => {}
            }
        }
        if content.exit.is_some_and(golint_conc_flow::ExitKind::returns) {
            flow.exit |= modes_of(&states);
        }
        states.sort_unstable();
        states.dedup();
        states
    }

    // --- the summary -----------------------------------------------------------------------------------------------

    fn summary(&self, model: &Model<'p>) -> Summary {
        let mut summary = Summary { is_complete: self.is_complete, ..Summary::default() };
        let conditions = self.conditions(model);
        let is_moved: Vec<bool> = (0..self.locks.len())
            .map(|lock| {
                self.steps.values().flatten().any(|event| matches!(event, Event::Move(l) if *l == lock))
            })
            .collect();
        for (point, step) in self.graph.points() {
            let deferred = match step {
                Step::Exec(stmt) => self.defers.get(&stmt).map(|events| (stmt, events)),
                _ => None,
            };
            let Some(events) = deferred.map(|(_, events)| events).or_else(|| self.steps.get(&step)) else {
                continue;
            };
            let may_be = |lock: usize| match deferred {
                Some((stmt, _)) => self.flows[lock].deferred.get(&stmt).copied().unwrap_or_default(),
                None => self.flows[lock].before.get(&step).copied().unwrap_or_default(),
            };
            let mut guards = None;
            for event in events {
                for mut acquire in self.acquires_of(event) {
                    let tracked = self.locks.iter().position(|lock| *lock == acquire.path);
                    let is_callers =
                        tracked.is_none_or(|lock| may_be(lock) & UNTOUCHED != 0 && !is_moved[lock]);
                    if !is_callers || !self.is_callers_word(model, &acquire.path) {
                        continue;
                    }
                    for &guard in guards.get_or_insert_with(|| conditions.at(point.block)).iter() {
                        if !acquire.guards.contains(&guard) {
                            acquire.guards.push(guard);
                        }
                    }
                    let is_certain = acquire.guards.is_empty() && self.always_passes(point.block);
                    acquire.doubts += usize::from(!is_certain);
                    add_acquire(&mut summary.acquires, acquire);
                }
            }
        }
        let (mut releases, mut own_releases) = (self.releases.clone(), self.own_releases.clone());
        for (lock, path) in self.locks.iter().enumerate() {
            let exit = self.flows[lock].exit & !OTHER;
            if exit & !UNTOUCHED == 0 {
                continue;
            }
            if self.is_callers_word(model, path) && !is_moved[lock] {
                summary.exits.push((path.clone(), exit));
            } else if exit & RELEASED != 0 {
                own_releases.push(class_of(self.cx, path));
                if !releases.contains(&class_of(self.cx, path)) {
                    releases.push(class_of(self.cx, path));
                }
            }
        }
        summary.releases = releases;
        summary.own_releases = own_releases;
        summary
    }

    /// What an event takes.
    pub(crate) fn acquires_of(&self, event: &Event) -> Vec<Acquire> {
        match event {
            Event::Op { lock, kind, call } if kind.acquires() => vec![Acquire {
                path: self.locks[*lock].clone(),
                taken: if *kind == LockOpKind::Lock { Taken::Lock } else { Taken::RLock },
                calls: vec![(self.func.body, *call)],
                guards: Vec::new(),
                doubts: 0,
                is_assumed: false,
            }],
            Event::Call { acquires, .. } => acquires.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether a path means something to those who call the function.
    fn is_callers_word(&self, model: &Model<'p>, path: &AccessPath) -> bool {
        match path.root {
            Root::Global(_) | Root::External(..) => true,
            Root::Local(local) => {
                is_outer(self.cx, self.func, local)
                    || (self.cx.local_info(local).func == self.func.lit
                        && model.is_steady_param(self.cx, local))
            }
        }
    }

    // --- conditions on parameters ------------------------------------------------------------------------------------

    pub(crate) fn conditions(&self, model: &Model<'p>) -> Conditions {
        let mut asked: Vec<(Guard, BlockId, usize)> = Vec::new();
        for (block, content) in self.graph.iter() {
            for (index, edge) in content.edges.iter().enumerate() {
                if let Label::Cond { expr, holds } = edge.label
                    && let Some(guard) = self.question(model, expr, holds)
                {
                    asked.push((guard, block, index));
                }
            }
        }
        let mut guards: Vec<Guard> = Vec::new();
        for (guard, ..) in &asked {
            if !guards.contains(guard) && guards.len() < MAX_GUARDS * 2 {
                guards.push(*guard);
            }
        }
        let without = guards.into_iter().map(|guard| {
            let closed: FxHashSet<(BlockId, usize)> = asked
                .iter()
                .filter(|(other, ..)| *other == guard)
                .map(|&(_, block, index)| (block, index))
                .collect();
            (guard, self.reachable_without(&closed))
        });
        Conditions(without.collect())
    }

    /// The condition on a parameter that a branch asks for.
    fn question(&self, model: &Model<'p>, expr: ExprId, holds: bool) -> Option<Guard> {
        use golint_conc_syntax::ast::BinaryOp;
        let steady =
            |expr: ExprId| self.cx.local(expr).filter(|&local| model.is_steady_param(self.cx, local));
        match self.cx.ast.expr(self.cx.ast.unparen(expr)) {
            Expr::Ident(_) => Some(Guard { param: steady(expr)?, is_nil: false, holds }),
            Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), lhs, rhs } if self.cx.is_nil(rhs) => {
                Some(Guard { param: steady(lhs)?, is_nil: true, holds: holds == (op == BinaryOp::Eq) })
            }
            _ => None,
        }
    }

    /// Whether the function cannot return without having passed the block.
    fn always_passes(&self, through: BlockId) -> bool {
        let mut seen = vec![false; self.graph.blocks.len()];
        let mut stack = vec![FuncGraph::ENTRY];
        while let Some(block) = stack.pop() {
            if block == through || std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            let content = self.graph.block(block);
            if content.exit.is_some_and(golint_conc_flow::ExitKind::returns) {
                return false;
            }
            stack.extend(content.edges.iter().map(|edge| edge.to));
        }
        true
    }

    fn reachable_without(&self, closed: &FxHashSet<(BlockId, usize)>) -> Vec<bool> {
        let mut seen = vec![false; self.graph.blocks.len()];
        seen[FuncGraph::ENTRY.index()] = true;
        let mut stack = vec![FuncGraph::ENTRY];
        while let Some(block) = stack.pop() {
            for (index, edge) in self.graph.block(block).edges.iter().enumerate() {
                if !closed.contains(&(block, index)) && !std::mem::replace(&mut seen[edge.to.index()], true) {
                    stack.push(edge.to);
                }
            }
        }
        seen
    }
}

/// For each condition on a parameter, the blocks that can be reached without it.
pub(crate) struct Conditions(Vec<(Guard, Vec<bool>)>);

impl Conditions {
    /// What must hold for a block to run.
    pub(crate) fn at(&self, block: BlockId) -> Vec<Guard> {
        self.0
            .iter()
            .filter(|(_, seen)| !seen.get(block.index()).copied().unwrap_or(true))
            .map(|&(guard, _)| guard)
            .take(MAX_GUARDS)
            .collect()
    }
}

/// Keeps of several ways to the same lock the one with the fewest conditions.
fn add_acquire(acquires: &mut Vec<Acquire>, new: Acquire) {
    let weight = |acquire: &Acquire| (acquire.is_assumed, acquire.doubts, acquire.guards.len());
    match acquires.iter().position(|known| known.path == new.path && known.taken == new.taken) {
        Some(known) if weight(&new) < weight(&acquires[known]) => acquires[known] = new,
        Some(_) => {}
        None if acquires.len() < MAX_ACQUIRES => acquires.push(new),
        None => {}
    }
}

impl Event {
    pub(crate) fn touches(&self, lock: usize) -> bool {
        match self {
            Self::Op { lock: own, .. } | Self::HandOn(own) | Self::Move(own) => *own == lock,
            Self::Call { exits, .. } => exits.iter().any(|&(own, _)| own == lock),
        }
    }
}

fn modes_of(states: &[State]) -> Modes {
    states.iter().fold(0, |all, &(mode, _)| all | mode)
}

fn apply(states: Vec<State>, events: &[Event], lock: usize) -> Vec<State> {
    let mut states = states;
    for event in events.iter().filter(|event| event.touches(lock)) {
        let mut next: Vec<State> = Vec::with_capacity(states.len());
        for (mode, mask) in states {
            let after = after(mode, event, lock);
            for single in SINGLE.into_iter().filter(|single| after & single != 0) {
                if !next.contains(&(single, mask)) {
                    next.push((single, mask));
                }
            }
        }
        states = next;
    }
    states
}

/// What a lock that is `mode` may be after an event.
pub(crate) fn after(mode: Modes, event: &Event, lock: usize) -> Modes {
    match event {
        Event::Op { kind, .. } => after_op(mode, *kind),
        Event::HandOn(_) => mode | after_op(mode, LockOpKind::Unlock),
        Event::Move(_) => OTHER,
        Event::Call { exits, .. } => {
            exits.iter().filter(|&&(own, _)| own == lock).fold(mode, |all, &(_, exit)| {
                let mut behind = 0;
                for single in SINGLE.into_iter().filter(|single| exit & single != 0) {
                    behind |= match single {
                        WRITE => after_op(mode, LockOpKind::Lock),
                        READ => after_op(mode, LockOpKind::RLock),
                        RELEASED => after_op(mode, LockOpKind::Unlock),
                        _ => mode,
                    };
                }
                if all == mode { behind } else { all | behind }
            })
        }
    }
}

fn after_op(mode: Modes, kind: LockOpKind) -> Modes {
    match (kind, mode) {
        (LockOpKind::Lock | LockOpKind::RLock, RELEASED) => UNTOUCHED,
        (LockOpKind::Lock, _) => WRITE,
        (LockOpKind::RLock, _) => READ,
        (LockOpKind::Unlock | LockOpKind::RUnlock, UNTOUCHED) => RELEASED,
        (LockOpKind::Unlock | LockOpKind::RUnlock, WRITE | READ) => UNTOUCHED,
        (LockOpKind::Unlock | LockOpKind::RUnlock, _) => mode,
    }
}
