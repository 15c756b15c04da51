//! The packages that those under analysis import: where their folders are, and what they declare.
//!
//! As the go command finds them, but on disk alone: the module's other packages, those of the workspace, `vendor`,
//! replacements, and the module cache. What is not there is no error; types from it are unknown.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use golint_conc_semantic::build::{BuildContext, FileConstraint, Replace};
use golint_conc_semantic::{Foreign, Importer};
use golint_conc_syntax::{SourceFile, Symbol};

use super::{Module, Workspace, folder, is_file, walk};
use crate::host;

/// What one thread computes and others wait for.
type Once<T> = Arc<OnceLock<Option<T>>>;

/// The folder of a package, its import path, and whether its test files belong to it.
type PackageKey = (PathBuf, Symbol, bool);

/// The declarations of packages that others import, each read once a run.
#[derive(Debug)]
pub struct Dependencies {
    build: BuildContext,
    workspace: Option<Arc<Workspace>>,
    /// Where the go command keeps the modules that it downloaded.
    cache: Option<PathBuf>,
    /// Folders, by the importing module's folder and the import path.
    dirs: Mutex<HashMap<(PathBuf, Symbol), Once<PathBuf>>>,
    packages: Mutex<HashMap<PackageKey, Once<Arc<Foreign>>>>,
}

/// Imports for one package under analysis.
#[derive(Debug)]
pub(super) struct Importing {
    pub(super) dependencies: Arc<Dependencies>,
    pub(super) module: Arc<Module>,
    /// The package that an external test tests: it is imported together with its own test files.
    pub(super) tested: Option<Symbol>,
}

impl Importer for Importing {
    fn import(&self, path: Symbol) -> Option<Arc<Foreign>> {
        self.dependencies.find(&self.module, path, self.tested == Some(path))
    }
}

impl Dependencies {
    /// Nothing read yet. `build` decides which files count.
    pub fn new(build: BuildContext, workspace: Option<Arc<Workspace>>) -> Arc<Self> {
        let cache = host::env("GOMODCACHE").map(PathBuf::from).or_else(|| {
            let gopath = std::env::var_os("GOPATH").filter(|value| !value.is_empty());
            let first = gopath.and_then(|value| std::env::split_paths(&value).next());
            Some(first.or_else(|| Some(std::env::home_dir()?.join("go")))?.join("pkg/mod"))
        });
        let cache = cache.filter(|dir| dir.is_dir());
        Arc::new(Self { build, workspace, cache, dirs: Mutex::default(), packages: Mutex::default() })
    }

    fn find(&self, module: &Module, path: Symbol, with_tests: bool) -> Option<Arc<Foreign>> {
        let slot = once(&self.dirs, (module.dir.clone(), path));
        let dir = slot.get_or_init(|| self.dir_of(module, path.as_str())).clone()?;
        let slot = once(&self.packages, (dir.clone(), path, with_tests));
        slot.get_or_init(|| self.read(&dir, path, with_tests).map(Arc::new)).clone()
    }

    /// The modules that are built together with one: itself first.
    fn main_modules<'a>(&'a self, module: &'a Module) -> impl Iterator<Item = &'a Module> {
        let others = self.workspace.iter().flat_map(|workspace| &workspace.modules).map(|member| &**member);
        let is_member = others.clone().any(|member| member.dir == module.dir);
        let others = others.filter(move |member| is_member && member.dir != module.dir);
        std::iter::once(module).chain(others)
    }

    fn dir_of(&self, module: &Module, path: &str) -> Option<PathBuf> {
        if path == "C" || path.split('/').any(|element| matches!(element, "" | "." | "..")) {
            return None;
        }
        let own = self.main_modules(module).filter_map(|main| {
            let rest = match main.file.module.as_deref() {
                None | Some("std") => path,
                Some(of_module) => below(path, of_module)?,
            };
            Some((rest, main))
        });
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|(rest, _)| rest.len());
        own.into_iter()
            .find_map(|(rest, main)| in_module(&main.dir, rest))
            .or_else(|| self.vendored(module, path))
            .or_else(|| self.replaced(module, path))
            .or_else(|| self.required(module, path))
    }

    fn vendored(&self, module: &Module, path: &str) -> Option<PathBuf> {
        let workspace = self.workspace.iter().map(|workspace| &workspace.dir);
        let mut roots = workspace.chain([&module.dir]);
        roots.find_map(|root| existing(root.join("vendor").join(path)))
    }

    fn replaced(&self, module: &Module, path: &str) -> Option<PathBuf> {
        let of_workspace =
            self.workspace.iter().flat_map(|ws| ws.replace.iter().map(|replace| (&ws.dir, replace)));
        let of_modules =
            self.main_modules(module).flat_map(|main| main.file.replace.iter().map(|r| (&main.dir, r)));
        let mut found: Vec<_> = of_workspace
            .chain(of_modules)
            .filter_map(|(dir, replace)| Some((below(path, &replace.old)?, dir, replace)))
            .collect();
        found.sort_by_key(|(rest, ..)| rest.len());
        found.into_iter().find_map(|(rest, dir, Replace { new, new_version, .. })| match new_version {
            Some(version) => self.cached(new, version, rest),
            None => in_module(&dir.join(new), rest),
        })
    }

    fn required(&self, module: &Module, path: &str) -> Option<PathBuf> {
        let required = self.main_modules(module).flat_map(|main| &main.file.require);
        let mut found: Vec<_> =
            required.filter_map(|(old, version)| Some((below(path, old)?, old, version))).collect();
        found.sort_by_key(|(rest, ..)| rest.len());
        found.into_iter().find_map(|(rest, old, version)| self.cached(old, version, rest))
    }

    fn cached(&self, module: &str, version: &str, rest: &str) -> Option<PathBuf> {
        let root = format!("{}@{}", escaped(module), escaped(version));
        existing(self.cache.as_ref()?.join(root).join(rest))
    }

    /// What the files of a folder declare; none where there are none for this build. Nothing is said of what is wrong
    /// with them: they are not under analysis.
    fn read(&self, dir: &Path, path: Symbol, with_tests: bool) -> Option<Foreign> {
        let (mut names, _) = walk::list(dir, "").ok()?;
        names.sort();
        let mut by_clause: BTreeMap<&str, Vec<SourceFile>> = BTreeMap::new();
        for name in names {
            let is_test = name.ends_with("_test.go");
            if (is_test && !with_tests) || !self.build.admits_name(&name) {
                continue;
            }
            let Ok(Some(text)) = folder::read_text(&dir.join(&name), &name) else { continue };
            let constraint = FileConstraint::of_file(&text).unwrap_or_default().constraint;
            if constraint.is_some_and(|expr| !self.build.admits(&expr)) {
                continue;
            }
            let source = SourceFile::new(text);
            let Some((clause, _)) = source.outline().package else { continue };
            let needs_cgo = source.outline().imports.iter().any(|import| import.path == "C");
            let is_external_test = is_test && clause.as_str().ends_with("_test");
            if clause == "documentation" || is_external_test || (needs_cgo && !self.build.cgo) {
                continue;
            }
            by_clause.entry(clause.as_str()).or_default().push(SourceFile::new(source.without_bodies()));
        }
        let files = by_clause.into_values().rev().max_by_key(Vec::len)?;
        Some(Foreign::new(path, files))
    }
}

/// The one slot for a key.
fn once<K: std::hash::Hash + Eq, T>(map: &Mutex<HashMap<K, Once<T>>>, key: K) -> Once<T> {
    let mut map: MutexGuard<'_, _> = map.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(map.entry(key).or_default())
}

/// What an import path has behind the path of its module; empty for the module's root.
fn below<'a>(path: &'a str, module: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(module)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The folder of a package in a module, unless another module begins on the way.
fn in_module(root: &Path, rest: &str) -> Option<PathBuf> {
    let dir = existing(root.join(rest))?;
    let is_nested = dir
        .ancestors()
        .take_while(|&above| above != root)
        .take(rest.split('/').filter(|element| !element.is_empty()).count())
        .any(|above| is_file(&above.join("go.mod")));
    (!is_nested).then_some(dir)
}

fn existing(dir: PathBuf) -> Option<PathBuf> {
    dir.is_dir().then_some(dir)
}

/// A module path or version as the module cache spells it: `!a` for `A`, for file systems that ignore case.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}
