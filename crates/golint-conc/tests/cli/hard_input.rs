//! Go that is hard to analyse: the analysis ends in time, and says nothing wrong of it.
//!
//! Each program is run with all rules at the lowest confidence, and ends within [`MAX_TIME`], which is far above what a
//! slow machine takes and far below what a search without a bound would.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::support::{Run, Tree};

const MAX_TIME: Duration = Duration::from_secs(60);

const HEAD: &str = "package p\n\nimport (\n\t\"context\"\n\t\"errors\"\n\t\"net/http\"\n\t\"sync\"\n)\n\nvar (\n\tmu sync.Mutex\n\
                    \trw sync.RWMutex\n\t_ context.Context\n\t_ = errors.New\n\t_ = http.MethodGet\n)\n\n";

/// The findings of all rules.
#[track_caller]
fn all_findings(files: &[(&str, String)]) -> Vec<String> {
    let tree = Tree::new(&[("go.mod", "module m\n\ngo 1.26\n")]);
    for (path, text) in files {
        tree.write(path, text);
    }
    let start = Instant::now();
    let args = ["--format", "json", "--select", "all", "--min-confidence", "low", "--stats", "./..."];
    let run = Run::of(tree.command().args(args));
    assert!(start.elapsed() < MAX_TIME, "{:?}", start.elapsed());
    assert!(run.status < 2, "{}", run.stderr);
    run.places()
}

fn repeated(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn ten_thousand_statements() {
    let branches = repeated(10_000, |n| format!("\tif n == {n} {{\n\t\tn++\n\t}}\n"));
    let text = format!(
        "{HEAD}func f(n int) error {{\n\tmu.Lock()\n\tresp, err := (&http.Client{{Timeout: 1}}).Get(\"/\")\n\tif err != nil {{\n\
         \t\tmu.Unlock()\n\t\treturn err\n\t}}\n{branches}\tmu.Unlock()\n\treturn resp.Body.Close()\n}}\n"
    );
    assert_eq!(all_findings(&[("a.go", text)]), Vec::<String>::new());
}

#[test]
fn five_hundred_locks() {
    let fields = repeated(500, |n| format!("\tm{n} sync.Mutex\n"));
    let locks = repeated(500, |n| format!("\ts.m{n}.Lock()\n\tif n == {n} {{\n\t\tn = {n}\n\t}}\n"));
    let unlocks = repeated(500, |n| format!("\ts.m{n}.Unlock()\n"));
    let text = format!("{HEAD}type S struct {{\n{fields}}}\n\nfunc (s *S) f(n int) {{\n{locks}{unlocks}}}\n");
    assert_eq!(all_findings(&[("a.go", text)]), Vec::<String>::new());
}

#[test]
fn nesting_of_sixty() {
    let mut text = format!("{HEAD}func f(n int) {{\n\tmu.Lock()\n\tdefer mu.Unlock()\n");
    for depth in 0..60 {
        let open = match depth % 3 {
            0 => format!("for n < {depth} {{\n"),
            1 => format!("if n == {depth} {{\n"),
            _ => "switch {\ncase n == 1:\n".to_owned(),
        };
        text.push_str(&open);
    }
    text.push_str("n++\n");
    text.push_str(&"}\n".repeat(61));
    assert_eq!(all_findings(&[("a.go", text)]), Vec::<String>::new());
}

#[test]
fn branches_that_double_the_paths() {
    let branches = repeated(200, |n| {
        format!(
            "\tif b[{n}] {{\n\t\trw.RLock()\n\t}} else {{\n\t\trw.Lock()\n\t}}\n\tif b[{n}] {{\n\t\trw.RUnlock()\n\t}} else {{\n\t\trw.Unlock()\n\t}}\n"
        )
    });
    let text = format!("{HEAD}func f(b []bool) {{\n{branches}}}\n");
    assert_eq!(all_findings(&[("a.go", text)]), Vec::<String>::new());
}

#[test]
fn functions_that_call_each_other() {
    let functions = repeated(300, |n| {
        let (next, far) = ((n + 1) % 300, (n * 7) % 300);
        format!(
            "func f{n}(ctx context.Context, resp *http.Response, n int) error {{\n\tif n == 0 {{\n\t\treturn resp.Body.Close()\n\
             \t}}\n\tmu.Lock()\n\tn--\n\tmu.Unlock()\n\tif n == 1 {{\n\t\treturn f{far}(ctx, resp, n)\n\t}}\n\
             \treturn f{next}(ctx, resp, n)\n}}\n\n"
        )
    });
    let text = format!(
        "{HEAD}{functions}func start(ctx context.Context, c *http.Client) error {{\n\tresp, err := c.Get(\"/\")\n\
         \tif err != nil {{\n\t\treturn err\n\t}}\n\treturn f0(ctx, resp, 3)\n}}\n"
    );
    let found = all_findings(&[("a.go", text)]);
    // `c.Get` has no context; nothing else is wrong.
    assert!(found.len() <= 1, "{found:?}");
}

#[test]
fn types_that_contain_each_other() {
    let types = "type A struct {\n\tB\n\tmu sync.Mutex\n}\n\ntype B struct {\n\t*C\n}\n\ntype C struct {\n\t*A\n\tD\n}\n\n\
                 type D interface {\n\tD\n\tE\n}\n\ntype E = F\n\ntype F = E\n\ntype G [2]G\n\ntype H[T any] struct {\n\tnext *H[H[T]]\n\
                 \tmu   sync.Mutex\n}\n\nfunc (a *A) f(g G, h *H[int]) {\n\ta.mu.Lock()\n\tdefer a.mu.Unlock()\n\ta.x.y.z()\n\
                 \th.next.next.next.mu.Lock()\n\th = nil\n\th.next.next.next.mu.Unlock()\n\t_ = g[0][1][0]\n}\n";
    assert_eq!(all_findings(&[("a.go", format!("{HEAD}{types}"))]), Vec::<String>::new());
}

#[test]
fn names_defined_twice() {
    let body =
        "func f() {\n\tmu.Lock()\n\tdefer mu.Unlock()\n\tn++\n}\n\nvar n int\n\ntype T struct{ n int }\n";
    let again = "package p\n\nimport \"sync\"\n\nvar mu sync.RWMutex\n\nvar n string\n\ntype T interface{ f() }\n\nfunc f() {}\n\nfunc (T) f() {}\n\nfunc (t *T) f() {}\n";
    let files = [("a.go", format!("{HEAD}{body}")), ("b.go", again.to_owned())];
    assert_eq!(all_findings(&files), Vec::<String>::new());
}

#[test]
fn packages_that_import_each_other_or_do_not_exist() {
    let importing = |other: &str| {
        let mut text = format!(
            "package p\n\nimport (\n\t\"m/gone\"\n\t\"m/{other}\"\n\t\"net/http\"\n\t\"sync\"\n)\n\n"
        );
        let _ = write!(
            text,
            "type T struct {{\n\t{other}.T\n\tmu sync.Mutex\n}}\n\nvar V = {other}.V\n\nfunc Die() {{\n\t{other}.Die()\n}}\n\n\
             func Get() (*http.Response, error) {{\n\treturn {other}.Get()\n}}\n\nfunc Close(r *http.Response) {{\n\
             \t{other}.Close(r)\n}}\n\nfunc use(t *T) {{\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tresp, err := {other}.Get()\n\
             \tif err != nil {{\n\t\t{other}.Die()\n\t}}\n\tgone.Use(resp)\n\t{other}.Close(resp)\n\tt.T.T.T.Use({other}.V)\n}}\n"
        );
        text.replace("package p", &format!("package {}", if other == "a" { "b" } else { "a" }))
    };
    let files = [("a/a.go", importing("b")), ("b/b.go", importing("a"))];
    assert_eq!(all_findings(&files), Vec::<String>::new());
}

#[test]
fn a_select_and_a_graph_of_goroutines_that_are_large() {
    let spawns = repeated(300, |n| {
        format!(
            "\tgo func() {{\n\t\tfor {{\n\t\t\tselect {{\n\t\t\tcase <-ctx.Done():\n\t\t\t\treturn\n\t\t\tcase c{n} <- 1:\n\t\t\tcase <-c{}:\n\t\t\t}}\n\t\t}}\n\t}}()\n",
            (n + 1) % 300
        )
    });
    let channels = repeated(300, |n| format!("\tc{n} := make(chan int)\n"));
    let text = format!("{HEAD}func f(ctx context.Context) {{\n{channels}{spawns}}}\n");
    assert_eq!(all_findings(&[("a.go", text)]), Vec::<String>::new());
}
