//! What ends when a function does, and takes with it what was acquired with it: contexts that a deferred call cancels,
//! requests that are served, transactions.

use golint_conc_semantic::{BodyCx, Callee, LocalId, LocalKind, Type, TypeId};
use golint_conc_syntax::Span;
use golint_conc_syntax::ast::{Expr, ExprId, Spec, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk};

use crate::flow::Func;
use crate::protocol::CANCELLABLE;
use crate::stores::assigned;

/// How many values are followed from a request or context back to what ends it; beyond, nothing does.
const MAX_ORIGINS: usize = 8;

/// Whether the request of a call ends with the function that makes it: the transport then drops its connection.
pub(crate) fn request_ends(cx: BodyCx<'_>, func: Func, call: ExprId) -> bool {
    let ends = Endings::new(cx, func, call, true);
    cx.args(call).into_iter().any(|arg| ends.request(arg, ends.at, 0) || ends.context(arg, ends.at, 0))
}

/// Whether the context that a call gets first is cancelled by a call that the function has deferred before.
pub(crate) fn parent_ends(cx: BodyCx<'_>, func: Func, call: ExprId) -> bool {
    let ends = Endings::new(cx, func, call, false);
    cx.args(call).first().is_some_and(|&parent| ends.context(parent, ends.at, 0))
}

/// Whether a call is of a transaction, or gets one, that a call ends which the function has deferred before.
pub(crate) fn transaction_ends(cx: BodyCx<'_>, func: Func, call: ExprId) -> bool {
    const TYPES: [&str; 2] = ["database/sql", "github.com/jmoiron/sqlx"];
    let ends = Endings::new(cx, func, call, false);
    let receiver = match cx.callee(call) {
        Callee::Method { recv, .. } => Some(recv),
        _ => None,
    };
    let transactions = receiver.into_iter().chain(cx.args(call)).filter_map(|expr| cx.local(expr));
    transactions
        .filter(|&tx| TYPES.iter().any(|pkg| cx.pkg.types.is_named_or_ptr(cx.local_info(tx).ty, pkg, "Tx")))
        .any(|tx| ends.defers.iter().any(|&defer| ends.ends_transaction(defer, tx)))
}

/// A value that a variable gets.
struct Store {
    stmt: StmtId,
    value: Option<ExprId>,
    /// What the other results of the same call are stored to, itself included.
    targets: Vec<ExprId>,
}

/// What a function has deferred, and what its variables hold, when it comes to a call.
struct Endings<'p> {
    cx: BodyCx<'p>,
    func: Func,
    at: Span,
    /// Whether a request that the function serves counts.
    serves: bool,
    /// The deferred calls of the function that are sure to run behind the call.
    defers: Vec<StmtId>,
    /// Blocks and clauses, whose statements may be passed over.
    blocks: Vec<Span>,
    loops: Vec<Span>,
}

impl<'p> Endings<'p> {
    fn new(cx: BodyCx<'p>, func: Func, call: ExprId, serves: bool) -> Self {
        let at = cx.ast.expr_span(call);
        let (mut blocks, mut loops, mut literals, mut defers) = (vec![], vec![], vec![], vec![]);
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                match node {
                    NodeRef::Clause(clause) => blocks.push(cx.ast.clause(clause).span),
                    NodeRef::Expr(expr) if matches!(cx.ast.expr(expr), Expr::Func { .. }) => {
                        literals.push(expr);
                    }
                    NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                        Stmt::Block(_) => blocks.push(cx.ast.stmt_span(stmt)),
                        Stmt::For { .. } | Stmt::Range { .. } => loops.push(cx.ast.stmt_span(stmt)),
                        Stmt::Defer(_) => defers.push(stmt),
                        _ => {}
                    },
                    NodeRef::Expr(_) => {}
                }
                Walk::Into
            });
        }
        let mut ends = Self { cx, func, at, serves, defers, blocks, loops };
        let is_own = |&stmt: &StmtId| {
            let span = cx.ast.stmt_span(stmt);
            // Parents come before children.
            let around = literals.iter().rev().find(|&&literal| cx.ast.expr_span(literal).contains(span));
            around.copied() == func.lit
        };
        ends.defers =
            ends.defers.iter().copied().filter(is_own).filter(|&stmt| ends.has_run(stmt, at)).collect();
        ends
    }

    /// Whether a statement has run wherever `at` is come to: it stands before, in a block around it.
    fn has_run(&self, stmt: StmtId, at: Span) -> bool {
        let span = self.cx.ast.stmt_span(stmt);
        span.end <= at.start && self.blocks.iter().all(|block| !block.contains(span) || block.contains(at))
    }

    /// Whether a context, as it is at a place, ends with the function.
    fn context(&self, context: ExprId, at: Span, depth: usize) -> bool {
        if MAX_ORIGINS <= depth {
            return false;
        }
        match self.cx.local(context) {
            Some(local) if is_context(self.cx, self.cx.local_info(local).ty) => {
                self.every_value(local, at, false, |store, value| self.derived(value, Some(store), depth + 1))
            }
            Some(_) => false,
            None => self.derived(context, None, depth + 1),
        }
    }

    /// Whether what a value is ends with the function: a context made by a call, or another variable.
    fn derived(&self, value: ExprId, store: Option<&Store>, depth: usize) -> bool {
        let cx = self.cx;
        let (value, at) = (cx.ast.unparen(value), cx.ast.expr_span(value));
        if cx.local(value).is_some() {
            return self.context(value, at, depth);
        }
        if !matches!(cx.ast.expr(value), Expr::Call { .. }) || !is_context(cx, first_result(cx, value)) {
            return false;
        }
        let callee = cx.callee(value);
        if let Callee::Method { recv, .. } = callee
            && callee.is_method("net/http", "Request", &["Context"])
        {
            return self.request(recv, at, depth);
        }
        let has_cancel =
            callee.is_func("context", &CANCELLABLE) || callee.is_func("os/signal", &["NotifyContext"]);
        let cancel = store.filter(|_| has_cancel).and_then(|store| cx.local(*store.targets.get(1)?));
        if cancel.is_some_and(|cancel| self.is_cancelled(cancel, at)) {
            return true;
        }
        keeps_end(&callee) && cx.args(value).first().is_some_and(|&parent| self.context(parent, at, depth))
    }

    /// Whether a function of a variable, from where it is set, is called by a deferred call.
    fn is_cancelled(&self, cancel: LocalId, set: Span) -> bool {
        let cx = self.cx;
        let calls = |call: ExprId| match cx.ast.expr(cx.ast.unparen(call)) {
            Expr::Call { fun, .. } => cx.local(fun) == Some(cancel),
            _ => false,
        };
        self.defers.iter().filter(|&&defer| set.end <= cx.ast.stmt_span(defer).start).any(|&defer| {
            let Stmt::Defer(call) = cx.ast.stmt(defer) else { return false };
            let Callee::Literal(literal) = cx.callee(call) else { return calls(call) };
            let Expr::Func { body, .. } = cx.ast.expr(literal) else { return false };
            cx.ast
                .list(cx.ast.block(body))
                .any(|stmt| matches!(cx.ast.stmt(stmt), Stmt::Expr(call) if calls(call)))
        })
    }

    /// Whether a request, as it is at a place, ends with the function.
    fn request(&self, request: ExprId, at: Span, depth: usize) -> bool {
        if MAX_ORIGINS <= depth {
            return false;
        }
        match self.cx.local(request) {
            Some(local) if is_request(self.cx, self.cx.local_info(local).ty) => {
                let is_served = self.serves && self.is_served(local);
                self.every_value(local, at, is_served, |_, value| self.made_request(value, depth + 1))
            }
            Some(_) => false,
            None => self.made_request(request, depth + 1),
        }
    }

    fn made_request(&self, value: ExprId, depth: usize) -> bool {
        let cx = self.cx;
        let (value, at) = (cx.ast.unparen(value), cx.ast.expr_span(value));
        if cx.local(value).is_some() {
            return self.request(value, at, depth);
        }
        matches!(cx.ast.expr(value), Expr::Call { .. })
            && is_request(cx, first_result(cx, value))
            && cx.args(value).into_iter().any(|arg| self.context(arg, at, depth))
    }

    /// Whether a request is a parameter of the function beside the writer of its response.
    fn is_served(&self, request: LocalId) -> bool {
        let is_param = |local: LocalId| {
            let info = self.cx.local_info(local);
            info.kind == LocalKind::Param && info.func == self.func.lit
        };
        is_param(request)
            && self.cx.locals().any(|(id, local)| {
                is_param(id) && self.cx.pkg.types.is_named(local.ty, "net/http", "ResponseWriter")
            })
    }

    /// Whether all values are fit that a variable may have at a place, where it `begins` with a fit one or not.
    fn every_value(
        &self,
        local: LocalId,
        at: Span,
        begins: bool,
        is_fit: impl Fn(&Store, ExprId) -> bool,
    ) -> bool {
        for store in self.stores(local).iter().rev() {
            let span = self.cx.ast.stmt_span(store.stmt);
            let is_again = self.loops.iter().any(|turn| turn.contains(span) && turn.contains(at));
            if at.start < span.end && !is_again {
                continue;
            }
            if !store.value.is_some_and(|value| is_fit(store, value)) {
                return false;
            }
            if self.has_run(store.stmt, at) {
                return true;
            }
        }
        begins
    }

    /// What a variable gets, in the order of the text.
    fn stores(&self, local: LocalId) -> Vec<Store> {
        let cx = self.cx;
        let mut found: Vec<_> = (0..cx.ast.stmt_count() as u32)
            .map(StmtId::new)
            .filter_map(|stmt| {
                let stores = assigned(cx, stmt);
                let &(_, value) = stores.iter().find(|&&(target, _)| cx.local(target) == Some(local))?;
                let value = value.or_else(|| sole_value(cx, stmt));
                Some(Store { stmt, value, targets: stores.into_iter().map(|(target, _)| target).collect() })
            })
            .collect();
        found.sort_by_key(|store| cx.ast.stmt_span(store.stmt).start);
        found
    }

    fn ends_transaction(&self, defer: StmtId, tx: LocalId) -> bool {
        let cx = self.cx;
        let mut found = false;
        walk(cx.ast, defer, |node| {
            if let NodeRef::Expr(expr) = node
                && let Expr::Selector { base, sel } = cx.ast.expr(expr)
                && cx.local(base) == Some(tx)
            {
                found |= cx.ast.ident(sel).is_some_and(|name| name == "Rollback" || name == "Commit");
            }
            if found { Walk::Stop } else { Walk::Into }
        });
        found
    }
}

/// The one value of a statement, whose results several targets share.
fn sole_value(cx: BodyCx<'_>, stmt: StmtId) -> Option<ExprId> {
    let values = match cx.ast.stmt(stmt) {
        Stmt::Assign { rhs, .. } => rhs,
        Stmt::Decl { specs, .. } => match cx.ast.list(specs).next().map(|spec| cx.ast.spec(spec)) {
            Some(Spec::Value { values, .. }) if specs.len() == 1 => values,
            _ => return None,
        },
        _ => return None,
    };
    cx.ast.list(values).next().filter(|_| values.len() == 1)
}

/// Whether a function that gets a context and returns one derives it, so that it ends with its parent.
fn keeps_end(callee: &Callee) -> bool {
    callee.name().is_none_or(|name| !["Without", "Detach"].iter().any(|word| name.as_str().contains(word)))
}

fn is_context(cx: BodyCx<'_>, ty: TypeId) -> bool {
    cx.pkg.types.is_named(ty, "context", "Context")
}

fn is_request(cx: BodyCx<'_>, ty: TypeId) -> bool {
    cx.pkg.types.is_named_or_ptr(ty, "net/http", "Request")
}

fn first_result(cx: BodyCx<'_>, call: ExprId) -> TypeId {
    let ty = cx.type_of(call);
    match cx.pkg.types.get(ty) {
        Type::Tuple(items) => items.first().copied().unwrap_or(ty),
        _ => ty,
    }
}
