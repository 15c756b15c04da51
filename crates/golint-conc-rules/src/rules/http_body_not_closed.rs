//! See `rules/http-body-not-closed.md`.

use golint_conc_flow::Kind;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::Confidence;
use crate::leak;
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: HttpBodyNotClosed = HttpBodyNotClosed;

pub(crate) struct HttpBodyNotClosed;

impl Rule for HttpBodyNotClosed {
    fn id(&self) -> &'static str {
        "http-body-not-closed"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            ".Body",
            ".StatusCode",
            ".Do(",
            ".Get(",
            ".Post",
            ".Head(",
            "RoundTrip",
            "ReadResponse",
            "Response",
            "resp, ",
            "res, ",
            "response, ",
        ]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn resource(&self) -> Option<Kind> {
        Some(Kind::HttpBody)
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for mut found in leak::leaks(cx, body, Kind::HttpBody) {
            // Who calls `RoundTrip` and looks at the error alone wants what the transport does on the way.
            if found.name.is_none() && found.callee.ends_with(".RoundTrip") {
                found.confidence = Confidence::Low;
            }
            report.add(&found);
        }
    }
}
