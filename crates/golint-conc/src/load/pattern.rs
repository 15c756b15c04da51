//! What the arguments of the command line name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::module::Modules;
use super::{Folder, Overlay, Resolved, failure, io_text, is_go_file, path, walk};
use crate::report::Problem;

/// The import path of packages outside of any module, as the go command calls them.
const NO_MODULE: &str = "command-line-arguments";

/// Finds the folders that patterns name: `dir/...`, folders, files, `work` for the modules of the workspace, and `-`
/// for `overlay`. `cwd` is absolute.
pub fn resolve(cwd: &Path, patterns: &[PathBuf], overlay: Option<&Overlay>) -> Resolved {
    let real_cwd = cwd.canonicalize().unwrap_or_else(|_| cwd.into());
    let mut resolver = Resolver {
        cwd,
        modules: Modules::new(&real_cwd),
        folders: BTreeMap::new(),
        problems: Vec::new(),
        pattern: 0,
    };
    for (index, pattern) in patterns.iter().enumerate() {
        resolver.pattern = index;
        resolver.pattern(pattern, overlay);
    }
    let mut folders: Vec<_> = resolver.folders.into_values().collect();
    for folder in &mut folders {
        folder.names.sort();
        folder.names.dedup();
    }
    folders.sort_by(|a, b| a.display.cmp(&b.display));
    let workspace = resolver.modules.workspace();
    let mut problems = resolver.problems;
    problems.extend(resolver.modules.into_problems());
    Resolved { folders, workspace, problems }
}

struct Resolver<'a> {
    cwd: &'a Path,
    modules: Modules<'a>,
    /// By where they are, without links.
    folders: BTreeMap<PathBuf, Folder>,
    problems: Vec<Problem>,
    /// Position of the current pattern.
    pattern: usize,
}

impl Resolver<'_> {
    fn pattern(&mut self, pattern: &Path, overlay: Option<&Overlay>) {
        if pattern == "-" {
            if let Some(overlay) = overlay {
                self.overlay(overlay);
            }
            return;
        }
        let text = path::slashed(pattern);
        if text.contains("...") {
            if pattern.to_str().is_none() {
                self.problems.push(failure(
                    text,
                    "the pattern is not UTF-8",
                    "rename the folder, or name it without ...",
                ));
                return;
            }
            return self.tree(&text);
        }
        match self.cwd.join(pattern).metadata() {
            Ok(meta) if meta.is_dir() => self.dir(pattern),
            Ok(_) => self.file(pattern),
            Err(_) if text == "work" => self.workspace(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let is_link = self.cwd.join(pattern).symlink_metadata().is_ok();
                let what = if is_link { "the link leads nowhere" } else { "no such file or folder" };
                self.problems.push(failure(text, what, "give a path such as ./..., ./dir or file.go"));
            }
            Err(error) => {
                let message = format!("can't be read: {}", io_text(&error));
                self.problems.push(failure(text, message, "make it readable"));
            }
        }
    }

    fn workspace(&mut self) {
        if let Some(workspace) = self.modules.workspace() {
            for used in &workspace.uses {
                self.tree(&format!("{}/...", path::slashed(used)));
            }
        } else {
            let help = "name a path, or add a go.work file";
            self.problems.push(failure("work", "there is no workspace here", help));
        }
    }

    fn tree(&mut self, pattern: &str) {
        let cleaned = path::clean(&path::display(self.cwd, Path::new(pattern)));
        let before = cleaned.split("...").next().unwrap_or_default();
        let root = before.rfind('/').map_or("", |slash| &before[..=slash]);
        let display = path::display(self.cwd, Path::new(root));
        let dir = self.cwd.join(root);
        let Ok(real) = dir.canonicalize() else {
            let help = "give a path such as ./..., ./dir or file.go";
            self.problems.push(failure(pattern, "no such folder", help));
            return;
        };
        let module = self.modules.of(&real);
        let walked = match root.trim_end_matches('/').rsplit('/').next() {
            Some(name) if name != ".." && walk::is_passed_over(name.as_bytes()) => walk::Walked::default(),
            _ => walk::walk(&dir, &display, &real, module.as_deref()),
        };
        // What could not be read may be what would have matched.
        let mut is_match = !walked.problems.is_empty();
        self.problems.extend(walked.problems);
        for (folder, names) in walked.folders {
            let inner = folder.strip_prefix(&dir).unwrap_or(Path::new(""));
            let display = path::display(self.cwd, &Path::new(root).join(inner));
            let shown = if display.is_empty() { "." } else { &display };
            if names.is_empty() || !walk::matches(&cleaned, shown) {
                continue;
            }
            is_match = true;
            let found = self.folder(&real.join(inner), folder, display);
            found.names.extend(names);
            found.is_whole = true;
        }
        if !is_match {
            let help = match walked.nested_module {
                Some(nested) => format!("patterns do not go into other modules: try {nested}/..."),
                None => "patterns pass over testdata, vendor, and names that begin with . or _".into(),
            };
            self.problems.push(failure(pattern, "no Go files", &help));
        }
    }

    fn dir(&mut self, dir: &Path) {
        let display = path::display(self.cwd, dir);
        let path = self.cwd.join(dir);
        let listed = path.canonicalize().and_then(|real| Ok((real, walk::list(&path, &display)?)));
        let (real, (names, problems)) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                let message = format!("can't be read: {}", io_text(&error));
                self.problems.push(failure(path::slashed(dir), message, "make it readable"));
                return;
            }
        };
        let is_said = !problems.is_empty();
        self.problems.extend(problems);
        if names.is_empty() {
            if is_said {
                return;
            }
            let shown = path::slashed(dir);
            let help = format!(
                "name a folder that has some, or all below it with {}/...",
                shown.trim_end_matches('/')
            );
            self.problems.push(failure(shown, "no Go files", &help));
            return;
        }
        let found = self.folder(&real, path, display);
        found.names.extend(names);
        found.is_whole = true;
    }

    fn file(&mut self, file: &Path) {
        let shown = path::slashed(file);
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
            self.problems.push(failure(shown, "the name is not UTF-8, the file is left out", "rename it"));
            return;
        };
        if !is_go_file(name) {
            self.problems.push(failure(shown, "not a Go file", "name files that end in .go"));
            return;
        }
        self.named(file, name, None);
    }

    fn overlay(&mut self, overlay: &Overlay) {
        let name = overlay.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !is_go_file(name) {
            let help = "give the path of a Go file";
            self.problems.push(failure(path::slashed(&overlay.path), "not a Go file", help));
            return;
        }
        self.named(&overlay.path, name, Some(Arc::new(overlay.text.clone())));
    }

    /// A file that is named: its whole folder is read, and the file reported.
    fn named(&mut self, file: &Path, name: &str, text: Option<Arc<Vec<u8>>>) {
        let dir = file.parent().unwrap_or(Path::new(""));
        let display = path::display(self.cwd, dir);
        let path = self.cwd.join(dir);
        // Nothing is said of what can't be listed: the named file is read all the same.
        let (names, _) = walk::list(&path, &display).unwrap_or_default();
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let found = self.folder(&real, path, display);
        found.names.extend(names);
        found.names.push(name.into());
        found.named.insert(name.into());
        if let Some(text) = text {
            found.overlays.insert(name.into(), text);
        }
    }

    fn folder(&mut self, real: &Path, dir: PathBuf, display: String) -> &mut Folder {
        let module = self.modules.of(real);
        let folder = self.folders.entry(real.into()).or_insert_with(|| Folder {
            dir,
            display,
            names: Vec::new(),
            is_whole: false,
            named: BTreeSet::new(),
            overlays: BTreeMap::new(),
            import_path: module.as_ref().map_or_else(|| NO_MODULE.into(), |module| module.import_path(real)),
            module,
            patterns: Vec::new(),
        });
        folder.patterns.push(self.pattern);
        folder
    }
}
