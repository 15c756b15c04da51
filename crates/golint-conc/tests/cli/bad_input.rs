//! Input that is not as it should be: one clear line each, and everything else is analysed.

use std::path::Path;

use crate::support::{BUG, CLEAN, Run, Tree};

/// A module with one finding, and something wrong beside it.
fn tree() -> Tree {
    Tree::new(&[("go.mod", "module m\n\ngo 1.26\n"), ("ok/a.go", BUG)])
}

/// Asserts that a run over everything finds what there is to find, and says one line.
#[track_caller]
fn assert_one_line(tree: &Tree, status: i32, line: &str) {
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!((found, run.status), (vec!["ok/a.go:10".to_owned()], status), "{}", run.stderr);
    run.assert_says(line);
}

#[test]
fn a_path_that_is_not_there() {
    let (found, run) = tree().findings(&["./...", "gone/x.go"]);
    assert_eq!((found.len(), run.status), (1, 2));
    run.assert_says("gone/x.go: no such file or folder; give a path such as ./..., ./dir or file.go");
    let run = tree().run(&["gone/..."]);
    assert_eq!(run.status, 2);
    run.assert_says("gone/...: no such folder; give a path such as ./..., ./dir or file.go");
}

#[test]
fn a_pattern_that_matches_nothing() {
    let tree = tree();
    tree.write("docs/readme.md", "");
    tree.write("win/a_windows.go", BUG);
    for (pattern, line) in [
        (
            "./docs/...",
            "./docs/...: no Go files; patterns pass over testdata, vendor, and names that begin with . or _",
        ),
        ("docs", "docs: no Go files; name a folder that has some, or all below it with docs/..."),
        ("docs/readme.md", "docs/readme.md: not a Go file; name files that end in .go"),
        (
            "win",
            "win: build constraints exclude all Go files; give others with --tags, --goos, --goarch or --cgo, or name the files",
        ),
    ] {
        let (found, run) = tree.findings(&["--goos", "linux", pattern, "ok"]);
        assert_eq!((found.len(), run.status), (1, 2), "{pattern}");
        run.assert_says(line);
    }
}

/// Runs as a user that permissions bind, also where the tests run as root, whom they don't: the program is copied to
/// where that user can run it.
#[cfg(unix)]
fn run_without_privileges(tree: &Tree, args: &[&str]) -> Run {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65534;
    let root = tree.path("");
    std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).expect("permissions");
    if root.metadata().expect("there").uid() != 0 {
        return tree.run(args);
    }
    let copy = Tree::new(&[]);
    std::fs::set_permissions(copy.path(""), PermissionsExt::from_mode(0o755)).expect("permissions");
    let program = copy.path("golint-conc");
    std::fs::copy(crate::support::program(), &program).expect("copied");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("permissions");
    Run::of(std::process::Command::new(&program).current_dir(&root).args(args).uid(NOBODY).gid(NOBODY))
}

#[cfg(unix)]
#[test]
fn a_file_and_a_folder_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;

    let tree = tree();
    tree.write("ok/secret.go", CLEAN);
    tree.write("shut/a.go", CLEAN);
    for path in ["ok/secret.go", "shut"] {
        std::fs::set_permissions(tree.path(path), PermissionsExt::from_mode(0o000)).expect("permissions");
    }
    let run = run_without_privileges(&tree, &["--format", "json", "./..."]);
    for pattern in ["./shut/...", "shut"] {
        let run = run_without_privileges(&tree, &[pattern]);
        assert_eq!((run.status, run.stderr.lines().count()), (2, 1), "{}", run.stderr);
    }
    std::fs::set_permissions(tree.path("shut"), PermissionsExt::from_mode(0o755)).expect("permissions");
    assert_eq!((run.places(), run.status), (vec!["ok/a.go:10".to_owned()], 2), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "golint-conc: ok/secret.go: can't be read: permission denied; make it readable, or remove it\n\
         golint-conc: shut: can't be read: permission denied; make it readable\n"
    );
}

#[cfg(unix)]
#[test]
fn what_is_called_like_a_go_file_and_is_none() {
    let dangling = tree();
    std::os::unix::fs::symlink("nowhere", dangling.path("ok/link.go")).expect("a link");
    assert_one_line(
        &dangling,
        2,
        "ok/link.go: can't be read: the link leads nowhere; make it readable, or remove it",
    );

    let pipe = tree();
    let made = std::process::Command::new("mkfifo").arg(pipe.path("ok/pipe.go")).status().expect("mkfifo");
    assert!(made.success());
    assert_one_line(
        &pipe,
        2,
        "ok/pipe.go: not a regular file; remove it, or give its text with - and --stdin-filename",
    );

    let folder = tree();
    folder.write("ok/folder.go/a.txt", "");
    std::os::unix::fs::symlink(folder.path("ok"), folder.path("ok/link.go")).expect("a link");
    let (found, run) = folder.findings(&["./..."]);
    assert_eq!(
        (found.len(), run.status, run.stderr.as_str()),
        (1, 1, ""),
        "folders are no source files for Go either"
    );
}

#[test]
fn two_packages_in_a_folder_are_both_analysed() {
    let tree = tree();
    tree.write("two/a.go", BUG);
    tree.write("two/b.go", BUG.replace("package p", "package q"));
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!(
        (found, run.status),
        (vec!["ok/a.go:10".into(), "two/a.go:10".into(), "two/b.go:10".into()], 1)
    );
    run.assert_says("two: 2 packages in one folder: p, q; give each a folder of its own, until then each is analysed by itself");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle() {
    let tree = tree();
    std::os::unix::fs::symlink("..", tree.path("ok/up")).expect("a link");
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!((found.len(), run.status, run.stderr.as_str()), (1, 1, ""));

    std::os::unix::fs::symlink("self.go", tree.path("ok/self.go")).expect("a link");
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!((found.len(), run.status), (1, 2));
    assert!(
        run.stderr.starts_with("golint-conc: ok/self.go: can't be read: too many levels of symbolic links"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1);
}

#[test]
fn text_that_is_no_go_text() {
    for (text, status, line) in [
        (
            &b"package p\n\nvar s = \"a\0b\"\n"[..],
            1,
            Some("x.go:3: a NUL byte; save it as UTF-8, until then findings may be wrong"),
        ),
        (
            b"package p\n\n// caf\xe9\n",
            1,
            Some("x.go:3: not UTF-8; save it as UTF-8, until then findings may be wrong"),
        ),
        (
            b"\xff\xfep\0a\0c\0k\0",
            1,
            Some("x.go: no package clause; begin it with a package clause, until then it is left out"),
        ),
        (b"", 1, Some("x.go: no package clause; begin it with a package clause, until then it is left out")),
        (
            b"\n// nothing yet\n",
            1,
            Some("x.go: no package clause; begin it with a package clause, until then it is left out"),
        ),
        (b"\xef\xbb\xbfpackage p\r\n\r\nvar x int\r\n", 1, None),
        (
            b"package p\n\nfunc f() {\n\tg(\n",
            1,
            Some(
                "x.go:3: nothing closes the bracket, string or comment opened here; close it, until then what follows may be misread",
            ),
        ),
        (
            b"//go:build linux &&\n\npackage p\n",
            1,
            Some(
                "x.go: //go:build: unexpected end of expression; mend the build constraint, until then the file counts as unconstrained",
            ),
        ),
    ] {
        let tree = tree();
        tree.write("ok/x.go", text);
        if let Some(line) = line {
            assert_one_line(&tree, status, &format!("ok/{line}"));
        } else {
            let (found, run) = tree.findings(&["./..."]);
            assert_eq!((found.len(), run.status, run.stderr.as_str()), (1, status, ""));
        }
    }
}

#[test]
fn a_named_file_is_not_blamed_for_its_neighbours() {
    let tree = tree();
    tree.write("ok/x.go", "");
    tree.write("ok/y.go", "//go:build (\n\npackage p\n\nfunc f() {\n");
    let (found, run) = tree.findings(&["ok/a.go"]);
    assert_eq!((found.len(), run.status, run.stderr.as_str()), (1, 1, ""));
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let tree = Tree::new(&[("a.go", &format!("\u{feff}{BUG}"))]);
    assert_eq!(tree.findings(&[]).0, ["a.go:10"]);
}

#[test]
fn a_file_cut_anywhere() {
    const TEXT: &str = "// Code here.\n//go:build !x\n\npackage p\n\nimport (\n\t\"os\"\n\t\"os/signal\"\n)\n\ntype T[E any] struct{ c chan E }\n\n\
                        func (t *T[E]) Wait(s ...string) error {\n\tc := make(chan os.Signal)\n\tsignal.Notify(c, os.Interrupt)\n\t\
                        select {\n\tcase <-c:\n\tdefault:\n\t\tgo func() { t.c <- *new(E) }()\n\t}\n\t/* é */ _ = `raw` + \"s\\n\" + string('x')\n\treturn nil\n}\n";
    let tree = Tree::new(&[("go.mod", "module m\n\ngo 1.26\n")]);
    for cut in 0..=TEXT.len() {
        tree.write(&format!("d{cut:04}/a.go"), &TEXT.as_bytes()[..cut]);
    }
    let (found, run) = tree.findings(&["./..."]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(found.contains(&format!("d{:04}/a.go:15", TEXT.len())), "{found:?}");
    for line in run.stderr.lines() {
        let is_known = ["no package clause", "nothing closes", "not UTF-8", "//go:build"]
            .iter()
            .any(|known| line.contains(known));
        assert!(is_known && line.starts_with("golint-conc: d"), "{line}");
    }
}

#[test]
fn brackets_a_hundred_thousand_deep() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("func(){", "}()"), ("[]T{", "}"), ("*(", ")")]
    {
        for is_closed in [true, false] {
            let tree = tree();
            let depth = 100_000;
            let close = if is_closed { close.repeat(depth) } else { String::new() };
            tree.write(
                "ok/deep.go",
                format!("package p\n\nvar x = {}{close}\n\nfunc g() {{}}\n", open.repeat(depth)),
            );
            let (found, run) = tree.findings(&["./..."]);
            assert_eq!((found, run.status), (vec!["ok/a.go:10".to_owned()], 1), "{open}: {}", run.stderr);
            let line = if is_closed {
                "brackets nest deeper than 250; simplify this declaration, until then it is left out"
            } else {
                "nothing closes the bracket, string or comment opened here; close it, until then what follows may be misread"
            };
            run.assert_says(&format!("ok/deep.go:3: {line}"));
        }
    }
}

#[test]
fn a_file_of_50_mb() {
    let tree = tree();
    let file = std::fs::File::create(tree.path("ok/big.go")).expect("a file");
    file.set_len(50 << 20).expect("grows");
    assert_one_line(&tree, 2, "ok/big.go: 50 MB are too many, at most 16 are read; split the file");
}

#[cfg(target_os = "linux")]
#[test]
fn paths_that_are_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let file = tree();
    let name = Path::new(OsStr::from_bytes(b"ok/caf\xe9.go"));
    std::fs::write(file.path("").join(name), CLEAN).expect("a file");
    assert_one_line(&file, 2, "ok/caf\u{fffd}.go: the name is not UTF-8, the file is left out; rename it");

    let folder = tree();
    let name = folder.path("").join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&name).expect("a folder");
    std::fs::write(name.join("b.go"), BUG).expect("a file");
    let (found, run) = folder.findings(&["./..."]);
    assert_eq!((found, run.status), (vec!["caf\u{fffd}/b.go:10".to_owned(), "ok/a.go:10".to_owned()], 1));
    run.assert_says(
        "caf\u{fffd}: the name is not UTF-8; rename it, until then paths in it are shown inexactly",
    );
}

#[test]
fn a_broken_go_mod() {
    let tree = tree();
    tree.write("go.mod", "module m\n\n<<<<<<< HEAD\ngo 1.26\n");
    assert_one_line(&tree, 2, "go.mod:3: unexpected `<<<<<<<`; mend the file, which Go can't read either");
    tree.write("go.mod", "module m\n\ngo latest\n");
    let newest = golint_conc_semantic::build::LangVersion::NEWEST;
    assert_one_line(
        &tree,
        2,
        &format!("go.mod:3: `latest` is no Go version; mend the file, until then Go {newest} is assumed"),
    );
    let run = Run::of(tree.command().current_dir(tree.path("ok")));
    assert!(run.stderr.starts_with("golint-conc: ../go.mod:3: "), "{}", run.stderr);
}
