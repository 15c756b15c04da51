//! See `rules/http-request-without-context.md`.

use golint_conc_semantic::{BodyCx, LocalId};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement};
use crate::literals::local_of;
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpRequestWithoutContext = HttpRequestWithoutContext;

pub(crate) struct HttpRequestWithoutContext;

struct WithoutContext {
    place: Place,
    name: Place,
    args: Place,
    context: String,
}

impl Finding for WithoutContext {
    fn message(&self) -> String {
        format!("`http.NewRequest` ignores `{}`: cancelling it does not stop the request", self.context)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn help(&self) -> Option<String> {
        Some(format!("use `http.NewRequestWithContext({}, …)`", self.context))
    }

    fn edits(&self) -> Vec<Edit> {
        vec![Edit {
            title: format!("pass `{}` to the request", self.context),
            applicability: Applicability::Safe,
            replacements: vec![
                Replacement { place: self.name, text: "NewRequestWithContext".into() },
                Replacement { place: self.args, text: format!("{}, ", self.context) },
            ],
        }]
    }
}

impl Rule for HttpRequestWithoutContext {
    fn id(&self) -> &'static str {
        "http-request-without-context"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("net/http", &["NewRequest"]) {
                continue;
            }
            let Some(context) = cx.model.context_in_scope(body, call.expr) else { continue };
            let gets_one =
                local_of(cx, body, call.expr).is_none_or(|request| gets_context(cx, body, request));
            let (Expr::Call { fun, args, .. }, false) = (body.ast.expr(call.expr), gets_one) else {
                continue;
            };
            let (Expr::Selector { sel, .. }, Some(first)) = (body.ast.expr(fun), body.ast.list(args).next())
            else {
                continue;
            };
            let mut before = cx.expr_place(body, first);
            before.span.end = before.span.start;
            report.add(&WithoutContext {
                place: cx.expr_place(body, fun),
                name: cx.expr_place(body, sel),
                args: before,
                context: context.expr,
            });
        }
    }
}

/// Whether the request is given a context later, or handed to something that may give it one.
fn gets_context(cx: &Cx<'_>, body: BodyCx<'_>, request: LocalId) -> bool {
    let parents = cx.model.parents(body.id);
    cx.model.uses_of(body, request).into_iter().any(|mention: ExprId| match parents.parent(mention) {
        Some(golint_conc_syntax::visit::NodeRef::Expr(above)) => match body.ast.expr(above) {
            Expr::Selector { sel, .. } => {
                body.ast.ident(sel).is_some_and(|name| name == "WithContext" || name == "Clone")
            }
            Expr::Call { .. } => !body.callee(above).is_method("net/http", "Client", &["Do"]),
            _ => false,
        },
        _ => false,
    })
}
