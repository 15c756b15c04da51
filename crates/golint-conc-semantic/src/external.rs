//! Declarations of other packages, in terms of this package's types: for now the standard library's.

use std::rc::Rc;

use golint_conc_syntax::Symbol;

use crate::stdlib::{self, StdObject, StdSig, StdType, StdTypeDecl, Underlying};
use crate::types::{Signature, StructField, Type, TypeId, Types};

/// What an object of another package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Const,
    Var,
    Type,
    Func,
}

/// The name in the package clause of the package at `path`.
pub(crate) fn package_name(path: Symbol) -> Option<Symbol> {
    stdlib::package(path.as_str()).map(|package| Symbol::new(package.name()))
}

fn lookup(pkg: Symbol, name: Symbol) -> Option<&'static StdObject> {
    stdlib::package(pkg.as_str())?.lookup(name.as_str())
}

/// What `pkg.name` is.
pub(crate) fn kind(pkg: Symbol, name: Symbol) -> Option<Kind> {
    Some(match lookup(pkg, name)? {
        StdObject::Func(_) => Kind::Func,
        StdObject::Var(_) => Kind::Var,
        StdObject::Const { .. } => Kind::Const,
        StdObject::Type(_) => Kind::Type,
    })
}

/// The type of `pkg.name`; for a type, the type itself.
pub(crate) fn object_type(types: &Types, pkg: Symbol, name: Symbol) -> Option<TypeId> {
    Some(match lookup(pkg, name)? {
        StdObject::Func(sig) => signature(types, sig),
        StdObject::Var(ty) => convert(types, ty),
        StdObject::Const { ty: Some(ty), .. } => convert(types, ty),
        StdObject::Const { ty: None, .. } => types.intern(Type::Untyped(Symbol::new("int"))),
        StdObject::Type(StdTypeDecl { kind: Underlying::Alias(target), .. }) => convert(types, target),
        StdObject::Type(_) => types.named(pkg.as_str(), name.as_str()),
    })
}

fn type_decl(pkg: Symbol, name: Symbol) -> Option<&'static StdTypeDecl> {
    match lookup(pkg, name)? {
        StdObject::Type(decl) => Some(decl),
        _ => None,
    }
}

/// The type parameters of the declared type `pkg.name`, and the type behind its name.
pub(crate) fn underlying(types: &Types, pkg: Symbol, name: Symbol) -> Option<(Rc<[Symbol]>, TypeId)> {
    if pkg.as_str().is_empty() {
        return error_interface(types, name);
    }
    let decl = type_decl(pkg, name)?;
    let ty = match &decl.kind {
        Underlying::Struct { fields } => {
            let fields = fields.iter().map(|field| StructField {
                name: Symbol::new(field.name),
                ty: convert(types, &field.ty),
                is_embedded: field.embedded,
            });
            types.intern(Type::Struct(fields.collect()))
        }
        Underlying::Interface { methods, embedded } => types.intern(Type::Interface {
            methods: methods.iter().map(|(name, sig)| (Symbol::new(name), signature(types, sig))).collect(),
            embedded: embedded.iter().map(|ty| convert(types, ty)).collect(),
        }),
        Underlying::Alias(ty) | Underlying::Other(ty) => convert(types, ty),
    };
    Some((type_params(decl), ty))
}

fn error_interface(types: &Types, name: Symbol) -> Option<(Rc<[Symbol]>, TypeId)> {
    if name != "error" {
        return None;
    }
    let sig = Signature {
        params: Rc::from([]),
        results: Rc::from([TypeId::STRING]),
        is_variadic: false,
        type_params: Rc::from([]),
    };
    let method = types.intern(Type::Func(sig));
    let ty =
        types.intern(Type::Interface { methods: Rc::from([(Symbol::new("Error"), method)]), embedded: Rc::from([]) });
    Some((Rc::from([]), ty))
}

fn type_params(decl: &StdTypeDecl) -> Rc<[Symbol]> {
    decl.type_params.iter().map(|name| Symbol::new(name)).collect()
}

/// The type parameters of `pkg.type_name` and the function type of its method `name`.
pub(crate) fn method(types: &Types, pkg: Symbol, type_name: Symbol, name: Symbol) -> Option<(Rc<[Symbol]>, TypeId)> {
    let decl = type_decl(pkg, type_name)?;
    let method = decl.methods.iter().find(|method| name == method.name)?;
    Some((type_params(decl), signature(types, &method.sig)))
}

fn signature(types: &Types, sig: &StdSig) -> TypeId {
    types.intern(Type::Func(Signature {
        params: sig.params.iter().map(|ty| convert(types, ty)).collect(),
        results: sig.results.iter().map(|ty| convert(types, ty)).collect(),
        is_variadic: sig.variadic,
        type_params: sig.type_params.iter().map(|name| Symbol::new(name)).collect(),
    }))
}
