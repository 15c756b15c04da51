//! What bounds the time of an HTTP request.

use golint_conc_concurrency::{Holder, Made, Values};
use golint_conc_semantic::{BodyCx, BodyId, LocalId, LocalKind};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk};

use crate::addresses::is_loopback;
use crate::diagnostic::{Applicability, Confidence, Edit, FileId, Place};
use crate::rule::Cx;
use crate::{edits, imports};

/// Methods and functions that make their request themselves, so that it never has a deadline.
pub(crate) const WITHOUT_CONTEXT: [&str; 4] = ["Get", "Head", "Post", "PostForm"];

/// How many variables and callers are followed to where a request or context comes from.
const MAX_DEPTH: usize = 4;

/// Until when a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deadline {
    /// Its context has a deadline.
    Bounded,
    /// Its context is the business of code that we don't see.
    Unknown,
    /// Nothing ends it.
    Never,
}

/// Whether the package may deal with package `net/http` at all.
pub(crate) fn speaks_http(cx: &Cx<'_>) -> bool {
    (0..cx.pkg.files.len()).any(|file| cx.pkg.imports(file, "net/http")) || cx.pkg.path == "net/http"
}

/// The values of type `net/http.name`; of assignments only those of `fields` are known.
pub(crate) fn http_values(cx: &Cx<'_>, name: &str, fields: &[&str]) -> Values {
    cx.model.values("net/http", name, &[Signals::HTTP], fields)
}

/// The place where a value is made.
pub(crate) fn made_at(made: &Made) -> Place {
    Place { file: FileId(made.file as u32), span: made.span }
}

/// The edit that sets a field in a literal.
pub(crate) fn set_duration(cx: &Cx<'_>, made: &Made, field: &str, seconds: u32) -> Vec<Edit> {
    let literal = made.body.zip(made.expr).map(|(body, expr)| (cx.body(body), expr));
    let Some((body, expr)) = literal else { return Vec::new() };
    let Expr::Composite { elems, .. } = body.ast.expr(expr) else { return Vec::new() };
    let Some((time, import)) = imports::name_of(cx, body, "time") else { return Vec::new() };
    let value = format!("{seconds} * {time}.Second");
    let end = body.ast.expr_span(expr).end;
    let mut replacements = edits::add_field(cx, body, elems, end, (field, &value));
    replacements.extend(import);
    vec![Edit {
        title: format!("set `{field}` to {seconds} seconds"),
        applicability: Applicability::Suggested,
        replacements,
    }]
}

/// The deadline of what a call of one of `http.Client`'s methods, or of the functions of the same names, asks for.
pub(crate) fn deadline(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId, method: &str) -> Deadline {
    let Some(&first) = body.args(call).first() else { return Deadline::Unknown };
    match method {
        "Do" => of_request(cx, body, first, 0),
        _ if WITHOUT_CONTEXT.contains(&method) && is_loopback(cx, body, first) => Deadline::Unknown,
        _ if WITHOUT_CONTEXT.contains(&method) => Deadline::Never,
        _ => Deadline::Unknown,
    }
}

/// How much a request without a deadline matters: what a command asks once blocks nobody but who has started it.
pub(crate) fn weight(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Confidence {
    if cx.model.is_asked_once(body.id, call.into()) { Confidence::Low } else { Confidence::High }
}

fn of_request(cx: &Cx<'_>, body: BodyCx<'_>, request: ExprId, depth: usize) -> Deadline {
    if MAX_DEPTH < depth {
        return Deadline::Unknown;
    }
    let request = body.ast.unparen(request);
    if let Some(local) = body.local(request) {
        return of_request_variable(cx, body, local, depth);
    }
    let args = body.args(request);
    match body.callee(request) {
        callee if callee.is_func("net/http", &["NewRequest"]) => match args.get(1) {
            Some(&url) if is_loopback(cx, body, url) => Deadline::Unknown,
            _ => Deadline::Never,
        },
        callee
            if callee.is_func("net/http", &["NewRequestWithContext"])
                || callee.is_method("net/http", "Request", &["WithContext", "Clone"]) =>
        {
            args.first().map_or(Deadline::Unknown, |&context| of_context(cx, body, context, depth + 1))
        }
        _ => Deadline::Unknown,
    }
}

/// The last word on a request variable is any context that it is ever given; else what it was made with.
fn of_request_variable(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId, depth: usize) -> Deadline {
    let info = body.local_info(local);
    if info.kind == LocalKind::Param && info.func.is_none() {
        return of_parameter(cx, body.id, local, depth);
    }
    let mut sources: Vec<_> = info.init.into_iter().map(|(init, _)| init).collect();
    for root in roots(body.ast) {
        walk(body.ast, root, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Assign { lhs, rhs, .. } = body.ast.stmt(stmt)
                && let Some(position) =
                    body.ast.list(lhs).position(|target| body.local(target) == Some(local))
            {
                let source = if rhs.len() == 1 { 0 } else { position };
                sources.extend(body.ast.list(rhs).nth(source));
            }
            Walk::Into
        });
    }
    if sources.is_empty() || is_handed_out(cx, body, local) {
        return Deadline::Unknown;
    }
    let of_sources = sources.into_iter().map(|source| match body.local(source) {
        Some(other) if other == local => Deadline::Never,
        _ => of_request(cx, body, source, depth + 1),
    });
    of_sources.min().unwrap_or(Deadline::Unknown)
}

/// Whether a request's address is handed to something that may change it in place: `*req = *req.WithContext(ctx)`.
fn is_handed_out(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId) -> bool {
    let parents = cx.model.parents(body.id);
    cx.model.uses_of(body, local).into_iter().any(|mention| {
        matches!(parents.parent(mention), Some(NodeRef::Expr(above)) if matches!(body.ast.expr(above), Expr::Star(_) | Expr::Unary { .. }))
    })
}

/// The worst request that the package's own callers hand in.
fn of_parameter(cx: &Cx<'_>, callee: BodyId, local: LocalId, depth: usize) -> Deadline {
    let callee_body = cx.body(callee);
    let params = callee_body.locals().filter(|(_, l)| l.kind == LocalKind::Param && l.func.is_none());
    let Some(position) = params.map(|(id, _)| id).position(|id| id == local) else {
        return Deadline::Unknown;
    };
    let mut worst = None;
    let is_production = |&id: &BodyId| cx.is_test(callee) || !cx.is_test(id);
    for id in cx.model.bodies_with(&[Signals::HTTP]).into_iter().filter(is_production) {
        for call in cx.model.calls(id).iter().filter(|call| call.callee.body() == Some(callee)) {
            let body = cx.body(id);
            let Some(&arg) = body.args(call.expr).get(position) else { continue };
            worst = worst.max(Some(of_request(cx, body, arg, depth + 1)));
        }
    }
    worst.unwrap_or(Deadline::Unknown)
}

fn of_context(cx: &Cx<'_>, body: BodyCx<'_>, context: ExprId, depth: usize) -> Deadline {
    if MAX_DEPTH < depth {
        return Deadline::Unknown;
    }
    if let Some(local) = body.local(context) {
        let info = body.local_info(local);
        return match info.init {
            Some((init, 0)) if !cx.model.is_reassigned(body, local) => of_context(cx, body, init, depth + 1),
            _ => Deadline::Unknown,
        };
    }
    let callee = body.callee(context);
    if callee.is_func("context", &["WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"]) {
        return Deadline::Bounded;
    }
    if callee.is_func("context", &["Background", "TODO"]) {
        return Deadline::Never;
    }
    if callee.is_func("context", &["WithValue", "WithoutCancel"]) {
        let parent = body.args(context).first().copied();
        return parent.map_or(Deadline::Unknown, |parent| of_context(cx, body, parent, depth + 1));
    }
    Deadline::Unknown
}

/// Whether a package of the standard library other than `net/http` gets the value, as `httptest.Server.Config` does.
pub(crate) fn is_in_httptest(cx: &Cx<'_>, holder: Holder) -> bool {
    matches!(holder, Holder::Field(owner, _) if cx.pkg.types.is_named(owner, "net/http/httptest", "Server"))
}
