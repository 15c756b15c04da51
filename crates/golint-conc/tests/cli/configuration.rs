//! `golint-conc.toml`: what it says counts, flags win over it, and what is wrong with it is told in one line.

use crate::support::{BUG, Tree};

const POOL: &str = "package app

import \"example.com/pool\"

func use(p *pool.Pool) error {
\tlease, err := p.Get()
\tif err != nil {
\t\treturn err
\t}
\tif lease.Old() {
\t\treturn nil
\t}
\treturn lease.Return()
}

func fine(p *pool.Pool) error {
\tlease, err := p.Get()
\tif err != nil {
\t\treturn err
\t}
\tdefer lease.Return()
\treturn lease.Use()
}
";

const ROW: &str = "[[resource]]
name = \"lease\"
rule = \"rows-not-closed\"
acquire = [\"example.com/pool.Pool.Get\"]
release = [\"Return\"]
done = \"returned\"
why = \"the pool is one lease smaller until then\"
";

#[test]
fn a_row_makes_its_rule_look_for_more() {
    let tree = Tree::new(&[("a.go", POOL)]);
    assert_eq!(tree.findings(&[]).0, Vec::<String>::new());
    tree.write("golint-conc.toml", ROW);
    let run = tree.run(&[]);
    assert_eq!(run.status, 1, "{run:?}");
    for text in [
        "error[rows-not-closed]: `lease` is not returned on every path",
        "a.go:6:16",
        "the pool is one lease smaller until then",
        "`lease.Old()` is true",
        "call `defer lease.Return()`",
        "1 finding",
    ] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    assert_eq!(tree.findings(&["--no-config"]).0, Vec::<String>::new());
}

#[test]
fn functions_that_are_called_release_too() {
    let tree = Tree::new(&[
        (
            "a.go",
            "package app\n\nimport \"example.com/span\"\n\nfunc f(x bool) {\n\tctx, end := span.Start()\n\tif x {\n\t\treturn\n\t}\n\t\
             ctx.Do()\n\tend()\n}\n",
        ),
        (
            "golint-conc.toml",
            "[[resource]]\nname = \"span\"\nrule = \"context-lost-cancel\"\nacquire = [\"example.com/span.Start\"]\nresult = \
             1\nby-call = true\ndone = \"ended\"\n",
        ),
    ]);
    let run = tree.run(&[]);
    assert!(run.stdout.contains("`end` is not ended on every path"), "{run:?}");
}

#[test]
fn flags_win_over_the_file() {
    let tree = Tree::new(&[("a.go", BUG), ("golint-conc.toml", "ignore = [\"signal-*\"]\n")]);
    assert_eq!(tree.findings(&[]).0, Vec::<String>::new());
    assert_eq!(tree.findings(&["--ignore", "race-*"]).0, ["a.go:10"]);
    tree.write("golint-conc.toml", "select = [\"race-*\"]\n");
    assert_eq!(tree.findings(&[]).0, Vec::<String>::new());
    assert_eq!(tree.findings(&["--select", "signal-*"]).0, ["a.go:10"]);
    tree.write("golint-conc.toml", "tests = false\n");
    std::fs::rename(tree.path("a.go"), tree.path("a_test.go")).expect("renamed");
    assert_eq!(tree.findings(&[]).0, Vec::<String>::new());
    assert_eq!(tree.findings(&["--tests"]).0, ["a_test.go:10"]);
}

#[test]
fn the_confidence_can_be_set() {
    let code = "package p\n\nimport \"context\"\n\nfunc f(x bool) {\n\tctx, cancel := context.WithCancel(context.Background())\n\tif x \
                {\n\t\treturn\n\t}\n\t<-ctx.Done()\n\tcancel()\n}\n";
    let tree = Tree::new(&[("a.go", code), ("golint-conc.toml", "min-confidence = \"low\"\n")]);
    assert_eq!(tree.findings(&[]).0, ["a.go:6"]);
    assert_eq!(tree.findings(&["--min-confidence", "medium"]).0, Vec::<String>::new());
    tree.write("golint-conc.toml", "min-confidence = \"certain\"\n");
    let run = tree.run(&[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("golint-conc: golint-conc.toml:1: "), "{}", run.stderr);
}

#[test]
fn the_file_of_the_repository_or_the_named_one_is_read() {
    let tree = Tree::new(&[("repo/a/a.go", BUG), ("repo/golint-conc.toml", "ignore = [\"signal-*\"]\n")]);
    tree.write("repo/.git/HEAD", "");
    tree.write("golint-conc.toml", "nonsense");
    tree.write("other.toml", "ignore = [\"signal-*\"]\n");
    let run = |dir: &str, args: &[&str]| {
        let output = tree.command().current_dir(tree.path(dir)).args(args).output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run("repo/a", &[]), (Some(0), String::new()));
    assert_eq!(run("repo/a", &["--no-config"]).0, Some(1));
    assert_eq!(run("repo/a", &["--config", "../../other.toml"]).0, Some(0));
    let (status, said) = run("repo/a", &["--config", "missing.toml"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("missing.toml: can't be read") && said.lines().count() == 1, "{said}");
    let (status, said) = run(".", &["./repo/..."]);
    assert_eq!(status, Some(2));
    assert!(said.contains("golint-conc.toml:1: ") && said.lines().count() == 1, "{said}");
}

#[test]
fn a_row_with_an_error_is_told_in_one_line() {
    let tree = Tree::new(&[("a.go", BUG)]);
    for (text, wanted) in [
        (ROW.replace("release =", "relase ="), "golint-conc.toml:5: unknown field `relase`"),
        (
            ROW.replace("rows-not-closed", "rows-not-closd"),
            "golint-conc.toml:3: resource `lease`: `rule`: `rows-not-closd` looks for no resource; take `rows-not-closed`",
        ),
        (
            ROW.replace("example.com/pool.Pool.Get", "Get"),
            "golint-conc.toml:4: resource `lease`: `acquire`: `Get` is no function with its package; write it as",
        ),
        (
            ROW.replace("release = [\"Return\"]\n", ""),
            "golint-conc.toml:1: resource `lease`: `release` names no method; name one, or set `by-call = true`",
        ),
        (
            "ignore = [\"no-such-rule\"]\n".into(),
            "golint-conc.toml: `ignore`: no rule is called `no-such-rule`",
        ),
        ("tests = \"off\"\n".into(), "golint-conc.toml:1: invalid type: string \"off\", expected a boolean"),
    ] {
        tree.write("golint-conc.toml", &text);
        let run = tree.run(&[]);
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.stderr.contains(wanted), "{wanted}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{text}");
    }
}
