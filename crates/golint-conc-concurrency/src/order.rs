//! What a function does in which order: the memory it reaches, under which locks, beside which goroutines.
//!
//! One forward data flow over the graph of each function, bottom-up over calls: a callee's [`Order`] is put in the
//! caller's words at the call. Facts that make a race less likely are kept if some path has them (locks held, things
//! waited for), facts that make one possible only if they surely are so. After RELAY (relative lock sets) and `RacerD`
//! (accesses of a summary by access path, reported only where concurrency is evident).

use std::rc::Rc;

use golint_conc_flow::{BlockId, Func, FuncGraph, Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, LocalId, LocalKind, MemberKind, Root, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{AssignOp, Expr, ExprId, Spec, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk, walk_inline};

use crate::access::{Access, Lock, SyncPath, canonical, of_step, resolve};
use crate::binding::Binding;
use crate::model::{Model, Spawn, SpawnKind, is_go_call};
use crate::own_maps::is_own_map;
use crate::sync::{LockOpKind, lock_effect};

/// How many accesses are kept of one function; what is beyond is not looked at.
const MAX_ACCESSES: usize = 128;

/// How many goroutines are followed that one function leaves running.
const MAX_THREADS: usize = 24;

/// How long a chain of calls from a function to an access may be.
const MAX_CALLS: usize = 5;

/// How many callers, and their callers, are asked whether they hold a lock.
const MAX_CALLERS: usize = 64;

/// How often a block is looked at again before the function is given up.
const MAX_VISITS: usize = 64;

/// When the goroutines of a place run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// One each time the place is passed.
    Started,
    /// As [`Concurrency::Started`], but the next one starts only when the last has ended.
    OneAtATime,
    /// Any number from some time on: the place registers a handler of requests.
    Handler,
}

/// A goroutine that a function starts, in the function's words.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The function with the place that starts it.
    pub body: BodyId,
    /// That place.
    pub node: NodeRef,
    /// The accesses it makes, or goroutines that it starts.
    pub accesses: Rc<[Access]>,
    /// What it signals: sends to, closes, counts down, or hands to something unknown.
    releases: Vec<SyncPath>,
    /// The channels it receives from.
    receives: Vec<SyncPath>,
    /// Parameters of the function that it calls, and the locks then held.
    callbacks: Vec<Callback>,
    /// When it runs.
    pub concurrency: Concurrency,
}

impl Thread {
    /// Whether something that hangs on one of these variables can tell when the goroutine ends.
    fn hangs_on(&self, roots: &[Root]) -> bool {
        let accessed = self.accesses.iter().map(|access| &access.path);
        accessed.chain(&self.releases).chain(&self.receives).any(|path| roots.contains(&path.root))
    }
}

/// A parameter that is called, and the locks that are held then.
type Callback = (LocalId, Vec<Lock>);

/// A function that is called through a parameter, what its own parameters stand for, and the locks that are held then.
type Called = (Func, Binding, Vec<Lock>);

/// Two accesses that nothing orders.
#[derive(Clone, Debug)]
pub struct Race {
    /// The function in whose words the accesses are.
    pub body: BodyId,
    /// The access in a goroutine: a write, unless only the function that started the goroutine writes.
    pub access: Access,
    /// The goroutine that makes it.
    pub thread: Thread,
    /// The other access.
    pub other: Access,
    /// The goroutine that makes it; none for the one that runs the function.
    pub other_thread: Option<Thread>,
    /// Whether both are made by goroutines of the same place, which a loop starts again and again.
    pub is_same_place: bool,
}

/// What a function does, in its own words.
#[derive(Clone, Debug, Default)]
pub struct Order {
    accesses: Vec<Access>,
    releases: Vec<SyncPath>,
    receives: Vec<SyncPath>,
    waits: Vec<SyncPath>,
    waits_for_any: bool,
    locked_at_exit: Vec<Lock>,
    unlocks: Vec<Option<SyncPath>>,
    live_at_exit: Vec<Thread>,
    /// Parameters that are called, and the locks then held.
    callbacks: Vec<Callback>,
    /// The functions of the package that are called while some lock is held.
    locked_calls: Vec<BodyId>,
    races: Vec<Race>,
}

#[derive(Clone, Debug, Default)]
struct State {
    locks: Vec<Lock>,
    waited: Vec<SyncPath>,
    waited_for_any: bool,
    released: Vec<SyncPath>,
    /// The parameters, and fields of them, that surely hold what this call has made itself.
    fresh: Vec<AccessPath>,
    /// Goroutines that may run: positions in the list of threads, with the variables that have been made anew since.
    live: Vec<(usize, Vec<LocalId>)>,
}

impl State {
    /// Takes in what holds on another way to the same place; tells whether that changed anything.
    fn merge(&mut self, other: &Self) -> bool {
        let mut changed = add_all(&mut self.locks, &other.locks) | add_all(&mut self.waited, &other.waited);
        changed |= !self.waited_for_any && other.waited_for_any;
        self.waited_for_any |= other.waited_for_any;
        let before = self.released.len();
        self.released.retain(|path| other.released.contains(path));
        changed |= self.released.len() != before;
        let before = self.fresh.len();
        self.fresh.retain(|path| other.fresh.contains(path));
        changed |= self.fresh.len() != before;
        for (thread, stale) in &other.live {
            match self.live.iter_mut().find(|(known, _)| known == thread) {
                Some((_, known)) => {
                    let before = known.len();
                    known.retain(|local| stale.contains(local));
                    changed |= known.len() != before;
                }
                None => {
                    self.live.push((*thread, stale.clone()));
                    changed = true;
                }
            }
        }
        changed
    }

    fn made_anew(&mut self, local: LocalId) {
        for (_, stale) in &mut self.live {
            add(stale, local);
        }
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> bool {
    let is_new = !list.contains(&item);
    if is_new {
        list.push(item);
    }
    is_new
}

fn add_all<T: PartialEq + Clone>(list: &mut Vec<T>, items: &[T]) -> bool {
    items.iter().fold(false, |changed, item| add(list, item.clone()) | changed)
}

impl<'p> Model<'p> {
    /// The races between goroutines that a function starts, and between those and the function itself.
    pub fn races(&self, func: Func) -> Vec<Race> {
        let order = self.order(func);
        // Who calls a function with a lock held shares it with the goroutine that takes it.
        let is_entered_locked = |race: &&Race| {
            race.other_thread.is_none()
                && !race.access.locks.is_empty()
                && self.may_be_entered_locked(func.body)
        };
        order.races.iter().filter(|race| !is_entered_locked(race)).cloned().collect()
    }

    /// Whether some lock may be held when a declared function is called: its name or comment says so, or a caller in
    /// the package holds one.
    pub fn may_be_entered_locked(&self, body: BodyId) -> bool {
        let mut seen = vec![body];
        let mut next = 0;
        while let Some(&callee) = seen.get(next) {
            next += 1;
            if self.pkg.bounds.count("callers of a function", MAX_CALLERS < next) || self.says_locked(callee)
            {
                return true;
            }
            // What is used as a value may be called by anybody.
            let Some(callers) = self.callers(callee) else { return true };
            for (caller, call) in callers {
                let func = self.func_of(caller, call);
                let cx = self.body(caller);
                let is_started = is_go_call(cx, &self.parents(caller), call);
                let is_callback =
                    func.lit.is_some_and(|lit| !self.is_spawned_literal(cx, &self.parents(caller), lit));
                if self.order(func).locked_calls.contains(&callee) || (is_callback && !is_started) {
                    return true;
                }
                if !is_started && func.lit.is_none() {
                    add(&mut seen, caller);
                }
            }
        }
        false
    }

    /// Whether a function's name or the comment above it says that its callers hold a lock.
    fn says_locked(&self, body: BodyId) -> bool {
        let decl = self.pkg.body_decl(body);
        let name = decl.name.as_str().to_ascii_lowercase();
        if ["locked", "nolock", "underlock", "withlock", "withoutlock"].iter().any(|word| name.contains(word))
        {
            return true;
        }
        let source = &self.pkg.files[decl.file].source;
        let lines = source.lines();
        let mut line = lines.line(source.outline().decls[decl.decl].span.start);
        while 1 < line {
            line -= 1;
            let text = lines.line_span(source.text(), line).slice(source.text());
            if !text.starts_with(b"//") {
                return false;
            }
            let text = text.to_ascii_lowercase();
            if [&b"lock"[..], b"held", b"hold", b"not safe", b"not thread"]
                .iter()
                .any(|word| memchr::memmem::find(&text, word).is_some())
            {
                return true;
            }
        }
        false
    }

    /// The function that a call registers as a handler of HTTP requests. Tests make their requests one by one, as a
    /// rule.
    pub fn registered_handler(&self, cx: BodyCx<'p>, call: ExprId) -> Option<ExprId> {
        const METHODS: [&str; 2] = ["Handle", "HandleFunc"];
        let callee = cx.callee(call);
        let registers =
            callee.is_func("net/http", &METHODS) || callee.is_method("net/http", "ServeMux", &METHODS);
        if !registers || self.pkg.files[cx.file].is_test {
            return None;
        }
        let handler = cx.ast.unparen(*cx.args(call).get(1)?);
        match cx.ast.expr(handler) {
            Expr::Call { .. } if matches!(cx.callee(handler), Callee::Conversion(_)) => {
                cx.args(handler).first().copied()
            }
            _ => Some(handler),
        }
    }

    /// What a function does. A function that is being looked at already, in a recursion, does nothing.
    fn order(&self, func: Func) -> Rc<Order> {
        if let Some(known) = self.orders.borrow().get(&func) {
            return known.clone().unwrap_or_default();
        }
        self.orders.borrow_mut().insert(func, None);
        let order = match (self.flow.graph(func), self.block(func)) {
            (Some(graph), Some((cx, block))) => Walker::new(self, cx, func, &graph, block).run(),
            _ => Order::default(),
        };
        let order = Rc::new(order);
        self.orders.borrow_mut().insert(func, Some(Rc::clone(&order)));
        order
    }
}

/// The data flow over one function.
struct Walker<'a, 'p> {
    model: &'a Model<'p>,
    cx: BodyCx<'p>,
    func: Func,
    graph: &'a FuncGraph,
    spawns: Rc<[Spawn]>,
    defers: Vec<ExprId>,
    threads: Vec<(NodeRef, usize, Thread)>,
    out: Order,
    is_recording: bool,
}

impl<'a, 'p> Walker<'a, 'p> {
    fn new(model: &'a Model<'p>, cx: BodyCx<'p>, func: Func, graph: &'a FuncGraph, block: StmtId) -> Self {
        let mut defers = Vec::new();
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Defer(call) = cx.ast.stmt(stmt)
            {
                defers.push(call);
            }
        });
        let spawns = model.spawns(func.body);
        let out = Order::default();
        Self { model, cx, func, graph, spawns, defers, threads: Vec::new(), out, is_recording: false }
    }

    fn run(mut self) -> Order {
        let mut states: Vec<Option<State>> = vec![None; self.graph.blocks.len()];
        let mut visits = vec![0; states.len()];
        states[FuncGraph::ENTRY.index()] = Some(State::default());
        let mut queue = vec![FuncGraph::ENTRY];
        while let Some(block) = queue.pop() {
            visits[block.index()] += 1;
            if self.cx.pkg.bounds.count("turns of a data flow", MAX_VISITS < visits[block.index()]) {
                return Order::default();
            }
            let Some(mut state) = states[block.index()].clone() else { continue };
            self.block(block, &mut state);
            for edge in &self.graph.block(block).edges {
                let slot = &mut states[edge.to.index()];
                let changed = match slot {
                    Some(known) => known.merge(&state),
                    None => {
                        *slot = Some(state.clone());
                        true
                    }
                };
                if changed {
                    queue.push(edge.to);
                }
            }
        }
        self.is_recording = true;
        let mut at_exit: Option<State> = None;
        for (block, content) in self.graph.iter() {
            let Some(mut state) = states[block.index()].take() else { continue };
            self.block(block, &mut state);
            if content.exit.is_some_and(golint_conc_flow::ExitKind::returns) {
                match &mut at_exit {
                    Some(known) => {
                        known.merge(&state);
                    }
                    None => at_exit = Some(state),
                }
            }
        }
        self.finish(at_exit.unwrap_or_default())
    }

    fn finish(mut self, at_exit: State) -> Order {
        let live: Vec<_> = at_exit.live.iter().map(|&(thread, _)| thread).collect();
        for (position, (_, _, thread)) in self.threads.iter().enumerate() {
            if live.contains(&position) {
                self.out.live_at_exit.push(thread.clone());
            } else {
                self.out.accesses.extend(thread.accesses.iter().cloned());
            }
        }
        self.out.accesses.truncate(MAX_ACCESSES);
        self.out.live_at_exit.truncate(MAX_THREADS);
        self.out.locked_at_exit = at_exit.locks;
        // What the whole function signals is known only now.
        let releases = std::mem::take(&mut self.out.releases);
        self.out.races.retain(|race| {
            race.other_thread.is_some()
                || !race
                    .access
                    .waited
                    .iter()
                    .any(|path| releases.contains(path) && !race.other.released.contains(path))
        });
        self.out.releases = releases;
        self.out
    }

    fn block(&mut self, block: BlockId, state: &mut State) {
        for &step in &self.graph.block(block).steps {
            for found in of_step(self.model, self.cx, step) {
                let access = Access {
                    memory: found.memory,
                    path: found.path,
                    is_write: found.is_write,
                    body: self.func.body,
                    expr: found.expr,
                    locks: Vec::new(),
                    waited: Vec::new(),
                    released: Vec::new(),
                    waited_for_any: false,
                    is_own: false,
                    calls: Vec::new(),
                };
                self.access(access, state);
            }
            match step {
                Step::Eval(expr) => self.eval(expr, state),
                Step::Exec(stmt) => self.exec(stmt, state),
                Step::Next(stmt) => self.next(stmt, state),
                Step::RunDefers => {
                    for call in self.defers.clone().into_iter().rev() {
                        self.call(call, state);
                    }
                }
            }
        }
    }

    // --- accesses --------------------------------------------------------------------------------------------------

    /// An access that happens now, itself with what its own function knew of it.
    fn access(&mut self, mut access: Access, state: &State) {
        if !self.is_recording {
            return;
        }
        add_all(&mut access.locks, &state.locks);
        add_all(&mut access.released, &state.released);
        access.is_own |= state.fresh.contains(&access.path);
        // For what this function has waited is known by the goroutines that are left.
        for (position, stale) in &state.live {
            let thread = &self.threads[*position].2;
            if is_rooted_in(&access.path, stale) || thread.concurrency == Concurrency::Handler {
                continue;
            }
            for other in thread.accesses.iter() {
                if conflict(&access, other) && !access_waits_for(&access, thread) {
                    let race = Race {
                        body: self.func.body,
                        access: other.clone(),
                        thread: thread.clone(),
                        other: access.clone(),
                        other_thread: None,
                        is_same_place: false,
                    };
                    self.out.races.push(race);
                    break;
                }
            }
        }
        add_all(&mut access.waited, &state.waited);
        access.waited_for_any |= state.waited_for_any;
        if !self.cx.pkg.bounds.count("accesses of a function", MAX_ACCESSES <= self.out.accesses.len()) {
            self.out.accesses.push(access);
        }
    }

    // --- steps -----------------------------------------------------------------------------------------------------

    fn eval(&mut self, expr: ExprId, state: &mut State) {
        match self.cx.ast.expr(expr) {
            Expr::Call { .. } => self.call(expr, state),
            Expr::Unary { op: UnaryOp::Recv, operand } => self.receive(operand, state),
            Expr::Composite { elems, .. } => {
                for item in self.cx.ast.list(elems) {
                    let value = match self.cx.ast.expr(item) {
                        Expr::KeyValue { value, .. } => value,
                        _ => item,
                    };
                    self.escape(value, state);
                }
            }
            _ => {}
        }
    }

    fn exec(&mut self, stmt: StmtId, state: &mut State) {
        self.stored(stmt, state);
        match self.cx.ast.stmt(stmt) {
            Stmt::Go(call) => self.spawn(call, state),
            Stmt::Send { chan, value } => {
                self.escape(value, state);
                self.send(chan, state);
            }
            Stmt::Assign { lhs, op, rhs } => {
                for value in self.cx.ast.list(rhs) {
                    self.escape(value, state);
                }
                if op == AssignOp::Define {
                    for target in self.cx.ast.list(lhs) {
                        self.declared(target, state);
                    }
                }
            }
            Stmt::Decl { specs, .. } => {
                for spec in self.cx.ast.list(specs) {
                    if let Spec::Value { names, .. } = self.cx.ast.spec(spec) {
                        for name in self.cx.ast.list(names) {
                            self.declared(name, state);
                        }
                    }
                }
            }
            Stmt::Range { key, value, .. } => {
                for target in [key, value].into_iter().flatten() {
                    if let Some(local) = self.cx.local(target) {
                        state.made_anew(local);
                    }
                }
            }
            Stmt::Return(values) => {
                for value in self.cx.ast.list(values) {
                    self.escape(value, state);
                }
            }
            _ => {}
        }
    }

    /// What a parameter, or a field of it, holds that is set here is no longer the caller's.
    fn stored(&self, stmt: StmtId, state: &mut State) {
        for (target, value) in assigned(self.cx, stmt) {
            let Some(path) = self.cx.path(target) else { continue };
            state.fresh.retain(|known| known.root != path.root || !known.fields.starts_with(&path.fields));
            if is_own_map(self.cx, self.func, target, &path)
                && value.is_some_and(|value| self.model.makes_map(self.cx, value, 0))
            {
                state.fresh.push(path);
            }
        }
    }

    fn declared(&self, name: ExprId, state: &mut State) {
        if let Some(local) = self.cx.local(name)
            && self.cx.local_info(local).ident == name
        {
            state.made_anew(local);
        }
    }

    fn next(&mut self, stmt: StmtId, state: &mut State) {
        if let Stmt::Range { subject, .. } = self.cx.ast.stmt(stmt)
            && matches!(self.cx.underlying(subject), Type::Chan(..))
        {
            self.receive(subject, state);
        }
    }

    // --- signals ---------------------------------------------------------------------------------------------------

    fn sync_path(&self, expr: ExprId) -> Option<SyncPath> {
        canonical(self.model, self.cx, expr)
    }

    fn release(&mut self, path: Option<SyncPath>, state: &mut State) {
        let Some(path) = path else { return };
        add(&mut state.released, path.clone());
        add(&mut self.out.releases, path);
    }

    /// A channel, group or function that goes where it is not followed may be used there.
    fn escape(&mut self, value: ExprId, state: &mut State) {
        let ty = self.cx.type_of(value);
        let types = &self.cx.pkg.types;
        let target = types.deref(ty);
        let is_sync = matches!(types.get(self.cx.pkg.underlying(ty)), Type::Chan(..) | Type::Func(_))
            || matches!(types.get(target), Type::Named { pkg, .. } if pkg == "sync" || pkg == "sync/atomic");
        if is_sync && !matches!(self.cx.ast.expr(value), Expr::Func { .. }) {
            let path = self.sync_path(value);
            self.release(path, state);
        }
    }

    fn receive(&mut self, channel: ExprId, state: &mut State) {
        let channel = self.cx.ast.unparen(channel);
        if is_clock(self.cx, channel) {
            return;
        }
        match self.sync_path(channel).filter(|_| !self.is_from_call(channel)) {
            Some(path) => {
                add(&mut self.out.receives, path.clone());
                state.locks.retain(|lock| lock.path.as_ref() != Some(&path));
                self.wait(path, state);
            }
            None => self.wait_for_any(state),
        }
    }

    /// Whether a channel comes from a call of what is not the standard library's: whoever returned it may have started
    /// goroutines that send on it.
    fn is_from_call(&self, channel: ExprId) -> bool {
        let init = self.cx.local(channel).and_then(|local| self.cx.local_info(local).init);
        init.is_some_and(|(init, _)| {
            let init = self.cx.ast.unparen(init);
            let is_own = match self.cx.callee(init) {
                Callee::Builtin(_) | Callee::Conversion(_) => false,
                Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
                    !golint_conc_semantic::is_std(pkg.as_str())
                }
                Callee::Value | Callee::Literal(_) | Callee::Unknown(_) => true,
            };
            is_own && matches!(self.cx.ast.expr(init), Expr::Call { .. })
        })
    }

    fn send(&mut self, channel: ExprId, state: &mut State) {
        let Some(path) = self.sync_path(channel) else { return };
        self.release(Some(path.clone()), state);
        if !self.has_room(channel) {
            // At most one goroutine is between its send and the receive that makes room again.
            add(&mut state.locks, Lock { path: Some(path.clone()), is_exclusive: true });
            self.drop_live(state, |thread| thread.receives.contains(&path));
        }
    }

    /// Whether a channel surely has room for more than one element.
    fn has_room(&self, channel: ExprId) -> bool {
        let Some(local) = self.cx.local(channel) else { return false };
        let Some((init, _)) = self.cx.local_info(local).init else { return false };
        let init = self.cx.ast.unparen(init);
        if !self.cx.callee(init).is_builtin("make") {
            return false;
        }
        let args = self.cx.args(init);
        args.get(1).is_some_and(|&capacity| self.cx.const_int(capacity).is_none_or(|capacity| 1 < capacity))
    }

    fn wait(&mut self, path: SyncPath, state: &mut State) {
        self.drop_live(state, |thread| thread.releases.contains(&path));
        add(&mut self.out.waits, path.clone());
        add(&mut state.waited, path);
    }

    fn wait_for_any(&mut self, state: &mut State) {
        state.live.clear();
        state.waited_for_any = true;
        self.out.waits_for_any = true;
    }

    fn drop_live(&self, state: &mut State, ends: impl Fn(&Thread) -> bool) {
        state.live.retain(|(position, _)| !ends(&self.threads[*position].2));
    }

    // --- calls -----------------------------------------------------------------------------------------------------

    fn call(&mut self, call: ExprId, state: &mut State) {
        let call = self.cx.ast.unparen(call);
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return };
        let callee = self.cx.callee(call);
        let args = self.cx.args(call);
        if self.spawns.iter().any(|spawn| spawn.call == call && spawn.kind != SpawnKind::Go) {
            return self.spawn(call, state);
        }
        if let Some(op) = self.model.lock_op(self.cx, call) {
            let path = op.path.and_then(|path| resolve(self.model, self.cx, path));
            return self.lock(op.kind, path, state);
        }
        if self.sync_call(&callee, &args, state) {
            return;
        }
        if let Some(handler) = self.model.registered_handler(self.cx, call) {
            return self.handler(call, handler, state);
        }
        if let Some(target) = self.model.callable(self.cx, fun) {
            let binding = self.model.bind(self.cx, fun, &args, target);
            let has_lock_name = target.lit.is_none() && 0 < lock_effect(&callee);
            let before = state.locks.len();
            if 0 < before && target.lit.is_none() {
                add(&mut self.out.locked_calls, target.body);
            }
            self.run_callee(call, target, &binding, state);
            if has_lock_name && state.locks.len() == before {
                add(&mut state.locks, Lock { path: None, is_exclusive: true });
            }
            return;
        }
        self.unknown_call(call, fun, &callee, &args, state);
    }

    fn lock(&mut self, kind: LockOpKind, path: Option<SyncPath>, state: &mut State) {
        if kind.acquires() {
            // Who holds the lock of a condition sees what was done before it was signalled.
            if let Some((last, rest)) = path.as_ref().and_then(|path| path.fields.split_last())
                && *last == "L"
            {
                let cond = path.as_ref().map(|path| AccessPath { root: path.root, fields: rest.to_vec() });
                if let Some(cond) = cond {
                    self.wait(cond, state);
                }
            }
            add(&mut state.locks, Lock { path, is_exclusive: kind == LockOpKind::Lock });
            return;
        }
        if !state.locks.iter().any(|lock| lock.path == path) {
            add(&mut self.out.unlocks, path.clone());
        }
        state.locks.retain(|lock| lock.path != path);
    }

    /// The calls of packages that order goroutines; tells whether it was one.
    fn sync_call(&mut self, callee: &Callee, args: &[ExprId], state: &mut State) -> bool {
        let recv = || self.cx.receiver_path(callee).and_then(|path| resolve(self.model, self.cx, path));
        match callee {
            Callee::Builtin(name) if *name == "close" => {
                let path = args.first().and_then(|&channel| self.sync_path(channel));
                self.release(path, state);
            }
            Callee::Method { pkg, type_name, name, .. } => {
                let path = recv();
                match (pkg.as_str(), type_name.as_str(), name.as_str()) {
                    ("sync", "WaitGroup", "Done") | ("sync", "Cond", "Signal" | "Broadcast") => {
                        self.release(path, state);
                    }
                    ("sync", "WaitGroup" | "Cond", "Wait")
                    | ("golang.org/x/sync/errgroup", "Group", "Wait")
                    | ("sync/atomic", _, "Load") => match path {
                        Some(path) => self.wait(path, state),
                        None => self.wait_for_any(state),
                    },
                    ("sync/atomic", _, "CompareAndSwap" | "Swap")
                    | ("golang.org/x/sync/semaphore", _, "Acquire" | "TryAcquire") => {
                        self.release(path.clone(), state);
                        add(&mut state.locks, Lock { path, is_exclusive: true });
                    }
                    ("golang.org/x/sync/semaphore", _, "Release") => {
                        state.locks.retain(|lock| lock.path != path);
                        self.release(path, state);
                    }
                    ("sync/atomic", ..) => self.release(path, state),
                    ("sync", "Locker", "Lock") => self.lock(LockOpKind::Lock, path, state),
                    ("sync", "Locker", "Unlock") => self.lock(LockOpKind::Unlock, path, state),
                    // What runs once runs before everybody who asks for it goes on.
                    ("sync", "Once", "Do") | ("golang.org/x/sync/singleflight", ..) => {}
                    ("sync", "Map" | "Pool" | "WaitGroup", _) => {}
                    _ => return false,
                }
            }
            Callee::Func { pkg, name, .. } if *pkg == "sync/atomic" => {
                let path = args.first().and_then(|&variable| self.sync_path(variable));
                let name = name.as_str();
                if name.starts_with("Load") {
                    match path {
                        Some(path) => self.wait(path, state),
                        None => self.wait_for_any(state),
                    }
                } else {
                    self.release(path.clone(), state);
                    if name.starts_with("CompareAndSwap") || name.starts_with("Swap") {
                        add(&mut state.locks, Lock { path, is_exclusive: true });
                    }
                }
            }
            _ => return false,
        }
        true
    }

    /// Runs a function of the package in this goroutine.
    fn run_callee(&mut self, call: ExprId, target: Func, binding: &Binding, state: &mut State) {
        let order = self.model.order(target);
        let translate = Translation { walker: self, target, binding };
        let accesses = order.accesses.iter().filter(|access| access.calls.len() < MAX_CALLS);
        let accesses: Vec<_> = accesses
            .filter(|_| self.is_recording)
            .filter_map(|access| translate.access(access, call))
            .collect();
        let paths =
            |list: &[SyncPath]| list.iter().filter_map(|path| translate.path(path)).collect::<Vec<_>>();
        let (releases, receives, waits) =
            (paths(&order.releases), paths(&order.receives), paths(&order.waits));
        let locked: Vec<_> = order.locked_at_exit.iter().map(|lock| translate.lock(lock)).collect();
        let unlocks: Vec<_> =
            order.unlocks.iter().map(|path| path.as_ref().and_then(|path| translate.path(path))).collect();
        let (callbacks, unbound) = translate.callbacks(&order.callbacks);
        for access in accesses {
            self.access(access, state);
        }
        for (param, locks) in unbound {
            let locks = state.locks.iter().cloned().chain(locks).collect();
            self.calls_back(param, locks);
        }
        for (callback, binding, locks) in callbacks {
            let outer = state.locks.clone();
            add_all(&mut state.locks, &locks);
            if callback != target {
                self.run_callee(call, callback, &binding, state);
            }
            state.locks = outer;
        }
        for path in releases {
            self.release(Some(path), state);
        }
        add_all(&mut self.out.receives, &receives);
        for path in waits {
            self.wait(path, state);
        }
        if order.waits_for_any {
            self.wait_for_any(state);
        }
        state.locks.retain(|lock| !unlocks.contains(&lock.path));
        add_all(&mut self.out.unlocks, &unlocks);
        add_all(&mut state.locks, &locked);
        for (index, thread) in order.live_at_exit.iter().enumerate() {
            let make = |walker: &Self| Translation { walker, target, binding }.thread(thread, call);
            self.start(NodeRef::Expr(call), index + 1, make, state);
        }
    }

    /// A parameter is called, perhaps one of the function around.
    fn calls_back(&mut self, param: LocalId, locks: Vec<Lock>) {
        if !self.out.callbacks.iter().any(|(known, _)| *known == param) {
            self.out.callbacks.push((param, locks));
        }
    }

    /// A call of what is not followed: by its name it may lock or wait, and what it is given it may use.
    fn unknown_call(
        &mut self,
        call: ExprId,
        fun: ExprId,
        callee: &Callee,
        args: &[ExprId],
        state: &mut State,
    ) {
        let std = match callee {
            Callee::Conversion(_) | Callee::Builtin(_) => return,
            Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
                golint_conc_semantic::is_std(pkg.as_str())
            }
            _ => false,
        };
        if let Some(local) = self.cx.local(fun)
            && self.cx.local_info(local).kind == LocalKind::Param
        {
            self.calls_back(local, state.locks.clone());
        }
        for &arg in args {
            self.escape(arg, state);
            // The standard library calls what it is given before it returns, but for what starts something.
            if std
                && runs_now(callee)
                && let Some(target) = self.model.callable(self.cx, arg)
            {
                self.run_callee(call, target, &Binding::default(), state);
            }
        }
        if std {
            return;
        }
        if matches!(callee, Callee::Value) {
            let path = self.sync_path(fun);
            self.release(path, state);
        }
        let name = match self.cx.ast.expr(self.cx.ast.unparen(fun)) {
            Expr::Ident(name) => Some(name),
            Expr::Selector { sel, .. } => self.cx.ast.ident(sel),
            _ => None,
        };
        let Some(name) = name else { return };
        let is_lock = callee.name().is_none()
            || matches!(callee, Callee::Method { kind, .. } if *kind != MemberKind::Field);
        match lock_effect_of(name) {
            1 if is_lock => {
                add(&mut state.locks, Lock { path: None, is_exclusive: true });
            }
            -1 => state.locks.retain(|lock| lock.path.is_some()),
            _ => {}
        }
        if sounds_like_waiting(name) {
            let roots = roots_in(self.cx, call);
            self.drop_live(state, |thread| thread.hangs_on(&roots));
            state.waited_for_any = true;
            self.out.waits_for_any = true;
        }
    }

    // --- goroutines ------------------------------------------------------------------------------------------------

    fn spawn(&mut self, call: ExprId, state: &mut State) {
        let spawns = Rc::clone(&self.spawns);
        let Some(spawn) = spawns.iter().find(|spawn| spawn.call == call) else { return };
        let Some((fun, args)) = self.model.spawned(spawn) else { return };
        let Some(target) = spawn.target else {
            for &arg in &args {
                self.escape(arg, state);
            }
            return;
        };
        self.start(spawn.node, 0, |walker| walker.started(spawn, (fun, &args), target), state);
    }

    /// What a goroutine does that is started with arguments.
    fn started(&self, spawn: &Spawn, (fun, args): (ExprId, &[ExprId]), target: Func) -> Thread {
        let mut binding = self.model.bind(self.cx, fun, args, target);
        // An argument is evaluated here: of a variable that is assigned again, who knows what it held.
        for bound in &mut binding.0 {
            bound.path = bound.path.take().filter(|path| match path.root {
                Root::Local(local) => {
                    !path.fields.is_empty() || !self.model.is_assigned_again(self.cx, local)
                }
                _ => true,
            });
        }
        let mut thread = self.thread(spawn.node, spawn.call, target, &binding);
        let callee = self.cx.callee(spawn.call);
        let group = match spawn.kind {
            SpawnKind::WaitGroup | SpawnKind::ErrGroup => {
                self.cx.receiver_path(&callee).and_then(|path| resolve(self.model, self.cx, path))
            }
            SpawnKind::Go | SpawnKind::AfterFunc => None,
        };
        let is_limited = spawn.kind == SpawnKind::ErrGroup && self.is_limited_to_one(group.as_ref());
        let concurrency = if is_limited { Concurrency::OneAtATime } else { Concurrency::Started };
        thread.releases.extend(group);
        Thread { concurrency, ..thread }
    }

    /// What a goroutine does that runs a function of the package.
    fn thread(&self, node: NodeRef, call: ExprId, target: Func, binding: &Binding) -> Thread {
        let order = self.model.order(target);
        let translate = Translation { walker: self, target, binding };
        let inner = order.live_at_exit.iter().flat_map(|thread| thread.accesses.iter());
        let accesses = order.accesses.iter().chain(inner).filter_map(|access| {
            let mut access = translate.access(access, call)?;
            // The step into the goroutine is not a call.
            access.calls.remove(0);
            Some(access)
        });
        let mut accesses: Vec<_> = accesses.collect();
        let mut releases = translate.paths(&order.releases);
        let mut callbacks = order.callbacks.clone();
        for thread in &order.live_at_exit {
            add_all(&mut releases, &translate.paths(&thread.releases));
            callbacks.extend(thread.callbacks.iter().cloned());
        }
        let (bound, callbacks) = translate.callbacks(&callbacks);
        for (callback, binding, locks) in bound.into_iter().filter(|(callback, ..)| *callback != target) {
            let inner = self.thread(node, call, callback, &binding);
            add_all(&mut releases, &inner.releases);
            accesses.extend(inner.accesses.iter().map(|access| {
                let locks = access.locks.iter().chain(&locks).cloned().collect();
                Access { locks, ..access.clone() }
            }));
        }
        Thread {
            body: self.func.body,
            node,
            accesses: accesses.into(),
            releases,
            receives: translate.paths(&order.receives),
            callbacks,
            concurrency: Concurrency::Started,
        }
    }

    /// A handler of requests is registered: the server runs it in a goroutine for each of them.
    fn handler(&mut self, call: ExprId, handler: ExprId, state: &mut State) {
        let Some(target) = self.model.callable(self.cx, handler) else { return };
        let binding = self.model.bind(self.cx, handler, &[], target);
        let node = NodeRef::Expr(call);
        let make = |walker: &Self| {
            let thread = walker.thread(node, call, target, &binding);
            Thread { concurrency: Concurrency::Handler, ..thread }
        };
        self.start(node, 0, make, state);
    }

    /// Whether the package says `SetLimit(1)` to an error group in this function.
    fn is_limited_to_one(&self, group: Option<&AccessPath>) -> bool {
        self.model.calls(self.func.body).iter().any(|call| {
            call.callee.is_method("golang.org/x/sync/errgroup", "Group", &["SetLimit"])
                && self.cx.receiver_path(&call.callee).as_ref() == group
                && self.cx.args(call.expr).first().is_some_and(|&limit| self.cx.const_int(limit) == Some(1))
        })
    }

    /// A goroutine begins to run beside those that run already. `make` says what it does, when the place is passed for the
    /// first time.
    fn start(&mut self, site: NodeRef, index: usize, make: impl FnOnce(&Self) -> Thread, state: &mut State) {
        let known = self.threads.iter().position(|(node, at, _)| *node == site && *at == index);
        let position = match known {
            Some(position) => position,
            None if self.threads.len() < MAX_THREADS => {
                let thread = with_own(make(self), &state.fresh);
                self.threads.push((site, index, thread));
                self.threads.len() - 1
            }
            None => return,
        };
        if self.is_recording {
            for (other, stale) in state.live.clone() {
                self.pair_threads(position, other, &stale);
            }
            if self.threads[position].2.concurrency == Concurrency::Handler {
                self.pair_threads(position, position, &[]);
            }
        }
        match state.live.iter_mut().find(|(live, _)| *live == position) {
            Some((_, stale)) => stale.clear(),
            None => state.live.push((position, Vec::new())),
        }
    }

    fn pair_threads(&mut self, new: usize, old: usize, stale: &[LocalId]) {
        let (first, second) = (&self.threads[new].2, &self.threads[old].2);
        let is_same_place = new == old;
        // Requests are served when everything else has been set up.
        let is_handler = |thread: &Thread| thread.concurrency == Concurrency::Handler;
        if (is_same_place && first.concurrency == Concurrency::OneAtATime)
            || is_handler(first) != is_handler(second)
        {
            return;
        }
        let mut found = Vec::new();
        for a in first.accesses.iter() {
            for b in second.accesses.iter() {
                if is_rooted_in(&a.path, stale)
                    || !conflict(a, b)
                    || access_waits_for(a, second)
                    || access_waits_for(b, first)
                {
                    continue;
                }
                let (access, thread, other, other_thread) =
                    if a.is_write { (a, first, b, second) } else { (b, second, a, first) };
                found.push(Race {
                    body: self.func.body,
                    access: access.clone(),
                    thread: thread.clone(),
                    other: other.clone(),
                    other_thread: Some(other_thread.clone()),
                    is_same_place,
                });
            }
        }
        self.out.races.extend(found);
    }
}

/// Paths of a callee in the words of its caller.
struct Translation<'w, 'a, 'p> {
    walker: &'w Walker<'a, 'p>,
    target: Func,
    binding: &'w Binding,
}

impl Translation<'_, '_, '_> {
    fn path(&self, path: &AccessPath) -> Option<AccessPath> {
        let cx = self.walker.cx;
        let moved = match (path.root, self.binding.rebase(path)) {
            (_, Some(moved)) => moved,
            (Root::Local(local), None) if self.target.body == cx.id => {
                let lit = self.target.lit?;
                let declared = cx.ast.expr_span(cx.local_info(local).ident);
                if cx.ast.expr_span(lit).contains(declared) {
                    return None;
                }
                path.clone()
            }
            _ => return None,
        };
        resolve(self.walker.model, cx, moved)
    }

    /// Whether a path begins at a receiver or parameter of the callee.
    fn is_param(&self, path: &AccessPath) -> bool {
        let Root::Local(local) = path.root else { return false };
        let inner = self.walker.model.body(self.target.body);
        let info = inner.local_info(local);
        info.func == self.target.lit && matches!(info.kind, LocalKind::Param | LocalKind::Receiver)
    }

    fn lock(&self, lock: &Lock) -> Lock {
        let path = lock.path.as_ref().and_then(|path| self.path(path));
        Lock { path, is_exclusive: lock.is_exclusive }
    }

    fn paths(&self, paths: &[SyncPath]) -> Vec<SyncPath> {
        paths.iter().filter_map(|path| self.path(path)).collect()
    }

    fn access(&self, access: &Access, call: ExprId) -> Option<Access> {
        if access.is_own && self.is_param(&access.path) {
            return None;
        }
        let path = self.path(&access.path)?;
        let mut calls = vec![(self.walker.func.body, call)];
        calls.extend(access.calls.iter().copied());
        Some(Access {
            path,
            locks: access.locks.iter().map(|lock| self.lock(lock)).collect(),
            waited: self.paths(&access.waited),
            released: self.paths(&access.released),
            calls,
            ..access.clone()
        })
    }

    /// What the caller gives to be called, and the parameters of functions further out that are called.
    fn callbacks(&self, callbacks: &[Callback]) -> (Vec<Called>, Vec<Callback>) {
        let (model, cx) = (self.walker.model, self.walker.cx);
        let (mut bound, mut unbound) = (Vec::new(), Vec::new());
        for (param, locks) in callbacks {
            let locks: Vec<_> = locks.iter().map(|lock| self.lock(lock)).collect();
            let Some(arg) = self.binding.0.iter().find(|bound| bound.local == *param).map(|bound| bound.arg)
            else {
                if self.target.body == cx.id && self.target.lit.is_some() {
                    unbound.push((*param, locks));
                }
                continue;
            };
            match (model.callable(cx, arg), cx.local(arg)) {
                (Some(func), _) => bound.push((func, model.bind(cx, arg, &[], func), locks)),
                (None, Some(local)) if cx.local_info(local).kind == LocalKind::Param => {
                    unbound.push((local, locks));
                }
                _ => {}
            }
        }
        (bound, unbound)
    }

    fn thread(&self, thread: &Thread, call: ExprId) -> Thread {
        let mut accesses: Vec<_> = thread
            .accesses
            .iter()
            .filter_map(|access| {
                let mut access = self.access(access, call)?;
                access.calls.remove(0);
                Some(access)
            })
            .collect();
        let (bound, callbacks) = self.callbacks(&thread.callbacks);
        for (callback, binding, locks) in bound {
            let inner = self.walker.thread(thread.node, call, callback, &binding);
            accesses.extend(inner.accesses.iter().map(|access| {
                let locks = access.locks.iter().chain(&locks).cloned().collect();
                Access { locks, ..access.clone() }
            }));
        }
        Thread {
            accesses: accesses.into(),
            callbacks,
            releases: self.paths(&thread.releases),
            receives: self.paths(&thread.receives),
            ..thread.clone()
        }
    }
}

/// A goroutine that is started where the function has made some of what it uses itself.
fn with_own(thread: Thread, fresh: &[AccessPath]) -> Thread {
    if fresh.is_empty() {
        return thread;
    }
    let accesses = thread.accesses.iter().map(|access| {
        let is_own = access.is_own || fresh.contains(&access.path);
        Access { is_own, ..access.clone() }
    });
    Thread { accesses: accesses.collect(), ..thread }
}

/// The variables that an expression names, literals in it included.
pub(crate) fn roots_in(cx: BodyCx<'_>, expr: ExprId) -> Vec<Root> {
    let mut roots = Vec::new();
    walk(cx.ast, expr, |node| {
        if let NodeRef::Expr(expr) = node
            && matches!(cx.ast.expr(expr), Expr::Ident(_))
            && let Some(path) = cx.path(expr)
        {
            add(&mut roots, path.root);
        }
        Walk::Into
    });
    roots
}

/// Whether two accesses are of the same memory, one of them writes, and no lock is held at both.
fn conflict(a: &Access, b: &Access) -> bool {
    a.memory == b.memory
        && a.path == b.path
        && (a.is_write || b.is_write)
        && !a.waited_for_any
        && !b.waited_for_any
        && !is_guarded(&a.locks, &b.locks)
}

/// Whether locks exclude each other. Two different locks are taken to do so, too, unless all that is held is the read
/// side of the same lock.
fn is_guarded(a: &[Lock], b: &[Lock]) -> bool {
    !a.is_empty()
        && !b.is_empty()
        && !a.iter().chain(b).all(|lock| !lock.is_exclusive && lock.path.is_some() && lock.path == a[0].path)
}

fn access_waits_for(access: &Access, thread: &Thread) -> bool {
    access.waited.iter().any(|path| thread.releases.contains(path))
}

fn is_rooted_in(path: &AccessPath, locals: &[LocalId]) -> bool {
    matches!(path.root, Root::Local(local) if locals.contains(&local))
}

/// Whether a channel is one that the clock sends on.
fn is_clock(cx: BodyCx<'_>, channel: ExprId) -> bool {
    match cx.ast.expr(channel) {
        Expr::Call { .. } => cx.callee(channel).is_func("time", &["After", "Tick"]),
        Expr::Selector { base, .. } => {
            cx.is_named(base, "time", "Timer") || cx.is_named(base, "time", "Ticker")
        }
        _ => false,
    }
}

/// Whether a function of the standard library calls its arguments before it returns, in the same goroutine and at the
/// same time as nobody else.
fn runs_now(callee: &Callee) -> bool {
    const OTHERS: [&str; 7] = ["sync", "time", "context", "runtime", "net/http", "os/signal", "expvar"];
    match callee {
        Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => !OTHERS.contains(&pkg.as_str()),
        _ => false,
    }
}

fn lock_effect_of(name: Symbol) -> i32 {
    crate::sync::lock_effect_of_name(name.as_str())
}

/// Whether something of this name may return only when other goroutines have come to an end.
fn sounds_like_waiting(name: Symbol) -> bool {
    const WORDS: [&str; 12] = [
        "wait",
        "join",
        "stop",
        "close",
        "shutdown",
        "drain",
        "done",
        "finish",
        "sync",
        "flush",
        "eventually",
        "quit",
    ];
    let name = name.as_str().to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}
