//! Paths as people write them: with `/`, without `.` elements.

use std::path::{Component, Path, PathBuf};

/// The shortest spelling of a path without looking at the disk, as Go's `path.Clean`; `.` for nothing.
pub(super) fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut elements: Vec<&str> = Vec::new();
    for element in path.split('/') {
        match element {
            "" | "." => {}
            ".." if elements.last().is_some_and(|&last| last != "..") => {
                elements.pop();
            }
            ".." if is_absolute => {}
            _ => elements.push(element),
        }
    }
    let joined = elements.join("/");
    match (is_absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

/// `dir/name`, where an empty `dir` is the working directory.
pub(super) fn join(dir: &str, name: &str) -> String {
    match dir {
        "" => name.into(),
        _ if dir.ends_with('/') => format!("{dir}{name}"),
        _ => format!("{dir}/{name}"),
    }
}

/// How the user would write a path that was given as `path`: below the working directory relative to it.
pub(super) fn display(cwd: &Path, path: &Path) -> String {
    let text = slashed(path);
    let relative = path.is_absolute().then(|| path.strip_prefix(cwd).ok()).flatten();
    let cleaned = clean(&relative.map_or(text, slashed));
    if cleaned == "." { String::new() } else { cleaned }
}

/// The way from `cwd` to `path`, both absolute.
pub(crate) fn relative(cwd: &Path, path: &Path) -> String {
    let shared = cwd.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 {
        return slashed(path);
    }
    let mut way: PathBuf = cwd.components().skip(shared).map(|_| Component::ParentDir).collect();
    way.extend(path.components().skip(shared));
    slashed(&way)
}

/// The text of a path with `/` between its elements.
pub(super) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in [
            ("", "."),
            (".", "."),
            ("./a//b/.", "a/b"),
            ("a/../..", ".."),
            ("../../a/", "../../a"),
            ("/../a", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }

    #[test]
    fn what_is_below_the_working_directory_is_shown_from_there() {
        let cwd = Path::new("/w/m");
        for (path, shown) in
            [(".", ""), ("./a", "a"), ("/w/m", ""), ("/w/m/a/b", "a/b"), ("/w/x", "/w/x"), ("../x", "../x")]
        {
            assert_eq!(display(cwd, Path::new(path)), shown, "{path}");
        }
        assert_eq!(relative(cwd, Path::new("/w/go.mod")), "../go.mod");
        assert_eq!(relative(cwd, Path::new("/w/m/go.mod")), "go.mod");
        assert_eq!(relative(cwd, Path::new("/x/go.mod")), "/x/go.mod");
    }
}
