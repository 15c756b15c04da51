//! What the tests of this crate share.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part")]
#![expect(clippy::expect_used, clippy::print_stderr, reason = "tests fail loudly and say what they skip")]

pub(crate) mod unparse;

use std::path::{Path, PathBuf};

use golint_conc_syntax::{STACK_SIZE, SourceFile};

/// Runs `test` with the stack that the analyzer gives its threads.
pub(crate) fn on_big_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(test).expect("a thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The Go files under `root`, in order, but for those in the Go distribution that are wrong on purpose.
pub(crate) fn go_files(root: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !entry.path().ends_with("internal/types/testdata"))
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.is_file() && path.extension().is_some_and(|ext| ext == "go"))
        .collect()
}

/// The repository's `testdata/`.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

/// The text of a file.
#[expect(clippy::disallowed_methods, reason = "tests read files")]
pub(crate) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a readable file")
}

/// Whether a variable of the environment is set to something.
#[expect(clippy::disallowed_methods, reason = "tests are told what to require")]
pub(crate) fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// What a Go command prints, or `None` where there is no Go on this machine, which is said on stderr.
///
/// With `GOLINT_CONC_REQUIRE_TOOLS=1` its absence fails the test.
pub(crate) fn go(dir: &Path, args: &[&str]) -> Option<String> {
    let output = match std::process::Command::new("go").args(args).current_dir(dir).output() {
        Ok(output) => output,
        Err(error) => {
            assert!(!is_set("GOLINT_CONC_REQUIRE_TOOLS"), "go does not run: {error}");
            eprintln!("skipped: `go` does not run here ({error})");
            return None;
        }
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "go {}: {stderr}", args.join(" "));
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

/// The standard library's source, where there is a Go installation.
pub(crate) fn goroot_src() -> Option<PathBuf> {
    let root = go(Path::new("."), &["env", "GOROOT"])?;
    Some(Path::new(root.trim()).join("src"))
}

/// A source file of this text.
pub(crate) fn source(text: &str) -> SourceFile {
    SourceFile::new(text.as_bytes().to_vec())
}
