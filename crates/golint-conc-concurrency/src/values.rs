//! Where a package makes values of a struct type, such as `http.Client`, which variables hold them and what it does
//! to them.
//!
//! Every store is an edge from one holder to another, whatever the order of the statements, and a field stands for
//! that field of all values of its type (Andersen's inclusion constraints without objects). So two clients that ever
//! go through one variable count as one: a fact may be missed, none is made up.

use golint_conc_semantic::{
    BodyCx, BodyId, Entity, LocalId, LocalKind, MemberKind, ObjId, ObjKind, Type, TypeId,
};
use golint_conc_syntax::ast::{AssignOp, Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents};
use golint_conc_syntax::{Signals, Span, Symbol};
use rustc_hash::FxHashSet;

use crate::model::Model;

/// How often bodies are added that name a holder found in others.
const MAX_ROUNDS: usize = 3;

/// What holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// The expression that makes it.
    Made(BodyId, ExprId),
    /// A local variable.
    Local(BodyId, LocalId),
    /// A package-level variable.
    Global(ObjId),
    /// A field of a declared type.
    Field(TypeId, Symbol),
    /// A result of a function of the package, by position.
    Result(BodyId, usize),
}

/// A value that the package makes: a literal, `new(T)`, or a variable declared without a value.
#[derive(Clone, Debug)]
pub struct Made {
    /// What holds it first.
    pub holder: Holder,
    /// The body in which it is made; `None` for a package-level variable without a value.
    pub body: Option<BodyId>,
    /// The file.
    pub file: usize,
    /// The literal, the call of `new` or the declared name.
    pub span: Span,
    /// The literal or the call of `new`.
    pub expr: Option<ExprId>,
    /// The fields that a literal sets.
    pub fields: Vec<(Symbol, ExprId)>,
}

impl Made {
    /// What a literal sets the field to.
    pub fn value(&self, field: &str) -> Option<ExprId> {
        self.fields.iter().find(|(name, _)| *name == field).map(|&(_, value)| value)
    }
}

/// A call of a method of the type.
#[derive(Clone, Copy, Debug)]
pub struct MethodCall {
    /// The body.
    pub body: BodyId,
    /// The call.
    pub call: ExprId,
    /// The method.
    pub name: Symbol,
    /// What holds the receiver, where that is known.
    pub holder: Option<Holder>,
}

/// All that is known of what holds one value.
#[derive(Clone, Debug)]
pub struct Held {
    /// The holders.
    pub holders: FxHashSet<Holder>,
    /// Whether something that we don't see has it as well.
    pub escapes: bool,
    /// Whether a function that a caller hands in, as an option does, gets a pointer to it.
    pub is_configured: bool,
    /// Whether some holder is set as a whole through a pointer, so that the value's own fields don't matter.
    pub is_overwritten: bool,
}

/// The values of one type in a package.
#[derive(Debug, Default)]
pub struct Values {
    /// The values, in source order.
    pub made: Vec<Made>,
    /// The method calls, in source order.
    pub calls: Vec<MethodCall>,
    edges: Vec<(Holder, Holder)>,
    escaped: FxHashSet<Holder>,
    configured: FxHashSet<Holder>,
    overwritten: FxHashSet<Holder>,
    field_sets: Vec<(Option<Holder>, Symbol)>,
}

impl Values {
    /// What holds a value.
    pub fn held(&self, first: Holder) -> Held {
        let mut holders = FxHashSet::default();
        let mut todo = vec![first];
        while let Some(holder) = todo.pop() {
            if holders.insert(holder) {
                todo.extend(self.edges.iter().filter(|(from, _)| *from == holder).map(|&(_, to)| to));
            }
        }
        Held {
            escapes: self.escaped.iter().any(|holder| holders.contains(holder)),
            is_configured: self.configured.iter().any(|holder| holders.contains(holder)),
            is_overwritten: self.overwritten.iter().any(|holder| holders.contains(holder)),
            holders,
        }
    }

    /// Whether the package assigns the field through one of the holders, or through something that may be one.
    pub fn is_set(&self, held: &Held, field: &str) -> bool {
        self.field_sets.iter().any(|(holder, name)| {
            *name == field && holder.is_none_or(|holder| held.holders.contains(&holder))
        })
    }

    /// Whether anything is ever stored in the holder.
    pub fn is_stored(&self, holder: Holder) -> bool {
        self.edges.iter().any(|&(_, to)| to == holder) || self.overwritten.contains(&holder)
    }

    /// The method calls whose receiver is one of the holders.
    pub fn calls_on<'a>(&'a self, held: &'a Held) -> impl Iterator<Item = &'a MethodCall> {
        self.calls.iter().filter(|call| call.holder.is_some_and(|holder| held.holders.contains(&holder)))
    }
}

/// What becomes of an expression's value.
enum Store {
    To(Holder, TypeId),
    Read,
    Overwritten,
    Option,
    Escape,
}

impl Model<'_> {
    /// The values of type `pkg.name`. Looked for in the bodies that one of `gates` lets through, in those whose text
    /// has one of `fields`, the only fields whose assignments are noted, and in those that name a holder found so far.
    /// Test files are left out: what they do with a value says nothing of how the package runs.
    pub fn values(&self, pkg: &str, name: &str, gates: &[Signals], fields: &[&str]) -> Values {
        let mut values = Values::default();
        let mut seen = FxHashSet::default();
        let mut names: Vec<Symbol> = fields.iter().map(|field| Symbol::new(field)).collect();
        let mut next: Vec<_> = self.bodies_with(gates);
        next.retain(|&id| !self.is_in_test(id));
        for _ in 0..MAX_ROUNDS {
            let mut search = Search { model: self, pkg, name, fields, values: &mut values };
            for id in next.drain(..).filter(|&id| seen.insert(id)) {
                search.body(id);
            }
            if values.made.is_empty() {
                break;
            }
            names.extend(values.edges.iter().filter_map(|&(_, to)| self.holder_name(to)));
            names.sort_unstable_by_key(|name| name.as_str());
            names.dedup();
            next = self.bodies_naming(&names, &seen);
        }
        Search { model: self, pkg, name, fields, values: &mut values }.globals();
        let holders = values.edges.iter().flat_map(|&(from, to)| [from, to]);
        let shared = holders.chain(values.made.iter().map(|made| made.holder));
        let shared: Vec<_> = shared.filter(|&holder| self.is_for_others(holder)).collect();
        values.escaped.extend(shared);
        values.made.sort_by_key(|made| (made.file, made.span.start));
        values.calls.sort_by_key(|call| (call.body, call.call));
        values
    }

    /// Whether other packages may reach a holder, and set fields of what it holds.
    fn is_for_others(&self, holder: Holder) -> bool {
        let is_exported_type = |name: Option<Symbol>| name.is_none_or(Symbol::is_exported);
        self.pkg.name != "main"
            && match holder {
                Holder::Made(..) | Holder::Local(..) => false,
                Holder::Global(id) => self.pkg.object(id).name.is_exported(),
                Holder::Field(ty, name) => {
                    let owner = match self.pkg.types.get(ty) {
                        Type::Named { name, .. } => Some(name),
                        _ => None,
                    };
                    name.is_exported() && is_exported_type(owner)
                }
                Holder::Result(body, _) => {
                    let decl = self.pkg.body_decl(body);
                    decl.name.is_exported() && is_exported_type(decl.recv)
                }
            }
    }

    /// Whether another package of the module may set one of the fields of what is held, by the text of its files.
    pub fn is_set_elsewhere(&self, held: &Held, fields: &[&str]) -> bool {
        let shared = held.holders.iter().filter(|&&holder| self.is_for_others(holder));
        let mut names: Vec<_> = shared
            .filter_map(|&holder| match holder {
                Holder::Global(_) | Holder::Field(..) => self.holder_name(holder),
                Holder::Made(..) | Holder::Local(..) | Holder::Result(..) => None,
            })
            .collect();
        names.sort_unstable_by_key(|name| name.as_str());
        names.dedup();
        let texts = names.iter().flat_map(|name| fields.iter().map(move |field| format!(".{name}.{field}")));
        let texts: Vec<_> = texts.collect();
        !texts.is_empty() && self.pkg.is_said_in_module(&texts)
    }

    fn bodies_naming(&self, names: &[Symbol], seen: &FxHashSet<BodyId>) -> Vec<BodyId> {
        let naming = self.pkg.bodies_naming_one_of(names.iter().copied());
        naming.into_iter().filter(|&id| !seen.contains(&id) && !self.is_in_test(id)).collect()
    }

    fn is_in_test(&self, id: BodyId) -> bool {
        self.pkg.files[self.pkg.body_decl(id).file].is_test
    }

    /// The name by which other functions reach a holder.
    fn holder_name(&self, holder: Holder) -> Option<Symbol> {
        match holder {
            Holder::Made(..) | Holder::Local(..) => None,
            Holder::Global(id) => Some(self.pkg.object(id).name),
            Holder::Field(_, name) => Some(name),
            Holder::Result(body, _) => Some(self.pkg.body_decl(body).name),
        }
    }

    /// What holds the value that an expression denotes.
    pub fn holder_of(cx: BodyCx<'_>, expr: ExprId) -> Option<Holder> {
        let expr = cx.ast.unparen(expr);
        match cx.ast.expr(expr) {
            Expr::Ident(_) => match cx.entity(expr) {
                Entity::Local(local) => Some(Holder::Local(cx.id, local)),
                Entity::Object(id) if cx.pkg.object(id).kind == ObjKind::Var => Some(Holder::Global(id)),
                _ => None,
            },
            Expr::Selector { .. } => {
                let member = cx.member_of(expr)?;
                (member.kind == MemberKind::Field).then_some(Holder::Field(member.owner, member.name))
            }
            Expr::Unary { op: UnaryOp::Addr, operand } | Expr::Star(operand) => Self::holder_of(cx, operand),
            Expr::Composite { .. } => Some(Holder::Made(cx.id, expr)),
            Expr::Call { .. } => {
                let callee = cx.callee(expr);
                if callee.is_builtin("new") {
                    return Some(Holder::Made(cx.id, expr));
                }
                callee.body().map(|body| Holder::Result(body, 0))
            }
            _ => None,
        }
    }

    /// What holds the value that a member is selected from, embedded fields included.
    pub fn holder_of_base(cx: BodyCx<'_>, selector: ExprId) -> Option<Holder> {
        let Expr::Selector { base, .. } = cx.ast.expr(selector) else { return None };
        let member = cx.member_of(selector)?;
        let mut holder = None;
        let mut ty = cx.type_of(base);
        for &name in member.path.iter() {
            let embedded = cx.pkg.member(ty, name).ok()?;
            holder = Some(Holder::Field(embedded.owner, embedded.name));
            ty = embedded.ty;
        }
        holder.or_else(|| Self::holder_of(cx, base))
    }

    /// The parameter of a declared function at a position.
    pub fn param(&self, body: BodyId, position: usize) -> Option<LocalId> {
        let cx = self.body(body);
        let mut params =
            cx.locals().filter(|(_, local)| local.kind == LocalKind::Param && local.func.is_none());
        params.nth(position).map(|(id, _)| id)
    }
}

struct Search<'a, 'p> {
    model: &'a Model<'p>,
    pkg: &'a str,
    name: &'a str,
    fields: &'a [&'a str],
    values: &'a mut Values,
}

impl<'p> Search<'_, 'p> {
    fn is_value(&self, ty: TypeId) -> bool {
        self.model.pkg.types.is_named_or_ptr(ty, self.pkg, self.name)
    }

    fn body(&mut self, id: BodyId) {
        let cx = self.model.body(id);
        if cx.ast.is_opaque {
            return;
        }
        let parents = self.model.parents(id);
        for expr in (0..cx.ast.expr_count() as u32).map(ExprId::new) {
            match cx.ast.expr(expr) {
                Expr::Composite { .. } if self.is_value(cx.type_of(expr)) => {
                    self.literal(cx, expr);
                    self.store(cx, &parents, expr);
                }
                Expr::Call { .. } => self.call(cx, &parents, expr),
                Expr::Ident(_) => self.ident(cx, &parents, expr),
                Expr::Selector { .. } => {
                    if self.is_value(cx.type_of(expr)) {
                        self.store(cx, &parents, expr);
                    }
                    self.member(cx, &parents, expr);
                }
                _ => {}
            }
        }
        let results =
            cx.locals().filter(|(_, local)| local.kind == LocalKind::Result && local.func.is_none());
        for (position, (local, info)) in results.enumerate() {
            if self.is_value(info.ty) {
                self.values.edges.push((Holder::Local(id, local), Holder::Result(id, position)));
            }
        }
    }

    fn globals(&mut self) {
        let pkg = self.model.pkg;
        for (id, object) in pkg.objects() {
            if object.kind == ObjKind::Var
                && pkg.object_outline(object).signals != Signals::NONE
                && pkg.var_init(id).is_none()
                && pkg.types.is_named(pkg.object_type(id), self.pkg, self.name)
            {
                self.values.made.push(Made {
                    holder: Holder::Global(id),
                    body: None,
                    file: object.file,
                    span: object.name_span,
                    expr: None,
                    fields: Vec::new(),
                });
            }
        }
    }

    fn literal(&mut self, cx: BodyCx<'p>, expr: ExprId) {
        let Expr::Composite { elems, .. } = cx.ast.expr(expr) else { return };
        let keyed = cx.ast.list(elems).map(|item| match cx.ast.expr(item) {
            Expr::KeyValue { key, value } => cx.ast.ident(key).map(|key| (key, value)),
            _ => None,
        });
        // Without keys every field is set.
        let Some(fields) = keyed.collect::<Option<Vec<_>>>() else { return };
        self.made(cx, expr, fields);
    }

    fn made(&mut self, cx: BodyCx<'p>, expr: ExprId, fields: Vec<(Symbol, ExprId)>) {
        self.values.made.push(Made {
            holder: Holder::Made(cx.id, expr),
            body: Some(cx.id),
            file: cx.file,
            span: cx.ast.expr_span(expr),
            expr: Some(expr),
            fields,
        });
    }

    fn call(&mut self, cx: BodyCx<'p>, parents: &Parents, call: ExprId) {
        if self.is_value(cx.type_of(call)) {
            if cx.callee(call).is_builtin("new") {
                self.made(cx, call, Vec::new());
            }
            self.store(cx, parents, call);
        } else if let Type::Tuple(items) = cx.ty(call)
            && let Some(body) = cx.callee(call).body()
        {
            for (position, &ty) in items.iter().enumerate() {
                if !self.is_value(ty) {
                    continue;
                }
                let store = self.tuple_store(cx, parents, call, position, ty);
                self.note(Holder::Result(body, position), &store);
            }
        }
    }

    fn tuple_store(
        &self,
        cx: BodyCx<'p>,
        parents: &Parents,
        call: ExprId,
        position: usize,
        ty: TypeId,
    ) -> Store {
        match parents.parent(call) {
            Some(NodeRef::Stmt(stmt)) => match cx.ast.stmt(stmt) {
                Stmt::Assign { lhs, .. } => match cx.ast.list(lhs).nth(position) {
                    Some(target) => Self::target(cx, target),
                    None => Store::Escape,
                },
                Stmt::Return(_) if self.model.func_of(cx.id, call).lit.is_none() => {
                    Store::To(Holder::Result(cx.id, position), ty)
                }
                Stmt::Decl { .. } => Self::declared(cx, call, position),
                _ => Store::Escape,
            },
            _ => Store::Escape,
        }
    }

    fn ident(&mut self, cx: BodyCx<'p>, parents: &Parents, ident: ExprId) {
        if !self.is_value(cx.type_of(ident)) {
            return;
        }
        let declares = cx.local_declared_by(ident);
        let is_name = match parents.parent(ident) {
            Some(NodeRef::Expr(above)) => match cx.ast.expr(above) {
                Expr::Selector { sel, .. } => sel == ident,
                Expr::KeyValue { key, .. } => key == ident && cx.member_of(ident).is_some(),
                _ => false,
            },
            _ => false,
        };
        if let Some(local) = declares {
            let info = cx.local_info(local);
            let is_zero = info.kind == LocalKind::Var
                && info.init.is_none()
                && cx.pkg.types.is_named(info.ty, self.pkg, self.name)
                && matches!(parents.parent(ident), Some(NodeRef::Stmt(stmt))
                    if matches!(cx.ast.stmt(stmt), Stmt::Decl { .. }));
            if is_zero {
                self.values.made.push(Made {
                    holder: Holder::Local(cx.id, local),
                    body: Some(cx.id),
                    file: cx.file,
                    span: cx.ast.expr_span(ident),
                    expr: None,
                    fields: Vec::new(),
                });
            }
        } else if !is_name && matches!(cx.entity(ident), Entity::Local(_) | Entity::Object(_)) {
            self.store(cx, parents, ident);
        }
    }

    /// Notes calls of the type's methods and assignments of its fields.
    fn member(&mut self, cx: BodyCx<'p>, parents: &Parents, selector: ExprId) {
        let Some(member) = cx.member_of(selector) else { return };
        if !self.is_value(member.owner) {
            return;
        }
        let name = member.name;
        let above = parents.parent(selector);
        if member.kind == MemberKind::Field {
            let is_assigned = match above {
                Some(NodeRef::Stmt(stmt)) => {
                    matches!(cx.ast.stmt(stmt), Stmt::Assign { lhs, .. } if cx.ast.list(lhs).any(|target| target == selector))
                }
                Some(NodeRef::Expr(above)) => {
                    matches!(cx.ast.expr(above), Expr::Unary { op: UnaryOp::Addr, .. })
                }
                _ => false,
            };
            if is_assigned && self.fields.iter().any(|field| name == *field) {
                let holder = Model::holder_of_base(cx, selector);
                self.values.field_sets.push((holder, name));
            }
            return;
        }
        let holder = Model::holder_of_base(cx, selector);
        match above {
            Some(NodeRef::Expr(call)) if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if fun == selector) =>
            {
                self.values.calls.push(MethodCall { body: cx.id, call, name, holder });
            }
            _ => self.values.escaped.extend(holder),
        }
    }

    fn store(&mut self, cx: BodyCx<'p>, parents: &Parents, expr: ExprId) {
        let Some(from) = Model::holder_of(cx, expr) else { return };
        let store = self.store_of(cx, parents, expr);
        self.note(from, &store);
    }

    fn note(&mut self, from: Holder, store: &Store) {
        match *store {
            Store::To(to, ty) => {
                self.values.edges.push((from, to));
                // A holder of another type, such as an interface, is not followed further.
                if !self.is_value(ty) {
                    self.values.escaped.insert(from);
                }
            }
            Store::Read => {}
            Store::Overwritten => {
                self.values.overwritten.insert(from);
            }
            Store::Option => {
                self.values.escaped.insert(from);
                self.values.configured.insert(from);
            }
            Store::Escape => {
                self.values.escaped.insert(from);
            }
        }
    }

    fn store_of(&self, cx: BodyCx<'p>, parents: &Parents, expr: ExprId) -> Store {
        let mut value = expr;
        let mut is_deref = false;
        let above = loop {
            match parents.parent(value) {
                Some(NodeRef::Expr(above)) => match cx.ast.expr(above) {
                    Expr::Paren(_) | Expr::Unary { op: UnaryOp::Addr, .. } => value = above,
                    Expr::Star(_) => {
                        is_deref = true;
                        value = above;
                    }
                    _ => break NodeRef::Expr(above),
                },
                Some(node) => break node,
                None => return Self::global(cx, value),
            }
        };
        match above {
            NodeRef::Expr(above) => match cx.ast.expr(above) {
                Expr::Selector { .. } | Expr::Binary { .. } => Store::Read,
                Expr::KeyValue { key, value: held } if held == value => match cx.member_of(key) {
                    Some(member) => Store::To(Holder::Field(member.owner, member.name), member.ty),
                    None => Store::Escape,
                },
                Expr::Call { fun, args, .. } if fun != value => {
                    let position = cx.ast.list(args).position(|arg| arg == value);
                    let param = position
                        .zip(cx.callee(above).body())
                        .and_then(|(position, body)| Some((body, self.model.param(body, position)?)));
                    match param {
                        Some((body, local)) => {
                            let ty = self.model.body(body).local_info(local).ty;
                            Store::To(Holder::Local(body, local), ty)
                        }
                        None if is_pointer(cx, value) && is_handed_in(cx, fun) => Store::Option,
                        None => Store::Escape,
                    }
                }
                _ => Store::Escape,
            },
            NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                Stmt::Assign { lhs, rhs, op } => {
                    if cx.ast.list(lhs).any(|target| target == value) {
                        return if is_deref { Store::Overwritten } else { Store::Read };
                    }
                    let position = cx.ast.list(rhs).position(|source| source == value);
                    match position.and_then(|position| cx.ast.list(lhs).nth(position)) {
                        Some(target) if !matches!(op, AssignOp::Op(_)) => Self::target(cx, target),
                        _ => Store::Escape,
                    }
                }
                Stmt::Decl { .. } => Self::declared(cx, value, 0),
                Stmt::Return(values) => {
                    let position = cx.ast.list(values).position(|returned| returned == value);
                    match position {
                        Some(position) if self.model.func_of(cx.id, value).lit.is_none() => {
                            Store::To(Holder::Result(cx.id, position), cx.type_of(value))
                        }
                        _ => Store::Escape,
                    }
                }
                Stmt::Expr(_) => Store::Read,
                _ => Store::Escape,
            },
            NodeRef::Clause(_) => Store::Read,
        }
    }

    /// What an assignment to `target` stores in.
    fn target(cx: BodyCx<'p>, target: ExprId) -> Store {
        if cx.ast.ident(target).is_some_and(Symbol::is_blank) {
            return Store::Read;
        }
        match Model::holder_of(cx, target) {
            Some(holder) => Store::To(holder, cx.type_of(target)),
            None => Store::Escape,
        }
    }

    fn declared(cx: BodyCx<'p>, value: ExprId, position: usize) -> Store {
        let declared = cx.locals().find(|(_, local)| local.init == Some((value, position)));
        match declared {
            Some((id, local)) => Store::To(Holder::Local(cx.id, id), local.ty),
            None => Store::Escape,
        }
    }

    fn global(cx: BodyCx<'p>, value: ExprId) -> Store {
        let decl = cx.pkg.body_decl(cx.id);
        let own = cx.pkg.objects().find(|&(id, object)| {
            object.file == decl.file
                && object.decl == decl.decl
                && cx.pkg.var_init(id).is_some_and(|(_, init)| init == value)
        });
        match own {
            Some((id, _)) => Store::To(Holder::Global(id), cx.pkg.object_type(id)),
            None => Store::Escape,
        }
    }
}

/// Whether a function is a parameter or one of those in a parameter.
fn is_handed_in(cx: BodyCx<'_>, fun: ExprId) -> bool {
    let Some(local) = cx.local(fun) else { return false };
    match cx.local_info(local).kind {
        LocalKind::Param => true,
        LocalKind::Loop(stmt) => {
            matches!(cx.ast.stmt(stmt), Stmt::Range { subject, .. } if is_handed_in(cx, subject))
        }
        _ => false,
    }
}

fn is_pointer(cx: BodyCx<'_>, value: ExprId) -> bool {
    let ty = cx.type_of(value);
    cx.pkg.types.deref(ty) != ty
}
