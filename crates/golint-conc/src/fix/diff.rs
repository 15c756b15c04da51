//! What `--diff` shows.

use similar::{Algorithm, TextDiff};

use super::Change;

/// The changes as unified diffs, as `git apply` and `patch -p1` read them.
pub(crate) fn diff(changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::new();
    for change in changes {
        let (before, after) = (lines(&change.before), lines(&change.after));
        let diff = TextDiff::configure()
            .algorithm(Algorithm::Myers)
            .newline_terminated(true)
            .diff_slices(&before, &after);
        let is_below = !change.path.starts_with('/') && !change.path.starts_with("../");
        let (old, new) = if is_below { ("a/", "b/") } else { ("", "") };
        let mut unified = diff.unified_diff();
        unified.header(&format!("{old}{}", change.path), &format!("{new}{}", change.path));
        // Memory takes everything.
        let _ = unified.to_writer(&mut out);
    }
    out
}

/// Lines with their ends. A carriage return alone ends none.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}
