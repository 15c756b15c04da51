//! The outline finds the declarations that a full parse finds, at the same places.
//!
//! `GOLINT_CONC_GO_SOURCES=DIR[:DIR…]` names more Go to compare on, such as the whole of `$(go env GOROOT)/src`.

#![expect(clippy::expect_used, reason = "tests fail loudly")]

mod common;

use golint_conc_syntax::ast::ExprId;
use golint_conc_syntax::{DeclKind, Outline, OutlineDecl, SourceFile};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tree_sitter::{Node, Parser};

/// A declaration, as both sides can say it: kind, names with their offsets, receiver, extent, body.
#[derive(Debug, PartialEq)]
struct Found {
    kind: DeclKind,
    names: Vec<(String, usize)>,
    recv: Option<(String, bool)>,
    span: (usize, usize),
    body: Option<(usize, usize)>,
}

/// A file's package name, imports (path and name) and declarations.
type Contents = (Option<String>, Vec<(String, Option<String>)>, Vec<Found>);

fn from_outline(text: &[u8]) -> Contents {
    let outline = Outline::new(text);
    let range = |span: golint_conc_syntax::Span| (span.start as usize, span.end as usize);
    let decls = outline.decls.iter().map(|decl| Found {
        kind: decl.kind,
        names: decl.names.iter().map(|(name, span)| (name.to_string(), span.start as usize)).collect(),
        recv: decl.recv.map(|recv| (recv.ty.to_string(), recv.is_pointer)),
        span: range(decl.span),
        body: decl.body.map(range),
    });
    let imports = outline
        .imports
        .iter()
        .map(|import| (import.path.to_string(), import.name.map(|name| name.to_string())));
    (outline.package.map(|(name, _)| name.to_string()), imports.collect(), decls.collect())
}

/// `None` where the text has an error for tree-sitter.
fn from_tree(text: &[u8]) -> Option<Contents> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).expect("the grammar's version");
    // The grammar wants a line end behind the last declaration, and takes a byte order mark for an error.
    let mut padded = text.to_vec();
    if padded.starts_with(b"\xef\xbb\xbf") {
        padded[..3].fill(b' ');
    }
    padded.push(b'\n');
    let tree = parser.parse(&padded, None).expect("a tree");
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    let tree = Tree { text };
    let (mut package, mut imports, mut decls) = (None, Vec::new(), Vec::new());
    for node in children(root) {
        match node.kind() {
            "package_clause" => package = node.named_child(0).map(|name| tree.text(name)),
            "import_declaration" => tree.imports(node, &mut imports),
            "function_declaration" | "method_declaration" => decls.push(tree.func(node)?),
            "const_declaration" => decls.push(tree.group(node, DeclKind::Const)),
            "var_declaration" => decls.push(tree.group(node, DeclKind::Var)),
            "type_declaration" => decls.push(tree.group(node, DeclKind::Type)),
            "comment" => {}
            // The grammar takes statements between declarations, Go does not.
            _ if node.is_named() => return None,
            _ => {}
        }
    }
    Some((package, imports, decls))
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

struct Tree<'t> {
    text: &'t [u8],
}

impl Tree<'_> {
    fn text(&self, node: Node<'_>) -> String {
        String::from_utf8_lossy(&self.text[node.byte_range()]).into_owned()
    }

    fn imports(&self, node: Node<'_>, imports: &mut Vec<(String, Option<String>)>) {
        for child in children(node) {
            match child.kind() {
                "import_spec" => {
                    let path = child.child_by_field_name("path").map(|path| self.text(path)).expect("a path");
                    let name = child.child_by_field_name("name").map(|name| self.text(name));
                    imports.push((path[1..path.len() - 1].to_owned(), name));
                }
                "import_spec_list" => self.imports(child, imports),
                _ => {}
            }
        }
    }

    /// `None` for a method without a receiver or with several, which only the type checker rejects.
    fn func(&self, node: Node<'_>) -> Option<Found> {
        let name = node.child_by_field_name("name").expect("a name");
        let body = node.child_by_field_name("body").map(|body| (body.start_byte(), body.end_byte()));
        let recv = node.child_by_field_name("receiver");
        Some(Found {
            kind: if recv.is_some() { DeclKind::Method } else { DeclKind::Func },
            names: vec![(self.text(name), name.start_byte())],
            recv: match recv {
                Some(recv) => Some(self.receiver(recv)?),
                None => None,
            },
            span: (node.start_byte(), node.end_byte()),
            body,
        })
    }

    fn receiver(&self, params: Node<'_>) -> Option<(String, bool)> {
        let params: Vec<_> =
            children(params).into_iter().filter(|child| child.kind() == "parameter_declaration").collect();
        let [param] = params[..] else { return None };
        let mut ty = param.child_by_field_name("type")?;
        let mut is_pointer = false;
        loop {
            ty = match ty.kind() {
                "pointer_type" => {
                    is_pointer = true;
                    ty.named_child(0)?
                }
                "parenthesized_type" => ty.named_child(0)?,
                "generic_type" => ty.child_by_field_name("type")?,
                "qualified_type" => ty.child_by_field_name("name")?,
                _ => return Some((self.text(ty), is_pointer)),
            };
        }
    }

    fn group(&self, node: Node<'_>, kind: DeclKind) -> Found {
        let mut names = Vec::new();
        self.names(node, &mut names);
        Found { kind, names, recv: None, span: (node.start_byte(), node.end_byte()), body: None }
    }

    fn names(&self, node: Node<'_>, names: &mut Vec<(String, usize)>) {
        for child in children(node) {
            match child.kind() {
                "const_spec" | "var_spec" | "type_spec" | "type_alias" => {
                    let mut cursor = child.walk();
                    let found =
                        child.children_by_field_name("name", &mut cursor).filter(|name| name.kind() != ",");
                    names.extend(found.map(|name| (self.text(name), name.start_byte())));
                }
                "var_spec_list" => self.names(child, names),
                _ => {}
            }
        }
    }
}

/// What the outline and the tree disagree on; `None` too where tree-sitter finds an error.
fn difference(text: &[u8]) -> Option<String> {
    let tree = from_tree(text)?;
    let outline = from_outline(text);
    if outline == tree {
        return None;
    }
    let pair = outline.2.iter().zip(&tree.2).find(|(ours, theirs)| ours != theirs);
    Some(match pair {
        Some((ours, theirs)) => format!("outline: {ours:?}\n   tree: {theirs:?}"),
        None => format!(
            "outline: {:?} {:?} and {} declarations\n   tree: {:?} {:?} and {}",
            outline.0,
            outline.1,
            outline.2.len(),
            tree.0,
            tree.1,
            tree.2.len()
        ),
    })
}

#[test]
fn real_files() {
    let mut roots = vec![common::testdata()];
    roots.extend(
        common::goroot_src()
            .iter()
            .flat_map(|src| ["context", "go/types", "net/http", "sync"].map(|dir| src.join(dir))),
    );
    #[expect(clippy::disallowed_methods, reason = "tests are told what to read")]
    let more = std::env::var_os("GOLINT_CONC_GO_SOURCES").unwrap_or_default();
    roots.extend(std::env::split_paths(&more));
    let files: Vec<_> = roots.iter().flat_map(|root| common::go_files(root)).collect();
    assert!(!files.is_empty());
    let differ = |path: &std::path::PathBuf| {
        Some(format!("{}:\n{}", path.display(), difference(&common::read(path))?))
    };
    let wrong: Vec<_> = files.iter().filter_map(differ).collect();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

/// Pieces of declarations that are hard for a scanner; `#` stands for a name.
const TYPES: &[&str] = &[
    "int",
    "*T",
    "[]func(a, b int) (c string)",
    "struct{ a, b int; c struct{ d T `t)` } }",
    "interface{ M(); ~int | []T }",
    "map[string]chan<- int",
    "func() struct{ x int }",
    "[len(\"}\")]T",
    "pkg.T[int, struct{}]",
    "<-chan (func())",
];
const VALUES: &[&str] = &[
    "1",
    "f(a, b)",
    "T{a: 1, b: {2}}",
    "func(x int) { var y = 1; go func() {}() }",
    "\"}\\\"\"",
    "`\n)}`",
    "'{'",
    "'\\''",
    "a[1:2]",
    "x /* ) */ + // }\n\t\ty",
    "map[T]U{{1}: {2}, /* , */ {3}: {4},\n}",
    "struct{ a int }{1}",
    "-<-ch",
    "a.\n\tb",
    "f(\n\ta,\n)",
];
const STMTS: &[&str] = &[
    "",
    "return",
    "if x := f(); x == (T{}) { return }",
    "for i := range 3 { var z = i; _ = z }",
    "L: for {\n\tbreak L }",
    "select { case v := <-ch: _ = v; default: }",
    "type t struct { a int }; const c = 1",
    "// func f() {\n",
    "/* } */",
    "switch x := y.(type) { case nil: case T: }",
    "x := func() (a struct{}) { return }",
    "s := \"func (\"; _ = s",
    "go f()\n\tdefer g()",
];

fn spec(sep: &'static str) -> impl Strategy<Value = String> {
    let names = prop::collection::vec(prop::sample::select(&["a", "é", "_", "X1", "go1", "new"][..]), 1..4);
    let values = prop::collection::vec(prop::sample::select(VALUES), 1..3);
    let ty = prop::option::of(prop::sample::select(TYPES));
    (names, ty, values).prop_map(move |(names, ty, values)| {
        format!("{} {} = {}{sep}", names.join(", "), ty.unwrap_or_default(), values.join(", "))
    })
}

fn decl() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&["var", "const"][..]);
    let ty = prop::sample::select(TYPES);
    let recv = prop::sample::select(&["", "(T) ", "(r *T) ", "(_ T[K, V]) ", "(r *T[_]) ", "(r (T)) "][..]);
    let params = prop::sample::select(
        &[
            "()",
            "(a, b int, c ...T)",
            "(f func(int) struct{})",
            "(\n\ta struct{ b int },\n)",
            "(interface{ M() })",
        ][..],
    );
    let results = prop::sample::select(
        &["", "error", "(a int, err error)", "struct{ x int }", "func(int) (a int)", "[]interface{}", "*T"][..],
    );
    let body = prop::option::of(prop::collection::vec(prop::sample::select(STMTS), 0..4));
    let space = prop::sample::select(&[" ", "\n", " /* ( */ ", "\r\n\t"][..]);
    prop_oneof![
        (word.clone(), spec("")).prop_map(|(word, spec)| format!("{word} {spec}")),
        (word, prop::collection::vec(spec("\n"), 0..3))
            .prop_map(|(word, specs)| format!("{word} (\n{})", specs.concat())),
        (ty.clone(), any::<bool>())
            .prop_map(|(ty, alias)| format!("type N {}{ty}", if alias { "= " } else { "" })),
        prop::collection::vec(ty.clone(), 1..4)
            .prop_map(|types| format!("type (N {})", types.join("; M[P any] "))),
        (recv, params, results, body, space).prop_map(|(recv, params, results, body, space)| {
            let name = if recv.is_empty() { "F[P interface{ ~int }]" } else { "m" };
            let body = body.map(|stmts| format!("{{{space}{}{space}}}", stmts.join("\n")));
            format!("func {recv}{name}{params} {results} {}", body.unwrap_or_default())
        }),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let end = prop::sample::select(&["\n", ";", "\r\n", " // c\n", "\n\n/* func x() { */\n"][..]);
    let head = prop::sample::select(
        &[
            "package p\n",
            "\u{feff}package p; import \"a\"\n",
            "// c\npackage p\n\nimport (\n\tx \"a/b\"; . \"c\"\n\t_ `d`\n)\n",
        ][..],
    );
    (head, prop::collection::vec((decl(), end), 0..6)).prop_map(|(head, decls)| {
        let decls = decls.iter().flat_map(|(decl, end)| [decl.as_str(), end]);
        std::iter::once(head).chain(decls).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_files(text in file()) {
        prop_assert_eq!(difference(text.as_bytes()), None, "{}", text);
        if from_tree(text.as_bytes()).is_some() {
            without_bodies_says_the_same(text.as_bytes());
        }
    }
}

/// What a declaration says, bodies left out: its nodes in order.
fn shape(file: &SourceFile, index: usize) -> Vec<String> {
    let ast = file.decl(index);
    let exprs = (0..ast.expr_count() as u32).map(|id| format!("{:?}", ast.expr(ExprId::new(id))));
    exprs.chain([format!("opaque {}", ast.is_opaque)]).collect()
}

/// Without bodies and comments a file declares the same.
fn without_bodies_says_the_same(text: &[u8]) {
    let whole = SourceFile::new(text.to_vec());
    let stripped = SourceFile::new(whole.without_bodies());
    let heads = |file: &SourceFile| {
        let decls = file.outline().decls.iter();
        let head = |decl: &OutlineDecl| {
            let names: Vec<_> = decl.names.iter().map(|(name, _)| *name).collect();
            (decl.kind, names, decl.recv.map(|recv| (recv.ty, recv.is_pointer)))
        };
        decls.map(head).collect::<Vec<_>>()
    };
    if whole.outline().package.is_none() || !whole.outline().problems.is_empty() {
        return;
    }
    assert_eq!(heads(&whole), heads(&stripped));
    for index in 0..whole.outline().decls.len() {
        assert_eq!(shape(&whole, index), shape(&stripped, index));
    }
}

#[test]
fn stripped_real_files() {
    let mut roots = vec![common::testdata()];
    roots.extend(common::goroot_src().iter().map(|src| src.join("net/http")));
    for path in roots.iter().flat_map(|root| common::go_files(root)) {
        without_bodies_says_the_same(&common::read(&path));
    }
    without_bodies_says_the_same(
        b"package p /* a\n */; import \"x\"\n/* c */ type T /* d\n*/ struct { // e\n\ta, b int // f\n\t/* g */ c func(\n\t\t// h\n\t\tx int, /* i\n*/) (y int)\n}\nvar x = `// no comment` + \"/*\" // j\n",
    );
}

#[test]
fn most_generated_files_are_go() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let is_go = |_| {
        let tree = file().new_tree(&mut runner).expect("a file");
        from_tree(tree.current().as_bytes()).is_some()
    };
    let valid = (0..300).map(is_go).filter(|valid| *valid).count();
    assert!(150 < valid, "only {valid} of 300");
}
