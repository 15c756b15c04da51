//! The form of everything that rules say, over all of testdata: texts begin in lower case or with the code's own
//! words in back-ticks, end without period and keep to one line.

#![expect(clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use golint_conc::load;
use golint_conc_flow::Protocols;
use golint_conc_rules::{Diagnostic, Selected, analyze, catalogue};
use golint_conc_semantic::build::LangVersion;

/// Versions that all rules with a bound on the version see one of.
const VERSIONS: [LangVersion; 2] = [LangVersion::new(1, 21), LangVersion::new(1, 26)];

fn folders() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let entries = walkdir::WalkDir::new(testdata).sort_by_file_name().into_iter();
    let entries = entries.map(|entry| entry.expect("testdata is readable"));
    entries.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path).collect()
}

/// Why a text does not have the form.
fn fault(text: &str) -> Option<&'static str> {
    let first = text.chars().next()?;
    let second = text.chars().nth(1).unwrap_or(' ');
    if first.is_uppercase() && (second.is_lowercase() || second == ' ') {
        return Some("begins in upper case");
    }
    if text.ends_with(['.', '!', ' ', ':']) || first.is_whitespace() {
        return Some("ends or begins in punctuation or space");
    }
    if text.contains(['\n', '\r', '\t']) {
        return Some("has more than one line");
    }
    (text.matches('`').count() % 2 == 1).then_some("leaves a back-tick open")
}

fn check(diagnostic: &Diagnostic, faults: &mut BTreeSet<String>) {
    let mut note = |what: &str, text: &str| {
        if let Some(why) = fault(text) {
            faults.insert(format!("{}: {what} {why}: {text}", diagnostic.rule));
        }
    };
    note("message", &diagnostic.message);
    note("label", &diagnostic.label);
    for step in &diagnostic.steps {
        note("step", &step.text);
    }
    note("help", diagnostic.help.as_deref().unwrap_or_default());
    for edit in &diagnostic.edits {
        note("edit", &edit.title);
    }
    for (what, text) in [("message", Some(&diagnostic.message)), ("help", diagnostic.help.as_ref())] {
        if text.is_some_and(String::is_empty) {
            faults.insert(format!("{}: an empty {what}", diagnostic.rule));
        }
    }
}

#[test]
fn rules_speak_in_one_form() {
    let rules: Vec<Selected> = catalogue().pages.iter().map(golint_conc_rules::Page::selected).collect();
    let (mut faults, mut speakers) = (BTreeSet::new(), BTreeSet::new());
    let worker = std::thread::Builder::new().stack_size(golint_conc_syntax::STACK_SIZE).spawn(move || {
        for (folder, lang) in folders().iter().flat_map(|folder| VERSIONS.map(|lang| (folder, lang))) {
            for loaded in load::load_dir(folder, lang) {
                for diagnostic in analyze(&loaded.package, &rules, &Protocols::standard()) {
                    check(&diagnostic, &mut faults);
                    speakers.insert(diagnostic.rule);
                }
            }
        }
        (faults, speakers)
    });
    let (faults, speakers) = worker.expect("a thread").join().expect("no panic");
    assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
    let silent: Vec<_> =
        catalogue().pages.iter().map(|page| page.id).filter(|id| !speakers.contains(id)).collect();
    assert!(silent.is_empty(), "never heard in testdata: {silent:?}");
}

#[test]
fn faults_are_seen() {
    for good in ["`mu` is locked", "nobody receives from `ch`", "HTTP body", "1 of 2 paths"] {
        assert_eq!(fault(good), None, "{good}");
    }
    for bad in ["The lock", "a lock.", "a\nb", "`mu is locked", "A lock", " a", "see:"] {
        assert!(fault(bad).is_some(), "{bad}");
    }
}
