//! How operations on locks are shown.

use golint_conc_concurrency::{DoubleLock, Taken};
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId};

use crate::diagnostic::{Confidence, Place, Step};
use crate::route::branch_steps;
use crate::rule::{Cx, step};

/// What stands before the method of a call.
pub(crate) fn receiver(body: BodyCx<'_>, call: ExprId) -> Option<String> {
    let Expr::Call { fun, .. } = body.ast.expr(body.ast.unparen(call)) else { return None };
    let Expr::Selector { base, .. } = body.ast.expr(body.ast.unparen(fun)) else { return None };
    Some(body.text(base).to_owned())
}

/// The method of a lock that a call calls.
pub(crate) fn operation(body: BodyCx<'_>, call: ExprId) -> Option<&'static str> {
    match body.callee(call) {
        Callee::Method { name, .. } => Some(name.as_str()),
        _ => None,
    }
}

/// How something is taken, by the method's name.
pub(crate) const fn taken_by(taken: Taken) -> &'static str {
    match taken {
        Taken::Lock => "Lock",
        Taken::RLock => "RLock",
        Taken::Once => "Do",
    }
}

/// The way from where a lock is taken to where it is taken again.
pub(crate) fn double_steps(cx: &Cx<'_>, body: BodyCx<'_>, double: &DoubleLock, again: &str) -> Vec<Step> {
    let mut steps = vec![step(cx.expr_place(body, double.first), 0, first_text(body, double))];
    steps.extend(branch_steps(cx, body, &double.branches));
    let Some((&(last_body, last), calls)) = double.calls.split_last() else { return steps };
    for (index, &(id, call)) in calls.iter().enumerate() {
        let text = if index == 0 && double.is_deferred { "calls, when the function ends" } else { "calls" };
        steps.push(step(cx.expr_place(cx.body(id), call), 0, text));
    }
    steps.push(step(cx.expr_place(cx.body(last_body), last), 0, again));
    steps
}

fn first_text(body: BodyCx<'_>, double: &DoubleLock) -> String {
    match operation(body, double.first) {
        Some(name) if name == taken_by(double.held) => format!("`{name}`"),
        _ => format!("takes `{}`", body.display_path(&double.lock)),
    }
}

/// How sure it is that the second comes to pass: each condition in a function that is called may be one that never holds
/// there.
pub(crate) fn double_confidence(double: &DoubleLock) -> Confidence {
    match double.doubts {
        0 if double.calls.len() == 1 && double.branches.is_empty() => Confidence::High,
        0 | 1 => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// Where the function that holds the lock takes it again, or calls what does.
pub(crate) fn second_place(cx: &Cx<'_>, body: BodyCx<'_>, double: &DoubleLock) -> Place {
    let call = double.calls.first().map_or(double.first, |&(_, call)| call);
    cx.expr_place(body, call)
}

/// The function that the one that holds the lock calls, as its text says, if that takes the lock again.
pub(crate) fn called(body: BodyCx<'_>, double: &DoubleLock) -> Option<String> {
    let &(_, call) = double.calls.first().filter(|_| 1 < double.calls.len())?;
    let Expr::Call { fun, .. } = body.ast.expr(body.ast.unparen(call)) else { return None };
    match body.ast.expr(body.ast.unparen(fun)) {
        Expr::Func { .. } => Some("func".into()),
        _ => Some(body.text(fun).to_owned()),
    }
}
