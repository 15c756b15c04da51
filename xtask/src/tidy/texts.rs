//! Laws about what any file may say.

use super::Findings;
use crate::workspace::{Workspace, has_extension};

/// Where one machine keeps things; the first element of an absolute path.
const MACHINE_FOLDERS: [&str; 5] = ["work", "root", "tmp", "home", "farm"];
/// The registry that every checkout can reach; others name somebody's network.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// What marks text that is not written yet, and in testdata results that are known to be wrong.
const MARK: &str = "FIXME";
/// The same in the comments of Rust files; elsewhere the word is a name of Go's, too.
const TODO: &str = " TODO";

pub(super) fn check(workspace: &Workspace, files: &[String], found: &mut Findings) {
    for name in files {
        found.demand(!name.ends_with(".snap.new"), format!("{name}: a snapshot that nobody accepted"));
        // What is not text, such as inputs that are broken on purpose, says nothing.
        let Ok(text) = workspace.read(name) else { continue };
        if name == "Cargo.lock" {
            lock_file(name, &text, found);
            continue;
        }
        let is_go = has_extension(name, "go") || name.ends_with(".go.txt");
        for (index, line) in text.lines().enumerate() {
            let at = format!("{name}:{}", index + 1);
            if !is_go
                && !explains_marks(name)
                && let Some(folder) = machine_path(line)
            {
                found.complain(format!("{at}: a path of some machine, `/{folder}/`"));
            }
            if let Some(word) = unfinished(name, line) {
                found.complain(format!("{at}: {word}"));
            }
        }
        if has_extension(name, "md") {
            links(workspace, name, &text, found);
        }
    }
}

fn lock_file(name: &str, text: &str, found: &mut Findings) {
    for line in text.lines().filter(|line| line.starts_with("source = ")) {
        found.demand(line.contains(REGISTRY), format!("{name}: not from crates.io: {line}"));
    }
}

/// Whether a file has to say the words that this module looks for.
fn explains_marks(name: &str) -> bool {
    name.starts_with("xtask/") || matches!(name, "CONTRIBUTING.md" | "ARCHITECTURE.md")
}

/// The folder of an absolute path that only some machine has.
fn machine_path(line: &str) -> Option<&'static str> {
    MACHINE_FOLDERS.into_iter().find(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| c.is_whitespace() || "\"'`(=<[{,;".contains(c))
        })
    })
}

/// Why a line is not finished. In testdata, results that are known to be wrong are marked with a reason.
fn unfinished(name: &str, line: &str) -> Option<String> {
    if explains_marks(name) {
        return None;
    }
    if has_extension(name, "rs") {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let is_comment = !code.contains(['"', '`']) && !comment.contains('`');
        let is_marked = is_comment && (comment.contains(MARK) || comment.contains(TODO));
        return is_marked.then(|| "not written yet".to_owned());
    }
    let (_, rest) = line.split_once(MARK)?;
    if name.starts_with("testdata/") {
        let mut kinds = [" false positive: ", " false negative: "].into_iter();
        let has_reason = kinds.any(|kind| rest.strip_prefix(kind).is_some_and(|why| !why.trim().is_empty()));
        let forms = format!("`{MARK} false positive: why` or `{MARK} false negative: why`");
        return (!has_reason).then(|| format!("a mark that is not {forms}"));
    }
    Some("not written yet".to_owned())
}

/// Links of a Markdown file to others in the checkout lead somewhere.
fn links(workspace: &Workspace, name: &str, text: &str, found: &mut Findings) {
    let dir = name.rsplit_once('/').map_or("", |(dir, _)| dir);
    for rest in text.split("](").skip(1) {
        let target = rest.split([')', ' ', '#', '\n']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains(':') {
            let is_there = workspace.path(dir).join(target).exists();
            found.demand(is_there, format!("{name}: the link to {target} leads nowhere"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_machines_are_seen() {
        assert_eq!(machine_path("cd /root/src"), Some("root"));
        assert_eq!(machine_path("/tmp/out"), Some("tmp"));
        assert_eq!(machine_path("path: `/home/me/go`"), Some("home"));
        assert_eq!(machine_path("src/root/lib and https://example.com/home/page"), None);
    }

    #[test]
    fn marks_need_a_reason() {
        let case = "testdata/chan-nil-op/basic/a.go";
        assert_eq!(unfinished(case, "x // FIXME false positive: closed elsewhere"), None);
        assert_eq!(
            unfinished("testdata/showcase/a.go", "ctx := context.TODO() // TODO: from the caller"),
            None
        );
        assert!(unfinished(case, "x // FIXME false positive: ").is_some());
        assert!(unfinished(case, "x // FIXME").is_some());
        assert!(unfinished("crates/a/src/lib.rs", "//! TODO").is_some());
        assert!(unfinished("crates/a/src/lib.rs", "    // FIXME: slow").is_some());
        assert_eq!(unfinished("crates/a/src/lib.rs", "text.contains(\"FIXME\")"), None);
        assert_eq!(unfinished("crates/a/src/lib.rs", "/// Such as `context.TODO()`."), None);
        assert!(unfinished("rules/chan-nil-op.md", "FIXME").is_some());
    }
}
