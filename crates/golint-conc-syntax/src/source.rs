//! A source file: its text, its outline, and the trees of those declarations that were asked for.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser};

use crate::ast::{Ast, Decl};
use crate::lower::{self, Base};
use crate::outline::{self, Outline, OutlineDecl};
use crate::rewrite::{self, Rewritten};
use crate::{LineIndex, Span};

/// How deep brackets may nest in a declaration that is parsed; what is deeper stays opaque.
pub const MAX_NESTING: u32 = 250;

/// How long a declaration that is parsed may be, in bytes; what is longer stays opaque. The longest function in the Go
/// distribution has 430 KB.
pub const MAX_DECL_LEN: u32 = 4 << 20;

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
        let outline = Outline::new(&text);
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
        let tree = PARSER.with_borrow_mut(|parser| {
            let tree = parser.parse_with_options(&mut read, None, Some(options));
            // A parse that was given up would otherwise go on with the next text.
            parser.reset();
            tree
        });
        match tree {
            Some(tree) if !tree.root_node().has_error() => {
                lower::lower(tree.root_node(), &self.text, offset, base)
            }
            _ => Ast::opaque(),
        }
    }
}

fn new_parser() -> Parser {
    let mut parser = Parser::new();
    // A grammar of another ABI would leave the parser without language, and so every declaration opaque; the tests
    // would not pass.
    let _ = parser.set_language(&tree_sitter_go::LANGUAGE.into());
    parser
}
