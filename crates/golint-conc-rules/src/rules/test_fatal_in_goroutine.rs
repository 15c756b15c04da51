//! See `rules/test-fatal-in-goroutine.md`.

use golint_conc_concurrency::{Fatal, Spawn};
use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId, Callee};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};
use crate::{edits, imports};

pub(crate) static RULE: TestFatalInGoroutine = TestFatalInGoroutine;

pub(crate) struct TestFatalInGoroutine;

/// The package whose functions end the test …
const REQUIRE: &str = "github.com/stretchr/testify/require";
/// … and its twin whose functions say whether all is well.
const ASSERT: &str = "github.com/stretchr/testify/assert";

struct OffTest {
    place: Place,
    spawn: Place,
    call: String,
    deeper: Vec<(Place, String)>,
    edit: Option<Edit>,
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
        self.edit.iter().cloned().collect()
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

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        cx.model.may_end_test_in_goroutine(id)
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
                edit: if deeper.is_empty() { soften(cx, target, body, call) } else { None },
                deeper,
            });
        }
    }
}

/// `t.Fatalf(…)` to `t.Errorf(…)` and `return`, where the call is a statement of a function without results.
fn soften(cx: &Cx<'_>, target: Func, body: BodyCx<'_>, call: ExprId) -> Option<Edit> {
    let parents = cx.model.parents(body.id);
    let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return None };
    let block = parents.parent(stmt)?;
    let in_block = matches!(block, NodeRef::Clause(_))
        || matches!(block, NodeRef::Stmt(above) if matches!(body.ast.stmt(above), Stmt::Block(_)));
    let func = cx.model.func_of(body.id, call);
    let Expr::Func { sig, body: whole } = body.ast.expr(func.lit?) else { return None };
    if !in_block || !matches!(body.ast.stmt(stmt), Stmt::Expr(_)) || !body.ast.sig(sig).results.is_empty() {
        return None;
    }
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return None };
    let Expr::Selector { base, sel } = body.ast.expr(body.ast.unparen(fun)) else { return None };
    let next = edits::next_stmt(cx, body, stmt);
    let is_end = block == NodeRef::Stmt(whole) && next.is_none()
        || next.is_some_and(|next| matches!(body.ast.stmt(next), Stmt::Return(_)));
    let mut replacements = Vec::new();
    let is_assertion = matches!(body.callee(call), Callee::Func { .. });
    match body.callee(call) {
        Callee::Method { pkg, .. } if pkg == "testing" => {
            let softer = match body.text(sel) {
                "Fatal" => "Error",
                "Fatalf" => "Errorf",
                "FailNow" => "Fail",
                _ => return None,
            };
            replacements.push(edits::replace(cx, body, body.ast.expr_span(sel), softer));
            if !is_end {
                replacements.push(edits::insert_after(cx, body, body.ast.stmt_span(stmt), "return"));
            }
        }
        Callee::Func { pkg, .. } if pkg == REQUIRE => {
            let (assert, import) = imports::name_of(cx, body, ASSERT)?;
            let span = body.ast.stmt_span(stmt);
            let head = if is_end { assert } else { format!("if !{assert}") };
            replacements.push(edits::replace(cx, body, body.ast.expr_span(base), head));
            if !is_end {
                replacements.extend(edits::open_block(cx, body, span, "return")?);
            }
            replacements.extend(import);
        }
        _ => return None,
    }
    // Returning from a literal in the goroutine's function lets that go on.
    let is_safe = func == target && !is_assertion;
    Some(Edit {
        title: "report the error and return".into(),
        applicability: if is_safe { Applicability::Safe } else { Applicability::Suggested },
        replacements,
    })
}
