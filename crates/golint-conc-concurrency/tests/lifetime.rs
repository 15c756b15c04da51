//! What ends a goroutine, on small packages.

#![expect(clippy::expect_used, reason = "a test")]

use golint_conc_concurrency::{Lifetime, Model, Unending};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::SourceFile;

fn package(text: &str) -> Package {
    let source = SourceFile::new(text.as_bytes().to_vec());
    let (name, _) = source.outline().package.expect("a package clause");
    let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
    Package::new(name, name, vec![file])
}

/// The lifetimes of the goroutines of a package, in source order.
fn lifetimes(text: &str) -> Vec<Lifetime> {
    let pkg = package(text);
    let model = Model::new(&pkg);
    let spawns = pkg.bodies().flat_map(|(id, _)| model.spawns(id).to_vec()).collect::<Vec<_>>();
    spawns.iter().map(|spawn| model.lifetime(spawn.body, spawn.node)).collect()
}

/// Why the first loop of what function `f` runs goes on.
fn unending(body: &str) -> Option<Unending> {
    let pkg = package(&format!("package p\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\n{body}\n"));
    let (id, _) = pkg.bodies().find(|(_, decl)| decl.name == "f").expect("a function f");
    let model = Model::new(&pkg);
    model.unending_loop(golint_conc_concurrency::Func { body: id, lit: None }).map(|found| found.why)
}

#[test]
fn main_init_and_what_only_they_call_run_with_the_process() {
    let text = "package main
        func main() { go work(); a(); defer b() }
        func init() { go work() }
        func a() { b() }
        func b() { go work() }
        func c() { go work() }
        func work() { c(); register(d) }
        func register(f func()) {}
        func d() { go other() }
        func other() {}";
    let process = Lifetime::Process;
    // `c` is called from a goroutine's function of that kind; `d` is given away.
    assert_eq!(lifetimes(text), [process, process, process, process, Lifetime::Shorter]);
}

#[test]
fn literals_run_when_their_holder_wants() {
    let text = "package main
        import \"net/http\"
        func main() {
            http.HandleFunc(\"/\", func(http.ResponseWriter, *http.Request) { go work() })
            func() { go work() }()
            go func() { go work() }()
        }
        func work() {}";
    let (process, shorter) = (Lifetime::Process, Lifetime::Shorter);
    assert_eq!(lifetimes(text), [shorter, process, process, process]);
}

#[test]
fn commands_run_with_the_process() {
    let text = "package cmd
        import \"github.com/spf13/cobra\"
        func New() *cobra.Command {
            return &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error { go work(); watch(); return nil }}
        }
        func run(cmd *cobra.Command, args []string) { go work() }
        func watch() { go work() }
        func work() {}";
    assert_eq!(lifetimes(text), [Lifetime::Process; 3]);
}

#[test]
fn exported_functions_without_an_object_are_not_known() {
    let text = "package p
        import \"net/http\"
        type T struct{}
        func Start() error { go work(); return nil }
        func New() *T { go work(); return nil }
        func (*T) Start() { go work() }
        func Serve(w http.ResponseWriter, r *http.Request) { go work() }
        func work() {}";
    let shorter = Lifetime::Shorter;
    assert_eq!(lifetimes(text), [Lifetime::Unknown, shorter, shorter, shorter]);
}

#[test]
fn recursion_and_crowds_of_callers_end() {
    let mut text = String::from("package p\nfunc work() {}\nfunc a0() { go work(); a1() }\n");
    for i in 1..40 {
        text.push_str(&format!("func a{i}() {{ a0(); a{}(); a{}() }}\n", i - 1, (i + 1) % 40));
    }
    text.push_str("func init() { a3() }\n");
    assert_eq!(lifetimes(&text), [Lifetime::Process]);
}

#[test]
fn loops_without_a_way_out() {
    assert_eq!(unending("func f() { for { } }"), Some(Unending::NoExit));
    assert_eq!(unending("func f() { g() }\nfunc g() { defer func() { for { } }() }"), Some(Unending::NoExit));
    assert_eq!(unending("func f() { for range time.Tick(1) { } }"), Some(Unending::NoExit));
    assert_eq!(unending("func f() { for { for { break } } }"), Some(Unending::NoExit));
    assert_eq!(unending("func f() { for { select { default: break } } }"), Some(Unending::NoExit));
}

#[test]
fn loops_with_a_way_out() {
    for body in [
        "func f() { for { return } }",
        "func f() { for x() { } }\nfunc x() bool { return true }",
        "func f() { for { if x() { break } } }\nfunc x() bool { return true }",
        "func f() { for { if x() { goto end } }; end: }\nfunc x() bool { return true }",
        "func f() { for { if x() { os.Exit(1) } } }\nfunc x() bool { return true }",
        "func f() { for { x() } }\nfunc x() { if y { os.Exit(1) } }\nvar y bool",
        "func f() { return; for { } }",
        "func f() { go func() { for { } }() }",
        "func f() { g := func() { for { } }; _ = g }",
    ] {
        assert_eq!(unending(body), None, "{body}");
    }
}

#[test]
fn a_channel_that_nothing_closes() {
    let text = "package p
        type T struct{ ch chan int }
        func New() *T { t := &T{ch: make(chan int)}; go t.f(); t.ch <- 1; return t }
        func (t *T) f() { for range t.ch { } }";
    let why = |pkg: &Package| {
        let (id, _) = pkg.bodies().find(|(_, decl)| decl.name == "f").expect("a function f");
        Model::new(pkg)
            .unending_loop(golint_conc_concurrency::Func { body: id, lit: None })
            .map(|found| found.why)
    };
    let mut pkg = package(text);
    assert_eq!(why(&pkg), Some(Unending::NeverClosed("t.ch".into())));
    // A file for another system may close it.
    pkg.is_partial = true;
    assert_eq!(why(&pkg), None);
    assert_eq!(why(&package(&format!("{text}\nfunc (t *T) Close() {{ close(t.ch) }}"))), None);
}

#[test]
fn broken_text_says_nothing() {
    for body in ["func f() { for { ", "func f() { for { x( } }", "func f() { go func() { for {"] {
        assert_eq!(unending(body), None, "{body}");
    }
}
