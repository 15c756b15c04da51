//! Applies edits: what `--fix` and `--diff` do.
//!
//! All of it happens in memory. A pass chooses edits that don't overlap, and the next one analyses the changed texts,
//! until nothing is left to apply; only then are files written, each at once and only if it is still as it was read.

mod align;
mod apply;
mod diff;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use golint_conc_rules::Applicability;
use golint_conc_syntax::SourceFile;

pub use apply::{Pass, Policy, pass};
pub(crate) use diff::diff;
pub(crate) use write::write;

use crate::load::{Folder, Resolved};
use crate::report::{Found, ReportFile, Run};
use crate::run::Outcome;

/// How often the changed files are analysed again. An edit may make room for another one at the same place, so a pass
/// or two more than one are common; more than a handful are not.
pub const MAX_PASSES: usize = 30;

/// A file whose text the edits change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path to print.
    pub path: String,
    /// Where it is.
    pub file: PathBuf,
    /// Whether its text came from the standard input.
    pub is_stdin: bool,
    /// The text before.
    pub before: Vec<u8>,
    /// The text with the edits.
    pub after: Vec<u8>,
}

/// What the passes did.
#[derive(Debug, Default)]
pub struct Fixed {
    /// What is found in the changed texts.
    pub outcome: Outcome,
    /// The changed files, by path.
    pub changes: Vec<Change>,
    /// How many findings the edits mended.
    pub findings: usize,
    /// Whether edits were left when [`MAX_PASSES`] was reached.
    pub is_unsettled: bool,
    /// Edits that were not applied because what they make is not Go: each rule with the path. That is a bug of the rule.
    pub refused: BTreeSet<(&'static str, String)>,
}

/// Where the files of a run are, by the path that is printed.
struct Files(BTreeMap<String, Entry>);

struct Entry {
    folder: usize,
    name: String,
    is_stdin: bool,
}

impl Files {
    /// The files that the user named, alone or with their folder.
    fn new(folders: &[Folder]) -> Self {
        let mut files = BTreeMap::new();
        for (index, folder) in folders.iter().enumerate() {
            // Of a path that is shown inexactly two files may have the same.
            if folder.dir.to_str().is_none() {
                continue;
            }
            for name in folder.names.iter().filter(|name| folder.is_whole || folder.named.contains(*name)) {
                let is_stdin = folder.overlays.contains_key(name);
                let entry = Entry { folder: index, name: name.clone(), is_stdin };
                files.insert(folder.path_of(name), entry);
            }
        }
        Self(files)
    }

    /// The folder of a file.
    fn folder(&self, path: &str) -> Option<usize> {
        self.0.get(path).map(|entry| entry.folder)
    }

    /// Whether edits may change this file.
    fn may_change(&self, file: &ReportFile) -> bool {
        self.0.contains_key(&file.path)
            && std::str::from_utf8(&file.text).is_ok()
            && !SourceFile::new(file.text.clone()).outline().is_generated
    }
}

/// Applies the edits up to `level` to what `analyze` finds, again and again until none is left. The changed texts stay
/// in the folders as overlays; nothing is written.
///
/// # Errors
/// Those of `analyze`.
pub fn fix(
    resolved: &mut Resolved,
    level: Applicability,
    mut analyze: impl FnMut(&Resolved) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Fixed> {
    let files = Files::new(&resolved.folders);
    let whole = analyze(resolved)?;
    let mut fixed = Fixed::default();
    let mut before = BTreeMap::<String, Vec<u8>>::new();
    let mut idle = BTreeSet::<&'static str>::new();
    // What is left to mend is in the folders that the last pass changed.
    let mut latest = whole;
    fixed.is_unsettled = true;
    for _ in 0..MAX_PASSES {
        let pass = on_large_stack(|| {
            let may_fix = |found: &Found<'_>| !idle.contains(found.diagnostic.rule);
            let policy = Policy { level, may_change: &|file| files.may_change(file), may_fix: &may_fix };
            pass(&run_of(&latest), &policy)
        })?;
        fixed.refused.extend(pass.refused);
        if pass.texts.is_empty() {
            fixed.is_unsettled = false;
            break;
        }
        let changed: BTreeSet<usize> = pass.texts.keys().filter_map(|path| files.folder(path)).collect();
        let undo: Vec<_> = changed.iter().map(|&index| resolved.folders[index].clone()).collect();
        for (path, text) in &pass.texts {
            let Some(Entry { folder, name, .. }) = files.0.get(path) else { continue };
            resolved.folders[*folder].overlays.insert(name.clone(), Arc::new(text.clone()));
        }
        let next = analyze(&Resolved {
            folders: changed.iter().map(|&index| resolved.folders[index].clone()).collect(),
            workspace: resolved.workspace.clone(),
            problems: Vec::new(),
        })?;
        // An edit after which its finding is still there would be applied for ever.
        let count = |outcome: &Outcome, rule: &str| {
            let is_there = |found: &&Found<'_>| {
                found.diagnostic.rule == rule
                    && files.folder(&found.primary().path).is_some_and(|folder| changed.contains(&folder))
            };
            run_of(outcome).findings().iter().filter(is_there).count()
        };
        let rules = pass.fixed.keys().copied();
        let stuck: Vec<_> = rules.filter(|&rule| count(&latest, rule) <= count(&next, rule)).collect();
        if !stuck.is_empty() {
            idle.extend(stuck);
            for (index, folder) in changed.into_iter().zip(undo) {
                resolved.folders[index] = folder;
            }
            continue;
        }
        for path in pass.texts.into_keys() {
            if let Some(text) = text_of(&latest, &path)
                && !before.contains_key(&path)
            {
                before.insert(path, text.to_vec());
            }
        }
        fixed.findings += pass.fixed.values().sum::<usize>();
        latest = next;
    }
    fixed.outcome = if before.is_empty() && idle.is_empty() { latest } else { analyze(resolved)? };
    fixed.changes = changes(&files, &resolved.folders, before);
    Ok(fixed)
}

/// A run over an outcome; which rules ran does not matter here.
fn run_of(outcome: &Outcome) -> Run<'_> {
    Run { packages: &outcome.packages, problems: &outcome.problems, rules: &[] }
}

fn text_of<'a>(outcome: &'a Outcome, path: &str) -> Option<&'a [u8]> {
    let files = outcome.packages.iter().flat_map(|package| &package.files);
    files.into_iter().find(|file| file.path == path).map(|file| file.text.as_slice())
}

fn changes(files: &Files, folders: &[Folder], before: BTreeMap<String, Vec<u8>>) -> Vec<Change> {
    let changes = before.into_iter().filter_map(|(path, before)| {
        let Entry { folder, name, is_stdin } = files.0.get(&path)?;
        let folder = &folders[*folder];
        let after = folder.overlays.get(name)?.to_vec();
        let file = folder.dir.join(name);
        (before != after).then_some(Change { path, file, is_stdin: *is_stdin, before, after })
    });
    changes.collect()
}

/// Parses on a thread with the stack that deep code needs.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(golint_conc_syntax::STACK_SIZE);
        let worker = builder.spawn_scoped(scope, work)?;
        worker.join().map_err(|_| anyhow::anyhow!("an edit could not be applied"))
    })
}
