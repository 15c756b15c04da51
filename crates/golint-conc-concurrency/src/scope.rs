//! Which context a place could have used.

use golint_conc_semantic::{BodyCx, Callee, LocalId, LocalKind};
use golint_conc_syntax::ast::{Expr, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::model::Model;

/// A context that a place could have used.
#[derive(Clone, Debug)]
pub struct ContextInScope {
    /// The variable.
    pub local: LocalId,
    /// Go for the context: `ctx`, or `r.Context()` for a `*http.Request`.
    pub expr: String,
    /// Whether it is a request's.
    pub is_request: bool,
}

impl<'p> Model<'p> {
    /// Whether a local variable of a body is visible at a node: declared before it, in a block around it.
    pub fn is_visible(&self, cx: BodyCx<'p>, local: LocalId, at: impl Into<NodeRef>) -> bool {
        let at = at.into();
        let info = cx.local_info(local);
        let parents = self.parents(cx.id);
        if cx.ast.expr_span(info.ident).start >= start_of(cx, at) {
            return false;
        }
        match info.kind {
            LocalKind::Receiver | LocalKind::Param | LocalKind::Result => {
                info.func.is_none_or(|lit| parents.ancestors(at).any(|node| node == NodeRef::Expr(lit)))
            }
            LocalKind::Var
            | LocalKind::Loop(_)
            | LocalKind::Const
            | LocalKind::Type
            | LocalKind::TypeParam => {
                // The scope of a variable begins behind the statement that declares it.
                let declares = parents
                    .enclosing_stmt(info.ident)
                    .filter(|&stmt| matches!(cx.ast.stmt(stmt), Stmt::Assign { .. } | Stmt::Decl { .. }));
                if declares.is_some_and(|stmt| start_of(cx, at) < cx.ast.stmt_span(stmt).end) {
                    return false;
                }
                let block = parents.ancestors(info.ident).find(|node| opens_scope(cx, *node));
                block.is_none_or(|block| parents.ancestors(at).any(|node| node == block))
            }
        }
    }

    /// The context of a caller that a place could have used: one that is a parameter or is made from one, rather than
    /// a root of its own.
    pub fn caller_context(&self, cx: BodyCx<'p>, at: impl Into<NodeRef>) -> Option<ContextInScope> {
        self.context_in_scope(cx, at).filter(|context| comes_from_caller(cx, context.local))
    }

    /// The context that a place could have used, the innermost first: a variable of type `context.Context` or
    /// `*http.Request` that is visible there and is not `_`.
    pub fn context_in_scope(&self, cx: BodyCx<'p>, at: impl Into<NodeRef>) -> Option<ContextInScope> {
        let at = at.into();
        let mut found: Option<ContextInScope> = None;
        for (id, local) in cx.locals() {
            let hides = found.as_ref().is_some_and(|found| cx.local_info(found.local).name == local.name);
            if hides && self.is_visible(cx, id, at) {
                found = None;
            }
            let is_context = cx.pkg.types.is_named(local.ty, "context", "Context");
            let is_request = !is_context && cx.pkg.types.is_named_or_ptr(local.ty, "net/http", "Request");
            let is_variable = matches!(
                local.kind,
                LocalKind::Receiver | LocalKind::Param | LocalKind::Var | LocalKind::Loop(_)
            );
            if !is_variable
                || !(is_context || is_request)
                || local.name.is_blank()
                || !self.is_visible(cx, id, at)
            {
                continue;
            }
            // A request that is being built here is not one that somebody waits for.
            if is_request && local.kind != LocalKind::Param {
                continue;
            }
            let expr = if is_request { format!("{}.Context()", local.name) } else { local.name.to_string() };
            found = Some(ContextInScope { local: id, expr, is_request });
        }
        found
    }
}

fn comes_from_caller(cx: BodyCx<'_>, local: LocalId) -> bool {
    let info = cx.local_info(local);
    match (info.kind, info.init) {
        (LocalKind::Param | LocalKind::Receiver, _) => true,
        (_, Some((init, _))) => match cx.callee(init) {
            // `r.Context()`, `stream.Context()`
            Callee::Method { name, .. } if name == "Context" => true,
            // `context.WithTimeout(ctx, d)`
            _ => {
                let from = cx.args(init).first().and_then(|&arg| cx.local(arg));
                from.is_some_and(|from| from < local && comes_from_caller(cx, from))
            }
        },
        _ => false,
    }
}

fn start_of(cx: BodyCx<'_>, node: NodeRef) -> u32 {
    match node {
        NodeRef::Expr(expr) => cx.ast.expr_span(expr).start,
        NodeRef::Stmt(stmt) => cx.ast.stmt_span(stmt).start,
        NodeRef::Clause(clause) => cx.ast.clause(clause).span.start,
    }
}

fn opens_scope(cx: BodyCx<'_>, node: NodeRef) -> bool {
    match node {
        NodeRef::Clause(_) => true,
        NodeRef::Expr(expr) => matches!(cx.ast.expr(expr), Expr::Func { .. }),
        NodeRef::Stmt(stmt) => matches!(
            cx.ast.stmt(stmt),
            Stmt::Block(_)
                | Stmt::If { .. }
                | Stmt::For { .. }
                | Stmt::Range { .. }
                | Stmt::Switch { .. }
                | Stmt::TypeSwitch { .. }
        ),
    }
}
