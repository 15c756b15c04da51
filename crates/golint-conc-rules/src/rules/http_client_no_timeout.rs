//! See `rules/http-client-no-timeout.md`.

use golint_conc_concurrency::{Held, Holder, MethodCall, Values};
use golint_conc_semantic::{BodyCx, MemberKind, Type};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::Expr;

use crate::diagnostic::{Confidence, Edit, Finding, Place, Step};
use crate::requests::{
    Deadline, deadline, http_values, is_in_httptest, made_at, set_duration, speaks_http, weight,
};
use crate::rule::{Cx, Report, Rule, step};
use crate::transports::{Transport, transport};

pub(crate) static RULE: HttpClientNoTimeout = HttpClientNoTimeout;

pub(crate) struct HttpClientNoTimeout;

struct NoTimeout {
    place: Place,
    request: Option<(Place, String)>,
    edits: Vec<Edit>,
    confidence: Confidence,
}

impl Finding for NoTimeout {
    fn message(&self) -> String {
        match &self.request {
            Some((_, name)) => format!(
                "this `http.Client` has no timeout, and `{name}` sends a request without a deadline: a server that never answers blocks it for ever"
            ),
            None => "this `http.Client` has no timeout, and its requests may have no deadline either".into(),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let request = self.request.as_ref();
        let sent = request.map(|&(place, _)| step(place, 0, "waits for the response without a deadline"));
        [step(self.place, 0, "`Timeout` is not set, and its zero value means no limit")]
            .into_iter()
            .chain(sent)
            .collect()
    }

    fn help(&self) -> Option<String> {
        Some("set `Timeout`, or give every request a context with a deadline".into())
    }

    fn edits(&self) -> Vec<Edit> {
        self.edits.clone()
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

    fn package_words(&self) -> &'static [&'static str] {
        &[".Client"]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        if !speaks_http(cx) {
            return;
        }
        let clients = http_values(cx, "Client", &["Timeout", "Transport"]);
        let transports = http_values(cx, "Transport", &["ResponseHeaderTimeout"]);
        for made in &clients.made {
            let held = clients.held(made.holder);
            if made.value("Timeout").is_some()
                || held.is_overwritten
                || clients.is_set(&held, "Timeout")
                || held.holders.iter().any(|&holder| is_in_httptest(cx, holder))
            {
                continue;
            }
            let is_replaced = clients.is_set(&held, "Transport");
            let transport = if is_replaced { Transport::Unknown } else { transport(cx, &transports, made) };
            let confidence = match transport {
                Transport::Bounded => continue,
                Transport::Unlimited if held.is_configured => Confidence::Low,
                Transport::Unlimited if !held.escapes => Confidence::High,
                Transport::Unlimited => Confidence::Medium,
                Transport::Unknown => Confidence::Low,
            };
            let edits = set_duration(cx, made, "Timeout", 30);
            add(cx, &clients, &held, made_at(made), edits, confidence, report);
        }
        for (place, held) in zero_fields(cx, &clients) {
            add(cx, &clients, &held, place, Vec::new(), Confidence::Medium, report);
        }
    }
}

fn add(
    cx: &Cx<'_>,
    clients: &Values,
    held: &Held,
    place: Place,
    edits: Vec<Edit>,
    confidence: Confidence,
    report: &mut Report<'_>,
) {
    let mut requests: Vec<_> = clients.calls_on(held).map(|call| (deadline_of(cx, call), call)).collect();
    requests.retain(|&(_, call)| call.name != "CloseIdleConnections");
    let is_bounded = requests.iter().all(|&(deadline, _)| deadline == Deadline::Bounded);
    if is_bounded && !requests.is_empty() && !held.escapes {
        return;
    }
    let endless = requests.iter().filter(|&&(deadline, call)| {
        deadline == Deadline::Never && !cx.is_test(call.body) && !reads_a_stream(cx.body(call.body))
    });
    let mut endless: Vec<_> =
        endless.map(|&(_, call)| (weight(cx, cx.body(call.body), call.call), call)).collect();
    endless.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
    let of_request = endless.first().map(|&(weight, _)| weight);
    let request = endless.first().map(|(_, call)| {
        let body = cx.body(call.body);
        let name = match body.ast.expr(call.call) {
            Expr::Call { fun, .. } => body.text(fun).to_owned(),
            _ => call.name.to_string(),
        };
        (cx.expr_place(body, call.call), name)
    });
    let confidence = confidence.min(of_request.unwrap_or(Confidence::Low));
    if Confidence::Low < confidence && cx.model.is_set_elsewhere(held, &["Timeout"]) {
        return;
    }
    report.add(&NoTimeout { place, request, edits, confidence });
}

fn deadline_of(cx: &Cx<'_>, call: &MethodCall) -> Deadline {
    deadline(cx, cx.body(call.body), call.call, call.name.as_str())
}

/// Whether a function asks for events that come as long as the connection lives.
fn reads_a_stream(body: BodyCx<'_>) -> bool {
    memchr::memmem::find(body.pkg.body_text(body.id), b"text/event-stream").is_some()
}

/// Fields of type `http.Client`, embedded ones included, that nothing is ever stored in, each with the place of the
/// first request.
fn zero_fields(cx: &Cx<'_>, clients: &Values) -> Vec<(Place, Held)> {
    let mut found: Vec<(Holder, Place)> = Vec::new();
    for call in &clients.calls {
        let Some(holder @ Holder::Field(owner, name)) = call.holder else { continue };
        let is_own = matches!(cx.pkg.types.get(owner), Type::Named { pkg, .. } if pkg == cx.pkg.path);
        let is_value = cx.pkg.member(owner, name).is_ok_and(|member| {
            member.kind == MemberKind::Field && cx.pkg.types.is_named(member.ty, "net/http", "Client")
        });
        if is_own && is_value && found.iter().all(|(known, _)| *known != holder) {
            found.push((holder, cx.expr_place(cx.body(call.body), call.call)));
        }
    }
    let unset = found.into_iter().filter(|&(holder, _)| !clients.is_stored(holder));
    let held = unset.map(|(holder, place)| (place, clients.held(holder)));
    held.filter(|(_, held)| !clients.is_set(held, "Timeout") && !clients.is_set(held, "Transport")).collect()
}
