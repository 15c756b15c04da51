//! Values of a struct type that a body makes: literals, `new(T)` and `var v T`.

use golint_conc_semantic::{BodyCx, Entity, LocalId, LocalKind};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::NodeRef;

use crate::rule::Cx;

/// A value of a struct type that a body makes.
#[derive(Debug)]
pub(crate) struct StructLiteral {
    /// The literal, the call of `new`, or the declared name.
    pub(crate) expr: ExprId,
    /// The variable that it is the first value of.
    pub(crate) local: Option<LocalId>,
    /// The fields it sets.
    pub(crate) fields: Vec<(Symbol, ExprId)>,
    /// Whether another value is assigned over it, so that its own fields don't matter.
    pub(crate) is_copied_over: bool,
}

impl StructLiteral {
    /// Whether the field is set.
    pub(crate) fn sets(&self, field: &str) -> bool {
        self.value(field).is_some()
    }

    /// What the field is set to.
    pub(crate) fn value(&self, field: &str) -> Option<ExprId> {
        self.fields.iter().find(|(name, _)| *name == field).map(|&(_, value)| value)
    }
}

/// The values of type `pkg.name` that a body makes, in source order.
pub(crate) fn struct_values(cx: &Cx<'_>, body: BodyCx<'_>, pkg: &str, name: &str) -> Vec<StructLiteral> {
    let mut found = Vec::new();
    for expr in (0..body.ast.expr_count() as u32).map(ExprId::new) {
        let fields = match body.ast.expr(expr) {
            Expr::Composite { elems, .. } if is_value(body, expr, pkg, name) => {
                let items = body.ast.list(elems);
                let keyed = items.map(|item| match body.ast.expr(item) {
                    Expr::KeyValue { key, value } => body.ast.ident(key).map(|key| (key, value)),
                    _ => None,
                });
                // Without keys every field is set.
                let Some(fields) = keyed.collect::<Option<Vec<_>>>() else { continue };
                fields
            }
            Expr::Call { .. }
                if body.callee(expr).is_builtin("new")
                    && body.args(expr).first().is_some_and(|&ty| is_value(body, ty, pkg, name)) =>
            {
                Vec::new()
            }
            Expr::Ident(_) if is_zero_declared(cx, body, expr, pkg, name) => Vec::new(),
            _ => continue,
        };
        let local = local_of(cx, body, expr);
        let is_copied_over = local.is_some_and(|local| is_overwritten(cx, body, local));
        found.push(StructLiteral { expr, local, fields, is_copied_over });
    }
    found
}

/// Whether the body assigns the field of the variable, or of anything of that field's name where the value has no
/// variable of its own, or hands the variable to something that may.
pub(crate) fn is_field_set_later(cx: &Cx<'_>, body: BodyCx<'_>, value: &StructLiteral, field: &str) -> bool {
    let parents = cx.model.parents(body.id);
    (0..body.ast.expr_count() as u32).map(ExprId::new).any(|expr| {
        let Expr::Selector { base, sel } = body.ast.expr(expr) else { return false };
        let is_assigned = matches!(parents.parent(expr), Some(NodeRef::Stmt(stmt))
            if matches!(body.ast.stmt(stmt), Stmt::Assign { lhs, .. } if body.ast.list(lhs).any(|target| target == expr)));
        let is_same = match (value.local, body.local(base)) {
            (Some(own), Some(base)) => own == base,
            (Some(_), None) => false,
            (None, _) => true,
        };
        is_assigned && is_same && body.ast.ident(sel).is_some_and(|name| name == field)
    })
}

fn is_value(body: BodyCx<'_>, expr: ExprId, pkg: &str, name: &str) -> bool {
    let ty = body.type_of(expr);
    // `{…}` in a slice of pointers has the pointer's type.
    body.pkg.types.is_named_or_ptr(ty, pkg, name)
}

/// Whether an identifier is declared by `var v T`, without a value.
fn is_zero_declared(cx: &Cx<'_>, body: BodyCx<'_>, ident: ExprId, pkg: &str, name: &str) -> bool {
    let Entity::Local(local) = body.entity(ident) else { return false };
    let info = body.local_info(local);
    info.ident == ident
        && info.kind == LocalKind::Var
        && info.init.is_none()
        && body.pkg.types.is_named(info.ty, pkg, name)
        && matches!(cx.model.parents(body.id).parent(ident), Some(NodeRef::Stmt(stmt))
            if matches!(body.ast.stmt(stmt), Stmt::Decl { .. }))
}

/// The variable whose first value an expression is, through `&`.
pub(crate) fn local_of(cx: &Cx<'_>, body: BodyCx<'_>, expr: ExprId) -> Option<LocalId> {
    if let Entity::Local(local) = body.entity(expr)
        && matches!(body.ast.expr(expr), Expr::Ident(_))
    {
        return Some(local);
    }
    let parents = cx.model.parents(body.id);
    let mut value = expr;
    while let Some(NodeRef::Expr(above)) = parents.parent(value) {
        match body.ast.expr(above) {
            Expr::Paren(_) | Expr::Unary { op: UnaryOp::Addr, .. } => value = above,
            _ => break,
        }
    }
    body.locals().find(|(_, local)| local.init == Some((value, 0))).map(|(id, _)| id)
}

/// Whether the variable itself, not a field of it, is assigned after its declaration, or set through its address.
fn is_overwritten(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId) -> bool {
    cx.model.is_reassigned(body, local)
}
