//! See `rules/http-request-without-context.md`.

use golint_conc_semantic::{BodyCx, LocalId};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpRequestWithoutContext = HttpRequestWithoutContext;

pub(crate) struct HttpRequestWithoutContext;

struct WithoutContext {
    place: Place,
    name: Place,
    args: Place,
    context: String,
    is_same_func: bool,
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
            applicability: if self.is_same_func { Applicability::Safe } else { Applicability::Suggested },
            replacements: vec![
                Replacement { place: self.name, text: "NewRequestWithContext".into() },
                Replacement { place: self.args, text: format!("{}, ", self.context) },
            ],
        }]
    }

    fn confidence(&self) -> Confidence {
        // A literal may well run after the function that has the context.
        if self.is_same_func { Confidence::High } else { Confidence::Low }
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

    fn words(&self) -> &'static [&'static str] {
        &["NewRequest"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("net/http", &["NewRequest"]) {
                continue;
            }
            let Some(context) = cx.model.context_in_scope(body, call.expr) else { continue };
            let request = variable_of(cx, body, call.expr);
            let gets_one = request.is_none_or(|request| gets_context(cx, body, request));
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
                is_same_func: cx.model.func_of(body.id, call.expr).lit == body.local_info(context.local).func,
                context: context.expr,
            });
        }
    }
}

/// The variable that the request is assigned to.
fn variable_of(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Option<LocalId> {
    let Some(NodeRef::Stmt(stmt)) = cx.model.parents(body.id).parent(call) else { return None };
    match body.ast.stmt(stmt) {
        Stmt::Assign { lhs, .. } => body.local(body.ast.list(lhs).next()?),
        _ => None,
    }
}

/// Whether the request is given a context later, or handed to something that may give it one or that never sends it.
fn gets_context(cx: &Cx<'_>, body: BodyCx<'_>, request: LocalId) -> bool {
    let parents = cx.model.parents(body.id);
    let mut is_sent = false;
    let is_given = cx.model.uses_of(body, request).into_iter().any(|mention| match parents.parent(mention) {
        Some(NodeRef::Expr(above)) => match body.ast.expr(above) {
            Expr::Selector { sel, .. } => {
                body.ast.ident(sel).is_some_and(|name| name == "WithContext" || name == "Clone")
            }
            Expr::Call { .. } => {
                let callee = body.callee(above);
                let sends = callee.is_method("net/http", "Client", &["Do"])
                    || callee.is_method("net/http", "RoundTripper", &["RoundTrip"])
                    || callee.is_method("net/http", "Transport", &["RoundTrip"]);
                is_sent |= sends;
                !sends
            }
            Expr::Binary { .. } => false,
            _ => true,
        },
        Some(NodeRef::Stmt(stmt)) => match body.ast.stmt(stmt) {
            // A later assignment of another request.
            Stmt::Assign { lhs, .. } => body.ast.list(lhs).all(|target| target != mention),
            _ => true,
        },
        _ => false,
    });
    is_given || !is_sent
}
