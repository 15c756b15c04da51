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

#[cfg(test)]
mod tests {
    use super::*;

    fn change(file: PathBuf, before: &str) -> Change {
        let path = "a.go".to_owned();
        Change { path, file, is_stdin: false, before: before.into(), after: b"after".to_vec() }
    }

    #[test]
    fn a_file_that_somebody_has_changed_meanwhile_stays() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = dir.path().join("a.go");
        std::fs::write(&file, "theirs").expect("a file");
        let problems = write(&[change(file.clone(), "before")]);
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["a.go: has changed since it was read; it is as it was; run again"]);
        assert_eq!(std::fs::read(&file).expect("there"), b"theirs");
        std::fs::remove_file(&file).expect("removed");
        let problems = write(&[change(file.clone(), "before")]);
        assert!(problems[0].to_string().contains("no such file"), "{}", problems[0]);
        assert!(!file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_two_names_is_written_once() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (dir.path().join("a.go"), dir.path().join("b.go"));
        std::fs::write(&file, "before").expect("a file");
        std::os::unix::fs::symlink("a.go", &link).expect("a link");
        assert_eq!(write(&[change(file.clone(), "before"), change(link, "before")]), []);
        assert_eq!(std::fs::read(&file).expect("there"), b"after");
    }
}
