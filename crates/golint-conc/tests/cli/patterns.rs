//! What the arguments name.

use std::io::Write;
use std::process::Stdio;

use crate::support::{BUG, CLEAN, Run, Tree};

fn module() -> Tree {
    Tree::new(&[
        ("go.mod", "module example.com/m\n\ngo 1.26\nignore ./third_party\n"),
        ("a.go", BUG),
        ("server/b.go", BUG),
        ("server/b_test.go", BUG),
        ("server/inner/c.go", BUG),
        ("testdata/x.go", BUG),
        ("server/testdata/x.go", BUG),
        ("_old/x.go", BUG),
        (".hidden/x.go", BUG),
        ("vendor/example.com/v/x.go", BUG),
        ("third_party/x.go", BUG),
        ("nested/go.mod", "module example.com/nested\n"),
        ("nested/x.go", BUG),
        ("node_modules/n/x.go", BUG),
        ("_file.go", BUG),
        (".file.go", BUG),
        ("notes.txt", "no Go"),
    ])
}

#[test]
fn dots_walk_as_go_does() {
    let tree = module();
    #[cfg(unix)]
    std::os::unix::fs::symlink(tree.path("testdata"), tree.path("link")).expect("a link");
    let all = [
        "a.go:10",
        "node_modules/n/x.go:10",
        "server/b.go:10",
        "server/b_test.go:10",
        "server/inner/c.go:10",
    ];
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!(found, all);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    for same in [&["..."][..], &["./..."], &["./...", "./server", "server/b.go", "."]] {
        assert_eq!(tree.findings(same).0, all, "{same:?}");
    }
    assert_eq!(tree.findings(&["./server/..."]).0, all[2..]);
    assert_eq!(tree.findings(&["server/inn..."]).0, all[4..]);
    assert_eq!(tree.findings(&["./.../inner"]).0, all[4..]);
    let absolute = format!("{}/...", tree.path("server").display());
    assert_eq!(tree.findings(&[&absolute]).0, all[2..], "below the working directory paths are relative");
}

#[test]
fn no_argument_is_the_current_folder() {
    let tree = module();
    assert_eq!(tree.findings(&[]).0, ["a.go:10"]);
    assert_eq!(tree.findings(&["."]).0, ["a.go:10"]);
    let run = Run::of(tree.command().current_dir(tree.path("server")).args([
        "--format",
        "json",
        "../server/inner/...",
    ]));
    assert_eq!(run.places(), ["../server/inner/c.go:10"]);
}

#[test]
fn folders_are_taken_at_their_word() {
    let tree = module();
    let (found, run) =
        tree.findings(&["testdata", "./_old", ".hidden", "nested", "vendor/example.com/v", "third_party"]);
    assert_eq!(
        found,
        [
            ".hidden/x.go:10",
            "_old/x.go:10",
            "nested/x.go:10",
            "testdata/x.go:10",
            "third_party/x.go:10",
            "vendor/example.com/v/x.go:10"
        ]
    );
    assert_eq!(run.stderr, "");
    let run = tree.run(&["./testdata/..."]);
    assert_eq!(run.status, 2);
    run.assert_says(
        "./testdata/...: no Go files; patterns pass over testdata, vendor, and names that begin with . or _",
    );
    let run = Run::of(tree.command().current_dir(tree.path("testdata")).args(["--format", "json", "./..."]));
    assert_eq!(run.places(), ["x.go:10"]);
}

#[test]
fn of_a_package_only_the_named_files_are_reported() {
    let tree = Tree::new(&[("a.go", BUG), ("b.go", BUG), ("c.go", CLEAN), ("sub/d.go", BUG)]);
    assert_eq!(tree.findings(&["a.go"]).0, ["a.go:10"]);
    assert_eq!(tree.findings(&["./b.go", "sub/d.go", "b.go"]).0, ["b.go:10", "sub/d.go:10"]);
    assert_eq!(tree.findings(&["c.go"]).1.status, 0);
}

#[test]
fn a_named_file_is_read_whatever_its_constraints_say() {
    let tree = Tree::new(&[
        ("p.go", CLEAN),
        ("p_windows.go", BUG),
        ("gen.go", &format!("//go:build ignore\n\n{}", BUG.replace("package p", "package main"))),
    ]);
    assert_eq!(tree.findings(&["--goos", "linux", "."]).0, [""; 0]);
    let (found, run) = tree.findings(&["--goos", "linux", "p_windows.go", "gen.go", "p.go"]);
    assert_eq!(found, ["gen.go:12", "p_windows.go:10"]);
    assert_eq!(run.stderr, "");
    assert_eq!(tree.findings(&["--goos", "windows", "."]).0, ["p_windows.go:10"]);
}

#[test]
fn the_standard_input_stands_for_a_file() {
    let tree = Tree::new(&[("p/a.go", CLEAN), ("p/b.go", BUG)]);
    let with_stdin = |args: &[&str], text: &str| {
        let mut command = tree.command();
        command.args(["--format", "json"]).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Run {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    };
    assert_eq!(
        with_stdin(&["-", "--stdin-filename", "p/a.go"], BUG).places(),
        ["p/a.go:10"],
        "not what is on disk"
    );
    assert_eq!(with_stdin(&["-", "--stdin-filename", "p/b.go"], CLEAN).status, 0);
    assert_eq!(
        with_stdin(&["-", "--stdin-filename", "new/c.go"], BUG).places(),
        ["new/c.go:10"],
        "not on disk yet"
    );
    assert_eq!(with_stdin(&["-"], BUG).places(), ["stdin.go:10"]);
    assert_eq!(
        with_stdin(&["-", "./...", "--stdin-filename", "p/a.go"], BUG).places(),
        ["p/a.go:10", "p/b.go:10"]
    );
    let run = with_stdin(&["p", "--stdin-filename", "p/a.go"], "");
    assert_eq!(run.status, 2);
    run.assert_says("--stdin-filename needs the pattern `-`");
}

#[test]
fn a_workspace_is_all_its_modules() {
    let tree = Tree::new(&[
        ("go.work", "go 1.26\n\nuse (\n\t./one\n\t./two // second\n)\n"),
        ("one/go.mod", "module one\n"),
        ("one/a.go", BUG),
        ("two/go.mod", "module two\n"),
        ("two/in/a.go", BUG),
        ("three/go.mod", "module three\n"),
        ("three/a.go", BUG),
    ]);
    assert_eq!(tree.findings(&["work"]).0, ["one/a.go:10", "two/in/a.go:10"]);
    let run = tree.run(&["./..."]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("patterns do not go into other modules: try "), "{}", run.stderr);
    tree.write("go.work", "use (\n\t./one\n");
    let (found, run) = tree.findings(&["work"]);
    assert_eq!(found, ["one/a.go:10"]);
    assert_eq!(run.status, 2);
    run.assert_says(
        "go.work:1: nothing closes the block of `use`; mend the file, which Go can't read either",
    );
}

#[test]
fn commands_do_not_hide_folders() {
    let tree = Tree::new(&[("rules/a.go", BUG), ("explain/a.go", BUG)]);
    assert_eq!(tree.findings(&["./rules", "./explain"]).0, ["explain/a.go:10", "rules/a.go:10"]);
    let run = tree.run(&["rules"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("signal-notify-unbuffered"), "{}", run.stdout);
}
