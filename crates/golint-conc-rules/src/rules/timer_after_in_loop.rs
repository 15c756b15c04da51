//! See `rules/timer-after-in-loop.md`.

use golint_conc_flow::{Label, Step as FlowStep};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{AssignOp, ClauseId, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Span, Symbol};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: TimerAfterInLoop = TimerAfterInLoop;

pub(crate) struct TimerAfterInLoop;

struct AfterInLoop {
    place: Place,
    other: Place,
    duration: String,
    confidence: Confidence,
    edit: Option<Edit>,
}

impl Finding for AfterInLoop {
    fn message(&self) -> String {
        format!(
            "each turn of the loop leaves a timer behind that lives for `{}`, because `time.After` cannot be stopped",
            self.duration
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.place, 0, "a timer is made"),
            step(self.other, 0, "this case wins, and the loop goes on without the timer"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("make one `time.NewTimer` before the loop and `Reset` it in each turn, or use Go 1.23".into())
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for TimerAfterInLoop {
    fn id(&self) -> &'static str {
        "timer-after-in-loop"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::TIME.union(Signals::FOR).union(Signals::SELECT)] }
    }

    fn imports(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["After"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        let parents = cx.model.parents(body.id);
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("time", &["After"])
                || parents.enclosing_loops(body.ast, call.expr).next().is_none()
            {
                continue;
            }
            let Some((select, own, mention)) = select_of(cx, body, call.expr) else { continue };
            let Some(other) = winner(cx, body, call.expr, select, own) else { continue };
            let Some(&duration) = body.args(call.expr).first() else { continue };
            report.add(&AfterInLoop {
                place: cx.expr_place(body, call.expr),
                other: cx.node_place(body, other),
                duration: body.text(duration).to_owned(),
                // What is gone in a moment does not pile up.
                edit: stop_in_time(cx, body, call.expr, (select, own, mention)),
                confidence: if is_short(body, duration) { Confidence::Low } else { Confidence::High },
            });
        }
    }
}

/// The `select` that waits for the timer, with the clause that does and the channel in it: `case <-time.After(d)`, or `case <-timeout` with
/// a variable of the same turn.
fn select_of(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<(StmtId, ClauseId, ExprId)> {
    let parents = cx.model.parents(body.id);
    let mention = if let NodeRef::Expr(above) = parents.parent(call)? {
        matches!(body.ast.expr(above), Expr::Unary { op: UnaryOp::Recv, .. }).then_some(call)?
    } else {
        let (local, _) = body.locals().find(|(_, local)| local.init == Some((call, 0)))?;
        let uses = cx.model.uses_of(body, local);
        let [only] = uses.as_slice() else { return None };
        *only
    };
    let clause = parents.ancestors(mention).find_map(|node| match node {
        NodeRef::Clause(clause) => Some(clause),
        _ => None,
    })?;
    let is_comm =
        body.ast.clause(clause).comm.is_some_and(|comm| parents.enclosing_stmt(mention) == Some(comm));
    let NodeRef::Stmt(select) = parents.parent(clause)? else { return None };
    (is_comm && matches!(body.ast.stmt(select), Stmt::Select { .. })).then_some((select, clause, mention))
}

/// A timer of the turn's own, which every other case stops.
fn stop_in_time(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    call: ExprId,
    (select, own, mention): (StmtId, ClauseId, ExprId),
) -> Option<Edit> {
    let Stmt::Select { clauses } = body.ast.stmt(select) else { return None };
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return None };
    let Expr::Selector { sel, .. } = body.ast.expr(fun) else { return None };
    let make = body.text_at(body.ast.expr_span(call)).replacen(body.text(fun), "", 1);
    let time = body.text_at(Span::new(body.ast.expr_span(fun).start, body.ast.expr_span(sel).start));
    let (timer, mut replacements) = if body.local(mention).is_some() {
        let made = cx.model.parents(body.id).enclosing_stmt(call)?;
        let is_plain = matches!(body.ast.stmt(made), Stmt::Assign { op: AssignOp::Define, .. });
        if !is_plain || edits::next_stmt(cx, body, made) != Some(select) {
            return None;
        }
        let end = body.ast.expr_span(mention).end;
        let new = edits::replace(cx, body, body.ast.expr_span(sel), "NewTimer");
        (body.text(mention).to_owned(), vec![new, edits::insert(cx, body, end, ".C")])
    } else {
        let is_free = |name: &str| {
            cx.pkg.lookup(Symbol::new(name)).is_none() && body.locals().all(|(_, local)| local.name != name)
        };
        let timer = ["timer", "timeout", "after"].into_iter().find(|name| is_free(name))?;
        edits::siblings(cx, body, select)?;
        let made = format!("{timer} := {time}NewTimer{make}");
        let new = edits::insert_before(cx, body, body.ast.stmt_span(select), &made);
        (
            timer.to_owned(),
            vec![new, edits::replace(cx, body, body.ast.expr_span(call), format!("{timer}.C"))],
        )
    };
    for clause in body.ast.list(clauses).filter(|&clause| clause != own) {
        replacements.push(edits::insert_in_clause(cx, body, clause, &format!("{timer}.Stop()"))?);
    }
    Some(Edit {
        title: "stop the timer when another case wins".into(),
        applicability: Applicability::Suggested,
        replacements,
    })
}

/// Another clause of the `select` after which the call may run again.
fn winner(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId, select: StmtId, own: ClauseId) -> Option<NodeRef> {
    let Stmt::Select { clauses } = body.ast.stmt(select) else { return None };
    let graph = cx.model.flow.graph(cx.model.func_of(body.id, call))?;
    let made = graph.find(|step| step == FlowStep::Eval(call))?;
    body.ast.list(clauses).filter(|&clause| clause != own).find_map(|clause| {
        let runs = graph
            .iter()
            .flat_map(|(_, block)| &block.edges)
            .find(|edge| edge.label == Label::Select { clause })?;
        let again = graph.reachable(runs.to).contains(made.block);
        let comm = body.ast.clause(clause).comm;
        // Once a context is done, the loop has no reason to go on, whatever it still does.
        let is_end = comm.is_some_and(|comm| waits_for_context(body, comm));
        (again && !is_end).then_some(comm.map_or(NodeRef::Clause(clause), NodeRef::Stmt))
    })
}

/// Whether a case is `<-ctx.Done()`.
fn waits_for_context(body: BodyCx<'_>, comm: StmtId) -> bool {
    let Stmt::Expr(received) = body.ast.stmt(comm) else { return false };
    matches!(body.ast.expr(received), Expr::Unary { op: UnaryOp::Recv, operand }
        if body.callee(operand).is_method("context", "Context", &["Done"]))
}

/// Whether a duration is written in units below a second.
fn is_short(body: BodyCx<'_>, duration: ExprId) -> bool {
    match body.ast.expr(body.ast.unparen(duration)) {
        Expr::Binary { lhs, rhs, .. } => is_short(body, lhs) || is_short(body, rhs),
        _ => ["Millisecond", "Microsecond", "Nanosecond"]
            .iter()
            .any(|unit| body.is_external(duration, "time", unit)),
    }
}
