//! Places that copy a value that carries a lock.

use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, Callee, Entity, LockInside};
use golint_conc_syntax::ast::{
    AssignOp, Expr, ExprId, FieldId, GenKind, List, SigId, Spec, SpecId, Stmt, StmtId, UnaryOp,
};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk};
use golint_conc_syntax::{Span, Symbol};

use crate::model::Model;

/// How a value is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyKind {
    /// A receiver that is no pointer.
    Receiver,
    /// A parameter that is no pointer.
    Param,
    /// `a = b`
    Assign,
    /// `var a = b`
    Declare,
    /// `T{f: b}`
    Element,
    /// `f(b)`
    Argument,
    /// `return b`
    Return,
    /// `for _, a := range bs`
    Range,
    /// A variable of a three-clause loop, which each turn gets a copy of since Go 1.22.
    LoopVariable,
    /// `ch <- b`
    Send,
}

/// A place that copies a value that carries a lock.
#[derive(Clone, Debug)]
pub struct LockCopy {
    /// How.
    pub kind: CopyKind,
    /// The value that is copied, or what receives the copy.
    pub span: Span,
    /// The lock in it.
    pub lock: LockInside,
    /// For a receiver, its type.
    pub ty: Option<ExprId>,
}

impl Model<'_> {
    /// The places in a body that copy a value that carries a lock, in source order.
    pub fn lock_copies(&self, cx: BodyCx<'_>) -> Vec<LockCopy> {
        let mut copies = Vec::new();
        if let Some(func) = cx.ast.func() {
            params(cx, func.recv, CopyKind::Receiver, &mut copies);
            signature(cx, func.sig, &mut copies);
        }
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                match node {
                    NodeRef::Expr(expr) => in_expr(cx, expr, &mut copies),
                    NodeRef::Stmt(stmt) => self.in_stmt(cx, stmt, &mut copies),
                    NodeRef::Clause(_) => {}
                }
                Walk::Into
            });
        }
        copies
    }

    fn in_stmt(&self, cx: BodyCx<'_>, stmt: StmtId, copies: &mut Vec<LockCopy>) {
        let mut add = |kind, span, lock: Option<LockInside>| {
            copies.extend(lock.map(|lock| LockCopy { kind, span, lock, ty: None }));
        };
        match cx.ast.stmt(stmt) {
            Stmt::Assign { lhs, op: AssignOp::Assign | AssignOp::Define, rhs } => {
                for (position, value) in cx.ast.list(rhs).enumerate() {
                    let target = cx.ast.list(lhs).nth(position);
                    let is_blank =
                        target.and_then(|target| cx.ast.ident(target)).is_some_and(Symbol::is_blank);
                    let lock = copied(cx, value).filter(|lock| {
                        !is_blank && !target.is_some_and(|target| self.is_reset_next(cx, stmt, target, lock))
                    });
                    add(CopyKind::Assign, cx.ast.expr_span(value), lock);
                }
            }
            Stmt::Decl { kind: GenKind::Var, specs } => declared(cx, specs, &mut add),
            Stmt::Return(values) => {
                for value in cx.ast.list(values) {
                    add(CopyKind::Return, cx.ast.expr_span(value), copied(cx, value));
                }
            }
            Stmt::Send { value, .. } => add(CopyKind::Send, cx.ast.expr_span(value), copied(cx, value)),
            Stmt::Range { key, value, .. } => {
                for variable in [key, value].into_iter().flatten() {
                    let is_blank = cx.ast.ident(variable).is_some_and(Symbol::is_blank);
                    let lock = cx.pkg.lock_inside(cx.type_of(variable)).filter(|_| !is_blank);
                    add(CopyKind::Range, cx.ast.expr_span(variable), lock);
                }
            }
            Stmt::For { init: Some(init), .. }
                if LangVersion::LOOP_VARIABLES <= self.pkg.files[cx.file].lang =>
            {
                let Stmt::Assign { lhs, op: AssignOp::Define, .. } = cx.ast.stmt(init) else { return };
                for variable in cx.ast.list(lhs) {
                    let lock = cx.pkg.lock_inside(cx.type_of(variable));
                    add(CopyKind::LoopVariable, cx.ast.expr_span(variable), lock);
                }
            }
            _ => {}
        }
    }

    /// Whether the statement behind an assignment gives the copy a lock of its own, as in
    /// `c := *old; c.mu = sync.Mutex{}`, by itself or by a pointer to it.
    fn is_reset_next(&self, cx: BodyCx<'_>, stmt: StmtId, target: ExprId, lock: &LockInside) -> bool {
        let siblings = match self.parents(cx.id).parent(stmt) {
            Some(NodeRef::Stmt(block)) => cx.ast.block(block),
            Some(NodeRef::Clause(clause)) => cx.ast.clause(clause).body,
            _ => return false,
        };
        let Some(copy) = cx.path(target) else { return false };
        let mut pointer = None;
        for next in cx.ast.list(siblings).skip_while(|&sibling| sibling != stmt).skip(1) {
            let Stmt::Assign { lhs, op: AssignOp::Assign | AssignOp::Define, rhs } = cx.ast.stmt(next) else {
                return false;
            };
            let address =
                cx.ast.list(rhs).next().and_then(|value| match cx.ast.expr(cx.ast.unparen(value)) {
                    Expr::Unary { op: UnaryOp::Addr, operand } => cx.path(operand),
                    _ => None,
                });
            if pointer.is_none() && address.as_ref() == Some(&copy) {
                pointer = cx.ast.list(lhs).next().and_then(|name| cx.path(name));
                continue;
            }
            return cx.ast.list(lhs).filter_map(|reset| cx.path(reset)).any(|reset| {
                [Some(&copy), pointer.as_ref()].into_iter().flatten().any(|whole| {
                    let rest = reset.fields.strip_prefix(&whole.fields[..]);
                    reset.root == whole.root
                        && rest.is_some_and(|rest| !rest.is_empty() && lock.path.starts_with(rest))
                })
            });
        }
        false
    }
}

fn signature(cx: BodyCx<'_>, sig: SigId, copies: &mut Vec<LockCopy>) {
    params(cx, cx.ast.list(cx.ast.sig(sig).params), CopyKind::Param, copies);
}

fn params(
    cx: BodyCx<'_>,
    fields: impl IntoIterator<Item = FieldId>,
    kind: CopyKind,
    copies: &mut Vec<LockCopy>,
) {
    for field in fields {
        let field = cx.ast.field(field);
        if let Some(lock) = cx.pkg.lock_inside(cx.type_of(field.ty)) {
            copies.push(LockCopy { kind, span: field.span, lock, ty: Some(field.ty) });
        }
    }
}

fn declared(cx: BodyCx<'_>, specs: List<SpecId>, add: &mut impl FnMut(CopyKind, Span, Option<LockInside>)) {
    for spec in cx.ast.list(specs) {
        let Spec::Value { names, values, .. } = cx.ast.spec(spec) else { continue };
        for (position, value) in cx.ast.list(values).enumerate() {
            let name = cx.ast.list(names).nth(position).and_then(|name| cx.ast.ident(name));
            let lock = copied(cx, value).filter(|_| !name.is_some_and(Symbol::is_blank));
            add(CopyKind::Declare, cx.ast.expr_span(value), lock);
        }
    }
}

fn in_expr(cx: BodyCx<'_>, expr: ExprId, copies: &mut Vec<LockCopy>) {
    let mut add = |kind, value: ExprId| {
        let span = cx.ast.expr_span(value);
        copies.extend(copied(cx, value).map(|lock| LockCopy { kind, span, lock, ty: None }));
    };
    match cx.ast.expr(expr) {
        Expr::Composite { elems, .. } => {
            for item in cx.ast.list(elems) {
                match cx.ast.expr(item) {
                    Expr::KeyValue { value, .. } => add(CopyKind::Element, value),
                    _ => add(CopyKind::Element, item),
                }
            }
        }
        Expr::Call { args, .. } => {
            let callee = cx.callee(expr);
            let only_looks = callee.is_builtin("len")
                || callee.is_builtin("cap")
                || callee.is_func("unsafe", &["Sizeof", "Offsetof", "Alignof"]);
            if !only_looks && !matches!(callee, Callee::Conversion(_)) {
                cx.ast.list(args).for_each(|arg| add(CopyKind::Argument, arg));
            }
        }
        Expr::Func { sig, .. } => signature(cx, sig, copies),
        _ => {}
    }
}

/// The lock in the value that evaluating an expression copies. Literals and results of calls are new values.
fn copied(cx: BodyCx<'_>, value: ExprId) -> Option<LockInside> {
    let value = cx.ast.unparen(value);
    match cx.ast.expr(value) {
        Expr::Ident(_) | Expr::Selector { .. } | Expr::Index { .. } if is_type(cx, value) => None,
        Expr::Star(inner) if matches!(cx.ast.expr(cx.ast.unparen(inner)), Expr::Call { .. }) => None,
        Expr::Ident(_)
        | Expr::Selector { .. }
        | Expr::Index { .. }
        | Expr::Star(_)
        | Expr::TypeAssert { .. }
        | Expr::Unary { op: UnaryOp::Recv, .. } => cx.pkg.lock_inside(cx.type_of(value)),
        _ => None,
    }
}

fn is_type(cx: BodyCx<'_>, name: ExprId) -> bool {
    match (cx.ast.expr(name), cx.entity(name)) {
        (Expr::Index { base, .. }, _) => is_type(cx, base),
        (_, Entity::Local(_) | Entity::Object(_) | Entity::External(..)) => {
            matches!(cx.callee_of(name), Callee::Conversion(_))
        }
        _ => false,
    }
}
