//! See `rules/mutex-mismatched-unlock.md`.

use golint_conc_concurrency::{LockMismatch, LockOpKind, MismatchKind};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::Expr;
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::route::branch_steps;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: MutexMismatchedUnlock = MutexMismatchedUnlock;

pub(crate) struct MutexMismatchedUnlock;

struct Mismatch {
    found: LockMismatch,
    name: String,
    before: Place,
    at: Place,
    method: Place,
    branches: Vec<Step>,
    /// Whether the one stands right behind the other, so that nothing says that the first was the mistake.
    is_adjacent: bool,
}

impl Mismatch {
    /// The method that was meant.
    fn meant(&self) -> &'static str {
        match self.found.before.kind {
            LockOpKind::RLock => "RUnlock",
            _ => "Unlock",
        }
    }
}

impl Finding for Mismatch {
    fn message(&self) -> String {
        let name = &self.name;
        let (kind, before) = (self.found.op.kind.as_str(), self.found.before.kind.as_str());
        match self.found.kind {
            MismatchKind::OtherKind => {
                format!("`{name}` is locked with `{before}` but released with `{kind}`")
            }
            MismatchKind::NotHeld => {
                format!("`{name}.{kind}` is called on a lock that is not held: it has just been released")
            }
            MismatchKind::DeferredLock => {
                format!(
                    "`defer {name}.{kind}()` locks again when the function ends: `{}` is meant",
                    self.meant()
                )
            }
        }
    }

    fn primary(&self) -> Place {
        self.at
    }

    fn steps(&self) -> Vec<Step> {
        let kind = self.found.op.kind.as_str();
        let mut steps = vec![step(self.before, 0, format!("`{}`", self.found.before.kind.as_str()))];
        steps.extend(self.branches.clone());
        let is_late = self.found.is_deferred && self.found.kind != MismatchKind::DeferredLock;
        let text = if is_late { format!("`{kind}`, when the function ends") } else { format!("`{kind}`") };
        steps.push(step(self.at, 0, text));
        steps
    }

    fn help(&self) -> Option<String> {
        Some(match self.found.kind {
            MismatchKind::OtherKind => format!("release it with `{}`", self.meant()),
            MismatchKind::NotHeld => "release it once on every path".into(),
            MismatchKind::DeferredLock => format!("write `defer {}.{}()`", self.name, self.meant()),
        })
    }

    fn edits(&self) -> Vec<Edit> {
        if self.found.kind == MismatchKind::NotHeld {
            return Vec::new();
        }
        vec![Edit {
            title: format!("call `{}`", self.meant()),
            applicability: if self.is_adjacent { Applicability::Safe } else { Applicability::Suggested },
            replacements: vec![Replacement { place: self.method, text: self.meant().into() }],
        }]
    }

    fn confidence(&self) -> Confidence {
        if self.found.branches.is_empty() { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for MutexMismatchedUnlock {
    fn id(&self) -> &'static str {
        "mutex-mismatched-unlock"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::LOCK]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for found in cx.model.lock_mismatches(body.id) {
            let Some(method) = method(cx, body, &found) else { continue };
            let (before, op) = (body.ast.expr_span(found.before.call), body.ast.expr_span(found.op.call));
            let between = body.text_at(Span::new(before.end, op.start)).trim();
            report.add(&Mismatch {
                name: body.display_path(&found.lock),
                before: cx.expr_place(body, found.before.call),
                at: cx.expr_place(body, found.op.call),
                method,
                branches: branch_steps(cx, body, &found.branches),
                is_adjacent: matches!(between, "" | "defer"),
                found,
            });
        }
    }
}

/// Where the name of the method that does not fit stands.
fn method(cx: &Cx<'_>, body: BodyCx<'_>, found: &LockMismatch) -> Option<Place> {
    let Expr::Call { fun, .. } = body.ast.expr(found.op.call) else { return None };
    let Expr::Selector { sel, .. } = body.ast.expr(body.ast.unparen(fun)) else { return None };
    Some(cx.expr_place(body, sel))
}
