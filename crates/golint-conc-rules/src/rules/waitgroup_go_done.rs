//! See `rules/waitgroup-go-done.md`.

use golint_conc_concurrency::{Spawn, SpawnKind};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: WaitgroupGoDone = WaitgroupGoDone;

pub(crate) struct WaitgroupGoDone;

struct DoneTwice {
    done: Place,
    go: Place,
    group: String,
    delete: Option<Replacement>,
}

impl Finding for DoneTwice {
    fn message(&self) -> String {
        format!("`{0}.Done` is called twice: `{0}.Go` already calls it when the function returns", self.group)
    }

    fn primary(&self) -> Place {
        self.done
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.go, 0, format!("`{}.Go` counts the goroutine up", self.group)),
            step(self.done, 1, "counts it down"),
            step(
                self.go,
                1,
                "`Go` counts it down again: the counter gets negative, which panics, or `Wait` returns early",
            ),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("delete the call of `Done`".into())
    }

    fn edits(&self) -> Vec<Edit> {
        let edit = |delete: &Replacement| Edit {
            title: "delete the call of `Done`".into(),
            applicability: Applicability::Safe,
            replacements: vec![delete.clone()],
        };
        self.delete.iter().map(edit).collect()
    }

    fn confidence(&self) -> Confidence {
        Confidence::High
    }
}

impl Rule for WaitgroupGoDone {
    fn id(&self) -> &'static str {
        "waitgroup-go-done"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::SPAWN]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["sync"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let (SpawnKind::WaitGroup, Some(target)) = (spawn.kind, spawn.target) else { return };
        let outer = cx.body(spawn.body);
        let Some(group) = outer.receiver_path(&outer.callee(spawn.call)) else { return };
        let inner = cx.body(target.body);
        let calls = cx.model.own_calls(target);
        let on_group = |&call: &ExprId, method: &str| {
            let callee = inner.callee(call);
            let path = callee.is_method("sync", "WaitGroup", &[method]).then(|| inner.receiver_path(&callee));
            path.flatten().and_then(|path| cx.model.path_at_spawn(spawn, &path)).as_ref() == Some(&group)
        };
        // What the goroutine adds itself it may as well take away.
        if calls.iter().any(|call| on_group(call, "Add")) {
            return;
        }
        for &done in calls.iter().filter(|call| on_group(call, "Done")) {
            report.add(&DoneTwice {
                done: cx.expr_place(inner, done),
                go: cx.expr_place(outer, spawn.call),
                group: outer.display_path(&group),
                delete: statement(cx, inner, done),
            });
        }
    }
}

/// The statement to delete, where the call is a whole one.
fn statement(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<Replacement> {
    let Some(NodeRef::Stmt(stmt)) = cx.model.parents(body.id).parent(call) else { return None };
    let is_whole = matches!(body.ast.stmt(stmt), Stmt::Expr(_) | Stmt::Defer(_));
    is_whole.then(|| edits::delete(cx, body, body.ast.stmt_span(stmt)))
}
