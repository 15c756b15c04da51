//! What statements store to.

use golint_conc_semantic::{BodyCx, LocalId};
use golint_conc_syntax::ast::{Expr, ExprId, Spec, Stmt, StmtId};

/// The targets of a statement that stores, each with the value stored where the statement names one for it.
pub fn assigned(cx: BodyCx<'_>, stmt: StmtId) -> Vec<(ExprId, Option<ExprId>)> {
    let ast = cx.ast;
    let pairs = |lhs: Vec<ExprId>, rhs: Vec<ExprId>| {
        let is_paired = lhs.len() == rhs.len();
        lhs.into_iter()
            .enumerate()
            .map(|(at, target)| (target, rhs.get(at).copied().filter(|_| is_paired)))
            .collect()
    };
    match ast.stmt(stmt) {
        Stmt::Assign { lhs, op, rhs } => {
            let is_plain = !matches!(op, golint_conc_syntax::ast::AssignOp::Op(_));
            let rhs = if is_plain { ast.list(rhs).collect() } else { Vec::new() };
            pairs(ast.list(lhs).collect(), rhs)
        }
        Stmt::IncDec { target, .. } => vec![(target, None)],
        Stmt::Range { key, value, .. } => {
            [key, value].into_iter().flatten().map(|target| (target, None)).collect()
        }
        Stmt::TypeSwitch { bind, .. } => bind.into_iter().map(|target| (target, None)).collect(),
        Stmt::Decl { specs, .. } => ast
            .list(specs)
            .filter_map(|spec| match ast.spec(spec) {
                Spec::Value { names, values, .. } => {
                    Some(pairs(ast.list(names).collect(), ast.list(values).collect::<Vec<_>>()))
                }
                Spec::Type { .. } => None,
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a call is a statement of its own.
pub fn is_statement(cx: BodyCx<'_>, call: ExprId) -> bool {
    (0..cx.ast.stmt_count() as u32)
        .map(StmtId::new)
        .any(|stmt| matches!(cx.ast.stmt(stmt), Stmt::Expr(expr) if cx.ast.unparen(expr) == call))
}

/// The local variable at the root of a target or operand: `x` of `x.f[i]`.
pub fn root_local(cx: BodyCx<'_>, expr: ExprId) -> Option<LocalId> {
    let mut expr = cx.ast.unparen(expr);
    loop {
        expr = match cx.ast.expr(expr) {
            Expr::Ident(_) => return cx.local(expr),
            Expr::Selector { base, .. } | Expr::Index { base, .. } | Expr::Slice { base, .. } => base,
            Expr::Star(inner) | Expr::Paren(inner) => inner,
            _ => return None,
        };
    }
}
