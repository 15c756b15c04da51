//! See `rules/http-server-no-timeout.md`.

use golint_conc_concurrency::{Held, Made, MethodCall, Values};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::addresses::{is_loopback, listener_confidence};
use crate::diagnostic::{Confidence, Edit, Finding, Place};
use crate::requests::{http_values, is_in_httptest, made_at, set_duration, speaks_http};
use crate::rule::{Cx, Report, Rule};

/// Either of them bounds how long a client may take to send the headers.
const TIMEOUTS: [&str; 2] = ["ReadHeaderTimeout", "ReadTimeout"];

pub(crate) static RULE: HttpServerNoTimeout = HttpServerNoTimeout;

pub(crate) struct HttpServerNoTimeout;

struct NoTimeout {
    place: Place,
    what: String,
    edits: Vec<Edit>,
    confidence: Confidence,
}

impl Finding for NoTimeout {
    fn message(&self) -> String {
        format!(
            "{} waits for a request's headers for ever: clients that send nothing pile up connections",
            self.what
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "neither `ReadHeaderTimeout` nor `ReadTimeout` is set".into()
    }

    fn help(&self) -> Option<String> {
        Some("use an `http.Server` with `ReadHeaderTimeout` (and `IdleTimeout`) set".into())
    }

    fn edits(&self) -> Vec<Edit> {
        self.edits.clone()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for HttpServerNoTimeout {
    fn id(&self) -> &'static str {
        "http-server-no-timeout"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn package_words(&self) -> &'static [&'static str] {
        &[".Server", "ListenAndServe", ".Serve"]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Serve"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            if !call.callee.is_func("net/http", &["ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"])
            {
                continue;
            }
            if body.args(call.expr).first().is_some_and(|&addr| is_loopback(cx, body, addr)) {
                continue;
            }
            let name = call.callee.name().map(|name| name.to_string()).unwrap_or_default();
            report.add(&NoTimeout {
                place: cx.expr_place(body, call.expr),
                confidence: if name.starts_with("Listen") {
                    Confidence::High
                } else {
                    listener_confidence(cx, body, call.expr)
                },
                what: format!("`http.{name}`"),
                edits: Vec::new(),
            });
        }
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        if !speaks_http(cx) {
            return;
        }
        let servers = http_values(cx, "Server", &[TIMEOUTS[0], TIMEOUTS[1], "Addr"]);
        for made in &servers.made {
            let held = servers.held(made.holder);
            let is_bounded = held.is_overwritten
                || TIMEOUTS.iter().any(|field| made.value(field).is_some() || servers.is_set(&held, field));
            if is_bounded || held.holders.iter().any(|&holder| is_in_httptest(cx, holder)) {
                continue;
            }
            let addr = made.body.zip(made.value("Addr"));
            if addr.is_some_and(|(body, addr)| is_loopback(cx, cx.body(body), addr))
                || serves_only_loopback(cx, &servers, &held)
            {
                continue;
            }
            let confidence = confidence(cx, &servers, made, &held);
            if Confidence::Low < confidence && cx.model.is_set_elsewhere(&held, &TIMEOUTS) {
                continue;
            }
            report.add(&NoTimeout {
                place: made_at(made),
                what: "this `http.Server`".into(),
                edits: set_duration(cx, made, TIMEOUTS[0], 5),
                confidence,
            });
        }
    }
}

fn confidence(cx: &Cx<'_>, servers: &Values, made: &Made, held: &Held) -> Confidence {
    // A connection that is closed by hand when it takes too long needs no timeout of the server, and a caller's option may
    // well set one.
    if made.value("ConnState").is_some() || held.is_configured {
        return Confidence::Low;
    }
    let own = if held.escapes { Confidence::Medium } else { Confidence::High };
    let calls = servers.calls_on(held).filter(|call| is_serve(call));
    calls.map(|call| listener_confidence(cx, cx.body(call.body), call.call)).fold(own, Ord::min)
}

fn is_serve(call: &MethodCall) -> bool {
    call.name == "Serve" || call.name == "ServeTLS"
}

/// Whether all listeners that the package serves it on are of this machine alone.
fn serves_only_loopback(cx: &Cx<'_>, servers: &Values, held: &Held) -> bool {
    let mut calls = servers.calls_on(held).filter(|call| is_serve(call)).peekable();
    calls.peek().is_some()
        && calls.all(|call| {
            let body: BodyCx<'_> = cx.body(call.body);
            body.args(call.call).first().is_some_and(|&listener| is_loopback(cx, body, listener))
        })
}
