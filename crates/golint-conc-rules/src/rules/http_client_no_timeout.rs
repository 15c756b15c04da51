//! See `rules/http-client-no-timeout.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId};

use crate::diagnostic::{Confidence, Finding, Place};
use crate::literals::{StructLiteral, is_field_set_later, struct_values};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpClientNoTimeout = HttpClientNoTimeout;

pub(crate) struct HttpClientNoTimeout;

struct NoTimeout {
    place: Place,
    confidence: Confidence,
}

impl Finding for NoTimeout {
    fn message(&self) -> String {
        "this `http.Client` has no timeout: a server that never answers blocks its caller for ever".into()
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "`Timeout` is not set".into()
    }

    fn help(&self) -> Option<String> {
        Some("set `Timeout`, or give every request a context with a deadline".into())
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for HttpClientNoTimeout {
    fn id(&self) -> &'static str {
        "http-client-no-timeout"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for value in struct_values(cx, body, "net/http", "Client") {
            if value.sets("Timeout")
                || value.is_copied_over
                || is_field_set_later(cx, body, &value, "Timeout")
            {
                continue;
            }
            let transport = transport(body, &value);
            if transport == Transport::Bounded {
                continue;
            }
            let asks_with_context = package_mentions(cx, &[b"NewRequestWithContext", b".WithContext("]);
            let confidence = match transport {
                Transport::Default if !asks_with_context => Confidence::High,
                _ => Confidence::Low,
            };
            report.add(&NoTimeout { place: cx.expr_place(body, value.expr), confidence });
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// Absent, or a literal that waits for ever.
    Default,
    /// A literal that gives up on a server that does not answer.
    Bounded,
    /// Made elsewhere.
    Unknown,
}

fn transport(body: BodyCx<'_>, client: &StructLiteral) -> Transport {
    let Some(mut value) = client.value("Transport") else { return Transport::Default };
    if let Expr::Unary { operand, .. } = body.ast.expr(value) {
        value = operand;
    }
    match body.ast.expr(value) {
        Expr::Composite { elems, .. } if body.is_named(value, "net/http", "Transport") => {
            let gives_up = body.ast.list(elems).any(|item| is_key(body, item, "ResponseHeaderTimeout"));
            if gives_up { Transport::Bounded } else { Transport::Default }
        }
        _ => Transport::Unknown,
    }
}

fn is_key(body: BodyCx<'_>, item: ExprId, name: &str) -> bool {
    matches!(body.ast.expr(item), Expr::KeyValue { key, .. } if body.ast.ident(key).is_some_and(|key| key == name))
}

/// Whether some file that is no test mentions one of the words: its requests may well carry deadlines.
fn package_mentions(cx: &Cx<'_>, words: &[&[u8]]) -> bool {
    cx.pkg
        .files
        .iter()
        .filter(|file| !file.is_test)
        .any(|file| words.iter().any(|word| memchr::memmem::find(file.source.text(), word).is_some()))
}
