//! See `rules/waitgroup-add-in-goroutine.md`.

use golint_conc_concurrency::{Spawn, SpawnKind};
use golint_conc_semantic::{AccessPath, BodyCx};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: WaitgroupAddInGoroutine = WaitgroupAddInGoroutine;

pub(crate) struct WaitgroupAddInGoroutine;

struct LateAdd {
    add: Place,
    spawn: Place,
    wait: Place,
    group: String,
    edit: Vec<Replacement>,
}

impl Finding for LateAdd {
    fn message(&self) -> String {
        format!("`{0}.Add` runs in the goroutine it counts, so `{0}.Wait` may return before", self.group)
    }

    fn primary(&self) -> Place {
        self.add
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.spawn, 0, "the goroutine is started, but may run later"),
            step(self.wait, 0, "finds the counter at zero and returns"),
            step(self.add, 1, "counts up only now"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!("call `{}.Add` before the `go` statement", self.group))
    }

    fn edits(&self) -> Vec<Edit> {
        if self.edit.is_empty() {
            return Vec::new();
        }
        vec![Edit {
            title: "count before the goroutine starts".into(),
            applicability: Applicability::Safe,
            replacements: self.edit.clone(),
        }]
    }

    fn confidence(&self) -> Confidence {
        Confidence::High
    }
}

impl Rule for WaitgroupAddInGoroutine {
    fn id(&self) -> &'static str {
        "waitgroup-add-in-goroutine"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::GO.union(Signals::SYNC)] }
    }

    fn words(&self) -> &'static [&'static str] {
        &["Wait"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let (SpawnKind::Go, Some(target)) = (spawn.kind, spawn.target) else { return };
        let (outer, inner) = (cx.body(spawn.body), cx.body(target.body));
        let spawner = cx.model.func_of(spawn.body, spawn.node);
        let inside = cx.model.own_calls(target);
        let outside = cx.model.own_calls(spawner);
        let at_spawn = |call: ExprId, method: &str| {
            let path = group_path(inner, call, method)?;
            cx.model.path_at_spawn(spawn, &path)
        };
        for &add in &inside {
            let Some(group) = at_spawn(add, "Add") else { continue };
            let is_call =
                |&&call: &&ExprId, method: &str| group_path(outer, call, method).as_ref() == Some(&group);
            // A goroutine that is counted already may count more, and one that waits itself owns the group.
            let is_counted = outside.iter().any(|call| is_call(&call, "Add") || is_call(&call, "Go"));
            if is_counted || inside.iter().any(|&call| at_spawn(call, "Wait").as_ref() == Some(&group)) {
                continue;
            }
            let after = spawn.span.end;
            let waits = outside.iter().filter(|call| is_call(call, "Wait"));
            let Some(&wait) = waits.clone().find(|&&call| after <= outer.ast.expr_span(call).start) else {
                continue;
            };
            let waits_before = cx.model.waits_after(spawn, outer.ast.expr_span(wait).start);
            if waits_before || cx.model.func_of(outer.id, wait) != spawner {
                continue;
            }
            report.add(&LateAdd {
                add: cx.expr_place(inner, add),
                spawn: cx.place(spawn.body, spawn.span),
                wait: cx.expr_place(outer, wait),
                group: outer.display_path(&group),
                edit: hoist(cx, spawn, inner, add).unwrap_or_default(),
            });
            return;
        }
    }
}

/// The group, where a call is one of this method of a `sync.WaitGroup`.
fn group_path(body: BodyCx<'_>, call: ExprId, method: &str) -> Option<AccessPath> {
    let callee = body.callee(call);
    callee.is_method("sync", "WaitGroup", &[method]).then(|| body.receiver_path(&callee)).flatten()
}

/// The edit for an `Add` with a constant that is the first statement of a literal that a `go` statement calls.
fn hoist(cx: &Cx<'_>, spawn: &Spawn, body: BodyCx<'_>, add: ExprId) -> Option<Vec<Replacement>> {
    let literal = spawn.target?.lit?;
    let Expr::Func { body: block, .. } = body.ast.expr(literal) else { return None };
    let first: StmtId = body.ast.list(body.ast.block(block)).next()?;
    let NodeRef::Stmt(go) = spawn.node else { return None };
    let NodeRef::Stmt(above) = cx.model.parents(body.id).parent(go)? else { return None };
    let is_plain = matches!(body.ast.stmt(first), Stmt::Expr(call) if call == add)
        && matches!(body.ast.stmt(above), Stmt::Block(_))
        && body.ast.expr_span(literal).start < spawn.span.end
        && body.const_int(*body.args(add).first()?).is_some()
        && body.args(spawn.call).is_empty();
    is_plain.then(|| {
        vec![
            edits::insert_before(cx, body, spawn.span, body.text(add)),
            edits::delete(cx, body, body.ast.stmt_span(first)),
        ]
    })
}
