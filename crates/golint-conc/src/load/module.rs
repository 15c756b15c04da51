//! The modules that folders belong to.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use golint_conc_semantic::build::{GoMod, GoWork, LangVersion, Replace};

use super::{failure, io_text, is_file, path};
use crate::report::Problem;

/// A module on disk.
#[derive(Debug)]
pub struct Module {
    /// Its folder, without links.
    pub dir: PathBuf,
    /// Its `go.mod`, as far as it can be read.
    pub file: GoMod,
    /// The language version of its files.
    pub lang: LangVersion,
}

impl Module {
    /// The import path of a folder in the module. The standard library's module has no path of its own.
    pub fn import_path(&self, dir: &Path) -> String {
        let inner = dir.strip_prefix(&self.dir).map(path::slashed).unwrap_or_default();
        match self.file.module.as_deref() {
            None | Some("std") => inner,
            Some(module) if inner.is_empty() => module.into(),
            Some(module) => match inner.strip_prefix("vendor/") {
                Some(vendored) => vendored.into(),
                None => path::join(module, &inner),
            },
        }
    }

    /// The path within the module of the folder that has an import path.
    pub fn folder_of<'a>(&self, import_path: &'a str) -> &'a str {
        let inner = match self.file.module.as_deref() {
            None | Some("std") => import_path,
            Some(module) => import_path.strip_prefix(module).unwrap_or_default(),
        };
        inner.trim_start_matches('/')
    }
}

/// A workspace on disk: what a `go.work` file says.
#[derive(Debug)]
pub struct Workspace {
    /// Its folder.
    pub dir: PathBuf,
    /// The folders of its modules, as the file spells them.
    pub uses: Vec<PathBuf>,
    /// Its modules.
    pub modules: Vec<Arc<Module>>,
    /// Its replacements.
    pub replace: Vec<Replace>,
}

/// Finds modules, each once.
pub(super) struct Modules<'a> {
    cwd: &'a Path,
    by_dir: HashMap<PathBuf, Option<Arc<Module>>>,
    workspace: OnceCell<Option<Arc<Workspace>>>,
    problems: Vec<Problem>,
}

impl<'a> Modules<'a> {
    pub(super) fn new(cwd: &'a Path) -> Self {
        Self { cwd, by_dir: HashMap::new(), workspace: OnceCell::new(), problems: Vec::new() }
    }

    /// The module of a folder, given without links: that of the nearest `go.mod` in it or above it.
    pub(super) fn of(&mut self, dir: &Path) -> Option<Arc<Module>> {
        if let Some(known) = self.by_dir.get(dir) {
            return known.clone();
        }
        let go_mod = dir.join("go.mod");
        let module = if is_file(&go_mod) {
            Some(Arc::new(self.read(dir, &go_mod)))
        } else {
            dir.parent().and_then(|parent| self.of(parent))
        };
        self.by_dir.insert(dir.into(), module.clone());
        module
    }

    fn read(&mut self, dir: &Path, go_mod: &Path) -> Module {
        let shown = path::relative(self.cwd, go_mod);
        let (file, error) = match std::fs::read(go_mod) {
            Ok(text) => GoMod::parse(&text),
            Err(error) => {
                let message = format!("can't be read: {}", io_text(&error));
                self.problems.push(failure(shown.as_str(), message, "make the file readable"));
                (GoMod::default(), None)
            }
        };
        // A module that can't tell its version is more likely a new one than one from before 2021.
        let is_broken = error.is_some() && file.go.is_none();
        let lang = if is_broken { LangVersion::NEWEST } else { file.lang() };
        if let Some(error) = error {
            let help = if is_broken {
                format!("mend the file, until then Go {lang} is assumed")
            } else {
                "mend the file, which Go can't read either".into()
            };
            self.problems.push(Problem { line: Some(error.line), ..failure(shown, error.what, &help) });
        }
        Module { dir: dir.into(), file, lang }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// The workspace around `cwd`, where there is one.
    pub(super) fn workspace(&mut self) -> Option<Arc<Workspace>> {
        if let Some(known) = self.workspace.get() {
            return known.clone();
        }
        let found = self.find_workspace().map(Arc::new);
        self.workspace.get_or_init(|| found).clone()
    }

    fn find_workspace(&mut self) -> Option<Workspace> {
        let found = match std::env::var_os("GOWORK") {
            Some(value) if value == "off" => None,
            Some(value) if !value.is_empty() => Some(PathBuf::from(value)),
            _ => self.cwd.ancestors().map(|dir| dir.join("go.work")).find(|file| is_file(file)),
        }?;
        let dir = found.parent()?.to_path_buf();
        let shown = path::relative(self.cwd, &found);
        let (work, error) = match std::fs::read(&found) {
            Ok(text) => GoWork::parse(&text),
            Err(error) => {
                let message = format!("can't be read: {}", io_text(&error));
                self.problems.push(failure(shown.as_str(), message, "make the file readable"));
                (GoWork::default(), None)
            }
        };
        if let Some(error) = error {
            let help = "mend the file, which Go can't read either";
            self.problems.push(Problem { line: Some(error.line), ..failure(shown, error.what, help) });
        }
        let uses: Vec<_> = work.uses.iter().map(|used| dir.join(used)).collect();
        let modules = uses.iter().filter_map(|used| self.of(&used.canonicalize().ok()?)).collect();
        Some(Workspace { dir, uses, modules, replace: work.replace })
    }
}
