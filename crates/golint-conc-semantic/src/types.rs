//! Types, hash-consed per package.

use std::cell::RefCell;
use std::rc::Rc;

use golint_conc_syntax::Symbol;
pub use golint_conc_syntax::ast::ChanDir;
use rustc_hash::FxHashMap;

/// A type of one [`Types`] table; equal ids are identical types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u32);

impl TypeId {
    /// The type of an expression that could not be parsed or was not looked at.
    pub const UNKNOWN: Self = Self(0);
    /// `bool`
    pub const BOOL: Self = Self(1);
    /// `int`
    pub const INT: Self = Self(2);
    /// `string`
    pub const STRING: Self = Self(3);
    /// The type of `nil`.
    pub const NIL: Self = Self(4);
    /// The result of a call without results.
    pub const VOID: Self = Self(5);
    /// `error`
    pub const ERROR: Self = Self(6);
}

/// Why a type is not known; `--stats` counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unknown {
    /// The text is not Go as we know it.
    Syntax,
    /// An identifier that no scope declares, such as one made by cgo or a missing file.
    Unresolved,
    /// It comes from a package whose declarations are not at hand.
    OtherPackage,
    /// It depends on type parameters that one level of inference does not settle.
    Generic,
    /// Its declaration depends on itself, or is deeper than we follow.
    Cycle,
    /// A member that the type does not have, or that hangs on an unknown type.
    Member,
}

impl Unknown {
    /// A few words for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Unresolved => "unresolved identifier",
            Self::OtherPackage => "other package",
            Self::Generic => "type parameter",
            Self::Cycle => "cycle",
            Self::Member => "unknown member",
        }
    }
}

/// A function type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Parameter types; of a variadic one, the slice type.
    pub params: Rc<[TypeId]>,
    /// Result types.
    pub results: Rc<[TypeId]>,
    /// Whether the last parameter is variadic.
    pub is_variadic: bool,
    /// Names of the type parameters, for a generic function.
    pub type_params: Rc<[Symbol]>,
    /// What the constraint of each type parameter says of its underlying type, as `~[]E` does.
    pub cores: Rc<[Option<TypeId>]>,
}

/// A field of a struct type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StructField {
    /// The name; of an embedded field, the type's name.
    pub name: Symbol,
    /// The type.
    pub ty: TypeId,
    /// Whether it is embedded.
    pub is_embedded: bool,
}

/// A type. `Rc` makes copies cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Not known, and why.
    Unknown(Unknown),
    /// A predeclared type such as `int`, also `unsafe.Pointer`.
    Basic(Symbol),
    /// The type of an untyped constant: `int`, `float64`, `rune`, `string`, `bool` or `complex128` by default.
    Untyped(Symbol),
    /// A declared type: import path (empty for `error` and `comparable`), name and type arguments.
    Named {
        /// Import path of the declaring package.
        pkg: Symbol,
        /// The name; for a type declared in a function it carries a suffix that makes it unique.
        name: Symbol,
        /// Type arguments.
        args: Rc<[TypeId]>,
    },
    /// `*T`
    Pointer(TypeId),
    /// `[]T`
    Slice(TypeId),
    /// `[N]T`; the length is not kept.
    Array(TypeId),
    /// `map[K]V`
    Map(TypeId, TypeId),
    /// A channel type.
    Chan(ChanDir, TypeId),
    /// A function type.
    Func(Signature),
    /// A struct type.
    Struct(Rc<[StructField]>),
    /// An interface type: methods with their function types, and embedded elements.
    Interface {
        /// Explicit methods.
        methods: Rc<[(Symbol, TypeId)]>,
        /// Embedded interfaces and type sets.
        embedded: Rc<[TypeId]>,
    },
    /// Several results.
    Tuple(Rc<[TypeId]>),
    /// A type parameter.
    TypeParam(Symbol),
    /// The type of `nil`.
    Nil,
}

/// The table of types of one package under analysis.
#[derive(Debug)]
pub struct Types {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    types: Vec<Type>,
    ids: FxHashMap<Type, TypeId>,
}

impl Default for Types {
    fn default() -> Self {
        Self::new()
    }
}

impl Types {
    /// A table with the types that have constant ids.
    pub fn new() -> Self {
        let table = Self { inner: RefCell::default() };
        let empty: Rc<[TypeId]> = Rc::from([]);
        for ty in [
            Type::Unknown(Unknown::Syntax),
            Type::Basic(Symbol::new("bool")),
            Type::Basic(Symbol::new("int")),
            Type::Basic(Symbol::new("string")),
            Type::Nil,
            Type::Tuple(Rc::clone(&empty)),
            Type::Named { pkg: Symbol::new(""), name: Symbol::new("error"), args: empty },
        ] {
            table.intern(ty);
        }
        table
    }

    /// The id of a type.
    pub fn intern(&self, ty: Type) -> TypeId {
        let mut inner = self.inner.borrow_mut();
        if let Some(&id) = inner.ids.get(&ty) {
            return id;
        }
        let id = TypeId(inner.types.len() as u32);
        inner.types.push(ty.clone());
        inner.ids.insert(ty, id);
        id
    }

    /// The type with this id.
    pub fn get(&self, id: TypeId) -> Type {
        self.inner.borrow().types.get(id.0 as usize).cloned().unwrap_or(Type::Unknown(Unknown::Syntax))
    }

    /// The unknown type with this reason.
    pub fn unknown(&self, reason: Unknown) -> TypeId {
        self.intern(Type::Unknown(reason))
    }

    /// `pkg.name` without type arguments.
    pub fn named(&self, pkg: &str, name: &str) -> TypeId {
        self.intern(Type::Named { pkg: Symbol::new(pkg), name: Symbol::new(name), args: Rc::from([]) })
    }

    /// `*ty`
    pub fn pointer(&self, ty: TypeId) -> TypeId {
        self.intern(Type::Pointer(ty))
    }

    /// Whether the type is not known.
    pub fn is_unknown(&self, id: TypeId) -> bool {
        matches!(self.get(id), Type::Unknown(_))
    }

    /// `T` for `*T`, else the type itself.
    pub fn deref(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Pointer(elem) => elem,
            _ => id,
        }
    }

    /// Whether `id` is the declared type `pkg.name`, with whatever type arguments; pointers are not looked through.
    pub fn is_named(&self, id: TypeId, pkg: &str, name: &str) -> bool {
        matches!(self.get(id), Type::Named { pkg: p, name: n, .. } if p == pkg && n == name)
    }

    /// Whether `id` is `pkg.name` or a pointer to it.
    pub fn is_named_or_ptr(&self, id: TypeId, pkg: &str, name: &str) -> bool {
        self.is_named(self.deref(id), pkg, name)
    }

    /// The type that a variable gets from a value of this type: untyped constants take their default type.
    pub fn default_type(&self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Untyped(name) => self.intern(Type::Basic(name)),
            _ => id,
        }
    }

    /// The type as Go writes it, with package paths shortened to their last element.
    pub fn display(&self, id: TypeId) -> String {
        let list = |ids: &[TypeId]| ids.iter().map(|&t| self.display(t)).collect::<Vec<_>>().join(", ");
        match self.get(id) {
            Type::Unknown(_) => "?".into(),
            Type::Basic(name) | Type::Untyped(name) | Type::TypeParam(name) => name.to_string(),
            Type::Named { pkg, name, args } => {
                let name = name.as_str().split('·').next().unwrap_or_default();
                let mut text = match pkg.as_str() {
                    "" => name.to_owned(),
                    path => format!("{}.{name}", crate::imports::guess_name(path)),
                };
                if !args.is_empty() {
                    text = format!("{text}[{}]", list(&args));
                }
                text
            }
            Type::Pointer(elem) => format!("*{}", self.display(elem)),
            Type::Slice(elem) => format!("[]{}", self.display(elem)),
            Type::Array(elem) => format!("[…]{}", self.display(elem)),
            Type::Map(key, value) => format!("map[{}]{}", self.display(key), self.display(value)),
            Type::Chan(dir, elem) => {
                let word = match dir {
                    ChanDir::Both => "chan",
                    ChanDir::Send => "chan<-",
                    ChanDir::Recv => "<-chan",
                };
                format!("{word} {}", self.display(elem))
            }
            Type::Func(sig) => {
                let results = match &*sig.results {
                    [] => String::new(),
                    [one] => format!(" {}", self.display(*one)),
                    many => format!(" ({})", list(many)),
                };
                format!("func({}){results}", list(&sig.params))
            }
            Type::Struct(_) => "struct{…}".into(),
            Type::Interface { methods, embedded } if methods.is_empty() && embedded.is_empty() => {
                "any".into()
            }
            Type::Interface { .. } => "interface{…}".into(),
            Type::Tuple(items) => format!("({})", list(&items)),
            Type::Nil => "nil".into(),
        }
    }

    /// How many types the table holds.
    pub fn len(&self) -> usize {
        self.inner.borrow().types.len()
    }

    /// Whether the table holds no type, which never happens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
