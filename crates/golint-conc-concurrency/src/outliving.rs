//! Goroutines that work with a context which ends with the function that started them.

use golint_conc_flow::{CANCELLABLE, Func, Step, assigned};
use golint_conc_semantic::{BodyCx, BodyId, Callee, Local, LocalId, LocalKind, MemberKind, Type};
use golint_conc_syntax::ast::{AssignOp, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, Walk, walk, walk_inline};

use rustc_hash::FxHashSet;

use crate::detached::writes_log;
use crate::model::{MAX_REACH, Model, Spawn, SpawnKind, is_go_call};

/// How many functions are looked at to see what becomes of a context.
const MAX_FOLLOWED: usize = 64;

/// What handlers of requests are known by: a parameter that stands for the request, what stands behind its name for the
/// context, and another parameter that handlers have as well.
const HANDLERS: [Handler; 4] = [
    Handler {
        request: ("net/http", "Request"),
        selector: ".Context()",
        other: Some(("net/http", "ResponseWriter")),
    },
    Handler { request: ("github.com/gin-gonic/gin", "Context"), selector: ".Request.Context()", other: None },
    Handler {
        request: ("github.com/labstack/echo/v4", "Context"),
        selector: ".Request().Context()",
        other: None,
    },
    Handler {
        request: ("github.com/labstack/echo/v5", "Context"),
        selector: ".Request().Context()",
        other: None,
    },
];

struct Handler {
    request: (&'static str, &'static str),
    selector: &'static str,
    other: Option<(&'static str, &'static str)>,
}

/// Packages of which no function waits for anything.
const PURE: [&str; 19] = [
    "bytes",
    "cmp",
    "encoding/base64",
    "encoding/hex",
    "encoding/json",
    "errors",
    "fmt",
    "log",
    "log/slog",
    "maps",
    "math",
    "path",
    "path/filepath",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync/atomic",
    "unicode",
];

/// What the names of functions that do one piece of work begin with.
const ONE_PIECE: [&str; 32] = [
    "add",
    "audit",
    "create",
    "delete",
    "do",
    "emit",
    "exec",
    "fetch",
    "flush",
    "get",
    "insert",
    "invalidate",
    "load",
    "mark",
    "notify",
    "post",
    "publish",
    "push",
    "put",
    "query",
    "record",
    "refresh",
    "remove",
    "report",
    "save",
    "send",
    "set",
    "store",
    "touch",
    "track",
    "update",
    "write",
];

/// Words in the names of functions that go on until somebody ends them.
const LASTING: [&str; 6] = ["serve", "listen", "run", "loop", "watch", "monitor"];

/// A goroutine that works with a context which ends when the function that started it does.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// The variable with the context, in the function that starts the goroutine; of a request, the request.
    pub context: LocalId,
    /// How it ends.
    pub end: ContextEnd,
    /// The function in which the goroutine hands it to something that needs it.
    pub used: Func,
    /// The mention there.
    pub mention: ExprId,
    /// Whether nothing that may take time comes between the start and the end.
    pub is_at_once: bool,
}

/// What ends a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextEnd {
    /// A `defer` of its cancel function.
    Deferred(StmtId),
    /// A call of its cancel function that every way from the goroutine's start comes to.
    Called(StmtId),
    /// The end of the handler of a request.
    Handled {
        /// What stands behind the request's name for its context: `.Context()`.
        selector: &'static str,
    },
}

impl<'p> Model<'p> {
    /// The context that a function made and cancels when it ends, or before, though a goroutine that it has started and
    /// does not wait for goes on working with it.
    pub fn cancelled_under(&self, spawn: &Spawn) -> Option<Doomed> {
        let cx = self.body(spawn.body);
        let parents = self.parents(spawn.body);
        let starter = self.func_of(spawn.body, spawn.node);
        let (_, block) = self.block(starter)?;
        let mut made = Vec::new();
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Some(pair) = makes_cancellable(cx, stmt)
                && cx.ast.stmt_span(stmt).end <= spawn.span.start
            {
                made.push(pair);
            }
        });
        made.into_iter().rev().find_map(|(context, cancel)| {
            if is_detached(cx, block, context) {
                return None;
            }
            let end = end_by(cx, &parents, block, cancel, spawn)?;
            self.outlives(spawn, starter, context, end)
        })
    }

    /// The request whose context a goroutine works with that its handler has started and does not wait for.
    pub fn request_outlived(&self, spawn: &Spawn) -> Option<Doomed> {
        let cx = self.body(spawn.body);
        let starter = self.func_of(spawn.body, spawn.node);
        let param = |(pkg, name)| {
            let mut params = cx.locals().filter(|(_, local)| is_param_of(cx, local, pkg, name));
            params.find(|(_, local)| local.func == starter.lit).map(|(id, _)| id)
        };
        let (request, selector) = HANDLERS.iter().find_map(|handler| {
            let is_complete = handler.other.is_none_or(|other| param(other).is_some());
            Some((param(handler.request).filter(|_| is_complete)?, handler.selector))
        })?;
        self.outlives(spawn, starter, request, ContextEnd::Handled { selector })
    }

    /// Whether a goroutine works with a context after the end of its starter, which does not wait for it.
    fn outlives(&self, spawn: &Spawn, starter: Func, context: LocalId, end: ContextEnd) -> Option<Doomed> {
        // The process ends with `main`.
        if starter.lit.is_none() && self.is_process_lifetime(spawn.body) {
            return None;
        }
        let cx = self.body(spawn.body);
        let is_later = match spawn.kind {
            SpawnKind::Go | SpawnKind::WaitGroup => false,
            SpawnKind::AfterFunc if cx.callee(spawn.call).is_func("time", &["AfterFunc"]) => true,
            SpawnKind::AfterFunc | SpawnKind::ErrGroup => return None,
        };
        let doomed = derived(cx, vec![context]);
        let (fun, args) = self.spawned(spawn)?;
        let work = match spawn.target {
            Some(target) => {
                let binding = self.bind(cx, fun, &args, target);
                let bound = binding.0.iter().filter(|bound| denotes(cx, bound.arg, &doomed));
                let mut known: Vec<_> = bound.map(|bound| bound.local).collect();
                if target.body == spawn.body && target.lit.is_some() {
                    known.extend(&doomed);
                }
                self.work_with(target, known, &mut FxHashSet::default())
            }
            None => {
                let mention = args.into_iter().find(|&arg| denotes(cx, arg, &doomed))?;
                let is_work = !is_mere_look(cx, spawn.call);
                is_work.then_some(Work {
                    func: starter,
                    mention,
                    is_lasting: is_lasting(&cx.callee(spawn.call)),
                })
            }
        }?;
        let stop = match end {
            ContextEnd::Called(stmt) => Some(stmt),
            ContextEnd::Deferred(_) | ContextEnd::Handled { .. } => None,
        };
        let time = self.time_until_end(spawn, starter, stop)?;
        let is_at_once = time == Time::None;
        // A timer may be for what takes longer than it should.
        let is_left = !work.is_lasting && !is_later && stop.is_none();
        (is_at_once || is_left).then_some(Doomed {
            context,
            end,
            used: work.func,
            mention: work.mention,
            is_at_once,
        })
    }

    /// Where a function hands one of these contexts to something that needs it alive.
    fn work_with(
        &self,
        func: Func,
        contexts: Vec<LocalId>,
        seen: &mut FxHashSet<(BodyId, LocalId)>,
    ) -> Option<Work> {
        let (cx, block) = self.block(func)?;
        let contexts = derived(cx, contexts);
        let parents = self.parents(func.body);
        let mut work: Option<Work> = None;
        let mut is_endless = false;
        walk(cx.ast, block, |node| {
            match node {
                NodeRef::Stmt(stmt) => {
                    is_endless |= match cx.ast.stmt(stmt) {
                        Stmt::For { cond, .. } => cond.is_none(),
                        Stmt::Range { subject, .. } => matches!(cx.underlying(subject), Type::Chan(..)),
                        Stmt::Select { .. } => true,
                        _ => false,
                    };
                }
                NodeRef::Expr(expr) => {
                    if let Expr::Unary { op: UnaryOp::Recv, .. } = cx.ast.expr(expr) {
                        is_endless = true;
                    }
                    if denotes(cx, expr, &contexts)
                        && let Some(NodeRef::Expr(call)) = parents.parent(expr)
                        && let Expr::Call { fun, .. } = cx.ast.expr(call)
                        && fun != expr
                        && let Some(found) = self.work_of_call(func, cx, call, expr, seen)
                    {
                        let is_lasting =
                            found.is_lasting || work.as_ref().is_some_and(|work| work.is_lasting);
                        work = Some(Work { is_lasting, ..work.take().unwrap_or(found) });
                    }
                }
                NodeRef::Clause(_) => {}
            }
            Walk::Into
        });
        work.map(|work| Work { is_lasting: work.is_lasting || is_endless, ..work })
    }

    fn work_of_call(
        &self,
        func: Func,
        cx: BodyCx<'p>,
        call: ExprId,
        mention: ExprId,
        seen: &mut FxHashSet<(BodyId, LocalId)>,
    ) -> Option<Work> {
        let Expr::Call { fun, .. } = cx.ast.expr(call) else { return None };
        if is_mere_look(cx, call) {
            return None;
        }
        let own = Work { func, mention, is_lasting: is_lasting(&cx.callee(call)) };
        let Some(target) = self.callable(cx, fun) else {
            // Who gets the request of a handler may only read its header.
            let is_handled = cx.local(mention).is_some_and(|local| {
                let info = cx.local_info(local);
                HANDLERS.iter().any(|handler| is_param_of(cx, info, handler.request.0, handler.request.1))
            });
            return (!is_handled).then_some(own);
        };
        if target.lit.is_some() {
            return None;
        }
        let bound = self.bind(cx, fun, &cx.args(call), target);
        let bound = bound.0.iter().find(|bound| bound.arg == mention)?.local;
        if self.pkg.bounds.count("calls with a context", MAX_FOLLOWED <= seen.len()) {
            return Some(Work { is_lasting: true, ..own });
        }
        if !seen.insert((target.body, bound)) {
            return None;
        }
        let inner = self.work_with(target, vec![bound], seen)?;
        Some(Work { is_lasting: inner.is_lasting, ..own })
    }

    /// What a function does from the start of a goroutine to its end, or up to the statement `stop`; none where it
    /// waits for others, so that it may wait for the goroutine, or goes on so long that a piece of work is done by then.
    fn time_until_end(&self, spawn: &Spawn, starter: Func, stop: Option<StmtId>) -> Option<Time> {
        let cx = self.body(spawn.body);
        let graph = self.flow.graph(starter)?;
        let start = graph.find(|step| match spawn.node {
            NodeRef::Stmt(stmt) => step == Step::Exec(stmt),
            NodeRef::Expr(expr) => step == Step::Eval(expr),
            NodeRef::Clause(_) => false,
        })?;
        if self.waits_in_defer(starter) {
            return None;
        }
        let mut time = Time::None;
        let mut seen = vec![false; graph.blocks.len()];
        let mut stack = vec![(start.block, start.step + 1)];
        let mut is_stopped = stop.is_none();
        while let Some((id, from)) = stack.pop() {
            let block = graph.block(id);
            let mut goes_on = true;
            for &step in block.steps.iter().skip(from) {
                let node = match step {
                    Step::Eval(expr) => NodeRef::Expr(expr),
                    Step::Exec(stmt) | Step::Next(stmt) => NodeRef::Stmt(stmt),
                    Step::RunDefers => continue,
                };
                if let (Some(stop), NodeRef::Expr(call)) = (stop, node)
                    && matches!(cx.ast.stmt(stop), Stmt::Expr(expr) if cx.ast.unparen(expr) == call)
                {
                    (is_stopped, goes_on) = (true, false);
                    break;
                }
                if self.waits(cx, node) || lasts(cx, node) {
                    return None;
                }
                if let NodeRef::Expr(call) = node
                    && self.takes_time(cx, call)
                {
                    time = Time::Some;
                }
            }
            if !goes_on {
                continue;
            }
            let is_endless = block.in_loop.is_some_and(|turn| {
                let stmt = graph.loops[turn].stmt;
                matches!(cx.ast.stmt(stmt), Stmt::For { cond: None, .. })
                    && !cx.ast.stmt_span(stmt).contains(spawn.span)
            });
            if is_endless || (block.edges.is_empty() && block.exit.is_none()) {
                return None;
            }
            for edge in &block.edges {
                if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    stack.push((edge.to, 0));
                }
            }
        }
        is_stopped.then_some(time)
    }

    fn waits_in_defer(&self, func: Func) -> bool {
        let Some((cx, block)) = self.block(func) else { return true };
        let mut found = false;
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Defer(call) = cx.ast.stmt(stmt)
            {
                walk(cx.ast, call, |node| {
                    found = found || self.waits(cx, node);
                    if found { Walk::Stop } else { Walk::Into }
                });
            }
        });
        found
    }

    /// Whether a node waits for others, itself or in the functions of the package that it calls.
    fn waits(&self, cx: BodyCx<'p>, node: NodeRef) -> bool {
        waits_itself(cx, node) || self.any_within(cx, node, waits_itself)
    }

    /// Whether a call may take time: one of a function that is not known to return at once.
    fn takes_time(&self, cx: BodyCx<'p>, call: ExprId) -> bool {
        let takes_itself = |cx: BodyCx<'p>, node| match node {
            NodeRef::Expr(call) => {
                let is_followed =
                    matches!(cx.ast.expr(call), Expr::Call { fun, .. } if self.callable(cx, fun).is_some());
                !is_followed && is_slow(cx, call)
            }
            NodeRef::Stmt(stmt) => matches!(cx.ast.stmt(stmt), Stmt::For { cond: None, .. }),
            NodeRef::Clause(_) => false,
        };
        takes_itself(cx, call.into()) || self.any_within(cx, call.into(), takes_itself)
    }

    /// Whether any node in the functions of the package that a call leads to is such a one; also where a bound cuts them
    /// short.
    fn any_within(
        &self,
        cx: BodyCx<'p>,
        call: NodeRef,
        is_such: impl Fn(BodyCx<'p>, NodeRef) -> bool,
    ) -> bool {
        let NodeRef::Expr(call) = call else { return false };
        let Expr::Call { fun, .. } = cx.ast.expr(call) else { return false };
        let Some(target) = self.callable(cx, fun) else { return false };
        let (reached, _) = self.reach(target);
        MAX_REACH <= reached.len()
            || reached.into_iter().any(|func| {
                let Some((cx, block)) = self.block(func) else { return true };
                let parents = self.parents(func.body);
                let mut found = false;
                walk_inline(cx.ast, block, |node| {
                    let is_started = matches!(node, NodeRef::Expr(expr) if is_go_call(cx, &parents, expr));
                    found = found || (!is_started && is_such(cx, node));
                });
                found
            })
    }
}

/// Whether a node is a communication or a call whose name says that it waits.
fn waits_itself(cx: BodyCx<'_>, node: NodeRef) -> bool {
    match node {
        NodeRef::Expr(expr) => match cx.ast.expr(expr) {
            Expr::Unary { op: UnaryOp::Recv, .. } => true,
            Expr::Call { .. } => {
                let callee = cx.callee(expr);
                callee.name().is_some_and(|name| {
                    let name = name.as_str().to_ascii_lowercase();
                    let is_join = name == "join" && matches!(callee, Callee::Method { .. });
                    is_join || name == "sleep" || name.contains("wait")
                })
            }
            _ => false,
        },
        NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
            Stmt::Send { .. } | Stmt::Select { .. } => true,
            Stmt::Range { subject, .. } => matches!(cx.underlying(subject), Type::Chan(..)),
            _ => false,
        },
        NodeRef::Clause(_) => false,
    }
}

/// Whether a call is one of a function outside of the package that may take time.
fn is_slow(cx: BodyCx<'_>, call: ExprId) -> bool {
    let Expr::Call { fun, .. } = cx.ast.expr(call) else { return false };
    match cx.callee(call) {
        Callee::Builtin(_) | Callee::Conversion(_) => false,
        Callee::Func { pkg, name, .. } => {
            !(PURE.contains(&pkg.as_str())
                || (pkg == "time" && name != "Sleep")
                || (pkg == "net/http" && name == "Error")
                || pkg == "context"
                || writes_log(name.as_str()))
        }
        Callee::Method { pkg, type_name, name, kind, .. } => {
            let is_quick = PURE.contains(&pkg.as_str())
                || matches!(pkg.as_str(), "time" | "context")
                || (pkg == "sync" && name != "Wait" && name != "Do")
                || (pkg == "net/http"
                    && matches!(type_name.as_str(), "ResponseWriter" | "Header" | "Request"))
                || (kind == MemberKind::InterfaceMethod && name == "Error")
                || writes_log(name.as_str());
            !is_quick
        }
        Callee::Literal(_) | Callee::Value | Callee::Unknown(_) => {
            let Expr::Selector { sel, .. } = cx.ast.expr(fun) else { return true };
            !cx.ast.ident(sel).is_some_and(|name| writes_log(name.as_str()))
        }
    }
}

/// What a goroutine does with a context.
struct Work {
    func: Func,
    mention: ExprId,
    /// Whether it may go on until the context ends.
    is_lasting: bool,
}

/// Whether a node calls what by its name goes on until somebody ends it.
fn lasts(cx: BodyCx<'_>, node: NodeRef) -> bool {
    let NodeRef::Expr(call) = node else { return false };
    matches!(cx.ast.expr(call), Expr::Call { .. })
        && cx.callee(call).name().is_some_and(|name| {
            let lower = name.as_str().to_ascii_lowercase();
            name != "ServeHTTP" && LASTING.iter().any(|word| lower.contains(word))
        })
}

/// How long the starter of a goroutine goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    /// Not at all.
    None,
    /// It calls others.
    Some,
}

/// The variables of the context and of its cancel function that a statement makes.
pub(crate) fn makes_cancellable(cx: BodyCx<'_>, stmt: StmtId) -> Option<(LocalId, LocalId)> {
    let Stmt::Assign { lhs, op: AssignOp::Assign | AssignOp::Define, rhs } = cx.ast.stmt(stmt) else {
        return None;
    };
    let call = cx.ast.list(rhs).next().filter(|_| rhs.len() == 1)?;
    let callee = cx.callee(call);
    if !callee.is_func("context", &CANCELLABLE) && !callee.is_func("os/signal", &["NotifyContext"]) {
        return None;
    }
    let mut targets = cx.ast.list(lhs);
    Some((cx.local(targets.next()?)?, cx.local(targets.next()?)?))
}

/// What calls the cancel function of a context before or when the starter of a goroutine ends.
fn end_by(
    cx: BodyCx<'_>,
    parents: &Parents,
    block: StmtId,
    cancel: LocalId,
    spawn: &Spawn,
) -> Option<ContextEnd> {
    let is_around = |stmt: StmtId| {
        parents.parent(stmt).is_some_and(|above| parents.ancestors(spawn.node).any(|node| node == above))
    };
    let mut found = None;
    walk_inline(cx.ast, block, |node| {
        let NodeRef::Stmt(stmt) = node else { return };
        let is_before = cx.ast.stmt_span(stmt).end <= spawn.span.start;
        let end = match cx.ast.stmt(stmt) {
            Stmt::Defer(call) if is_before && is_around(stmt) && calls_local(cx, call, cancel) => {
                ContextEnd::Deferred(stmt)
            }
            Stmt::Expr(call) if !is_before && is_around(stmt) && is_call_of(cx, call, cancel) => {
                ContextEnd::Called(stmt)
            }
            _ => return,
        };
        found = found.or(Some(end));
    });
    found
}

/// Whether a variable with a context is given one that does not come from it.
fn is_detached(cx: BodyCx<'_>, block: StmtId, context: LocalId) -> bool {
    let mut found = false;
    walk(cx.ast, block, |node| {
        if let NodeRef::Stmt(stmt) = node {
            found |= assigned(cx, stmt).into_iter().any(|(target, value)| {
                cx.local(target) == Some(context)
                    && value.is_some_and(|value| {
                        cx.callee(value).is_func("context", &["WithoutCancel", "Background", "TODO"])
                            || !matches!(cx.ast.expr(cx.ast.unparen(value)), Expr::Call { .. })
                    })
            });
        }
        Walk::Into
    });
    found
}

/// Whether a deferred call calls the function in a variable: itself, or in a literal on the spot.
fn calls_local(cx: BodyCx<'_>, call: ExprId, local: LocalId) -> bool {
    if is_call_of(cx, call, local) {
        return true;
    }
    let Expr::Call { fun, .. } = cx.ast.expr(cx.ast.unparen(call)) else { return false };
    let Expr::Func { body, .. } = cx.ast.expr(cx.ast.unparen(fun)) else { return false };
    cx.ast
        .list(cx.ast.block(body))
        .any(|stmt| matches!(cx.ast.stmt(stmt), Stmt::Expr(expr) if is_call_of(cx, expr, local)))
}

fn is_call_of(cx: BodyCx<'_>, call: ExprId, local: LocalId) -> bool {
    matches!(cx.ast.expr(cx.ast.unparen(call)), Expr::Call { fun, .. } if cx.local(fun) == Some(local))
}

/// The variables and those made from them that end with them.
fn derived(cx: BodyCx<'_>, mut contexts: Vec<LocalId>) -> Vec<LocalId> {
    for (id, local) in cx.locals() {
        let is_context = cx.pkg.types.is_named(local.ty, "context", "Context")
            || cx.pkg.types.is_named_or_ptr(local.ty, "net/http", "Request");
        let Some((init, _)) = local.init.filter(|_| !contexts.contains(&id)) else { continue };
        let is_derived = denotes(cx, init, &contexts)
            || (is_context
                && matches!(cx.ast.expr(cx.ast.unparen(init)), Expr::Call { .. })
                && !cx.callee(init).is_func("context", &["WithoutCancel"])
                && cx.args(init).iter().any(|&arg| denotes(cx, arg, &contexts)));
        if is_derived {
            contexts.push(id);
        }
    }
    contexts
}

fn is_param_of(cx: BodyCx<'_>, local: &Local, pkg: &str, name: &str) -> bool {
    local.kind == LocalKind::Param && cx.pkg.types.is_named_or_ptr(local.ty, pkg, name)
}

/// Whether an expression is one of these contexts, or the context of one of these requests.
fn denotes(cx: BodyCx<'_>, expr: ExprId, contexts: &[LocalId]) -> bool {
    let is_one = |expr| cx.local(expr).is_some_and(|local| contexts.contains(&local));
    is_one(expr)
        || called(cx, expr, "Context").is_some_and(|request| {
            let of_framework = called(cx, request, "Request").or_else(|| selected(cx, request, "Request"));
            is_one(request) || of_framework.is_some_and(is_one)
        })
}

/// `x` of `x.name()`.
fn called(cx: BodyCx<'_>, expr: ExprId, name: &str) -> Option<ExprId> {
    let Expr::Call { fun, args, .. } = cx.ast.expr(cx.ast.unparen(expr)) else { return None };
    if args.is_empty() { selected(cx, fun, name) } else { None }
}

/// `x` of `x.name`.
fn selected(cx: BodyCx<'_>, expr: ExprId, name: &str) -> Option<ExprId> {
    let Expr::Selector { base, sel } = cx.ast.expr(cx.ast.unparen(expr)) else { return None };
    cx.ast.ident(sel).filter(|sel| *sel == name).map(|_| base)
}

/// Whether a call that is given a context does not need it alive: it writes a log, reads a value, or makes another.
fn is_mere_look(cx: BodyCx<'_>, call: ExprId) -> bool {
    let callee = cx.callee(call);
    if matches!(callee, Callee::Func { pkg, .. } if pkg == "context") {
        return true;
    }
    callee.name().is_some_and(|name| {
        let name = name.as_str();
        let is_getter = name.starts_with("Get") && cx.args(call).len() == 1;
        is_getter || writes_log(name) || name.contains("From") || name.starts_with("With")
    }) || logs_with(cx, call)
}

/// Whether a call gets the logger of a context: a method of its result writes a log at once, as in `log.G(ctx).Errorf(…)`.
fn logs_with(cx: BodyCx<'_>, call: ExprId) -> bool {
    let is_logger = |expr: ExprId| match cx.ast.expr(expr) {
        Expr::Selector { base, sel } if cx.ast.unparen(base) == call => cx
            .ast
            .ident(sel)
            .is_some_and(|name| writes_log(name.as_str()) || name.as_str().starts_with("With")),
        _ => false,
    };
    cx.args(call).len() == 1 && (0..cx.ast.expr_count() as u32).map(ExprId::new).any(is_logger)
}

/// Whether a call may go on until its context ends, for all that its name tells.
fn is_lasting(callee: &Callee) -> bool {
    !callee.name().is_some_and(|name| {
        let name = name.as_str().to_ascii_lowercase();
        ONE_PIECE.iter().any(|verb| name.starts_with(verb))
    })
}
