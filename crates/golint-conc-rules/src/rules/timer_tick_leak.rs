//! See `rules/timer-tick-leak.md`.

use golint_conc_flow::{ExitKind, Label, Step as FlowStep};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;
use rustc_hash::FxHashSet;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: TimerTickLeak = TimerTickLeak;

pub(crate) struct TimerTickLeak;

struct TickLeak {
    place: Place,
    exit: Option<Place>,
    confidence: Confidence,
}

impl Finding for TickLeak {
    fn message(&self) -> String {
        "the ticker of `time.Tick` goes on for ever after this function has returned, and nothing can stop it"
            .into()
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let exit = self.exit.map(|exit| step(exit, 0, "the function returns, and the ticker stays"));
        [step(self.place, 0, "a ticker is made")].into_iter().chain(exit).collect()
    }

    fn help(&self) -> Option<String> {
        Some("use `time.NewTicker` and `defer` its `Stop`, or Go 1.23".into())
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for TimerTickLeak {
    fn id(&self) -> &'static str {
        "timer-tick-leak"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::TIME]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Tick"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        if cx.model.is_process_lifetime(body.id) {
            return;
        }
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("time", &["Tick"]) {
                continue;
            }
            let Some(exit) = exit_after(cx, body, call.expr) else { continue };
            report.add(&TickLeak {
                place: cx.expr_place(body, call.expr),
                exit: match exit {
                    ExitKind::Return(stmt) => Some(cx.stmt_place(body, stmt)),
                    _ => None,
                },
                // Who keeps the channel may need it for ever.
                confidence: if is_kept(cx, body, call.expr) { Confidence::Low } else { Confidence::High },
            });
        }
    }
}

/// How the function may return once the call has been made. A `range` over the ticker has no end of its own.
fn exit_after(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<ExitKind> {
    let graph = cx.model.flow.graph(cx.model.func_of(body.id, call))?;
    let mut todo = vec![graph.find(|step| step == FlowStep::Eval(call))?.block];
    let mut seen = FxHashSet::default();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let block = graph.block(id);
        if let Some(exit) = block.exit.filter(|exit| exit.returns()) {
            return Some(exit);
        }
        let on = block.edges.iter().filter(|edge| !ends_ticks(body, call, edge.label));
        todo.extend(on.map(|edge| edge.to));
    }
    None
}

/// Whether an edge is taken when a `range` over the ticker has no more elements.
fn ends_ticks(body: BodyCx<'_>, call: ExprId, label: Label) -> bool {
    let Label::Range { stmt, more: false } = label else { return false };
    let Stmt::Range { subject, .. } = body.ast.stmt(stmt) else { return false };
    let subject = body.ast.unparen(subject);
    subject == call || body.local(subject).is_some_and(|local| body.local_info(local).init == Some((call, 0)))
}

/// Whether the channel goes anywhere but into a local variable or a receive of the same function.
fn is_kept(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    let is_in = |expr: ExprId| match parents.parent(expr) {
        Some(NodeRef::Stmt(stmt)) => match body.ast.stmt(stmt) {
            Stmt::Assign { lhs, .. } => !body.ast.list(lhs).all(|target| body.local(target).is_some()),
            Stmt::Return(_) | Stmt::Send { .. } => true,
            _ => false,
        },
        Some(NodeRef::Expr(above)) => {
            !matches!(body.ast.expr(above), Expr::Unary { .. } | Expr::Binary { .. })
        }
        _ => false,
    };
    let local = body.locals().find(|(_, local)| local.init == Some((call, 0))).map(|(id, _)| id);
    let func = cx.model.func_of(body.id, call);
    let is_kept_at = |mention: ExprId| is_in(mention) || cx.model.func_of(body.id, mention) != func;
    is_in(call) || local.is_some_and(|local| cx.model.uses_of(body, local).into_iter().any(is_kept_at))
}
