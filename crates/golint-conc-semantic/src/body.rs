//! A function body with every name resolved, and the questions that analyses ask of it.

use std::rc::Rc;

use golint_conc_syntax::ast::{Ast, Expr, ExprId, StmtId};
use golint_conc_syntax::{Span, Symbol};

use crate::constant;
use crate::package::{BodyId, Member, MemberKind, ObjId, ObjKind, Package};
use crate::types::{Signature, Type, TypeId, Unknown};

/// A name declared in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalId(pub(crate) u32);

impl LocalId {
    /// Position in [`Body::locals`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What declares a [`Local`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// The receiver.
    Receiver,
    /// A parameter of the function or of a literal.
    Param,
    /// A named result of the function or of a literal.
    Result,
    /// `var` or `:=`.
    Var,
    /// An iteration variable of the `for` statement, declared in its init statement or range clause.
    Loop(StmtId),
    /// `const`
    Const,
    /// `type`
    Type,
    /// A type parameter.
    TypeParam,
}

/// A name declared in a body.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// The name.
    pub name: Symbol,
    /// What declares it.
    pub kind: LocalKind,
    /// Its type; for a type, that type.
    pub ty: TypeId,
    /// The identifier that declares it.
    pub ident: ExprId,
    /// The function literal whose variable it is; `None` for the declared function's own.
    pub func: Option<ExprId>,
    /// The expression it is initialised from, and which result of it.
    pub init: Option<(ExprId, usize)>,
}

/// What an identifier or the right side of a selector denotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// Nothing known.
    Unknown,
    /// A name declared in this body.
    Local(LocalId),
    /// A package-level object of this package.
    Object(ObjId),
    /// An imported package, by path.
    Import(Symbol),
    /// An object of another package: path and name.
    External(Symbol, Symbol),
    /// A predeclared function such as `close`.
    Builtin(Symbol),
    /// A predeclared type, constant or `nil`.
    Universe(Symbol),
    /// A field or method; see [`BodyCx::member_of`].
    Member(u32),
}

/// The result of resolving a body. Indexed by the ids of its [`Ast`].
#[derive(Debug, Default)]
pub struct Body {
    pub(crate) types: Vec<TypeId>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) locals: Vec<Local>,
    pub(crate) members: Vec<Member>,
}

/// A resolved body with its package and tree: what analyses hold in their hands.
#[derive(Clone, Copy, Debug)]
pub struct BodyCx<'p> {
    /// The package.
    pub pkg: &'p Package,
    /// Which body it is.
    pub id: BodyId,
    /// Index of the file.
    pub file: usize,
    /// The tree.
    pub ast: &'p Ast,
    pub(crate) info: &'p Body,
}

/// Where an access path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// A name declared in the body.
    Local(LocalId),
    /// A package-level variable.
    Global(ObjId),
    /// A variable of another package: path and name.
    External(Symbol, Symbol),
}

/// A variable and the fields selected from it, such as `s.mu`; pointers are seen through, and every element of a
/// slice, array or map is the one field `[*]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccessPath {
    /// The variable.
    pub root: Root,
    /// The fields, outermost first, embedded ones included.
    pub fields: Vec<Symbol>,
}

/// What a call calls.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A predeclared function.
    Builtin(Symbol),
    /// Not a call: a conversion to this type.
    Conversion(TypeId),
    /// A declared function.
    Func {
        /// Import path of the package.
        pkg: Symbol,
        /// The name.
        name: Symbol,
        /// Its body, in this package.
        body: Option<BodyId>,
    },
    /// A method, promoted or not, of a declared type.
    Method {
        /// Import path of the package that declares the type that has the method.
        pkg: Symbol,
        /// The type that has the method: for a promoted method, the embedded type.
        type_name: Symbol,
        /// The method.
        name: Symbol,
        /// The expression before the selector.
        recv: ExprId,
        /// Embedded fields between the expression and the receiver.
        path: Rc<[Symbol]>,
        /// What has a body in this package, or is called through an interface.
        kind: MemberKind,
    },
    /// A function literal called on the spot.
    Literal(ExprId),
    /// A function value: a variable, a field, a result.
    Value,
    /// Not known, and why.
    Unknown(Unknown),
}

impl Callee {
    /// Whether it is a function `name` of package `pkg`.
    pub fn is_func(&self, pkg: &str, names: &[&str]) -> bool {
        matches!(self, Self::Func { pkg: p, name: n, .. } if *p == pkg && names.contains(&n.as_str()))
    }

    /// Whether it is one of the methods `names` of `pkg.type_name`.
    pub fn is_method(&self, pkg: &str, type_name: &str, names: &[&str]) -> bool {
        matches!(self, Self::Method { pkg: p, type_name: t, name: n, .. }
            if *p == pkg && *t == type_name && names.contains(&n.as_str()))
    }

    /// Whether it is this predeclared function.
    pub fn is_builtin(&self, name: &str) -> bool {
        matches!(self, Self::Builtin(n) if *n == name)
    }

    /// The body in this package that a call surely runs.
    pub fn body(&self) -> Option<BodyId> {
        match self {
            Self::Func { body, .. } => *body,
            Self::Method { kind: MemberKind::Method(body), .. } => Some(*body),
            _ => None,
        }
    }

    /// The name that is called, where there is one.
    pub fn name(&self) -> Option<Symbol> {
        match self {
            Self::Builtin(name) | Self::Func { name, .. } | Self::Method { name, .. } => Some(*name),
            _ => None,
        }
    }
}

impl<'p> BodyCx<'p> {
    /// The type of an expression; for a type, that type.
    pub fn type_of(&self, expr: ExprId) -> TypeId {
        self.info.types.get(expr.index()).copied().unwrap_or(TypeId::UNKNOWN)
    }

    /// The type of an expression, spelt out.
    pub fn ty(&self, expr: ExprId) -> Type {
        self.pkg.types.get(self.type_of(expr))
    }

    /// The type behind the name of an expression's type.
    pub fn underlying(&self, expr: ExprId) -> Type {
        self.pkg.types.get(self.pkg.underlying(self.type_of(expr)))
    }

    /// Whether an expression is of type `pkg.name` or a pointer to it.
    pub fn is_named(&self, expr: ExprId, pkg: &str, name: &str) -> bool {
        self.pkg.types.is_named_or_ptr(self.type_of(expr), pkg, name)
    }

    /// What an identifier, or the selected name of a selector, denotes.
    pub fn entity(&self, expr: ExprId) -> Entity {
        let expr = self.ast.unparen(expr);
        let id = match self.ast.expr(expr) {
            Expr::Selector { sel, .. } => sel,
            _ => expr,
        };
        self.info.entities.get(id.index()).copied().unwrap_or(Entity::Unknown)
    }

    /// The local variable that an identifier denotes.
    pub fn local(&self, expr: ExprId) -> Option<LocalId> {
        let expr = self.ast.unparen(expr);
        match (self.ast.expr(expr), self.entity(expr)) {
            (Expr::Ident(_), Entity::Local(id)) => Some(id),
            _ => None,
        }
    }

    /// What is known of a local.
    pub fn local_info(&self, id: LocalId) -> &'p Local {
        &self.info.locals[id.index()]
    }

    /// All names declared in the body, in source order.
    pub fn locals(&self) -> impl Iterator<Item = (LocalId, &'p Local)> + use<'p> {
        self.info.locals.iter().enumerate().map(|(index, local)| (LocalId(index as u32), local))
    }

    /// The local that an identifier declares.
    pub fn local_declared_by(&self, ident: ExprId) -> Option<LocalId> {
        let position = self.info.locals.iter().position(|local| local.ident == ident)?;
        Some(LocalId(position as u32))
    }

    /// The field or method that a selector, or the key of a struct literal, denotes.
    pub fn member_of(&self, expr: ExprId) -> Option<&'p Member> {
        match self.entity(expr) {
            Entity::Member(index) => self.info.members.get(index as usize),
            _ => None,
        }
    }

    /// The text of an expression as it stands in the source.
    pub fn text(&self, expr: ExprId) -> &'p str {
        self.text_at(self.ast.expr_span(expr))
    }

    /// The text at a place in the file.
    pub fn text_at(&self, span: Span) -> &'p str {
        std::str::from_utf8(span.slice(self.source())).unwrap_or_default()
    }

    /// The bytes of the file.
    pub fn source(&self) -> &'p [u8] {
        self.pkg.files[self.file].source.text()
    }

    /// Whether an expression is the predeclared `nil`.
    pub fn is_nil(&self, expr: ExprId) -> bool {
        matches!(self.entity(expr), Entity::Universe(name) if name == "nil")
    }

    /// Whether an expression denotes the object `name` of package `pkg`.
    pub fn is_external(&self, expr: ExprId, pkg: &str, name: &str) -> bool {
        matches!(self.entity(expr), Entity::External(p, n) if p == pkg && n == name)
    }

    /// The value of an integer constant expression.
    pub fn const_int(&self, expr: ExprId) -> Option<i128> {
        let lookup = |name: Symbol| {
            let shadowing = self.info.locals.iter().any(|local| local.name == name);
            if shadowing { self.local_const(name) } else { self.pkg.const_int(self.pkg.lookup(name)?, 0) }
        };
        constant::int(self.ast, self.source(), expr, &lookup)
    }

    fn local_const(&self, name: Symbol) -> Option<i128> {
        let mut found = self.info.locals.iter().filter(|local| local.name == name);
        let (local, rest) = (found.next()?, found.next());
        if rest.is_some() || local.kind != LocalKind::Const {
            return None;
        }
        let (init, _) = local.init?;
        constant::int(self.ast, self.source(), init, &|_| None)
    }

    /// The variable and fields that an expression denotes.
    pub fn path(&self, expr: ExprId) -> Option<AccessPath> {
        let expr = self.ast.unparen(expr);
        match self.ast.expr(expr) {
            Expr::Ident(_) => {
                let root = match self.entity(expr) {
                    Entity::Local(id) => Root::Local(id),
                    Entity::Object(id) if self.pkg.object(id).kind == ObjKind::Var => Root::Global(id),
                    _ => return None,
                };
                Some(AccessPath { root, fields: Vec::new() })
            }
            Expr::Selector { base, .. } => match self.entity(expr) {
                Entity::External(pkg, name) => {
                    Some(AccessPath { root: Root::External(pkg, name), fields: Vec::new() })
                }
                Entity::Member(_) => {
                    let member = self.member_of(expr)?;
                    if member.kind != MemberKind::Field {
                        return None;
                    }
                    let mut path = self.path(base)?;
                    path.fields.extend(member.path.iter().copied());
                    path.fields.push(member.name);
                    Some(path)
                }
                _ => None,
            },
            Expr::Star(inner) => self.path(inner),
            Expr::Unary { op: golint_conc_syntax::ast::UnaryOp::Addr, operand } => self.path(operand),
            Expr::Index { base, .. } => {
                let mut path = self.path(base)?;
                path.fields.push(Symbol::new("[*]"));
                Some(path)
            }
            _ => None,
        }
    }

    /// The receiver of a method call as an access path, embedded fields included.
    pub fn receiver_path(&self, callee: &Callee) -> Option<AccessPath> {
        let Callee::Method { recv, path, .. } = callee else { return None };
        let mut full = self.path(*recv)?;
        full.fields.extend(path.iter().copied());
        Some(full)
    }

    /// An access path as Go writes it.
    pub fn display_path(&self, path: &AccessPath) -> String {
        let mut text = match path.root {
            Root::Local(id) => self.local_info(id).name.to_string(),
            Root::Global(id) => self.pkg.object(id).name.to_string(),
            Root::External(pkg, name) => format!("{}.{name}", crate::imports::guess_name(pkg.as_str())),
        };
        for field in &path.fields {
            if *field == "[*]" {
                text.push_str("[…]");
            } else {
                text.push('.');
                text.push_str(field.as_str());
            }
        }
        text
    }

    /// What a call expression calls.
    pub fn callee(&self, call: ExprId) -> Callee {
        match self.ast.expr(self.ast.unparen(call)) {
            Expr::Call { fun, .. } => self.callee_of(fun),
            _ => Callee::Unknown(Unknown::Syntax),
        }
    }

    /// What calling an expression would call; also for a method value.
    pub fn callee_of(&self, fun: ExprId) -> Callee {
        let fun = self.ast.unparen(fun);
        match self.ast.expr(fun) {
            Expr::Func { .. } => return Callee::Literal(fun),
            Expr::Index { base, .. } if matches!(self.ty(base), Type::Func(_)) => {
                return self.callee_of(base);
            }
            _ => {}
        }
        match self.entity(fun) {
            Entity::Builtin(name) => Callee::Builtin(name),
            Entity::Object(id) => match self.pkg.object(id).kind {
                ObjKind::Func(body) => {
                    Callee::Func { pkg: self.pkg.path, name: self.pkg.object(id).name, body: Some(body) }
                }
                ObjKind::Type => Callee::Conversion(self.type_of(fun)),
                ObjKind::Var | ObjKind::Const => Callee::Value,
            },
            Entity::External(pkg, name) => match self.pkg.kind_of(pkg, name) {
                Some(crate::foreign::Kind::Type) => Callee::Conversion(self.type_of(fun)),
                Some(crate::foreign::Kind::Var) => Callee::Value,
                _ => Callee::Func { pkg, name, body: None },
            },
            Entity::Local(id) => match self.local_info(id).kind {
                LocalKind::Type | LocalKind::TypeParam => Callee::Conversion(self.type_of(fun)),
                _ => Callee::Value,
            },
            Entity::Universe(_) => Callee::Conversion(self.type_of(fun)),
            Entity::Member(_) => self.method_callee(fun),
            Entity::Import(_) => Callee::Unknown(Unknown::Syntax),
            Entity::Unknown => match self.ast.expr(fun) {
                Expr::Array { .. }
                | Expr::Map { .. }
                | Expr::Chan { .. }
                | Expr::FuncType(_)
                | Expr::Interface { .. }
                | Expr::Struct { .. } => Callee::Conversion(self.type_of(fun)),
                Expr::Star(_) if !matches!(self.ty(fun), Type::Func(_)) => {
                    Callee::Conversion(self.type_of(fun))
                }
                _ => match self.ty(fun) {
                    Type::Unknown(reason) => Callee::Unknown(reason),
                    Type::Func(_) => Callee::Value,
                    _ => Callee::Conversion(self.type_of(fun)),
                },
            },
        }
    }

    fn method_callee(&self, fun: ExprId) -> Callee {
        let (Some(member), Expr::Selector { base, .. }) = (self.member_of(fun), self.ast.expr(fun)) else {
            return Callee::Unknown(Unknown::Member);
        };
        if member.kind == MemberKind::Field {
            return Callee::Value;
        }
        let (pkg, type_name) = match self.pkg.types.get(member.owner) {
            Type::Named { pkg, name, .. } => (pkg, name),
            _ => (Symbol::new(""), Symbol::new("")),
        };
        Callee::Method {
            pkg,
            type_name,
            name: member.name,
            recv: base,
            path: Rc::clone(&member.path),
            kind: member.kind,
        }
    }

    /// The signature of what a call calls, type arguments filled in as far as they are known.
    pub fn signature_of_call(&self, call: ExprId) -> Option<Signature> {
        let Expr::Call { fun, .. } = self.ast.expr(self.ast.unparen(call)) else { return None };
        match self.underlying(self.ast.unparen(fun)) {
            Type::Func(sig) => Some(sig),
            _ => None,
        }
    }

    /// The arguments of a call.
    pub fn args(&self, call: ExprId) -> Vec<ExprId> {
        match self.ast.expr(self.ast.unparen(call)) {
            Expr::Call { args, .. } => self.ast.list(args).collect(),
            _ => Vec::new(),
        }
    }

    /// The name of the declared function, with its receiver type: `(*Server).run` as `Server.run`.
    pub fn name(&self) -> String {
        let decl = self.pkg.body_decl(self.id);
        match decl.recv {
            Some(recv) => format!("{recv}.{}", decl.name),
            None => decl.name.to_string(),
        }
    }
}
