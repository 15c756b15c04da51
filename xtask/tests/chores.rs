//! The chores on this workspace, and on copies of it that have something wrong.

#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn xtask(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env_remove("RUST_BACKTRACE").arg("--root").arg(root).args(args);
    command
}

/// What a chore that must fail says.
fn complaint(root: &Path, args: &[&str]) -> String {
    let output = xtask(root, args).assert().failure().get_output().stderr.clone();
    String::from_utf8(output).expect("UTF-8")
}

/// A copy of what the chores read, without a build in it.
fn copy() -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let files = walkdir::WalkDir::new(root()).into_iter().filter_entry(|entry| {
        let name = entry.file_name();
        entry.depth() == 0 || (name != "target" && name != ".git")
    });
    for file in files.map(|file| file.expect("readable")).filter(|file| file.file_type().is_file()) {
        let to = copy.path().join(file.path().strip_prefix(root()).expect("below the root"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(file.path(), to).expect("copied");
    }
    copy
}

#[test]
fn the_workspace_is_tidy() {
    xtask(&root(), &["tidy"]).assert().success();
}

#[test]
fn generated_files_are_fresh() {
    xtask(&root(), &["codegen", "--check"]).assert().success();
}

#[test]
fn tidy_names_what_is_wrong() {
    let copy = copy();
    let write = |name: &str, text: &str| {
        let path = copy.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write("docs/stray.md", "[away](nowhere.md) from /root/here\n");
    write("rules/chan-lost.md", "```toml\nsummary = \"Lost.\"\nflavour = 1\n```\n# lost\n");
    write("testdata/nobodys/case/a.go", "package a // FIXME\n");
    let text = complaint(copy.path(), &["tidy"]);
    for expected in [
        "docs/stray.md: the link to nowhere.md leads nowhere",
        "docs/stray.md:1: a path of some machine",
        "rules/chan-lost.md: unknown key `flavour`",
        "rules/chan-lost.md: no `effect`",
        "rules/chan_lost.rs: missing",
        "testdata/chan-lost/: no case",
        "testdata/nobodys/case/a.go: no page",
        "testdata/nobodys/case/a.go:1: a mark that is not",
    ] {
        assert!(text.contains(expected), "{expected}\nnot in\n{text}");
    }
}

#[test]
fn stale_files_are_named_and_rewritten() {
    let copy = copy();
    std::fs::write(copy.path().join("docs/rules.md"), "old").expect("written");
    let text = complaint(copy.path(), &["codegen", "--check"]);
    assert!(text.contains("docs/rules.md is stale: run `cargo xtask codegen`"), "{text}");
    xtask(copy.path(), &["codegen"]).assert().success();
    xtask(copy.path(), &["codegen", "--check"]).assert().success();
}

#[test]
fn ids_of_new_rules_are_checked() {
    let copy = copy();
    for (id, why) in [
        ("Chan-lost", "not kebab case"),
        ("chan_lost", "not kebab case"),
        ("chan", "one word"),
        ("signal-notify-unbuffered", "already"),
    ] {
        let text = complaint(copy.path(), &["new-rule", id]);
        assert!(text.contains(why), "{id}: {text}");
    }
}
