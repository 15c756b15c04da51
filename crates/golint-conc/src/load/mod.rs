//! From the patterns of the command line to packages.
//!
//! Two steps, so that the second runs in parallel and keeps one folder in memory a thread: [`resolve`] finds the
//! folders and their modules, [`load`] reads one folder and groups its files into packages. Nothing stops either:
//! what can't be read becomes a [`Problem`].

mod dependencies;
mod folder;
mod module;
mod path;
mod pattern;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use golint_conc_rules::Severity;
use golint_conc_semantic::Package;
use golint_conc_semantic::build::{BuildContext, LangVersion};

pub use dependencies::{Dependencies, Loader};
pub use folder::{Loaded, load, load_dir};
pub use module::{Module, Workspace};
pub(crate) use path::relative;
pub use pattern::resolve;

use crate::report::Problem;

/// The longest file that is read, in bytes. The longest in the Go distribution has 2 MB, a generated client of a large
/// cloud service 8 MB.
pub const MAX_FILE_LEN: u64 = 16 << 20;

/// A package of a folder, with the paths of its files.
#[derive(Debug)]
pub struct LoadedPackage {
    /// The package.
    pub package: Package,
    /// The paths of its files, in their order.
    pub paths: Vec<String>,
}

/// How files become packages.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the packages are built for.
    pub build: BuildContext,
    /// The language version, instead of what `go.mod` says.
    pub lang: Option<LangVersion>,
    /// Whether `_test.go` files are read.
    pub tests: bool,
    /// Whether generated files are reported.
    pub generated: bool,
}

/// A file that is not on disk, or is there in another state.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Its path, as the user wrote it.
    pub path: PathBuf,
    /// Its bytes.
    pub text: Vec<u8>,
}

/// A folder to load.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Where it is.
    pub dir: PathBuf,
    /// How the user would write it, with `/`; empty for the working directory.
    pub display: String,
    /// The names in it that end in `.go`, sorted.
    pub names: Vec<String>,
    /// Whether all files that Go would compile are reported, not only the named ones.
    pub is_whole: bool,
    /// Files that are named themselves: they are read whatever their constraints say.
    pub named: BTreeSet<String>,
    /// The bytes of files that count instead of what is on disk, by name.
    pub overlays: BTreeMap<String, Arc<Vec<u8>>>,
    /// The module it belongs to.
    pub module: Option<Arc<Module>>,
    /// The import path of its package.
    pub import_path: String,
    /// Positions of the patterns that match it.
    pub patterns: Vec<usize>,
}

impl Folder {
    /// How the user would write a file of this folder.
    pub fn path_of(&self, name: &str) -> String {
        path::join(&self.display, name)
    }

    /// How the folder is called in messages.
    pub fn title(&self) -> &str {
        if self.display.is_empty() { "." } else { &self.display }
    }
}

/// Folders by where they are, and what was wrong on the way.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Sorted by [`Folder::display`].
    pub folders: Vec<Folder>,
    /// The workspace around the working directory.
    pub workspace: Option<Arc<Workspace>>,
    /// What was wrong.
    pub problems: Vec<Problem>,
}

/// An input of which nothing can be said.
pub(crate) fn failure(path: impl Into<String>, message: impl Into<String>, help: &str) -> Problem {
    problem(Severity::Error, path, None, message, help)
}

/// An input of which not all can be said.
pub(crate) fn notice(
    path: impl Into<String>,
    line: Option<u32>,
    message: impl Into<String>,
    help: &str,
) -> Problem {
    problem(Severity::Warning, path, line, message, help)
}

fn problem(
    severity: Severity,
    path: impl Into<String>,
    line: Option<u32>,
    message: impl Into<String>,
    help: &str,
) -> Problem {
    Problem { severity, path: Some(path.into()), line, message: message.into(), help: Some(help.into()) }
}

/// The operating system's words for an error, without its number.
pub(crate) fn io_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(text, _)| text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Whether a path is a regular file, links followed.
fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file())
}

/// Whether a file of this name is Go source.
fn is_go_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "go")
}
