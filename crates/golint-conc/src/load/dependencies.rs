//! The packages that those under analysis import: where their folders are, and what they declare.
//!
//! As the go command finds them, but on disk alone: the module's other packages, those of the workspace, `vendor`,
//! replacements, and the module cache. What is not there is no error; types from it are unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use golint_conc_semantic::build::{BuildContext, FileConstraint, Replace};
use golint_conc_semantic::{Foreign, Importer, Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};

use super::walk::Walked;
use super::{Module, Workspace, folder, is_file, walk};
use crate::host;

/// How much text of packages with bodies a thread keeps before it forgets them, in bytes.
const MAX_KEPT: usize = 32 << 20;

/// How long the files of an imported package may be together, in bytes, where it is not of the modules under analysis.
/// Beyond are the generated clients of large cloud services, up to 14 MB: reading two or three of them would take as long
/// as everything else.
const MAX_IMPORTED: u64 = 3 << 20;

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
    imported: AtomicUsize,
    too_long: AtomicUsize,
}

/// What one thread needs to load packages. Packages with bodies, of which each thread has its own, are kept for the
/// next that imports them.
#[derive(Debug)]
pub struct Loader {
    dependencies: Arc<Dependencies>,
    whole: RefCell<Whole>,
}

#[derive(Debug, Default)]
struct Whole {
    packages: HashMap<(PathBuf, Symbol), Option<Rc<Package>>>,
    /// The length of their files, in bytes.
    len: usize,
}

impl Loader {
    /// Nothing loaded yet.
    pub fn new(dependencies: Arc<Dependencies>) -> Rc<Self> {
        Rc::new(Self { dependencies, whole: RefCell::default() })
    }

    /// The packages that `path` imports, with the eyes of one module.
    pub(super) fn importer(
        self: &Rc<Self>,
        module: &Arc<Module>,
        tested: Option<Symbol>,
    ) -> Rc<dyn Importer> {
        Rc::new(Importing { loader: Rc::clone(self), module: Arc::clone(module), tested })
    }
}

/// Imports for one package under analysis.
#[derive(Debug)]
struct Importing {
    loader: Rc<Loader>,
    module: Arc<Module>,
    /// The package that an external test tests: it is imported together with its own test files.
    tested: Option<Symbol>,
}

impl Importer for Importing {
    fn import(&self, path: Symbol) -> Option<Arc<Foreign>> {
        self.loader.dependencies.find(&self.module, path, self.tested == Some(path))
    }

    fn load(&self, path: Symbol) -> Option<Rc<Package>> {
        let key = (self.module.dir.clone(), path);
        if let Some(known) = self.loader.whole.borrow().packages.get(&key) {
            return known.clone();
        }
        let read = self.loader.dependencies.whole(&self.module, path);
        let len = read.iter().flatten().map(|file| file.source.text().len()).sum::<usize>();
        let package = read.and_then(|files| {
            let name = files.first()?.source.outline().package?.0;
            let importer = self.loader.importer(&self.module, None);
            Some(Rc::new(Package::with_importer(path, name, files, Some(importer))))
        });
        let mut whole = self.loader.whole.borrow_mut();
        if MAX_KEPT < whole.len + len {
            *whole = Whole::default();
        }
        whole.len += len;
        whole.packages.insert(key, package.clone());
        package
    }

    fn find_text(&self, is_found: &mut dyn FnMut(Symbol, &[u8]) -> bool) -> bool {
        let mut mains = self.loader.dependencies.main_modules(&self.module);
        mains.any(|main| find_text(main, &walk_module(main), false, is_found))
    }

    fn may_find_text(&self, is_found: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let mut mains = self.loader.dependencies.main_modules(&self.module);
        mains.any(|main| {
            let walked = walk_module(main);
            walked.nested_module.is_some() || find_text(main, &walked, true, &mut |_, text| is_found(text))
        })
    }
}

fn walk_module(module: &Module) -> Walked {
    walk::walk(&module.dir, "", &module.dir, Some(module))
}

/// Shows the texts of a module's files until one is found.
fn find_text(
    module: &Module,
    walked: &Walked,
    with_tests: bool,
    is_found: &mut dyn FnMut(Symbol, &[u8]) -> bool,
) -> bool {
    walked.folders.iter().any(|(dir, names)| {
        let path = Symbol::new(&module.import_path(dir));
        let mut files = names.iter().filter(|name| with_tests || !name.ends_with("_test.go"));
        files.any(|name| match folder::read_text(&dir.join(name), name) {
            Ok(Some(text)) => is_found(path, &text),
            _ => false,
        })
    })
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
        Arc::new(Self {
            build,
            workspace,
            cache,
            dirs: Mutex::default(),
            packages: Mutex::default(),
            imported: AtomicUsize::new(0),
            too_long: AtomicUsize::new(0),
        })
    }

    /// How many packages were imported from disk, and how many were not because they are too long.
    pub fn counts(&self) -> (usize, usize) {
        (self.imported.load(Ordering::Relaxed), self.too_long.load(Ordering::Relaxed))
    }

    fn find(&self, module: &Module, path: Symbol, with_tests: bool) -> Option<Arc<Foreign>> {
        let slot = once(&self.dirs, (module.dir.clone(), path));
        let dir = slot.get_or_init(|| self.dir_of(module, path.as_str())).clone()?;
        let slot = once(&self.packages, (dir.clone(), path, with_tests));
        slot.get_or_init(|| {
            if self.main_module_of(module, &dir).is_none() && MAX_IMPORTED < self.len_of(&dir) {
                self.too_long.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            let package = self.read(&dir, path, with_tests)?;
            self.imported.fetch_add(1, Ordering::Relaxed);
            Some(Arc::new(package))
        })
        .clone()
    }

    /// How long the files are that a folder may have for this build, in bytes.
    fn len_of(&self, dir: &Path) -> u64 {
        let (names, _) = walk::list(dir, "").unwrap_or_default();
        let counts = |name: &&String| !name.ends_with("_test.go") && self.build.admits_name(name);
        let len = |name: &String| dir.join(name).metadata().map_or(0, |meta| meta.len());
        names.iter().filter(counts).map(len).sum()
    }

    /// The files of another package of the modules that are built together, with everything in them.
    fn whole(&self, module: &Module, path: Symbol) -> Option<Vec<PackageFile>> {
        let dir = once(&self.dirs, (module.dir.clone(), path))
            .get_or_init(|| self.dir_of(module, path.as_str()))
            .clone()?;
        let main = self.main_module_of(module, &dir)?;
        let files = self.sources(&dir, false, |source, constraint| PackageFile {
            source,
            lang: constraint.lang(main.lang),
            is_test: false,
            is_reported: false,
        });
        files.filter(|files| !files.is_empty())
    }

    /// The modules that are built together with one: itself first.
    fn main_modules<'a>(&'a self, module: &'a Module) -> impl Iterator<Item = &'a Module> {
        let others = self.workspace.iter().flat_map(|workspace| &workspace.modules).map(|member| &**member);
        let is_member = others.clone().any(|member| member.dir == module.dir);
        let others = others.filter(move |member| is_member && member.dir != module.dir);
        std::iter::once(module).chain(others)
    }

    /// The one of them that a folder belongs to; none for what they vendor.
    fn main_module_of<'a>(&'a self, module: &'a Module, dir: &Path) -> Option<&'a Module> {
        let mains = self.main_modules(module).filter(|main| dir.starts_with(&main.dir));
        let main = mains.max_by_key(|main| main.dir.as_os_str().len())?;
        let mut inner = dir.strip_prefix(&main.dir).into_iter().flat_map(Path::components);
        (!inner.any(|element| element.as_os_str() == "vendor")).then_some(main)
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
            .filter(|(_, replace)| self.is_version_required(module, replace))
            .filter_map(|(dir, replace)| Some((below(path, &replace.old)?, dir, replace)))
            .collect();
        found.sort_by_key(|(rest, ..)| rest.len());
        found.into_iter().find_map(|(rest, dir, Replace { new, new_version, .. })| match new_version {
            Some(version) => self.cached(new, version, rest),
            None => in_module(&dir.join(new), rest),
        })
    }

    /// Whether a replacement is for all versions, or for the one that is required.
    fn is_version_required(&self, module: &Module, replace: &Replace) -> bool {
        replace.old_version.as_ref().is_none_or(|of| {
            let mut required = self.main_modules(module).flat_map(|main| &main.file.require);
            required.any(|(path, version)| *path == replace.old && version == of)
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

    /// What the files of a folder declare; none where there are none for this build.
    fn read(&self, dir: &Path, path: Symbol, with_tests: bool) -> Option<Foreign> {
        let strip = |source: SourceFile, _| SourceFile::new(source.without_bodies());
        Some(Foreign::new(path, self.sources(dir, with_tests, strip)?))
    }

    /// The files of the package in a folder, each made into something. Nothing is said of what is wrong with them: they
    /// are not under analysis.
    fn sources<T>(
        &self,
        dir: &Path,
        with_tests: bool,
        make: impl Fn(SourceFile, FileConstraint) -> T,
    ) -> Option<Vec<T>> {
        let (mut names, _) = walk::list(dir, "").ok()?;
        names.sort();
        let mut by_clause: BTreeMap<&str, Vec<T>> = BTreeMap::new();
        for name in names {
            let is_test = name.ends_with("_test.go");
            if (is_test && !with_tests) || !self.build.admits_name(&name) {
                continue;
            }
            let Ok(Some(text)) = folder::read_text(&dir.join(&name), &name) else { continue };
            let constraint = FileConstraint::of_file(&text).unwrap_or_default();
            if constraint.constraint.as_ref().is_some_and(|expr| !self.build.admits(expr)) {
                continue;
            }
            let source = SourceFile::new(text);
            let Some((clause, _)) = source.outline().package else { continue };
            let needs_cgo = source.outline().imports.iter().any(|import| import.path == "C");
            let is_external_test = is_test && clause.as_str().ends_with("_test");
            if clause == "documentation" || is_external_test || (needs_cgo && !self.build.cgo) {
                continue;
            }
            by_clause.entry(clause.as_str()).or_default().push(make(source, constraint));
        }
        by_clause.into_values().rev().max_by_key(Vec::len)
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
