//! See `rules/cond-wait-no-loop.md`.

use golint_conc_concurrency::Call;
use golint_conc_semantic::{BodyCx, BodyId, LocalKind};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{BinaryOp, BranchKind, Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: CondWaitNoLoop = CondWaitNoLoop;

pub(crate) struct CondWaitNoLoop;

struct NoLoop {
    place: Place,
    cond: String,
    word_if: Option<Place>,
}

impl Finding for NoLoop {
    fn message(&self) -> String {
        format!("`{}.Wait` is not in a loop that checks the condition again", self.cond)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "when it returns, another goroutine may have changed the state already".into()
    }

    fn help(&self) -> Option<String> {
        Some(format!("wait in a loop: `for !condition {{ {}.Wait() }}`", self.cond))
    }

    fn edits(&self) -> Vec<Edit> {
        let edit = |place| Edit {
            title: "check the condition again after each wait".into(),
            applicability: Applicability::Safe,
            replacements: vec![Replacement { place, text: "for".into() }],
        };
        self.word_if.into_iter().map(edit).collect()
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

impl Rule for CondWaitNoLoop {
    fn id(&self) -> &'static str {
        "cond-wait-no-loop"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::SYNC]
    }

    fn highest_confidence(&self) -> Confidence {
        Confidence::Medium
    }

    fn package_words(&self) -> &'static [&'static str] {
        &["sync.Cond", "sync.NewCond", "Cond{", "Cond\n"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Wait"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_method("sync", "Cond", &["Wait"]) || is_repeated(cx, body, call.expr) {
                continue;
            }
            let Expr::Call { fun, .. } = body.ast.expr(call.expr) else { continue };
            let Expr::Selector { base, .. } = body.ast.expr(body.ast.unparen(fun)) else { continue };
            if is_once(cx, body, call.expr, base) {
                continue;
            }
            // Who is given the condition variable does not know what is waited for.
            let is_given =
                body.local(base).is_some_and(|local| body.local_info(local).kind == LocalKind::Param);
            let parents = cx.model.parents(body.id);
            let literal = cx.model.func_of(body.id, call.expr).lit;
            let is_repeated =
                literal.is_some_and(|literal| parents.enclosing_loops(body.ast, literal).next().is_some());
            if is_given && !is_repeated {
                continue;
            }
            report.add(&NoLoop {
                place: cx.expr_place(body, call.expr),
                cond: body.text(base).to_owned(),
                word_if: only_if(cx, body, call.expr),
            });
        }
    }
}

/// Whether all that is asked before the wait is whether there is a condition variable: one that is made for each thing
/// to wait for.
fn is_once(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId, cond: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    let asked = parents.ancestors(call).find_map(|node| match node {
        NodeRef::Stmt(stmt) => match body.ast.stmt(stmt) {
            Stmt::If { cond, .. } => Some(cond),
            _ => None,
        },
        _ => None,
    });
    asked.is_some_and(|asked| match body.ast.expr(body.ast.unparen(asked)) {
        Expr::Binary { op: BinaryOp::Ne, lhs, rhs } => {
            body.is_nil(rhs) && body.path(lhs).is_some() && body.path(lhs) == body.path(cond)
        }
        _ => false,
    })
}

/// Whether a loop runs the call again: one around it in its function, one made of `goto`, or one around every call of
/// the function that it is in.
fn is_repeated(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    if parents.enclosing_loops(body.ast, call).next().is_some() || has_goto(body) {
        return true;
    }
    match cx.model.func_of(body.id, call).lit {
        Some(literal) => {
            let runs_literal = |call: &&Call| match body.ast.expr(call.expr) {
                Expr::Call { fun, .. } => {
                    cx.model.callable(body, fun).is_some_and(|f| f.lit == Some(literal))
                }
                _ => false,
            };
            // A goroutine that waits for a function that can be called off.
            if cx.model.is_spawned_literal(body, &parents, literal) {
                return is_called_in_loops(cx, body.id);
            }
            let calls = cx.model.calls(body.id);
            let mut calls = calls.iter().filter(runs_literal).peekable();
            calls.peek().is_some()
                && calls.all(|call| parents.enclosing_loops(body.ast, call.expr).next().is_some())
        }
        None => is_called_in_loops(cx, body.id),
    }
}

fn has_goto(body: BodyCx<'_>) -> bool {
    (0..body.ast.stmt_count() as u32)
        .map(golint_conc_syntax::ast::StmtId::new)
        .any(|stmt| matches!(body.ast.stmt(stmt), Stmt::Branch { kind: BranchKind::Goto, .. }))
}

fn is_called_in_loops(cx: &Cx<'_>, func: BodyId) -> bool {
    let mut calls = 0;
    // Tests call what they test.
    let is_other = |&id: &BodyId| id != func && (!cx.is_test(id) || cx.is_test(func));
    for id in cx.pkg.bodies_naming(cx.pkg.body_decl(func).name).filter(is_other) {
        let caller = cx.body(id);
        let parents = cx.model.parents(id);
        for call in cx.model.calls(id).iter().filter(|call| call.callee.body() == Some(func)) {
            calls += 1;
            if parents.enclosing_loops(caller.ast, call.expr).next().is_none() {
                return false;
            }
        }
    }
    0 < calls
}

/// The word of the `if` that holds nothing but the call.
fn only_if(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<Place> {
    let parents = cx.model.parents(body.id);
    let NodeRef::Stmt(stmt) = parents.parent(call)? else { return None };
    let NodeRef::Stmt(block) = parents.parent(stmt)? else { return None };
    let NodeRef::Stmt(outer) = parents.parent(block)? else { return None };
    let Stmt::If { init: None, els: None, .. } = body.ast.stmt(outer) else { return None };
    let is_else = matches!(parents.parent(outer), Some(NodeRef::Stmt(above))
        if matches!(body.ast.stmt(above), Stmt::If { .. }));
    let place = cx.stmt_place(body, outer);
    let word = golint_conc_syntax::Span::new(place.span.start, place.span.start + 2);
    (!is_else && body.ast.block(block).len() == 1).then_some(Place { span: word, ..place })
}
