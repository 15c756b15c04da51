//! What is known of the transport of an HTTP client.

use golint_conc_concurrency::{Made, Model, Values};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{Expr, ExprId, UnaryOp};

use crate::rule::Cx;

/// Whether a client's transport bounds how long it waits for an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Absent, or one that waits for ever.
    Unlimited,
    /// One that gives up on a server that does not answer.
    Bounded,
    /// Made elsewhere, or of a type that may do anything.
    Unknown,
}

/// What is known of the transport that a literal gives a client.
pub(crate) fn transport(cx: &Cx<'_>, transports: &Values, made: &Made) -> Transport {
    let (Some(value), Some(body)) = (made.value("Transport"), made.body.map(|id| cx.body(id))) else {
        return Transport::Unlimited;
    };
    let value = body.ast.unparen(value);
    let operand = match body.ast.expr(value) {
        Expr::Unary { op: UnaryOp::Addr, operand } => operand,
        _ => value,
    };
    if body.is_external(operand, "net/http", "DefaultTransport") {
        return Transport::Unlimited;
    }
    if body.is_named(operand, "net/http", "Transport") {
        return of_transport(body, transports, operand);
    }
    Transport::Unknown
}

/// What is known of an expression of type `http.Transport`.
fn of_transport(body: BodyCx<'_>, transports: &Values, expr: ExprId) -> Transport {
    let Some(holder) = Model::holder_of(body, expr) else { return Transport::Unknown };
    let made = transports.made.iter().find(|made| transports.held(made.holder).holders.contains(&holder));
    let held = transports.held(holder);
    let is_set = made.is_some_and(|made| {
        made.value("ResponseHeaderTimeout").is_some()
            || transports.is_set(&transports.held(made.holder), "ResponseHeaderTimeout")
    });
    let dials_with_deadline = made.is_some_and(|made| {
        let dials = ["DialContext", "Dial", "DialTLSContext", "DialTLS"].into_iter();
        dials.filter_map(|field| made.value(field)).any(|dial| sets_deadline(body, dial))
    });
    if is_set || dials_with_deadline || transports.is_set(&held, "ResponseHeaderTimeout") {
        Transport::Bounded
    } else if made.is_some() {
        Transport::Unlimited
    } else {
        Transport::Unknown
    }
}

/// Whether a function literal sets a deadline on the connection that it makes.
fn sets_deadline(body: BodyCx<'_>, dial: ExprId) -> bool {
    const METHODS: [&str; 2] = [".SetDeadline(", ".SetReadDeadline("];
    METHODS.iter().any(|method| body.text(dial).contains(method))
}
