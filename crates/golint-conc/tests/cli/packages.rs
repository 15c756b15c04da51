//! Which files make which packages, in which version of the language.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use golint_conc::load::{self, LoadedPackage, Options};
use golint_conc_concurrency::Resolution;
use golint_conc_semantic::build::{BuildContext, LangVersion};

use crate::support::{Run, Tree};

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
    let dependencies = load::Dependencies::new(options.build.clone(), resolved.workspace.clone());
    let loader = load::Loader::new(dependencies);
    resolved.folders.iter().flat_map(|folder| load::load(folder, options, &loader).packages).collect()
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
fn a_package_knows_its_folder_in_the_module() {
    let tree = Tree::new(&[
        ("test/go.mod", "module example.com/test\n"),
        ("test/a.go", "package a\n"),
        ("test/e2e/runner/b.go", "package runner\n"),
        ("alone/c.go", "package c\n"),
    ]);
    let folder = |dir: &str| {
        let packages = load_with(&tree, dir, &options());
        (packages[0].package.folder.clone(), packages[0].package.is_for_tests(0))
    };
    assert_eq!(folder("test"), (String::new(), false));
    assert_eq!(folder("test/e2e/runner"), ("e2e/runner".into(), true));
    assert_eq!(folder("alone"), (String::new(), false));
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
        let dependencies = load::Dependencies::new(options.build.clone(), resolved.workspace.clone());
        let loader = load::Loader::new(dependencies);
        let packages =
            resolved.folders.iter().flat_map(|folder| load::load(folder, &options, &loader).packages);
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

/// A package whose only channel operation is on a variable of the package at `path`.
fn using(path: &str) -> String {
    format!("package app\n\nimport (\n\t\"{path}\"\n)\n\nfunc f() {{ dep.C <- 1 }}\n")
}

/// How many channel operations have a known type, of how many.
fn known(packages: &[LoadedPackage]) -> (usize, usize) {
    let shares = packages.iter().map(|loaded| Resolution::of(&loaded.package).channels);
    shares.fold((0, 0), |sum, share| (sum.0 + share.known, sum.1 + share.all))
}

#[test]
fn other_packages_are_found_where_go_finds_them() {
    const DEP: &str = "package dep\n\nvar C = make(chan int)\n";
    for (what, import, go_mod, place) in [
        ("the module", "m/dep", "", "app/dep/dep.go"),
        ("vendor", "x.y/dep", "require x.y v1.0.0\n", "app/vendor/x.y/dep/dep.go"),
        ("a folder that replaces", "x.y/dep", "replace x.y => ../other\n", "other/dep/dep.go"),
        (
            "a folder that replaces this version",
            "x.y/dep",
            "require x.y v1.0.0\nreplace x.y v1.0.0 => ../other\n",
            "other/dep/dep.go",
        ),
        ("another name than the folder's", "m/go-sub.v2", "", "app/go-sub.v2/x.go"),
    ] {
        let tree = Tree::new(&[]);
        tree.write("app/go.mod", format!("module m\ngo 1.26\n{go_mod}"));
        tree.write("app/a.go", using(import));
        tree.write(place, DEP);
        assert_eq!(known(&load_with(&tree, "app", &options())), (1, 1), "{what}");
    }
}

#[test]
fn what_is_no_part_of_a_package_is_not_imported() {
    let is_known = |files: &[(&str, &str)]| {
        let tree = Tree::new(&[]);
        tree.write("go.mod", "module m\ngo 1.26\n");
        tree.write("a.go", using("m/dep"));
        for (name, text) in files {
            tree.write(name, text);
        }
        known(&load_with(&tree, ".", &options())) == (1, 1)
    };
    let dep = "package dep\n\nvar C chan int\n";
    assert!(is_known(&[("dep/dep.go", dep)]));
    assert!(is_known(&[("dep/dep.go", dep), ("dep/zz.go", "package other\n\nvar X, Y int\n")]));
    assert!(!is_known(&[("dep/dep_test.go", dep)]), "test files are for the package's own tests");
    assert!(!is_known(&[("dep/dep_windows.go", dep)]), "another system");
    assert!(!is_known(&[("dep/dep.go", &format!("//go:build ignore\n\n{dep}"))]), "left out");
    assert!(!is_known(&[("dep/dep.go", dep), ("dep/go.mod", "module m/dep\n")]), "another module");
    assert!(!is_known(&[("dep/dep.go", "package dep\n\nvar c chan int\n")]), "another name");
    assert!(!is_known(&[("dep/dep.go", "package dep\n\nvar C = C\n")]), "a declaration that is a circle");
}

#[test]
fn a_replacement_of_another_version_does_not_count() {
    let tree = Tree::new(&[]);
    tree.write("app/go.mod", "module m\ngo 1.26\nrequire x.y v1.1.0\nreplace x.y v1.0.0 => ../other\n");
    tree.write("app/a.go", using("x.y/dep"));
    tree.write("other/dep/dep.go", "package dep\n\nvar C chan int\n");
    assert_eq!(known(&load_with(&tree, "app", &options())), (0, 1));
}

#[test]
fn modules_of_a_workspace_see_each_other() {
    let tree = Tree::new(&[]);
    for (name, text) in [
        ("go.work", "go 1.26\nuse (\n\t./app\n\t./lib\n)\n"),
        ("app/go.mod", "module m\ngo 1.26\n"),
        ("app/a.go", &using("l/dep")),
        ("lib/go.mod", "module l\ngo 1.26\n"),
        ("lib/dep/dep.go", "package dep\n\nvar C chan int\n"),
        ("out/go.mod", "module o\ngo 1.26\n"),
        ("out/a.go", &using("l/dep")),
    ] {
        tree.write(name, text);
    }
    assert_eq!(known(&load_with(&tree, "app", &options())), (1, 1));
    assert_eq!(known(&load_with(&tree, "out", &options())), (0, 1), "not a module of the workspace");
}

#[test]
fn an_external_test_sees_what_internal_tests_export() {
    let tree = Tree::new(&[]);
    tree.write("go.mod", "module m\ngo 1.26\n");
    tree.write("dep/dep.go", "package dep\n\nvar c chan int\n");
    tree.write("dep/export_test.go", "package dep\n\nvar C = c\n");
    tree.write("dep/dep_test.go", "package dep_test\n\nimport \"m/dep\"\n\nfunc f() { dep.C <- 1 }\n");
    assert_eq!(known(&load_with(&tree, "dep", &options())), (1, 1));
}

#[test]
fn packages_that_import_each_other_are_read() {
    let tree = Tree::new(&[]);
    tree.write("go.mod", "module m\ngo 1.26\n");
    tree.write(
        "a/a.go",
        "package a\n\nimport \"m/b\"\n\ntype T struct{ B *b.T }\n\nvar C = b.C\n\nfunc f() { b.C <- 1 }\n",
    );
    tree.write(
        "b/b.go",
        "package b\n\nimport \"m/a\"\n\ntype T struct{ A *a.T }\n\nvar C = a.C\n\nfunc f() { a.C <- 1 }\n",
    );
    assert_eq!(known(&load_with(&tree, "./...", &options())), (0, 2));
}

#[test]
fn the_module_cache_is_read_where_it_lies() {
    let tree = Tree::new(&[]);
    tree.write(
        "app/go.mod",
        "module m\ngo 1.26\nrequire (\n\tx.y/Mod v1.0.0\n\tx.y/Mod/dep v0.9.0 // indirect\n)\n",
    );
    tree.write(
        "app/a.go",
        "package app\n\nimport \"x.y/Mod/dep\"\n\nfunc f() {\n\tdep.Mu.Lock()\n\tdep.Mu.Unlock()\n}\n",
    );
    tree.write("cache/x.y/!mod@v1.0.0/dep/dep.go", "package dep\n\nimport \"sync\"\n\nvar Mu sync.Mutex\n");
    let stats = |cache: &str| {
        let mut command = tree.command();
        command.current_dir(tree.path("app")).env("GOMODCACHE", tree.path(cache)).arg("--stats");
        Run::of(&mut command).stderr
    };
    assert!(stats("cache").contains("2 of 2 operations"), "{}", stats("cache"));
    assert!(stats("none").contains("0 of 2 operations"), "{}", stats("none"));
}
