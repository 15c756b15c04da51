//! What the steps of a function do to locks.

use golint_conc_flow::{Func, FuncGraph, Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, Callee, LocalKind, Root, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;
use rustc_hash::FxHashMap;

use super::duty::{LockClass, class_of, may_be};
use super::lockers::is_lock_reference;
use super::sites::Site;
use super::summary::{Acquire, Event, Modes, RELEASED, Taken};
use crate::access::resolve;
use crate::binding::Binding;
use crate::model::Model;
use crate::sync::{LockOpKind, lock_effect_of_name};

/// How many locks are followed in one function; what is done to others is not known.
const MAX_LOCKS: usize = 64;

/// How long the chain of calls to an acquisition may be; those behind longer ones are not found.
const MAX_CHAIN: usize = 16;

/// Finds what steps do.
pub(super) struct Builder<'a, 'p> {
    pub(super) model: &'a Model<'p>,
    pub(super) cx: BodyCx<'p>,
    pub(super) func: Func,
    pub(super) locks: Vec<AccessPath>,
    pub(super) steps: FxHashMap<Step, Vec<Event>>,
    pub(super) defers: FxHashMap<StmtId, Vec<Event>>,
    pub(super) tries: FxHashMap<ExprId, (usize, LockOpKind)>,
    /// The locks without a name here that may be released.
    pub(super) loose: Vec<LockClass>,
    pub(super) own: Vec<LockClass>,
    /// Steps that may release such locks; none stands for any lock.
    pub(super) spread: Vec<(Step, Option<LockClass>)>,
    pub(super) is_complete: bool,
}

impl Builder<'_, '_> {
    fn lock(&mut self, path: AccessPath) -> Option<usize> {
        if let Some(known) = self.locks.iter().position(|lock| *lock == path) {
            return Some(known);
        }
        if self.cx.pkg.bounds.count("locks of a function", MAX_LOCKS <= self.locks.len()) {
            self.is_complete = false;
            return None;
        }
        self.locks.push(path);
        Some(self.locks.len() - 1)
    }

    pub(super) fn steps(&mut self, graph: &FuncGraph) {
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
                    _ => {
                        // What the locks are at writes to fields is asked later.
                        let is_write = |(target, _)| super::writes::field_written(self.cx, target).is_some();
                        if assigned(self.cx, stmt).into_iter().any(is_write) {
                            self.steps.entry(step).or_default();
                        }
                        self.values_given_by(stmt).into_iter().filter_map(|value| self.given(value)).collect()
                    }
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
            Expr::Composite { elems, .. } => {
                let elems = self.cx.ast.list(elems).map(|elem| match self.cx.ast.expr(elem) {
                    Expr::KeyValue { value, .. } => value,
                    _ => elem,
                });
                elems.collect::<Vec<_>>().into_iter().filter_map(|value| self.given(value)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The values that a statement gives to where they are not followed: to others, to a field, or to a variable that is
    /// no second name of theirs.
    fn values_given_by(&self, stmt: StmtId) -> Vec<ExprId> {
        let cx = self.cx;
        match cx.ast.stmt(stmt) {
            Stmt::Return(values) => cx.ast.list(values).collect(),
            Stmt::Send { value, .. } => vec![value],
            _ => assigned(cx, stmt)
                .into_iter()
                .filter_map(|(target, value)| {
                    let value = value?;
                    let target = cx.path(target).and_then(|path| resolve(self.model, cx, path));
                    (target.is_none() || target != self.lock_in(value)).then_some(value)
                })
                .collect(),
        }
    }

    /// The lock that a value leads to: its address, a pointer to it, or a `sync.Locker`.
    fn lock_in(&self, value: ExprId) -> Option<AccessPath> {
        let value = self.cx.ast.unparen(value);
        let is_lock = is_lock_reference(self.cx, value) || self.cx.is_named(value, "sync", "Locker");
        is_lock.then(|| self.model.locker(self.cx, value, 0).map(|locked| locked.path)).flatten()
    }

    /// The lock that a value leads to, if any, goes to somebody else.
    fn given(&mut self, value: ExprId) -> Option<Event> {
        let path = self.lock_in(value)?;
        self.lock(path).map(Event::Give)
    }

    /// The lock that a method expression works on, what it does, and whether it only tries.
    fn operation_of(&self, fun: ExprId) -> Option<(Option<AccessPath>, LockOpKind, bool)> {
        let callee = self.cx.callee_of(fun);
        let Some((kind, is_try)) = lock_method(&callee) else { return self.operation_of_locker(&callee) };
        let path = self.cx.receiver_path(&callee).and_then(|path| resolve(self.model, self.cx, path));
        Some((path, kind, is_try))
    }

    /// As [`Builder::operation_of`], for a `sync.Locker` of which it is known which lock it is.
    fn operation_of_locker(&self, callee: &Callee) -> Option<(Option<AccessPath>, LockOpKind, bool)> {
        let Callee::Method { recv, name, path, .. } = callee else { return None };
        if !callee.is_method("sync", "Locker", &["Lock", "Unlock"]) || !path.is_empty() {
            return None;
        }
        let locked = self.model.locker(self.cx, *recv, 0)?;
        let kind = match (name.as_str(), locked.is_read) {
            ("Lock", false) => LockOpKind::Lock,
            ("Lock", true) => LockOpKind::RLock,
            (_, false) => LockOpKind::Unlock,
            (_, true) => LockOpKind::RUnlock,
        };
        Some((Some(locked.path), kind, false))
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
        for site in sites.iter() {
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
        let inner = self.model.body(site.target.body);
        let is_said = |path: &AccessPath| !site.is_open || is_of_receiver(inner, path);
        for acquire in summary.acquires.iter().filter(|acquire| is_said(&acquire.path)) {
            if self.cx.pkg.bounds.count("calls to a lock", MAX_CHAIN <= acquire.calls.len()) {
                continue;
            }
            let Some(path) = self.model.path_at_call(self.cx, site, &acquire.path) else { continue };
            let Some((guards, is_open)) = self.model.guards_at_call(self.cx, site, &acquire.guards) else {
                continue;
            };
            let mut calls = vec![(self.func.body, call)];
            calls.extend(acquire.calls.iter().copied());
            let is_assumed = acquire.is_assumed || site.is_assumed || is_open;
            let (taken, doubts) = (acquire.taken, acquire.doubts + usize::from(is_open));
            acquires.push(Acquire { path, taken, calls, guards, doubts, is_assumed });
        }
        for (path, modes) in &summary.exits {
            if !is_said(path) && modes & RELEASED == 0 {
                continue;
            }
            // The caller may know the same lock by another name.
            if modes & RELEASED != 0 {
                self.spread.push((step, Some(class_of(inner, path))));
            }
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
        let site = Site::sure(target, binding.clone());
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
    pub(super) fn moves(&mut self, graph: &FuncGraph) {
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

    pub(super) fn spread_loose(&mut self) {
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
                let is_named = events.iter().any(|event| {
                    matches!(event, Event::Call { exits, .. } if exits.iter().any(|&(lock, _)| lock == index))
                });
                if !is_named {
                    events.push(Event::HandOn(index));
                }
            }
        }
    }
}

/// Whether a lock lies in what the receiver of a method is or leads to.
fn is_of_receiver(cx: BodyCx<'_>, path: &AccessPath) -> bool {
    matches!(path.root, Root::Local(local) if cx.local_info(local).kind == LocalKind::Receiver)
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
