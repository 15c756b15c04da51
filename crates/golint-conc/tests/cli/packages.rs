//! Which files make which packages, in which version of the language.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use golint_conc::load::{self, LoadedPackage, Options};
use golint_conc_semantic::build::{BuildContext, LangVersion};

use crate::support::Tree;

fn options() -> Options {
    Options {
        build: BuildContext {
            goos: "linux".into(),
            goarch: "amd64".into(),
            cgo: true,
            tags: Vec::new(),
            release: LangVersion::new(1, 26),
        },
        lang: None,
        tests: true,
        generated: true,
    }
}

fn load_with(tree: &Tree, pattern: &str, options: &Options) -> Vec<LoadedPackage> {
    let resolved = load::resolve(&tree.path(""), &[PathBuf::from(pattern)], None);
    assert_eq!(resolved.problems, []);
    resolved.folders.iter().flat_map(|folder| load::load(folder, options).packages).collect()
}

/// `import path (name): file@version …` a package.
fn show(packages: &[LoadedPackage]) -> Vec<String> {
    let show = |loaded: &LoadedPackage| {
        let files = loaded.paths.iter().zip(&loaded.package.files);
        let files: Vec<_> = files.map(|(path, file)| format!("{path}@{}", file.lang)).collect();
        format!("{} ({}): {}", loaded.package.path, loaded.package.name, files.join(" "))
    };
    packages.iter().map(show).collect()
}

#[test]
fn tests_join_their_package_and_external_tests_stand_alone() {
    let tree = Tree::new(&[
        ("go.mod", "module example.com/m\n\ngo 1.22\n"),
        ("q/a.go", "package q\n"),
        ("q/a_test.go", "package q\n"),
        ("q/x_test.go", "package q_test\n"),
        ("q/doc.go", "package documentation\n"),
        ("q/a_windows.go", "package q\n"),
        ("q/tool.go", "//go:build ignore\n\npackage main\n"),
        ("only/x_test.go", "package only_test\n"),
        ("odd/a.go", "package odd_test\n"),
        ("odd/a_test.go", "package odd_test\n"),
    ]);
    assert_eq!(
        show(&load_with(&tree, "./...", &options())),
        [
            "example.com/m/odd (odd_test): odd/a.go@1.22 odd/a_test.go@1.22",
            "example.com/m/only_test (only_test): only/x_test.go@1.22",
            "example.com/m/q (q): q/a.go@1.22 q/a_test.go@1.22",
            "example.com/m/q_test (q_test): q/x_test.go@1.22",
        ]
    );
    let no_tests = Options { tests: false, ..options() };
    assert_eq!(
        show(&load_with(&tree, "./...", &no_tests)),
        ["example.com/m/odd (odd_test): odd/a.go@1.22", "example.com/m/q (q): q/a.go@1.22"]
    );
}

#[test]
fn a_package_with_files_for_other_systems_is_partial() {
    let tree = Tree::new(&[
        ("go.mod", "module m\n"),
        ("whole/a.go", "package whole\n"),
        ("named/a.go", "package named\n"),
        ("named/a_windows.go", "package named\n"),
        ("tagged/a.go", "package tagged\n"),
        ("tagged/b.go", "//go:build darwin\n\npackage tagged\n"),
    ]);
    let packages = load_with(&tree, "./...", &options());
    let partial = packages.iter().map(|loaded| (loaded.package.name.as_str(), loaded.package.is_partial));
    assert_eq!(partial.collect::<Vec<_>>(), [("named", true), ("tagged", true), ("whole", false)]);
}

#[test]
fn the_version_is_the_module_s_and_a_constraint_moves_it() {
    let tree = Tree::new(&[
        ("a/go.mod", "module a\n\ngo 1.20\n"),
        ("a/a.go", "package a\n"),
        ("a/up.go", "//go:build go1.22\n\npackage a\n"),
        ("b/go.mod", "module b\n"),
        ("b/b.go", "package b\n"),
        ("c/go.mod", "module c\n\ngo 1.25.1\n"),
        ("c/c.go", "package c\n"),
        ("c/down.go", "//go:build go1.18 && linux\n\npackage c\n"),
        ("c/later.go", "//go:build go1.27\n\npackage c\n"),
        ("d/d.go", "package d\n"),
    ]);
    let one = |dir: &str, options: &Options| show(&load_with(&tree, dir, options)).join("\n");
    assert_eq!(one("a", &options()), "a (a): a/a.go@1.20 a/up.go@1.22");
    assert_eq!(one("b", &options()), "b (b): b/b.go@1.16");
    assert_eq!(one("c", &options()), "c (c): c/c.go@1.25 c/down.go@1.21");
    assert_eq!(one("d", &options()), format!("command-line-arguments (d): d/d.go@{}", LangVersion::NEWEST));
    let asked = Options { lang: Some(LangVersion::new(1, 19)), ..options() };
    assert_eq!(one("a", &asked), "a (a): a/a.go@1.19 a/up.go@1.22");
}

#[test]
fn a_named_file_brings_its_package_along() {
    let tree = Tree::new(&[
        ("a.go", "package p\n"),
        ("b.go", "package p\n"),
        ("b_test.go", "package p_test\n"),
        ("c_windows.go", "package p\n"),
        ("d_windows.go", "package p\n"),
    ]);
    let reported = |pattern: &str| {
        let packages = load_with(&tree, pattern, &options());
        let [package] = &packages[..] else { panic!("{:?}", show(&packages)) };
        let files = package.paths.iter().zip(&package.package.files);
        files.map(|(path, file)| format!("{path} {}", file.is_reported)).collect::<Vec<_>>()
    };
    assert_eq!(reported("b.go"), ["a.go false", "b.go true"]);
    assert_eq!(reported("b_test.go"), ["b_test.go true"]);
    assert_eq!(reported("c_windows.go"), ["c_windows.go true", "a.go false", "b.go false"]);
}

#[test]
fn cgo_files_count_only_with_cgo() {
    let tree = Tree::new(&[
        ("a.go", "package p\n"),
        ("c.go", "package p\n\nimport \"C\"\n"),
        ("pure.go", "//go:build !cgo\n\npackage p\n"),
    ]);
    let paths = |cgo| {
        let options = Options { build: BuildContext { cgo, ..options().build }, ..options() };
        load_with(&tree, ".", &options).remove(0).paths
    };
    assert_eq!(paths(true), ["a.go", "c.go"]);
    assert_eq!(paths(false), ["a.go", "pure.go"]);
}

#[test]
fn vendored_packages_are_called_as_they_are_imported() {
    let tree =
        Tree::new(&[("go.mod", "module m\n\ngo 1.26\n"), ("vendor/example.com/v/a.go", "package v\n")]);
    let shown = show(&load_with(&tree, "vendor/example.com/v", &options()));
    assert_eq!(shown, ["example.com/v (v): vendor/example.com/v/a.go@1.26"]);
}

#[test]
fn the_standard_library_has_no_prefix() {
    let tree = Tree::new(&[("go.mod", "module std\n\ngo 1.26\n"), ("net/http/a.go", "package http\n")]);
    assert_eq!(show(&load_with(&tree, "./...", &options())), ["net/http (http): net/http/a.go@1.26"]);
}

/// The release whose experiments and standard library [`BuildContext`] is compared with.
const COMPARED: &str = "go1.26";

/// The output of a Go command; nothing where there is no Go, or another release.
fn go(dir: &Path, system: (&str, &str), args: &[&str]) -> Option<String> {
    let run = |args: &[&str]| {
        let mut command = Command::new("go");
        command.args(args).current_dir(dir).env("GOOS", system.0).env("GOARCH", system.1);
        command.env("CGO_ENABLED", "1").env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off");
        let output = command.output().ok()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).ok()
    };
    let is_required = std::env::var_os("GOLINT_CONC_REQUIRE_TOOLS").is_some_and(|value| !value.is_empty());
    let version = run(&["env", "GOVERSION"]);
    if !version.as_deref().is_some_and(|version| version.starts_with(COMPARED)) {
        assert!(!is_required, "{COMPARED} is required, here is {version:?}");
        eprintln!("skipped: {COMPARED} does not run here");
        return None;
    }
    run(args)
}

#[test]
fn packages_are_those_of_go_list() {
    const FILES: &str = "{{$dir := .Dir}}{{$path := .ImportPath}}\
        {{range .GoFiles}}{{$path}} {{$dir}}/{{.}}{{\"\\n\"}}{{end}}{{range .CgoFiles}}{{$path}} {{$dir}}/{{.}}{{\"\\n\"}}{{end}}\
        {{range .TestGoFiles}}{{$path}} {{$dir}}/{{.}}{{\"\\n\"}}{{end}}{{range .XTestGoFiles}}{{$path}}_test {{$dir}}/{{.}}{{\"\\n\"}}{{end}}";
    let patterns = ["./net/...", "./os/...", "./runtime/...", "./crypto/...", "./internal/syscall/..."];
    for system in
        [("linux", "amd64"), ("windows", "arm64"), ("ios", "arm64"), ("js", "wasm"), ("plan9", "386")]
    {
        let Some(root) = go(Path::new("."), system, &["env", "GOROOT"]) else { return };
        let src = Path::new(root.trim()).join("src");
        let Some(listed) = go(&src, system, &[&["list", "-e", "-f", FILES], &patterns[..]].concat()) else {
            return;
        };
        let listed: BTreeSet<_> = listed.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();

        let build = BuildContext { goos: system.0.into(), goarch: system.1.into(), ..options().build };
        let options = Options { build, ..options() };
        let resolved = load::resolve(&src, &patterns.map(PathBuf::from), None);
        let packages = resolved.folders.iter().flat_map(|folder| load::load(folder, &options).packages);
        let ours: BTreeSet<_> = packages
            .flat_map(|loaded| {
                let path = loaded.package.path;
                loaded.paths.into_iter().map(move |file| (path, file))
            })
            .map(|(path, file)| format!("{path} {}", src.join(file).display()))
            .collect();
        let difference: Vec<_> = ours.symmetric_difference(&listed).collect();
        assert!(500 < ours.len() && difference.is_empty(), "{system:?}: {difference:#?}");
    }
}
