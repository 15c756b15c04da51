//! What a function does to locks, bottom-up over the strongly connected components of the call graph.
//!
//! For each lock that a function names, one forward data flow finds what the lock may be at each step: sets of states, each
//! with the deferred calls that are still to run. Relative to its state at the entry, as in RELAY (Voung, Jhala, Lerner,
//! ESEC/FSE 2007): what a callee does is put in the caller's words at the call. A state that some path has is kept,
//! whether or not its conditions can hold together; [`super::hold`] follows the paths that matter one by one.

use std::rc::Rc;

use golint_conc_flow::{Func, FuncGraph, Step};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Entity, LocalId, LocalKind, Root};
use golint_conc_syntax::ast::{Expr, ExprId, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use rustc_hash::FxHashMap;

use super::duty::LockClass;
use super::events::Builder;
use super::sites::Site;
use crate::access::resolve;
use crate::model::{Model, is_go_call};
use crate::sync::LockOpKind;

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
/// Locked by this function and given to somebody else, whose it may be to release.
pub(crate) const GIVEN: Modes = 1 << 5;

/// Held by this function.
pub(crate) const HELD: Modes = WRITE | READ | GIVEN;

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
    /// That of a function that does nothing to locks.
    fn quiet() -> Self {
        Self { is_complete: true, ..Self::default() }
    }

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
    /// The lock itself is given to somebody; if it is held, it may be theirs to release.
    Give(usize),
    /// The variable, or a field on the way, gets another value.
    Move(usize),
}

/// A function with what its steps do to locks.
#[derive(Debug)]
pub(crate) struct FuncLocks {
    pub(crate) func: Func,
    pub(crate) graph: Rc<FuncGraph>,
    /// The locks it names.
    pub(crate) locks: Vec<AccessPath>,
    pub(crate) steps: FxHashMap<Step, Vec<Event>>,
    pub(crate) defers: FxHashMap<StmtId, Vec<Event>>,
    /// Of each block, the steps that have to do with locks.
    pub(crate) notable: Vec<Vec<Step>>,
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

impl<'p> Model<'p> {
    /// What a function does to locks.
    pub(crate) fn lock_summary(&self, func: Func) -> Rc<Summary> {
        if let Some(known) = self.locks.summaries.borrow().get(&func) {
            return Rc::clone(known);
        }
        if !self.may_lock(func.body) {
            return Rc::new(Summary::quiet());
        }
        self.summarize_from(func);
        self.locks.summaries.borrow().get(&func).cloned().unwrap_or_default()
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
                if self.locks.summaries.borrow().contains_key(&callee) {
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
            self.locks.summaries.borrow_mut().insert(func, Rc::new(summary));
        };
        if !is_recursive {
            for &func in component {
                store(func, self.find_summary(func));
            }
            return;
        }
        for &func in component {
            store(func, Summary::quiet());
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
                    self.locks.funcs.borrow_mut().remove(&func);
                }
                return;
            }
        }
    }

    /// The functions whose summaries a function's own needs.
    fn followed(&self, func: Func) -> Rc<[Func]> {
        if let Some(known) = self.locks.followed.borrow().get(&func) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        if let Some((cx, block)) = self.block(func) {
            let parents = self.parents(func.body);
            walk_inline(cx.ast, block, |node| {
                let NodeRef::Expr(expr) = node else { return };
                match cx.ast.expr(expr) {
                    Expr::Call { .. } if !is_go_call(cx, &parents, expr) => {
                        found.extend(self.sites(cx, expr).iter().map(|site| site.target));
                    }
                    Expr::Call { fun, .. } => found.extend(self.callable(cx, fun)),
                    Expr::Func { .. } => found.push(Func { body: func.body, lit: Some(expr) }),
                    _ => {}
                }
            });
        }
        found.retain(|callee| self.may_lock(callee.body));
        found.sort_unstable();
        found.dedup();
        let found: Rc<[Func]> = found.into();
        self.locks.followed.borrow_mut().insert(func, Rc::clone(&found));
        found
    }

    fn find_summary(&self, func: Func) -> Summary {
        let Some((cx, _)) = self.block(func) else {
            return Summary::quiet();
        };
        if cx.ast.is_opaque {
            return Summary::default();
        }
        let is_quiet = !self.has_lock_words(func.body)
            && self.followed(func).iter().all(|&callee| {
                let summary = self.lock_summary(callee);
                summary.is_complete
                    && summary.acquires.is_empty()
                    && summary.exits.is_empty()
                    && summary.releases.is_empty()
            });
        if is_quiet {
            return Summary::quiet();
        }
        let Some(locks) = self.find_func_locks(func) else { return Summary::default() };
        let summary = locks.summary(self, cx);
        self.locks.funcs.borrow_mut().insert(func, Rc::new(locks));
        summary
    }

    /// The steps of a function, with what they do to locks; none where its text is not understood, or where they do
    /// nothing.
    pub(crate) fn func_locks(&self, func: Func) -> Option<Rc<FuncLocks>> {
        self.lock_summary(func);
        self.locks.funcs.borrow().get(&func).cloned()
    }

    fn find_func_locks(&self, func: Func) -> Option<FuncLocks> {
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
        let is_notable = |step: &Step| match step {
            Step::RunDefers => true,
            Step::Exec(stmt) => builder.steps.contains_key(step) || builder.defers.contains_key(stmt),
            Step::Eval(_) | Step::Next(_) => builder.steps.contains_key(step),
        };
        let notable = graph.iter().map(|(_, block)| block.steps.iter().copied().filter(is_notable).collect());
        let notable = notable.collect();
        let mut found = FuncLocks {
            func,
            graph,
            notable,
            locks: builder.locks,
            steps: builder.steps,
            defers: builder.defers,
            tries: builder.tries,
            flows: Vec::new(),
            releases: builder.loose,
            own_releases: builder.own,
            is_complete: builder.is_complete,
        };
        found.flows = (0..found.locks.len()).map(|lock| found.flow(cx, lock)).collect();
        Some(found)
    }

    /// A path of a callee in the words of its caller.
    pub(super) fn path_at_call(&self, cx: BodyCx<'p>, site: &Site, path: &AccessPath) -> Option<AccessPath> {
        let moved = match (path.root, site.binding.rebase(path)) {
            (_, Some(moved)) => moved,
            (Root::Local(local), None) if is_outer(cx, site.target, local) => path.clone(),
            (Root::Local(local), None) => {
                let bound = site.binding.0.iter().find(|bound| bound.local == local)?;
                let mut place = self.place_of_call(cx, bound)?;
                place.fields.extend(path.fields.iter().copied());
                place
            }
            _ => return None,
        };
        resolve(self, cx, moved).map(|path| self.simplify(cx, path))
    }

    /// What is left of the conditions of a callee at a call; none where they cannot hold. Says as well whether one is
    /// not known to hold.
    pub(super) fn guards_at_call(
        &self,
        cx: BodyCx<'p>,
        site: &Site,
        guards: &[Guard],
    ) -> Option<(Vec<Guard>, bool)> {
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
                // A pointer that is used is hardly ever nil.
                Answer::Unknown => is_open |= guard.holds,
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
    pub(super) fn is_steady_param(&self, cx: BodyCx<'p>, local: LocalId) -> bool {
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
pub(super) fn is_outer(cx: BodyCx<'_>, target: Func, local: LocalId) -> bool {
    target.body == cx.id
        && target
            .lit
            .is_some_and(|lit| !cx.ast.expr_span(lit).contains(cx.ast.expr_span(cx.local_info(local).ident)))
}

fn callees_of_itself(func: Func, component: &[Func], callees: &[Func]) -> bool {
    1 < component.len() || callees.contains(&func)
}
