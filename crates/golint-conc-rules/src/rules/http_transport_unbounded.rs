//! See `rules/http-transport-unbounded.md`.

use golint_conc_concurrency::{Held, Holder, Made, Values};
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Edit, Finding, Place};
use crate::requests::{http_values, made_at, set_duration, speaks_http};
use crate::rule::{Cx, Report, Rule};

/// Either of them ends idle connections.
const BOUNDS: [&str; 2] = ["IdleConnTimeout", "DisableKeepAlives"];

pub(crate) static RULE: HttpTransportUnbounded = HttpTransportUnbounded;

pub(crate) struct HttpTransportUnbounded;

struct Unbounded {
    place: Place,
    is_per_call: bool,
    edits: Vec<Edit>,
}

impl Finding for Unbounded {
    fn message(&self) -> String {
        if self.is_per_call {
            "each call leaks the idle connections of its own `http.Transport`, each with two goroutines"
                .into()
        } else {
            "this `http.Transport` keeps idle connections for ever, each with two goroutines".into()
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "`IdleConnTimeout` is not set, and its zero value means no limit".into()
    }

    fn help(&self) -> Option<String> {
        let reuse = "set `IdleConnTimeout`, or start from `http.DefaultTransport.(*http.Transport).Clone()`";
        Some(if self.is_per_call {
            format!("make the transport once and share it, and {reuse}")
        } else {
            reuse.into()
        })
    }

    fn edits(&self) -> Vec<Edit> {
        self.edits.clone()
    }

    fn confidence(&self) -> Confidence {
        if self.is_per_call { Confidence::Medium } else { Confidence::Low }
    }
}

impl Rule for HttpTransportUnbounded {
    fn id(&self) -> &'static str {
        "http-transport-unbounded"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn package_words(&self) -> &'static [&'static str] {
        &[".Transport"]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        if !speaks_http(cx) {
            return;
        }
        let transports = http_values(cx, "Transport", &BOUNDS);
        let clients = http_values(cx, "Client", &["Transport"]);
        for made in &transports.made {
            let held = transports.held(made.holder);
            let is_bounded = held.is_overwritten
                || BOUNDS.iter().any(|field| made.value(field).is_some() || transports.is_set(&held, field));
            let is_closed = transports.calls_on(&held).any(|call| call.name == "CloseIdleConnections");
            if is_bounded || is_closed {
                continue;
            }
            report.add(&Unbounded {
                place: made_at(made),
                is_per_call: is_per_call(cx, made, &held, &clients),
                edits: set_duration(cx, made, BOUNDS[0], 90),
            });
        }
    }
}

/// Whether the transport dies with the call that makes it, after that call used it: it is only ever held by locals of
/// one function and by a client that is, too.
fn is_per_call(cx: &Cx<'_>, made: &Made, transport: &Held, clients: &Values) -> bool {
    let Some(body) = made.body.filter(|&body| !cx.model.is_process_lifetime(body)) else { return false };
    let is_local = |holder: &Holder| match holder {
        Holder::Made(home, _) | Holder::Local(home, _) => *home == body,
        // The client's own field; the client is looked at below.
        Holder::Field(owner, name) => {
            *name == "Transport" && cx.pkg.types.is_named(*owner, "net/http", "Client")
        }
        Holder::Global(_) | Holder::Result(..) => false,
    };
    let mut homes = clients.made.iter().filter(|client| client.body == Some(body)).peekable();
    homes.peek().is_some()
        && transport.holders.iter().all(is_local)
        && homes.all(|client| {
            let held = clients.held(client.holder);
            let mut calls = clients.calls_on(&held).peekable();
            !held.escapes
                && held.holders.iter().all(is_local)
                && calls.peek().is_some()
                && calls.all(|call| call.name != "CloseIdleConnections")
        })
}
