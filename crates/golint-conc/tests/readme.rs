//! What the README and the guides show is what the program prints.

#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md is text")
}

/// What the program prints when it runs at the root of the repository, after its exit status was checked.
fn output(args: &[&str], status: i32) -> String {
    let run = Command::cargo_bin("golint-conc").expect("the binary").args(args).current_dir(root()).assert();
    let run = run.code(status).stderr("");
    String::from_utf8(run.get_output().stdout.clone()).expect("UTF-8")
}

#[test]
fn the_readme_shows_real_output() {
    let printed = output(&["testdata/showcase/..."], 1);
    let readme = readme();
    let shown = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown: Vec<&str> = shown.flat_map(|block| block.split("\n\n")).map(str::trim_end).collect();
    assert!(!shown.is_empty(), "README.md shows no output");
    for frame in shown {
        assert!(printed.contains(frame), "README.md shows\n{frame}\nbut the program prints\n{printed}");
    }
}

#[test]
fn how_it_works_shows_real_output() {
    let page = std::fs::read_to_string(root().join("docs/how-it-works.md")).expect("the page is text");
    let block = |opening: &str| page.split(opening).last()?.split("```").next();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("go.mod", "module example.com/how\n\ngo 1.26\n");
    write("fetch/fetch.go", block("```go\n").expect("an example"));
    let mut run = Command::cargo_bin("golint-conc").expect("the binary");
    let run = run.arg("./...").current_dir(dir.path()).assert().code(1);
    let printed = String::from_utf8(run.get_output().stdout.clone()).expect("UTF-8");
    assert_eq!(block("```text\n").map(str::trim), Some(printed.trim()));
}

#[test]
fn the_readme_knows_the_options() {
    let help = output(&["--help"], 0);
    // Options of cargo stand in its own commands.
    let cargo = ["--release", "--workspace", "--locked", "--git", "--path"];
    for word in readme().split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let is_option = word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic));
        if is_option && !cargo.contains(&word) {
            assert!(help.contains(word), "README.md: no option {word}");
        }
    }
}
