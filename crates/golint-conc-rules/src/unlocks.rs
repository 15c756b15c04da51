//! Edits that release a lock on the path on which it stays held.

use golint_conc_concurrency::{LockLeak, LockOp};
use golint_conc_flow::{ExitKind, FuncGraph, Point, Step};
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Edit, Replacement};
use crate::edits;
use crate::lock_steps::receiver;
use crate::rule::Cx;

/// Unlocks before the `return` where the lock is held on every way to it, or else defers the unlock.
pub(crate) fn release(cx: &Cx<'_>, body: BodyCx<'_>, leak: &LockLeak, unlock: &str) -> Option<Edit> {
    let graph = cx.model.flow.graph(leak.func)?;
    let all = cx.model.lock_ops(body.id);
    let ops: Vec<_> = all
        .iter()
        .filter(|op| op.path.as_ref() == Some(&leak.lock) && op.call != leak.call)
        .cloned()
        .collect();
    // What a literal or another function releases may be released by then.
    if ops.iter().any(|op| cx.model.func_of(body.id, op.call) != leak.func)
        || cx.model.own_calls(leak.func).into_iter().any(|call| may_unlock(cx, body, call))
    {
        return None;
    }
    let call = format!("{}.{unlock}()", receiver(body, leak.call)?);
    let before_return = match leak.exit {
        ExitKind::Return(stmt) => unlock_before(cx, body, &graph, (leak.call, stmt), &ops, &call),
        _ => None,
    };
    let (title, replacements) = match before_return {
        Some(replacement) => (format!("call `{call}` before the function returns"), vec![replacement]),
        None => (format!("defer `{call}`"), defer_unlock(cx, body, leak, &ops, &call)?),
    };
    Some(Edit { title, applicability: Applicability::Suggested, replacements })
}

fn unlock_before(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    graph: &FuncGraph,
    (lock, stmt): (ExprId, StmtId),
    ops: &[LockOp],
    call: &str,
) -> Option<Replacement> {
    edits::siblings(cx, body, stmt)?;
    let end = graph.find(|step| step == Step::Exec(stmt))?;
    let start = graph.find(|step| step == Step::Eval(lock))?;
    let mut releases = ops.iter().filter(|op| !op.kind.acquires()).peekable();
    // Without any, `defer` is what people write.
    releases.peek()?;
    let Stmt::Return(values) = body.ast.stmt(stmt) else { return None };
    let is_held = graph.is_dominated(end, start)
        && releases.all(|op| point_of(cx, body, graph, op).is_some_and(|point| !graph.can_reach(point, end)))
        && body.ast.list(values).all(|value| is_free_of_state(body, value));
    is_held.then(|| edits::insert_before(cx, body, body.ast.stmt_span(stmt), call))
}

/// Whether a call is one of a function of the package that unlocks something, or of a function that is not known.
fn may_unlock(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> bool {
    match body.callee(call).body() {
        Some(callee) => memchr::memmem::find(cx.pkg.body_text(callee), b"nlock").is_some(),
        None => matches!(body.callee(call), Callee::Unknown(_)),
    }
}

/// Where an operation runs, or is deferred.
fn point_of(cx: &Cx<'_>, body: BodyCx<'_>, graph: &FuncGraph, op: &LockOp) -> Option<Point> {
    let stmt = cx.model.parents(body.id).enclosing_stmt(op.call);
    graph.find(|step| step == Step::Eval(op.call) || stmt.is_some_and(|stmt| step == Step::Exec(stmt)))
}

/// Whether a value may be read without the lock: a literal, a local variable, or an error made from such.
fn is_free_of_state(body: BodyCx<'_>, value: ExprId) -> bool {
    match body.ast.expr(body.ast.unparen(value)) {
        Expr::Lit(_) => true,
        Expr::Ident(_) => body.is_nil(value) || body.local(value).is_some() || is_word(body.text(value)),
        Expr::Call { .. } => {
            let callee = body.callee(value);
            (callee.is_func("errors", &["New"]) || callee.is_func("fmt", &["Errorf", "Sprintf"]))
                && body.args(value).into_iter().all(|arg| is_free_of_state(body, arg))
        }
        // Errors of packages never change.
        Expr::Selector { .. } => {
            body.text(value).rsplit('.').next().is_some_and(|name| name.starts_with("Err"))
        }
        _ => false,
    }
}

fn is_word(text: &str) -> bool {
    matches!(text, "true" | "false") || text.starts_with("Err") || text.starts_with("err")
}

/// `defer` behind the lock instead of all that releases it, where the function does not wait for anybody and takes the
/// lock once, at its own level.
fn defer_unlock(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    leak: &LockLeak,
    ops: &[LockOp],
    call: &str,
) -> Option<Vec<Replacement>> {
    let parents = cx.model.parents(body.id);
    let whole = |call: ExprId| match parents.parent(call)? {
        NodeRef::Stmt(stmt) if matches!(body.ast.stmt(stmt), Stmt::Expr(_)) => {
            edits::siblings(cx, body, stmt).map(|_| stmt)
        }
        _ => None,
    };
    let lock = whole(leak.call)?;
    let (_, block) = cx.model.block(leak.func)?;
    let (from, until) = (body.ast.stmt_span(lock).end, body.ast.stmt_span(block).end);
    if parents.parent(lock) != Some(NodeRef::Stmt(block))
        || ops.iter().any(|op| op.kind.acquires())
        || cx.model.first_wait(leak.func, from, until).is_some()
        || cx.model.own_calls(leak.func).iter().any(|&call| sleeps(body, call))
    {
        return None;
    }
    let mut replacements =
        vec![edits::insert_after(cx, body, body.ast.stmt_span(lock), &format!("defer {call}"))];
    for op in ops {
        replacements.push(edits::delete(cx, body, body.ast.stmt_span(whole(op.call)?)));
    }
    Some(replacements)
}

/// Whether a call surely takes its time.
fn sleeps(body: BodyCx<'_>, call: ExprId) -> bool {
    let callee = body.callee(call);
    match &callee {
        Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
            callee.is_func("time", &["Sleep"])
                || ["net", "net/http", "os/exec", "database/sql"].contains(&pkg.as_str())
        }
        _ => false,
    }
}
