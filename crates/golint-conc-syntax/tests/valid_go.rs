//! Valid Go is never opaque, and the tree has all of it.
//!
//! `GOLINT_CONC_GO_SOURCES=DIR[:DIR…]` names more Go to read: every file in it that `gofmt -e` accepts must pass.

mod common;

use std::path::Path;

use common::unparse::{squeeze, unparse};
use golint_conc_syntax::SourceFile;
use golint_conc_syntax::ast::{Ast, ChanDir, Expr, ExprId, Stmt};

/// Each declaration is one that the grammar, or some version of it, has trouble with.
const DECLARATIONS: &[&str] = &[
    // `new` of an expression, Go 1.26.
    "func f() { x := new(f(x)); _ = x }",
    "var a, b = new(3), new(\"s\")",
    "var a = new(a.b)",
    "var a = new(a.b.c)",
    "var a = new(T{})",
    "var a = new([]string{\"(\", \"}\"})",
    "var a = new([]byte(\"x\"))",
    "var a = new(map[string]int{\"]\": 1})",
    "var a = new(func() int { return 1 }())",
    "var a = new(new(new(1)))",
    "var a = S{p: new(true), q: new(new(f(-1)))}",
    "var a = new(struct{}{})",
    "var a = new(!b)",
    "var a = new(x + 1)",
    "var a = new(<-ch)",
    // `new` and `make` of types.
    "var a = new(int)",
    "var a = new(*T)",
    "var a = new(*[]T)",
    "var a = new(pkg.T[int])",
    "var a = new((chan int))",
    "var a = new(func(int) (string, error))",
    "var a = new(func(int) *T)",
    "var a = new(struct{ s string `json:\")\"` })",
    "var a = new(interface{ M() })",
    "var a = new([4]<-chan struct{})",
    "var a = make(map[string][]chan<- int, 3)",
    "var a = make(<-chan int)",
    "var a, b = new(f(1)), make(map[string]*T, n)",
    // `new` and `make` as other names.
    "func new(x int) int { return new(x + 1) }",
    "func f(make func([]int) int) { make([]int{1}) }",
    "func f() { new := 1; make := new + 1; x.new(1, 2); x.make = make; _ = new }",
    "func (t T) new([]int) {}",
    // Type parameters.
    "func (r R) N[T any](t T) { t.go1(new(f(t))) }",
    "func (r *R[K, V]) N[T interface{ ~int | *K }, U comparable](t T) (U, error) { return g[T](t) }",
    "func f[T []*A | []B, U ~[]E, E any](t T) {}",
    "type C interface { []*A | []B; ~string | ~[]byte; M(); comparable }",
    "type A[P any] = B[P]",
    "type A[K comparable, V any] = map[K]V",
    "type T[P *Q,] struct { p P }",
    "type T[P interface{ *Q }] struct { Embedded[P]; *pkg.Other[P] }",
    "func f() { g[int](1); h[pkg.T, []int](x)(y); _ = k[map[string]int] }",
    // Loops.
    "func f() { for range 10 {}; for i := range n {}; for i := range f(x) { _ = i } }",
    "func f() { for k, v := range seq() {}; for k = range m {}; for a[0], b.c = range m {}; for range ch {} }",
    "func f() { for ;; {}; for ; a < b; {}; for i := 0; ; i++ {}; for a {} }",
    // Keys of composite literals.
    "var a = S{a.b: 1}",
    "var a = M{f(x): 1, [2]int{1, 2}: {3}, {4}: {5}, T{}: &U{}}",
    "var a = [...]T{0: {}, 2: {x: 1}}",
    "var a = [][]*T{{{}}, {nil}}",
    // What only the rewriting makes parse.
    "func f() { if ; a {} else if ; b {}; switch ; a {}; switch ; { case true: } }",
    "func f() { L: M: }",
    "func f() { switch { case a: L: M: \ndefault: N: O: } }",
    "const (F = 1)",
    "const(F=1)",
    "var ( a = 1; b int )",
    "func f() { const ( a, b = iota, 2 ); var (c T) }",
    "var a = struct{ T }.M",
    "var a, b = interface{ M(struct{ x int }) }.M, (struct{ T \"tag\" }).N",
    "func f() { g(interface{ M() }.M, new(1)) }",
    // Blocks behind blocks.
    "func f() { if x.y {\n g(1)\n}\n{ h() } }",
    "func f() { for x := range y {\n g\n}\n\n // c\n {\n h()\n} }",
    "func f() { for a := b; a; a = c { g() }\n{ h() } }",
    "func f() { if a == b { g() }\n{ h() } }",
    "func f() { for _, x := range []T{{1}} { g() }\n{ h() } }",
    // Stars before conversions.
    "func f() { *(*struct{ p int })(q).p = 1; **(**[]T)(q) = nil; x := *(*[]T)(q)[0].y() }",
    // Channels.
    "var a chan (<-chan int)",
    "var a chan<- chan int",
    "var a <-chan <-chan int",
    "var a chan<- chan<- int",
    "var a chan<- <-chan int",
    "var a chan<- chan <-chan int",
    "var a = make(chan<- chan int, 1)",
    "func f() { a <- <-b; <-a; x, ok := <-(a); y = <-a; select { case a <- b: case <-c: case x := <-d: default: } }",
    "func f() { select { case x, ok = <-f(): g(); case a[<-b] = <-c: }; select {} }",
    "var a = (<-chan int)(x)",
    // Conversions, assertions and calls.
    "var a = []byte(s)",
    "var a = (*T)(nil)",
    "var a = (func())(x)",
    "var a = x.(interface{ M() }).(*T)",
    "var a = f(a, b...)",
    "var a = append([]T(nil), x[1:2:3]...)",
    "var a = x[:]",
    "var a = x[i:][:j]",
    // Statements.
    "func f() { switch x := y.(type) { case nil, int: case *T, []U, func(): default: } }",
    "func f() { switch x := f(); y := x.(type) {}; switch y.(type) {}; switch x := 1; x {}; switch x := 1; {} }",
    "func f() { a, b := 1, 2; a++; b--; a += 1; a &^= 2; a <<= 3; a, b = b, a }",
    "func f() { L: for { break L; continue L; goto L; { continue } } }",
    "func f() { go func() {}(); defer x.y(z); defer func() { recover() }() }",
    "func f() { if x := f(); x == (T{}) { return } else if y { return 1, nil } else { return x } }",
    "func f() { for _, t := range []T{{1}} { type U struct{}; const c = 1; var d, e = 1, 2 } }",
    "func f() { switch { case a: fallthrough; default: L: } }",
    // Operators and literals.
    "var a = -a + +b*^c - !d.e&&f || g &^ h >> 1 << 2",
    "var a = &T{} == *b",
    "var a = 0x1p-2 + 1_000 + 0b11 + 0o7 + 017 + 1e3 + .5 + 2i + 'x' + '\\'' + '\\u00e9'",
    "var a = `raw \"` + \"a\\\"b\"",
    // Declarations.
    "func f(a, b int, c ...string) (x, y T) { return }",
    "func f(int, ...*T) T",
    "func (T) f() {}",
    "func (_ *T) f() (func(), error) { return nil, nil }",
    "type ( A int; B = A; C struct { a, b int \"t\"; A; *B } )",
    "type F func(a int, b ...T) (c, d int)",
    "var x, y int = 1, 2",
    "const ( a T = iota; b; c, d = 1, 2 )",
];

#[test]
fn no_valid_declaration_is_opaque_or_loses_anything() {
    for decl in DECLARATIONS {
        let text = format!("package p\n\n// Text before.\n{decl}\n");
        let source = common::source(&text);
        assert_eq!(source.outline().decls.len(), 1, "{decl}");
        assert!(!source.body(0).is_opaque, "opaque: {decl}");
        assert_eq!(unparse(&source, 0), squeeze(decl.as_bytes()), "{decl}");
    }
}

/// The text of the call to `name` and of its arguments.
fn calls<'t>(ast: &Ast, text: &'t str, name: &str) -> Vec<(&'t str, Vec<&'t str>)> {
    let slice = |id| {
        let span = ast.expr_span(id);
        &text[span.start as usize..span.end as usize]
    };
    let exprs = (0..ast.expr_count() as u32).map(ExprId::new);
    exprs
        .filter_map(|id| match ast.expr(id) {
            Expr::Call { fun, args, .. } if ast.ident(fun).is_some_and(|symbol| symbol == name) => {
                Some((slice(id), ast.list(args).map(slice).collect()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn calls_of_new_stand_where_they_stood() {
    let text = "package p\n\nvar é, a = new(new(f(3)).x), new(g)\n";
    let source = common::source(text);
    let expected =
        [("new(f(3))", vec!["f(3)"]), ("new(new(f(3)).x)", vec!["new(f(3)).x"]), ("new(g)", vec!["g"])];
    assert_eq!(calls(source.body(0), text, "new"), expected);
}

#[test]
fn a_star_before_a_conversion_dereferences_its_result() {
    let text = "package p\n\nvar b = *(*[]byte)(p)\n";
    let source = common::source(text);
    let ast = source.body(0);
    let exprs = (0..ast.expr_count() as u32).map(ExprId::new);
    let call = exprs.filter(|&expr| matches!(ast.expr(expr), Expr::Call { .. })).collect::<Vec<_>>();
    let [call] = *call else { panic!("one call") };
    assert_eq!(ast.expr_span(call).slice(text.as_bytes()), b"(*[]byte)(p)");
    let mut stars = (0..ast.expr_count() as u32).map(|id| ast.expr(ExprId::new(id)));
    assert!(
        stars.any(|expr| matches!(expr, Expr::Star(operand) if operand == call)),
        "no star before the call"
    );
}

#[test]
fn a_star_before_a_conversion_dereferences_what_is_selected() {
    let text = "package p\n\nvar b = **(**struct{ p **int })(q).p\n";
    let source = common::source(text);
    let ast = source.body(0);
    let stars = (0..ast.expr_count() as u32).map(ExprId::new).filter_map(|id| match ast.expr(id) {
        Expr::Star(operand) => Some(ast.expr_span(operand).slice(text.as_bytes())),
        _ => None,
    });
    let expected = [
        &b"int"[..],
        b"*int",
        b"struct{ p **int }",
        b"*struct{ p **int }",
        b"(**struct{ p **int })(q).p",
        b"*(**struct{ p **int })(q).p",
    ];
    assert_eq!(stars.collect::<Vec<_>>(), expected);
}

#[test]
fn a_block_behind_an_if_is_not_its_body() {
    let text = "package p\n\nfunc f() {\n\tif x.y {\n\t\tg()\n\t}\n\n\t{\n\t\th()\n\t}\n}\n";
    let source = common::source(text);
    let ast = source.body(0);
    let body = ast.func().and_then(|func| func.body).expect("a body");
    let stmts: Vec<_> = ast.list(ast.block(body)).collect();
    assert!(matches!(stmts[..], [first, second] if matches!(ast.stmt(first), Stmt::If { .. })
        && ast.stmt_span(second).slice(text.as_bytes()) == b"{\n\t\th()\n\t}"));
}

#[test]
fn a_generic_method_keeps_receiver_and_type_parameters() {
    let text = "package p\n\nfunc (r *R[K]) Map[T any, U ~[]T](f func(T) U) U { return f(new(3)) }\n";
    let source = common::source(text);
    let ast = source.body(0);
    assert!(!ast.is_opaque);
    let func = ast.func().expect("a function");
    let recv = ast.field(func.recv.expect("a receiver"));
    assert_eq!(recv.span.slice(text.as_bytes()), b"r *R[K]");
    let params: Vec<_> = ast.list(ast.sig(func.sig).type_params).map(|id| ast.field(id).span).collect();
    let params: Vec<_> = params.iter().map(|span| span.slice(text.as_bytes())).collect();
    assert_eq!(params, [&b"T any"[..], b"U ~[]T"]);
    assert!(!source.decl(0).is_opaque && source.decl(0).func().is_some_and(|func| func.recv.is_some()));
    assert_eq!(source.outline().decls[0].recv.map(|recv| recv.ty.as_str()), Some("R"));
}

#[test]
fn an_arrow_belongs_to_the_leftmost_chan() {
    let text = "package p\n\nvar a chan<- chan <-chan int\n";
    let source = common::source(text);
    let ast = source.body(0);
    let types = (0..ast.expr_count() as u32).map(ExprId::new).filter_map(|id| match ast.expr(id) {
        Expr::Chan { dir, .. } => Some((ast.expr_span(id).slice(text.as_bytes()), dir)),
        _ => None,
    });
    let expected = [
        (&b"chan int"[..], ChanDir::Both),
        (b"chan <-chan int", ChanDir::Send),
        (b"chan<- chan <-chan int", ChanDir::Send),
    ];
    assert_eq!(types.collect::<Vec<_>>(), expected);
}

#[test]
fn real_code_is_never_opaque_and_loses_nothing() {
    common::on_big_stack(|| {
        let mut roots = vec![common::testdata()];
        roots.extend(common::goroot_src().iter().flat_map(|src| {
            ["bufio", "context", "go/ast", "net/http", "os", "reflect", "runtime", "sync", "slices"]
                .map(|dir| src.join(dir))
        }));
        #[expect(clippy::disallowed_methods, reason = "tests are told what to read")]
        let more = std::env::var_os("GOLINT_CONC_GO_SOURCES").unwrap_or_default();
        roots.extend(std::env::split_paths(&more));
        let files: Vec<_> = roots.iter().flat_map(|root| common::go_files(root)).collect();
        assert!(!files.is_empty());
        eprintln!("{} files", files.len());
        let wrong: Vec<_> = files.iter().filter_map(|path| wrong_in(path)).collect();
        assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// The first declaration of a file that is opaque or changed; `None` where gofmt does not accept the file either.
fn wrong_in(path: &Path) -> Option<String> {
    let source = SourceFile::new(common::read(path));
    for (index, decl) in source.outline().decls.iter().enumerate() {
        let place = format!("{}:{}", path.display(), source.lines().line(decl.span.start));
        if source.body(index).is_opaque {
            return is_valid(path).then(|| format!("{place} is opaque"));
        }
        let (tree, text) = (unparse(&source, index), squeeze(decl.span.slice(source.text())));
        // A method without receiver is only for the type checker to reject.
        if tree != text && !text.starts_with("func()") {
            return is_valid(path).then(|| format!("{place}:\n{tree}\n{text}"));
        }
    }
    None
}

/// Whether gofmt takes the file for Go; true where there is no gofmt.
fn is_valid(path: &Path) -> bool {
    let output = std::process::Command::new("gofmt").args(["-e", "-l"]).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}
