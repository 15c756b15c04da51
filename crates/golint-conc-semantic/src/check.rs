//! Names and types of the expressions in one declaration.
//!
//! One walk in source order, as the scopes demand: a name means what the innermost enclosing scope said last. Types
//! follow the Go specification where declarations are at hand and are [`Type::Unknown`] elsewhere; nothing is reported,
//! because the text may well be wrong or incomplete.

use std::borrow::Cow;
use std::rc::Rc;

use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{
    AssignOp, Ast, BinaryOp, ClauseId, Decl, Expr, ExprId, FieldId, FuncDecl, GenKind, List, LitKind, SigId,
    Spec, SpecId, Stmt, StmtId, UnaryOp,
};

use crate::body::{Body, Entity, Local, LocalId, LocalKind};
use crate::foreign::{Foreign, Kind};
use crate::package::{Member, MemberKind, ObjId, ObjKind, Package, declares_values};
use crate::types::{Signature, StructField, Type, TypeId, Unknown};

/// How many type arguments one call may need before we stop inferring; real code has one or two.
const MAX_UNIFY_DEPTH: usize = 16;

/// Whose names a declaration may use.
#[derive(Clone, Copy)]
enum Home<'p> {
    /// This file of the package under analysis.
    File(usize),
    /// This file of a package known by its declarations.
    Foreign(&'p Foreign, usize),
}

pub(crate) struct Checker<'p> {
    pkg: &'p Package,
    home: Home<'p>,
    ast: &'p Ast,
    scope: Vec<(Symbol, LocalId)>,
    block_start: usize,
    func: Option<ExprId>,
    body: Body,
}

/// The names that a method's receiver gives to the type parameters of its type.
pub(crate) fn receiver_type_params(ast: &Ast, func: &FuncDecl) -> Rc<[Symbol]> {
    let Some(recv) = func.recv else { return Rc::from([]) };
    let mut ty = ast.unparen(ast.field(recv).ty);
    if let Expr::Star(inner) = ast.expr(ty) {
        ty = ast.unparen(inner);
    }
    match ast.expr(ty) {
        Expr::Index { indices, .. } => ast.list(indices).filter_map(|param| ast.ident(param)).collect(),
        _ => Rc::from([]),
    }
}

impl<'p> Checker<'p> {
    /// A checker for types and values at package level.
    pub(crate) fn for_types(pkg: &'p Package, file: usize, ast: &'p Ast) -> Self {
        Self::new(pkg, Home::File(file), ast)
    }

    /// A checker for the types of another package's declaration, which end up in this package's table.
    pub(crate) fn for_foreign(pkg: &'p Package, foreign: &'p Foreign, file: usize, ast: &'p Ast) -> Self {
        Self::new(pkg, Home::Foreign(foreign, file), ast)
    }

    fn new(pkg: &'p Package, home: Home<'p>, ast: &'p Ast) -> Self {
        Self { pkg, home, ast, scope: Vec::new(), block_start: 0, func: None, body: Body::default() }
    }

    /// Resolves a whole declaration.
    pub(crate) fn check_body(pkg: &'p Package, file: usize, ast: &'p Ast) -> Body {
        let mut checker = Self::for_types(pkg, file, ast);
        checker.body.types = vec![TypeId::UNKNOWN; ast.expr_count()];
        checker.body.entities = vec![Entity::Unknown; ast.expr_count()];
        match ast.root {
            Decl::Func(func) => {
                checker.func_decl_type(&func);
                checker.declare_params(func.recv.into_iter(), LocalKind::Receiver);
                checker.declare_sig(func.sig);
                if let Some(body) = func.body {
                    checker.stmts(ast.block(body));
                }
            }
            Decl::Gen { kind, specs } => checker.specs_at_package_level(kind, specs),
            Decl::Bad => {}
        }
        checker.body
    }

    fn specs_at_package_level(&mut self, kind: GenKind, specs: List<SpecId>) {
        for spec in self.ast.list(specs) {
            if let (true, Spec::Value { ty, values, .. }) = (declares_values(kind), self.ast.spec(spec)) {
                let expected = ty.map(|ty| self.type_expr(ty));
                for value in self.ast.list(values) {
                    self.expr_with(value, expected);
                }
            }
        }
    }

    // --- recording -------------------------------------------------------------------------------------------------

    fn set_type(&mut self, expr: ExprId, ty: TypeId) -> TypeId {
        if let Some(slot) = self.body.types.get_mut(expr.index()) {
            *slot = ty;
        }
        ty
    }

    fn set_entity(&mut self, expr: ExprId, entity: Entity) {
        if let Some(slot) = self.body.entities.get_mut(expr.index()) {
            *slot = entity;
        }
    }

    fn set_member(&mut self, sel: ExprId, member: Member) -> TypeId {
        let ty = member.ty;
        self.set_entity(sel, Entity::Member(self.body.members.len() as u32));
        self.body.members.push(member);
        self.set_type(sel, ty)
    }

    fn unknown(&self, reason: Unknown) -> TypeId {
        self.pkg.types.unknown(reason)
    }

    fn intern(&self, ty: Type) -> TypeId {
        self.pkg.types.intern(ty)
    }

    // --- scopes ----------------------------------------------------------------------------------------------------

    fn in_block<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let (len, start) = (self.scope.len(), self.block_start);
        self.block_start = len;
        let result = run(self);
        self.scope.truncate(len);
        self.block_start = start;
        result
    }

    fn find(&self, name: Symbol) -> Option<LocalId> {
        self.scope.iter().rev().find(|(n, _)| *n == name).map(|&(_, id)| id)
    }

    fn declare(
        &mut self,
        ident: ExprId,
        kind: LocalKind,
        ty: TypeId,
        init: Option<(ExprId, usize)>,
    ) -> Option<LocalId> {
        let name = self.ast.ident(ident)?;
        let id = LocalId(self.body.locals.len() as u32);
        self.body.locals.push(Local { name, kind, ty, ident, func: self.func, init });
        self.set_entity(ident, Entity::Local(id));
        self.set_type(ident, ty);
        if !name.is_blank() {
            self.scope.push((name, id));
        }
        Some(id)
    }

    // --- signatures ------------------------------------------------------------------------------------------------

    /// The function type of a declaration, without its receiver; leaves its type parameters in scope.
    pub(crate) fn func_decl_type(&mut self, func: &FuncDecl) -> TypeId {
        if let Some(recv) = func.recv {
            let mut ty = self.ast.unparen(self.ast.field(recv).ty);
            if let Expr::Star(inner) = self.ast.expr(ty) {
                ty = self.ast.unparen(inner);
            }
            if let Expr::Index { indices, .. } = self.ast.expr(ty) {
                for param in self.ast.list(indices) {
                    self.declare_type_param(param);
                }
            }
        }
        let params = self.declare_type_params(self.ast.sig(func.sig).type_params);
        let cores = self.core_types(self.ast.sig(func.sig).type_params);
        let mut sig = self.signature(func.sig);
        sig.type_params = params;
        sig.cores = cores;
        self.intern(Type::Func(sig))
    }

    /// Brings type parameters into scope.
    pub(crate) fn declare_type_params(&mut self, fields: List<FieldId>) -> Rc<[Symbol]> {
        let mut names = Vec::new();
        for field in self.ast.list(fields) {
            for name in self.ast.list(self.ast.field(field).names) {
                names.extend(self.ast.ident(name));
                self.declare_type_param(name);
            }
        }
        names.into()
    }

    /// What the constraints of type parameters, which are in scope, say of their underlying types.
    fn core_types(&mut self, fields: List<FieldId>) -> Rc<[Option<TypeId>]> {
        let mut cores = Vec::new();
        for field in self.ast.list(fields) {
            let field = self.ast.field(field);
            let core = self.core_type(field.ty);
            cores.extend(std::iter::repeat_n(core, field.names.len()));
        }
        cores.into()
    }

    fn core_type(&mut self, constraint: ExprId) -> Option<TypeId> {
        let constraint = self.ast.unparen(constraint);
        match self.ast.expr(constraint) {
            Expr::Unary { op: UnaryOp::Tilde, operand } => Some(self.type_expr(operand)),
            Expr::Interface { elems } if elems.len() == 1 => {
                let only = self.ast.field(self.ast.list(elems).next()?);
                if only.names.is_empty() { self.core_type(only.ty) } else { None }
            }
            Expr::Array { .. } | Expr::Map { .. } | Expr::Chan { .. } | Expr::FuncType(_) | Expr::Star(_) => {
                Some(self.type_expr(constraint))
            }
            _ => None,
        }
    }

    fn declare_type_param(&mut self, ident: ExprId) {
        if let Some(name) = self.ast.ident(ident) {
            let ty = self.intern(Type::TypeParam(name));
            self.declare(ident, LocalKind::TypeParam, ty, None);
        }
    }

    fn signature(&mut self, sig: SigId) -> Signature {
        let sig = self.ast.sig(sig);
        let mut is_variadic = false;
        let mut params = Vec::new();
        for field in self.ast.list(sig.params) {
            let field = self.ast.field(field);
            is_variadic |= matches!(self.ast.expr(field.ty), Expr::Ellipsis(_));
            let ty = self.type_expr(field.ty);
            params.extend(std::iter::repeat_n(ty, field.names.len().max(1)));
        }
        let mut results = Vec::new();
        for field in self.ast.list(sig.results) {
            let field = self.ast.field(field);
            let ty = self.type_expr(field.ty);
            results.extend(std::iter::repeat_n(ty, field.names.len().max(1)));
        }
        Signature {
            params: params.into(),
            results: results.into(),
            is_variadic,
            type_params: Rc::from([]),
            cores: Rc::from([]),
        }
    }

    fn declare_sig(&mut self, sig: SigId) {
        let sig = self.ast.sig(sig);
        self.declare_params(self.ast.list(sig.params), LocalKind::Param);
        self.declare_params(self.ast.list(sig.results), LocalKind::Result);
    }

    fn declare_params(&mut self, fields: impl Iterator<Item = FieldId>, kind: LocalKind) {
        for field in fields {
            let field = self.ast.field(field);
            let ty = self.type_expr(field.ty);
            for name in self.ast.list(field.names) {
                self.declare(name, kind, ty, None);
            }
        }
    }

    // --- types -----------------------------------------------------------------------------------------------------

    /// The type that an expression denotes where only a type can stand.
    pub(crate) fn type_expr(&mut self, expr: ExprId) -> TypeId {
        let ty = self.as_type(expr).unwrap_or_else(|| self.forced_type(expr));
        self.set_type(expr, ty)
    }

    /// A name that nothing known declares, in the place of a type.
    fn forced_type(&mut self, expr: ExprId) -> TypeId {
        let expr = self.ast.unparen(expr);
        match self.ast.expr(expr) {
            Expr::Selector { base, sel } => match (self.package_of(base), self.ast.ident(sel)) {
                (Some(pkg), Some(name)) => {
                    self.set_entity(base, Entity::Import(pkg));
                    self.set_entity(sel, Entity::External(pkg, name));
                    let ty = self.pkg.types.named(pkg.as_str(), name.as_str());
                    self.set_type(sel, ty)
                }
                _ => self.unknown(Unknown::Unresolved),
            },
            Expr::Index { base, indices } => {
                let ty = self.type_expr(base);
                self.instance(base, ty, indices)
            }
            Expr::Star(inner) => {
                let inner = self.type_expr(inner);
                self.pkg.types.pointer(inner)
            }
            Expr::Ident(_) => self.unknown(Unknown::Unresolved),
            _ => self.unknown(Unknown::Syntax),
        }
    }

    /// The instance of the generic type `ty`, which `base` names.
    fn instance(&mut self, base: ExprId, ty: TypeId, indices: List<ExprId>) -> TypeId {
        let args: Rc<[TypeId]> = self.ast.list(indices).map(|arg| self.type_expr(arg)).collect();
        let instance = self.with_args(ty, args);
        let name = match self.ast.expr(base) {
            Expr::Selector { sel, .. } => sel,
            _ => base,
        };
        self.set_type(name, instance)
    }

    fn with_args(&self, base: TypeId, args: Rc<[TypeId]>) -> TypeId {
        match self.pkg.types.get(base) {
            Type::Named { pkg, name, .. } => self.intern(Type::Named { pkg, name, args }),
            _ => base,
        }
    }

    /// The type that an expression denotes, if it is surely a type.
    fn as_type(&mut self, expr: ExprId) -> Option<TypeId> {
        let ty = match self.ast.expr(expr) {
            Expr::Paren(inner) => self.as_type(inner)?,
            Expr::Ident(name) => self.named_type(expr, name)?,
            Expr::Selector { base, sel } => {
                let pkg = self.package_of(base)?;
                let name = self.ast.ident(sel)?;
                if self.pkg.kind_of(pkg, name) != Some(Kind::Type) {
                    return None;
                }
                self.set_entity(base, Entity::Import(pkg));
                self.set_entity(sel, Entity::External(pkg, name));
                let ty = self.pkg.external_type(pkg, name)?;
                self.set_type(sel, ty)
            }
            Expr::Index { base, indices } => {
                let ty = self.as_type(base)?;
                self.instance(base, ty, indices)
            }
            Expr::Star(inner) => {
                let inner = self.as_type(inner)?;
                self.pkg.types.pointer(inner)
            }
            Expr::Array { len, elem } => {
                if let Some(len) = len
                    && !matches!(self.ast.expr(len), Expr::Ellipsis(_))
                {
                    self.expr(len);
                }
                let elem = self.type_expr(elem);
                self.intern(if len.is_some() { Type::Array(elem) } else { Type::Slice(elem) })
            }
            Expr::Ellipsis(Some(elem)) => {
                let elem = self.type_expr(elem);
                self.intern(Type::Slice(elem))
            }
            Expr::Map { key, value } => {
                let (key, value) = (self.type_expr(key), self.type_expr(value));
                self.intern(Type::Map(key, value))
            }
            Expr::Chan { dir, elem } => {
                let elem = self.type_expr(elem);
                self.intern(Type::Chan(dir, elem))
            }
            Expr::FuncType(sig) => {
                let sig = self.signature(sig);
                self.intern(Type::Func(sig))
            }
            Expr::Struct { fields } => self.struct_type(fields),
            Expr::Interface { elems } => self.interface_type(elems),
            _ => return None,
        };
        Some(self.set_type(expr, ty))
    }

    fn named_type(&mut self, expr: ExprId, name: Symbol) -> Option<TypeId> {
        if let Some(id) = self.find(name) {
            let local = self.body.locals[id.index()];
            self.set_entity(expr, Entity::Local(id));
            return matches!(local.kind, LocalKind::Type | LocalKind::TypeParam).then_some(local.ty);
        }
        if let Some(id) = self.own_object(name) {
            self.set_entity(expr, Entity::Object(id));
            return (self.pkg.object(id).kind == ObjKind::Type).then(|| self.pkg.object_type(id));
        }
        for &pkg in self.open_packages().iter() {
            if self.pkg.kind_of(pkg, name) == Some(Kind::Type) {
                self.set_entity(expr, Entity::External(pkg, name));
                return self.pkg.external_type(pkg, name);
            }
        }
        let ty = match name.as_str() {
            "error" => TypeId::ERROR,
            "any" => self.intern(Type::Interface { methods: Rc::from([]), embedded: Rc::from([]) }),
            "comparable" => self.pkg.types.named("", "comparable"),
            "byte" => self.intern(Type::Basic(Symbol::new("uint8"))),
            "rune" => self.intern(Type::Basic(Symbol::new("int32"))),
            "bool" | "string" | "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8"
            | "uint16" | "uint32" | "uint64" | "uintptr" | "float32" | "float64" | "complex64"
            | "complex128" => self.intern(Type::Basic(name)),
            _ => return None,
        };
        self.set_entity(expr, Entity::Universe(name));
        Some(ty)
    }

    fn struct_type(&mut self, fields: List<FieldId>) -> TypeId {
        let mut all = Vec::new();
        for field in self.ast.list(fields) {
            let field = self.ast.field(field);
            let ty = self.type_expr(field.ty);
            if field.names.is_empty() {
                if let Some(name) = self.embedded_name(field.ty) {
                    all.push(StructField { name, ty, is_embedded: true });
                }
                continue;
            }
            let names = self.ast.list(field.names).filter_map(|name| self.ast.ident(name));
            all.extend(names.map(|name| StructField { name, ty, is_embedded: false }));
        }
        self.intern(Type::Struct(all.into()))
    }

    fn embedded_name(&self, ty: ExprId) -> Option<Symbol> {
        match self.ast.expr(ty) {
            Expr::Ident(name) => Some(name),
            Expr::Star(inner) | Expr::Paren(inner) | Expr::Index { base: inner, .. } => {
                self.embedded_name(inner)
            }
            Expr::Selector { sel, .. } => self.ast.ident(sel),
            _ => None,
        }
    }

    fn interface_type(&mut self, elems: List<FieldId>) -> TypeId {
        let (mut methods, mut embedded) = (Vec::new(), Vec::new());
        for field in self.ast.list(elems) {
            let field = self.ast.field(field);
            match self.ast.list(field.names).next().and_then(|name| self.ast.ident(name)) {
                Some(name) => methods.push((name, self.type_expr(field.ty))),
                None => {
                    if !matches!(self.ast.expr(field.ty), Expr::Binary { .. } | Expr::Unary { .. }) {
                        embedded.push(self.type_expr(field.ty));
                    }
                }
            }
        }
        self.intern(Type::Interface { methods: methods.into(), embedded: embedded.into() })
    }

    /// The import path that an identifier stands for, unless something shadows the import.
    fn package_of(&self, base: ExprId) -> Option<Symbol> {
        let Expr::Ident(name) = self.ast.expr(base) else { return None };
        if self.find(name).is_some() {
            return None;
        }
        match self.home {
            Home::Foreign(foreign, file) => foreign.scope(file).find(name, |path| self.pkg.clause(path)),
            Home::File(file) => self.pkg.import(file, name).or_else(|| {
                if self.pkg.lookup(name).is_some() { None } else { self.pkg.import_by_guess(file, name) }
            }),
        }
    }

    /// The package-level object that `name` means, where the declaration is one of the package under analysis.
    fn own_object(&self, name: Symbol) -> Option<ObjId> {
        match self.home {
            Home::File(_) => self.pkg.lookup(name),
            Home::Foreign(..) => None,
        }
    }

    /// The packages whose exported names need no qualifier: dot imports, or the foreign package itself.
    fn open_packages(&self) -> Cow<'p, [Symbol]> {
        match self.home {
            Home::File(file) => Cow::Borrowed(self.pkg.dot_imports(file)),
            Home::Foreign(foreign, file) => {
                let dots = foreign.scope(file).dots.iter().copied();
                Cow::Owned(std::iter::once(foreign.path()).chain(dots).collect())
            }
        }
    }

    // --- expressions -----------------------------------------------------------------------------------------------

    pub(crate) fn expr(&mut self, expr: ExprId) -> TypeId {
        self.expr_with(expr, None)
    }

    /// The type of result number `position` of an expression.
    pub(crate) fn nth_result(&mut self, expr: ExprId, position: usize) -> TypeId {
        let ty = self.expr(expr);
        self.result_of(expr, ty, position)
    }

    fn result_of(&self, expr: ExprId, ty: TypeId, position: usize) -> TypeId {
        match self.pkg.types.get(ty) {
            Type::Tuple(items) => items.get(position).copied().unwrap_or(TypeId::UNKNOWN),
            Type::Unknown(_) => ty,
            _ if position == 0 => ty,
            // The second value of `v, ok := m[k]`, `x.(T)` and `<-ch`.
            _ if !matches!(self.ast.expr(self.ast.unparen(expr)), Expr::Call { .. }) => TypeId::BOOL,
            _ => TypeId::UNKNOWN,
        }
    }

    fn expr_with(&mut self, expr: ExprId, expected: Option<TypeId>) -> TypeId {
        let ty = match self.ast.expr(expr) {
            Expr::Bad | Expr::Ellipsis(None) => self.unknown(Unknown::Syntax),
            Expr::Ident(name) => self.ident(expr, name),
            Expr::Lit(kind) => self.intern(Type::Untyped(Symbol::new(match kind {
                LitKind::Int => "int",
                LitKind::Float => "float64",
                LitKind::Imaginary => "complex128",
                LitKind::Rune => "int32",
                LitKind::String => "string",
            }))),
            Expr::Composite { ty, elems } => self.composite(ty, elems, expected),
            Expr::KeyValue { key, value } => {
                self.expr(key);
                self.expr(value)
            }
            Expr::Func { sig, body } => self.func_lit(expr, sig, body),
            Expr::Paren(inner) => {
                let ty = self.expr_with(inner, expected);
                let inner_entity = self.body.entities.get(inner.index()).copied().unwrap_or(Entity::Unknown);
                self.set_entity(expr, inner_entity);
                ty
            }
            Expr::Selector { base, sel } => self.selector(base, sel),
            Expr::Index { base, indices } => self.index(expr, base, indices),
            Expr::Slice { base, lo, hi, max } => {
                for bound in [lo, hi, max].into_iter().flatten() {
                    self.expr(bound);
                }
                let ty = self.expr(base);
                match self.pkg.types.get(self.pkg.underlying(self.pkg.types.deref(ty))) {
                    Type::Array(elem) => self.intern(Type::Slice(elem)),
                    _ => ty,
                }
            }
            Expr::TypeAssert { base, ty } => {
                self.expr(base);
                match ty {
                    Some(ty) => self.type_expr(ty),
                    None => self.unknown(Unknown::Syntax),
                }
            }
            Expr::Call { fun, args, spread } => self.call(fun, args, spread),
            Expr::Star(inner) => {
                if let Some(ty) = self.as_type(expr) {
                    return ty;
                }
                let ty = self.expr(inner);
                match self.pkg.types.get(self.pkg.underlying(ty)) {
                    Type::Pointer(elem) => elem,
                    Type::Unknown(reason) => self.unknown(reason),
                    _ => self.unknown(Unknown::Member),
                }
            }
            Expr::Unary { op, operand } => self.unary(op, operand, expected),
            Expr::Binary { op, lhs, rhs } => self.binary(op, lhs, rhs),
            Expr::Array { .. }
            | Expr::Map { .. }
            | Expr::Chan { .. }
            | Expr::FuncType(_)
            | Expr::Struct { .. }
            | Expr::Interface { .. }
            | Expr::Ellipsis(Some(_)) => return self.type_expr(expr),
        };
        self.set_type(expr, ty)
    }

    fn ident(&mut self, expr: ExprId, name: Symbol) -> TypeId {
        if name.is_blank() {
            return self.unknown(Unknown::Syntax);
        }
        if let Some(id) = self.find(name) {
            self.set_entity(expr, Entity::Local(id));
            return self.body.locals[id.index()].ty;
        }
        if let Some(id) = self.own_object(name) {
            self.set_entity(expr, Entity::Object(id));
            return self.pkg.object_type(id);
        }
        for &pkg in self.open_packages().iter() {
            if let Some(ty) = self.pkg.external_type(pkg, name) {
                self.set_entity(expr, Entity::External(pkg, name));
                return ty;
            }
        }
        if let Home::File(file) = self.home
            && let Some(path) = self.pkg.import(file, name)
        {
            self.set_entity(expr, Entity::Import(path));
            return self.unknown(Unknown::Syntax);
        }
        if let Some(ty) = self.named_type(expr, name) {
            return ty;
        }
        match name.as_str() {
            "nil" => {
                self.set_entity(expr, Entity::Universe(name));
                TypeId::NIL
            }
            "true" | "false" => {
                self.set_entity(expr, Entity::Universe(name));
                self.intern(Type::Untyped(Symbol::new("bool")))
            }
            "iota" => {
                self.set_entity(expr, Entity::Universe(name));
                self.intern(Type::Untyped(Symbol::new("int")))
            }
            "append" | "cap" | "clear" | "close" | "complex" | "copy" | "delete" | "imag" | "len"
            | "make" | "max" | "min" | "new" | "panic" | "print" | "println" | "real" | "recover" => {
                self.set_entity(expr, Entity::Builtin(name));
                self.unknown(Unknown::Syntax)
            }
            _ => self.unknown(Unknown::Unresolved),
        }
    }

    fn selector(&mut self, base: ExprId, sel: ExprId) -> TypeId {
        let Some(name) = self.ast.ident(sel) else { return self.unknown(Unknown::Syntax) };
        if let Some(pkg) = self.package_of(base) {
            self.set_entity(base, Entity::Import(pkg));
            self.set_entity(sel, Entity::External(pkg, name));
            let ty = self.pkg.external_type(pkg, name);
            let ty = ty.unwrap_or_else(|| self.unknown(Unknown::OtherPackage));
            return self.set_type(sel, ty);
        }
        let is_method_expr =
            !matches!(self.ast.expr(base), Expr::Call { .. }) && self.as_type(base).is_some();
        let base_ty = if is_method_expr { self.type_expr(base) } else { self.expr(base) };
        match self.pkg.member(base_ty, name) {
            Ok(member) if is_method_expr => self.method_expr(base_ty, &member),
            Ok(member) => self.set_member(sel, member),
            Err(reason) => {
                let unknown = self.unknown(reason);
                self.set_type(sel, unknown)
            }
        }
    }

    /// `T.Method`, a function whose first parameter is the receiver. Its name is left without an entity, because a
    /// call of it has no receiver expression.
    fn method_expr(&mut self, recv: TypeId, member: &Member) -> TypeId {
        let Type::Func(sig) = self.pkg.types.get(member.ty) else { return self.unknown(Unknown::Member) };
        let params = std::iter::once(recv).chain(sig.params.iter().copied()).collect();
        self.intern(Type::Func(Signature { params, ..sig }))
    }

    fn index(&mut self, expr: ExprId, base: ExprId, indices: List<ExprId>) -> TypeId {
        if let Some(ty) = self.as_type(expr) {
            return ty;
        }
        let base_ty = self.expr(base);
        if let Type::Func(sig) = self.pkg.types.get(base_ty) {
            let args: Vec<_> = self.ast.list(indices).map(|arg| self.type_expr(arg)).collect();
            let map: Vec<_> = sig.type_params.iter().copied().zip(args.iter().copied()).collect();
            let rest: Rc<[Symbol]> = sig.type_params.iter().skip(args.len()).copied().collect();
            let ty = self.pkg.substitute(base_ty, &map);
            let cores = sig.cores.iter().skip(args.len());
            let cores = cores.map(|core| core.map(|core| self.pkg.substitute(core, &map))).collect();
            let ty = match self.pkg.types.get(ty) {
                Type::Func(sig) => self.intern(Type::Func(Signature { type_params: rest, cores, ..sig })),
                _ => ty,
            };
            let name = match self.ast.expr(base) {
                Expr::Selector { sel, .. } => sel,
                _ => base,
            };
            return self.set_type(name, ty);
        }
        for index in self.ast.list(indices) {
            self.expr(index);
        }
        match self.pkg.types.get(self.pkg.underlying(self.pkg.types.deref(base_ty))) {
            Type::Map(_, value) => value,
            Type::Slice(elem) | Type::Array(elem) => elem,
            Type::Basic(_) | Type::Untyped(_) => self.intern(Type::Basic(Symbol::new("uint8"))),
            Type::Unknown(reason) => self.unknown(reason),
            _ => self.unknown(Unknown::Generic),
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: ExprId, expected: Option<TypeId>) -> TypeId {
        match op {
            UnaryOp::Addr => {
                let expected = expected.map(|ty| self.pkg.types.deref(ty));
                let ty = self.expr_with(operand, expected);
                self.pkg.types.pointer(ty)
            }
            UnaryOp::Recv => {
                let ty = self.expr(operand);
                match self.pkg.types.get(self.pkg.underlying(ty)) {
                    Type::Chan(_, elem) => elem,
                    Type::Unknown(reason) => self.unknown(reason),
                    _ => self.unknown(Unknown::Generic),
                }
            }
            UnaryOp::Not | UnaryOp::Neg | UnaryOp::Plus | UnaryOp::BitNot | UnaryOp::Tilde => {
                self.expr(operand)
            }
        }
    }

    /// Long chains such as `a + b + c + …` nest on the left, so the left spine is walked without recursion.
    fn binary(&mut self, op: BinaryOp, lhs: ExprId, rhs: ExprId) -> TypeId {
        let mut spine = vec![(None, op, rhs)];
        let mut leftmost = lhs;
        while let Expr::Binary { op, lhs, rhs } = self.ast.expr(leftmost) {
            spine.push((Some(leftmost), op, rhs));
            leftmost = lhs;
        }
        let mut ty = self.expr(leftmost);
        while let Some((node, op, rhs)) = spine.pop() {
            let right = self.expr(rhs);
            ty = match op {
                BinaryOp::Eq
                | BinaryOp::Ne
                | BinaryOp::Lt
                | BinaryOp::Le
                | BinaryOp::Gt
                | BinaryOp::Ge
                | BinaryOp::LogicalAnd
                | BinaryOp::LogicalOr => self.intern(Type::Untyped(Symbol::new("bool"))),
                BinaryOp::Shl | BinaryOp::Shr => ty,
                _ => self.operand_type(ty, right),
            };
            if let Some(node) = node {
                self.set_type(node, ty);
            }
        }
        ty
    }

    /// The type of both operands once they have one: the one that has a type gives it to the other, and of two untyped
    /// constants the one of the later kind: integer, rune, floating-point, complex.
    fn operand_type(&self, left: TypeId, right: TypeId) -> TypeId {
        const KINDS: [&str; 4] = ["int", "int32", "float64", "complex128"];
        let rank = |name: Symbol| KINDS.iter().position(|kind| name == *kind);
        match (self.pkg.types.get(left), self.pkg.types.get(right)) {
            (Type::Untyped(l), Type::Untyped(r)) if rank(r) < rank(l) => left,
            (Type::Untyped(_) | Type::Nil, _) => right,
            _ => left,
        }
    }

    fn composite(&mut self, ty: Option<ExprId>, elems: List<ExprId>, expected: Option<TypeId>) -> TypeId {
        let full = match (ty, expected) {
            (Some(ty), _) => self.type_expr(ty),
            (None, Some(expected)) => expected,
            (None, None) => self.unknown(Unknown::Syntax),
        };
        let literal = if ty.is_none() { self.pkg.types.deref(full) } else { full };
        match self.pkg.types.get(self.pkg.underlying(literal)) {
            Type::Struct(fields) => self.struct_elems(literal, &fields, elems),
            Type::Slice(elem) | Type::Array(elem) => {
                for item in self.ast.list(elems) {
                    match self.ast.expr(item) {
                        Expr::KeyValue { key, value } => {
                            self.expr(key);
                            self.expr_with(value, Some(elem));
                        }
                        _ => {
                            self.expr_with(item, Some(elem));
                        }
                    }
                }
            }
            Type::Map(key_ty, value_ty) => {
                for item in self.ast.list(elems) {
                    if let Expr::KeyValue { key, value } = self.ast.expr(item) {
                        self.expr_with(key, Some(key_ty));
                        self.expr_with(value, Some(value_ty));
                    }
                }
            }
            _ => {
                for item in self.ast.list(elems) {
                    match self.ast.expr(item) {
                        // Most likely a field's name, which no scope declares.
                        Expr::KeyValue { key, value } => {
                            if self.ast.ident(key).is_none() {
                                self.expr(key);
                            }
                            self.expr(value);
                        }
                        _ => {
                            self.expr(item);
                        }
                    }
                }
            }
        }
        full
    }

    fn struct_elems(&mut self, owner: TypeId, fields: &[StructField], elems: List<ExprId>) {
        for (position, item) in self.ast.list(elems).enumerate() {
            let Expr::KeyValue { key, value } = self.ast.expr(item) else {
                self.expr_with(item, fields.get(position).map(|field| field.ty));
                continue;
            };
            let name = self.ast.ident(key);
            match fields.iter().find(|field| Some(field.name) == name) {
                Some(field) => {
                    let member = Member {
                        owner,
                        name: field.name,
                        ty: field.ty,
                        kind: MemberKind::Field,
                        path: Rc::from([]),
                    };
                    self.set_member(key, member);
                    self.expr_with(value, Some(field.ty));
                }
                None => {
                    self.expr(value);
                }
            }
        }
    }

    fn func_lit(&mut self, expr: ExprId, sig: SigId, body: StmtId) -> TypeId {
        let signature = self.signature(sig);
        let outer = self.func.replace(expr);
        self.in_block(|checker| {
            checker.declare_sig(sig);
            checker.stmts(checker.ast.block(body));
        });
        self.func = outer;
        self.intern(Type::Func(signature))
    }

    fn call(&mut self, fun: ExprId, args: List<ExprId>, spread: bool) -> TypeId {
        let callee = self.ast.unparen(fun);
        if let Expr::Ident(name) = self.ast.expr(callee)
            && self.find(name).is_none()
            && self.own_object(name).is_none()
        {
            self.expr(fun);
            if matches!(self.body_entity(callee, name), Entity::Builtin(_)) {
                return self.builtin(name, args);
            }
        }
        if let Some(ty) = self.as_type(fun) {
            for arg in self.ast.list(args) {
                self.expr(arg);
            }
            return ty;
        }
        let fun_ty = self.expr(fun);
        let sig = match self.pkg.types.get(self.pkg.underlying(fun_ty)) {
            Type::Func(sig) => sig,
            other => {
                for arg in self.ast.list(args) {
                    self.expr(arg);
                }
                return match other {
                    Type::Unknown(reason) => self.unknown(reason),
                    _ => self.unknown(Unknown::Member),
                };
            }
        };
        let mut arg_types = Vec::with_capacity(args.len());
        for (position, arg) in self.ast.list(args).enumerate() {
            let expected = param_type(&sig, position, spread, self);
            let ty = self.expr_with(arg, expected);
            arg_types.push(self.settled(arg, ty));
        }
        if let ([single], 2..) = (&*arg_types, sig.params.len())
            && let Type::Tuple(items) = self.pkg.types.get(*single)
        {
            arg_types = items.to_vec();
        }
        let map = self.infer(&sig, &arg_types, spread);
        let results: Vec<_> = sig.results.iter().map(|&ty| self.pkg.substitute(ty, &map)).collect();
        if !map.is_empty() {
            self.set_instance(fun, fun_ty, &map);
        }
        match *results {
            [one] => one,
            _ => self.intern(Type::Tuple(results.into())),
        }
    }

    /// The type of a value: a generic function that is handed on gets its type arguments from where it goes.
    fn settled(&mut self, expr: ExprId, ty: TypeId) -> TypeId {
        let Type::Func(sig) = self.pkg.types.get(ty) else { return ty };
        if sig.type_params.is_empty() {
            return ty;
        }
        let unknown = self.unknown(Unknown::Generic);
        if let Expr::Selector { sel, .. } = self.ast.expr(expr) {
            self.set_type(sel, unknown);
        }
        self.set_type(expr, unknown)
    }

    /// Gives the callee of a call the type that its type arguments make of it.
    fn set_instance(&mut self, fun: ExprId, ty: TypeId, map: &[(Symbol, TypeId)]) {
        let Type::Func(sig) = self.pkg.types.get(self.pkg.substitute(ty, map)) else { return };
        let instance =
            self.intern(Type::Func(Signature { type_params: Rc::from([]), cores: Rc::from([]), ..sig }));
        let mut part = fun;
        loop {
            self.set_type(part, instance);
            part = match self.ast.expr(part) {
                Expr::Paren(inner) => inner,
                Expr::Index { base, .. } => base,
                Expr::Selector { sel, .. } => sel,
                _ => return,
            };
        }
    }

    /// What a name that no scope declares denotes; outside of bodies nothing is recorded, so ask the universe again.
    fn body_entity(&self, expr: ExprId, name: Symbol) -> Entity {
        match self.body.entities.get(expr.index()) {
            Some(&entity) => entity,
            None if ["make", "new", "len", "cap", "append"].contains(&name.as_str()) => Entity::Builtin(name),
            None => Entity::Unknown,
        }
    }

    fn builtin(&mut self, name: Symbol, args: List<ExprId>) -> TypeId {
        let mut items = self.ast.list(args);
        match name.as_str() {
            "make" => {
                let ty = items.next().map_or(TypeId::UNKNOWN, |ty| self.type_expr(ty));
                for arg in items {
                    self.expr(arg);
                }
                return ty;
            }
            "new" => {
                let Some(arg) = items.next() else { return TypeId::UNKNOWN };
                let ty = match self.as_type(arg) {
                    Some(ty) => ty,
                    None => self.new_operand(arg),
                };
                return self.pkg.types.pointer(ty);
            }
            _ => {}
        }
        let types: Vec<_> = items.map(|arg| self.expr(arg)).collect();
        let first = types.first().copied().unwrap_or(TypeId::UNKNOWN);
        match name.as_str() {
            "append" => first,
            "min" | "max" => types.iter().skip(1).fold(first, |ty, &next| self.operand_type(ty, next)),
            "len" | "cap" | "copy" => TypeId::INT,
            "recover" => self.intern(Type::Interface { methods: Rc::from([]), embedded: Rc::from([]) }),
            "close" | "delete" | "clear" | "panic" | "print" | "println" => TypeId::VOID,
            _ => self.unknown(Unknown::Generic),
        }
    }

    /// Since Go 1.26 the operand of `new` may be a value; a name from another package is taken for a type.
    fn new_operand(&mut self, arg: ExprId) -> TypeId {
        match self.ast.expr(self.ast.unparen(arg)) {
            Expr::Selector { base, .. } if self.package_of(base).is_some() => self.type_expr(arg),
            _ => {
                let ty = self.expr(arg);
                self.pkg.types.default_type(ty)
            }
        }
    }

    fn infer(&self, sig: &Signature, args: &[TypeId], spread: bool) -> Vec<(Symbol, TypeId)> {
        if sig.type_params.is_empty() {
            return Vec::new();
        }
        let mut map: Vec<(Symbol, Option<TypeId>)> =
            sig.type_params.iter().map(|&name| (name, None)).collect();
        for (position, &arg) in args.iter().enumerate() {
            if let Some(param) = param_type(sig, position, spread, self) {
                self.unify(param, self.pkg.types.default_type(arg), &mut map, 0);
            }
        }
        self.infer_from_cores(sig, &mut map);
        let unknown = self.unknown(Unknown::Generic);
        map.into_iter().map(|(name, ty)| (name, ty.unwrap_or(unknown))).collect()
    }

    /// Core type unification (Go specification, "Type inference"): the element type of a slice type follows from it.
    fn infer_from_cores(&self, sig: &Signature, map: &mut [(Symbol, Option<TypeId>)]) {
        for (position, core) in sig.cores.iter().enumerate() {
            let (Some(core), Some(&(_, Some(arg)))) = (*core, map.get(position)) else { continue };
            let underlying = self.pkg.underlying(arg);
            if !self.pkg.types.is_unknown(underlying) {
                self.unify(core, underlying, map, 0);
            }
        }
    }

    fn unify(&self, param: TypeId, arg: TypeId, map: &mut [(Symbol, Option<TypeId>)], depth: usize) {
        if MAX_UNIFY_DEPTH < depth {
            return;
        }
        let mut all = |params: &[TypeId], args: &[TypeId]| {
            for (&param, &arg) in params.iter().zip(args) {
                self.unify(param, arg, map, depth + 1);
            }
        };
        let types = &self.pkg.types;
        match (types.get(param), types.get(arg)) {
            (Type::TypeParam(name), _) => {
                if let Some((_, slot @ None)) = map.iter_mut().find(|(param, _)| *param == name)
                    && arg != TypeId::NIL
                {
                    *slot = Some(arg);
                }
            }
            (Type::Named { args: params, .. }, Type::Named { args, .. }) => all(&params, &args),
            (Type::Pointer(p), Type::Pointer(a))
            | (Type::Slice(p), Type::Slice(a))
            | (Type::Array(p), Type::Array(a))
            | (Type::Chan(_, p), Type::Chan(_, a)) => all(&[p], &[a]),
            (Type::Map(pk, pv), Type::Map(ak, av)) => all(&[pk, pv], &[ak, av]),
            (Type::Func(p), Type::Func(a)) => {
                all(&p.params, &a.params);
                all(&p.results, &a.results);
            }
            (Type::Slice(_) | Type::Map(..) | Type::Chan(..) | Type::Func(_), Type::Named { .. }) => {
                let underlying = self.pkg.underlying(arg);
                if underlying != arg && !types.is_unknown(underlying) {
                    self.unify(param, underlying, map, depth + 1);
                }
            }
            _ => {}
        }
    }

    // --- statements ------------------------------------------------------------------------------------------------

    fn stmts(&mut self, list: List<StmtId>) {
        for stmt in self.ast.list(list) {
            self.stmt(stmt);
        }
    }

    fn block(&mut self, block: StmtId) {
        self.in_block(|checker| checker.stmts(checker.ast.block(block)));
    }

    fn stmt(&mut self, stmt: StmtId) {
        match self.ast.stmt(stmt) {
            Stmt::Bad | Stmt::Empty | Stmt::Branch { .. } => {}
            Stmt::Expr(expr) | Stmt::Go(expr) | Stmt::Defer(expr) | Stmt::IncDec { target: expr, .. } => {
                self.expr(expr);
            }
            Stmt::Send { chan, value } => {
                let ty = self.expr(chan);
                let elem = match self.pkg.types.get(self.pkg.underlying(ty)) {
                    Type::Chan(_, elem) => Some(elem),
                    _ => None,
                };
                self.expr_with(value, elem);
            }
            Stmt::Assign { lhs, op, rhs } => self.assign(lhs, op, rhs, LocalKind::Var),
            Stmt::Return(values) => {
                for value in self.ast.list(values) {
                    self.expr(value);
                }
            }
            Stmt::Block(_) => self.block(stmt),
            Stmt::If { .. } => self.in_block(|checker| checker.if_chain(stmt)),
            Stmt::Switch { init, tag, clauses } => self.in_block(|checker| {
                checker.optional(init);
                if let Some(tag) = tag {
                    checker.expr(tag);
                }
                for clause in checker.ast.list(clauses) {
                    let clause = checker.ast.clause(clause);
                    for expr in checker.ast.list(clause.exprs) {
                        checker.expr(expr);
                    }
                    checker.in_block(|checker| checker.stmts(clause.body));
                }
            }),
            Stmt::TypeSwitch { init, bind, subject, clauses } => self.in_block(|checker| {
                checker.optional(init);
                let subject = checker.expr(subject);
                for clause in checker.ast.list(clauses) {
                    checker.type_clause(bind, subject, clause);
                }
            }),
            Stmt::Select { clauses } => {
                for clause in self.ast.list(clauses) {
                    let clause = self.ast.clause(clause);
                    self.in_block(|checker| {
                        checker.optional(clause.comm);
                        checker.stmts(clause.body);
                    });
                }
            }
            Stmt::For { init, cond, post, body } => self.in_block(|checker| {
                match init.map(|init| checker.ast.stmt(init)) {
                    Some(Stmt::Assign { lhs, op, rhs }) => {
                        checker.assign(lhs, op, rhs, LocalKind::Loop(stmt));
                    }
                    _ => checker.optional(init),
                }
                if let Some(cond) = cond {
                    checker.expr(cond);
                }
                checker.optional(post);
                checker.block(body);
            }),
            Stmt::Range { key, value, define, subject, body } => self.in_block(|checker| {
                let ty = checker.expr(subject);
                let types = checker.range_types(ty);
                for (variable, ty) in [key, value].into_iter().zip(types) {
                    let Some(variable) = variable else { continue };
                    if define {
                        checker.declare(variable, LocalKind::Loop(stmt), ty, None);
                    } else {
                        checker.expr(variable);
                    }
                }
                checker.block(body);
            }),
            Stmt::Labeled { stmt, .. } => self.stmt(stmt),
            Stmt::Decl { kind, specs } => self.decl(kind, specs),
        }
    }

    fn optional(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(stmt);
        }
    }

    /// `if … else if … else …`, without recursion along the chain; the scopes nest as the language says.
    fn if_chain(&mut self, first: StmtId) {
        let mut next = Some(first);
        while let Some(stmt) = next.take() {
            match self.ast.stmt(stmt) {
                Stmt::If { init, cond, then, els } => {
                    self.block_start = self.scope.len();
                    self.optional(init);
                    self.expr(cond);
                    self.block(then);
                    next = els;
                }
                _ => self.stmt(stmt),
            }
        }
    }

    fn type_clause(&mut self, bind: Option<ExprId>, subject: TypeId, clause: ClauseId) {
        let clause = self.ast.clause(clause);
        let types: Vec<_> = self
            .ast
            .list(clause.exprs)
            .map(|ty| match self.ast.ident(ty) {
                Some(name) if name == "nil" => self.expr(ty),
                _ => self.type_expr(ty),
            })
            .collect();
        self.in_block(|checker| {
            if let Some(bind) = bind {
                let ty = match *types {
                    [one] if one != TypeId::NIL => one,
                    _ => subject,
                };
                checker.declare(bind, LocalKind::Var, ty, None);
            }
            checker.stmts(clause.body);
        });
    }

    fn range_types(&self, subject: TypeId) -> [TypeId; 2] {
        let types = &self.pkg.types;
        match types.get(self.pkg.underlying(types.deref(subject))) {
            Type::Slice(elem) | Type::Array(elem) => [TypeId::INT, elem],
            Type::Map(key, value) => [key, value],
            Type::Chan(_, elem) => [elem, TypeId::UNKNOWN],
            Type::Basic(name) | Type::Untyped(name) if name == "string" => {
                [TypeId::INT, self.intern(Type::Basic(Symbol::new("int32")))]
            }
            Type::Basic(_) | Type::Untyped(_) => [types.default_type(subject), TypeId::UNKNOWN],
            Type::Func(sig) => {
                let yielded = sig.params.first().map(|&ty| types.get(self.pkg.underlying(ty)));
                let params = match yielded {
                    Some(Type::Func(sig)) => sig.params,
                    _ => Rc::from([]),
                };
                let at = |index: usize| params.get(index).copied().unwrap_or(TypeId::UNKNOWN);
                [at(0), at(1)]
            }
            Type::Unknown(reason) => [self.unknown(reason); 2],
            _ => [self.unknown(Unknown::Generic); 2],
        }
    }

    fn assign(&mut self, lhs: List<ExprId>, op: AssignOp, rhs: List<ExprId>, kind: LocalKind) {
        let (targets, values): (Vec<_>, Vec<_>) =
            (self.ast.list(lhs).collect(), self.ast.list(rhs).collect());
        if op != AssignOp::Define {
            let target_types: Vec<_> = targets.iter().map(|&target| self.expr(target)).collect();
            for (position, &value) in values.iter().enumerate() {
                self.expr_with(value, target_types.get(position).copied());
            }
            return;
        }
        let types: Vec<_> = values.iter().map(|&value| self.expr(value)).collect();
        for (position, &target) in targets.iter().enumerate() {
            let Some(name) = self.ast.ident(target) else {
                self.expr(target);
                continue;
            };
            let (value, result) = match *values {
                [single] => (single, position),
                _ => (values.get(position).copied().unwrap_or(target), 0),
            };
            let ty = match (&*types, types.get(position)) {
                (&[single], _) => self.result_of(value, single, position),
                (_, Some(&ty)) => ty,
                (_, None) => TypeId::UNKNOWN,
            };
            let known =
                self.scope[self.block_start.min(self.scope.len())..].iter().rev().find(|(n, _)| *n == name);
            if let Some(&(_, id)) = known {
                self.set_entity(target, Entity::Local(id));
                let ty = self.body.locals[id.index()].ty;
                self.set_type(target, ty);
                continue;
            }
            let ty = self.pkg.types.default_type(ty);
            self.declare(target, kind, ty, Some((value, result)));
        }
    }

    fn decl(&mut self, kind: GenKind, specs: List<SpecId>) {
        let mut repeated = (None, Vec::new());
        for spec in self.ast.list(specs) {
            match self.ast.spec(spec) {
                Spec::Value { names, ty, values, .. } if kind == GenKind::Const => {
                    let declared = ty.map(|ty| self.type_expr(ty));
                    let values: Vec<_> = self.ast.list(values).collect();
                    if !values.is_empty() {
                        let types = values.iter().map(|&value| self.expr_with(value, declared)).collect();
                        repeated = (declared, types);
                    }
                    let (declared, types) = &repeated;
                    let types: Vec<_> = types.iter().map(|&value| declared.unwrap_or(value)).collect();
                    for (position, name) in self.ast.list(names).enumerate() {
                        let init = values.get(position).map(|&value| (value, 0));
                        let ty = types.get(position).copied().unwrap_or(TypeId::UNKNOWN);
                        self.declare(name, LocalKind::Const, ty, init);
                    }
                }
                Spec::Value { names, ty, values, .. } => self.local_vars(names, ty, values),
                Spec::Type { name, type_params, is_alias, ty } => {
                    self.local_type(name, type_params, is_alias, ty);
                }
            }
        }
    }

    fn local_vars(&mut self, names: List<ExprId>, ty: Option<ExprId>, values: List<ExprId>) {
        let declared = ty.map(|ty| self.type_expr(ty));
        let values: Vec<_> = self.ast.list(values).collect();
        let types: Vec<_> = values.iter().map(|&value| self.expr_with(value, declared)).collect();
        for (position, name) in self.ast.list(names).enumerate() {
            let init = match *values {
                [] => None,
                [single] => Some((single, position)),
                _ => values.get(position).map(|&value| (value, 0)),
            };
            let inferred = match (&*types, init) {
                (&[single], Some((value, position))) => self.result_of(value, single, position),
                _ => types.get(position).copied().unwrap_or(TypeId::UNKNOWN),
            };
            let ty = declared.unwrap_or_else(|| self.pkg.types.default_type(inferred));
            self.declare(name, LocalKind::Var, ty, init);
        }
    }

    fn local_type(&mut self, name: ExprId, type_params: List<FieldId>, is_alias: bool, ty: ExprId) {
        let Some(text) = self.ast.ident(name) else { return };
        if is_alias {
            let target = self.type_expr(ty);
            self.declare(name, LocalKind::Type, target, None);
            return;
        }
        let offset = self.ast.expr_span(name).start;
        let Home::File(file) = self.home else { return };
        let unique = Symbol::new(&format!("{text}·{file}·{offset}"));
        let named = self.pkg.types.named(self.pkg.path.as_str(), unique.as_str());
        self.declare(name, LocalKind::Type, named, None);
        let len = self.scope.len();
        let params = self.declare_type_params(type_params);
        let underlying = self.type_expr(ty);
        self.scope.truncate(len);
        self.pkg.declare_local_type(unique, params, underlying);
    }
}

/// The type that argument number `position` is assigned to.
fn param_type(sig: &Signature, position: usize, spread: bool, checker: &Checker<'_>) -> Option<TypeId> {
    let last = sig.params.len().checked_sub(1)?;
    if sig.is_variadic && last <= position && !spread {
        return match checker.pkg.types.get(sig.params[last]) {
            Type::Slice(elem) => Some(elem),
            _ => None,
        };
    }
    sig.params.get(position).copied()
}
