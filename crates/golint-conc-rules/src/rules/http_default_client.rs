//! See `rules/http-default-client.md`.

use golint_conc_semantic::{BodyCx, Entity};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId};

use crate::diagnostic::{Finding, Place};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpDefaultClient = HttpDefaultClient;

pub(crate) struct HttpDefaultClient;

struct DefaultClient {
    place: Place,
    name: String,
}

impl Finding for DefaultClient {
    fn message(&self) -> String {
        format!("`http.{}` has no timeout: a server that never answers blocks its caller for ever", self.name)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn help(&self) -> Option<String> {
        Some("use an `http.Client` of your own with `Timeout` set".into())
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

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        if cx.pkg.name == "main" {
            return;
        }
        for call in cx.model.calls(body.id).iter() {
            let Expr::Call { fun, .. } = body.ast.expr(call.expr) else { continue };
            if call.callee.is_func("net/http", &["Get", "Head", "Post", "PostForm"]) {
                let name = call.callee.name().map(|name| name.to_string()).unwrap_or_default();
                report.add(&DefaultClient { place: cx.expr_place(body, fun), name });
            } else if let Some(client) = default_client(body, fun) {
                report
                    .add(&DefaultClient { place: cx.expr_place(body, client), name: "DefaultClient".into() });
            }
        }
    }
}

/// `http.DefaultClient` in `http.DefaultClient.Get`; a request made elsewhere, as `Do` takes, may carry a deadline.
fn default_client(body: BodyCx<'_>, fun: ExprId) -> Option<ExprId> {
    let Expr::Selector { base, sel } = body.ast.expr(fun) else { return None };
    let asks =
        body.ast.ident(sel).is_some_and(|name| matches!(name.as_str(), "Get" | "Head" | "Post" | "PostForm"));
    let is_default = matches!(body.entity(base), Entity::External(pkg, name) if pkg == "net/http" && name == "DefaultClient");
    (asks && is_default).then_some(base)
}
