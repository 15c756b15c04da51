//! See `rules/test-fatal-in-goroutine.md`.

use golint_conc_concurrency::{Fatal, Spawn};
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: TestFatalInGoroutine = TestFatalInGoroutine;

pub(crate) struct TestFatalInGoroutine;

struct OffTest {
    place: Place,
    spawn: Place,
    call: String,
    deeper: Vec<(Place, String)>,
    edit: Vec<Replacement>,
}

impl Finding for OffTest {
    fn message(&self) -> String {
        let end = self.deeper.last().map_or(&self.call, |(_, call)| call);
        match self.deeper.is_empty() {
            true => format!("`{end}` in a goroutine ends that goroutine, not the test"),
            false => format!(
                "`{}` calls `{end}`, which in a goroutine ends that goroutine, not the test",
                self.call
            ),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![
            step(self.spawn, 0, "the test starts a goroutine and goes on"),
            step(self.place, 1, format!("the goroutine calls `{}`", self.call)),
        ];
        steps.extend(self.deeper.iter().map(|(place, call)| step(*place, 1, format!("calls `{call}`"))));
        steps
    }

    fn help(&self) -> Option<String> {
        Some("report with `Error` and return, or hand the error to the test's own goroutine".into())
    }

    fn edits(&self) -> Vec<Edit> {
        if self.edit.is_empty() {
            return Vec::new();
        }
        vec![Edit {
            title: "report the error and return".into(),
            applicability: Applicability::Safe,
            replacements: self.edit.clone(),
        }]
    }

    fn confidence(&self) -> Confidence {
        Confidence::High
    }
}

impl Rule for TestFatalInGoroutine {
    fn id(&self) -> &'static str {
        "test-fatal-in-goroutine"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::GO, Signals::SPAWN]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["testing"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let Some(target) = spawn.target else { return };
        let body = cx.body(target.body);
        for Fatal { call, chain, .. } in cx.model.fatals_in(spawn) {
            let name = |body: BodyCx<'_>, call: ExprId| match body.ast.expr(call) {
                Expr::Call { fun, .. } => body.text(fun).to_owned(),
                _ => String::new(),
            };
            let deeper: Vec<_> = chain
                .iter()
                .map(|&(id, call)| {
                    let inner = cx.body(id);
                    (cx.expr_place(inner, call), name(inner, call))
                })
                .collect();
            report.add(&OffTest {
                place: cx.expr_place(body, call),
                spawn: cx.place(spawn.body, spawn.span),
                call: name(body, call),
                edit: if deeper.is_empty() { soften(cx, body, call).unwrap_or_default() } else { Vec::new() },
                deeper,
            });
        }
    }
}

/// `t.Fatalf(…)` to `t.Errorf(…)` and `return`, where the call is a statement of a function without results.
fn soften(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<Vec<Replacement>> {
    let parents = cx.model.parents(body.id);
    let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return None };
    let in_block = matches!(parents.parent(stmt), Some(NodeRef::Clause(_)))
        || matches!(parents.parent(stmt), Some(NodeRef::Stmt(above)) if matches!(body.ast.stmt(above), Stmt::Block(_)));
    let Expr::Func { sig, .. } = body.ast.expr(cx.model.func_of(body.id, call).lit?) else { return None };
    if !in_block
        || !matches!(body.ast.stmt(stmt), Stmt::Expr(_))
        || !body.ast.sig(sig).results.is_empty()
        || !matches!(body.callee(call), Callee::Method { pkg, .. } if pkg == "testing")
    {
        return None;
    }
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return None };
    let Expr::Selector { sel, .. } = body.ast.expr(body.ast.unparen(fun)) else { return None };
    let softer = match body.text(sel) {
        "Fatal" => "Error",
        "Fatalf" => "Errorf",
        "FailNow" => "Fail",
        _ => return None,
    };
    let span: Span = body.ast.expr_span(sel);
    Some(vec![
        Replacement { place: cx.place(body.id, span), text: softer.into() },
        edits::insert_after(cx, body, body.ast.stmt_span(stmt), "return"),
    ])
}
