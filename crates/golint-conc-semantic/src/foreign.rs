//! Packages of which only declarations are read: the standard library, and a few others that concurrent code leans on.
//!
//! Their declarations are embedded as Go text without bodies and go through the same front end as everything else: a
//! package is outlined at its first use, a declaration parsed at its first use.

use std::sync::OnceLock;

use golint_conc_syntax::ast::{Ast, Decl, Spec};
use golint_conc_syntax::{DeclKind, SourceFile, Symbol};
use rustc_hash::FxHashMap;

use crate::imports;

/// Written by `cargo xtask stdlib`.
const STD: &str = include_str!("stdlib/std.go.txt");

/// Packages outside of the standard library, written by hand from their documentation.
const OTHERS: &str = include_str!("stdlib/others.go.txt");

/// What an object of another package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Const,
    Var,
    Type,
    Func,
}

/// A package known by its declarations.
#[derive(Debug)]
pub(crate) struct Foreign {
    pub(crate) path: Symbol,
    source: SourceFile,
    objects: FxHashMap<Symbol, (Kind, usize)>,
    methods: FxHashMap<(Symbol, Symbol), usize>,
    imports: FxHashMap<Symbol, Symbol>,
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

/// The package at an import path.
pub(crate) fn package(path: Symbol) -> Option<&'static Foreign> {
    let (text, package) = index().get(path.as_str())?;
    Some(package.get_or_init(|| Foreign::new(path, text)))
}

/// The name in the package clause of the package at `path`, without reading the package.
pub(crate) fn package_name(path: Symbol) -> Option<Symbol> {
    let (text, _) = index().get(path.as_str())?;
    let head = text.strip_prefix("package ")?;
    Some(Symbol::new(head.split(' ').next()?))
}

/// Whether `path` is an import path of the standard library, as the go command sees it: its first element has no dot.
pub fn is_std(path: &str) -> bool {
    index().contains_key(path) && !path.split('/').next().is_some_and(|first| first.contains('.'))
}

/// What `pkg.name` is.
pub(crate) fn kind(pkg: Symbol, name: Symbol) -> Option<Kind> {
    package(pkg)?.objects.get(&name).map(|&(kind, _)| kind)
}

impl Foreign {
    fn new(path: Symbol, text: &str) -> Self {
        let source = SourceFile::new(text.as_bytes().to_vec());
        let outline = source.outline();
        let (mut objects, mut methods) = (FxHashMap::default(), FxHashMap::default());
        for (index, decl) in outline.decls.iter().enumerate() {
            let Some(&(first, _)) = decl.names.first() else { continue };
            let kind = match decl.kind {
                DeclKind::Method => {
                    if let Some(recv) = decl.recv {
                        methods.insert((recv.ty, first), index);
                    }
                    continue;
                }
                DeclKind::Func => Kind::Func,
                DeclKind::Const => Kind::Const,
                DeclKind::Var => Kind::Var,
                DeclKind::Type => Kind::Type,
            };
            objects.insert(first, (kind, index));
        }
        let imports = outline
            .imports
            .iter()
            .map(|import| {
                let name = package_name(import.path);
                (name.unwrap_or_else(|| Symbol::new(imports::guess_name(import.path.as_str()))), import.path)
            })
            .collect();
        Self { path, source, objects, methods, imports }
    }

    pub(crate) fn import(&self, name: Symbol) -> Option<Symbol> {
        self.imports.get(&name).copied()
    }

    /// The declaration of an object.
    pub(crate) fn decl(&self, name: Symbol) -> Option<(Kind, &Ast)> {
        let &(kind, index) = self.objects.get(&name)?;
        Some((kind, self.source.decl(index)))
    }

    /// The declaration of a method.
    pub(crate) fn method(&self, type_name: Symbol, name: Symbol) -> Option<&Ast> {
        let &index = self.methods.get(&(type_name, name))?;
        Some(self.source.decl(index))
    }
}

/// The only specification of a declaration that is not a function.
pub(crate) fn single_spec(ast: &Ast) -> Option<Spec> {
    match ast.root {
        Decl::Gen { specs, .. } => ast.list(specs).next().map(|spec| ast.spec(spec)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_parses() {
        let paths: std::collections::BTreeSet<&str> = index().keys().copied().collect();
        for path in paths {
            let package = package(Symbol::new(path)).expect("listed");
            for (position, decl) in package.source.outline().decls.iter().enumerate() {
                let ast = package.source.decl(position);
                assert!(
                    !ast.is_opaque,
                    "{path}: {:?}",
                    decl.span.slice(package.source.text()).escape_ascii().to_string()
                );
            }
        }
    }

    #[test]
    fn the_names_of_packages_come_from_their_clauses() {
        assert_eq!(package_name(Symbol::new("math/rand/v2")), Some(Symbol::new("rand")));
        assert_eq!(package_name(Symbol::new("golang.org/x/sync/errgroup")), Some(Symbol::new("errgroup")));
        assert!(is_std("net/http") && !is_std("golang.org/x/sync/errgroup"));
    }
}
