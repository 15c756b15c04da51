//! Puts changed texts in the place of the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Change;
use crate::load::{self, io_text};
use crate::report::Problem;
use crate::sink;

/// Writes the changed files, but for that of the standard input. Of each that can't be written there is a problem; the
/// others are written all the same.
pub(crate) fn write(changes: &[Change]) -> Vec<Problem> {
    let mut problems = Vec::new();
    // A file that has two names is written once.
    let mut written = BTreeMap::<PathBuf, &[u8]>::new();
    for change in changes.iter().filter(|change| !change.is_stdin) {
        let file = change.file.canonicalize().unwrap_or_else(|_| change.file.clone());
        if written.get(&file).is_some_and(|&text| text == change.after) {
            continue;
        }
        match write_one(change) {
            Ok(()) => {
                written.insert(file, &change.after);
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

fn write_one(change: &Change) -> Result<(), Problem> {
    let failed = |error: &std::io::Error| {
        let message = format!("can't be written: {}", io_text(error));
        load::failure(&*change.path, message, "it is as it was; mend that and run again")
    };
    let now = std::fs::read(&change.file).map_err(|error| failed(&error))?;
    if now != change.before {
        let help = "it is as it was; run again";
        return Err(load::failure(&*change.path, "has changed since it was read", help));
    }
    let meta = change.file.metadata().map_err(|error| failed(&error))?;
    // Moving another file into its place would need no permission to write it.
    if meta.permissions().readonly() {
        return Err(failed(&std::io::ErrorKind::PermissionDenied.into()));
    }
    sink::to_file(&change.file, &change.after).map_err(|error| failed(&error))?;
    Ok(())
}
