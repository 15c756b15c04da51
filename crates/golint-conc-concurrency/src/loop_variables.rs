//! Loop variables that goroutines use after the turn that they belong to.

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, Callee, Entity, LocalId, LocalKind};
use golint_conc_syntax::ast::{AssignOp, BranchKind, Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};

use crate::model::{Model, Spawn};

/// A loop variable that a goroutine of the loop's body uses.
#[derive(Clone, Copy, Debug)]
pub struct CapturedLoopVariable {
    /// The variable.
    pub local: LocalId,
    /// The first place in the goroutine that writes it, or else reads it.
    pub use_: ExprId,
    /// What starts the goroutine.
    pub node: NodeRef,
    /// Whether `use_` writes it.
    pub is_write: bool,
    /// Whether the loop has three clauses, so that the end of a turn copies the variable for the next.
    pub is_copied: bool,
    /// Whether what follows in the turn calls something that may wait for the goroutine in a way of its own, as a read
    /// from a pipe does.
    pub may_be_awaited: bool,
}

impl<'p> Model<'p> {
    /// The variables of loops around a spawn that its goroutine uses, where the loop may take another turn before the
    /// goroutine has ended: nothing behind the spawn in the turn waits for anybody, or leaves the loop.
    pub fn captured_loop_variables(&self, spawn: &Spawn) -> Vec<CapturedLoopVariable> {
        let cx = self.body(spawn.body);
        let Some(literal) = spawn.target.filter(|target| target.body == spawn.body).and_then(|t| t.lit)
        else {
            return Vec::new();
        };
        let mut captured = loop_variables(cx, literal, 0, spawn.node);
        captured.retain(|found| {
            let LocalKind::Loop(stmt) = cx.local_info(found.local).kind else { return false };
            self.goes_on(spawn, cx, stmt)
        });
        for found in &mut captured {
            if let LocalKind::Loop(stmt) = cx.local_info(found.local).kind {
                found.may_be_awaited = self.calls_after(spawn, cx, stmt);
            }
        }
        captured
    }

    /// The loop variables that subtests use behind their call of `t.Parallel`, which goes on when the loop is over.
    pub fn loop_variables_in_parallel_tests(&self, cx: BodyCx<'p>) -> Vec<CapturedLoopVariable> {
        let mut captured = Vec::new();
        for call in self.calls(cx.id).iter() {
            let is_run = call.callee.is_method("testing", "T", &["Run"]);
            let Some(&literal) = cx.args(call.expr).get(1).filter(|_| is_run) else { continue };
            let Expr::Func { .. } = cx.ast.expr(literal) else { continue };
            let own = self.own_calls(Func { body: cx.id, lit: Some(literal) });
            let parallel = own.into_iter().find(|&inner| {
                let callee = cx.callee(inner);
                callee.is_method("testing", "T", &["Parallel"])
                    && self.func_of(cx.id, inner).lit == Some(literal)
            });
            if let Some(parallel) = parallel {
                let from = cx.ast.expr_span(parallel).end;
                captured.extend(loop_variables(cx, literal, from, NodeRef::Expr(call.expr)));
            }
        }
        captured
    }

    /// Whether the loop may begin another turn while the goroutine runs.
    fn goes_on(&self, spawn: &Spawn, cx: BodyCx<'p>, stmt: StmtId) -> bool {
        let end = cx.ast.stmt_span(stmt).end;
        let func = self.func_of(spawn.body, spawn.node);
        if self.func_of(spawn.body, stmt) != func {
            return false;
        }
        self.first_wait(func, spawn.span.end, end).is_none() && !self.leaves_after(spawn, cx, stmt)
    }

    /// Whether a call follows the spawn in the turn that is not known to wait for nobody.
    fn calls_after(&self, spawn: &Spawn, cx: BodyCx<'p>, stmt: StmtId) -> bool {
        let func = self.func_of(spawn.body, spawn.node);
        let end = cx.ast.stmt_span(stmt).end;
        self.calls(spawn.body).iter().any(|call| {
            let at = cx.ast.expr_span(call.expr).start;
            let is_later = spawn.span.end <= at && at < end && self.func_of(spawn.body, call.expr) == func;
            let callee = &call.callee;
            let waits_for_nobody = match callee {
                Callee::Builtin(_) | Callee::Conversion(_) | Callee::Literal(_) => true,
                Callee::Func { pkg, .. } => {
                    ["fmt", "log", "time", "strings", "strconv"].contains(&pkg.as_str())
                }
                _ => callee.is_method("sync", "WaitGroup", &["Add", "Go"]),
            };
            let starts = self.spawns(spawn.body).iter().any(|other| other.call == call.expr);
            is_later && !waits_for_nobody && !starts
        })
    }

    /// Whether what follows the spawn in the turn always leaves the loop.
    fn leaves_after(&self, spawn: &Spawn, cx: BodyCx<'p>, stmt: StmtId) -> bool {
        let parents = self.parents(spawn.body);
        let mut inner = spawn.node;
        for outer in parents.ancestors(spawn.node) {
            let siblings = match outer {
                NodeRef::Stmt(block) => cx.ast.block(block),
                NodeRef::Clause(clause) => cx.ast.clause(clause).body,
                NodeRef::Expr(_) => continue,
            };
            let leaves =
                cx.ast.list(siblings).skip_while(|&sibling| NodeRef::Stmt(sibling) != inner).any(|sibling| {
                    match cx.ast.stmt(sibling) {
                        Stmt::Return(_) => true,
                        Stmt::Branch { kind, .. } => kind == BranchKind::Break,
                        _ => false,
                    }
                });
            if leaves {
                return true;
            }
            if outer == NodeRef::Stmt(stmt) {
                return false;
            }
            inner = outer;
        }
        false
    }
}

/// The variables of loops around a literal that it uses from offset `from` on, each with its first write or else its
/// first read.
fn loop_variables(cx: BodyCx<'_>, literal: ExprId, from: u32, node: NodeRef) -> Vec<CapturedLoopVariable> {
    let mut captured: Vec<CapturedLoopVariable> = Vec::new();
    let mut writes = Vec::new();
    walk(cx.ast, literal, |at| {
        match at {
            NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                Stmt::Assign { lhs, op, .. } if op != AssignOp::Define => writes.extend(cx.ast.list(lhs)),
                Stmt::IncDec { target, .. } => writes.push(target),
                _ => {}
            },
            NodeRef::Expr(use_) if matches!(cx.ast.expr(use_), Expr::Ident(_)) => {
                let Entity::Local(local) = cx.entity(use_) else { return Walk::Into };
                let LocalKind::Loop(stmt) = cx.local_info(local).kind else { return Walk::Into };
                let is_around = cx.ast.stmt_span(stmt).contains(cx.ast.expr_span(literal));
                if !is_around || cx.ast.expr_span(use_).start < from {
                    return Walk::Into;
                }
                let is_write = writes.contains(&use_);
                let is_copied = matches!(cx.ast.stmt(stmt), Stmt::For { .. });
                let found =
                    CapturedLoopVariable { local, use_, node, is_write, is_copied, may_be_awaited: false };
                match captured.iter_mut().find(|known| known.local == local) {
                    Some(known) if is_write && !known.is_write => *known = found,
                    Some(_) => {}
                    None => captured.push(found),
                }
            }
            _ => {}
        }
        Walk::Into
    });
    captured
}
