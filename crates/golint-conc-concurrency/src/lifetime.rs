//! What ends a goroutine, or that nothing does.

use golint_conc_flow::{Block, BlockId, ExitKind, Flow, Func, FuncGraph, LoopExitKind, Step};
use golint_conc_semantic::{
    AccessPath, BodyCx, BodyId, Callee, Local, LocalId, LocalKind, MemberKind, ObjKind, Root, Type, TypeId,
};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, walk_inline};
use golint_conc_syntax::{Signals, Symbol, has_word};
use rustc_hash::FxHashSet;

use crate::channels::{ChanKey, ChanUseKind, is_select_comm};
use crate::model::{MAX_REACH, Model, Spawn, SpawnKind};
use crate::scope::ContextInScope;

/// How many calls on the ways up to `main` or `init` are looked at.
const MAX_CALLERS: usize = 64;

/// How many functions of the package are followed from a goroutine's.
const MAX_RUNS: usize = 16;

/// Types whose values are handed to the functions that run a command, as `main` does.
pub(crate) const COMMANDS: [(&str, &str); 5] = [
    ("github.com/spf13/cobra", "Command"),
    ("github.com/urfave/cli", "Context"),
    ("github.com/urfave/cli/v2", "Context"),
    ("github.com/urfave/cli/v3", "Command"),
    ("github.com/minio/cli", "Context"),
];

/// A library whose commands are structs with a method `Run`.
const KONG: &str = "github.com/alecthomas/kong";

/// How long the object or request lives that a place works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifetime {
    /// As long as the process, or the place runs once: it is in `main` or `init`, in the value of a package-level
    /// variable, in the entry function of a command, under a `sync.Once` or an equal guard, or in a function that only
    /// such places call, in this package or in others of the module.
    Process,
    /// Not known: an exported function that makes no object and serves no request, which other packages may well call
    /// once from their `main`.
    Unknown,
    /// Shorter, for all that can be seen.
    Shorter,
}

/// A loop or a wait that nobody can end.
#[derive(Clone, Debug)]
pub struct UnendingStmt {
    /// The function that has it.
    pub func: Func,
    /// The loop, or the statement that waits.
    pub stmt: StmtId,
    /// Why it goes on.
    pub why: Unending,
}

/// Why a loop or a wait goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unending {
    /// It has no condition and no way out.
    NoExit,
    /// It ranges over this channel, which only the package can reach and which nothing in it closes.
    NeverClosed(String),
    /// It waits by the clock and tries again until what it tries succeeds; nothing else ends it.
    Polls,
    /// It receives from this channel, which only its function can reach and on which nothing is sent and which is not
    /// closed.
    NeverSent(String),
    /// It is a `select` without a case.
    NoCase,
}

impl<'p> Model<'p> {
    /// `func` and the functions of this package that it surely calls in the same goroutine if it comes so far: declared
    /// functions, literals called on the spot or deferred, and variables that only ever hold one literal. Bounded.
    pub fn runs(&self, func: Func) -> Vec<Func> {
        let mut order = vec![func];
        let mut next = 0;
        while let Some(&current) = order.get(next) {
            next += 1;
            let Some((cx, block)) = self.block(current) else { continue };
            let parents = self.parents(current.body);
            walk_inline(cx.ast, block, |node| {
                let NodeRef::Expr(expr) = node else { return };
                let Expr::Call { fun, .. } = cx.ast.expr(expr) else { return };
                let is_go = matches!(parents.parent(expr), Some(NodeRef::Stmt(stmt))
                    if matches!(cx.ast.stmt(stmt), Stmt::Go(_)));
                if let Some(target) = self.callable(cx, fun)
                    && !is_go
                    && order.len() < MAX_RUNS
                    && !order.contains(&target)
                {
                    order.push(target);
                }
            });
        }
        order
    }

    /// The first loop in what a goroutine runs that nothing ends.
    pub fn unending_loop(&self, func: Func) -> Option<UnendingStmt> {
        self.runs(func).into_iter().find_map(|func| {
            let cx = self.body(func.body);
            if cx.ast.is_opaque {
                return None;
            }
            let graph = self.flow.graph(func)?;
            let reachable = graph.reachable(FuncGraph::ENTRY);
            let mut stmts: Vec<_> = graph.loops.iter().filter(|l| reachable.contains(l.header)).collect();
            stmts.sort_by_key(|l| cx.ast.stmt_span(l.stmt).start);
            stmts.into_iter().find_map(|found| {
                let stmt = found.stmt;
                let why = match cx.ast.stmt(stmt) {
                    _ if self.is_endless(cx, stmt) => Unending::NoExit,
                    Stmt::Range { subject, .. } if self.is_never_closed(cx, subject) => {
                        Unending::NeverClosed(cx.text(subject).to_owned())
                    }
                    _ => return None,
                };
                let is_range = matches!(cx.ast.stmt(stmt), Stmt::Range { .. });
                let exits = graph.loop_exits(stmt);
                let stays = exits.iter().all(|exit| match exit.kind {
                    // Of the ranges that come here, none runs out of elements.
                    LoopExitKind::Done => is_range,
                    LoopExitKind::Jump => false,
                    LoopExitKind::Exit(kind) => matches!(kind, ExitKind::Stuck(_)),
                });
                if stays {
                    return (!self.may_end_in_callee(cx, stmt)).then_some(UnendingStmt { func, stmt, why });
                }
                let polls = why == Unending::NoExit && self.tries_until_success(cx, stmt);
                polls.then_some(UnendingStmt { func, stmt, why: Unending::Polls })
            })
        })
    }

    /// The first wait outside of loops in what a goroutine runs that nothing ends: for a channel that nobody knows but
    /// those who wait for it, or for nothing at all.
    pub fn unending_wait(&self, func: Func) -> Option<UnendingStmt> {
        self.runs(func).into_iter().find_map(|func| {
            let (cx, graph) = (self.body(func.body), self.flow.graph(func)?);
            if cx.ast.is_opaque {
                return None;
            }
            let reachable = graph.reachable(FuncGraph::ENTRY);
            let parents = self.parents(func.body);
            let waits = graph.points().filter(|(point, _)| reachable.contains(point.block));
            let found = waits.into_iter().find_map(|(_, step)| {
                let Step::Eval(recv) = step else { return None };
                let Expr::Unary { op: UnaryOp::Recv, operand } = cx.ast.expr(recv) else { return None };
                let channel = self.local_channel(cx, operand)?;
                let is_dead = channel.is_closed_world()
                    && !channel.has(ChanUseKind::Send)
                    && !channel.has(ChanUseKind::Close)
                    && !is_select_comm(cx, &parents, recv);
                let stmt = parents.enclosing_stmt(recv)?;
                is_dead.then(|| (stmt, Unending::NeverSent(cx.text(operand).to_owned())))
            });
            let ends_nowhere = |(id, block): (BlockId, &Block)| {
                reachable.contains(id) && block.edges.is_empty() && block.exit.is_none()
            };
            let (stmt, why) = found.or_else(|| {
                let stands = graph.iter().any(ends_nowhere).then(|| empty_select(cx, func, &self.flow))??;
                Some((stands, Unending::NoCase))
            })?;
            Some(UnendingStmt { func, stmt, why })
        })
    }

    /// Whether a loop calls a function of the package that ends the goroutine or the process on some path.
    fn may_end_in_callee(&self, cx: BodyCx<'p>, stmt: StmtId) -> bool {
        let mut found = false;
        walk_inline(cx.ast, stmt, |node| {
            let NodeRef::Expr(expr) = node else { return };
            let Expr::Call { fun, .. } = cx.ast.expr(expr) else { return };
            let graph = self.callable(cx, fun).and_then(|callee| self.flow.graph(callee));
            found |= graph.is_some_and(|graph| {
                let ends = |kind| matches!(kind, ExitKind::Goexit(_) | ExitKind::ProcessEnd(_));
                graph.exits().iter().any(|exit| ends(exit.kind))
            });
        });
        found
    }

    /// The context of a caller that a goroutine could have been given, and the loop or wait that nobody can end for
    /// want of it. Nothing where the goroutine knows a context, is waited for, or runs as long as the process.
    pub fn unending_without_context(&self, spawn: &Spawn) -> Option<(ContextInScope, UnendingStmt)> {
        let context = self.caller_context(self.body(spawn.body), spawn.node)?;
        let target = spawn.target?;
        let turn = self.unending_loop(target).or_else(|| self.unending_wait(target))?;
        let is_tied = self.has_context(spawn)
            || self.is_waited_for(spawn)
            || self.lifetime(spawn.body, spawn.node) == Lifetime::Process;
        (!is_tied).then_some((context, turn))
    }

    /// Whether a channel is one that only this package can reach and that nothing in it closes.
    fn is_never_closed(&self, cx: BodyCx<'p>, subject: ExprId) -> bool {
        let channel = self.channel_of(cx, subject).or_else(|| self.local_channel(cx, subject));
        channel.is_some_and(|channel| {
            let is_seen_whole = !self.pkg.is_partial || matches!(channel.key, ChanKey::Local(..));
            is_seen_whole && channel.is_closed_world() && !channel.has(ChanUseKind::Close)
        })
    }

    /// Whether a goroutine is given a context or request, or reaches one that it did not make itself.
    pub fn has_context(&self, spawn: &Spawn) -> bool {
        let cx = self.body(spawn.body);
        let mut found = false;
        walk_inline(cx.ast, spawn.call, |node| {
            found |= matches!(node, NodeRef::Expr(expr) if is_context(cx, expr) && !is_root(cx, expr));
        });
        found || spawn.target.is_some_and(|target| self.knows_context(target))
    }

    /// Whether a function reaches a context or request that it did not make itself and that its call does not give it.
    pub(crate) fn knows_context(&self, target: Func) -> bool {
        let called = self.runs(target);
        let (reached, _) = self.reach(target);
        // A bound makes no finding.
        MAX_REACH <= reached.len()
            || reached.into_iter().any(|func| {
                let Some((cx, block)) = self.block(func) else { return true };
                // What a parameter is, the call says, which is looked at on its own.
                let is_own = |expr| called.contains(&func) && is_parameter(cx, expr, func);
                let mut found = false;
                walk_inline(cx.ast, block, |node| {
                    let NodeRef::Expr(expr) = node else { return };
                    found |= is_context(cx, expr) && !is_root(cx, expr) && !is_own(expr);
                });
                found
            })
    }

    /// Whether somebody waits for the goroutine: it was started by a group, or marks a `WaitGroup` as done.
    pub fn is_waited_for(&self, spawn: &Spawn) -> bool {
        if matches!(spawn.kind, SpawnKind::WaitGroup | SpawnKind::ErrGroup) {
            return true;
        }
        spawn.target.is_some_and(|target| self.marks_done(target))
    }

    /// Whether a function, or what it reaches, marks a `WaitGroup` as done.
    pub(crate) fn marks_done(&self, target: Func) -> bool {
        self.reach(target).0.into_iter().any(|func| {
            let Some((cx, block)) = self.block(func) else { return true };
            let mut found = false;
            walk_inline(cx.ast, block, |node| {
                if let NodeRef::Expr(expr) = node
                    && matches!(cx.ast.expr(expr), Expr::Call { .. })
                {
                    found |= cx.callee(expr).is_method("sync", "WaitGroup", &["Done"]);
                }
            });
            found
        })
    }

    /// How often a place may start something that never ends.
    pub fn lifetime(&self, body: BodyId, node: impl Into<NodeRef>) -> Lifetime {
        self.lifetime_bounded(body, node.into(), &mut FxHashSet::default())
    }

    fn lifetime_bounded(
        &self,
        body: BodyId,
        node: NodeRef,
        seen: &mut FxHashSet<(BodyId, NodeRef)>,
    ) -> Lifetime {
        // A place that is being looked at further up adds nothing.
        if !seen.insert((body, node)) {
            return Lifetime::Process;
        }
        let cx = self.body(body);
        let parents = self.parents(body);
        // The runtime is the process.
        if self.pkg.path == "runtime" || self.is_guarded_once(cx, node) {
            return Lifetime::Process;
        }
        if self.is_in_lasting_loop(cx, node) {
            return Lifetime::Shorter;
        }
        let mut at = node;
        while let Some(lit) = parents.enclosing_func(cx.ast, at) {
            if takes_command(cx, Some(lit)) {
                return Lifetime::Process;
            }
            let Some(NodeRef::Expr(call)) = parents.parent(lit) else { return Lifetime::Shorter };
            let Expr::Call { fun, .. } = cx.ast.expr(call) else {
                // What `init` registers is called by whoever it is registered with, most likely once.
                let is_field = matches!(cx.ast.expr(call), Expr::KeyValue { .. });
                let registers = is_field && self.is_process_lifetime(body);
                return if registers { Lifetime::Unknown } else { Lifetime::Shorter };
            };
            let callee = cx.callee(call);
            let is_once = callee.is_method("sync", "Once", &["Do"])
                || callee.is_func("sync", &["OnceFunc", "OnceValue", "OnceValues"]);
            if is_once {
                return Lifetime::Process;
            }
            if cx.ast.unparen(fun) != lit
                && !self.spawns(body).iter().any(|spawn| spawn.call == call)
                && !self.is_called_there(cx, call, lit)
            {
                return Lifetime::Shorter;
            }
            at = lit.into();
        }
        if self.is_process_lifetime(body) || takes_command(cx, None) || self.is_command(body) {
            return Lifetime::Process;
        }
        // A bound makes no finding.
        if self.pkg.bounds.count("callers of a function", MAX_CALLERS <= seen.len()) {
            return Lifetime::Process;
        }
        let decl = self.pkg.body_decl(body);
        let Some(callers) = self.all_callers(body) else { return Lifetime::Shorter };
        let mut is_called = !callers.is_empty() || self.is_in_plain_variable(decl.name);
        let mut own = None;
        for (caller, call) in callers.into_iter().filter(|&(caller, _)| caller != body) {
            own = own.max(Some(self.lifetime_bounded(caller, call.into(), seen)));
            if own == Some(Lifetime::Shorter) {
                return Lifetime::Shorter;
            }
        }
        let others = if self.pkg.name == "main" || !decl.name.is_exported() {
            Lifetime::Process
        } else {
            let elsewhere = self.lifetime_elsewhere(body);
            is_called |= elsewhere.is_some();
            match elsewhere {
                Some(Lifetime::Process) => Lifetime::Process,
                _ if sets_up(cx) => Lifetime::Unknown,
                elsewhere => elsewhere.unwrap_or(Lifetime::Process),
            }
        };
        match (own, others) {
            (None, Lifetime::Process) if !is_called => Lifetime::Shorter,
            (None, others) => others,
            (Some(own), others) => own.max(others),
        }
    }

    /// What [`Model::places_of_calls`] finds and the calls of an interface's method that may run it; those in tests count
    /// for what stands in a test alone.
    pub(crate) fn all_callers(&self, body: BodyId) -> Option<Vec<(BodyId, ExprId)>> {
        let is_test = |body: BodyId| self.pkg.files[self.pkg.body_decl(body).file].is_test;
        let mut callers = self.places_of_calls(body)?;
        callers.extend(self.calls_through_interfaces(body));
        callers.retain(|&(caller, _)| is_test(body) || !is_test(caller));
        Some(callers)
    }

    /// The calls in this package of an interface's method that may run a method.
    fn calls_through_interfaces(&self, body: BodyId) -> Vec<(BodyId, ExprId)> {
        let decl = self.pkg.body_decl(body);
        let Some(recv) = decl.recv else { return Vec::new() };
        let mut found = Vec::new();
        for id in self.pkg.bodies_naming(decl.name) {
            let calls = self.calls(id);
            let may_run = calls.iter().filter(|call| self.may_be_called_by(recv, decl.name, &call.callee));
            found.extend(may_run.map(|call| (id, call.expr)));
        }
        found
    }

    /// Whether a callee is the method `name` of an interface of this package that its type `recv` implements.
    pub(crate) fn may_be_called_by(&self, recv: Symbol, name: Symbol, callee: &Callee) -> bool {
        let Callee::Method { pkg, type_name, name: called, kind: MemberKind::InterfaceMethod, .. } = *callee
        else {
            return false;
        };
        if pkg != self.pkg.path || called != name {
            return false;
        }
        let interface = self.pkg.types.named(pkg.as_str(), type_name.as_str());
        self.interface_methods(interface)
            .is_some_and(|methods| methods.iter().all(|&method| self.pkg.method(recv, method).is_some()))
    }

    /// The calls of a function or method in this package, and the lists of functions to run that it is in; `None` where
    /// something else is done with it.
    pub(crate) fn places_of_calls(&self, body: BodyId) -> Option<Vec<(BodyId, ExprId)>> {
        self.uses_as(body, |cx, parents, whole| {
            let Some(NodeRef::Expr(above)) = parents.parent(whole) else { return None };
            (is_called(cx, above, whole) || self.is_list_to_run(cx, parents, above)).then_some(above)
        })
    }

    /// Whether a literal is a list of functions in a variable over which the function only goes.
    fn is_list_to_run(&self, cx: BodyCx<'p>, parents: &Parents, literal: ExprId) -> bool {
        let (Type::Slice(elem) | Type::Array(elem)) = cx.underlying(literal) else { return false };
        let is_function = matches!(cx.pkg.types.get(cx.pkg.underlying(elem)), Type::Func(_));
        let variable = cx.locals().find(|(_, local)| local.init == Some((literal, 0)));
        is_function
            && variable.is_some_and(|(variable, _)| {
                self.uses_of(cx, variable).into_iter().all(|used| {
                    matches!(parents.parent(used), Some(NodeRef::Stmt(stmt))
                        if matches!(cx.ast.stmt(stmt), Stmt::Range { subject, .. } if subject == used))
                })
            })
    }

    /// Whether a literal is handed to a function of the package that only calls it.
    pub(crate) fn is_called_there(&self, cx: BodyCx<'_>, call: ExprId, literal: ExprId) -> bool {
        let Some(helper) = cx.callee(call).body() else { return false };
        let args = cx.args(call);
        let Some(position) = args.iter().position(|&arg| cx.ast.unparen(arg) == literal) else {
            return false;
        };
        let inner = self.body(helper);
        let mut params =
            inner.locals().filter(|(_, local)| local.kind == LocalKind::Param && local.func.is_none());
        let Some((param, _)) = params.nth(position) else { return false };
        let parents = self.parents(helper);
        self.uses_of(inner, param).into_iter().all(|used| match parents.parent(used) {
            Some(NodeRef::Expr(called)) => {
                let is_go = matches!(parents.parent(called), Some(NodeRef::Stmt(stmt))
                    if matches!(inner.ast.stmt(stmt), Stmt::Go(_)));
                is_called(inner, called, used) && !is_go && parents.enclosing_func(inner.ast, used).is_none()
            }
            _ => false,
        })
    }

    /// Whether a method is the entry of a command that is declared by a struct with tags, as kong has it.
    fn is_command(&self, body: BodyId) -> bool {
        let decl = self.pkg.body_decl(body);
        let Some(recv) = decl.recv.filter(|_| decl.name == "Run") else { return false };
        let Some(id) = self.pkg.lookup(recv) else { return false };
        let is_tagged = |text: &[u8]| {
            [&b" help:\""[..], b"`help:\"", b"`cmd:\"", b" cmd:\"", b"kong:\""]
                .iter()
                .any(|tag| memchr::memmem::find(text, tag).is_some())
        };
        let imports = || (0..self.pkg.files.len()).any(|file| self.pkg.imports(file, KONG));
        is_tagged(self.pkg.object_text(self.pkg.object(id))) || imports()
    }

    /// Whether the value of a package-level variable that is no body, for want of words that bear on concurrency,
    /// mentions a name.
    fn is_in_plain_variable(&self, name: Symbol) -> bool {
        self.pkg.objects().any(|(_, object)| {
            object.kind == ObjKind::Var
                && self.pkg.object_outline(object).signals == Signals::NONE
                && has_word(self.pkg.object_text(object), name)
        })
    }

    /// Whether a place stands under a condition on a package-level variable that is set there too, so that it runs for
    /// the first caller only.
    fn is_guarded_once(&self, cx: BodyCx<'p>, node: NodeRef) -> bool {
        let parents = self.parents(cx.id);
        let mut above = parents.ancestors(node);
        above.any(|above| set_for_good(cx, above, |path| matches!(path.root, Root::Global(_))).is_some())
    }

    /// What the calls in this package give for a parameter of a declared function that is never assigned, with the bodies
    /// that they are in; `None` where that is not known, or nothing calls it.
    pub fn arguments_for(&self, cx: BodyCx<'_>, param: LocalId) -> Option<Vec<(BodyId, ExprId)>> {
        if self.is_reassigned(cx, param) {
            return None;
        }
        let is_param = |local: &Local| local.kind == LocalKind::Param && local.func.is_none();
        let position = cx.locals().filter(|(_, local)| is_param(local)).position(|(id, _)| id == param)?;
        let callers = self.callers(cx.id).filter(|callers| !callers.is_empty())?;
        let given = |(caller, call): (BodyId, ExprId)| {
            Some((caller, self.body(caller).args(call).get(position).copied()?))
        };
        callers.into_iter().map(given).collect()
    }

    /// All calls of a function or method in this package; `None` where something else is done with it, such as
    /// taking it as a value, so that others may call it too.
    pub fn callers(&self, body: BodyId) -> Option<Vec<(BodyId, ExprId)>> {
        self.uses_as(body, |cx, parents, whole| match parents.parent(whole) {
            Some(NodeRef::Expr(call)) if is_called(cx, call, whole) => Some(call),
            _ => None,
        })
    }

    /// What `place` makes of the uses of a function or method in this package; `None` where it makes nothing of one.
    fn uses_as(
        &self,
        body: BodyId,
        place: impl Fn(BodyCx<'p>, &Parents, ExprId) -> Option<ExprId>,
    ) -> Option<Vec<(BodyId, ExprId)>> {
        let decl = self.pkg.body_decl(body);
        let mut places = Vec::new();
        for id in self.pkg.bodies_naming(decl.name) {
            let cx = self.body(id);
            let parents = self.parents(id);
            for expr in (0..cx.ast.expr_count() as u32).map(ExprId::new) {
                if cx.ast.ident(expr) != Some(decl.name) {
                    continue;
                }
                let whole = match parents.parent(expr) {
                    Some(NodeRef::Expr(above)) if is_selected(cx, above, expr) => above,
                    _ => expr,
                };
                if cx.callee_of(whole).body() != Some(body) {
                    continue;
                }
                places.push((id, place(cx, &parents, whole)?));
            }
        }
        Some(places)
    }
}

/// The first `select` without a case in a function.
fn empty_select(cx: BodyCx<'_>, func: Func, flow: &Flow<'_>) -> Option<StmtId> {
    let (_, block) = flow.func_block(func)?;
    let mut found = None;
    walk_inline(cx.ast, block, |node| {
        let NodeRef::Stmt(stmt) = node else { return };
        let is_empty = matches!(cx.ast.stmt(stmt), Stmt::Select { clauses } if clauses.is_empty());
        found = found.or(is_empty.then_some(stmt));
    });
    found
}

/// Whether a function is of the kind that sets up a service: not a method, without a result but an error, and without
/// a request or connection among its parameters.
fn sets_up(cx: BodyCx<'_>) -> bool {
    let Type::Func(sig) = cx.pkg.types.get(cx.pkg.signature(cx.id)) else { return false };
    let serves = |ty: TypeId| {
        cx.pkg.types.is_named_or_ptr(ty, "net/http", "Request") || cx.pkg.types.is_named(ty, "net", "Conn")
    };
    cx.pkg.body_decl(cx.id).recv.is_none()
        && sig.results.iter().all(|&result| result == TypeId::ERROR)
        && !sig.params.iter().any(|&param| serves(param))
}

/// Whether a function, declared or a literal, is what a command runs.
fn takes_command(cx: BodyCx<'_>, lit: Option<ExprId>) -> bool {
    cx.locals().any(|(_, local)| {
        local.kind == LocalKind::Param
            && local.func == lit
            && COMMANDS.iter().any(|(pkg, name)| cx.pkg.types.is_named_or_ptr(local.ty, pkg, name))
    })
}

/// Whether a channel is one of package `time`'s.
pub(crate) fn is_clock(cx: BodyCx<'_>, channel: ExprId) -> bool {
    let channel = cx.ast.unparen(channel);
    match cx.ast.expr(channel) {
        Expr::Call { .. } => cx.callee(channel).is_func("time", &["After", "Tick"]),
        Expr::Selector { base, .. } => {
            cx.is_named(base, "time", "Ticker") || cx.is_named(base, "time", "Timer")
        }
        _ => false,
    }
}

fn is_selected(cx: BodyCx<'_>, above: ExprId, name: ExprId) -> bool {
    matches!(cx.ast.expr(above), Expr::Selector { sel, .. } if sel == name)
}

fn is_called(cx: BodyCx<'_>, call: ExprId, fun: ExprId) -> bool {
    matches!(cx.ast.expr(call), Expr::Call { fun: called, .. } if called == fun)
}

/// Whether an expression is a context or a request.
pub(crate) fn is_context(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let ty = cx.type_of(expr);
    cx.pkg.types.is_named(ty, "context", "Context") || cx.pkg.types.is_named_or_ptr(ty, "net/http", "Request")
}

/// Whether an expression makes a context that nothing cancels, or is a type.
fn is_root(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let made = |expr| cx.callee(expr).is_func("context", &["Background", "TODO"]);
    match cx.ast.expr(expr) {
        Expr::Call { .. } => made(expr),
        Expr::Ident(_) => cx.local(expr).is_some_and(|local| {
            cx.local_info(local).init.is_some_and(|(init, _)| {
                made(init) || cx.args(init).first().is_some_and(|&parent| made(parent))
            })
        }),
        _ => false,
    }
}

/// Whether an expression is a parameter of the function.
fn is_parameter(cx: BodyCx<'_>, expr: ExprId, func: Func) -> bool {
    cx.local(expr).is_some_and(|local| {
        let info = cx.local_info(local);
        info.kind == LocalKind::Param && info.func == func.lit
    })
}

/// Of an `if` statement whose branch sets a variable or field that its condition reads, what it sets, so that the branch is
/// taken once unless others set it back. Only paths that `is_one` are looked at.
pub(crate) fn set_for_good(
    cx: BodyCx<'_>,
    node: NodeRef,
    is_one: impl Fn(&AccessPath) -> bool,
) -> Option<AccessPath> {
    let NodeRef::Stmt(stmt) = node else { return None };
    let Stmt::If { cond, then, .. } = cx.ast.stmt(stmt) else { return None };
    let mut read = Vec::new();
    let mut swaps = false;
    walk_inline(cx.ast, cond, |node| {
        let NodeRef::Expr(expr) = node else { return };
        read.extend(cx.path(expr).filter(|path| is_one(path)));
        swaps |= matches!(cx.callee(expr), Callee::Method { name, .. } if name == "CompareAndSwap");
    });
    if swaps {
        return read.pop();
    }
    let set = paths_set_in(cx, then);
    set.into_iter()
        .find(|set| read.iter().any(|path| path.root == set.root && path.fields.starts_with(&set.fields)))
}

/// The variables and fields that a statement assigns to, once for each assignment.
pub(crate) fn paths_set_in(cx: BodyCx<'_>, stmt: StmtId) -> Vec<AccessPath> {
    let mut set = Vec::new();
    walk_inline(cx.ast, stmt, |node| {
        if let NodeRef::Stmt(stmt) = node
            && let Stmt::Assign { lhs, .. } = cx.ast.stmt(stmt)
        {
            set.extend(cx.ast.list(lhs).filter_map(|to| cx.path(to)));
        }
    });
    set
}
