//! Loops: which have no condition, and what leaves them.

use golint_conc_flow::CallEnd;
use golint_conc_semantic::{AccessPath, BodyCx, Entity, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, BranchKind, ClauseId, Expr, ExprId, List, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, walk_inline};

use crate::model::Model;

impl<'p> Model<'p> {
    /// Whether a statement is a `for` that no condition of its own ends: `for { }`, `for true { }`, or a range over the
    /// ticks of package `time`, whose channels are never closed.
    pub fn is_endless(&self, cx: BodyCx<'p>, stmt: StmtId) -> bool {
        match cx.ast.stmt(stmt) {
            Stmt::For { cond, .. } => {
                cond.is_none_or(|cond| matches!(cx.entity(cond), Entity::Universe(name) if name == "true"))
            }
            Stmt::Range { subject, .. } => is_ticks(cx, subject),
            _ => false,
        }
    }

    /// The first node under `within` that leaves the loop `of`, for its end or for an outer loop: a return, a branch,
    /// a call that does not come back. Literals under `within` run on their own account.
    pub fn leaves(&self, cx: BodyCx<'p>, within: impl Into<NodeRef>, of: StmtId) -> Option<NodeRef> {
        let parents = self.parents(cx.id);
        let mut found = None;
        walk_inline(cx.ast, within, |node| {
            let leaves = match node {
                NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                    Stmt::Return(_) | Stmt::Branch { kind: BranchKind::Goto, .. } => true,
                    Stmt::Branch { kind: BranchKind::Break, label: None } => {
                        parents.ancestors(stmt).find(|&above| takes_break(cx, above)) == Some(of.into())
                    }
                    Stmt::Branch { kind: BranchKind::Break, label: Some(label) } => {
                        let target = labelled(cx, &parents, stmt, label);
                        target.is_none_or(|target| !is_below(&parents, target, of))
                    }
                    Stmt::Branch { kind: BranchKind::Continue, label: Some(label) } => {
                        let target = labelled(cx, &parents, stmt, label);
                        target.is_none_or(|target| target != of && !is_below(&parents, target, of))
                    }
                    _ => false,
                },
                NodeRef::Expr(call) => {
                    matches!(cx.ast.expr(call), Expr::Call { .. }) && self.never_returns(cx, call)
                }
                NodeRef::Clause(_) => false,
            };
            if leaves && found.is_none() {
                found = Some(node);
            }
        });
        found
    }

    /// Whether a call does not come back.
    pub fn never_returns(&self, cx: BodyCx<'p>, call: ExprId) -> bool {
        self.flow.call_end(cx, call) != CallEnd::Returns
    }
}

/// Whether ranging over a value means waiting for the ticks of a clock: `t.C` of a `time.Ticker`, or `time.Tick(d)`.
fn is_ticks(cx: BodyCx<'_>, subject: ExprId) -> bool {
    let subject = cx.ast.unparen(subject);
    match cx.ast.expr(subject) {
        Expr::Selector { base, sel } => {
            cx.ast.ident(sel).is_some_and(|name| name == "C")
                && (cx.is_named(base, "time", "Ticker") || cx.is_named(base, "time", "Timer"))
        }
        Expr::Call { .. } => cx.callee(subject).is_func("time", &["Tick"]),
        Expr::Ident(_) => {
            let init = cx.local(subject).and_then(|local| cx.local_info(local).init);
            matches!(cx.underlying(subject), Type::Chan(..))
                && init.is_some_and(|(init, _)| {
                    !matches!(cx.ast.expr(init), Expr::Ident(_)) && is_ticks(cx, init)
                })
        }
        _ => false,
    }
}

fn takes_break(cx: BodyCx<'_>, node: NodeRef) -> bool {
    matches!(node, NodeRef::Stmt(stmt) if matches!(
        cx.ast.stmt(stmt),
        Stmt::For { .. } | Stmt::Range { .. } | Stmt::Switch { .. } | Stmt::TypeSwitch { .. } | Stmt::Select { .. }
    ))
}

/// The statement that carries the label that a branch names.
fn labelled(cx: BodyCx<'_>, parents: &Parents, branch: StmtId, label: Symbol) -> Option<StmtId> {
    parents.ancestors(branch).find_map(|node| match node {
        NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
            Stmt::Labeled { label: own, stmt } if own == label => Some(stmt),
            _ => None,
        },
        _ => None,
    })
}

fn is_below(parents: &Parents, node: StmtId, above: StmtId) -> bool {
    parents.ancestors(node).any(|ancestor| ancestor == above.into())
}

/// Whether a condition holds only while a channel has elements that a clause receives: the loop drains it and ends.
pub fn holds_only_while_received(cx: BodyCx<'_>, cond: ExprId, clauses: List<ClauseId>) -> bool {
    compares_len_of_received(cx, cond, clauses, true)
}

/// Whether a condition holds once a channel has no elements any more that a clause receives.
pub fn holds_once_drained(cx: BodyCx<'_>, cond: ExprId, clauses: List<ClauseId>) -> bool {
    compares_len_of_received(cx, cond, clauses, false)
}

fn compares_len_of_received(
    cx: BodyCx<'_>,
    cond: ExprId,
    clauses: List<ClauseId>,
    has_elements: bool,
) -> bool {
    let Expr::Binary { op, lhs, rhs } = cx.ast.expr(cx.ast.unparen(cond)) else { return false };
    let (count, bound, least) = match (op, has_elements) {
        (BinaryOp::LogicalAnd, true) | (BinaryOp::LogicalOr, false) => {
            let mut parts = [lhs, rhs].into_iter();
            return parts.any(|part| compares_len_of_received(cx, part, clauses, has_elements));
        }
        (BinaryOp::Gt | BinaryOp::Ne, true) | (BinaryOp::Eq | BinaryOp::Le, false) => (lhs, rhs, 0),
        (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => (lhs, rhs, 1),
        (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => (rhs, lhs, 0),
        (BinaryOp::Le, true) | (BinaryOp::Gt, false) => (rhs, lhs, 1),
        _ => return false,
    };
    let count = cx.ast.unparen(count);
    if !cx.callee(count).is_builtin("len") || cx.const_int(bound) != Some(least) {
        return false;
    }
    let Some(channel) = cx.args(count).first().and_then(|&channel| cx.path(channel)) else { return false };
    cx.ast.list(clauses).any(|clause| received_in(cx, clause).as_ref() == Some(&channel))
}

/// The channel that a clause of a `select` receives from.
fn received_in(cx: BodyCx<'_>, clause: ClauseId) -> Option<AccessPath> {
    let mut found = None;
    walk_inline(cx.ast, cx.ast.clause(clause).comm?, |node| {
        if let NodeRef::Expr(expr) = node
            && let Expr::Unary { op: UnaryOp::Recv, operand } = cx.ast.expr(expr)
        {
            found = cx.path(operand);
        }
    });
    found
}
