//! Which object a path leads to, and which literal a function value is, where fields and results tell.
//!
//! All stores to a field of a type of this package are looked at together: if they agree, relative to the object that has
//! the field, a path over the field can be written shorter. So `p.body` is `p` again after `.page`, if every `body` is
//! made as `p.body = &Body{page: p}`; and the function in `s.render[k]` is the literal that all of them come from, with the
//! variables that it has captured in the words of `s`.

use std::rc::Rc;

use golint_conc_flow::{Func, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, LocalKind, MemberKind, Root, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use super::sites::Site;
use crate::access::resolve;
use crate::binding::{Binding, Bound};
use crate::model::Model;
use crate::words::may_store;

/// How many results, fields and variables are seen through to find a value.
const MAX_DEPTH: usize = 12;

/// How many fields a path may have to be written shorter.
const MAX_FIELDS: usize = 12;

/// How many stores to one field are looked at; a field with more has no known value.
const MAX_STORES: usize = 16;

/// A literal, and what the variables stand for that it has captured.
#[derive(Clone, Debug)]
pub(crate) struct Closure {
    func: Func,
    captured: Binding,
}

/// A value that is stored to a field.
#[derive(Clone, Debug)]
pub(crate) struct FieldStore {
    pub(super) body: BodyId,
    /// The object that has the field; none for one that is made on the spot.
    pub(super) owner: Option<AccessPath>,
    pub(super) value: ExprId,
}

impl<'p> Model<'p> {
    /// The place that an expression denotes, also where it is a call that returns one.
    pub(crate) fn place(&self, cx: BodyCx<'p>, expr: ExprId, depth: usize) -> Option<AccessPath> {
        let expr = cx.ast.unparen(expr);
        if let Some(path) = cx.path(expr) {
            return resolve(self, cx, path);
        }
        let (site, value) = self.returned(cx, expr, depth)?;
        let inner = self.body(site.target.body);
        let path = self.place(inner, value, depth + 1)?;
        resolve(self, cx, site.binding.rebase(&path)?)
    }

    /// The function that a call runs and the one expression that it returns.
    fn returned(&self, cx: BodyCx<'p>, call: ExprId, depth: usize) -> Option<(Site, ExprId)> {
        let Expr::Call { fun, .. } = cx.ast.expr(call) else { return None };
        if MAX_DEPTH <= depth {
            return None;
        }
        let target = self.callable(cx, fun).filter(|target| target.lit.is_none())?;
        let (inner, block) = self.block(target)?;
        let mut returns = Vec::new();
        walk_inline(inner.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Return(values) = inner.ast.stmt(stmt)
            {
                returns.push(inner.ast.list(values).next());
            }
        });
        let [Some(value)] = returns.as_slice() else { return None };
        let mut binding = self.bind(cx, fun, &cx.args(call), target);
        self.complete(cx, &mut binding, depth + 1);
        Some((Site::sure(target, binding), *value))
    }

    /// The place of what is given as the result of a call.
    pub(crate) fn place_of_call(&self, cx: BodyCx<'p>, bound: &Bound) -> Option<AccessPath> {
        let is_call = matches!(cx.ast.expr(cx.ast.unparen(bound.arg)), Expr::Call { .. });
        if bound.path.is_none() && is_call { self.place(cx, bound.arg, 0) } else { None }
    }

    fn complete(&self, cx: BodyCx<'p>, binding: &mut Binding, depth: usize) {
        for bound in &mut binding.0 {
            if bound.path.is_none() && matches!(cx.ast.expr(cx.ast.unparen(bound.arg)), Expr::Call { .. }) {
                bound.path = self.place(cx, bound.arg, depth);
            }
        }
    }

    /// A path as it is written without the detours that results and fields are known to make.
    pub(crate) fn simplify(&self, cx: BodyCx<'p>, path: AccessPath) -> AccessPath {
        let mut path = path;
        for _ in 0..MAX_DEPTH {
            let shorter = self.without_root(cx, &path).or_else(|| self.without_detour(cx, &path));
            match shorter.and_then(|path| resolve(self, cx, path)) {
                Some(shorter) if shorter != path => path = shorter,
                _ => break,
            }
        }
        path
    }

    /// `x.f.g` as `c.g`, where `x` was made as `&T{f: c}`, by a call or not.
    fn without_root(&self, cx: BodyCx<'p>, path: &AccessPath) -> Option<AccessPath> {
        let (Root::Local(local), [first, rest @ ..]) = (path.root, path.fields.as_slice()) else {
            return None;
        };
        let info = cx.local_info(local);
        let (init, 0) = info.init? else { return None };
        if info.kind != LocalKind::Var || rest.is_empty() || self.is_assigned_again(cx, local) {
            return None;
        }
        let mut found = self.made_field(cx, init, *first, 0)?;
        found.fields.extend(rest);
        Some(found)
    }

    /// What a field of the value of an expression holds when that is made.
    fn made_field(&self, cx: BodyCx<'p>, expr: ExprId, field: Symbol, depth: usize) -> Option<AccessPath> {
        let expr = cx.ast.unparen(expr);
        match cx.ast.expr(expr) {
            Expr::Unary { op: UnaryOp::Addr, operand } => self.made_field(cx, operand, field, depth),
            Expr::Composite { .. } => self.place(cx, field_in_literal(cx, expr, field)?, depth),
            Expr::Call { .. } => {
                let (site, value) = self.returned(cx, expr, depth)?;
                let inner = self.body(site.target.body);
                let path = self.made_field(inner, value, field, depth + 1)?;
                resolve(self, cx, site.binding.rebase(&path)?)
            }
            _ => None,
        }
    }

    /// `x.f.g` as what `g` is in every object that is stored to `f`, in the words of `x`.
    fn without_detour(&self, cx: BodyCx<'p>, path: &AccessPath) -> Option<AccessPath> {
        let types = self.types_on(cx, path)?;
        let comes_back =
            (0..types.len()).any(|at| types[at].is_some() && types[at + 1..].contains(&types[at]));
        if !comes_back {
            return None;
        }
        (0..path.fields.len().saturating_sub(1)).find_map(|at| {
            let (field, next) = (path.fields[at], path.fields[at + 1]);
            let relative = self.made_in_field(types[at]?, field, next)?;
            let mut fields = path.fields[..at].to_vec();
            fields.extend(relative);
            fields.extend_from_slice(&path.fields[at + 2..]);
            Some(AccessPath { root: path.root, fields })
        })
    }

    /// The declared types of the package on a path: of the variable, and behind each field but the last.
    fn types_on(&self, cx: BodyCx<'p>, path: &AccessPath) -> Option<Vec<Option<Symbol>>> {
        if MAX_FIELDS < path.fields.len() || path.fields.len() < 3 {
            return None;
        }
        let mut ty = match path.root {
            Root::Local(local) => cx.local_info(local).ty,
            Root::Global(object) => self.pkg.object_type(object),
            Root::External(..) => return None,
        };
        let mut types = vec![self.own_type(ty)];
        for &field in &path.fields[..path.fields.len() - 1] {
            ty = self.pkg.member(ty, field).ok()?.ty;
            types.push(self.own_type(ty));
        }
        Some(types)
    }

    pub(super) fn own_type(&self, ty: TypeId) -> Option<Symbol> {
        match self.pkg.types.get(self.pkg.types.deref(ty)) {
            Type::Named { pkg, name, .. } if pkg == self.pkg.path => Some(name),
            _ => None,
        }
    }

    /// What field `next` is in all objects that are stored to `ty.field`, as fields of the object that has it.
    fn made_in_field(&self, ty: Symbol, field: Symbol, next: Symbol) -> Option<Vec<Symbol>> {
        if let Some(known) = self.locks.detours.borrow().get(&((ty, field), next)) {
            return known.clone();
        }
        self.locks.detours.borrow_mut().insert(((ty, field), next), None);
        let found = self.find_made_in_field(ty, field, next);
        self.locks.detours.borrow_mut().insert(((ty, field), next), found.clone());
        found
    }

    fn find_made_in_field(&self, ty: Symbol, field: Symbol, next: Symbol) -> Option<Vec<Symbol>> {
        let mut found: Option<Vec<Symbol>> = None;
        for store in self.field_stores(ty, field)?.iter() {
            let cx = self.body(store.body);
            if is_empty(cx, store.value, Some(next)) {
                continue;
            }
            let owner = store.owner.as_ref()?;
            let made = self.made_field(cx, store.value, next, 0)?;
            let relative = relative_to(owner, &made)?;
            if found.as_ref().is_some_and(|known| *known != relative) {
                return None;
            }
            found = Some(relative);
        }
        found
    }

    /// All stores to a field of a type of the package, if they can be seen: none where its address is taken.
    pub(super) fn field_stores(&self, ty: Symbol, field: Symbol) -> Option<Rc<[FieldStore]>> {
        if let Some(known) = self.locks.stores.borrow().get(&(ty, field)) {
            return known.clone();
        }
        let is_hidden = !field.as_str().starts_with(char::is_uppercase) && !self.pkg.is_partial;
        let found = is_hidden.then(|| self.find_field_stores(ty, field)).flatten();
        self.locks.stores.borrow_mut().insert((ty, field), found.clone());
        found
    }

    fn find_field_stores(&self, ty: Symbol, field: Symbol) -> Option<Rc<[FieldStore]>> {
        let mut stores = Vec::new();
        for body in self.pkg.bodies_naming(field) {
            if !may_store(self.pkg.body_text(body), field) {
                continue;
            }
            let cx = self.body(body);
            for stmt in (0..cx.ast.stmt_count() as u32).map(StmtId::new) {
                for (target, value) in assigned(cx, stmt) {
                    let Some(base) = self.field_base(cx, target, ty, field) else { continue };
                    let owner = cx.path(base).and_then(|path| resolve(self, cx, path));
                    stores.push(FieldStore { body, owner, value: value? });
                }
            }
            for expr in (0..cx.ast.expr_count() as u32).map(ExprId::new) {
                match cx.ast.expr(expr) {
                    Expr::Composite { .. } if self.own_type(cx.type_of(expr)) == Some(ty) => {
                        let value = field_in_literal(cx, expr, field);
                        stores.extend(value.map(|value| FieldStore { body, owner: None, value }));
                    }
                    Expr::Unary { op: UnaryOp::Addr, operand }
                        if self.field_base(cx, operand, ty, field).is_some() =>
                    {
                        return None;
                    }
                    _ => {}
                }
            }
            if MAX_STORES < stores.len() {
                return None;
            }
        }
        Some(stores.into())
    }

    /// The object of `object.field`, where it is of the type.
    fn field_base(&self, cx: BodyCx<'p>, expr: ExprId, ty: Symbol, field: Symbol) -> Option<ExprId> {
        let expr = cx.ast.unparen(expr);
        let Expr::Selector { base, .. } = cx.ast.expr(expr) else { return None };
        let member = cx.member_of(expr)?;
        let is_it = member.kind == MemberKind::Field
            && member.name == field
            && member.path.is_empty()
            && self.own_type(member.owner) == Some(ty);
        is_it.then_some(base)
    }

    // --- function values ---------------------------------------------------------------------------------------------

    /// The call of a function value: of a literal that was stored in a variable, a field, or a map or slice in one.
    pub(crate) fn value_site(&self, cx: BodyCx<'p>, fun: ExprId) -> Option<Site> {
        if !matches!(cx.callee_of(fun), Callee::Value) {
            return None;
        }
        let closure = self.closure(cx, fun, 0)?;
        Some(Site { is_assumed: true, ..Site::sure(closure.func, closure.captured) })
    }

    /// The literal that an expression, or an element of what it denotes, always is.
    fn closure(&self, cx: BodyCx<'p>, expr: ExprId, depth: usize) -> Option<Closure> {
        if MAX_DEPTH <= depth {
            return None;
        }
        let expr = cx.ast.unparen(expr);
        match cx.ast.expr(expr) {
            Expr::Func { .. } => Some(self.literal(cx, expr)),
            Expr::Index { base, .. } => self.closure(cx, base, depth + 1),
            Expr::Ident(_) => self.closure_in_variable(cx, expr, depth),
            Expr::Selector { base, .. } => {
                let member = cx.member_of(expr).filter(|member| member.kind == MemberKind::Field)?;
                let mut owner = cx.path(base)?;
                owner.fields.extend(member.path.iter().copied());
                let stored = self.closure_in_field(self.own_type(member.owner)?, member.name, depth)?;
                Some(rebased(stored, |path| {
                    let mut full = owner.clone();
                    full.fields.extend(path.fields.iter().copied());
                    resolve(self, cx, full)
                }))
            }
            Expr::Call { .. } => {
                let (site, value) = self.returned(cx, expr, depth)?;
                let inner = self.closure(self.body(site.target.body), value, depth + 1)?;
                Some(rebased(inner, |path| resolve(self, cx, site.binding.rebase(path)?)))
            }
            _ => None,
        }
    }

    /// A literal, with the parameters of the functions around it standing for themselves.
    fn literal(&self, cx: BodyCx<'p>, lit: ExprId) -> Closure {
        let outer = cx.locals().filter(|(local, info)| {
            let inside = cx.ast.expr_span(lit).contains(cx.ast.expr_span(info.ident));
            matches!(info.kind, LocalKind::Param | LocalKind::Receiver)
                && !inside
                && !self.is_assigned_again(cx, *local)
        });
        let bound = outer.map(|(local, info)| {
            let path = Some(AccessPath { root: Root::Local(local), fields: Vec::new() });
            Bound { local, arg: info.ident, path }
        });
        Closure { func: Func { body: cx.id, lit: Some(lit) }, captured: Binding(bound.collect()) }
    }

    fn closure_in_variable(&self, cx: BodyCx<'p>, ident: ExprId, depth: usize) -> Option<Closure> {
        let local = cx.local(ident)?;
        let info = cx.local_info(local);
        // The elements of a range are stored in its variable.
        let ranged =
            (0..cx.ast.stmt_count() as u32).map(StmtId::new).find_map(|stmt| match cx.ast.stmt(stmt) {
                Stmt::Range { value: Some(value), subject, .. } if value == info.ident => Some(subject),
                _ => None,
            });
        if self.is_assigned_again(cx, local) {
            return None;
        }
        let source = ranged.or(info.init.map(|(init, _)| init))?;
        if !is_empty(cx, source, None) {
            return self.closure(cx, source, depth + 1);
        }
        // A map or slice that is made empty and filled.
        let mut found: Option<Closure> = None;
        for stmt in (0..cx.ast.stmt_count() as u32).map(StmtId::new) {
            for (target, value) in assigned(cx, stmt) {
                let Expr::Index { base, .. } = cx.ast.expr(cx.ast.unparen(target)) else { continue };
                if cx.local(base) != Some(local) {
                    continue;
                }
                let next = self.closure(cx, value?, depth + 1)?;
                if found.as_ref().is_some_and(|known| known.func != next.func) {
                    return None;
                }
                found = Some(next);
            }
        }
        found
    }

    /// The one literal that is stored to a field, with what it has captured in the words of the object that has it.
    fn closure_in_field(&self, ty: Symbol, field: Symbol, depth: usize) -> Option<Closure> {
        if let Some(known) = self.locks.closures.borrow().get(&(ty, field)) {
            return known.clone();
        }
        self.locks.closures.borrow_mut().insert((ty, field), None);
        let found = self.find_closure_in_field(ty, field, depth);
        self.locks.closures.borrow_mut().insert((ty, field), found.clone());
        found
    }

    fn find_closure_in_field(&self, ty: Symbol, field: Symbol, depth: usize) -> Option<Closure> {
        let mut found: Option<Closure> = None;
        for store in self.field_stores(ty, field)?.iter() {
            let cx = self.body(store.body);
            if is_empty(cx, store.value, None) {
                continue;
            }
            let next = self.closure(cx, store.value, depth + 1)?;
            let owner = store.owner.as_ref();
            let next = rebased(next, |path| {
                let fields = relative_to(owner?, path)?;
                Some(AccessPath { root: path.root, fields })
            });
            if found.as_ref().is_some_and(|known| known.func != next.func) {
                return None;
            }
            found = Some(next);
        }
        found
    }
}

fn rebased(closure: Closure, to: impl Fn(&AccessPath) -> Option<AccessPath>) -> Closure {
    let bound = closure
        .captured
        .0
        .into_iter()
        .map(|bound| Bound { path: bound.path.as_ref().and_then(&to), ..bound });
    Closure { func: closure.func, captured: Binding(bound.collect()) }
}

/// The fields that lead from one path to a longer one.
pub(super) fn relative_to(owner: &AccessPath, path: &AccessPath) -> Option<Vec<Symbol>> {
    let is_below = owner.root == path.root && path.fields.starts_with(&owner.fields);
    is_below.then(|| path.fields[owner.fields.len()..].to_vec())
}

/// The value of a field in a struct literal with keys.
fn field_in_literal(cx: BodyCx<'_>, literal: ExprId, field: Symbol) -> Option<ExprId> {
    let Expr::Composite { elems, .. } = cx.ast.expr(literal) else { return None };
    cx.ast.list(elems).find_map(|elem| match cx.ast.expr(elem) {
        Expr::KeyValue { key, value } if cx.ast.ident(key) == Some(field) => Some(value),
        _ => None,
    })
}

/// Whether a value is `nil`, or just made and without elements; of a struct, without that field.
fn is_empty(cx: BodyCx<'_>, value: ExprId, field: Option<Symbol>) -> bool {
    let value = cx.ast.unparen(value);
    match cx.ast.expr(value) {
        Expr::Unary { op: UnaryOp::Addr, operand } => is_empty(cx, operand, field),
        Expr::Composite { elems, .. } => {
            elems.is_empty()
                || field.is_some_and(|field| {
                    let keyed = cx.ast.list(elems).all(|e| matches!(cx.ast.expr(e), Expr::KeyValue { .. }));
                    keyed && field_in_literal(cx, value, field).is_none()
                })
        }
        Expr::Call { .. } => cx.callee(value).is_builtin("make") || cx.callee(value).is_builtin("new"),
        _ => cx.is_nil(value),
    }
}
