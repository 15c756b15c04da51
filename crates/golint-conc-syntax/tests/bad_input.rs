//! Whatever the bytes are, outlining and parsing them ends soon, without panic and without a deep stack.

mod common;

use std::time::{Duration, Instant};

use golint_conc_syntax::visit::{self, Walk};
use golint_conc_syntax::{LineIndex, Position, SourceFile, Span, TextProblem};
use proptest::prelude::*;

/// Far above what any of these inputs takes in an unoptimised build on a busy machine; a hang takes longer.
const SOON: Duration = Duration::from_secs(60);

/// Does all that this crate does with a file.
fn read_all(text: Vec<u8>) -> SourceFile {
    let source = SourceFile::new(text);
    let len = source.text().len() as u32;
    let is_within = |span: Span| span.start <= span.end && span.end <= len;
    for (index, decl) in source.outline().decls.iter().enumerate() {
        assert!(is_within(decl.span) && decl.span.contains(decl.signature));
        assert!(decl.body.is_none_or(|body| decl.span.contains(body)));
        assert!(decl.names.iter().all(|(_, span)| decl.span.contains(*span)));
        for ast in [source.decl(index), source.body(index)] {
            for root in visit::roots(ast) {
                visit::walk(ast, root, |_| Walk::Into);
            }
            assert!(
                (0..ast.expr_count() as u32)
                    .all(|id| is_within(ast.expr_span(golint_conc_syntax::ast::ExprId::new(id))))
            );
        }
    }
    source.lines().position(source.text(), len);
    assert!(source.outline().directives.iter().all(|directive| is_within(directive.span)));
    source
}

fn read_soon(what: &str, text: Vec<u8>) -> SourceFile {
    let start = Instant::now();
    let source = read_all(text);
    assert!(start.elapsed() < SOON, "{what} takes {:?}", start.elapsed());
    source
}

/// Files of `testdata/`, a few of them, and one with every construct that the outline looks at.
fn samples() -> Vec<Vec<u8>> {
    const MIXED: &str = "//go:build x\n\n/* c */ package p\n\nimport (\n\tf \"fmt\"\n\t. \"os\"\n)\n\nconst (\n\ta, b = iota, `raw\n`\n)\n\n\
        type T[P any] struct {\n\tx, y int `tag`\n}\n\nfunc (t *T[P]) m(é rune) (int, error) {\n\tgo func() { ch <- '\\'' }() //nolint\n\
        \tselect {\n\tcase v, ok := <-ch:\n\t\t_ = v.(chan<- int)\n\t}\n\treturn new(f(1)), nil\n}\n\nvar q = \"a\\\"b\" + struct{ T }.m\n";
    let files = common::go_files(&common::testdata());
    let step = files.len() / 5 + 1;
    files.iter().step_by(step).map(|path| common::read(path)).chain([MIXED.into()]).collect()
}

#[test]
fn a_file_may_be_cut_anywhere() {
    common::on_big_stack(|| {
        for text in samples() {
            for end in (0..text.len()).step_by(3) {
                read_all(text[..end].to_vec());
            }
        }
    });
}

#[test]
fn nothing_at_all() {
    for text in [
        &b""[..],
        b"\n",
        b"\xef\xbb\xbf",
        b"package",
        b"func",
        b"func (",
        b"var (",
        b"import (",
        b"/",
        b"\"",
        b"'\\",
    ] {
        read_all(text.to_vec());
    }
    assert!(SourceFile::new(Vec::new()).outline().package.is_none());
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let text = b"\xef\xbb\xbfpackage p\n\nvar a = 1\n".to_vec();
    let source = read_all(text);
    assert_eq!(
        source.outline().package.map(|(name, span)| (name.as_str(), span)),
        Some(("p", Span::new(11, 12)))
    );
    assert!(source.outline().problems.is_empty() && !source.body(0).is_opaque);
    // Go's tools count the mark's bytes, editors do not show it.
    let position = source.lines().position(source.text(), 11);
    assert_eq!(position, Position { line: 1, column: 12, char_column: 9, utf16_column: 9 });
    assert_eq!(source.lines().position(source.text(), 14).column, 1);
}

#[test]
fn lines_may_end_with_cr_lf() {
    let text = "package p\r\n\r\n//nolint:x\r\nfunc f() {\r\n\treturn\r\n}\r\n\r\nvar (\r\n\ta = 1\r\n\tb = `\r\n`\r\n)\r\n";
    let source = read_all(text.into());
    let decls = &source.outline().decls;
    assert_eq!(decls.len(), 2);
    assert_eq!(decls[1].names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!((0..2).all(|index| !source.body(index).is_opaque));
    assert_eq!(source.outline().directives[0].span.slice(text.as_bytes()), b"//nolint:x");
    assert_eq!(source.lines().position(text.as_bytes(), decls[0].span.start).line, 4);
}

#[test]
fn nul_and_invalid_utf8_are_named() {
    let source = read_all(
        b"package p\n\nvar a\0 = 1\n\nvar b = \"\xff\"\n\nfunc \xc3\xa9\xc3() {}\n\nfunc ok() {}\n".to_vec(),
    );
    assert!(source.outline().problems.contains(&TextProblem::Nul(16)));
    assert!(source.outline().problems.contains(&TextProblem::InvalidUtf8(32)));
    let last = source.outline().decls.last().expect("declarations");
    assert_eq!(last.names[0].0, "ok");
}

#[test]
fn what_nothing_closes_does_not_take_the_rest_along() {
    for open in ["x := \"abc", "x := 'a", "f(", "{", "x := [", "/* comment", "x := `raw"] {
        let source = read_all(format!("package p\n\nfunc a() {{\n\t{open}\n}}\n\nfunc b() {{}}\n").into());
        let names: Vec<_> = source
            .outline()
            .decls
            .iter()
            .flat_map(|decl| &decl.names)
            .map(|(name, _)| name.as_str())
            .collect();
        let swallows = open.starts_with(['/']) || open.contains('`');
        assert_eq!(names, if swallows { &["a"][..] } else { &["a", "b"] }, "{open}");
        let is_string = open.contains(['"', '\'']);
        assert_eq!(
            source.outline().problems.iter().any(|p| matches!(p, TextProblem::Unclosed(_))),
            !is_string,
            "{open}"
        );
    }
}

#[test]
fn nesting_is_no_danger() {
    const DEEP: usize = 100_000;
    common::on_big_stack(|| {
        let mut cases = Vec::new();
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("f(", ")"),
            ("func() {", "}"),
            ("[]T{", "}"),
            ("if a {", "}"),
            ("x[", "]"),
        ] {
            let (opens, closes) = (open.repeat(DEEP), close.repeat(DEEP));
            cases.push(format!("package p\nfunc f() {{ {opens}{closes} }}\nvar z int\n"));
            cases.push(format!("package p\nfunc f() {{ {opens} }}\nvar z int\n"));
            cases.push(format!("package p\nvar a = {opens}1{closes}\nvar z int\n"));
            cases.push(format!("package p\n{opens}\nvar z int\n"));
            cases.push(format!("package p\n{closes}\nvar z int\n"));
        }
        // Trees that grow deep without brackets around.
        for (head, link, tail) in [
            ("var a ", "[]", "int"),
            ("var a ", "*", "int"),
            ("var a ", "chan ", "int"),
            ("var a ", "map[int]", "int"),
            ("var a = ", "!", "b"),
            ("var a = ", "<-", "b"),
            ("var a = b", ".c", ""),
            ("var a = b", "()", ""),
            ("var a = b", "[0]", ""),
            ("var a = b", " + c", ""),
            ("var a = b", " && c", ""),
            ("var a = b", ".(T)", ""),
            ("func f() { if a {}", " else if b {}", " }"),
            ("func f() { ", "L: ", " }"),
            ("func f() { ", "L: ", "for {} }"),
            ("var a ", "func() ", "int"),
            ("func f() { ", "a; ", "}"),
            ("func f(", "a, ", "b int) {}"),
            ("var a = \"", "\\n", "\""),
            ("var a = f(", "func() {}, ", ")"),
            ("type a interface { b", "|c", " }"),
            ("var a = ", "new(1) + ", "1"),
            ("func f() { ", "/**/", "}"),
            ("var a = b", " + new(1)", ""),
        ] {
            cases.push(format!("package p\n{head}{}{tail}\nvar z int\n", link.repeat(DEEP / 5)));
        }
        for text in cases {
            let what = text[..text.len().min(60)].replace('\n', " ");
            let source = read_soon(&what, text.into_bytes());
            let last = source.outline().decls.last().and_then(|decl| decl.names.last());
            assert!(last.is_some_and(|(name, _)| *name == "z"), "{what}");
        }
    });
}

#[test]
fn size_is_no_danger() {
    common::on_big_stack(|| {
        const BIG: usize = 50_000_000;
        let one_line = |head: &str, item: &str, tail: &str, len: usize| {
            format!("{head}{}{tail}", item.repeat(len / item.len())).into_bytes()
        };
        read_soon("statements", one_line("package p; func f() { ", "go g(1); ", "}", BIG));
        read_soon("an open string", one_line("package p; var a = `", "x", "", BIG));
        read_soon("a name", one_line("package p; var ", "x", " int", BIG / 50));
        read_soon("declarations", one_line("package p; ", "var longer_name, another = 1, 2; ", "", BIG / 50));
        let lines = read_soon("no Go", one_line("", "\\\n", "", BIG / 50));
        assert_eq!(lines.lines().line_count(), 500_001);
    });
}

#[test]
fn broken_bodies_do_not_take_long() {
    common::on_big_stack(|| {
        const LEN: usize = 100_000;
        // The last three make the recovery of tree-sitter take quadratic time.
        let items = [
            "x := ) ",
            "} else { ",
            "case ",
            "func ",
            "[[[ ]] ",
            "a b ",
            "\" ",
            ":= ",
            "{ ) ",
            "<- } ",
            "< - > ",
            "+ ; - ",
        ];
        for item in items {
            let text = format!("package p\nfunc f() {{ {} }}\n", item.repeat(LEN / item.len()));
            assert!(read_soon(item, text.into_bytes()).body(0).is_opaque, "{item}");
        }
    });
}

#[test]
fn lines_of_nothing() {
    let lines = LineIndex::new(b"");
    assert_eq!(lines.position(b"", 7), Position { line: 1, column: 1, char_column: 1, utf16_column: 1 });
    assert_eq!(lines.line_span(b"", 3), Span::default());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(text);
    }

    #[test]
    fn any_tokens(words in prop::collection::vec(prop::sample::select(TOKENS), 0..200)) {
        read_all(words.join(" ").into_bytes());
    }

    #[test]
    fn flipped_bytes(which in any::<prop::sample::Index>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let samples = samples();
        let mut text = which.get(&samples).clone();
        for (at, byte) in flips {
            let at = at.index(text.len());
            text[at] = byte;
        }
        read_all(text);
    }
}

const TOKENS: &[&str] = &[
    "package",
    "p",
    "\n",
    "\n",
    "import",
    "\"x\"",
    "func",
    "func f()",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "var",
    "const",
    "type",
    "T",
    "a",
    "=",
    ":=",
    ",",
    ";",
    ":",
    ".",
    "...",
    "*",
    "&",
    "<-",
    "chan",
    "map",
    "struct",
    "interface",
    "go",
    "defer",
    "select",
    "case",
    "default",
    "for",
    "range",
    "if",
    "else",
    "switch",
    "return",
    "new",
    "make",
    "1",
    "'c'",
    "`r",
    "`",
    "//",
    "/*",
    "*/",
    "\"",
    "~",
];
