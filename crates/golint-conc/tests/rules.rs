//! The rules against `testdata/<rule>/<case>/*.go` with `// want "regex"`, and against the examples of their pages.
//!
//! A case is a folder with one or more packages; its `go.mod`, if any, sets the language version. Only the case's rule
//! runs. Each line that is reported must want it, and each want must be reported. A line that is reported wrongly, or
//! not reported, carries `// FIXME false positive: why` or `// FIXME false negative: why`.

#![expect(clippy::disallowed_methods, reason = "a test reads its data")]

use std::path::{Path, PathBuf};

use golint_conc::{analysis, load, report::PackageReport};
use golint_conc_rules::{Confidence, ExampleKind, LangRange, Page, catalogue};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{STACK_SIZE, SourceFile, Symbol};
use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;

fn main() {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(2);
    let mut trials = Vec::new();
    for page in &catalogue().pages {
        let cases = folders(&testdata().join(page.id));
        trials.push(Trial::test(format!("{}::has_cases", page.id), {
            let is_empty = cases.is_empty();
            move || if is_empty { Err("testdata has no case for this rule".into()) } else { Ok(()) }
        }));
        for case in cases {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(Trial::test(format!("{}::{name}", page.id), move || {
                with_stack(|| check_case(page, &case))
            }));
        }
        for (index, example) in page.examples().into_iter().enumerate() {
            trials.push(Trial::test(format!("{}::example_{index}", page.id), move || {
                with_stack(|| check_example(page, example.kind, example.code))
            }));
        }
    }
    libtest_mimic::run(&args, trials).exit();
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn with_stack(run: impl FnOnce() -> Result<(), Failed> + Send) -> Result<(), Failed> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, run);
        worker
            .map_err(|error| Failed::from(error.to_string()))?
            .join()
            .map_err(|_| Failed::from("panicked"))?
    })
}

fn check_case(page: &Page, case: &Path) -> Result<(), Failed> {
    let go_mod = std::fs::read_to_string(case.join("go.mod")).unwrap_or_default();
    let version = go_mod.lines().find_map(|line| line.strip_prefix("go "));
    let lang = version.and_then(LangVersion::parse).unwrap_or(LangVersion::new(1, 26));
    let mut errors = Vec::new();
    let mut files = 0;
    for loaded in load::load_dir(case, lang) {
        files += loaded.paths.len();
        let paths = loaded.paths.clone();
        let report = analysis::analyze_package(
            loaded,
            analysis::Options { rules: &[page.selected()], report_unused: false },
        );
        for path in paths {
            compare(&path, &report, &mut errors)?;
        }
    }
    if files == 0 {
        return Err("no Go file".into());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n").into()) }
}

/// Wants and reports of one file, matched line by line.
fn compare(path: &str, report: &PackageReport, errors: &mut Vec<String>) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let quoted = Regex::new(r#""((?:[^"\\]|\\.)*)"|`([^`]*)`"#)?;
    let mut wants = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((_, comment)) = line.split_once("// want ") else { continue };
        let comment = comment.split("// FIXME").next().unwrap_or_default();
        for found in quoted.captures_iter(comment) {
            let pattern = found.get(1).or(found.get(2)).map_or("", |m| m.as_str());
            wants.push((index + 1, Regex::new(pattern)?, false));
        }
    }
    for diagnostic in &report.diagnostics {
        let file = &report.files[diagnostic.place.file.0 as usize];
        if file.path != path || diagnostic.confidence < Confidence::Medium {
            continue;
        }
        let line = file.range(diagnostic.place.span).0.line as usize;
        let want = wants
            .iter_mut()
            .find(|(l, regex, used)| *l == line && !used && regex.is_match(&diagnostic.message));
        match want {
            Some((_, _, used)) => *used = true,
            None => errors.push(format!("{path}:{line}: not wanted: {}", diagnostic.message)),
        }
    }
    let missing = wants.iter().filter(|(_, _, used)| !used);
    errors.extend(missing.map(|(line, regex, _)| format!("{path}:{line}: not reported: {regex}")));
    Ok(())
}

fn check_example(page: &Page, kind: ExampleKind, code: &str) -> Result<(), Failed> {
    let lang = version_in(page.selected().go);
    let source = SourceFile::new(code.as_bytes().to_vec());
    let name = source.outline().package.map_or_else(|| Symbol::new("p"), |(name, _)| name);
    let file = PackageFile { source, lang, is_test: false, is_reported: true };
    let package = Package::new(name, name, vec![file]);
    let found = golint_conc_rules::analyze(&package, &[page.selected()]);
    let found: Vec<_> = found.into_iter().filter(|d| Confidence::Medium <= d.confidence).collect();
    match (kind, found.as_slice()) {
        (ExampleKind::Bad, []) => Err("a bad example is not reported".into()),
        (ExampleKind::Good, [first, ..]) => {
            Err(format!("a good example is reported: {}", first.message).into())
        }
        _ => Ok(()),
    }
}

/// A version that a rule applies to.
fn version_in(range: LangRange) -> LangVersion {
    [LangVersion::new(1, 26), LangVersion::new(1, 21), LangVersion::new(1, 16)]
        .into_iter()
        .find(|&version| range.contains(version))
        .unwrap_or(LangVersion::NEWEST)
}
