//! The folders that a pattern with `...` matches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Module, failure, io_text, is_file, is_go_file, path};
use crate::report::Problem;

/// A folder found: where it is from the root of the walk, and the names of files in it that end in `.go`.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) folders: BTreeMap<PathBuf, Vec<String>>,
    pub(super) problems: Vec<Problem>,
    /// A module below the root, into which patterns do not go.
    pub(super) nested_module: Option<String>,
}

/// Walks a tree as the go command does: it passes over folders named `testdata` or beginning with `.` or `_`, other
/// modules, what lies in `vendor`, links to folders, and what the module ignores.
pub(super) fn walk(root: &Path, display: &str, real: &Path, module: Option<&Module>) -> Walked {
    let mut walked = Walked::default();
    let mut nested = None;
    let shown = |path: &Path| {
        let inner = path.strip_prefix(root).map(path::slashed).unwrap_or_default();
        if inner.is_empty() { display.to_owned() } else { path::join(display, &inner) }
    };
    let in_module = module.and_then(|module| Some((module, real.strip_prefix(&module.dir).ok()?)));
    let enters = |entry: &DirEntry| {
        if !entry.file_type().is_dir() {
            return true;
        }
        let is_vendored = || entry.path().parent().is_some_and(|parent| parent.ends_with("vendor"));
        if 0 < entry.depth() && is_passed_over(entry.file_name().as_encoded_bytes())
            || 1 < entry.depth() && is_vendored()
        {
            return false;
        }
        if 0 < entry.depth() && is_file(&entry.path().join("go.mod")) {
            nested.get_or_insert_with(|| shown(entry.path()));
            return false;
        }
        let inner = entry.path().strip_prefix(root).unwrap_or(Path::new(""));
        !in_module.is_some_and(|(module, to_root)| module.file.ignores(&path::slashed(&to_root.join(inner))))
    };
    for entry in WalkDir::new(root).into_iter().filter_entry(enters) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                walked.folders.entry(entry.path().into()).or_default();
            }
            Ok(entry) => {
                if let Some(dir) = entry.path().parent() {
                    let names = walked.folders.entry(dir.into()).or_default();
                    take_name(names, &mut walked.problems, entry.file_name(), || shown(entry.path()));
                }
            }
            Err(error) => {
                let place = error.path().map_or_else(|| display.to_owned(), shown);
                let place = if place.is_empty() { ".".into() } else { place };
                let why =
                    error.into_io_error().map_or_else(|| "links in a circle".into(), |error| io_text(&error));
                walked.problems.push(failure(place, format!("can't be read: {why}"), "make it readable"));
            }
        }
    }
    walked.nested_module = nested;
    walked
}

/// Reads the names of one folder that end in `.go`.
pub(super) fn list(dir: &Path, display: &str) -> Result<(Vec<String>, Vec<Problem>), std::io::Error> {
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            let name = entry.file_name();
            take_name(&mut names, &mut problems, &name, || path::join(display, &name.to_string_lossy()));
        }
    }
    Ok((names, problems))
}

fn take_name(
    names: &mut Vec<String>,
    problems: &mut Vec<Problem>,
    name: &std::ffi::OsStr,
    shown: impl Fn() -> String,
) {
    match name.to_str() {
        Some(name) if is_go_file(name) => names.push(name.into()),
        None if name.as_encoded_bytes().ends_with(b".go") => {
            problems.push(failure(shown(), "the name is not UTF-8, the file is left out", "rename it"));
        }
        _ => {}
    }
}

/// Whether patterns with `...` pass over folders of this name.
pub(super) fn is_passed_over(name: &[u8]) -> bool {
    name.starts_with(b".") || name.starts_with(b"_") || name == b"testdata"
}

/// Whether a path matches a pattern with `...`, which stands for any text; a final `/...` also for none.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    if let Some(start) = pattern.strip_suffix("/...")
        && matches(start, path)
    {
        return true;
    }
    let mut parts = pattern.split("...");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn dots_stand_for_any_text() {
        for (pattern, path, is_match) in [
            ("...", "a/b", true),
            ("...", ".", true),
            ("a/...", "a", true),
            ("a/...", "a/b/c", true),
            ("a/...", "ab", false),
            ("a...", "ab/c", true),
            (".../c", "a/b/c", true),
            (".../c", "c", false),
            ("a/.../c", "a/x/y/c", true),
            ("a/.../c/...", "a/x/c", true),
            ("a/.../c/...", "a/x/d", false),
            ("../...", "..", true),
            ("a...a", "a", false),
        ] {
            assert_eq!(matches(pattern, path), is_match, "{pattern} {path}");
        }
    }
}
