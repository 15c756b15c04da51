//! The rules against `testdata/<rule>/<case>/*.go` with `// want "regex"`, and against the examples of their pages.
//!
//! A case is a folder with one or more packages; its `go.mod`, if any, sets the language version. A case with folders in
//! it is a module, whose packages import each other. Only the case's rule
//! runs. Each line that is reported must want it, and each want must be reported. A want on a line of its own speaks of the
//! line above, for rules that take a comment beside the code into account. A line that is reported wrongly, or
//! not reported, carries `// FIXME false positive: why` or `// FIXME false negative: why`.
//!
//! Where a finding has edits, `a.go.fixed` beside `a.go` is the file with all of them, suggested ones too, applied until
//! none is left; where Go is on the PATH, these files must compile and be as gofmt wants them.
//!
//! Of each rule the first findings are kept as printed in `snapshots/<rule>.snap`; `INSTA_UPDATE=always` renews both.

#![expect(clippy::disallowed_methods, reason = "a test reads its data")]

use std::path::{Path, PathBuf};
use std::process::Command;

use codespan_reporting::term::termcolor::NoColor;
use golint_conc::fix::{self, MAX_PASSES, Policy};
use golint_conc::load::{Dependencies, LoadedPackage, Loader};
use golint_conc::output::Format;
use golint_conc::report::{PackageReport, Run};
use golint_conc::{analysis, load, output};
use golint_conc_flow::Protocols;
use golint_conc_rules::{Applicability, Confidence, ExampleKind, LangRange, Page, Place, catalogue};
use golint_conc_semantic::build::{BuildContext, LangVersion};
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{STACK_SIZE, SourceFile, Symbol};
use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;

/// How many findings the snapshot of a rule shows.
const SNAPSHOT_FINDINGS: usize = 2;

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
        trials.push(Trial::test(format!("{}::snapshot", page.id), {
            let cases = cases.clone();
            move || with_stack(|| check_snapshot(page, &cases))
        }));
        for case in cases {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(Trial::test(format!("{}::{name}", page.id), {
                let case = case.clone();
                move || with_stack(|| check_case(page, &case))
            }));
            trials.push(Trial::test(format!("{}::{name}::fixed", page.id), move || {
                with_stack(|| check_fixed(page, &case))
            }));
        }
        for (index, example) in page.examples().into_iter().enumerate() {
            trials.push(Trial::test(format!("{}::example_{index}", page.id), move || {
                with_stack(|| check_example(page, example.kind, example.code))
            }));
        }
    }
    trials.push(Trial::test("every_snapshot_has_its_rule", every_snapshot_has_its_rule));
    trials.push(Trial::test("fixed_files_compile_and_are_formatted", fixed_files_compile_and_are_formatted));
    trials.push(Trial::test("the_table_of_edits_is_complete", the_table_of_edits_is_complete));
    libtest_mimic::run(&args, trials).exit();
}

fn testdata() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    dir.canonicalize().unwrap_or(dir)
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

/// The packages of a case; one with packages in folders of its own is a module, and these import each other.
fn load_case(case: &Path) -> Vec<LoadedPackage> {
    if !folders(case).is_empty() {
        return load_module(case);
    }
    let go_mod = std::fs::read_to_string(case.join("go.mod")).unwrap_or_default();
    let version = go_mod.lines().find_map(|line| line.strip_prefix("go "));
    let lang = version.and_then(LangVersion::parse).unwrap_or(LangVersion::new(1, 26));
    load::load_dir(case, lang)
}

fn load_module(case: &Path) -> Vec<LoadedPackage> {
    let build = BuildContext {
        goos: "linux".into(),
        goarch: "amd64".into(),
        cgo: false,
        tags: Vec::new(),
        release: LangVersion::NEWEST,
    };
    let options = load::Options { build, lang: None, tests: true, generated: true };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let resolved = load::resolve(here, &[case.join("...")], None);
    let loader = Loader::new(Dependencies::new(options.build.clone(), None));
    resolved.folders.iter().flat_map(|folder| load::load(folder, &options, &loader).packages).collect()
}

fn analyze(page: &Page, loaded: LoadedPackage) -> PackageReport {
    let options = analysis::Options {
        rules: &[page.selected()],
        resources: &Protocols::standard(),
        report_unused: false,
    };
    let mut report = analysis::analyze_package(loaded, options);
    report.diagnostics.retain(|diagnostic| Confidence::Medium <= diagnostic.confidence);
    report
}

fn check_case(page: &Page, case: &Path) -> Result<(), Failed> {
    let mut errors = Vec::new();
    let mut files = 0;
    for loaded in load_case(case) {
        files += loaded.paths.len();
        let paths = loaded.paths.clone();
        let report = analyze(page, loaded);
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
        let line_number = if line.trim_start().starts_with("// want ") { index } else { index + 1 };
        for found in quoted.captures_iter(comment) {
            let pattern = found.get(1).or(found.get(2)).map_or("", |m| m.as_str());
            wants.push((line_number, Regex::new(pattern)?, false));
        }
    }
    for diagnostic in &report.diagnostics {
        let file = &report.files[diagnostic.place.file.0 as usize];
        if file.path != path {
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

/// Applies all edits to a copy of the case, again and again, and compares with the `.fixed` files.
fn check_fixed(page: &Page, case: &Path) -> Result<(), Failed> {
    let copy = tempfile::tempdir()?;
    copy_files(case, copy.path(), |name| has_extension(name, "go") || name == "go.mod")?;
    for _ in 0..MAX_PASSES {
        let packages: Vec<_> =
            load_case(copy.path()).into_iter().map(|loaded| analyze(page, loaded)).collect();
        let run = Run { packages: &packages, problems: &[], rules: &[] };
        let policy = Policy { level: Applicability::Suggested, may_change: &|_| true, may_fix: &|_| true };
        let pass = fix::pass(&run, &policy);
        if let Some((rule, path)) = pass.refused.first() {
            return Err(format!("{path}: an edit of {rule} breaks the code").into());
        }
        if pass.texts.is_empty() {
            return compare_fixed(case, copy.path());
        }
        for (path, text) in pass.texts {
            std::fs::write(path, text)?;
        }
    }
    Err("the edits never come to an end: one does not mend its finding".into())
}

fn compare_fixed(case: &Path, copy: &Path) -> Result<(), Failed> {
    let is_update = std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always");
    for name in file_names(case)?.iter().filter(|name| has_extension(name, "go")) {
        let (text, fixed) =
            (std::fs::read_to_string(case.join(name))?, std::fs::read_to_string(copy.join(name))?);
        let golden = case.join(format!("{name}.fixed"));
        let wanted = std::fs::read_to_string(&golden).unwrap_or_else(|_| text.clone());
        if is_update && text == fixed && golden.exists() {
            std::fs::remove_file(&golden)?;
        } else if wanted != fixed && is_update {
            std::fs::write(&golden, &fixed)?;
        } else if wanted != fixed {
            let diff = similar::TextDiff::from_lines(&wanted, &fixed).unified_diff().to_string();
            let path = golden.display();
            return Err(format!("{path} differs; INSTA_UPDATE=always takes the new one\n{diff}").into());
        } else if golden.exists() && text == fixed {
            return Err(format!("{}: nothing is mended", golden.display()).into());
        }
    }
    Ok(())
}

fn file_names(dir: &Path) -> Result<Vec<String>, Failed> {
    let entries = std::fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<_> =
        entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own == extension)
}

fn copy_files(from: &Path, to: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<(), Failed> {
    std::fs::create_dir_all(to)?;
    for name in file_names(from)?.iter().filter(|name| is_wanted(name)) {
        std::fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

/// Go files and modules, those of a case's own dependencies too.
fn copy_tree(from: &Path, to: &Path) -> Result<(), Failed> {
    copy_files(from, to, |name| has_extension(name, "go") || name == "go.mod")?;
    for folder in folders(from) {
        copy_tree(&folder, &to.join(folder.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// The table of docs/fixes.md has the rules with edits, no other.
fn the_table_of_edits_is_complete() -> Result<(), Failed> {
    let docs = std::fs::read_to_string(testdata().join("../docs/fixes.md"))?;
    let listed: Vec<_> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(id, _)| id)
        .collect();
    let mut mended = Vec::new();
    for page in &catalogue().pages {
        for case in folders(&testdata().join(page.id)) {
            if file_names(&case)?.iter().any(|name| has_extension(name, "fixed")) {
                mended.push(page.id);
                break;
            }
        }
    }
    if listed == mended { Ok(()) } else { Err(format!("listed {listed:?}, with edits {mended:?}").into()) }
}

fn fixed_files_compile_and_are_formatted() -> Result<(), Failed> {
    if Command::new("gofmt").arg("-h").output().is_err()
        || Command::new("go").arg("version").output().is_err()
    {
        return Ok(());
    }
    let root = tempfile::tempdir()?;
    std::fs::write(root.path().join("go.mod"), "module fixed\n\ngo 1.26\n")?;
    let mut modules = vec![root.path().to_owned()];
    for page in &catalogue().pages {
        for case in folders(&testdata().join(page.id)) {
            let names = file_names(&case)?;
            if !names.iter().any(|name| has_extension(name, "fixed")) {
                continue;
            }
            // What imports a package that is not at hand can't be compiled; go passes folders by that begin with `_`.
            let is_foreign = names.iter().any(|name| {
                let text = std::fs::read_to_string(case.join(name)).unwrap_or_default();
                has_extension(name, "go") && text.contains("\t\"github.com/")
            }) && !case.join("go.mod").exists();
            let parent = if is_foreign { format!("_{}", page.id) } else { page.id.into() };
            let copy = root.path().join(parent).join(case.file_name().unwrap_or_default());
            copy_tree(&case, &copy)?;
            for name in names.iter().filter_map(|name| name.strip_suffix(".fixed")) {
                std::fs::copy(case.join(format!("{name}.fixed")), copy.join(name))?;
            }
            modules.extend(copy.join("go.mod").exists().then_some(copy));
        }
    }
    let unformatted = Command::new("gofmt").arg("-l").arg(root.path()).output()?;
    let mut said = String::from_utf8_lossy(&unformatted.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&unformatted.stderr));
    for module in modules {
        // One analyzer that finds nothing here: what counts is that everything, tests too, passes the type checker.
        let mut vet = Command::new("go");
        vet.current_dir(&module).args(["vet", "-asmdecl", "./..."]);
        vet.env("GOFLAGS", "-mod=mod").env("GOTOOLCHAIN", "local").env("GOWORK", "off");
        let output = vet.output()?;
        if !output.status.success() {
            said.push_str(&String::from_utf8_lossy(&output.stderr));
        }
    }
    if said.is_empty() { Ok(()) } else { Err(said.into()) }
}

/// The first findings of the first case that has any, as the command line prints them.
fn check_snapshot(page: &Page, cases: &[PathBuf]) -> Result<(), Failed> {
    let loaded = cases.iter().flat_map(|case| load_case(case));
    let Some(mut report) =
        loaded.map(|loaded| analyze(page, loaded)).find(|report| !report.diagnostics.is_empty())
    else {
        return Err("no case has a finding".into());
    };
    let root = testdata();
    for file in &mut report.files {
        let relative = Path::new(&file.path).strip_prefix(&root)?;
        file.path = Path::new("testdata").join(relative).to_string_lossy().into_owned();
    }
    let PackageReport { files, diagnostics, .. } = &mut report;
    diagnostics.sort_by(|a, b| {
        let path = |place: Place| &files[place.file.0 as usize].path;
        (path(a.place), a.place.span).cmp(&(path(b.place), b.place.span))
    });
    diagnostics.truncate(SNAPSHOT_FINDINGS);
    let mut out = NoColor::new(Vec::new());
    let run = Run { packages: &[report], problems: &[], rules: &[page.selected()] };
    output::write(Format::Text, &run, true, &mut out)?;
    let text = String::from_utf8(out.into_inner())?;

    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let compare = || settings.bind(|| insta::assert_snapshot!(page.id, text));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare))
        .map_err(|_| Failed::from("the snapshot differs; INSTA_UPDATE=always takes the new one"))
}

fn every_snapshot_has_its_rule() -> Result<(), Failed> {
    let snapshots = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"))?;
    for entry in snapshots {
        let path = entry?.path();
        let rule = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|ext| ext == "snap")
            && !catalogue().pages.iter().any(|page| page.id == rule)
        {
            return Err(format!("{}: there is no such rule", path.display()).into());
        }
    }
    Ok(())
}

fn check_example(page: &Page, kind: ExampleKind, code: &str) -> Result<(), Failed> {
    let lang = version_in(page.selected().go);
    let source = SourceFile::new(code.as_bytes().to_vec());
    let name = source.outline().package.map_or_else(|| Symbol::new("p"), |(name, _)| name);
    let file = PackageFile { source, lang, is_test: false, is_reported: true };
    let package = Package::new(name, name, vec![file]);
    let found = golint_conc_rules::analyze(&package, &[page.selected()], &Protocols::standard());
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
