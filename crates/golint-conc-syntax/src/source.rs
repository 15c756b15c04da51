//! A source file: its text, its outline, and the trees of those declarations that were asked for.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser};

use crate::ast::{Ast, Decl};
use crate::lower::{self, Base};
use crate::outline::{self, DeclKind, Outline, OutlineDecl, Scanner, Token};
use crate::rewrite::{self, Rewritten};
use crate::stage::{self, Stage};
use crate::{LineIndex, Span};

/// How deep brackets may nest in a declaration that is parsed; what is deeper stays opaque.
pub const MAX_NESTING: u32 = 250;

/// How long a declaration that is parsed may be, in bytes; what is longer stays opaque. The longest function in the Go
/// distribution has 430 KB.
pub const MAX_DECL_LEN: u32 = 4 << 20;

/// Package-level variables whose declaration is longer have their specifications parsed one by one, in bytes.
const LONG_VARIABLE: u32 = 512;

/// The stack that a thread needs to analyse code as deep as [`MAX_NESTING`] allows, in bytes.
pub const STACK_SIZE: usize = 32 << 20;

/// How long the parser may work on a declaration of no length …
const MAX_TIME: Duration = Duration::from_millis(500);
/// … and how much longer for each byte. Go that has no error takes less than a tenth of that, so that no result
/// depends on the clock.
const MAX_TIME_PER_BYTE: Duration = Duration::from_micros(2);

#[derive(Debug, Default)]
struct Slot {
    signature: OnceLock<Box<Ast>>,
    whole: OnceLock<Box<Ast>>,
}

/// A source file. Trees are made at the first request and stay.
#[derive(Debug)]
pub struct SourceFile {
    text: Vec<u8>,
    outline: Outline,
    slots: Vec<Slot>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Outlines `text`, which may be anything.
    pub fn new(text: Vec<u8>) -> Self {
        let outline = stage::timed(Stage::Outline, || Outline::new(&text));
        let slots = outline.decls.iter().map(|_| Slot::default()).collect();
        Self { text, outline, slots, lines: OnceLock::new() }
    }

    /// The bytes as they were given.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes, given back.
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Go text with the package clause, the imports and the declarations of this file, but without comments and the
    /// bodies of functions: all that other packages can know of it, in a fraction of the length.
    pub fn without_bodies(&self) -> Vec<u8> {
        let Some((package, _)) = self.outline.package else { return Vec::new() };
        let mut text = format!("package {package}\n").into_bytes();
        for import in &self.outline.imports {
            let name = import.name.map(|name| format!("{name} ")).unwrap_or_default();
            text.extend_from_slice(format!("import {name}{:?}\n", import.path.as_str()).as_bytes());
        }
        for decl in &self.outline.decls {
            let span = if decl.body.is_some() { decl.signature } else { decl.span };
            outline::copy_without_comments(span.slice(&self.text), &mut text);
            text.push(b'\n');
        }
        text
    }

    /// The outline.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Where the lines begin.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The tree of declaration number `index` of the outline; a function's is without its body.
    pub fn decl(&self, index: usize) -> &Ast {
        let decl = &self.outline.decls[index];
        let slot = &self.slots[index];
        if decl.body.is_none() || slot.whole.get().is_some() {
            return self.body(index);
        }
        slot.signature.get_or_init(|| Box::new(self.parse(decl, decl.signature)))
    }

    /// The tree of declaration number `index` of the outline, with its body.
    pub fn body(&self, index: usize) -> &Ast {
        let decl = &self.outline.decls[index];
        self.slots[index].whole.get_or_init(|| Box::new(self.parse(decl, decl.span)))
    }

    /// The tree of the specification of one variable, where that costs less than the whole declaration: elements of
    /// literals and bodies of functions, which say nothing of its type, are not in it.
    pub fn variable_head(&self, index: usize, name: Span) -> Option<Ast> {
        const KEYWORD: &[u8] = b"var ";
        let decl = &self.outline.decls[index];
        if decl.kind != DeclKind::Var
            || decl.span.len() < LONG_VARIABLE
            || MAX_NESTING < decl.depth
            || self.slots[index].whole.get().is_some()
        {
            return None;
        }
        let own = decl.names.iter().position(|&(_, span)| span == name)?;
        // Names with nothing but a comma between them have one specification.
        let is_first = |at: usize| {
            at.checked_sub(1).is_none_or(|before| {
                let between = Span::new(decl.names[before].1.end, decl.names[at].1.start);
                between.slice(&self.text).trim_ascii() != b","
            })
        };
        let first = (0..=own).rev().find(|&at| is_first(at))?;
        let start = decl.names[first].1.start;
        let text = [KEYWORD, &head_of(Span::new(start, decl.span.end).slice(&self.text))].concat();
        let ast = self.parse_text(&text, start.wrapping_sub(KEYWORD.len() as u32), Base::default());
        (!ast.is_opaque).then_some(ast)
    }

    fn parse(&self, decl: &OutlineDecl, span: Span) -> Ast {
        if MAX_NESTING < decl.depth || MAX_DECL_LEN < span.len() {
            return Ast::opaque();
        }
        let text = span.slice(&self.text);
        let ast = self.parse_text(text, span.start, Base::default());
        if ast.is_opaque
            && let Some(rewritten) = rewrite::rewrite(text)
        {
            let second = self.parse_rewritten(&rewritten, span);
            if !second.is_opaque {
                return second;
            }
        }
        ast
    }

    /// Parses first what the rewriting blanked out, so that the rest finds it in the arena.
    fn parse_rewritten(&self, rewritten: &Rewritten, span: Span) -> Ast {
        const TYPE: &[u8] = b"type _ ";
        let mut base = Base::default();
        for range in &rewritten.types {
            let start = span.start + range.start as u32;
            let literal = Span::new(start, start + range.len() as u32).slice(&self.text);
            let offset = start.wrapping_sub(TYPE.len() as u32);
            base.ast = self.parse_text(&[TYPE, literal].concat(), offset, base.take_ast());
            base.types.extend(base.ast.declared_type().map(|ty| (start, ty)));
        }
        let mut recv = None;
        if let Some(method) = &rewritten.method {
            base.ast = self.parse_text(method, span.start, base.take_ast());
            recv = base.ast.func().and_then(|func| func.recv);
        }
        let mut ast = self.parse_text(&rewritten.text, span.start, base);
        if let Decl::Func(func) = &mut ast.root {
            func.recv = func.recv.or(recv);
        }
        ast
    }

    fn parse_text(&self, text: &[u8], offset: u32, base: Base) -> Ast {
        thread_local! {
            static PARSER: RefCell<Parser> = RefCell::new(new_parser());
        }
        // The grammar wants a line end behind every declaration but a function's.
        let mut read = |at: usize, _| {
            text.get(at..)
                .filter(|rest| !rest.is_empty())
                .unwrap_or(&b"\n"[at.saturating_sub(text.len()).min(1)..])
        };
        // Recovery from errors can take quadratic time, for a tree that nobody can trust.
        let start = Instant::now();
        let limit = MAX_TIME + MAX_TIME_PER_BYTE * text.len() as u32;
        let mut give_up = |state: &ParseState| {
            let is_lost = state.has_error() || limit < start.elapsed();
            if is_lost { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut give_up);
        stage::count_parsed(text.len());
        let tree = stage::timed(Stage::Parse, || {
            PARSER.with_borrow_mut(|parser| {
                let tree = parser.parse_with_options(&mut read, None, Some(options));
                // A parse that was given up would otherwise go on with the next text.
                parser.reset();
                tree
            })
        });
        match tree {
            Some(tree) if !tree.root_node().has_error() => {
                stage::timed(Stage::Lower, || lower::lower(tree.root_node(), &self.text, offset, base))
            }
            _ => Ast::opaque(),
        }
    }
}

/// The specification at the beginning of a text, with blanks for what stands in the braces of literals and functions.
fn head_of(text: &[u8]) -> Vec<u8> {
    let mut head = text.to_vec();
    let (mut depth, mut is_type) = (0_usize, false);
    let mut literal: Option<(usize, usize)> = None;
    let mut last: Option<(usize, usize)> = None;
    let mut end = text.len();
    for (token, at) in Scanner::tokens(text) {
        match token {
            Token::Semi | Token::Punct(b')') if depth == 0 => {
                end = at.start;
                break;
            }
            Token::Punct(open @ (b'(' | b'[' | b'{')) => {
                if open == b'{' && !is_type && literal.is_none() {
                    literal = Some((at.end, depth));
                }
                depth += 1;
            }
            Token::Punct(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if let Some((open, _)) = literal.take_if(|(_, outside)| *outside == depth) {
                    head[open..at.start].fill(b' ');
                    last = Some((open, at.end));
                }
            }
            _ => {}
        }
        is_type = matches!(&text[at], b"struct" | b"interface");
    }
    // What is blank before the last brace need not be read at all.
    match last.filter(|&(_, close)| close == end) {
        Some((open, _)) => {
            head.truncate(open);
            head.push(b'}');
        }
        None => head.truncate(end),
    }
    head
}

fn new_parser() -> Parser {
    let mut parser = Parser::new();
    // A grammar of another ABI would leave the parser without language, and so every declaration opaque; the tests
    // would not pass.
    let _ = parser.set_language(&tree_sitter_go::LANGUAGE.into());
    parser
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_head() {
        for (text, head) in [
            ("x = T{a, b}\ny = 1", "x = T{}"),
            ("x = map[string]struct{ a int }{\n\t\"a\": {1},\n}", "x = map[string]struct{ a int }{}"),
            ("x struct {\n\ta int\n}\n", "x struct {\n\ta int\n}"),
            ("x = f(T{1}, func() int { return 2 })", "x = f(T{ }, func() int {          })"),
            ("x, y = &T{1}, []int{1, 2}\n)", "x, y = &T{ }, []int{}"),
            ("x interface{ m() } = T{`}`}", "x interface{ m() } = T{}"),
            ("x int)", "x int"),
        ] {
            assert_eq!(String::from_utf8_lossy(&head_of(text.as_bytes())), head);
        }
    }

    #[test]
    fn the_head_of_a_long_variable_has_its_names_where_they_stand() {
        let text = format!("package p\n\nvar (\n\ta, b = 1, 2\n\tc, d = T{{{}}}, 3\n)\n", "1, ".repeat(200));
        let file = SourceFile::new(text.into_bytes());
        let (_, name) = file.outline().decls[0].names[3];
        let head = file.variable_head(0, name).expect("it is long");
        let Decl::Gen { specs, .. } = head.root else { panic!("{:?}", head.root) };
        let specs: Vec<_> = head.list(specs).collect();
        let [spec] = specs[..] else { panic!("{} specifications", specs.len()) };
        let crate::ast::Spec::Value { names, values, .. } = head.spec(spec) else { panic!("no values") };
        let names: Vec<_> = head.list(names).map(|name| head.expr_span(name)).collect();
        assert_eq!((names[1], values.len()), (name, 2));
    }
}
