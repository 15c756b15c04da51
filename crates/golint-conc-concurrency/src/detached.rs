//! Where a context of one's own is wanted although one is in scope.

use golint_conc_semantic::{BodyCx, Callee, LocalId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, Walk, walk, walk_inline};

use crate::model::Model;
use crate::scope::ContextInScope;

/// Words in the names of functions whose work must get done although the caller has given up.
const ENDING_WORDS: [&str; 15] = [
    "shutdown",
    "close",
    "stop",
    "cleanup",
    "rollback",
    "release",
    "revoke",
    "detach",
    "background",
    "async",
    "unlock",
    "cancel",
    "kill",
    "terminate",
    "abort",
];

impl<'p> Model<'p> {
    /// Whether a place that makes a root context, though one is in scope, shows that a context of its own is wanted: it
    /// is detached (`go`, `defer`, a literal), ends or logs something, comes after the end of the one in scope, uses both,
    /// or makes something that is kept.
    pub fn wants_own_context(&self, body: BodyCx<'p>, background: ExprId, context: &ContextInScope) -> bool {
        let parents = self.parents(body.id);
        if !matches!(parents.parent(background), Some(NodeRef::Expr(above)) if matches!(body.ast.expr(above), Expr::Call { .. }))
        {
            return true;
        }
        let mut below = NodeRef::Expr(background);
        for node in parents.ancestors(background) {
            let found = match node {
                NodeRef::Expr(expr) => match body.ast.expr(expr) {
                    // What a literal does is done when its holder wants it.
                    Expr::Func { .. } => {
                        let own = body.local_info(context.local).func == Some(expr);
                        if own {
                            return false;
                        }
                        true
                    }
                    Expr::Call { .. } => {
                        is_ending(body, expr)
                            || mentions(body, expr, context.local)
                            || is_kept(self, body, expr)
                            || makes_stored_object(&parents, body, expr)
                    }
                    _ => false,
                },
                NodeRef::Stmt(stmt) => match body.ast.stmt(stmt) {
                    Stmt::Go(_) | Stmt::Defer(_) => true,
                    Stmt::If { cond, .. } if below != NodeRef::Expr(cond) => {
                        doubts(body, cond, context.local)
                    }
                    Stmt::Block(stmts) => body
                        .ast
                        .list(stmts)
                        .take_while(|&stmt| NodeRef::Stmt(stmt) != below)
                        .any(|stmt| waits_for_end(body, stmt.into(), context.local)),
                    _ => false,
                },
                NodeRef::Clause(clause) => {
                    let clause = body.ast.clause(clause);
                    clause.comm.is_some_and(|comm| waits_for_end(body, comm.into(), context.local))
                        || body.ast.list(clause.exprs).any(|cond| doubts(body, cond, context.local))
                }
            };
            if found {
                return true;
            }
            below = node;
        }
        false
    }
}

/// Whether a call ends something, or writes a log.
fn is_ending(body: BodyCx<'_>, call: ExprId) -> bool {
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return false };
    let name = match body.ast.expr(body.ast.unparen(fun)) {
        Expr::Ident(name) => Some(name),
        Expr::Selector { sel, .. } => body.ast.ident(sel),
        _ => None,
    };
    name.is_some_and(|name| {
        let lower = name.as_str().to_ascii_lowercase();
        ENDING_WORDS.iter().any(|word| lower.contains(word)) || writes_log(name.as_str())
    })
}

/// Whether a function's name says that it writes a log or makes a logger: `Log`, `Infof`, `WarnContext`, `GetLogger`.
pub(crate) fn writes_log(name: &str) -> bool {
    const LEVELS: [&str; 5] = ["Log", "Debug", "Info", "Warn", "Error"];
    let says =
        |rest: &str| matches!(rest, "" | "f" | "ln" | "w" | "ing") || rest.starts_with(char::is_uppercase);
    // `auditLogInternal` has the word further on.
    let later = || name.match_indices("Log").any(|(at, word)| says(&name[at + word.len()..]));
    name.ends_with("Logger")
        || LEVELS.iter().filter_map(|level| name.strip_prefix(level)).any(says)
        || later()
}

/// Whether something else in a call uses the context that is in scope: then both are wanted.
fn mentions(body: BodyCx<'_>, node: ExprId, local: LocalId) -> bool {
    let mut found = false;
    walk(body.ast, node, |node| {
        if let NodeRef::Expr(expr) = node {
            found |= body.local(expr) == Some(local);
        }
        if found { Walk::Stop } else { Walk::Into }
    });
    found
}

/// Whether a call makes an object that is stored in a field, and so is not work for the caller alone.
fn makes_stored_object(parents: &Parents, body: BodyCx<'_>, call: ExprId) -> bool {
    let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return false };
    let Stmt::Assign { lhs, .. } = body.ast.stmt(stmt) else { return false };
    let mut targets = body.ast.list(lhs);
    targets.next().is_some_and(|target| matches!(body.ast.expr(target), Expr::Selector { .. }))
}

/// Whether the context that a call of `context.With…` makes, or its cancel function, outlives the function: it is
/// returned, stored, or given to a goroutine or literal.
fn is_kept<'p>(model: &Model<'p>, body: BodyCx<'p>, call: ExprId) -> bool {
    if !matches!(body.callee(call), Callee::Func { pkg, .. } if pkg == "context" || pkg == "os/signal") {
        return false;
    }
    let parents = model.parents(body.id);
    let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return false };
    let Stmt::Assign { lhs, .. } = body.ast.stmt(stmt) else { return true };
    body.ast.list(lhs).any(|target| match body.local(target) {
        None => !body.ast.ident(target).is_some_and(Symbol::is_blank),
        Some(local) => {
            model.uses_of(body, local).into_iter().any(|mention| escapes(&parents, body, mention, local))
        }
    })
}

fn escapes(parents: &Parents, body: BodyCx<'_>, mention: ExprId, local: LocalId) -> bool {
    let own = body.local_info(local).func;
    match parents.parent(mention) {
        Some(NodeRef::Expr(above)) => match body.ast.expr(above) {
            Expr::KeyValue { .. } | Expr::Composite { .. } => return true,
            Expr::Call { .. } => {
                if matches!(parents.parent(above), Some(NodeRef::Stmt(stmt)) if matches!(body.ast.stmt(stmt), Stmt::Go(_)))
                {
                    return true;
                }
            }
            _ => {}
        },
        Some(NodeRef::Stmt(stmt)) => {
            if let Stmt::Return(_) = body.ast.stmt(stmt) {
                return true;
            }
            if let Stmt::Assign { rhs, .. } = body.ast.stmt(stmt) {
                return body.ast.list(rhs).any(|value| value == mention);
            }
        }
        _ => {}
    }
    // In a literal that is not deferred on the spot.
    let lit = parents.enclosing_func(body.ast, mention);
    lit != own && lit.is_some_and(|lit| !is_deferred(parents, body, lit))
}

fn is_deferred(parents: &Parents, body: BodyCx<'_>, lit: ExprId) -> bool {
    parents.ancestors(lit).nth(1).is_some_and(
        |node| matches!(node, NodeRef::Stmt(stmt) if matches!(body.ast.stmt(stmt), Stmt::Defer(_))),
    )
}

/// Whether a condition asks if the context is `nil` or has ended.
fn doubts(body: BodyCx<'_>, cond: ExprId, local: LocalId) -> bool {
    let mut found = false;
    walk_inline(body.ast, cond, |node| {
        let NodeRef::Expr(expr) = node else { return };
        found |= match body.ast.expr(expr) {
            Expr::Binary { op: BinaryOp::Eq | BinaryOp::Ne, lhs, rhs } => {
                (body.local(lhs) == Some(local) && body.is_nil(rhs))
                    || is_err_of(body, lhs, local)
                    || is_err_of(body, rhs, local)
            }
            Expr::Call { .. } => is_err_of(body, expr, local),
            _ => false,
        };
    });
    found
}

fn is_err_of(body: BodyCx<'_>, expr: ExprId, local: LocalId) -> bool {
    let Expr::Call { fun, .. } = body.ast.expr(body.ast.unparen(expr)) else { return false };
    let Expr::Selector { base, sel } = body.ast.expr(fun) else { return false };
    body.local(base) == Some(local) && body.ast.ident(sel).is_some_and(|name| name == "Err")
}

/// Whether a node waits until the context has ended.
fn waits_for_end(body: BodyCx<'_>, node: NodeRef, local: LocalId) -> bool {
    let mut found = false;
    if matches!(node, NodeRef::Stmt(stmt) if matches!(body.ast.stmt(stmt), Stmt::Select { .. } | Stmt::For { .. }))
    {
        return false;
    }
    walk_inline(body.ast, node, |node| {
        if let NodeRef::Expr(expr) = node
            && let Expr::Unary { op: UnaryOp::Recv, operand } = body.ast.expr(expr)
        {
            found |= mentions(body, operand, local);
        }
    });
    found
}
