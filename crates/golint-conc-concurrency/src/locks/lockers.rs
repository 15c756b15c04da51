//! Which lock a `sync.Locker` is, where no other can be in it.

use golint_conc_semantic::{AccessPath, BodyCx, Callee, LocalKind, MemberKind, Type};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, UnaryOp};

use super::identity::relative_to;
use crate::access::resolve;
use crate::model::Model;

/// How many variables, fields and conversions are seen through to find the lock.
const MAX_DEPTH: usize = 4;

/// A lock that is used through a `sync.Locker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Locked {
    pub(super) path: AccessPath,
    /// Whether it is taken for reading.
    pub(super) is_read: bool,
}

impl<'p> Model<'p> {
    /// The lock that an expression leads to: its address, a pointer to it, its `RLocker`, a variable or field that is set to
    /// one of those once, or the `L` of a `sync.Cond` that is made with one.
    pub(super) fn locker(&self, cx: BodyCx<'p>, expr: ExprId, depth: usize) -> Option<Locked> {
        if MAX_DEPTH <= depth {
            return None;
        }
        let expr = cx.ast.unparen(expr);
        if is_lock_reference(cx, expr) {
            let path = resolve(self, cx, cx.path(expr)?)?;
            return Some(Locked { path, is_read: false });
        }
        match cx.ast.expr(expr) {
            Expr::Call { .. } => {
                let callee = cx.callee(expr);
                if matches!(callee, Callee::Conversion(_)) {
                    return self.locker(cx, *cx.args(expr).first()?, depth + 1);
                }
                let path =
                    callee.is_method("sync", "RWMutex", &["RLocker"]).then(|| cx.receiver_path(&callee));
                Some(Locked { path: resolve(self, cx, path??)?, is_read: true })
            }
            Expr::Ident(_) => self.locker(cx, self.sole_value(cx, expr)?, depth + 1),
            Expr::Selector { base, .. } if is_lock_of_cond(cx, expr) => {
                self.lock_of_cond(cx, base, depth + 1)
            }
            Expr::Selector { .. } => {
                self.locker_in_field(cx, expr, depth, |cx, value| Some(cx.ast.unparen(value)))
            }
            _ => None,
        }
    }

    /// The lock that a condition was made with.
    fn lock_of_cond(&self, cx: BodyCx<'p>, cond: ExprId, depth: usize) -> Option<Locked> {
        let cond = cx.ast.unparen(cond);
        match cx.ast.expr(cond) {
            Expr::Ident(_) => self.locker(cx, given_to_cond(cx, self.sole_value(cx, cond)?)?, depth),
            Expr::Selector { .. } => self.locker_in_field(cx, cond, depth, given_to_cond),
            _ => None,
        }
    }

    /// What a local variable always holds.
    fn sole_value(&self, cx: BodyCx<'p>, variable: ExprId) -> Option<ExprId> {
        let local = cx.local(variable)?;
        let info = cx.local_info(local);
        let (init, 0) = info.init? else { return None };
        (info.kind == LocalKind::Var && !self.is_reassigned(cx, local)).then_some(init)
    }

    /// The lock that all stores to a field come from, in the words of the object that has it.
    fn locker_in_field(
        &self,
        cx: BodyCx<'p>,
        expr: ExprId,
        depth: usize,
        given: impl Fn(BodyCx<'p>, ExprId) -> Option<ExprId>,
    ) -> Option<Locked> {
        let Expr::Selector { base, .. } = cx.ast.expr(expr) else { return None };
        let member = cx.member_of(expr).filter(|member| member.kind == MemberKind::Field)?;
        let mut owner = cx.path(base)?;
        owner.fields.extend(member.path.iter().copied());
        let mut found: Option<(Vec<Symbol>, bool)> = None;
        for store in self.field_stores(self.own_type(member.owner)?, member.name)?.iter() {
            let inner = self.body(store.body);
            let locked = self.locker(inner, given(inner, store.value)?, depth + 1)?;
            let relative = (relative_to(store.owner.as_ref()?, &locked.path)?, locked.is_read);
            if found.as_ref().is_some_and(|known| *known != relative) {
                return None;
            }
            found = Some(relative);
        }
        let (fields, is_read) = found?;
        owner.fields.extend(fields);
        Some(Locked { path: resolve(self, cx, owner)?, is_read })
    }
}

/// Whether an expression is a mutex's address or a pointer to one.
pub(super) fn is_lock_reference(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let is_reference = matches!(cx.ast.expr(expr), Expr::Unary { op: UnaryOp::Addr, .. })
        || matches!(cx.ty(expr), Type::Pointer(_));
    is_reference && (cx.is_named(expr, "sync", "Mutex") || cx.is_named(expr, "sync", "RWMutex"))
}

/// Whether an expression is the field `L` of a `sync.Cond`.
fn is_lock_of_cond(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let Expr::Selector { base, sel } = cx.ast.expr(expr) else { return false };
    cx.is_named(base, "sync", "Cond") && cx.ast.ident(sel).is_some_and(|name| name == "L")
}

/// What `sync.NewCond` is given.
fn given_to_cond(cx: BodyCx<'_>, value: ExprId) -> Option<ExprId> {
    let value = cx.ast.unparen(value);
    cx.callee(value).is_func("sync", &["NewCond"]).then(|| cx.args(value).first().copied()).flatten()
}
