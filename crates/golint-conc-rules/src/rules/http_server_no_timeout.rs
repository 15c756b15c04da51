//! See `rules/http-server-no-timeout.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::ExprId;

use crate::diagnostic::{Finding, Place};
use crate::literals::{is_field_set_later, struct_values};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpServerNoTimeout = HttpServerNoTimeout;

pub(crate) struct HttpServerNoTimeout;

struct NoTimeout {
    place: Place,
    what: String,
}

impl Finding for NoTimeout {
    fn message(&self) -> String {
        format!(
            "{} waits for a request's headers for ever: slow or idle clients pile up connections",
            self.what
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn help(&self) -> Option<String> {
        Some("use an `http.Server` with `ReadHeaderTimeout` (and `IdleTimeout`) set".into())
    }
}

impl Rule for HttpServerNoTimeout {
    fn id(&self) -> &'static str {
        "http-server-no-timeout"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for value in struct_values(cx, body, "net/http", "Server") {
            let is_bounded = ["ReadHeaderTimeout", "ReadTimeout"]
                .iter()
                .any(|field| value.sets(field) || is_field_set_later(cx, body, &value, field));
            let is_local = value.value("Addr").is_some_and(|addr| is_loopback(body, addr));
            if !is_bounded && !is_local && !value.is_copied_over {
                let place = cx.expr_place(body, value.expr);
                report.add(&NoTimeout { place, what: "this `http.Server`".into() });
            }
        }
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("net/http", &["ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"])
            {
                continue;
            }
            if body.args(call.expr).first().is_some_and(|&addr| is_loopback(body, addr)) {
                continue;
            }
            let what = call.callee.name().map(|name| format!("`http.{name}`")).unwrap_or_default();
            report.add(&NoTimeout { place: cx.expr_place(body, call.expr), what });
        }
    }
}

/// Whether an address literal names this machine alone.
fn is_loopback(body: BodyCx<'_>, addr: ExprId) -> bool {
    let text = body.text(addr);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| text.contains(host))
}
