//! The arena has the nodes that go/ast has, at the same places.
//!
//! Needs Go. `GOLINT_CONC_GO_SOURCES=DIR[:DIR…]` names more Go to compare on, with all folders below.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use golint_conc_syntax::ast::{Ast, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::{SourceFile, Span};

/// Packages of the standard library with much of everything.
const PACKAGES: &[&str] = &[
    "bufio",
    "context",
    "go/types",
    "iter",
    "maps",
    "net/http",
    "os",
    "reflect",
    "runtime",
    "sync",
    "sync/atomic",
    "testing",
    "unique",
];

fn expr_kind(expr: Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::Composite { .. } => "composite",
        Expr::KeyValue { .. } => "keyvalue",
        Expr::Func { .. } => "func",
        Expr::Paren(_) => "paren",
        Expr::Selector { .. } => "selector",
        Expr::Index { .. } => "index",
        Expr::Slice { .. } => "slice",
        Expr::TypeAssert { .. } => "assert",
        Expr::Call { .. } => "call",
        Expr::Star(_) => "star",
        Expr::Unary { op: UnaryOp::Recv, .. } => "receive",
        Expr::Unary { .. } => "unary",
        Expr::Binary { .. } => "binary",
        Expr::Array { .. } => "array",
        Expr::Map { .. } => "map",
        Expr::Chan { .. } => "chan",
        Expr::Struct { .. } => "struct",
        Expr::Interface { .. } => "interface",
        Expr::Bad | Expr::Ident(_) | Expr::Lit(_) | Expr::FuncType(_) | Expr::Ellipsis(_) => return None,
    })
}

fn stmt_kind(stmt: Stmt) -> Option<&'static str> {
    Some(match stmt {
        Stmt::Send { .. } => "send",
        Stmt::IncDec { .. } => "incdec",
        Stmt::Assign { .. } => "assign",
        Stmt::Go(_) => "go",
        Stmt::Defer(_) => "defer",
        Stmt::Return(_) => "return",
        Stmt::Branch { .. } => "branch",
        Stmt::Block(_) => "block",
        Stmt::If { .. } => "if",
        Stmt::Switch { .. } => "switch",
        Stmt::TypeSwitch { .. } => "typeswitch",
        Stmt::Select { .. } => "select",
        Stmt::For { .. } => "for",
        Stmt::Range { .. } => "range",
        Stmt::Labeled { .. } => "label",
        Stmt::Bad | Stmt::Empty | Stmt::Expr(_) | Stmt::Decl { .. } => return None,
    })
}

/// A node's kind and its first and last offset.
type Node = (String, u32, u32);

fn add_nodes(ast: &Ast, nodes: &mut Vec<Node>) {
    let mut add = |kind: Option<&str>, span: Span| {
        nodes.extend(kind.map(|kind| (kind.to_owned(), span.start, span.end)));
    };
    for id in (0..ast.expr_count() as u32).map(ExprId::new) {
        add(expr_kind(ast.expr(id)), ast.expr_span(id));
    }
    for id in (0..ast.stmt_count() as u32).map(StmtId::new) {
        let kind = stmt_kind(ast.stmt(id));
        add(kind, ast.stmt_span(id));
        // For go/ast these are an assignment within the statement.
        if let Stmt::TypeSwitch { bind: Some(bind), subject, .. } = ast.stmt(id) {
            let head = Span::new(ast.expr_span(bind).start, ast.expr_span(subject).end);
            add(Some("assign"), head);
        }
    }
}

/// What go/ast and the arena disagree on in a file.
fn difference(path: &Path, mut theirs: Vec<Node>) -> Option<String> {
    let source = SourceFile::new(common::read(path));
    let mut ours = Vec::new();
    for index in 0..source.outline().decls.len() {
        assert!(!source.body(index).is_opaque, "{} is opaque", path.display());
        add_nodes(source.body(index), &mut ours);
    }
    // The head of a type switch ends with `.(type)`, which the arena does not have.
    for (kind, start, end) in &mut theirs {
        let text = Span::new(*start, *end).slice(source.text());
        if kind == "assign" && text.ends_with(b".(type)") {
            *end -= ".(type)".len() as u32;
        }
    }
    ours.sort();
    theirs.sort();
    if ours == theirs {
        return None;
    }
    let show = |(kind, start, end): &Node| {
        let text = String::from_utf8_lossy(Span::new(*start, *end).slice(source.text())).into_owned();
        format!("{kind} {start}..{end} line {} `{text:.60}`", source.lines().line(*start))
    };
    let (our_set, their_set): (BTreeSet<_>, BTreeSet<_>) = (ours.iter().collect(), theirs.iter().collect());
    let only_ours: Vec<_> = our_set.difference(&their_set).take(3).map(|node| show(node)).collect();
    let only_theirs: Vec<_> = their_set.difference(&our_set).take(3).map(|node| show(node)).collect();
    let counts = format!("{} and {} nodes", ours.len(), theirs.len());
    Some(format!(
        "{}: {counts}\n  only ours: {}\n  only go/ast: {}",
        path.display(),
        only_ours.join("\n    "),
        only_theirs.join("\n    ")
    ))
}

#[test]
fn the_arena_has_the_nodes_of_go_ast() {
    let Some(src) = common::goroot_src() else { return };
    let mut dirs: BTreeSet<PathBuf> = PACKAGES.iter().map(|package| src.join(package)).collect();
    #[expect(clippy::disallowed_methods, reason = "tests are told what to read")]
    let more = std::env::var_os("GOLINT_CONC_GO_SOURCES").unwrap_or_default();
    let roots = std::env::split_paths(&more).chain([common::testdata()]);
    dirs.extend(
        roots.flat_map(|root| common::go_files(&root)).filter_map(|file| file.parent().map(Path::to_owned)),
    );

    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/goast");
    let mut args = vec!["run", "main.go"];
    args.extend(dirs.iter().filter_map(|dir| dir.to_str()));
    let Some(dump) = common::go(&data, &args) else { return };
    let wrong = common::on_big_stack(move || {
        let mut files = dump.split("\n\n").filter(|file| !file.is_empty());
        let mut wrong = Vec::new();
        let mut count = 0;
        for file in &mut files {
            let mut lines = file.lines();
            let path = lines.next().expect("a path");
            let nodes = lines.map(|line| {
                let parts: Vec<_> = line.split(' ').collect();
                (
                    parts[0].to_owned(),
                    parts[1].parse().expect("an offset"),
                    parts[2].parse().expect("an offset"),
                )
            });
            count += 1;
            wrong.extend(difference(Path::new(path), nodes.collect()));
        }
        assert!(PACKAGES.len() < count);
        wrong
    });
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}
