//! Graphs of small functions: which loops end, which functions return.

#![expect(clippy::expect_used, reason = "a test")]

use golint_conc_flow::{CallEnd, Flow, Func, LoopExitKind};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::ast::{Stmt, StmtId};
use golint_conc_syntax::{SourceFile, Symbol};

fn package(text: &str) -> Package {
    let source = SourceFile::new(text.as_bytes().to_vec());
    let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
    Package::new(Symbol::new("p"), Symbol::new("p"), vec![file])
}

/// The ways out of the first loop in `body`.
fn loop_exits(body: &str) -> Vec<LoopExitKind> {
    let pkg = package(&format!(
        "package p\nimport (\n\"log\"; \"os\"; \"runtime\"; \"testing\"\n)\nfunc f(t *testing.T, c chan int, x bool) {{\n{body}\n}}\nfunc die() {{ fatal() }}\nfunc fatal() {{ println(); os.Exit(2) }}\nvar _ = log.Print\nvar _ = runtime.GC\n"
    ));
    let flow = Flow::new(&pkg);
    let (id, _) = pkg.bodies().find(|(_, decl)| decl.name == "f").expect("declared");
    let graph = flow.graph(Func { body: id, lit: None }).expect("understood");
    let ast = pkg.body_ast(id);
    let first = (0..ast.stmt_count() as u32)
        .map(StmtId::new)
        .filter(|&stmt| matches!(ast.stmt(stmt), Stmt::For { .. } | Stmt::Range { .. }))
        .min_by_key(|&stmt| ast.stmt_span(stmt).start)
        .expect("a loop");
    graph.loop_exits(first).into_iter().map(|exit| exit.kind).collect()
}

#[test]
fn loops_that_never_end() {
    for body in [
        "for { <-c }",
        "for { select { case <-c: break; case c <- 1: continue } }",
        "for { switch { case x: break } }",
        "for { for x { break }; if x { continue } }",
        "for { func() { return }() }",
        "for true { c <- 1 }",
        "for { if false { return } }",
        "L: for { for { continue L } }",
        "for { goto again; again: x = !x }",
        "for { <-c; continue; return }",
    ] {
        assert_eq!(loop_exits(body), [], "{body}");
    }
}

#[test]
fn loops_that_end() {
    use LoopExitKind::{Done, Exit, Jump};
    for (body, wanted) in [
        ("for x { }", "d"),
        ("for range c { }", "d"),
        ("for i := 0; i < 3; i++ { }", "d"),
        ("for { if x { break } }", "j"),
        ("L: for { select { case <-c: break L } }", "j"),
        ("O: for x { for { continue O } }", "d"),
        ("for { if x { goto out } }; out: println()", "j"),
        ("for { if x { return } }", "e"),
        ("for { panic(1) }", "e"),
        ("for { if x { runtime.Goexit() } }", "e"),
        ("for { if x { log.Fatal() } }", "e"),
        ("for { if x { t.FailNow() } }", "e"),
        ("for { if x { die() } }", "e"),
        ("for x { return }", "de"),
    ] {
        let found: String = loop_exits(body)
            .into_iter()
            .map(|kind| match kind {
                Done => 'd',
                Jump => 'j',
                Exit(_) => 'e',
            })
            .collect();
        assert_eq!(found, wanted, "{body}");
    }
}

#[test]
fn functions_that_never_return() {
    let pkg = package(
        r#"package p
import ("os"; "log"; "testing")
func exits() { os.Exit(1) }
func usage() { println("usage"); exits() }
func fails(t *testing.T) int { t.Helper(); t.Fatal("x"); return 0 }
func spins() { for { println() } }
func blocks() { select {} }
func even(n int) bool { if n == 0 { panic("zero") }; return odd(n - 1) }
func odd(n int) bool { if n == 0 { panic("zero") }; return even(n - 1) }
func both(x bool) { if x { log.Fatal() } else { panic(1) } }
func some(x bool) { if x { log.Fatal() } }
func recovers() { defer func() { recover() }(); panic(1) }
func returns() (x int) { for { if x > 3 { return } ; x++ } }
func callee() { defer exits() }
"#,
    );
    let flow = Flow::new(&pkg);
    let end = |name: &str| {
        let (id, _) = pkg.bodies().find(|(_, decl)| decl.name == name).expect("declared");
        flow.func_end(id)
    };
    for (name, wanted) in [
        ("exits", CallEnd::ProcessEnd),
        ("usage", CallEnd::ProcessEnd),
        ("fails", CallEnd::Goexit),
        ("spins", CallEnd::Stuck),
        ("blocks", CallEnd::Stuck),
        ("even", CallEnd::Returns),
        ("odd", CallEnd::Returns),
        ("both", CallEnd::ProcessEnd),
        ("some", CallEnd::Returns),
        ("recovers", CallEnd::Returns),
        ("returns", CallEnd::Returns),
        ("callee", CallEnd::Returns),
    ] {
        assert_eq!(end(name), wanted, "{name}");
    }
}

/// How many blocks the graph of a function with this body has.
fn blocks(body: &str) -> Option<usize> {
    let pkg = package(&format!("package p\nfunc f(n int, b *B) int {{\n{body}\nreturn 0\n}}\n"));
    let (id, _) = pkg.bodies().next()?;
    Some(Flow::new(&pkg).graph(Func { body: id, lit: None })?.blocks.len())
}

#[test]
fn long_functions_have_graphs_and_deep_ones_none() {
    let run = || {
        let chain = "if n == 1 { n++ } else ".repeat(3_000) + "{ n-- }";
        assert!(blocks(&chain).is_some_and(|count| 3_000 < count), "else if");
        let sum = format!("n = {}", vec!["n"; 20_000].join(" + "));
        assert!(blocks(&sum).is_some(), "sum");
        let calls = format!("b{}", ".x()".repeat(20 * golint_conc_flow::MAX_DEPTH / 10));
        assert_eq!(blocks(&calls), None, "chain of calls");
    };
    let worker =
        std::thread::Builder::new().stack_size(golint_conc_syntax::STACK_SIZE).spawn(run).expect("a thread");
    worker.join().expect("no panic");
}
