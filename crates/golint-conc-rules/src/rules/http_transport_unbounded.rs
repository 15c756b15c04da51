//! See `rules/http-transport-unbounded.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Finding, Place};
use crate::literals::{is_field_set_later, struct_values};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpTransportUnbounded = HttpTransportUnbounded;

pub(crate) struct HttpTransportUnbounded;

struct Unbounded {
    place: Place,
}

impl Finding for Unbounded {
    fn message(&self) -> String {
        "this `http.Transport` keeps idle connections for ever, each with two goroutines".into()
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "`IdleConnTimeout` is not set, and its zero value means no limit".into()
    }

    fn help(&self) -> Option<String> {
        Some("set `IdleConnTimeout`, or start from `http.DefaultTransport.(*http.Transport).Clone()`".into())
    }
}

impl Rule for HttpTransportUnbounded {
    fn id(&self) -> &'static str {
        "http-transport-unbounded"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for value in struct_values(cx, body, "net/http", "Transport") {
            let is_bounded = ["IdleConnTimeout", "DisableKeepAlives"]
                .iter()
                .any(|field| value.sets(field) || is_field_set_later(cx, body, &value, field));
            if !is_bounded && !value.is_copied_over {
                report.add(&Unbounded { place: cx.expr_place(body, value.expr) });
            }
        }
    }
}
