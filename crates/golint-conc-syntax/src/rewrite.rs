//! Text of the same length that the grammar accepts, for valid Go that it does not.
//!
//! tree-sitter-go 0.25 takes `new` and `make` for keywords whose first argument is a type, and knows no type
//! parameters on methods, no literal type before a selector, no empty statement before a condition, no two labels at
//! the end of a block and no group that ends on the line of its last specification, and it takes `if x { f() }` with
//! a block on the next line for a condition `x { f() }`. Names and literals are read from the original text when the tree is lowered, so nothing
//! moves; what the rewriting blanks out is parsed apart from it.

use std::ops::Range;

use crate::outline::Token;
use crate::tokens::Tokens;

/// What to parse in place of a declaration.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// Text of the same length.
    pub(crate) text: Vec<u8>,
    /// For a method with type parameters, which `text` makes a function: the declaration up to its name, as a method
    /// without parameters.
    pub(crate) method: Option<Vec<u8>>,
    /// Where `text` has an identifier in place of a literal type.
    pub(crate) types: Vec<Range<usize>>,
}

/// Rewrites the text of a declaration, where there is anything to rewrite.
pub(crate) fn rewrite(text: &[u8]) -> Option<Rewritten> {
    let tokens = Tokens::new(text);
    let mut rewritten = Rewritten { text: text.to_vec(), method: None, types: Vec::new() };
    tokens.hide_receiver(&mut rewritten);
    for at in 0..tokens.len() {
        tokens.rename_builtin(at, &mut rewritten);
        tokens.name_literal_type(at, &mut rewritten);
        tokens.drop_empty_statement(at, &mut rewritten);
        tokens.end_label(at, &mut rewritten);
        tokens.end_group(at, &mut rewritten);
        tokens.part_blocks(at, &mut rewritten);
    }
    (rewritten.text != text).then_some(rewritten)
}

impl Tokens<'_> {
    /// `func (r R) N[T any](t T)` becomes `func       N[T any](t T)`.
    fn hide_receiver(&self, out: &mut Rewritten) {
        let name = self.behind(1);
        if self.word(0) != b"func" || !self.is_punct(1, b'(') || !self.is_punct(name + 1, b'[') {
            return;
        }
        out.method = Some([&self.text[..self.span(name).end], b"()"].concat());
        out.text[self.span(1).start..self.span(name).start].fill(b' ');
    }

    /// `new(f(x))` becomes `neW(f(x))`, unless the first argument can only be a type.
    fn rename_builtin(&self, at: usize, out: &mut Rewritten) {
        if !matches!(self.word(at), b"new" | b"make") || self.before(at) == Token::Punct(b'.') {
            return;
        }
        let is_call = self.is_punct(at + 1, b'(') && self.word(at.wrapping_sub(1)) != b"func";
        if !is_call || !self.is_only_type(at + 2) {
            let last = self.span(at).end - 1;
            out.text[last].make_ascii_uppercase();
        }
    }

    /// Whether an argument can be nothing but a type: it begins as only a type does and ends with that type.
    fn is_only_type(&self, at: usize) -> bool {
        let mut start = at;
        while matches!(self.token(start), Token::Punct(b'*' | b'(')) {
            start += 1;
        }
        let begins = match self.token(start) {
            Token::Punct(b'[') => true,
            Token::Arrow => self.word(start + 1) == b"chan",
            _ => matches!(self.word(start), b"chan" | b"map" | b"struct" | b"interface" | b"func"),
        };
        begins && matches!(self.token(self.behind_type(at)), Token::Punct(b',' | b')'))
    }

    /// The position behind the type that begins at `at`.
    fn behind_type(&self, mut at: usize) -> usize {
        loop {
            at = match (self.token(at), self.word(at)) {
                (Token::Punct(b'*') | Token::Arrow, _) | (Token::Word, b"chan") => at + 1,
                (Token::Punct(b'['), _) => self.behind(at),
                (Token::Punct(b'('), _) => return self.behind(at),
                (Token::Word, b"map") => self.behind(at + 1),
                (Token::Word, b"struct" | b"interface") => return self.behind(at + 1),
                (Token::Word, b"func") => {
                    let params = self.behind(at + 1);
                    match self.token(params) {
                        Token::Word | Token::Arrow | Token::Punct(b'*' | b'[' | b'(') => params,
                        _ => return params,
                    }
                }
                (Token::Word, _) if self.is_punct(at + 1, b'.') => at + 2,
                (Token::Word, _) if self.is_punct(at + 1, b'[') => return self.behind(at + 1),
                (Token::Word, _) => return at + 1,
                _ => return at,
            };
        }
    }

    /// `struct{ T }.m` becomes `___________.m`.
    fn name_literal_type(&self, at: usize, out: &mut Rewritten) {
        if !matches!(self.word(at), b"struct" | b"interface") || !self.is_punct(at + 1, b'{') {
            return;
        }
        let mut behind = self.behind(at + 1);
        let range = self.span(at).start..self.span(behind - 1).end;
        while self.is_punct(behind, b')') {
            behind += 1;
        }
        let is_nested = out.types.last().is_some_and(|last| range.start < last.end);
        if self.is_punct(behind, b'.') && !is_nested {
            out.text[range.clone()].fill(b'_');
            out.types.push(range);
        }
    }

    /// `if ; x {` becomes `if   x {`.
    fn drop_empty_statement(&self, at: usize, out: &mut Rewritten) {
        if matches!(self.word(at), b"if" | b"switch") && self.token(at + 1) == Token::Semi {
            out.text[self.span(at + 1)].fill(b' ');
        }
    }

    /// `A: B: }` becomes `A: B:;}`.
    fn end_label(&self, at: usize, out: &mut Rewritten) {
        let is_label = self.is_punct(at + 1, b':')
            && !matches!(self.word(at), b"" | b"default")
            && matches!(self.before(at), Token::Semi | Token::Punct(b'{' | b':'));
        let ends_block = self.is_punct(at + 2, b'}') || matches!(self.word(at + 2), b"case" | b"default");
        let end = self.span(at + 1).end;
        if is_label && ends_block && end < self.span(at + 2).start {
            out.text[end] = b';';
        }
    }

    /// The line end between `}` and `{` becomes the semicolon that it stands for.
    fn part_blocks(&self, at: usize, out: &mut Rewritten) {
        let is_between = self.is_punct(at, b'}') && self.is_punct(at + 2, b'{');
        let end = self.span(at + 1);
        if is_between && self.text.get(end.clone()) == Some(b"\n") {
            out.text[end].fill(b';');
        }
    }

    /// `const (a = 1)` becomes `const  a = 1 `, and `var ( a = 1; b = 2 )` becomes `var ( a = 1; b = 2;)`.
    fn end_group(&self, at: usize, out: &mut Rewritten) {
        let is_group = matches!(self.word(at), b"const" | b"var") && self.is_punct(at + 1, b'(');
        let Some(close) = self.behind(at + 1).checked_sub(1).filter(|close| is_group && at + 2 < *close)
        else {
            return;
        };
        let mut specs = (at + 2..close).filter(|&at| self.token(at) == Token::Semi);
        let end = self.span(close - 1).end;
        match specs.next_back() {
            Some(last) if last + 1 == close => {}
            Some(_) if end < self.span(close).start => out.text[end] = b';',
            Some(_) => {}
            None => {
                out.text[self.span(at + 1)].fill(b' ');
                out.text[self.span(close)].fill(b' ');
            }
        }
    }
}
