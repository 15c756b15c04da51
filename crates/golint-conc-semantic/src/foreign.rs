//! Packages of which only declarations are read.
//!
//! Those of the standard library, and a few others that concurrent code leans on, are embedded as Go text without
//! bodies; the module's other packages, and those it depends on, come from an [`Importer`] as files. All go through the
//! same front end as the package under analysis: a declaration is parsed at its first use.

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use elsa::FrozenMap;
use golint_conc_syntax::ast::{Ast, Decl, ExprId, Spec};
use golint_conc_syntax::{DeclKind, OutlineDecl, SourceFile, Span, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::imports::FileScope;
use crate::locks::LOCK_TYPES;
use crate::package::Package;

/// Written by `cargo xtask stdlib`.
const STD: &str = include_str!("stdlib/std.go.txt");

/// Packages outside of the standard library, written by hand from their documentation.
const OTHERS: &str = include_str!("stdlib/others.go.txt");

/// Where the declarations of other packages come from.
pub trait Importer: Debug {
    /// The package that an import path stands for in the package under analysis, and in those that it imports; none
    /// where its files are not at hand.
    fn import(&self, path: Symbol) -> Option<Arc<Foreign>>;

    /// The same package with the bodies of its functions, so that calls can be followed into it; none where that is
    /// not wanted. What it imports comes from the same places.
    fn load(&self, path: Symbol) -> Option<Rc<Package>>;

    /// Shows the text of each file of the modules under analysis that is no test, with the import path of its package,
    /// until one is found: one that makes `is_found` say so.
    fn find_text(&self, is_found: &mut dyn FnMut(Symbol, &[u8]) -> bool) -> bool;

    /// Whether some file of the modules under analysis, tests included, is one that makes `is_found` say so, or may be:
    /// there are modules below theirs, which are not read.
    fn may_find_text(&self, is_found: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

/// The packages that one package asked for.
#[derive(Default)]
pub(crate) struct Imported {
    importer: Option<Rc<dyn Importer>>,
    present: FrozenMap<Symbol, Arc<Foreign>>,
    absent: RefCell<FxHashSet<Symbol>>,
}

impl Imported {
    pub(crate) fn new(importer: Option<Rc<dyn Importer>>) -> Self {
        Self { importer, ..Self::default() }
    }

    /// What is known of the package at an import path.
    pub(crate) fn find(&self, path: Symbol) -> Option<&Foreign> {
        if let Some(known) = embedded(path).or_else(|| self.present.get(&path)) {
            return Some(known);
        }
        let importer = self.importer.as_ref()?;
        if self.absent.borrow().contains(&path) {
            return None;
        }
        let Some(found) = importer.import(path) else {
            self.absent.borrow_mut().insert(path);
            return None;
        };
        Some(self.present.insert(path, found))
    }

    /// Whether a file of the modules under analysis is what is looked for.
    pub(crate) fn find_text(&self, is_found: &mut dyn FnMut(Symbol, &[u8]) -> bool) -> bool {
        self.importer.as_ref().is_some_and(|importer| importer.find_text(is_found))
    }

    /// Like [`Imported::find_text`], with tests; also where there is nobody to ask.
    pub(crate) fn may_find_text(&self, is_found: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.importer.as_ref().is_none_or(|importer| importer.may_find_text(is_found))
    }

    /// Whether there are other packages to ask for.
    pub(crate) fn is_in_module(&self) -> bool {
        self.importer.is_some()
    }

    /// The package at an import path with the bodies of its functions.
    pub(crate) fn load(&self, path: Symbol) -> Option<Rc<Package>> {
        if embedded(path).is_some() { None } else { self.importer.as_ref()?.load(path) }
    }
}

impl Debug for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imported").field("importer", &self.importer).finish_non_exhaustive()
    }
}

/// What an object of another package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Const,
    Var,
    Type,
    Func,
}

/// An object of another package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForeignObject {
    pub(crate) kind: Kind,
    pub(crate) file: usize,
    decl: usize,
    name: Span,
}

/// A package known by its declarations.
#[derive(Debug)]
pub struct Foreign {
    path: Symbol,
    name: Symbol,
    files: Vec<(SourceFile, FileScope)>,
    objects: FxHashMap<Symbol, ForeignObject>,
    methods: FxHashMap<(Symbol, Symbol), (usize, usize)>,
    lock_names: OnceLock<LockNames>,
}

/// Names that have to do with locks, as far as the texts of declarations tell.
#[derive(Debug, Default)]
pub(crate) struct LockNames {
    /// Exported types that may carry a lock.
    pub(crate) types: Vec<Symbol>,
    /// Exported functions and methods, with such types among the words of their results.
    pub(crate) makers: Vec<(Symbol, Symbol)>,
}

type Index = FxHashMap<&'static str, (&'static str, OnceLock<Foreign>)>;

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::default();
        for text in [STD, OTHERS] {
            let starts: Vec<_> =
                text.match_indices("\npackage ").map(|(at, _)| at + 1).chain([text.len()]).collect();
            for pair in starts.windows(2) {
                let chunk = &text[pair[0]..pair[1]];
                let head = chunk.lines().next().unwrap_or_default();
                if let Some((_, path)) = head.split_once(" // ") {
                    index.insert(path, (chunk, OnceLock::new()));
                }
            }
        }
        index
    })
}

/// The embedded package at an import path.
pub(crate) fn embedded(path: Symbol) -> Option<&'static Foreign> {
    let (text, package) = index().get(path.as_str())?;
    let read = || Foreign::new(path, vec![SourceFile::new(text.as_bytes().to_vec())]);
    Some(package.get_or_init(read))
}

/// The name in the package clause of the embedded package at `path`, without reading the package.
pub(crate) fn embedded_name(path: Symbol) -> Option<Symbol> {
    let (text, _) = index().get(path.as_str())?;
    let head = text.strip_prefix("package ")?;
    Some(Symbol::new(head.split(' ').next()?))
}

/// Whether `path` is an import path of the standard library, as the go command sees it: its first element has no dot.
pub fn is_std(path: &str) -> bool {
    index().contains_key(path) && !path.split('/').next().is_some_and(|first| first.contains('.'))
}

impl Foreign {
    /// The package at an import path, from its files.
    pub fn new(path: Symbol, files: Vec<SourceFile>) -> Self {
        let name = files.first().and_then(|source| source.outline().package);
        let (mut objects, mut methods) = (FxHashMap::default(), FxHashMap::default());
        for (file, source) in files.iter().enumerate() {
            for (decl, outline) in source.outline().decls.iter().enumerate() {
                let kind = match (outline.kind, outline.recv, outline.names.first()) {
                    (DeclKind::Method, Some(recv), Some(&(name, _))) => {
                        methods.entry((recv.ty, name)).or_insert((file, decl));
                        continue;
                    }
                    (DeclKind::Method, ..) => continue,
                    (DeclKind::Func, ..) => Kind::Func,
                    (DeclKind::Const, ..) => Kind::Const,
                    (DeclKind::Var, ..) => Kind::Var,
                    (DeclKind::Type, ..) => Kind::Type,
                };
                for &(name, span) in &outline.names {
                    objects.entry(name).or_insert(ForeignObject { kind, file, decl, name: span });
                }
            }
        }
        let files: Vec<_> =
            files.into_iter().map(|source| (FileScope::new(&source), source)).map(|(s, f)| (f, s)).collect();
        Self {
            path,
            name: name.map_or(path, |(name, _)| name),
            files,
            objects,
            methods,
            lock_names: OnceLock::new(),
        }
    }

    /// The import path.
    pub fn path(&self) -> Symbol {
        self.path
    }

    /// The name in the package clauses.
    pub fn name(&self) -> Symbol {
        self.name
    }

    /// What the imports of a file say.
    pub(crate) fn scope(&self, file: usize) -> &FileScope {
        &self.files[file].1
    }

    /// The object of this name.
    pub(crate) fn object(&self, name: Symbol) -> Option<ForeignObject> {
        self.objects.get(&name).copied()
    }

    /// The tree of an object's declaration, which may declare others too.
    pub(crate) fn ast(&self, object: ForeignObject) -> &Ast {
        self.files[object.file].0.decl(object.decl)
    }

    /// The exported types that may carry a lock, which name a type of `sync` or such or a type that may, and what may
    /// return them.
    pub(crate) fn lock_names(&self) -> &LockNames {
        self.lock_names.get_or_init(|| self.find_lock_names())
    }

    fn find_lock_names(&self) -> LockNames {
        let decls = || {
            let all = self.files.iter().flat_map(|(source, _)| {
                source.outline().decls.iter().map(|decl| (decl, decl.span.slice(source.text())))
            });
            all.filter(|(decl, _)| !decl.names.is_empty())
        };
        let names = |(decl, _): &(&OutlineDecl, &[u8])| -> Vec<Symbol> {
            decl.names.iter().map(|&(name, _)| name).collect()
        };
        let mut known: FxHashSet<&[u8]> =
            LOCK_TYPES.iter().flat_map(|(_, types)| *types).map(|name| name.as_bytes()).collect();
        let mut rest: Vec<_> = decls().filter(|(decl, _)| decl.kind == DeclKind::Type).collect();
        let mut types = Vec::new();
        loop {
            let (new, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|decl| {
                words(decl.1).any(|word| known.contains(word))
                    || names(decl).into_iter().any(|name| self.is_locker(name))
            });
            rest = others;
            if new.is_empty() {
                break;
            }
            let new: Vec<_> = new.iter().flat_map(names).collect();
            known.extend(new.iter().map(|name| name.as_str().as_bytes()));
            types.extend(new);
        }
        let may_carry: FxHashSet<Symbol> = types.iter().copied().filter(|name| name.is_exported()).collect();
        let mut makers = Vec::new();
        let sources = self.files.iter().filter(|_| !may_carry.is_empty()).map(|(source, _)| source);
        for (decl, results) in sources
            .flat_map(|source| source.outline().decls.iter().map(|decl| (decl, decl.results(source.text()))))
        {
            let made = words(results).filter_map(|word| std::str::from_utf8(word).ok());
            let made = made.filter(|word| word.starts_with(char::is_uppercase)).map(Symbol::new);
            for made in made.filter(|made| may_carry.contains(made)) {
                makers.extend(decl.names.iter().map(|&(name, _)| (name, made)));
            }
        }
        makers.retain(|(name, _)| name.is_exported());
        types.retain(|name| name.is_exported());
        types.sort_unstable_by_key(|name| name.as_str());
        types.dedup();
        LockNames { types, makers }
    }

    /// Whether pointers to a type have methods `Lock()` and `Unlock()`.
    pub(crate) fn is_locker(&self, type_name: Symbol) -> bool {
        ["Lock", "Unlock"].iter().all(|method| {
            let Some(&(file, decl)) = self.methods.get(&(type_name, Symbol::new(method))) else {
                return false;
            };
            let (source, _) = &self.files[file];
            let outline = &source.outline().decls[decl];
            let head = outline.signature.slice(source.text()).trim_ascii_end();
            outline.recv.is_some_and(|recv| recv.is_pointer) && head.ends_with(b"()")
        })
    }

    /// The declaration of a method, and the file it is in.
    pub(crate) fn method(&self, type_name: Symbol, name: Symbol) -> Option<(usize, &Ast)> {
        let &(file, decl) = self.methods.get(&(type_name, name))?;
        Some((file, self.files[file].0.decl(decl)))
    }
}

/// The identifiers and keywords in a text.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte < 0x80)
}

impl ForeignObject {
    /// The specification that declares the object, and its position among the names there.
    pub(crate) fn spec(self, ast: &Ast) -> Option<(golint_conc_syntax::ast::SpecId, usize)> {
        let Decl::Gen { specs, .. } = ast.root else { return None };
        let is_own = |ident: ExprId| ast.expr_span(ident).start == self.name.start;
        ast.list(specs).find_map(|spec| match ast.spec(spec) {
            Spec::Type { name, .. } => is_own(name).then_some((spec, 0)),
            Spec::Value { names, .. } => ast.list(names).position(is_own).map(|position| (spec, position)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_parses() {
        let paths: std::collections::BTreeSet<&str> = index().keys().copied().collect();
        for path in paths {
            let package = embedded(Symbol::new(path)).expect("listed");
            let source = &package.files[0].0;
            for (position, decl) in source.outline().decls.iter().enumerate() {
                let ast = source.decl(position);
                assert!(
                    !ast.is_opaque,
                    "{path}: {:?}",
                    decl.span.slice(source.text()).escape_ascii().to_string()
                );
            }
        }
    }

    #[test]
    fn the_names_of_packages_come_from_their_clauses() {
        assert_eq!(embedded_name(Symbol::new("math/rand/v2")), Some(Symbol::new("rand")));
        assert_eq!(embedded_name(Symbol::new("golang.org/x/sync/errgroup")), Some(Symbol::new("errgroup")));
        assert!(is_std("net/http") && !is_std("golang.org/x/sync/errgroup"));
    }
}
