//! Which addresses, URLs and listeners are of this machine alone.

use golint_conc_semantic::{BodyCx, Callee, Entity, LocalKind, ObjId, ObjKind};
use golint_conc_syntax::ast::{Ast, BinaryOp, Expr, ExprId, LitKind, Stmt, StmtId};

use crate::diagnostic::Confidence;
use crate::rule::Cx;

/// How many variables are followed to where an address comes from.
const MAX_DEPTH: usize = 6;

/// Whether an address, URL or listener is surely of this machine alone.
pub(crate) fn is_loopback(cx: &Cx<'_>, body: BodyCx<'_>, expr: ExprId) -> bool {
    starts_with_loopback(cx, body, expr, 0)
}

fn starts_with_loopback(cx: &Cx<'_>, body: BodyCx<'_>, expr: ExprId, depth: usize) -> bool {
    if MAX_DEPTH < depth {
        return false;
    }
    let expr = body.ast.unparen(expr);
    match body.ast.expr(expr) {
        Expr::Lit(LitKind::String) => is_loopback_text(body.text(expr)),
        Expr::Binary { op: BinaryOp::Add, lhs, .. } => starts_with_loopback(cx, body, lhs, depth + 1),
        Expr::Call { .. } => {
            let (callee, args) = (body.callee(expr), body.args(expr));
            if let Some(inner) = callee.body() {
                return returns_loopback(cx, cx.body(inner), depth + 1);
            }
            let address = match &callee {
                _ if callee.is_func("net", &["Listen"]) => {
                    let network = args.first().map(|&network| body.text(network));
                    if network.is_some_and(|text| text.trim_matches(['"', '`']).starts_with("unix")) {
                        return true;
                    }
                    args.get(1)
                }
                _ if callee.is_func("net", &["ListenUnix"]) => return true,
                _ if callee.is_func("net", &["JoinHostPort"]) || callee.is_func("fmt", &["Sprintf"]) => {
                    args.first()
                }
                Callee::Conversion(_) => args.first(),
                _ => None,
            };
            address.is_some_and(|&address| starts_with_loopback(cx, body, address, depth + 1))
        }
        Expr::Star(flag) => is_loopback_flag(cx, body, flag),
        Expr::Ident(_) => match body.entity(expr) {
            Entity::Local(local) if body.local_info(local).kind == LocalKind::Param => {
                let given = cx.model.arguments_for(body, local);
                given.is_some_and(|given| {
                    given
                        .iter()
                        .all(|&(caller, arg)| starts_with_loopback(cx, cx.body(caller), arg, depth + 1))
                })
            }
            Entity::Local(local) => {
                let init = body.local_info(local).init;
                init.is_some_and(|(init, position)| {
                    position == 0
                        && !cx.model.is_reassigned(body, local)
                        && starts_with_loopback(cx, body, init, depth + 1)
                })
            }
            Entity::Object(id) => is_loopback_const(cx, id, depth + 1),
            _ => false,
        },
        _ => false,
    }
}

/// Whether all that a function returns first is of this machine, and something is.
fn returns_loopback(cx: &Cx<'_>, body: BodyCx<'_>, depth: usize) -> bool {
    let parents = cx.model.parents(body.id);
    let returned = (0..body.ast.stmt_count() as u32).map(StmtId::new).filter_map(|stmt| {
        let Stmt::Return(values) = body.ast.stmt(stmt) else { return None };
        parents.enclosing_func(body.ast, stmt).is_none().then(|| body.ast.list(values).next())
    });
    let mut returned = returned.filter(|value| !value.is_some_and(|value| body.is_nil(value))).peekable();
    returned.peek().is_some()
        && returned.all(|value| value.is_some_and(|value| starts_with_loopback(cx, body, value, depth)))
}

/// Whether a package-level constant begins with an address of this machine, or with a constant that does.
fn is_loopback_const(cx: &Cx<'_>, id: ObjId, depth: usize) -> bool {
    let object = cx.pkg.object(id);
    if object.kind != ObjKind::Const || MAX_DEPTH < depth {
        return false;
    }
    let Some((ast, init)) = cx.pkg.var_init(id) else { return false };
    let mut first = ast.unparen(init);
    while let Expr::Binary { op: BinaryOp::Add, lhs, .. } = ast.expr(first) {
        first = ast.unparen(lhs);
    }
    match ast.ident(first).and_then(|name| cx.pkg.lookup(name)) {
        Some(other) => is_loopback_const(cx, other, depth + 1),
        None => is_loopback_literal(ast, cx.pkg.files[object.file].source.text(), first),
    }
}

/// Whether a variable is a flag whose default is of this machine alone.
fn is_loopback_flag(cx: &Cx<'_>, body: BodyCx<'_>, flag: ExprId) -> bool {
    let (ast, file, init) = match body.entity(flag) {
        Entity::Local(local) => match body.local_info(local).init {
            Some((init, 0)) => (body.ast, body.file, init),
            _ => return false,
        },
        Entity::Object(id) => match cx.pkg.var_init(id) {
            Some((ast, init)) => (ast, cx.pkg.object(id).file, init),
            None => return false,
        },
        _ => return false,
    };
    let Expr::Call { fun, args, .. } = ast.expr(init) else { return false };
    let Expr::Selector { base, sel } = ast.expr(fun) else { return false };
    let package = ast.ident(base).and_then(|name| cx.pkg.import(file, name));
    let is_string =
        package.is_some_and(|path| path == "flag") && ast.ident(sel).is_some_and(|sel| sel == "String");
    let default = ast.list(args).nth(1);
    is_string
        && default.is_some_and(|default| is_loopback_literal(ast, cx.pkg.files[file].source.text(), default))
}

fn is_loopback_literal(ast: &Ast, source: &[u8], expr: ExprId) -> bool {
    let text = std::str::from_utf8(ast.expr_span(expr).slice(source)).unwrap_or_default();
    matches!(ast.expr(expr), Expr::Lit(LitKind::String)) && is_loopback_text(text)
}

/// Whether the host of an address or URL in quotes is the loopback interface.
fn is_loopback_text(quoted: &str) -> bool {
    let text = quoted.trim_matches(['"', '`']);
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if text == "::1" => text,
        None => text.split([':', '/']).next().unwrap_or_default(),
    };
    let is_v4 = host.strip_prefix("127.").is_some_and(|rest| rest.split('.').count() == 3);
    host == "localhost" || host == "::1" || is_v4
}

/// How sure it is that strangers reach the listener that a call serves: it may be one in memory, and an address that
/// the caller chooses is often one of this machine.
pub(crate) fn listener_confidence(cx: &Cx<'_>, body: BodyCx<'_>, call: ExprId) -> Confidence {
    let init = body.args(call).first().and_then(|&listener| body.local(listener));
    let Some((init, _)) = init.and_then(|local| body.local_info(local).init) else { return Confidence::Low };
    let args = body.args(init);
    match body.callee(init) {
        callee if callee.is_func("net", &["Listen"]) => match args.get(1) {
            Some(&addr) if is_literal(cx, body, addr) => Confidence::High,
            _ => Confidence::Low,
        },
        callee if callee.body().is_some() => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn is_literal(cx: &Cx<'_>, body: BodyCx<'_>, addr: ExprId) -> bool {
    let addr = match body.local(addr) {
        Some(local) if !cx.model.is_reassigned(body, local) => {
            body.local_info(local).init.map_or(addr, |(init, _)| init)
        }
        _ => addr,
    };
    matches!(body.ast.expr(addr), Expr::Lit(_))
}

#[cfg(test)]
mod tests {
    use super::is_loopback_text;

    #[test]
    fn only_the_host_counts() {
        for text in ["localhost:80", "127.0.0.1:0", "[::1]:9", "::1", "http://localhost/x", "127.1.2.3"] {
            assert!(is_loopback_text(&format!("{text:?}")), "{text}");
        }
        for text in [":80", "0.0.0.0:80", "localhost.example.com", "127.example.com", "http://h/?q=localhost"]
        {
            assert!(!is_loopback_text(&format!("{text:?}")), "{text}");
        }
    }
}
