//! What a function's receiver and parameters stand for at the place that calls or starts it.

use golint_conc_semantic::{AccessPath, BodyCx, Callee, LocalId, LocalKind, Root};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use golint_conc_flow::Func;

use crate::model::{Model, Spawn, SpawnKind, is_go_call};
use crate::order::roots_in;

/// What one variable of a callee stands for.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The receiver or parameter.
    pub local: LocalId,
    /// The expression at the caller; of a method's receiver, what stands before the selector.
    pub arg: ExprId,
    /// The variable at the caller, where the expression denotes one.
    pub path: Option<AccessPath>,
}

/// Receiver and parameters of a callee, as far as the caller names what they stand for.
#[derive(Clone, Debug, Default)]
pub struct Binding(pub Vec<Bound>);

impl Binding {
    /// A path of the callee as the caller would write it; `None` for the callee's own variables.
    pub fn rebase(&self, path: &AccessPath) -> Option<AccessPath> {
        let Root::Local(local) = path.root else { return Some(path.clone()) };
        let bound = self.0.iter().find(|bound| bound.local == local)?;
        let mut full = bound.path.clone()?;
        full.fields.extend(path.fields.iter().copied());
        Some(full)
    }
}

impl<'p> Model<'p> {
    /// What the receiver and parameters of `target` stand for where `fun` is called with `args`.
    pub fn bind(&self, cx: BodyCx<'p>, fun: ExprId, args: &[ExprId], target: Func) -> Binding {
        let callee = cx.callee_of(fun);
        let inner = self.body(target.body);
        let mut bound = Vec::new();
        let mut position = 0;
        for (local, info) in inner.locals().filter(|(_, info)| info.func == target.lit) {
            match info.kind {
                LocalKind::Receiver => {
                    if let Callee::Method { recv, .. } = callee {
                        bound.push(Bound { local, arg: recv, path: cx.receiver_path(&callee) });
                    }
                }
                LocalKind::Param => {
                    if let Some(&arg) = args.get(position) {
                        bound.push(Bound { local, arg, path: cx.path(arg) });
                    }
                    position += 1;
                }
                _ => {}
            }
        }
        Binding(bound)
    }

    /// The function expression that a spawn runs and the arguments it gives it.
    pub fn spawned(&self, spawn: &Spawn) -> Option<(ExprId, Vec<ExprId>)> {
        let cx = self.body(spawn.body);
        let args = cx.args(spawn.call);
        match spawn.kind {
            SpawnKind::Go => match cx.ast.expr(spawn.call) {
                Expr::Call { fun, .. } => Some((fun, args)),
                _ => None,
            },
            SpawnKind::WaitGroup | SpawnKind::ErrGroup => Some((*args.first()?, Vec::new())),
            SpawnKind::AfterFunc => Some((*args.get(1)?, Vec::new())),
        }
    }

    /// A path in the function that a spawn runs, as the place that starts it would write it; `None` for what belongs
    /// to the goroutine alone.
    pub fn path_at_spawn(&self, spawn: &Spawn, path: &AccessPath) -> Option<AccessPath> {
        let target = spawn.target?;
        let cx = self.body(spawn.body);
        if let Root::Local(local) = path.root {
            let (fun, args) = self.spawned(spawn)?;
            let bound = self.bind(cx, fun, &args, target).rebase(path);
            if bound.is_some() || target.body != spawn.body {
                return bound;
            }
            let lit = target.lit?;
            let declared = cx.local_info(local).ident;
            return (!cx.ast.expr_span(lit).contains(cx.ast.expr_span(declared))).then(|| path.clone());
        }
        Some(path.clone())
    }

    /// The calls that a function itself makes: in its text and in the literals that it calls, defers or hands to other
    /// calls, but not in goroutines that it starts. The function that a `go` statement calls is not among them.
    pub fn own_calls(&self, func: Func) -> Vec<ExprId> {
        let mut parts = vec![func];
        let mut calls = Vec::new();
        let mut next = 0;
        while let Some(&part) = parts.get(next) {
            next += 1;
            let Some((cx, block)) = self.block(part) else { continue };
            let parents = self.parents(part.body);
            let mut add = |literal: ExprId| {
                let part = Func { body: func.body, lit: Some(literal) };
                if !self.is_spawned_literal(cx, &parents, literal) && !parts.contains(&part) {
                    parts.push(part);
                }
            };
            walk_inline(cx.ast, block, |node| {
                let NodeRef::Expr(expr) = node else { return };
                match cx.ast.expr(expr) {
                    Expr::Func { .. } => add(expr),
                    Expr::Call { fun, .. } if !is_go_call(cx, &parents, expr) => {
                        calls.push(expr);
                        if let Some(literal) = cx.local(fun).and_then(|local| self.only_literal(cx, local)) {
                            add(literal);
                        }
                    }
                    _ => {}
                }
            });
        }
        let cx = self.body(func.body);
        calls.sort_unstable_by_key(|&call| cx.ast.expr_span(call).start);
        calls.dedup();
        calls
    }

    /// The first place behind `from` and before `until` in a function's own text where it waits for others: a receive,
    /// a `select`, a loop over a channel or a call of something named `Wait`.
    pub fn first_wait(&self, func: Func, from: u32, until: u32) -> Option<NodeRef> {
        let (cx, block) = self.block(func)?;
        let mut found: Option<(u32, NodeRef)> = None;
        walk_inline(cx.ast, block, |node| {
            let (span, waits) = match node {
                NodeRef::Expr(expr) => (
                    cx.ast.expr_span(expr),
                    match cx.ast.expr(expr) {
                        Expr::Unary { op: UnaryOp::Recv, .. } => true,
                        Expr::Call { .. } => cx.callee(expr).name().is_some_and(|name| name == "Wait"),
                        _ => false,
                    },
                ),
                NodeRef::Stmt(stmt) => (
                    cx.ast.stmt_span(stmt),
                    match cx.ast.stmt(stmt) {
                        Stmt::Select { .. } => true,
                        Stmt::Range { subject, .. } => {
                            matches!(cx.underlying(subject), golint_conc_semantic::Type::Chan(..))
                        }
                        _ => false,
                    },
                ),
                NodeRef::Clause(_) => return,
            };
            if waits
                && from <= span.start
                && span.start < until
                && found.is_none_or(|(at, _)| span.start < at)
            {
                found = Some((span.start, node));
            }
        });
        found.map(|(_, node)| node)
    }

    /// Whether a function waits, between starting a goroutine and `until`, for others or for something that the goroutine
    /// does.
    pub fn waits_after(&self, spawn: &Spawn, until: u32) -> bool {
        let func = self.func_of(spawn.body, spawn.node);
        self.first_wait(func, spawn.span.end, until).is_some() || self.polls_for(func, spawn, until)
    }

    /// Whether a function calls `Eventually`, as test frameworks have it, on a variable that the goroutine names too.
    fn polls_for(&self, func: Func, spawn: &Spawn, until: u32) -> bool {
        let Some((cx, block)) = self.block(func) else { return false };
        let mut polls = Vec::new();
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Expr(expr) = node
                && let Expr::Call { fun, .. } = cx.ast.expr(expr)
                && name_of(cx, fun).is_some_and(|name| name == "Eventually")
                && (spawn.span.end..until).contains(&cx.ast.expr_span(expr).start)
            {
                polls.push(expr);
            }
        });
        if polls.is_empty() {
            return false;
        }
        let literal = spawn.target.filter(|target| target.body == cx.id).and_then(|target| target.lit);
        let named: Vec<_> =
            literal.into_iter().chain([spawn.call]).flat_map(|part| roots_in(cx, part)).collect();
        polls
            .into_iter()
            .flat_map(|poll| cx.args(poll))
            .any(|arg| roots_in(cx, arg).iter().any(|root| named.contains(root)))
    }
}

fn name_of(cx: BodyCx<'_>, fun: ExprId) -> Option<Symbol> {
    match cx.ast.expr(cx.ast.unparen(fun)) {
        Expr::Ident(name) => Some(name),
        Expr::Selector { sel, .. } => cx.ast.ident(sel),
        _ => None,
    }
}
