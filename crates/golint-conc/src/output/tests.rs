//! What all formats have in common, on reports made by hand.

use codespan_reporting::term::termcolor::NoColor;
use golint_conc_rules::{
    Applicability, Confidence, Diagnostic, Edit, FileId, Lane, Page, Place, Replacement, Severity, Step,
    catalogue,
};
use golint_conc_syntax::{LineIndex, Span};

use super::{Format, write};
use crate::report::{PackageReport, Problem, ReportFile, Run};

pub(super) fn file(path: &str, text: impl Into<Vec<u8>>) -> ReportFile {
    let text = text.into();
    ReportFile { path: path.into(), lines: LineIndex::new(&text), text }
}

pub(super) fn diagnostic(place: Place) -> Diagnostic {
    Diagnostic {
        rule: "http-default-client",
        severity: Severity::Warning,
        confidence: Confidence::High,
        message: "it hangs".into(),
        place,
        label: String::new(),
        steps: Vec::new(),
        help: None,
        edits: Vec::new(),
    }
}

/// The place where `needle` first occurs in the file with this number.
pub(super) fn at(files: &[ReportFile], number: u32, needle: impl AsRef<[u8]>) -> Place {
    let needle = needle.as_ref();
    let text = &files[number as usize].text;
    let start = memchr::memmem::find(text, needle).expect("the needle occurs") as u32;
    Place { file: FileId(number), span: Span::new(start, start + needle.len() as u32) }
}

pub(super) fn render(format: Format, packages: &[PackageReport], problems: &[Problem]) -> String {
    let rules: Vec<_> = catalogue().pages.iter().map(Page::selected).collect();
    let mut out = NoColor::new(Vec::new());
    let run = Run { packages, problems, rules: &rules };
    write(format, &run, false, &mut out).expect("memory takes it");
    String::from_utf8(out.into_inner()).expect("output is UTF-8")
}

/// A text report of one diagnostic in one file.
pub(super) fn frame(text: impl Into<Vec<u8>>, make: impl FnOnce(&[ReportFile]) -> Diagnostic) -> String {
    let files = vec![file("p/a.go", text)];
    let diagnostics = vec![make(&files)];
    render(
        Format::Text,
        &[PackageReport { files, diagnostics, suppressed: Vec::new(), ..PackageReport::default() }],
        &[],
    )
}

/// A report with two files, steps in two goroutines, an edit, and text that is hard on columns.
pub(super) fn rich() -> Vec<PackageReport> {
    let files = vec![
        file("a b/größe.go", "package p\r\n\r\nfunc f() {\r\n\tgo g(\"𝄞é\", ch)\r\n\treturn\r\n}\r\n"),
        file("p/b.go", "package p\n\nfunc g(s string, ch chan int) {\n\tch <- len(s)\n}\n"),
    ];
    let mut hang = diagnostic(at(&files, 1, "ch <- len(s)"));
    hang.severity = Severity::Error;
    hang.message = "nobody receives from `ch`: see `m[K](1)`".into();
    hang.label = "waits for ever".into();
    hang.help = Some("receive from `ch`, or close it".into());
    hang.steps = vec![
        Step { place: at(&files, 0, "go g("), lane: Lane(0), text: "the goroutine starts".into() },
        Step { place: at(&files, 1, "ch <- len(s)"), lane: Lane(1), text: "it sends".into() },
        Step { place: at(&files, 0, "return"), lane: Lane(0), text: "the receiver leaves".into() },
    ];
    hang.edits = vec![Edit {
        title: "do not send".into(),
        applicability: Applicability::Suggested,
        replacements: vec![Replacement { place: at(&files, 1, "ch <- len(s)"), text: String::new() }],
    }];
    let mut note = diagnostic(at(&files, 0, "ch)\r\n\treturn"));
    note.severity = Severity::Note;
    let empty = Diagnostic {
        edits: vec![Edit { replacements: Vec::new(), ..hang.edits[0].clone() }],
        ..diagnostic(at(&files, 0, "f()"))
    };
    vec![PackageReport {
        files,
        diagnostics: vec![note, hang, empty],
        suppressed: vec![Confidence::High; 2],
        ..PackageReport::default()
    }]
}

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem {
            severity: Severity::Error,
            path: Some("no such/dir".into()),
            line: None,
            message: "no such folder".into(),
            help: Some("give a folder of this repository".into()),
        },
        Problem {
            severity: Severity::Warning,
            path: Some("go.mod".into()),
            line: Some(3),
            message: "not a version: `x`".into(),
            help: None,
        },
    ]
}

#[test]
fn every_span_of_hostile_text_prints_in_every_format() {
    let text = b"\xef\xbb\xbfa\t\xffb\r\n\xe4\xb8\x96\xf0\x9d\x84\x9e\x1b[2J\0\n\n\xe2\x80\xaex\xc3\r";
    let mut diagnostics = Vec::new();
    for start in 0..=text.len() as u32 + 1 {
        for end in start..=text.len() as u32 + 1 {
            let place = Place { file: FileId(0), span: Span::new(start, end) };
            let mut one = diagnostic(place);
            one.message = format!("{start}..{end}");
            one.steps = vec![
                Step { place, lane: Lane(0), text: "here".into() },
                Step {
                    place: Place { file: FileId(0), span: Span::new(end, end) },
                    lane: Lane(1),
                    text: "\x1b]0;".into(),
                },
            ];
            diagnostics.push(one);
        }
    }
    let count = diagnostics.len();
    let report = [PackageReport {
        files: vec![file("a.go", *text)],
        diagnostics,
        suppressed: Vec::new(),
        ..PackageReport::default()
    }];
    let text = render(Format::Text, &report, &[]);
    assert!(!text.contains(['\x1b', '\0', '\r', '\u{202e}']));
    assert!(text.contains(&format!("{count} findings in 1 file ({count} warnings)")));
    for format in [Format::Json, Format::Sarif] {
        let document: serde_json::Value = serde_json::from_str(&render(format, &report, &[])).expect("JSON");
        let found = document["findings"].as_array().or(document["runs"][0]["results"].as_array());
        assert_eq!(found.map(Vec::len), Some(count));
    }
}

#[test]
fn the_order_of_packages_does_not_show() {
    let more = || {
        let files = vec![file("p/c.go", "package p\n\nvar x = y\n")];
        let diagnostics = vec![diagnostic(at(&files, 0, "y"))];
        PackageReport { files, diagnostics, suppressed: vec![Confidence::High], ..PackageReport::default() }
    };
    let forward: Vec<_> = rich().into_iter().chain([more()]).collect();
    let backward: Vec<_> = [more(), more()].into_iter().chain(rich()).collect();
    for format in [Format::Text, Format::Json, Format::Sarif] {
        let (a, b) = (render(format, &forward, &[]), render(format, &backward, &[]));
        let differ: Vec<_> =
            a.lines().zip(b.lines()).filter(|(a, b)| a != b && !a.contains("suppressed")).collect();
        assert_eq!(differ, []);
    }
}

#[test]
fn fingerprints_outlive_edits_around_the_line() {
    let print = |text: &str, path: &str| -> Vec<String> {
        let files = vec![file(path, text)];
        let hits = memchr::memmem::find_iter(&files[0].text, "bad()").map(|at| at as u32);
        let places = hits.map(|at| Place { file: FileId(0), span: Span::new(at, at + 5) });
        let diagnostics = places.map(diagnostic).collect();
        let report =
            [PackageReport { files, diagnostics, suppressed: Vec::new(), ..PackageReport::default() }];
        let document: serde_json::Value =
            serde_json::from_str(&render(Format::Json, &report, &[])).expect("JSON");
        let found = document["findings"].as_array().expect("findings");
        found.iter().map(|one| one["fingerprint"].as_str().expect("a string").to_owned()).collect()
    };
    let before = print("package p\n\nfunc f() {\n\tbad()\n\tbad()\n\tx = bad()\n}\n", "a.go");
    assert_eq!(before.len(), 3);
    assert!(before[0] != before[1] && before[1] != before[2]);
    assert_eq!(
        print(
            "package p\n\nimport \"x\"\n\nfunc f() {\n\tif y {\n\t\tbad()\n\t\tbad()\n\tx  = bad()\n}\n",
            "a.go"
        ),
        before
    );
    assert_ne!(print("package p\n\nfunc f() {\n\tbad()\n\tbad()\n\tx = bad()\n}\n", "b.go"), before);
}

#[test]
fn a_clean_run_prints_no_text() {
    assert_eq!(render(Format::Text, &[], &[]), "");
}

/// Users' configurations name these ids, and pre-commit passes what the entry must accept.
#[test]
fn the_pre_commit_hooks_keep_their_contract() {
    let hooks = include_str!("../../../../.pre-commit-hooks.yaml");
    let hooks: Vec<_> =
        hooks.split("- id: ").skip(1).map(|hook| hook.lines().map(str::trim).collect::<Vec<_>>()).collect();
    let ids: Vec<_> = hooks.iter().map(|hook| hook[0]).collect();
    assert_eq!(ids, ["golint-conc", "golint-conc-full", "golint-conc-src"]);
    for (hook, lines) in hooks.iter().zip([
        &["entry: golint-conc", "language: system"][..],
        &["entry: golint-conc ./...", "language: system", "pass_filenames: false"],
        &["entry: xtask/pre-commit.sh", "language: script"],
    ]) {
        for line in lines.iter().chain(&["types: [go]", "require_serial: true"]) {
            assert!(hook.contains(line), "{line} in {}", hook[0]);
        }
        assert_eq!(hook.contains(&"pass_filenames: false"), lines.contains(&"pass_filenames: false"));
    }
}
