//! What is printed, in all formats, and what comments suppress.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{BUG, Run, Tree, command_in};

/// The line of [`BUG`] that is reported.
const NOTIFY: &str = "\tsignal.Notify(c, os.Interrupt)\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs where findings and nothing on the standard error are expected.
fn findings(tree: &Tree, args: &[&str]) -> String {
    let run = tree.run(args);
    assert_eq!((run.status, &*run.stderr), (1, ""), "{}", run.stdout);
    run.stdout
}

fn json(tree: &Tree, args: &[&str]) -> Value {
    let run = tree.run(&[&["--format", "json"], args].concat());
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn validate(schema: &str, text: &str) -> Value {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let document = serde_json::from_str(text).expect("the output is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    document
}

fn validate_json(text: &str) -> Value {
    validate(include_str!("../../../../docs/schema/golint-conc-report.schema.json"), text)
}

fn validate_sarif(text: &str) -> Value {
    validate(&include_str!("../data/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$"), text)
}

#[test]
fn text_shows_the_frame_and_counts() {
    let tree = Tree::new(&[("cmd/a.go", BUG)]);
    let expected = "\
warning[signal-notify-unbuffered]: signals are lost: `signal.Notify` does not wait, and `c` has no buffer
   ┌─ cmd/a.go:10:2
   │
 9 │     c := make(chan os.Signal)
   │          -------------------- 1. the channel is made without a buffer
10 │     signal.Notify(c, os.Interrupt)
   │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 2. a signal that arrives while nobody receives is dropped
   │
   = help: make the channel with a buffer of 1

";
    let summary = "1 finding in 1 file (1 warning)\n1 can be mended with --fix\n";
    assert_eq!(findings(&tree, &["./..."]), format!("{expected}{summary}"));
    assert_eq!(findings(&tree, &["-q", "./..."]), expected);
    let clean = Tree::new(&[("a.go", "package p\n")]);
    let run = clean.run(&["./..."]);
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (0, "", ""));
}

#[test]
fn positions_are_right_for_tabs_and_multi_byte_text() {
    let line = "\tif s := \"世é𝄞\"; s != \"\" { signal.Notify(c, os.Interrupt) }\r\n";
    let text = BUG.replace(NOTIFY, line);
    let tree = Tree::new(&[("größe/a b.go", &text)]);

    let document = json(&tree, &["./..."]);
    let finding = &document["findings"][0];
    let offset = text.find("signal.Notify(c").expect("the call");
    assert_eq!(finding["path"], "größe/a b.go");
    assert_eq!(
        finding["range"],
        json!({
            "start": { "offset": offset, "line": 10, "column": 33, "utf16Column": 28 },
            "end": { "offset": offset + 30, "line": 10, "column": 63, "utf16Column": 58 },
        })
    );

    let sarif = validate_sarif(&findings(&tree, &["--format", "sarif", "./..."]));
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "gr%C3%B6%C3%9Fe/a%20b.go");
    let region = json!({ "startLine": 10, "startColumn": 28, "endLine": 10, "endColumn": 58 });
    assert_eq!(place["region"], region);

    let shown = findings(&tree, &["./..."]);
    assert!(shown.contains("┌─ größe/a b.go:10:33\n"), "{shown}");
    let lines: Vec<_> = shown.lines().collect();
    let source = lines.iter().position(|line| line.starts_with("10 │")).expect("the line");
    let columns = |text: &str| text.chars().map(|c| if c == '世' { 2 } else { 1 }).sum::<usize>();
    assert_eq!(
        lines[source].split("signal").next().map(columns),
        lines[source + 1].split('^').next().map(columns),
        "{shown}"
    );
}

#[test]
fn the_edit_applied_by_its_offsets_mends_the_bug() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let document = json(&tree, &["."]);
    let edit = &document["findings"][0]["edits"][0];
    assert_eq!(edit["applicability"], "safe");
    let mut text = BUG.to_owned();
    for replacement in edit["replacements"].as_array().expect("replacements").iter().rev() {
        let at = |end: &str| replacement["range"][end]["offset"].as_u64().expect("an offset") as usize;
        text.replace_range(at("start")..at("end"), replacement["text"].as_str().expect("a text"));
    }
    tree.write("a.go", text);
    assert_eq!(tree.run(&["."]).status, 0);
}

/// All rules on all of testdata, which has every kind of step and edit.
#[test]
fn outputs_on_testdata_follow_their_schemas_and_depend_on_no_thread() {
    let cases: Vec<_> = walkdir::WalkDir::new(root().join("testdata"))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ext| ext == "go"))
        .filter_map(|entry| entry.path().parent().map(Path::to_path_buf))
        .filter_map(|dir| Some(Path::new(".").join(dir.strip_prefix(root()).ok()?).to_str()?.to_owned()))
        .collect();
    let mut folders: Vec<_> = cases.iter().map(String::as_str).collect();
    folders.dedup();
    let output = |format: &str, threads: &str| {
        let args = ["--select", "all", "--min-confidence", "low", "--format", format, "--threads", threads];
        Run::of(command_in(&root()).args(args).args(&folders)).stdout
    };
    let text = output("json", "2");
    let document = validate_json(&text);
    let count = document["findings"].as_array().map_or(0, Vec::len);
    assert!(folders.len() <= 3 * count, "{count} findings in {} folders", folders.len());
    assert_eq!(text, output("json", "1"));
    let text = output("sarif", "2");
    let log = validate_sarif(&text);
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(count));
    assert_eq!(text, output("sarif", "1"));
    assert_eq!(output("text", "2"), output("text", "1"));
}

/// The example in the documentation is what the program prints; `INSTA_UPDATE=always` makes it so.
#[test]
fn the_documented_example_is_true() {
    let path = root().join("docs/json.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let block = |fence: &str| {
        let (_, rest) = page.split_once(&format!("```{fence}\n")).expect("a block");
        rest.split_once("```").expect("its end").0
    };
    let tree = Tree::new(&[("main.go", block("go"))]);
    let printed = findings(&tree, &["--format", "json"]);
    validate_json(&printed);
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, page.replace(block("json"), &printed)).expect("the page is written");
    } else {
        assert_eq!(printed, block("json"), "INSTA_UPDATE=always renews docs/json.md");
    }
}

#[test]
fn what_failed_is_in_the_documents_too() {
    let tree = Tree::new(&[("a.go", BUG)]);
    let run = tree.run(&["--format", "json", ".", "./missing"]);
    assert_eq!(run.status, 2);
    let document = validate_json(&run.stdout);
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["problems"][0]["severity"], "error");
    let run = tree.run(&["--format", "sarif", ".", "./missing"]);
    let log = validate_sarif(&run.stdout);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
}

#[test]
fn the_documented_workflow_runs() {
    let page = std::fs::read_to_string(root().join("docs/github.md")).expect("the page");
    let line = page.lines().find_map(|line| line.trim().strip_prefix("- run: golint-conc ")).expect("a step");
    let tree = Tree::new(&[("a.go", BUG)]);
    let run = tree.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (0, "", ""));
    let log = std::fs::read_to_string(tree.path("golint-conc.sarif")).expect("the output");
    assert_eq!(validate_sarif(&log)["runs"][0]["results"].as_array().map(Vec::len), Some(1));
}

/// Runs over [`BUG`] with its reported line replaced; gives the rules of the findings and how many are suppressed.
fn suppressed(line: &str, args: &[&str]) -> (Vec<String>, u64) {
    let tree = Tree::new(&[("a.go", &BUG.replace(NOTIFY, line))]);
    let document = json(&tree, args);
    let found = document["findings"].as_array().expect("findings");
    let rules = found.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned());
    (rules.collect(), document["summary"]["suppressed"].as_u64().expect("a number"))
}

#[test]
fn comments_suppress() {
    for line in [
        "\tsignal.Notify(c, os.Interrupt) //golintconc:ignore signal-notify-unbuffered one is enough\n",
        "\t//golintconc:ignore signal-* one is enough\n\tsignal.Notify(c, os.Interrupt)\n",
        "\t//golintconc:file-ignore signal-notify-unbuffered one is enough\n\n\tsignal.Notify(c, os.Interrupt)\n",
        "\tsignal.Notify(c, os.Interrupt) //nolint:gosec,golint-conc // one is enough\n",
        "\tsignal.Notify(c, os.Interrupt) //nolint\n",
        "\t//lint:ignore signal-notify-unbuffered one is enough\n\tsignal.Notify(c, os.Interrupt)\n",
        "\tsignal.Notify( //golintconc:ignore signal-notify-unbuffered one is enough\n\t\tc,\n\t\tos.Interrupt,\n\t)\n",
    ] {
        assert_eq!(suppressed(line, &["."]), (vec![], 1), "{line}");
    }
    for line in [
        "\tsignal.Notify(c, os.Interrupt) //nolint:gosec\n",
        "\tsignal.Notify(c, os.Interrupt) //golintconc:ignore http-* one is enough\n",
        "\tsignal.Notify(c, os.Interrupt) // one is enough //nolint\n",
        "\t//golintconc:ignore signal-notify-unbuffered one is enough\n\n\tsignal.Notify(c, os.Interrupt)\n",
    ] {
        assert_eq!(suppressed(line, &["."]), (vec!["signal-notify-unbuffered".to_owned()], 0), "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_comment_is_reported_with_its_place() {
    let line = "\tsignal.Notify(c, os.Interrupt) //golintconc:ignore signal-notify-unbufered enough\n";
    let tree = Tree::new(&[("a.go", &BUG.replace(NOTIFY, line))]);
    let shown = findings(&tree, &["."]);
    let expected = "\
warning[invalid-suppression]: `signal-notify-unbufered` in `//golintconc:ignore` is no rule
   ┌─ a.go:10:53
   │
10 │     signal.Notify(c, os.Interrupt) //golintconc:ignore signal-notify-unbufered enough
   │                                                        ^^^^^^^^^^^^^^^^^^^^^^^
   │
   = help: did you mean `signal-notify-unbuffered`?
";
    assert!(shown.contains(expected), "{shown}");
    assert!(shown.contains("2 findings in 1 file"), "{shown}");
    let guide = tree.run(&["explain", "invalid-suppression"]);
    assert!(guide.status == 0 && guide.stdout.contains("`invalid-suppression`"), "{guide:?}");
}

#[test]
fn unused_comments_are_reported_on_request() {
    let line = "\t//golintconc:ignore http-default-client why\n\tprintln(c)\n";
    assert_eq!(suppressed(line, &["."]), (vec![], 0));
    assert_eq!(
        suppressed(line, &["--report-unused-ignores", "."]),
        (vec!["unused-suppression".to_owned()], 0)
    );
    let others = ["--report-unused-ignores", "--ignore", "http-default-client", "."];
    assert_eq!(suppressed(line, &others), (vec![], 0));
}
