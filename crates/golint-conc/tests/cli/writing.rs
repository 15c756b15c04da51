//! Where the output goes, and what happens when it can't.

use std::process::Stdio;

use crate::support::{BUG, Run, Tree};

#[test]
fn a_file_gets_what_the_standard_output_would() {
    let tree = Tree::new(&[("a.go", BUG)]);
    for format in ["text", "json", "sarif"] {
        let stdout = tree.run(&["--format", format]).stdout;
        let run = tree.run(&["--format", format, "--output", "out", "--color", "always"]);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, "", ""));
        assert_eq!(std::fs::read_to_string(tree.path("out")).expect("written"), stdout, "{format}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_no_place_for_output() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let run = tree.run(&["--output", "gone/out.json"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.starts_with("golint-conc: gone/out.json: can't be written: no such file or directory"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let run = Run::of(&mut command_writing_to(&tree, full.into()));
    assert_eq!(run.status, 2);
    run.assert_says(
        "the standard output: can't be written: no space left on device; choose another place with --output",
    );
    let run = tree.run(&["--output", "/dev/full"]);
    assert_eq!(run.status, 2);
    run.assert_says(
        "/dev/full: can't be written: no space left on device; choose another place with --output",
    );
}

/// `output` of [`std::process::Command`] captures only what is not set before.
#[cfg(target_os = "linux")]
fn command_writing_to(tree: &Tree, stdout: Stdio) -> std::process::Command {
    let mut command = tree.command();
    command.stdout(stdout);
    command
}

/// A limit on the size of files stands for a disk that fills up while the file is written.
#[cfg(target_os = "linux")]
#[test]
fn an_output_file_is_whole_or_as_before() {
    let tree = Tree::new(&[("src/a.go", BUG), ("out.json", "before")]);
    let limited = "ulimit -f 0; trap '' XFSZ; exec \"$0\" --format json --output out.json ./...";
    let mut command = std::process::Command::new("sh");
    command.current_dir(tree.path("")).args(["-c", limited]).arg(crate::support::program());
    let run = Run::of(&mut command);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.starts_with("golint-conc: out.json: can't be written: "), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(tree.path("out.json")).expect("still there"), "before");
    let names = std::fs::read_dir(tree.path("")).expect("readable").count();
    assert_eq!(names, 2, "no other file stays behind");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_of_an_output_file_stay() {
    use std::os::unix::fs::PermissionsExt;

    let tree = Tree::new(&[("a.go", BUG), ("real.json", "before")]);
    std::fs::set_permissions(tree.path("real.json"), PermissionsExt::from_mode(0o640)).expect("permissions");
    std::os::unix::fs::symlink("real.json", tree.path("link.json")).expect("a link");
    assert_eq!(tree.run(&["--format", "json", "--output", "link.json"]).status, 1);
    assert!(tree.path("link.json").is_symlink());
    let written = std::fs::read_to_string(tree.path("real.json")).expect("written");
    assert!(written.contains("\"findings\""));
    assert_eq!(tree.path("real.json").metadata().expect("there").permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn devices_are_written_as_they_are() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let run = tree.run(&["--output", "/dev/stdout"]);
    assert_eq!((run.status, run.stdout), (1, tree.run(&[]).stdout));
    assert_eq!(tree.run(&["--output", "/dev/null"]).status, 1);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let tree = Tree::new(&[("a.go", BUG)]);
    for args in [&["--format", "json"][..], &["rules"]] {
        let mut child =
            tree.command().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        assert_ne!(output.status.code(), Some(2));
        assert!(output.status.code().is_some(), "{:?}", output.status);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
