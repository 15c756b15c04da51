//! Loops that try something again until it succeeds.

use golint_conc_semantic::{BodyCx, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, BranchKind, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, walk_inline};

use crate::lifetime::{is_clock, is_context};
use crate::model::Model;

/// Words in names that say that somebody asks for an end.
const END_WORDS: [&str; 9] =
    ["done", "quit", "stop", "exit", "shutdown", "shutting", "cancel", "clos", "kill"];

impl<'p> Model<'p> {
    /// Whether a loop waits by the clock alone and every way out of it is the success of what it tries. Nothing in it
    /// speaks of an end that somebody else may ask for, by a channel or a name, and what it tries with was not made with
    /// a context, whose end would be its own.
    pub(crate) fn tries_until_success(&self, cx: BodyCx<'p>, turn: StmtId) -> bool {
        let parents = self.parents(cx.id);
        let (mut waits, mut succeeds, mut may_be_told) = (false, false, false);
        walk_inline(cx.ast, turn, |node| match node {
            NodeRef::Expr(expr) => match cx.ast.expr(expr) {
                Expr::Call { .. } => {
                    waits |= cx.callee(expr).is_func("time", &["Sleep"]);
                    may_be_told |= self.never_returns(cx, expr);
                }
                Expr::Unary { op: UnaryOp::Recv, operand } => {
                    let is_clock = is_clock(cx, operand);
                    waits |= is_clock;
                    may_be_told |= !is_clock;
                }
                Expr::Ident(name) => may_be_told |= speaks_of_end(name) || is_made_with_context(cx, expr),
                _ => {}
            },
            NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                Stmt::Send { .. } => may_be_told = true,
                Stmt::Return(_) | Stmt::Branch { .. } if self.leaves(cx, stmt, turn).is_some() => {
                    let is_success = is_success(cx, &parents, stmt, turn);
                    succeeds |= is_success;
                    may_be_told |= !is_success;
                }
                _ => {}
            },
            NodeRef::Clause(_) => {}
        });
        waits && succeeds && !may_be_told
    }
}

/// Whether a statement that leaves a loop is come to only when an attempt has succeeded: under `if err == nil`, or behind
/// `if err != nil { … continue }`.
fn is_success(cx: BodyCx<'_>, parents: &Parents, leave: StmtId, turn: StmtId) -> bool {
    let (mut below, mut has_succeeded) = (NodeRef::Stmt(leave), false);
    for node in parents.ancestors(leave) {
        let NodeRef::Stmt(above) = node else { return false };
        if above == turn {
            break;
        }
        match cx.ast.stmt(above) {
            Stmt::If { cond, then, .. } if says_success(cx, cond, below == then.into(), turn) => {
                has_succeeded = true;
            }
            Stmt::Block(stmts) => {
                let mut before = cx.ast.list(stmts).take_while(|&stmt| NodeRef::Stmt(stmt) != below);
                has_succeeded |= before.any(|stmt| goes_on_after_failure(cx, stmt, turn));
            }
            _ => return false,
        }
        below = node;
    }
    has_succeeded
}

/// Whether a condition that holds, or does not, says that an attempt has returned no error, or that what it returned for
/// its arguments is as wanted. A flag that is asked without an argument may as well be how somebody calls it off.
fn says_success(cx: BodyCx<'_>, cond: ExprId, holds: bool, turn: StmtId) -> bool {
    let cond = cx.ast.unparen(cond);
    let Expr::Binary { op, lhs, rhs } = cx.ast.expr(cond) else {
        return holds && is_answer(cx, cond, turn);
    };
    let is_attempt = || {
        let tried = cx.ast.unparen(lhs);
        let is_own = cx.local(tried).is_some() || matches!(cx.ast.expr(tried), Expr::Call { .. });
        is_own && cx.is_nil(rhs) && cx.type_of(tried) == TypeId::ERROR
    };
    match op {
        BinaryOp::LogicalAnd if holds => {
            says_success(cx, lhs, true, turn) || says_success(cx, rhs, true, turn)
        }
        BinaryOp::Eq => holds && is_attempt(),
        BinaryOp::Ne => !holds && is_attempt(),
        _ => false,
    }
}

/// Whether an expression is a variable, or a field of one, that a call in the loop gave for its arguments.
fn is_answer(cx: BodyCx<'_>, expr: ExprId, turn: StmtId) -> bool {
    let variable = match cx.ast.expr(expr) {
        Expr::Selector { base, .. } => cx.ast.unparen(base),
        _ => expr,
    };
    let init = cx.local(variable).and_then(|local| cx.local_info(local).init);
    init.is_some_and(|(made, _)| {
        cx.ast.stmt_span(turn).contains(cx.ast.expr_span(made)) && !cx.args(made).is_empty()
    })
}

/// Whether a statement is `if err != nil { … continue }`.
fn goes_on_after_failure(cx: BodyCx<'_>, stmt: StmtId, turn: StmtId) -> bool {
    let Stmt::If { cond, then, els: None, .. } = cx.ast.stmt(stmt) else { return false };
    let last = cx.ast.list(cx.ast.block(then)).last();
    says_success(cx, cond, false, turn)
        && last.is_some_and(|last| {
            matches!(cx.ast.stmt(last), Stmt::Branch { kind: BranchKind::Continue, label: None })
        })
}

/// Whether a variable holds what a call with a context made, such as a stream.
fn is_made_with_context(cx: BodyCx<'_>, variable: ExprId) -> bool {
    let init = cx.local(variable).and_then(|local| cx.local_info(local).init);
    init.is_some_and(|(made, _)| cx.args(made).into_iter().any(|arg| is_context(cx, arg)))
}

fn speaks_of_end(name: Symbol) -> bool {
    let name = name.as_str().to_ascii_lowercase();
    END_WORDS.iter().any(|word| name.contains(word))
}
