//! See `rules/context-background-in-scope.md`.

use golint_conc_concurrency::ContextInScope;
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ContextBackgroundInScope = ContextBackgroundInScope;

pub(crate) struct ContextBackgroundInScope;

/// Words in a comment further above that give the reason for a context of its own.
const REASONS: [&str; 6] = ["context", "background", "cancel", "detach", "outlive", "global"];

/// How far above.
const REASON_LINES: u32 = 3;

struct Ignored {
    place: Place,
    declared: Place,
    made: &'static str,
    context: ContextInScope,
    /// Whether nothing that is made with it outlives the function.
    is_bounded: bool,
}

impl Finding for Ignored {
    fn message(&self) -> String {
        format!(
            "`context.{}()` ignores `{}`: cancelling it does not stop this call",
            self.made, self.context.expr
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let what = if self.context.is_request {
            "the request, with its context, is in scope"
        } else {
            "the context is in scope"
        };
        vec![
            step(self.declared, 0, what),
            step(self.place, 0, "a context that is never cancelled is passed instead"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!(
            "pass `{0}`, or `context.WithoutCancel({0})` where the call must outlive it",
            self.context.expr
        ))
    }

    fn edits(&self) -> Vec<Edit> {
        vec![Edit {
            title: format!("pass `{}`", self.context.expr),
            applicability: if self.is_bounded { Applicability::Safe } else { Applicability::Suggested },
            replacements: vec![Replacement { place: self.place, text: self.context.expr.clone() }],
        }]
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

impl Rule for ContextBackgroundInScope {
    fn id(&self) -> &'static str {
        "context-background-in-scope"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::CONTEXT]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["context"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Background", "TODO"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        if cx.model.is_process_lifetime(body.id) {
            return;
        }
        for call in cx.model.calls(body.id).iter() {
            let made = match &call.callee {
                callee if callee.is_func("context", &["Background"]) => "Background",
                callee if callee.is_func("context", &["TODO"]) => "TODO",
                _ => continue,
            };
            let Some(context) = cx.model.caller_context(body, call.expr) else { continue };
            let span = body.ast.expr_span(call.expr);
            let is_explained =
                cx.has_comment_near(body, span) || cx.comment_says(body, span, REASON_LINES, &REASONS);
            if is_explained || cx.model.wants_own_context(body, call.expr, &context) {
                continue;
            }
            report.add(&Ignored {
                place: cx.expr_place(body, call.expr),
                declared: cx.expr_place(body, body.local_info(context.local).ident),
                made,
                is_bounded: is_bounded(cx, body, call.expr),
                context,
            });
        }
    }
}

/// Whether the function that gets the context hands out nothing that could need it later, or a context that is
/// cancelled at the end.
fn is_bounded(cx: &Cx<'_>, body: BodyCx<'_>, background: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    let Some(NodeRef::Expr(call)) = parents.parent(background) else { return false };
    if edits::returns_plain(body, call) {
        return true;
    }
    let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return false };
    matches!(body.callee(call), Callee::Func { pkg, .. } if pkg == "context")
        && edits::next_stmt(cx, body, stmt).is_some_and(|next| matches!(body.ast.stmt(next), Stmt::Defer(_)))
}
