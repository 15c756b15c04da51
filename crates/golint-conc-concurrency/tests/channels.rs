//! The channels that a package can see whole, on small packages.

use golint_conc_concurrency::{ChanUseKind, Model};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::ast::ExprId;
use golint_conc_syntax::{SourceFile, Symbol};

fn package(files: &[&str]) -> Package {
    let files = files.iter().map(|text| PackageFile {
        source: SourceFile::new(text.as_bytes().to_vec()),
        lang: LangVersion::NEWEST,
        is_test: false,
        is_reported: true,
    });
    Package::new(Symbol::new("p"), Symbol::new("p"), files.collect())
}

/// The channels by name, with what is done to them; a `?` marks the communication of a `select` with another clause.
fn channels(files: &[&str]) -> Vec<String> {
    let pkg = package(files);
    let model = Model::new(&pkg);
    let show = |kind| match kind {
        ChanUseKind::Make(Some(n)) => format!("make({n})"),
        ChanUseKind::Make(None) => "make(n)".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut channels = model.channels().to_vec();
    // Those that are told by their words are found when asked for.
    for (id, _) in pkg.bodies() {
        let cx = model.body(id);
        let exprs = (0..cx.ast.expr_count() as u32).map(ExprId::new);
        for channel in exprs.filter_map(|expr| model.channel_of(cx, expr)) {
            if channels.iter().all(|known| known.key != channel.key) {
                channels.push(channel);
            }
        }
    }
    let lines = channels.iter().map(|channel| {
        let uses = channel.uses.iter();
        let uses = uses.map(|use_| show(use_.kind) + if use_.in_select { "?" } else { "" });
        format!("{}: {}", channel.name, uses.collect::<Vec<_>>().join(" "))
    });
    lines.collect()
}

/// The channels of a function, which says in a comment that `ch` is sent on: others would not be looked at.
fn in_func(body: &str) -> Vec<String> {
    channels(&[&format!("package p\n\nfunc f(n int, use func(chan int)) {{ // ch <- n\n{body}\n}}\n")])
}

#[test]
fn what_nobody_sends_on_is_left_out() {
    let text = "package p

type T struct { done chan int }

func New() *T { return &T{done: make(chan int)} }
func (t *T) wait() { <-t.done }
func f() { ch := make(chan int); go func() { close(ch) }(); <-ch }
";
    let none: Vec<String> = Vec::new();
    assert_eq!(channels(&[text]), none);
    let sends = "package p\n\nfunc (t *T) end() { t.done<-1 }\n";
    assert_eq!(channels(&[text, sends]), ["done: make(0) recv send"]);
}

#[test]
fn operations_on_a_local_channel() {
    let body = "ch := make(chan int, 2); ch <- 1; <-ch; v, ok := <-ch; for range ch { }; close(ch); println(len(ch), v, ok, ch == nil)";
    assert_eq!(in_func(body), ["ch: make(2) send recv recv recv close look look"]);
    let body = "var ch = make(chan int); go func() { ch <- 1 }(); println(<-ch)";
    assert_eq!(in_func(body), ["ch: make(0) send recv"]);
    assert_eq!(in_func("ch := make(chan int, n); ch <- 1"), ["ch: make(n) send"]);
    assert_eq!(
        in_func("ch := make(chan int, 1); ch = make(chan int, 3); ch = nil"),
        ["ch: make(1) make(3) look"]
    );
}

#[test]
fn a_select_with_another_clause_helps() {
    let body = "ch := make(chan int); select { case ch <- 1: default: }; select { case <-ch: case v := <-ch: println(v) }; select { case <-ch: }";
    assert_eq!(in_func(body), ["ch: make(0) send? recv? recv? recv"]);
    // What a clause does once it is taken is not helped by the others.
    let body = "ch := make(chan int); select { case <-ch: ch <- 1; default: <-ch }";
    assert_eq!(in_func(body), ["ch: make(0) recv? send recv"]);
}

#[test]
fn what_is_given_away_escapes() {
    for body in [
        "use(ch)",
        "other := ch; <-other",
        "p := &ch; <-*p",
        "m := map[chan int]chan int{ch: nil}; println(m)",
        "s := []chan int{ch}; println(s)",
        "x := any(ch); println(x)",
        "go use(ch)",
        "defer use(ch)",
        "to := make(chan chan int); to <- ch",
        "func(c chan int) { <-c }(ch)",
    ] {
        let found = in_func(&format!("ch := make(chan int); {body}"));
        let ch = found.iter().find(|line| line.starts_with("ch: ")).expect("the channel");
        assert!(ch.contains("escape"), "{body}: {ch}");
    }
}

#[test]
fn parameters_and_undeclared_values_are_not_ours() {
    let none: Vec<String> = Vec::new();
    assert_eq!(channels(&["package p\n\nfunc f(ch chan int) { ch <- 1 }\n"]), none);
    assert_eq!(in_func("var ch chan int; ch <- 1"), none);
}

#[test]
fn fields_are_one_for_all_objects_and_type_arguments() {
    let text = "package p

type T[V any] struct { ch, other chan V }

func New[V any]() *T[V] { return &T[V]{ch: make(chan V, 1)} }
func (t *T[V]) put(v V) { t.ch <- v }
func take(t *T[int]) int { return <-t.ch }
";
    assert_eq!(channels(&[text]), ["ch: make(1) send recv"]);
    let unkeyed =
        "package p\n\nfunc two(s S) *T[int] { return &T[int]{s.c, nil} }\ntype S struct{ c chan int }\n";
    assert_eq!(channels(&[text, unkeyed]), ["ch: make(1) send recv escape"]);
}

#[test]
fn literals_without_keys_and_mentions_elsewhere_escape() {
    let text = "package p

type T struct { ch chan int }

func one() *T { return &T{ch: make(chan int)} }
func (t *T) put() { t.ch <- 1 }
";
    assert_eq!(channels(&[text]), ["ch: make(0) send"]);
    let unkeyed = "package p\n\nfunc two(c chan int) *T { return &T{c} }\n";
    assert_eq!(channels(&[text, unkeyed]), ["ch: make(0) send escape"]);
    let no_word = "package p\n\nfunc two(s S) *T { return &T{\n\ts.c,\n} }\ntype S struct{ c chan int }\n";
    assert_eq!(channels(&[text, no_word]), ["ch: make(0) send escape"]);
    for elided in ["[]T{{s.c}}", "map[string]*T{a: {s.c}}", "list{{s.c}}", "[]T{0: {s.c}}"] {
        let elided = format!(
            "package p\n\nvar a string\ntype list []T\ntype S struct{{ c chan int }}\nfunc two(s S) any {{ return {elided} }}\n"
        );
        assert_eq!(channels(&[text, &elided]), ["ch: make(0) send escape"], "{elided}");
    }
    let elsewhere = "package p\n\nfunc three(t *T) { use(t.ch) }\n";
    assert_eq!(channels(&[text, elsewhere]), ["ch: make(0) send escape"]);
    let ranges = "package p\n\nfunc five(t *T) { for v := range t.ch { println(v) } }\n";
    assert_eq!(channels(&[text, ranges]), ["ch: make(0) send recv"]);
    let comment = "package p\n\nfunc four(t *T) { /* chart */ }\n";
    assert_eq!(channels(&[text, comment]), ["ch: make(0) send"]);
}

#[test]
fn package_level_variables_know_how_they_are_made() {
    let text = "package p

var sem = make(chan struct{}, 4)
var Open = make(chan int)
var from = other()
var one, two = both()

func f() { sem <- struct{}{}; Open <- 1; from <- 1; two <- 1; <-sem }
func other() chan int { return nil }
func both() (chan int, chan int) { return nil, nil }
";
    assert_eq!(channels(&[text]), ["sem: make(4) send recv"]);
}

#[test]
fn shadowed_names_are_channels_of_their_own() {
    let body = "ch := make(chan int); { ch := make(chan int, 1); ch <- 1 }; <-ch";
    assert_eq!(in_func(body), ["ch: make(0) recv", "ch: make(1) send"]);
}

#[test]
fn fields_that_are_taken_are_left_out_unless_asked_for() {
    let listed = |files: &[&str]| {
        let pkg = package(files);
        let channels = Model::new(&pkg).channels();
        channels.iter().map(|channel| channel.name.to_string()).collect::<Vec<_>>()
    };
    let text = "package p

type T struct { in, out, both chan int; n int }

func New() *T { return &T{in: make(chan int), out: make(chan int), both: make(chan int)} }
func (t *T) send() { t.in <- 1; t.out <- 2; t.both <- 3 }
func (t *T) take() { println(<-t.in) } // <-t.out
";
    assert_eq!(listed(&[text]), ["out", "both"]);
    assert_eq!(listed(&[text, "package p\n\nfunc (t *T) Out() <-chan int { return t.out }\n"]), ["both"]);
    // Whose field is received from, the words don't tell.
    let other = "package p\n\ntype U struct { in chan int }\n\nfunc (u *U) take() { <-u.both() }\n";
    assert_eq!(listed(&[text, other]), ["in", "out", "both"]);
    let nameless = "package p\n\nfunc f() { var x struct { in <-chan int }; <-x.in }\n";
    assert_eq!(listed(&[text, nameless]), ["in", "out", "both"]);
    let method = "package p\n\nfunc (t *T) both() int\n\nfunc f(x X) { use(x.both) }\n";
    assert_eq!(listed(&[text, method]), ["out", "both"]);
}
