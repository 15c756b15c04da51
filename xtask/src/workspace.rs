//! The files of the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

/// A checkout.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The one that this program was built in.
    pub(crate) fn of_this_build() -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
    }

    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// A path in the checkout; `name` is relative and has slashes.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String> {
        std::fs::read_to_string(self.path(name)).with_context(|| format!("can't read {name}"))
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path(name);
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).with_context(|| format!("can't make the folder of {name}"))?;
        }
        std::fs::write(path, text).with_context(|| format!("can't write {name}"))
    }

    /// Writes a generated file; when only checking, fails if the file has another text.
    pub(crate) fn settle(&self, name: &str, new: &str, command: &str, check: bool) -> Result<()> {
        let old = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        if old == new {
            return Ok(());
        }
        if check {
            bail!("{name} is stale: run `cargo xtask {command}`");
        }
        self.write(name, new)
    }

    /// The names of all files that belong to the project, sorted, relative, with slashes.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = self.tracked().unwrap_or_else(|| self.found());
        files.sort();
        files
    }

    /// What git tracks or would track, without what was deleted since; nothing where git can't tell.
    fn tracked(&self) -> Option<Vec<String>> {
        // A copy inside of a checkout is ignored by the checkout's git, which would list nothing.
        if !self.path(".git").exists() {
            return None;
        }
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
            .current_dir(&self.root)
            .output()
            .ok()?;
        let names = listed.status.success().then(|| String::from_utf8_lossy(&listed.stdout))?;
        let names = names.split('\0').filter(|name| !name.is_empty() && self.path(name).exists());
        Some(names.map(str::to_owned).collect())
    }

    /// All but what a build leaves, as in an unpacked archive.
    fn found(&self) -> Vec<String> {
        WalkDir::new(&self.root)
            .into_iter()
            .filter_entry(|entry| {
                entry.depth() != 1 || (entry.file_name() != "target" && entry.file_name() != ".git")
            })
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| {
                Some(entry.path().strip_prefix(&self.root).ok()?.to_string_lossy().replace('\\', "/"))
            })
            .collect()
    }
}

/// Whether a file's name ends in `.` and `extension`.
pub(crate) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}
