//! `--fix`, `--unsafe-fixes` and `--diff`.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{BUG, CLEAN, Run, Tree};

/// Beside the signal, which has a safe edit, a loop with a suggested one.
const TWO: &str = "package p

import (
\t\"os\"
\t\"os/signal\"
)

func wait(in chan int) {
\tc := make(chan os.Signal)
\tsignal.Notify(c, os.Interrupt)
\t<-c
\tfor {
\t\tselect {
\t\tcase n := <-in:
\t\t\tprintln(n)
\t\tdefault:
\t\t}
\t}
}
";

fn fixed(text: &str) -> String {
    text.replace("make(chan os.Signal)", "make(chan os.Signal, 1)")
}

fn settled(text: &str) -> String {
    fixed(text).replace("\t\tdefault:\n", "")
}

fn read(tree: &Tree, path: &str) -> String {
    std::fs::read_to_string(tree.path(path)).expect("a file")
}

fn piped(tree: &Tree, args: &[&str], text: &[u8]) -> Run {
    let mut command = tree.command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(text).expect("written");
    let output = child.wait_with_output().expect("it ends");
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn safe_edits_are_written_and_nothing_remains() {
    let tree = Tree::new(&[("a.go", BUG), ("sub/b.go", BUG), ("sub/c.go", CLEAN)]);
    let run = tree.run(&["--fix", "./..."]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    run.assert_says("mended 2 findings in 2 files");
    assert_eq!(read(&tree, "a.go"), fixed(BUG));
    assert_eq!(read(&tree, "sub/b.go"), fixed(BUG));
    assert_eq!(read(&tree, "sub/c.go"), CLEAN);
    let again = tree.run(&["--fix", "./..."]);
    assert_eq!((again.status, again.stdout.as_str(), again.stderr.as_str()), (0, "", ""));
}

#[test]
fn what_is_only_suggested_remains_until_asked_for() {
    let tree = Tree::new(&[("a.go", TWO)]);
    let run = tree.run(&["--fix", "--format", "json"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.places(), ["a.go:16"]);
    assert_eq!(read(&tree, "a.go"), fixed(TWO));
    let run = tree.run(&["--fix", "--unsafe-fixes", "--quiet"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    assert_eq!(read(&tree, "a.go"), settled(TWO));
}

#[test]
fn what_remains_is_what_a_run_afterwards_finds() {
    for format in ["text", "json", "sarif"] {
        let tree = Tree::new(&[("a.go", TWO)]);
        let run = tree.run(&["--fix", "--format", format]);
        let after = tree.run(&["--format", format]);
        assert_eq!((run.status, &run.stdout), (after.status, &after.stdout), "{format}");
    }
}

#[test]
fn edits_stand_in_json_and_sarif() {
    let tree = Tree::new(&[("a.go", TWO)]);
    let json: Value = serde_json::from_str(&tree.run(&["--format", "json"]).stdout).expect("JSON");
    let kinds: Vec<_> = json["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["edits"][0]["applicability"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(kinds, ["safe", "suggested"]);
    let sarif: Value = serde_json::from_str(&tree.run(&["--format", "sarif"]).stdout).expect("JSON");
    for result in sarif["runs"][0]["results"].as_array().expect("results") {
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "a.go");
        assert!(change["replacements"][0]["deletedRegion"]["startLine"].is_number(), "{change}");
    }
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let tree = Tree::new(&[("p/a.go", TWO)]);
    let run = tree.run(&["--diff", "./..."]);
    let diff = "\
--- a/p/a.go
+++ b/p/a.go
@@ -6,7 +6,7 @@
 )
 
 func wait(in chan int) {
-\tc := make(chan os.Signal)
+\tc := make(chan os.Signal, 1)
 \tsignal.Notify(c, os.Interrupt)
 \t<-c
 \tfor {
";
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, diff, ""));
    assert_eq!(read(&tree, "p/a.go"), TWO);
    let bold = tree.run(&["--diff", "--unsafe-fixes", "./..."]);
    assert!(bold.stdout.contains("\n-\t\tdefault:\n"), "{}", bold.stdout);
    let to_file = tree.run(&["--diff", "--output", "out.diff", "./..."]);
    assert_eq!((to_file.status, to_file.stdout.as_str()), (1, ""));
    assert_eq!(read(&tree, "out.diff"), diff);
    assert_eq!(tree.run(&["--diff", "--exit-zero", "./..."]).status, 0);
}

#[test]
fn a_diff_of_nothing_is_empty() {
    let tree = Tree::new(&[("a.go", CLEAN)]);
    let run = tree.run(&["--diff"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

#[test]
fn the_standard_input_is_printed_with_its_edits() {
    let tree = Tree::new(&[("a.go", CLEAN)]);
    let run = piped(&tree, &["--fix", "-", "--stdin-filename", "b.go"], BUG.as_bytes());
    assert_eq!((run.status, run.stdout), (0, fixed(BUG)));
    assert!(!tree.path("b.go").exists());
    let run = piped(&tree, &["--fix", "-"], TWO.as_bytes());
    assert_eq!((run.status, run.stdout), (1, fixed(TWO)));
    assert!(run.stderr.contains("select-busy-loop"), "{}", run.stderr);
    let run = piped(&tree, &["--fix", "-", "--quiet"], CLEAN.as_bytes());
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, CLEAN, ""));
    let run = piped(&tree, &["--fix", "-", "--format", "json", "--output", "out.json"], TWO.as_bytes());
    assert_eq!((run.status, run.stdout), (1, fixed(TWO)));
    assert!(read(&tree, "out.json").contains("select-busy-loop"));
    let run = piped(&tree, &["--diff", "-"], BUG.as_bytes());
    assert!(run.status == 1 && run.stdout.starts_with("--- a/stdin.go\n+++ b/stdin.go\n"), "{run:?}");
}

#[test]
fn line_ends_marks_and_a_missing_last_line_end_stay() {
    let text = format!("\u{feff}{}", BUG.trim_end().replace('\n', "\r\n"));
    let tree = Tree::new(&[("a.go", &text)]);
    assert_eq!(tree.run(&["--fix"]).status, 0);
    assert_eq!(read(&tree, "a.go"), fixed(&text));
    let text = TWO.replace('\n', "\r\n");
    let tree = Tree::new(&[("a.go", &text)]);
    assert_eq!(tree.run(&["--fix", "--unsafe-fixes"]).status, 0);
    assert_eq!(read(&tree, "a.go"), settled(TWO).replace('\n', "\r\n"));
}

#[test]
fn generated_suppressed_and_undecodable_code_is_left_alone() {
    let generated = format!("// Code generated by hand. DO NOT EDIT.\n\n{BUG}");
    let suppressed =
        BUG.replace("os.Interrupt)", "os.Interrupt) //golintconc:ignore signal-notify-unbuffered for a test");
    let tree = Tree::new(&[("g/g.go", &generated), ("s/s.go", &suppressed)]);
    let broken = [BUG.as_bytes(), b"// \xff\n"].concat();
    tree.write("b/b.go", &broken);
    let run = tree.run(&["--fix", "--generated", "--format", "json", "./..."]);
    assert_eq!(run.status, 1);
    assert_eq!(run.places(), ["b/b.go:10", "g/g.go:12"]);
    assert_eq!(read(&tree, "g/g.go"), generated);
    assert_eq!(read(&tree, "s/s.go"), suppressed);
    assert_eq!(std::fs::read(tree.path("b/b.go")).expect("a file"), broken);
}

#[test]
fn only_the_named_file_is_changed() {
    let tree = Tree::new(&[("a.go", BUG), ("b.go", &BUG.replace("wait", "other"))]);
    assert_eq!(tree.run(&["--fix", "a.go"]).status, 0);
    assert_eq!(read(&tree, "a.go"), fixed(BUG));
    assert_eq!(read(&tree, "b.go"), BUG.replace("wait", "other"));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;

    let tree = Tree::new(&[("real/a.go", BUG), ("go/x.go", CLEAN)]);
    std::fs::set_permissions(tree.path("real/a.go"), PermissionsExt::from_mode(0o640)).expect("permissions");
    std::os::unix::fs::symlink("../real/a.go", tree.path("go/a.go")).expect("a link");
    let run = tree.run(&["--fix", "./..."]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(tree.path("go/a.go").symlink_metadata().expect("there").is_symlink());
    assert_eq!(read(&tree, "real/a.go"), fixed(BUG));
    let mode = tree.path("real/a.go").metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(tree.path("real")).expect("a folder").count(), 1);
}

#[test]
fn a_file_that_must_not_be_written_is_a_failure_and_stays() {
    let tree = Tree::new(&[("a.go", BUG), ("b/b.go", BUG)]);
    let mut permissions = tree.path("a.go").metadata().expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(tree.path("a.go"), permissions).expect("permissions");
    let run = tree.run(&["--fix", "--quiet", "./..."]);
    assert_eq!(run.status, 2);
    run.assert_says("a.go: can't be written: permission denied; it is as it was; mend that and run again");
    assert_eq!(read(&tree, "a.go"), BUG);
    assert_eq!(read(&tree, "b/b.go"), fixed(BUG));
}

#[test]
fn flags_that_make_no_sense_together_are_refused() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let run = tree.run(&["--unsafe-fixes"]);
    assert_eq!(run.status, 2);
    run.assert_says("--unsafe-fixes needs --fix or --diff");
    assert_eq!(tree.run(&["--diff", "--format", "json"]).status, 2);
    assert_eq!(read(&tree, "a.go"), BUG);
}

/// The parameter and the call stand in two files.
#[test]
fn an_edit_of_two_files_is_applied_whole_or_not_at_all() {
    let worker = "package p\n\nimport \"sync\"\n\nfunc worker(wg sync.WaitGroup) {\n\twg.Done()\n}\n";
    let start = "package p\n\nimport \"sync\"\n\nfunc start() {\n\tvar wg sync.WaitGroup\n\twg.Add(1)\n\tgo worker(wg)\n\t\
                 wg.Wait()\n}\n";
    let args = ["--fix", "--unsafe-fixes", "--quiet", "--select", "mutex-copy"];
    let tree = Tree::new(&[("worker.go", worker), ("start.go", start)]);
    tree.run(&[&args[..], &["worker.go"]].concat());
    assert_eq!((read(&tree, "worker.go").as_str(), read(&tree, "start.go").as_str()), (worker, start));
    assert_eq!(tree.run(&args).status, 0);
    assert_eq!(read(&tree, "worker.go"), worker.replace("wg sync", "wg *sync"));
    assert_eq!(read(&tree, "start.go"), start.replace("worker(wg)", "worker(&wg)"));
}

#[test]
fn comments_that_suppress_nothing_are_removed() {
    let text = "package p\n\n//golintconc:ignore race-map-write no longer\nfunc f() {}\n";
    let tree = Tree::new(&[("a.go", text)]);
    assert_eq!(tree.run(&["--fix", "--report-unused-ignores"]).status, 0);
    assert_eq!(read(&tree, "a.go"), CLEAN);
}

#[test]
fn every_thread_count_gives_the_same_files() {
    let files: Vec<_> = (0..6).map(|n| (format!("p{n}/a.go"), TWO.to_owned())).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let diffs = ["1", "2", "8"].map(|threads| {
        Tree::new(&files).run(&["--diff", "--unsafe-fixes", "--threads", threads, "./..."]).stdout
    });
    assert_eq!(diffs[0], diffs[1]);
    assert_eq!(diffs[0], diffs[2]);
    assert_eq!(diffs[0].matches("--- a/").count(), 6);
}
