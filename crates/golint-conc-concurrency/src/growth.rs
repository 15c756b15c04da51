//! Contexts that are made from themselves again and again.

use golint_conc_flow::{CANCELLABLE, FuncGraph, Point, Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Root, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};

use crate::model::Model;

/// A statement in a loop that makes a context from the one of the last turn.
#[derive(Clone, Debug)]
pub struct GrowingContext {
    /// The statement.
    pub stmt: StmtId,
    /// The call that makes the context.
    pub call: ExprId,
    /// Where the context is stored.
    pub path: AccessPath,
    /// The loop.
    pub turn: StmtId,
    /// Whether the new one ends with the last one, and not only holds a value more.
    pub is_ending: bool,
}

impl<'p> Model<'p> {
    /// The statements of a body that make a context in a loop from the one that the last turn made.
    pub fn growing_contexts(&self, id: BodyId) -> Vec<GrowingContext> {
        let calls = self.calls(id);
        calls.iter().filter_map(|call| self.growing_context(id, call.expr)).collect()
    }

    fn growing_context(&self, id: BodyId, call: ExprId) -> Option<GrowingContext> {
        let cx = self.body(id);
        let callee = cx.callee(call);
        let is_ending =
            callee.is_func("context", &CANCELLABLE) || callee.is_func("os/signal", &["NotifyContext"]);
        let adds = callee.is_func("context", &["WithValue"])
            || callee.is_func("net/http/httptrace", &["WithClientTrace"])
            || callee.is_func("runtime/pprof", &["WithLabels"]);
        if !is_ending && !adds {
            return None;
        }
        let parents = self.parents(id);
        let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return None };
        let Stmt::Assign { lhs, .. } = cx.ast.stmt(stmt) else { return None };
        let turn = parents.enclosing_loops(cx.ast, stmt).next()?;
        let path = cx.path(cx.ast.list(lhs).next()?)?;
        let is_element = path.fields.contains(&Symbol::new("[*]"));
        if is_element || cx.path(*cx.args(call).first()?)? != path {
            return None;
        }
        let is_meant = !is_used(cx, turn, &path) || (adds && self.is_accumulated(cx, call, turn));
        if is_meant || is_reset(cx, turn, stmt, &path) {
            return None;
        }
        let graph = self.flow.graph(self.func_of(id, stmt))?;
        comes_round(cx, &graph, stmt, &path).then_some(GrowingContext { stmt, call, path, turn, is_ending })
    }

    /// Whether a loop with an end adds another value in each turn, as for all the fields of a header.
    fn is_accumulated(&self, cx: BodyCx<'p>, call: ExprId, turn: StmtId) -> bool {
        let has_end = match cx.ast.stmt(turn) {
            Stmt::Range { subject, .. } => {
                !matches!(cx.underlying(subject), Type::Chan(..) | Type::Unknown(_))
            }
            Stmt::For { post, .. } => post.is_some(),
            _ => false,
        };
        let span = cx.ast.stmt_span(turn);
        let mut is_of_turn = false;
        for arg in cx.args(call).into_iter().skip(1) {
            walk(cx.ast, arg, |node| {
                if let NodeRef::Expr(expr) = node
                    && let Some(local) = cx.local(expr)
                {
                    let declared = cx.ast.expr_span(cx.local_info(local).ident);
                    is_of_turn |= span.contains(declared) || self.is_assigned_again(cx, local);
                }
                Walk::Into
            });
        }
        has_end && is_of_turn
    }
}

/// Whether something else in a loop gives the variable, or what it is a field of, a value that is not made from it.
fn is_reset(cx: BodyCx<'_>, turn: StmtId, growing: StmtId, path: &AccessPath) -> bool {
    let mut found = match path.root {
        Root::Local(local) => cx.ast.stmt_span(turn).contains(cx.ast.expr_span(cx.local_info(local).ident)),
        Root::Global(_) | Root::External(..) => false,
    };
    walk(cx.ast, turn, |node| {
        if let NodeRef::Stmt(stmt) = node
            && stmt != growing
        {
            found |= resets(cx, stmt, path);
        }
        Walk::Into
    });
    found
}

/// Whether a statement gives the variable, or what it is a field of, a value that is not made from it.
fn resets(cx: BodyCx<'_>, stmt: StmtId, path: &AccessPath) -> bool {
    assigns(cx, stmt, path)
        && !matches!(cx.ast.stmt(stmt), Stmt::Assign { rhs, .. } if cx.ast.list(rhs).any(|value| mentions(cx, value, path)))
}

fn assigns(cx: BodyCx<'_>, stmt: StmtId, path: &AccessPath) -> bool {
    assigned(cx, stmt).into_iter().any(|(target, _)| {
        cx.path(target)
            .is_some_and(|target| target.root == path.root && path.fields.starts_with(&target.fields))
    })
}

/// Whether a loop does anything with a context but make others from it; else a chain is what it is to make.
fn is_used(cx: BodyCx<'_>, turn: StmtId, path: &AccessPath) -> bool {
    let mut found = false;
    walk(cx.ast, turn, |node| match node {
        NodeRef::Stmt(stmt) if assigns(cx, stmt, path) => Walk::Over,
        NodeRef::Expr(expr) if cx.path(expr).as_ref() == Some(path) => {
            found = true;
            Walk::Stop
        }
        _ => Walk::Into,
    });
    found
}

fn mentions(cx: BodyCx<'_>, value: ExprId, path: &AccessPath) -> bool {
    let mut found = false;
    walk(cx.ast, value, |node| {
        found |= matches!(node, NodeRef::Expr(expr) if cx.path(expr).as_ref() == Some(path));
        Walk::Into
    });
    found
}

/// Whether some way leads from behind a statement to it again without a reset.
fn comes_round(cx: BodyCx<'_>, graph: &FuncGraph, stmt: StmtId, path: &AccessPath) -> bool {
    let Some(start) = graph.find(|step| step == Step::Exec(stmt)) else { return false };
    let mut seen = vec![false; graph.blocks.len()];
    let mut stack = vec![Point { step: start.step + 1, ..start }];
    while let Some(at) = stack.pop() {
        let block = graph.block(at.block);
        let mut goes_on = true;
        for &step in block.steps.iter().skip(at.step) {
            match step {
                Step::Exec(other) if other == stmt => return true,
                Step::Exec(other) if resets(cx, other, path) => {
                    goes_on = false;
                    break;
                }
                _ => {}
            }
        }
        for edge in block.edges.iter().filter(|_| goes_on) {
            if !std::mem::replace(&mut seen[edge.to.index()], true) {
                stack.push(Point { block: edge.to, step: 0 });
            }
        }
    }
    false
}
