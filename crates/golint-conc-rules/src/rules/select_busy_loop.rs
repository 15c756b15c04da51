//! See `rules/select-busy-loop.md`.

use golint_conc_concurrency::{holds_once_drained, holds_only_while_received};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{BranchKind, ClauseId, Expr, List, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk, walk_inline};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: SelectBusyLoop = SelectBusyLoop;

pub(crate) struct SelectBusyLoop;

struct Spins {
    default: Place,
    clause: Replacement,
    turn: Place,
    is_only_statement: bool,
}

impl Finding for Spins {
    fn message(&self) -> String {
        "the loop spins: while no case is ready, `default` starts the next turn at once".into()
    }

    fn primary(&self) -> Place {
        self.default
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.turn, 0, "nothing in the loop waits"),
            step(self.default, 0, "taken whenever no channel is ready, and does nothing"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("remove `default`, so that `select` waits, or wait for a ticker or timer in the loop".into())
    }

    fn edits(&self) -> Vec<Edit> {
        if !self.is_only_statement {
            return Vec::new();
        }
        vec![Edit {
            title: "remove the default case".into(),
            applicability: Applicability::Suggested,
            replacements: vec![self.clause.clone()],
        }]
    }

    fn confidence(&self) -> Confidence {
        Confidence::High
    }
}

impl Rule for SelectBusyLoop {
    fn id(&self) -> &'static str {
        "select-busy-loop"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::SELECT.union(Signals::FOR)] }
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for root in roots(body.ast) {
            walk(body.ast, root, |node| {
                if let NodeRef::Stmt(turn) = node
                    && let Some((default, is_only_statement)) = spinning_default(cx, body, turn)
                {
                    let clause = body.ast.clause(default).span;
                    let word = Span::new(clause.start, clause.start + "default".len() as u32);
                    report.add(&Spins {
                        default: cx.place(body.id, word),
                        clause: edits::delete(cx, body, with_comments(cx, body, default)),
                        turn: cx.keyword_place(body, turn),
                        is_only_statement,
                    });
                }
                Walk::Into
            });
        }
    }
}

/// The `default` that makes a loop spin, and whether the `select` is all that the loop does.
fn spinning_default(cx: &Cx<'_>, body: BodyCx<'_>, turn: StmtId) -> Option<(ClauseId, bool)> {
    let Stmt::For { init: None, cond, post: None, body: block } = body.ast.stmt(turn) else { return None };
    let stmts: Vec<StmtId> = body.ast.list(body.ast.block(block)).collect();
    let select = stmts.iter().copied().find(|&stmt| matches!(body.ast.stmt(stmt), Stmt::Select { .. }))?;
    let Stmt::Select { clauses } = body.ast.stmt(select) else { return None };
    let default = body.ast.list(clauses).find(|&clause| {
        let clause = body.ast.clause(clause);
        clause.is_default && body.ast.list(clause.body).all(|stmt| starts_next_turn(body, stmt))
    })?;
    // A select without another case is the idiom of nobody; what it is for is not ours to say.
    let mut others = stmts.iter().copied().filter(|&stmt| stmt != select);
    let spins = 1 < clauses.len()
        && cond.is_none_or(|cond| {
            !may_wait_or_progress(cx, body, cond.into()) && !holds_only_while_received(body, cond, clauses)
        })
        && others.all(|stmt| {
            !may_wait_or_progress(cx, body, stmt.into())
                && !always_leaves(cx, body, stmt, turn)
                && !leaves_once_drained(cx, body, stmt, turn, clauses)
        });
    spins.then_some((default, stmts.len() == 1))
}

/// A clause up to where the next one or the closing brace begins.
fn with_comments(cx: &Cx<'_>, body: BodyCx<'_>, clause: ClauseId) -> Span {
    let own = body.ast.clause(clause).span;
    let Some(NodeRef::Stmt(select)) = cx.model.parents(body.id).parent(clause) else { return own };
    let Stmt::Select { clauses } = body.ast.stmt(select) else { return own };
    let next = body.ast.list(clauses).map(|other| body.ast.clause(other).span.start);
    let end = next.filter(|&start| own.start < start).min();
    let end = end.unwrap_or_else(|| body.ast.stmt_span(select).end.saturating_sub(1));
    let text = body.text_at(Span::new(own.start, end));
    Span::new(own.start, own.start + text.trim_end().len() as u32)
}

fn starts_next_turn(body: BodyCx<'_>, stmt: StmtId) -> bool {
    matches!(body.ast.stmt(stmt), Stmt::Empty | Stmt::Branch { kind: BranchKind::Continue, label: None })
}

fn always_leaves(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId, turn: StmtId) -> bool {
    !matches!(body.ast.stmt(stmt), Stmt::If { .. } | Stmt::Switch { .. })
        && cx.model.leaves(body, stmt, turn).is_some()
}

/// Whether a statement leaves the loop once a channel is empty that the `select` receives from.
fn leaves_once_drained(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    stmt: StmtId,
    turn: StmtId,
    clauses: List<ClauseId>,
) -> bool {
    let Stmt::If { cond, then, .. } = body.ast.stmt(stmt) else { return false };
    holds_once_drained(body, cond, clauses) && cx.model.leaves(body, then, turn).is_some()
}

/// Whether running a node may take time, or brings the loop nearer to an end of its own.
fn may_wait_or_progress(cx: &Cx<'_>, body: BodyCx<'_>, node: NodeRef) -> bool {
    let mut found = false;
    walk_inline(body.ast, node, |node| {
        found |= match node {
            NodeRef::Stmt(stmt) => !matches!(
                body.ast.stmt(stmt),
                Stmt::Expr(_)
                    | Stmt::If { .. }
                    | Stmt::Block(_)
                    | Stmt::Return(_)
                    | Stmt::Branch { .. }
                    | Stmt::Empty
            ),
            NodeRef::Expr(expr) => match body.ast.expr(expr) {
                Expr::Unary { op: UnaryOp::Recv, .. } | Expr::Func { .. } => true,
                Expr::Call { .. } => !returns_at_once(body, expr) && !cx.model.never_returns(body, expr),
                _ => false,
            },
            NodeRef::Clause(_) => true,
        };
    });
    found
}

/// Whether a call surely takes no time: only then does the loop spin.
fn returns_at_once(body: BodyCx<'_>, call: golint_conc_syntax::ast::ExprId) -> bool {
    use golint_conc_semantic::Callee;
    match body.callee(call) {
        Callee::Builtin(_) | Callee::Conversion(_) => true,
        Callee::Func { pkg, name, .. } => {
            pkg == "sync/atomic" || pkg == "time" && matches!(name.as_str(), "Now" | "Since")
        }
        Callee::Method { pkg, name, .. } => {
            pkg == "sync/atomic" || pkg == "context" && matches!(name.as_str(), "Err" | "Done")
        }
        _ => false,
    }
}
