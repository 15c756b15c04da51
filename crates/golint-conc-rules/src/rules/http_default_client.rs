//! See `rules/http-default-client.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};

use crate::diagnostic::{Confidence, Finding, Place};
use crate::requests::{Deadline, WITHOUT_CONTEXT, deadline, weight};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpDefaultClient = HttpDefaultClient;

pub(crate) struct HttpDefaultClient;

struct DefaultClient {
    place: Place,
    call: String,
    confidence: Confidence,
}

impl Finding for DefaultClient {
    fn message(&self) -> String {
        format!("`{}` has no timeout: a server that never answers blocks its caller for ever", self.call)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "`http.DefaultClient` has no timeout, and this request no deadline".into()
    }

    fn help(&self) -> Option<String> {
        Some(
            "use an `http.Client` of your own with `Timeout` set, or a request whose context has a deadline"
                .into(),
        )
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for HttpDefaultClient {
    fn id(&self) -> &'static str {
        "http-default-client"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Get", "Head", "Post", "DefaultClient"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            let Expr::Call { fun, .. } = body.ast.expr(call.expr) else { continue };
            let is_function = call.callee.is_func("net/http", &WITHOUT_CONTEXT);
            if !is_function && !is_default_client(body, fun) {
                continue;
            }
            let Some(method) = call.callee.name() else { continue };
            if deadline(cx, body, call.expr, method.as_str()) == Deadline::Never && !is_configured(cx) {
                report.add(&DefaultClient {
                    place: cx.expr_place(body, fun),
                    call: body.text(fun).to_owned(),
                    confidence: weight(cx, body, call.expr),
                });
            }
        }
    }
}

/// Whether `fun` is a method of `http.DefaultClient`.
fn is_default_client(body: BodyCx<'_>, fun: ExprId) -> bool {
    matches!(body.ast.expr(fun), Expr::Selector { base, .. } if body.is_external(base, "net/http", "DefaultClient"))
}

/// Whether the package sets `http.DefaultClient` or its timeout for the whole program.
fn is_configured(cx: &Cx<'_>) -> bool {
    cx.model.bodies_with(&[Signals::HTTP]).into_iter().any(|id| {
        let body = cx.body(id);
        (0..body.ast.stmt_count() as u32).map(StmtId::new).any(|stmt| match body.ast.stmt(stmt) {
            Stmt::Assign { lhs, .. } => body.ast.list(lhs).any(|target| sets_timeout(body, target)),
            _ => false,
        })
    })
}

fn sets_timeout(body: BodyCx<'_>, target: ExprId) -> bool {
    let is_default = |expr: ExprId| body.is_external(expr, "net/http", "DefaultClient");
    let Expr::Selector { base, sel } = body.ast.expr(target) else { return is_default(target) };
    if body.ast.ident(sel).is_none_or(|name| name != "Timeout") {
        return is_default(target);
    }
    // `client := http.DefaultClient` is a second name of it.
    let init = body.local(base).and_then(|local| body.local_info(local).init);
    is_default(base) || init.is_some_and(|(init, _)| is_default(init))
}
