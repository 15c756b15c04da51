//! A package under analysis: its files, what it declares, and what types have which members.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use golint_conc_syntax::ast::{Ast, Decl, ExprId, GenKind, Spec, SpecId};
use golint_conc_syntax::stage::{self, Stage};
use golint_conc_syntax::{DeclKind, OutlineDecl, Signals, SourceFile, Span, Symbol};
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use crate::body::{Body, BodyCx, Callee};
use crate::bounds::Bounds;
use crate::build::LangVersion;
use crate::check::Checker;
use crate::constant;
use crate::foreign::{self, Foreign, ForeignObject, Imported, Importer, Kind};
use crate::imports::FileScope;
use crate::types::{Signature, Type, TypeId, Types, Unknown};
use crate::word_index::WordIndex;

/// How deep embedding and chains of declared types are followed.
const MAX_DEPTH: usize = 8;

/// A file of a package, ready to be read.
#[derive(Debug)]
pub struct PackageFile {
    /// Text, outline and trees.
    pub source: SourceFile,
    /// The language version that holds in this file.
    pub lang: LangVersion,
    /// Whether the name ends in `_test.go`.
    pub is_test: bool,
    /// Whether findings in this file are wanted.
    pub is_reported: bool,
}

/// Packages that nothing but tests imports.
const TEST_LIBRARIES: [&str; 9] = [
    "testing",
    "github.com/onsi/ginkgo",
    "github.com/onsi/ginkgo/v2",
    "github.com/onsi/gomega",
    "github.com/stretchr/testify/assert",
    "github.com/stretchr/testify/mock",
    "github.com/stretchr/testify/require",
    "github.com/stretchr/testify/suite",
    "gotest.tools/v3/assert",
];

/// Whether a folder is named after tests or examples.
fn is_folder_for_tests(name: &str) -> bool {
    let mut words = name.split(['-', '_']);
    words.any(|word| {
        matches!(
            word,
            "test" | "tests" | "itests" | "testing" | "e2e" | "mock" | "mocks" | "example" | "examples"
        )
    })
}

/// Position of an object in [`Package::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjId(pub(crate) u32);

/// Position of a function or of a variable declaration with signals in the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(pub(crate) u32);

impl BodyId {
    /// Position in source order.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a package-level name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjKind {
    /// A constant.
    Const,
    /// A variable.
    Var,
    /// A type.
    Type,
    /// A function.
    Func(BodyId),
}

/// A package-level declaration of one name.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The name.
    pub name: Symbol,
    /// What it is.
    pub kind: ObjKind,
    /// Index of the file.
    pub file: usize,
    /// Index of the declaration in the file's outline.
    pub decl: usize,
    /// Where the name stands.
    pub name_span: Span,
}

/// A function, a method, or a variable declaration that bears any signal.
#[derive(Debug)]
pub struct BodyDecl {
    /// The function's name, or the first variable's.
    pub name: Symbol,
    /// The receiver's type name, for a method.
    pub recv: Option<Symbol>,
    /// Index of the file.
    pub file: usize,
    /// Index of the declaration in the file's outline.
    pub decl: usize,
    body: OnceCell<Box<Body>>,
    signature: Cell<Option<TypeId>>,
}

/// A field or method found by name in a type.
#[derive(Clone, Debug)]
pub struct Member {
    /// The declared type that has it directly; for a field of an unnamed struct, that struct.
    pub owner: TypeId,
    /// Its name.
    pub name: Symbol,
    /// Type of the field, or function type of the method without its receiver.
    pub ty: TypeId,
    /// What it is.
    pub kind: MemberKind,
    /// Names of the embedded fields on the way, outermost first.
    pub path: Rc<[Symbol]>,
}

/// What a [`Member`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A field.
    Field,
    /// A method with a body in this package.
    Method(BodyId),
    /// A method declared elsewhere.
    ExternalMethod,
    /// A method of an interface.
    InterfaceMethod,
}

/// A declared type's parameters and what stands behind its name.
#[derive(Clone, Debug)]
struct Declared {
    params: Rc<[Symbol]>,
    underlying: TypeId,
}

/// All specifications of one declaration by the offset of the name they declare.
type SpecIndex = FxHashMap<u32, (SpecId, usize)>;

/// A package under analysis. Not `Sync`: one thread analyses one package.
#[derive(Debug)]
pub struct Package {
    /// The import path.
    pub path: Symbol,
    /// The name in the package clauses.
    pub name: Symbol,
    /// The files, in the order given.
    pub files: Vec<PackageFile>,
    /// Whether Go may put files into the package that are not here, for another system or with other tags: what they
    /// do to unexported fields and variables is not known.
    pub is_partial: bool,
    /// Path of its folder within the module, with `/`; empty for the module's own folder, and where that is not known.
    pub folder: String,
    /// The table of types.
    pub types: Types,
    /// Bounds that were hit while it was analysed.
    pub bounds: Bounds,
    objects: Vec<Object>,
    object_types: Vec<Cell<Option<TypeId>>>,
    scope: FxHashMap<Symbol, ObjId>,
    bodies: Vec<BodyDecl>,
    methods: FxHashMap<Symbol, FxHashMap<Symbol, BodyId>>,
    file_scopes: Vec<FileScope>,
    declared: RefCell<FxHashMap<(Symbol, Symbol), Option<Declared>>>,
    spec_indexes: RefCell<FxHashMap<(usize, usize), Rc<SpecIndex>>>,
    foreign_types: RefCell<FxHashMap<(Symbol, Symbol), TypeId>>,
    imported: Imported,
    pub(crate) words: OnceCell<WordIndex>,
}

impl Package {
    /// Declares what the files declare; bodies are read when asked for. Of other packages only the embedded ones are
    /// known.
    pub fn new(path: Symbol, name: Symbol, files: Vec<PackageFile>) -> Self {
        Self::with_importer(path, name, files, None)
    }

    /// Like [`Package::new`], with the declarations of other packages from `importer`.
    pub fn with_importer(
        path: Symbol,
        name: Symbol,
        files: Vec<PackageFile>,
        importer: Option<Rc<dyn Importer>>,
    ) -> Self {
        let mut package = Self {
            path,
            name,
            folder: String::new(),
            file_scopes: files.iter().map(|file| FileScope::new(&file.source)).collect(),
            files,
            is_partial: false,
            types: Types::new(),
            bounds: Bounds::default(),
            objects: Vec::new(),
            object_types: Vec::new(),
            scope: FxHashMap::default(),
            bodies: Vec::new(),
            methods: FxHashMap::default(),
            declared: RefCell::default(),
            spec_indexes: RefCell::default(),
            foreign_types: RefCell::default(),
            imported: Imported::new(importer),
            words: OnceCell::new(),
        };
        package.declare();
        package
    }

    fn declare(&mut self) {
        for (file, source) in self.files.iter().enumerate() {
            for (decl, outline) in source.source.outline().decls.iter().enumerate() {
                let first = outline.names.first().map_or_else(|| Symbol::new("_"), |&(name, _)| name);
                let has_body = match outline.kind {
                    DeclKind::Func | DeclKind::Method => true,
                    DeclKind::Var => outline.signals != Signals::NONE,
                    DeclKind::Const | DeclKind::Type => false,
                };
                let body = BodyId(self.bodies.len() as u32);
                if has_body {
                    self.bodies.push(BodyDecl {
                        name: first,
                        recv: outline.recv.map(|recv| recv.ty),
                        file,
                        decl,
                        body: OnceCell::new(),
                        signature: Cell::new(None),
                    });
                }
                if let Some(recv) = outline.recv {
                    self.methods.entry(recv.ty).or_default().entry(first).or_insert(body);
                    continue;
                }
                let kind = match outline.kind {
                    DeclKind::Func => ObjKind::Func(body),
                    DeclKind::Method => continue,
                    DeclKind::Var => ObjKind::Var,
                    DeclKind::Const => ObjKind::Const,
                    DeclKind::Type => ObjKind::Type,
                };
                for &(name, name_span) in &outline.names {
                    let id = ObjId(self.objects.len() as u32);
                    self.objects.push(Object { name, kind, file, decl, name_span });
                    self.object_types.push(Cell::new(None));
                    let is_init = matches!(kind, ObjKind::Func(_)) && name == "init";
                    if !name.is_blank() && !is_init {
                        self.scope.entry(name).or_insert(id);
                    }
                }
            }
        }
    }

    /// The object with this id.
    pub fn object(&self, id: ObjId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// All package-level objects, in source order.
    pub fn objects(&self) -> impl Iterator<Item = (ObjId, &Object)> {
        self.objects.iter().enumerate().map(|(index, object)| (ObjId(index as u32), object))
    }

    /// The package-level object of this name.
    pub fn lookup(&self, name: Symbol) -> Option<ObjId> {
        self.scope.get(&name).copied()
    }

    /// All functions, methods and variable declarations with signals, in source order.
    pub fn bodies(&self) -> impl Iterator<Item = (BodyId, &BodyDecl)> {
        self.bodies.iter().enumerate().map(|(index, body)| (BodyId(index as u32), body))
    }

    /// What declares this body.
    pub fn body_decl(&self, id: BodyId) -> &BodyDecl {
        &self.bodies[id.index()]
    }

    /// The outline of this body's declaration.
    pub fn body_outline(&self, id: BodyId) -> &OutlineDecl {
        let decl = self.body_decl(id);
        &self.files[decl.file].source.outline().decls[decl.decl]
    }

    /// The text of this body's declaration.
    pub fn body_text(&self, id: BodyId) -> &[u8] {
        self.body_outline(id).span.slice(self.files[self.body_decl(id).file].source.text())
    }

    /// The line comments directly above this body's declaration, as they stand in the text; empty if there are none.
    pub fn comment_above(&self, id: BodyId) -> &[u8] {
        let source = &self.files[self.body_decl(id).file].source;
        let lines = source.lines();
        let line_at = |line| lines.line_span(source.text(), line);
        let end = lines.line(self.body_outline(id).span.start);
        let is_comment = |&line: &u32| line_at(line).slice(source.text()).starts_with(b"//");
        let first = (1..end).rev().take_while(is_comment).last();
        first.map_or(&[], |first| Span::new(line_at(first).start, line_at(end - 1).end).slice(source.text()))
    }

    /// The outline of an object's declaration, which may declare others too.
    pub fn object_outline(&self, object: &Object) -> &OutlineDecl {
        &self.files[object.file].source.outline().decls[object.decl]
    }

    /// The text of an object's declaration, which may declare others too.
    pub fn object_text(&self, object: &Object) -> &[u8] {
        self.object_outline(object).span.slice(self.files[object.file].source.text())
    }

    /// The tree of this body's declaration.
    pub fn body_ast(&self, id: BodyId) -> &Ast {
        let decl = self.body_decl(id);
        self.files[decl.file].source.body(decl.decl)
    }

    /// The body with every name resolved; parsed and resolved on first use.
    pub fn body(&self, id: BodyId) -> BodyCx<'_> {
        let decl = self.body_decl(id);
        let ast = self.body_ast(id);
        let info = decl.body.get_or_init(|| {
            stage::timed(Stage::Resolve, || Box::new(Checker::check_body(self, decl.file, ast)))
        });
        BodyCx { pkg: self, id, file: decl.file, ast, info }
    }

    /// The function type of a function or method, without its receiver.
    pub fn signature(&self, id: BodyId) -> TypeId {
        let decl = self.body_decl(id);
        if let Some(ty) = decl.signature.get() {
            return ty;
        }
        decl.signature.set(Some(self.types.unknown(Unknown::Cycle)));
        let ast = self.files[decl.file].source.decl(decl.decl);
        let ty = match ast.func() {
            Some(func) => Checker::for_types(self, decl.file, ast).func_decl_type(func),
            None => TypeId::UNKNOWN,
        };
        decl.signature.set(Some(ty));
        ty
    }

    /// The method `name` that `type_name` of this package declares with a receiver.
    pub fn method(&self, type_name: Symbol, name: Symbol) -> Option<BodyId> {
        self.methods.get(&type_name)?.get(&name).copied()
    }

    /// The methods that `type_name` of this package declares, in source order.
    pub fn methods_of(&self, type_name: Symbol) -> Vec<BodyId> {
        let mut methods: Vec<_> =
            self.methods.get(&type_name).into_iter().flat_map(|methods| methods.values().copied()).collect();
        methods.sort_unstable();
        methods
    }

    /// The import path that `name` stands for in a file.
    pub fn import(&self, file: usize, name: Symbol) -> Option<Symbol> {
        self.file_scopes[file].find(name, |path| self.clause(path))
    }

    /// The name in the package clause of another package, where that is at hand.
    pub(crate) fn clause(&self, path: Symbol) -> Option<Symbol> {
        foreign::embedded_name(path).or_else(|| Some(self.foreign(path)?.name()))
    }

    /// What is known of another package.
    pub(crate) fn foreign(&self, path: Symbol) -> Option<&Foreign> {
        if path == self.path { None } else { self.imported.find(path) }
    }

    /// Whether some file of the modules that this package is built with has one of these texts in it. All files are
    /// read, so this is for the moment before a finding.
    pub fn is_said_in_module(&self, texts: &[String]) -> bool {
        let finders: Vec<_> = texts.iter().map(Finder::new).collect();
        let mut is_found = |_, text: &[u8]| finders.iter().any(|finder| finder.find(text).is_some());
        self.imported.find_text(&mut is_found)
    }

    /// Whether the package is one of a module, whose other packages are at hand.
    pub(crate) fn is_in_module(&self) -> bool {
        self.imported.is_in_module()
    }

    /// Whether some file of those modules is what is looked for, tests included, or may be for all that can be read.
    pub(crate) fn may_be_in_module(&self, is_found: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.imported.may_find_text(is_found)
    }

    /// The other packages of the modules that this one is built with, with the bodies of their functions, in which some
    /// file imports this package and selects something of this name, tests left out; `None` where there are more than
    /// `max`. All files are read.
    pub fn packages_that_use(&self, name: Symbol, max: usize) -> Option<Vec<Rc<Self>>> {
        let (import, selector) = (format!("\"{}\"", self.path), format!(".{name}"));
        let (import, selector) = (Finder::new(&import), Finder::new(&selector));
        let uses = |text: &[u8]| import.find(text).is_some() && selector.find(text).is_some();
        let mut paths: Vec<Symbol> = Vec::new();
        let mut is_too_much = |path: Symbol, text: &[u8]| {
            if path != self.path && !paths.contains(&path) && uses(text) {
                paths.push(path);
            }
            max < paths.len()
        };
        if self.imported.find_text(&mut is_too_much) {
            return None;
        }
        paths.into_iter().map(|path| self.imported.load(path)).collect()
    }

    /// The other package that declares what a call calls, and the function or method there, where its body is at hand.
    pub fn body_elsewhere(&self, callee: &Callee) -> Option<(Rc<Self>, BodyId)> {
        let (pkg, recv, name) = match *callee {
            Callee::Func { pkg, name, body: None } => (pkg, None, name),
            Callee::Method { pkg, type_name, name, kind: MemberKind::ExternalMethod, .. } => {
                (pkg, Some(type_name), name)
            }
            _ => return None,
        };
        let package = self.imported.load(pkg)?;
        let body = match recv {
            Some(type_name) => package.method(type_name, name)?,
            None => match package.object(package.lookup(name)?).kind {
                ObjKind::Func(body) => body,
                _ => return None,
            },
        };
        Some((package, body))
    }

    /// What `pkg.name` is, in whatever package.
    pub(crate) fn kind_of(&self, pkg: Symbol, name: Symbol) -> Option<Kind> {
        if pkg == self.path {
            return Some(match self.object(self.lookup(name)?).kind {
                ObjKind::Const => Kind::Const,
                ObjKind::Var => Kind::Var,
                ObjKind::Type => Kind::Type,
                ObjKind::Func(_) => Kind::Func,
            });
        }
        Some(self.foreign(pkg)?.object(name)?.kind)
    }

    /// Whether a file is there for tests or to show something: its name says so, it imports `testing` or a library for
    /// tests, its package is named after them, as `testutil`, `mocks` and `e2e` are, or a folder on the way to it from the
    /// module's own is, as `test`, `e2e-runner` and `examples` are.
    pub fn is_for_tests(&self, file: usize) -> bool {
        let name = self.name.as_str();
        self.files[file].is_test
            || name.contains("test")
            || name.starts_with("e2e")
            || name.starts_with("mock")
            || self.folder.split('/').any(is_folder_for_tests)
            || self.import_paths(file).iter().any(|path| TEST_LIBRARIES.contains(&path.as_str()))
    }

    /// The import paths in a file.
    pub(crate) fn import_paths(&self, file: usize) -> &[Symbol] {
        &self.file_scopes[file].paths
    }

    /// Whether a file imports the package at `path`.
    pub fn imports(&self, file: usize, path: &str) -> bool {
        self.file_scopes[file].paths.iter().any(|&p| p == path)
    }

    /// The import whose package may be called `name`, where none is known to be.
    pub(crate) fn import_by_guess(&self, file: usize, name: Symbol) -> Option<Symbol> {
        self.file_scopes[file].guess(name, |path| self.clause(path))
    }

    pub(crate) fn dot_imports(&self, file: usize) -> &[Symbol] {
        &self.file_scopes[file].dots
    }

    /// The type of a package-level constant, variable or function; for a type, the type itself.
    pub fn object_type(&self, id: ObjId) -> TypeId {
        let memo = &self.object_types[id.0 as usize];
        if let Some(ty) = memo.get() {
            return ty;
        }
        memo.set(Some(self.types.unknown(Unknown::Cycle)));
        let object = *self.object(id);
        let ty = match object.kind {
            ObjKind::Func(body) => self.signature(body),
            ObjKind::Type => self.type_object(&object),
            ObjKind::Const | ObjKind::Var => self.value_type(&object),
        };
        memo.set(Some(ty));
        ty
    }

    fn type_object(&self, object: &Object) -> TypeId {
        let ast = self.decl_ast(object);
        match self.spec(object).map(|(spec, _)| ast.spec(spec)) {
            Some(Spec::Type { is_alias: true, type_params, ty, .. }) if type_params.is_empty() => {
                Checker::for_types(self, object.file, ast).type_expr(ty)
            }
            _ => self.types.intern(Type::Named { pkg: self.path, name: object.name, args: Rc::from([]) }),
        }
    }

    fn value_type(&self, object: &Object) -> TypeId {
        let head = self.files[object.file].source.variable_head(object.decl, object.name_span);
        if let Some(head) = head
            && let Some(&place) = spec_index(&head).get(&object.name_span.start)
        {
            return self.type_of_value(Checker::for_types(self, object.file, &head), &head, place);
        }
        let ast = self.decl_ast(object);
        let Some(place) = self.spec(object) else { return TypeId::UNKNOWN };
        self.type_of_value(Checker::for_types(self, object.file, ast), ast, place)
    }

    /// The type of a constant or variable, by its specification and its position among the names there.
    fn type_of_value<'p>(&'p self, mut checker: Checker<'p>, ast: &'p Ast, place: (SpecId, usize)) -> TypeId {
        let (spec, position) = place;
        let Spec::Value { ty, values, .. } = ast.spec(spec) else { return TypeId::UNKNOWN };
        if let Some(ty) = ty {
            return checker.type_expr(ty);
        }
        if matches!(ast.root, Decl::Gen { kind: GenKind::Const, .. }) {
            return match const_init(ast, place) {
                Some((Some(ty), _, _)) => checker.type_expr(ty),
                Some((None, value, _)) => checker.expr(value),
                None => TypeId::UNKNOWN,
            };
        }
        let values: Vec<_> = ast.list(values).collect();
        let ty = match (values.get(position), values.as_slice()) {
            (_, [single]) => checker.nth_result(*single, position),
            (Some(&value), _) => checker.expr(value),
            (None, _) => TypeId::UNKNOWN,
        };
        self.types.default_type(ty)
    }

    /// The value of an integer constant.
    pub fn const_int(&self, id: ObjId, depth: usize) -> Option<i128> {
        let object = *self.object(id);
        if object.kind != ObjKind::Const || MAX_DEPTH < depth {
            return None;
        }
        let (_, value, iota) = const_init(self.decl_ast(&object), self.spec(&object)?)?;
        let source = self.files[object.file].source.text();
        let lookup = |name: Symbol| match name.as_str() {
            "iota" => Some(i128::from(iota)),
            _ => self.const_int(self.lookup(name)?, depth + 1),
        };
        constant::int(self.decl_ast(&object), source, value, &lookup)
    }

    /// The tree of the declaration of an object.
    pub fn decl_ast(&self, object: &Object) -> &Ast {
        let source = &self.files[object.file].source;
        source.decl(object.decl)
    }

    /// The specification that declares an object, and the object's position among its names.
    pub fn spec(&self, object: &Object) -> Option<(SpecId, usize)> {
        let key = (object.file, object.decl);
        let cached = self.spec_indexes.borrow().get(&key).cloned();
        let index = cached.unwrap_or_else(|| {
            let index = Rc::new(spec_index(self.decl_ast(object)));
            self.spec_indexes.borrow_mut().insert(key, Rc::clone(&index));
            index
        });
        index.get(&object.name_span.start).copied()
    }

    /// The initial value of a package-level variable that has one of its own, with the tree it is in.
    pub fn var_init(&self, id: ObjId) -> Option<(&Ast, ExprId)> {
        let object = self.object(id);
        let ast = self.decl_ast(object);
        let (spec, position) = self.spec(object)?;
        match ast.spec(spec) {
            Spec::Value { values, .. } => ast.list(values).nth(position).map(|value| (ast, value)),
            Spec::Type { .. } => None,
        }
    }

    /// What stands behind the names of declared types: the first type on the way that is not declared.
    pub fn underlying(&self, ty: TypeId) -> TypeId {
        let mut current = ty;
        for _ in 0..MAX_DEPTH {
            let Type::Named { pkg, name, args } = self.types.get(current) else { return current };
            let Some(declared) = self.declared(pkg, name) else {
                return self.types.unknown(Unknown::OtherPackage);
            };
            current = self.instantiate(&declared.params, &args, declared.underlying);
        }
        self.types.unknown(Unknown::Cycle)
    }

    fn instantiate(&self, params: &[Symbol], args: &[TypeId], ty: TypeId) -> TypeId {
        if params.is_empty() {
            return ty;
        }
        let unknown = self.types.unknown(Unknown::Generic);
        let map: Vec<_> = params
            .iter()
            .enumerate()
            .map(|(index, &param)| (param, args.get(index).copied().unwrap_or(unknown)))
            .collect();
        self.substitute(ty, &map)
    }

    fn declared(&self, pkg: Symbol, name: Symbol) -> Option<Declared> {
        let key = (pkg, name);
        if let Some(known) = self.declared.borrow().get(&key) {
            return known.clone();
        }
        // Stands while the declaration is read, so that a type that contains itself ends here.
        self.declared.borrow_mut().insert(key, None);
        let found =
            if pkg == self.path { self.declared_here(name) } else { self.declared_elsewhere(pkg, name) };
        self.declared.borrow_mut().insert(key, found.clone());
        found
    }

    /// Makes a type that is declared in a function known under its unique name.
    pub(crate) fn declare_local_type(&self, name: Symbol, params: Rc<[Symbol]>, underlying: TypeId) {
        self.declared.borrow_mut().insert((self.path, name), Some(Declared { params, underlying }));
    }

    fn declared_here(&self, name: Symbol) -> Option<Declared> {
        let object = *self.object(self.lookup(name)?);
        let (spec, _) = self.spec(&object)?;
        let ast = self.decl_ast(&object);
        let Spec::Type { type_params, ty, .. } = ast.spec(spec) else { return None };
        let mut checker = Checker::for_types(self, object.file, ast);
        let params = checker.declare_type_params(type_params);
        Some(Declared { params, underlying: checker.type_expr(ty) })
    }

    fn declared_elsewhere(&self, pkg: Symbol, name: Symbol) -> Option<Declared> {
        if pkg.as_str().is_empty() {
            return (name == "error").then(|| self.error_interface());
        }
        let foreign = self.foreign(pkg)?;
        let object = foreign.object(name)?;
        let ast = foreign.ast(object);
        let Spec::Type { type_params, ty, .. } = ast.spec(object.spec(ast)?.0) else { return None };
        let mut checker = Checker::for_foreign(self, foreign, object.file, ast);
        let params = checker.declare_type_params(type_params);
        Some(Declared { params, underlying: checker.type_expr(ty) })
    }

    fn error_interface(&self) -> Declared {
        let sig = Signature {
            params: Rc::from([]),
            results: Rc::from([TypeId::STRING]),
            is_variadic: false,
            type_params: Rc::from([]),
            cores: Rc::from([]),
        };
        let methods = Rc::from([(Symbol::new("Error"), self.types.intern(Type::Func(sig)))]);
        let underlying = self.types.intern(Type::Interface { methods, embedded: Rc::from([]) });
        Declared { params: Rc::from([]), underlying }
    }

    /// The type of `pkg.name`, in whatever package; for a type, the type itself.
    pub(crate) fn external_type(&self, pkg: Symbol, name: Symbol) -> Option<TypeId> {
        if pkg == self.path {
            return Some(self.object_type(self.lookup(name)?));
        }
        if let Some(&ty) = self.foreign_types.borrow().get(&(pkg, name)) {
            return Some(ty);
        }
        let foreign = self.foreign(pkg)?;
        let object = foreign.object(name)?;
        self.foreign_types.borrow_mut().insert((pkg, name), self.types.unknown(Unknown::Cycle));
        let ty = self.foreign_type(foreign, object, name).unwrap_or(TypeId::UNKNOWN);
        self.foreign_types.borrow_mut().insert((pkg, name), ty);
        Some(ty)
    }

    fn foreign_type(&self, foreign: &Foreign, object: ForeignObject, name: Symbol) -> Option<TypeId> {
        let ast = foreign.ast(object);
        let mut checker = Checker::for_foreign(self, foreign, object.file, ast);
        if object.kind == Kind::Func {
            return Some(checker.func_decl_type(ast.func()?));
        }
        let place = object.spec(ast)?;
        Some(match ast.spec(place.0) {
            Spec::Type { is_alias: true, type_params, ty, .. } if type_params.is_empty() => {
                checker.type_expr(ty)
            }
            Spec::Type { .. } => self.types.named(foreign.path().as_str(), name.as_str()),
            Spec::Value { .. } => self.type_of_value(checker, ast, place),
        })
    }

    /// The type parameters of `pkg.type_name` and the function type of its method `name`.
    fn foreign_method(&self, pkg: Symbol, type_name: Symbol, name: Symbol) -> Option<(Rc<[Symbol]>, TypeId)> {
        let foreign = self.foreign(pkg)?;
        let (file, ast) = foreign.method(type_name, name)?;
        let func = ast.func()?;
        let params = crate::check::receiver_type_params(ast, func);
        Some((params, Checker::for_foreign(self, foreign, file, ast).func_decl_type(func)))
    }

    /// Replaces type parameters.
    pub fn substitute(&self, ty: TypeId, map: &[(Symbol, TypeId)]) -> TypeId {
        if map.is_empty() {
            return ty;
        }
        let all = |ids: &[TypeId]| ids.iter().map(|&id| self.substitute(id, map)).collect::<Rc<[TypeId]>>();
        let new = match self.types.get(ty) {
            Type::TypeParam(name) => {
                return map.iter().find(|(param, _)| *param == name).map_or(ty, |&(_, arg)| arg);
            }
            Type::Pointer(elem) => Type::Pointer(self.substitute(elem, map)),
            Type::Slice(elem) => Type::Slice(self.substitute(elem, map)),
            Type::Array(elem) => Type::Array(self.substitute(elem, map)),
            Type::Chan(dir, elem) => Type::Chan(dir, self.substitute(elem, map)),
            Type::Map(key, value) => Type::Map(self.substitute(key, map), self.substitute(value, map)),
            Type::Tuple(items) => Type::Tuple(all(&items)),
            Type::Named { pkg, name, args } if !args.is_empty() => {
                Type::Named { pkg, name, args: all(&args) }
            }
            Type::Func(sig) => {
                Type::Func(Signature { params: all(&sig.params), results: all(&sig.results), ..sig })
            }
            Type::Struct(fields) => Type::Struct(
                fields
                    .iter()
                    .map(|field| crate::types::StructField {
                        ty: self.substitute(field.ty, map),
                        ..field.clone()
                    })
                    .collect(),
            ),
            Type::Interface { methods, embedded } => Type::Interface {
                methods: methods.iter().map(|&(name, ty)| (name, self.substitute(ty, map))).collect(),
                embedded: all(&embedded),
            },
            Type::Unknown(_) | Type::Basic(_) | Type::Untyped(_) | Type::Named { .. } | Type::Nil => {
                return ty;
            }
        };
        self.types.intern(new)
    }

    /// The field or method `name` of a type or of what it points to, promoted ones included, shallowest first.
    ///
    /// # Errors
    /// Why it is not known, which is [`Unknown::Member`] where all types on the way are known and have none.
    pub fn member(&self, ty: TypeId, name: Symbol) -> Result<Member, Unknown> {
        let mut level: Vec<(TypeId, Rc<[Symbol]>)> = vec![(ty, Rc::from([]))];
        let mut reason = Unknown::Member;
        for _ in 0..MAX_DEPTH {
            let mut next = Vec::new();
            for (ty, path) in level {
                let base = self.types.deref(ty);
                let underlying = self.underlying(base);
                if let Some(member) = self.direct_member(base, underlying, name, &path) {
                    return Ok(member);
                }
                match self.types.get(underlying) {
                    Type::Unknown(why) => reason = why,
                    Type::TypeParam(_) => reason = Unknown::Generic,
                    Type::Struct(fields) => {
                        next.extend(fields.iter().filter(|f| f.is_embedded).map(|field| {
                            let path = path.iter().copied().chain([field.name]).collect();
                            (field.ty, path)
                        }));
                    }
                    Type::Interface { embedded, .. } => {
                        next.extend(embedded.iter().map(|&ty| (ty, Rc::clone(&path))));
                    }
                    _ => {}
                }
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
        Err(reason)
    }

    fn direct_member(
        &self,
        base: TypeId,
        underlying: TypeId,
        name: Symbol,
        path: &Rc<[Symbol]>,
    ) -> Option<Member> {
        let member = |ty, kind| Member { owner: base, name, ty, kind, path: Rc::clone(path) };
        if let Type::Named { pkg, name: type_name, args } = self.types.get(base) {
            // An unexported name of another package is another name.
            if pkg != self.path && !name.is_exported() {
                return None;
            }
            if pkg == self.path {
                if let Some(body) = self.method(type_name, name) {
                    let params = self.receiver_type_params(body);
                    let ty = self.instantiate(&params, &args, self.signature(body));
                    return Some(member(ty, MemberKind::Method(body)));
                }
            } else if let Some((params, ty)) = self.foreign_method(pkg, type_name, name) {
                let ty = self.instantiate(&params, &args, ty);
                return Some(member(ty, MemberKind::ExternalMethod));
            }
        }
        match self.types.get(underlying) {
            Type::Struct(fields) => fields
                .iter()
                .find(|field| field.name == name)
                .map(|field| member(field.ty, MemberKind::Field)),
            Type::Interface { methods, .. } => methods
                .iter()
                .find(|(method, _)| *method == name)
                .map(|&(_, ty)| member(ty, MemberKind::InterfaceMethod)),
            _ => None,
        }
    }

    /// The names that a method's receiver gives to the type's parameters.
    fn receiver_type_params(&self, body: BodyId) -> Rc<[Symbol]> {
        let decl = self.body_decl(body);
        let ast = self.files[decl.file].source.decl(decl.decl);
        ast.func().map_or_else(|| Rc::from([]), |func| crate::check::receiver_type_params(ast, func))
    }
}

fn spec_index(ast: &Ast) -> SpecIndex {
    let mut index = SpecIndex::default();
    let Decl::Gen { specs, .. } = ast.root else { return index };
    for spec in ast.list(specs) {
        match ast.spec(spec) {
            Spec::Type { name, .. } => {
                index.insert(ast.expr_span(name).start, (spec, 0));
            }
            Spec::Value { names, .. } => {
                for (position, name) in ast.list(names).enumerate() {
                    index.insert(ast.expr_span(name).start, (spec, position));
                }
            }
        }
    }
    index
}

/// The type, value and `iota` of a constant, which repeats the last specification that has a value.
fn const_init(ast: &Ast, (own, position): (SpecId, usize)) -> Option<(Option<ExprId>, ExprId, u32)> {
    let Decl::Gen { specs, .. } = ast.root else { return None };
    let Spec::Value { iota: own_iota, .. } = ast.spec(own) else { return None };
    let mut init = None;
    for spec in ast.list(specs) {
        if let Spec::Value { ty, values, .. } = ast.spec(spec)
            && !values.is_empty()
        {
            init = Some((ty, values));
        }
        if spec == own {
            break;
        }
    }
    let (ty, values) = init?;
    let value = ast.list(values).nth(position)?;
    Some((ty, value, own_iota))
}

/// Whether a declaration of this kind declares variables or constants.
pub(crate) const fn declares_values(kind: GenKind) -> bool {
    matches!(kind, GenKind::Const | GenKind::Var)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_tests_is_known_outside_of_test_files() {
        let is_support = |text: &str| {
            let source = SourceFile::new(text.as_bytes().to_vec());
            let name = source.outline().package.map_or_else(|| Symbol::new("p"), |(name, _)| name);
            let lang = LangVersion::NEWEST;
            let file = PackageFile { source, lang, is_test: false, is_reported: true };
            Package::new(name, name, vec![file]).is_for_tests(0)
        };
        for (folder, is_it) in [
            ("test/mock-idp", true),
            ("e2e", true),
            ("cmd/load_test/report", true),
            ("examples/chat", true),
            ("", false),
            ("internal/contest/latest", false),
            ("pkg/testament", false),
        ] {
            assert_eq!(folder.split('/').any(is_folder_for_tests), is_it, "{folder}");
        }
        assert!(is_support("package p\n\nimport \"testing\"\n"));
        assert!(is_support("package testutil\n"));
        assert!(is_support("package e2eutil\n"));
        assert!(!is_support("package server\n\nimport \"net/http\"\n"));
    }
}
