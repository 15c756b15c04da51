//! A folder to run in, and what a run gave.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A package with one finding, on line 10.
pub(crate) const BUG: &str = "package p\n\nimport (\n\t\"os\"\n\t\"os/signal\"\n)\n\nfunc wait() {\n\tc := make(chan os.Signal)\n\t\
                              signal.Notify(c, os.Interrupt)\n\t<-c\n}\n";

/// A package without any.
pub(crate) const CLEAN: &str = "package p\n\nfunc f() {}\n";

/// A folder that goes when the test ends.
pub(crate) struct Tree(TempDir);

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a temporary folder"));
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A command that runs the program here, whatever the environment of the test is.
    pub(crate) fn command(&self) -> Command {
        command_in(self.0.path())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command().args(args))
    }

    /// The findings as `path:line`, and the run.
    pub(crate) fn findings(&self, args: &[&str]) -> (Vec<String>, Run) {
        let run = Run::of(self.command().args(["--format", "json"]).args(args));
        (run.places(), run)
    }
}

pub(crate) fn command_in(dir: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(dir);
    for name in ["GOOS", "GOARCH", "CGO_ENABLED", "GOWORK", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// The program under test.
pub(crate) fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("golint-conc").to_path_buf()
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The findings of a JSON run as `path:line`.
    pub(crate) fn places(&self) -> Vec<String> {
        let json: Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let findings = json["findings"].as_array().expect("a list");
        let place = |finding: &Value| {
            format!("{}:{}", finding["path"].as_str().unwrap_or_default(), finding["range"]["start"]["line"])
        };
        findings.iter().map(place).collect()
    }

    /// Asserts that the standard error has just this one line.
    #[track_caller]
    pub(crate) fn assert_says(&self, line: &str) {
        assert_eq!(self.stderr, format!("golint-conc: {line}\n"), "{}", self.stdout);
    }
}
