//! Of which types the values of an interface are.

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalKind, MemberKind, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use crate::model::Model;

/// How many variables, fields and parameters are seen through to find where a value comes from.
const MAX_DEPTH: usize = 4;

/// Where the value of an expression comes from. The later says less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// It is of the one type asked for, or `nil`.
    Own,
    /// Nobody knows.
    Open,
    /// It may be of another type.
    Foreign,
}

impl<'p> Model<'p> {
    /// Whether the receiver of an interface's method may be of another type than the one of this package that has
    /// `method`: some value of another type is stored in it, or other packages may store theirs.
    pub(super) fn may_be_foreign(&self, cx: BodyCx<'p>, recv: ExprId, method: BodyId) -> bool {
        let Some(implementing) = self.pkg.body_decl(method).recv else { return true };
        match self.origin(cx, recv, implementing, 0) {
            Origin::Own => false,
            Origin::Open => {
                self.is_open_to_others(cx.type_of(recv)) || self.is_wrapped(cx, recv, implementing)
            }
            Origin::Foreign => true,
        }
    }

    /// Whether other packages may implement an interface and hand their values to this one.
    fn is_open_to_others(&self, interface: TypeId) -> bool {
        let Type::Named { name, .. } = self.pkg.types.get(interface) else { return true };
        let methods = self.interface_methods(interface).unwrap_or_default();
        self.pkg.name != "main" && name.is_exported() && methods.iter().all(|method| method.is_exported())
    }

    /// Whether a value lies in a field of the type that implements its interface: what wraps a value is hardly ever
    /// wrapped itself.
    fn is_wrapped(&self, cx: BodyCx<'p>, recv: ExprId, implementing: Symbol) -> bool {
        cx.member_of(cx.ast.unparen(recv))
            .is_some_and(|member| self.own_type(member.owner) == Some(implementing))
    }

    fn origin(&self, cx: BodyCx<'p>, expr: ExprId, implementing: Symbol, depth: usize) -> Origin {
        let expr = cx.ast.unparen(expr);
        if cx.is_nil(expr) {
            return Origin::Own;
        }
        match cx.underlying(expr) {
            Type::Interface { .. } | Type::Tuple(_) => {}
            Type::Unknown(_) => return Origin::Open,
            _ if self.own_type(cx.type_of(expr)) == Some(implementing) => return Origin::Own,
            _ => return Origin::Foreign,
        }
        if MAX_DEPTH <= depth {
            return Origin::Open;
        }
        match cx.ast.expr(expr) {
            Expr::Selector { .. } => self.origin_in_field(cx, expr, implementing, depth),
            Expr::Call { fun, .. } => self.origin_of_result(cx, fun, implementing, depth),
            Expr::Ident(_) => self.origin_in_variable(cx, expr, implementing, depth),
            _ => Origin::Open,
        }
    }

    /// Of the first result of a function of the package, or of the method that an interface's stands for.
    fn origin_of_result(&self, cx: BodyCx<'p>, fun: ExprId, implementing: Symbol, depth: usize) -> Origin {
        let target = match cx.callee_of(fun) {
            Callee::Method { recv, name, kind: MemberKind::InterfaceMethod, .. } => self
                .sole_implementation(cx.type_of(recv), name)
                .filter(|_| self.origin(cx, recv, implementing, depth + 1) == Origin::Own)
                .map(|body| Func { body, lit: None }),
            _ => self.callable(cx, fun),
        };
        let Some((inner, block)) = target.and_then(|target| self.block(target)) else { return Origin::Open };
        let mut found = None;
        walk_inline(inner.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Return(values) = inner.ast.stmt(stmt)
            {
                let value = inner.ast.list(values).next();
                let origin =
                    value.map_or(Origin::Open, |value| self.origin(inner, value, implementing, depth + 1));
                found = found.max(Some(origin));
            }
        });
        found.unwrap_or(Origin::Open)
    }

    fn origin_in_field(&self, cx: BodyCx<'p>, expr: ExprId, implementing: Symbol, depth: usize) -> Origin {
        let field = cx.member_of(expr).filter(|member| member.kind == MemberKind::Field);
        let stores = field.and_then(|field| self.field_stores(self.own_type(field.owner)?, field.name));
        let Some(stores) = stores else { return Origin::Open };
        // What tests put in its place is not what runs.
        let stores =
            stores.iter().filter(|store| !self.pkg.files[self.pkg.body_decl(store.body).file].is_test);
        let origins =
            stores.map(|store| self.origin(self.body(store.body), store.value, implementing, depth + 1));
        origins.max().unwrap_or(Origin::Open)
    }

    fn origin_in_variable(&self, cx: BodyCx<'p>, expr: ExprId, implementing: Symbol, depth: usize) -> Origin {
        let Some(local) = cx.local(expr).filter(|&local| !self.is_assigned_again(cx, local)) else {
            return Origin::Open;
        };
        let info = cx.local_info(local);
        match (info.kind, info.init) {
            (LocalKind::Var, Some((init, 0))) => self.origin(cx, init, implementing, depth + 1),
            (LocalKind::Param, _) if info.func.is_none() && !self.pkg.body_decl(cx.id).name.is_exported() => {
                let params =
                    cx.locals().filter(|(_, info)| info.kind == LocalKind::Param && info.func.is_none());
                let position = params.map(|(param, _)| param).position(|param| param == local);
                let Some((position, callers)) = position.zip(self.callers(cx.id)) else {
                    return Origin::Open;
                };
                let given = callers.into_iter().map(|(caller, call)| {
                    let outer = self.body(caller);
                    outer
                        .args(call)
                        .get(position)
                        .map_or(Origin::Open, |&arg| self.origin(outer, arg, implementing, depth + 1))
                });
                given.max().unwrap_or(Origin::Open)
            }
            _ => Origin::Open,
        }
    }
}
