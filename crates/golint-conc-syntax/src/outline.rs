//! The outline of a file: one pass over its bytes, no tree.
//!
//! The scanner knows Go's tokens only as far as it must to find where a declaration ends: comments, strings, runes,
//! nesting, and the semicolons that line ends stand for (Go specification, "Semicolons"). It is linear in the length
//! of the file, keeps no stack, and accepts any bytes.

use memchr::{memchr, memchr2};

use crate::words::{end_of_word, is_word_byte};
use crate::{Span, Symbol};

/// What a declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclKind {
    /// A function.
    Func,
    /// A function with a receiver.
    Method,
    /// Constants.
    Const,
    /// Variables.
    Var,
    /// Types.
    Type,
}

/// The receiver of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Name of the receiver's type.
    pub ty: Symbol,
    /// Whether it is a pointer.
    pub is_pointer: bool,
}

/// Words in a declaration from which a caller can tell, without parsing, that a rule has nothing to look for in it.
///
/// A bit says that the word occurs outside of comments and strings, no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals(u32);

impl Signals {
    /// No word at all.
    pub const NONE: Self = Self(0);
    /// The keyword `go`.
    pub const GO: Self = Self(1);
    /// `chan`, `<-` or `close`.
    pub const CHAN: Self = Self(1 << 1);
    /// The keyword `select`.
    pub const SELECT: Self = Self(1 << 2);
    /// `Lock`, `Unlock`, `RLock`, `RUnlock`, `TryLock` and their like.
    pub const LOCK: Self = Self(1 << 3);
    /// `sync`, `atomic`, `Wait`, `WaitGroup`, `Mutex`, `RWMutex`, `Cond` or `Once`.
    pub const SYNC: Self = Self(1 << 4);
    /// `context`, `ctx` or `Context`.
    pub const CONTEXT: Self = Self(1 << 5);
    /// `http`, `Response`, `Body`, `StatusCode`, `Do` or `RoundTrip`.
    pub const HTTP: Self = Self(1 << 6);
    /// `signal` or `Notify`.
    pub const SIGNAL: Self = Self(1 << 7);
    /// `time`.
    pub const TIME: Self = Self(1 << 8);
    /// `unsafe`.
    pub const UNSAFE: Self = Self(1 << 9);
    /// A function literal or function type.
    pub const FUNC: Self = Self(1 << 10);
    /// The keyword `defer`.
    pub const DEFER: Self = Self(1 << 11);
    /// The keyword `for`.
    pub const FOR: Self = Self(1 << 12);
    /// `Fatal`, `Fatalf`, `FailNow`, `Skip`, `Skipf`, `SkipNow`, `require` or `assert`.
    pub const FATAL: Self = Self(1 << 13);
    /// `Go` or `AfterFunc`, called or not.
    pub const SPAWN: Self = Self(1 << 14);

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all bits of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there may be a function literal.
    pub const fn has_closure(self) -> bool {
        self.intersects(Self::FUNC)
    }

    fn of_word(word: &[u8]) -> Self {
        match word {
            b"go" => Self::GO,
            b"chan" | b"close" => Self::CHAN,
            b"select" => Self::SELECT,
            b"Lock" | b"Unlock" | b"RLock" | b"RUnlock" | b"TryLock" | b"TryRLock" | b"Locker" => Self::LOCK,
            b"sync" | b"atomic" | b"Wait" | b"WaitGroup" | b"Mutex" | b"RWMutex" | b"Cond" | b"Once" => {
                Self::SYNC
            }
            b"context" | b"ctx" | b"Context" => Self::CONTEXT,
            b"http" | b"Response" | b"Body" | b"StatusCode" | b"Do" | b"RoundTrip" => Self::HTTP,
            b"signal" | b"Notify" => Self::SIGNAL,
            b"time" => Self::TIME,
            b"unsafe" => Self::UNSAFE,
            b"func" => Self::FUNC,
            b"defer" => Self::DEFER,
            b"for" => Self::FOR,
            b"Fatal" | b"Fatalf" | b"FailNow" | b"Skip" | b"Skipf" | b"SkipNow" | b"require" | b"assert" => {
                Self::FATAL
            }
            b"Go" | b"AfterFunc" => Self::SPAWN,
            _ => Self::NONE,
        }
    }
}

/// A top-level declaration.
#[derive(Clone, Debug)]
pub struct OutlineDecl {
    /// What it declares.
    pub kind: DeclKind,
    /// The names and where they stand; several in a group, one for a function.
    pub names: Vec<(Symbol, Span)>,
    /// The receiver of a method.
    pub recv: Option<Receiver>,
    /// From the keyword to the end.
    pub span: Span,
    /// What comes before the body; for other declarations the whole.
    pub signature: Span,
    /// The block with its braces.
    pub body: Option<Span>,
    /// Words that occur in it.
    pub signals: Signals,
    /// How deep brackets nest in it.
    pub depth: u32,
}

impl OutlineDecl {
    /// The part of the text of a file that has the results of a function, behind its parameters; nothing for others.
    pub fn results<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let is_func = matches!(self.kind, DeclKind::Func | DeclKind::Method);
        let Some(&(_, name)) = self.names.first().filter(|_| is_func) else { return &[] };
        let signature = Span::new(name.end, self.signature.end).slice(text);
        let mut depth = 0_usize;
        for (at, byte) in signature.iter().enumerate() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' if depth == 1 => return &signature[at + 1..],
                b')' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        &[]
    }
}

/// An import.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// The path, without quotes.
    pub path: Symbol,
    /// The name before the path: an alias, `_` or `.`.
    pub name: Option<Symbol>,
    /// Name and path.
    pub span: Span,
}

/// A comment that speaks to tools.
#[derive(Clone, Copy, Debug)]
pub struct Directive {
    /// What it begins with.
    pub kind: DirectiveKind,
    /// The comment, from `//` to the end of the line.
    pub span: Span,
    /// Whether nothing but white space stands before it on its line.
    pub is_own_line: bool,
}

/// What a [`Directive`] begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `//go:build`
    GoBuild,
    /// `// +build`
    PlusBuild,
    /// `//nolint`
    NoLint,
    /// `//lint:ignore`, `//lint:file-ignore`
    Lint,
    /// `//#nosec`, `//gosec:disable`
    NoSec,
    /// `//golintconc:`, also with blanks before the name
    GolintConc,
}

/// Something wrong with the text, so that what is said of the file may be incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextProblem {
    /// A NUL byte, at this offset.
    Nul(u32),
    /// Bytes that are not UTF-8, from this offset on.
    InvalidUtf8(u32),
    /// A bracket, comment or string, opened at or after this offset, that nothing closes.
    Unclosed(u32),
}

/// The outline of a file.
#[derive(Debug, Default)]
pub struct Outline {
    /// Name in the package clause.
    pub package: Option<(Symbol, Span)>,
    /// The imports, in order.
    pub imports: Vec<Import>,
    /// The declarations, in order.
    pub decls: Vec<OutlineDecl>,
    /// Comments that speak to tools, in order.
    pub directives: Vec<Directive>,
    /// Whether a comment before the package clause says `Code generated … DO NOT EDIT.`
    pub is_generated: bool,
    /// What is wrong with the text.
    pub problems: Vec<TextProblem>,
}

impl Outline {
    /// Outlines `text`. Never fails; text that is no Go gives an outline without declarations.
    pub fn new(text: &[u8]) -> Self {
        let mut scanner = Scanner::new(text);
        scanner.file();
        let mut outline = scanner.outline;
        if let Some(at) = memchr(0, text) {
            outline.problems.push(TextProblem::Nul(at as u32));
        }
        if let Err(error) = std::str::from_utf8(text) {
            outline.problems.push(TextProblem::InvalidUtf8(error.valid_up_to() as u32));
        }
        outline
    }
}

/// The places of the tokens of a text, which may be anything: words, literals and signs, without comments, white space
/// and the semicolons that line ends stand for. A sign of several bytes may be several tokens.
pub fn tokens(text: &[u8]) -> impl Iterator<Item = Span> {
    let is_real =
        |token: Token, at: &std::ops::Range<usize>| token != Token::Semi || text.get(at.start) == Some(&b';');
    Scanner::tokens(text)
        .filter(move |(token, at)| is_real(*token, at))
        .map(|(_, at)| Span::new(at.start as u32, at.end as u32))
}

/// Appends the tokens of `text` to `copy`, with one space or line end where there was more.
pub(crate) fn copy_without_comments(text: &[u8], copy: &mut Vec<u8>) {
    let mut end = 0;
    for (token, at) in Scanner::tokens(text) {
        let gap = text.get(end..at.start).unwrap_or_default();
        if memchr(b'\n', gap).is_some() {
            copy.push(b'\n');
        } else if !gap.is_empty() {
            copy.push(b' ');
        }
        end = at.end;
        let token_text = text.get(at).unwrap_or_default();
        copy.extend_from_slice(if token == Token::Semi && token_text != b";" { b"\n" } else { token_text });
    }
}

/// A token of Go, as far as it matters where declarations end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// The end of the text.
    Eof,
    /// A newline or `;` that ends a statement.
    Semi,
    /// A name or keyword.
    Word,
    /// A number, string or rune.
    Lit,
    /// One byte of punctuation, or the first of several.
    Punct(u8),
    /// `<-`
    Arrow,
}

pub(crate) struct Scanner<'t> {
    text: &'t [u8],
    pos: usize,
    /// Start of the current token.
    start: usize,
    /// Whether a newline now ends a statement.
    semi: bool,
    /// Whether a token stands before on the current line.
    on_line: bool,
    outline: Outline,
    unclosed: Option<usize>,
}

fn is_word_start(byte: u8) -> bool {
    is_word_byte(byte) && !byte.is_ascii_digit()
}

impl<'t> Scanner<'t> {
    fn new(text: &'t [u8]) -> Self {
        let pos = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self {
            text,
            pos,
            start: pos,
            semi: false,
            on_line: false,
            outline: Outline::default(),
            unclosed: None,
        }
    }

    /// The tokens of `text` and where they stand.
    pub(crate) fn tokens(text: &'t [u8]) -> impl Iterator<Item = (Token, std::ops::Range<usize>)> {
        let mut scanner = Self::new(text);
        std::iter::from_fn(move || match scanner.next() {
            Token::Eof => None,
            token => Some((token, scanner.start..scanner.pos)),
        })
    }

    fn word(&self) -> &'t [u8] {
        &self.text[self.start..self.pos]
    }

    fn symbol(&self) -> Symbol {
        Symbol::new(&String::from_utf8_lossy(self.word()))
    }

    fn span(&self) -> Span {
        Span::new(self.start as u32, self.pos as u32)
    }

    fn next(&mut self) -> Token {
        loop {
            let Some(&byte) = self.text.get(self.pos) else {
                self.start = self.pos;
                return if std::mem::take(&mut self.semi) { Token::Semi } else { Token::Eof };
            };
            self.start = self.pos;
            match byte {
                b'\n' => {
                    self.pos += 1;
                    self.on_line = false;
                    if std::mem::take(&mut self.semi) {
                        return Token::Semi;
                    }
                }
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'/' if self.text.get(self.pos + 1) == Some(&b'/') => self.line_comment(),
                b'/' if self.text.get(self.pos + 1) == Some(&b'*') => {
                    if self.block_comment() && std::mem::take(&mut self.semi) {
                        return Token::Semi;
                    }
                }
                _ => return self.token(byte),
            }
        }
    }

    fn token(&mut self, byte: u8) -> Token {
        self.on_line = true;
        if is_word_start(byte) {
            self.pos = end_of_word(self.text, self.pos);
            self.semi = ends_statement(self.word());
            return Token::Word;
        }
        match byte {
            b'0'..=b'9' => {
                while self.text.get(self.pos).is_some_and(|&b| is_word_byte(b) || b == b'.') {
                    self.pos += 1;
                }
                self.semi = true;
                Token::Lit
            }
            b'"' | b'\'' => {
                self.quoted(byte);
                self.semi = true;
                Token::Lit
            }
            b'`' => {
                if let Some(len) = memchr(b'`', &self.text[self.pos + 1..]) {
                    self.pos += len + 2;
                } else {
                    self.unclosed.get_or_insert(self.pos);
                    self.pos = self.text.len();
                }
                self.semi = true;
                Token::Lit
            }
            b';' => {
                self.pos += 1;
                self.semi = false;
                Token::Semi
            }
            b'<' if self.text.get(self.pos + 1) == Some(&b'-') => {
                self.pos += 2;
                self.semi = false;
                Token::Arrow
            }
            b'+' | b'-' if self.text.get(self.pos + 1) == Some(&byte) => {
                self.pos += 2;
                self.semi = true;
                Token::Punct(byte)
            }
            _ => {
                self.pos += 1;
                self.semi = matches!(byte, b')' | b']' | b'}');
                Token::Punct(byte)
            }
        }
    }

    /// An interpreted string or a rune; like Go's own scanner it ends at the end of the line at the latest.
    fn quoted(&mut self, quote: u8) {
        self.pos += 1;
        while let Some(&byte) = self.text.get(self.pos) {
            match byte {
                b'\\' => self.pos += 2,
                b'\n' => return,
                _ => {
                    self.pos += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
        self.pos = self.text.len();
    }

    fn line_comment(&mut self) {
        let end = memchr(b'\n', &self.text[self.pos..]).map_or(self.text.len(), |len| self.pos + len);
        let line_end = if self.text[..end].ends_with(b"\r") { end - 1 } else { end };
        let line = &self.text[self.pos..line_end];
        if let Some(kind) = directive_kind(line) {
            let span = Span::new(self.pos as u32, line_end as u32);
            self.outline.directives.push(Directive { kind, span, is_own_line: !self.on_line });
        } else if self.outline.package.is_none() {
            self.outline.is_generated |= is_generated_line(line);
        }
        self.pos = end;
    }

    /// Whether a newline was inside, which counts as one.
    fn block_comment(&mut self) -> bool {
        let body = self.pos + 2;
        let end =
            memchr::memmem::find(&self.text[body.min(self.text.len())..], b"*/").map(|len| body + len + 2);
        let end = end.unwrap_or_else(|| {
            self.unclosed.get_or_insert(self.pos);
            self.text.len()
        });
        let comment = &self.text[self.pos..end];
        if self.outline.package.is_none() {
            self.outline.is_generated |= comment.split(|&b| b == b'\n').any(is_generated_line);
        }
        self.pos = end;
        memchr2(b'\n', b'\n', comment).is_some()
    }

    fn file(&mut self) {
        let mut resync = false;
        loop {
            let token = self.next();
            match token {
                Token::Eof => break,
                Token::Word => {}
                _ => continue,
            }
            let start = self.start;
            match self.word() {
                b"package" => self.package_clause(),
                b"import" => self.import_decl(),
                word => {
                    let Some(kind) = decl_kind(word) else { continue };
                    let directives = self.outline.directives.len();
                    let unclosed = self.unclosed;
                    if self.decl(kind, start, resync) || resync {
                        continue;
                    }
                    // Something in this declaration is never closed, so it swallowed the rest of the file: from here
                    // on trust that a declaration begins at the beginning of a line.
                    resync = true;
                    self.outline.decls.pop();
                    self.outline.directives.truncate(directives);
                    self.outline.problems.push(TextProblem::Unclosed(start as u32));
                    self.unclosed = unclosed;
                    (self.pos, self.start, self.semi) = (start + word.len(), start, false);
                    self.decl(kind, start, resync);
                }
            }
        }
        if let Some(at) = self.unclosed {
            self.outline.problems.push(TextProblem::Unclosed(at as u32));
        }
    }

    fn package_clause(&mut self) {
        if self.next() == Token::Word && self.outline.package.is_none() {
            self.outline.package = Some((self.symbol(), self.span()));
        }
    }

    fn import_decl(&mut self) {
        let mut in_group = false;
        let mut name = None;
        let mut spec_start = None;
        loop {
            match self.next() {
                Token::Eof | Token::Punct(b')') => return,
                Token::Semi if !in_group => return,
                Token::Semi => (name, spec_start) = (None, None),
                Token::Word => {
                    spec_start = Some(self.start);
                    name = Some(self.symbol());
                }
                Token::Lit => {
                    let raw = self.word();
                    let path = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                    let span = Span::new(spec_start.unwrap_or(self.start) as u32, self.pos as u32);
                    let path = Symbol::new(&String::from_utf8_lossy(path));
                    self.outline.imports.push(Import { path, name: name.take(), span });
                    spec_start = None;
                }
                Token::Punct(b'(') => in_group = true,
                Token::Punct(b'.') => {
                    spec_start = Some(self.start);
                    name = Some(Symbol::new("."));
                }
                Token::Punct(_) | Token::Arrow => {}
            }
        }
    }

    /// Scans one declaration after its keyword; says whether its end was found before that of the file.
    fn decl(&mut self, kind: DeclKind, start: usize, resync: bool) -> bool {
        let mut decl = OutlineDecl {
            kind,
            names: Vec::new(),
            recv: None,
            span: Span::new(start as u32, start as u32),
            signature: Span::default(),
            body: None,
            signals: Signals::NONE,
            depth: 0,
        };
        let mut names = if kind == DeclKind::Func { Names::Func } else { Names::Expected };
        let (mut depth, mut group_depth) = (0_u32, 0_u32);
        let mut end = self.pos;
        let mut brace: Option<(usize, bool)> = None;
        let mut last_word_opens_type = false;
        // The name of a receiver's type stands before its arguments, and maybe in parentheses.
        let mut in_type_args = false;
        let mut closed = true;
        loop {
            let token = self.next();
            match token {
                Token::Eof => {
                    closed = depth == 0;
                    break;
                }
                Token::Semi if depth == 0 => break,
                Token::Semi => {
                    if depth == group_depth {
                        names = Names::Expected;
                    }
                    continue;
                }
                Token::Word if resync && self.begins_line() && is_decl_keyword(self.word()) && 0 < depth => {
                    (self.pos, self.semi) = (self.start, false);
                    closed = false;
                    break;
                }
                Token::Word => {
                    let word = self.word();
                    decl.signals = decl.signals.union(Signals::of_word(word));
                    last_word_opens_type = matches!(word, b"struct" | b"interface");
                    end = self.pos;
                    match names {
                        Names::Func if depth == 0 => {
                            decl.names.push((self.symbol(), self.span()));
                            names = Names::Done;
                        }
                        Names::Receiver if !in_type_args => {
                            decl.recv = Some(Receiver {
                                ty: self.symbol(),
                                is_pointer: decl.recv.is_some_and(|recv| recv.is_pointer),
                            });
                        }
                        Names::Expected if depth == group_depth => {
                            decl.names.push((self.symbol(), self.span()));
                            names = Names::Listed;
                        }
                        Names::Listed => names = Names::Done,
                        _ => {}
                    }
                    continue;
                }
                Token::Arrow => decl.signals = decl.signals.union(Signals::CHAN),
                Token::Punct(b'(') if depth == 0 && names == Names::Func => {
                    depth = 1;
                    names = Names::Receiver;
                }
                Token::Punct(b'(') if depth == 0 && names == Names::Expected && decl.names.is_empty() => {
                    depth = 1;
                    group_depth = 1;
                }
                Token::Punct(open @ (b'(' | b'[' | b'{')) => {
                    if open == b'{' && depth == 0 {
                        brace = Some((self.start, last_word_opens_type));
                    }
                    if names == Names::Listed {
                        names = Names::Done;
                    }
                    in_type_args |= open == b'[' && names == Names::Receiver;
                    depth += 1;
                    decl.depth = decl.depth.max(depth);
                }
                Token::Punct(close @ (b')' | b']' | b'}')) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        if names == Names::Receiver {
                            names = Names::Func;
                            decl.kind = DeclKind::Method;
                        }
                        if let (b'}', Some((open, false)), DeclKind::Func | DeclKind::Method) =
                            (close, brace, decl.kind)
                        {
                            decl.body = Some(Span::new(open as u32, self.pos as u32));
                        }
                    }
                }
                Token::Punct(b',') if names == Names::Listed => names = Names::Expected,
                Token::Punct(b'*') if names == Names::Receiver && !in_type_args => {
                    decl.recv = Some(Receiver { ty: Symbol::new("_"), is_pointer: true });
                }
                Token::Punct(_) | Token::Lit => {
                    if names == Names::Listed {
                        names = Names::Done;
                    }
                }
            }
            last_word_opens_type = false;
            end = self.pos;
        }
        decl.span.end = end as u32;
        if !closed && matches!(decl.kind, DeclKind::Func | DeclKind::Method) && decl.body.is_none() {
            decl.body = brace.map(|(open, _)| Span::new(open as u32, end as u32));
        }
        decl.signature = Span::new(decl.span.start, decl.body.map_or(decl.span.end, |body| body.start));
        self.outline.decls.push(decl);
        closed
    }

    fn begins_line(&self) -> bool {
        self.start == 0 || self.text[self.start - 1] == b'\n'
    }
}

/// Where in a declaration the next name may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// A function's name or its receiver.
    Func,
    Receiver,
    /// The first name of a specification, or one after a comma.
    Expected,
    /// A name was just read.
    Listed,
    Done,
}

fn decl_kind(word: &[u8]) -> Option<DeclKind> {
    Some(match word {
        b"func" => DeclKind::Func,
        b"const" => DeclKind::Const,
        b"var" => DeclKind::Var,
        b"type" => DeclKind::Type,
        _ => return None,
    })
}

fn is_decl_keyword(word: &[u8]) -> bool {
    decl_kind(word).is_some() || word == b"import"
}

/// Whether a line end after this word ends the statement: after every name, and after four keywords.
fn ends_statement(word: &[u8]) -> bool {
    !matches!(
        word,
        b"case"
            | b"chan"
            | b"const"
            | b"default"
            | b"defer"
            | b"else"
            | b"for"
            | b"func"
            | b"go"
            | b"goto"
            | b"if"
            | b"import"
            | b"interface"
            | b"map"
            | b"package"
            | b"range"
            | b"select"
            | b"struct"
            | b"switch"
            | b"type"
            | b"var"
    )
}

fn directive_kind(comment: &[u8]) -> Option<DirectiveKind> {
    let text = comment.strip_prefix(b"//")?;
    let trimmed = text.trim_ascii_start();
    if text.starts_with(b"go:build ") {
        return Some(DirectiveKind::GoBuild);
    }
    if trimmed.starts_with(b"+build ") {
        return Some(DirectiveKind::PlusBuild);
    }
    if trimmed.starts_with(b"nolint") {
        return Some(DirectiveKind::NoLint);
    }
    if text.starts_with(b"lint:") {
        return Some(DirectiveKind::Lint);
    }
    if trimmed.starts_with(b"#nosec") || text.starts_with(b"gosec:disable") {
        return Some(DirectiveKind::NoSec);
    }
    // With a blank before it is a mistake that should not pass unseen.
    trimmed.starts_with(b"golintconc:").then_some(DirectiveKind::GolintConc)
}

/// The line of <https://go.dev/s/generatedcode>.
fn is_generated_line(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.starts_with(b"// Code generated ") && line.ends_with(b" DO NOT EDIT.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let outline = Outline::new(text.as_bytes());
        outline.decls.iter().flat_map(|decl| decl.names.iter().map(|(name, _)| name.to_string())).collect()
    }

    #[test]
    fn groups_lists_and_functions_are_named() {
        let text = "package p\nimport (\n\tf \"fmt\"\n\t_ \"embed\"\n)\nvar a, b = 1, f()\nconst (\n\tc = iota\n\td\n\te, g = 1, 2\n)\n\
            type (\n\tT struct{ x, y int }\n\tU = interface{ M() }\n)\nfunc (s *Server[T]) run() (x struct{}, err error) { go f() }\n\
            func F[T interface{ ~int }](t T) struct{ a int } { return nil }\nfunc asm() struct{}\nvar h = func() {\n\tvar q int\n}\n";
        assert_eq!(names(text), ["a", "b", "c", "d", "e", "g", "T", "U", "run", "F", "asm", "h"]);
        let outline = Outline::new(text.as_bytes());
        assert_eq!(outline.package.map(|(name, _)| name.to_string()).as_deref(), Some("p"));
        assert_eq!(outline.imports.len(), 2);
        let run = &outline.decls[3];
        assert_eq!(run.recv, Some(Receiver { ty: Symbol::new("Server"), is_pointer: true }));
        assert_eq!(run.body.map(|body| body.slice(text.as_bytes())), Some(&b"{ go f() }"[..]));
        assert!(run.signals.contains(Signals::GO));
        assert_eq!(
            outline.decls[4].body.map(|body| body.slice(text.as_bytes())),
            Some(&b"{ return nil }"[..])
        );
        assert_eq!(outline.decls[5].body, None);
    }

    #[test]
    fn a_broken_function_does_not_swallow_the_next() {
        let text = "package p\nfunc a() { if x {\n}\nfunc b() {}\nvar c int\n";
        assert_eq!(names(text), ["a", "b", "c"]);
        assert!(matches!(Outline::new(text.as_bytes()).problems[..], [TextProblem::Unclosed(10)]));
    }

    #[test]
    fn directives_know_whether_they_stand_alone() {
        let text = "//go:build linux\n\n// Code generated by x. DO NOT EDIT.\npackage p\n\nfunc f() {\n\tg() //nolint\n\t//golintconc:ignore x y\n}\n";
        let outline = Outline::new(text.as_bytes());
        let kinds: Vec<_> = outline.directives.iter().map(|d| (d.kind, d.is_own_line)).collect();
        assert_eq!(
            kinds,
            [
                (DirectiveKind::GoBuild, true),
                (DirectiveKind::NoLint, false),
                (DirectiveKind::GolintConc, true)
            ]
        );
        assert!(outline.is_generated);
    }
}
