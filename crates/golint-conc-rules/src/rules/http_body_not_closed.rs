//! See `rules/http-body-not-closed.md`.

use golint_conc_flow::{Bound, Evidence, Func, HTTP_BODY, Leak, PathEnd, Step as FlowStep};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{AssignOp, Stmt};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::edits;
use crate::route::{branch_steps, exit_place};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: HttpBodyNotClosed = HttpBodyNotClosed;

pub(crate) struct HttpBodyNotClosed;

/// With more decisions than these on its path, a leak may need a combination that never happens.
const SURE_BRANCHES: usize = 3;

struct NotClosed {
    place: Place,
    /// The variable; none where the response is dropped.
    name: Option<String>,
    call: String,
    steps: Vec<Step>,
    edit: Option<Edit>,
    confidence: Confidence,
    is_lost: bool,
}

impl Finding for NotClosed {
    fn message(&self) -> String {
        match &self.name {
            None => format!("the response of `{}` is dropped, so its body is never closed", self.call),
            Some(name) if self.is_lost => format!("`{name}` is overwritten before its body is closed"),
            Some(name) => format!("`{name}.Body` is not closed on every path"),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "the connection is neither reused nor given back until the body is closed".into()
    }

    fn steps(&self) -> Vec<Step> {
        self.steps.clone()
    }

    fn help(&self) -> Option<String> {
        let name = self.name.as_deref().unwrap_or("resp");
        Some(if self.is_lost {
            format!("close `{name}.Body` before the next attempt")
        } else {
            format!("call `defer {name}.Body.Close()` right after the error has been checked")
        })
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for HttpBodyNotClosed {
    fn id(&self) -> &'static str {
        "http-body-not-closed"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            ".Body",
            ".StatusCode",
            ".Do(",
            ".Get(",
            ".Post",
            ".Head(",
            "RoundTrip",
            "ReadResponse",
            "Response",
            "resp, ",
            "res, ",
            "response, ",
        ]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for func in cx.model.flow.funcs(body.id) {
            for leak in cx.model.flow.leaks(func, &HTTP_BODY) {
                report.add(&finding(cx, func, body, &leak));
            }
        }
    }
}

fn finding(cx: &Cx<'_>, func: Func, body: BodyCx<'_>, leak: &Leak) -> NotClosed {
    let call = leak.acquired.call;
    let place = cx.expr_place(body, call);
    let name = match leak.bound {
        Bound::Local { holder, .. } => Some(body.local_info(holder).name.to_string()),
        Bound::Dropped { .. } | Bound::Handed => None,
    };
    let callee = body.text(call).split('(').next().unwrap_or_default().to_owned();
    let mut steps = vec![step(place, 0, "the response is received here")];
    steps.extend(branch_steps(cx, body, &leak.branches));
    // A variable of the loop's body ends with its turn.
    let next_turn = matches!((leak.end, leak.bound), (PathEnd::Step(FlowStep::Exec(at)), Bound::Local { stmt, .. })
        if at == stmt && matches!(body.ast.stmt(stmt), Stmt::Assign { op: AssignOp::Define, .. }));
    let is_lost = matches!(leak.end, PathEnd::Step(_)) && !next_turn;
    let end = match leak.end {
        PathEnd::Exit(exit) => {
            exit_place(cx, func, body, exit).map(|at| (at, "the function ends without closing it"))
        }
        PathEnd::Step(_) if next_turn => Some((place, "the next turn of the loop takes another response")),
        PathEnd::Step(at) => {
            at.node().map(|node| (cx.node_place(body, node), "another value takes its place"))
        }
        PathEnd::Deferred(_) => None,
    };
    steps.extend(end.filter(|_| name.is_some()).map(|(at, text)| step(at, 0, text)));
    // Who calls `RoundTrip` and looks at the error alone wants what the transport does on the way.
    let is_probe = name.is_none() && callee.ends_with(".RoundTrip");
    let confidence = match leak.acquired.evidence {
        Evidence::Covered => Confidence::Low,
        _ if is_probe => Confidence::Low,
        Evidence::Table if leak.branches.len() <= SURE_BRANCHES => Confidence::High,
        Evidence::Table | Evidence::Wrapper | Evidence::Signature => Confidence::Medium,
    };
    NotClosed {
        place,
        edit: name.as_deref().and_then(|name| edit(cx, func, body, leak, name)).filter(|_| !is_lost),
        name,
        call: callee,
        steps,
        confidence,
        is_lost,
    }
}

/// `defer resp.Body.Close()` behind the `if err != nil { … }` that follows the call.
fn edit(cx: &Cx<'_>, func: Func, body: BodyCx<'_>, leak: &Leak, name: &str) -> Option<Edit> {
    let Bound::Local { stmt, holder, error: Some(error) } = leak.bound else { return None };
    let check = edits::next_stmt(cx, body, stmt)?;
    let Stmt::If { cond, then, els: None, init: None } = body.ast.stmt(check) else { return None };
    let is_check = body.text(cond) == format!("{} != nil", body.local_info(error).name);
    let last = body.ast.list(body.ast.block(then)).next_back()?;
    let graph = cx.model.flow.graph(func)?;
    let leaves = graph.find(|step| step == FlowStep::Exec(last)).is_some()
        && matches!(body.ast.stmt(last), Stmt::Return(_));
    if !is_check || !leaves {
        return None;
    }
    // Whoever gets the response on another path needs its body open.
    if cx.model.flow.is_ever_taken(func, &HTTP_BODY, holder) {
        return None;
    }
    let is_in_loop = cx.model.parents(body.id).enclosing_loops(body.ast, stmt).next().is_some();
    let close = format!("defer {name}.Body.Close()");
    Some(Edit {
        title: format!("close `{name}.Body` when the function ends"),
        applicability: if is_in_loop { Applicability::Suggested } else { Applicability::Safe },
        replacements: vec![edits::insert_after(cx, body, body.ast.stmt_span(check), &close)],
    })
}
