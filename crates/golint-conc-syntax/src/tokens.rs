//! The tokens of a text, for questions that need no tree.

use std::ops::Range;

use crate::outline::{Scanner, Token};

/// The tokens of a text; comments and white space are none.
#[derive(Debug)]
pub struct Tokens<'t> {
    pub(crate) text: &'t [u8],
    all: Vec<(Token, Range<usize>)>,
    /// For an opening bracket the position behind the closing one, for other tokens the position behind them.
    behind: Vec<usize>,
}

impl<'t> Tokens<'t> {
    /// The tokens of a text, which may be anything.
    pub fn new(text: &'t [u8]) -> Self {
        let all: Vec<_> = Scanner::tokens(text).collect();
        let mut behind: Vec<usize> = (1..=all.len()).collect();
        let mut open = Vec::new();
        for (at, (token, _)) in all.iter().enumerate() {
            match token {
                Token::Punct(b'(' | b'[' | b'{') => open.push(at),
                Token::Punct(b')' | b']' | b'}') => {
                    if let Some(open) = open.pop() {
                        behind[open] = at + 1;
                    }
                }
                _ => {}
            }
        }
        Self { text, all, behind }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The token at a position; [`Token::Eof`] behind the last.
    pub fn token(&self, at: usize) -> Token {
        self.all.get(at).map_or(Token::Eof, |(token, _)| *token)
    }

    /// The token before a position; [`Token::Semi`] before the first.
    pub fn before(&self, at: usize) -> Token {
        at.checked_sub(1).map_or(Token::Semi, |at| self.token(at))
    }

    /// Whether the token at a position is this byte of punctuation.
    pub fn is_punct(&self, at: usize, byte: u8) -> bool {
        self.token(at) == Token::Punct(byte)
    }

    /// Where in the text a token stands.
    pub fn span(&self, at: usize) -> Range<usize> {
        self.all.get(at).map_or(self.text.len()..self.text.len(), |(_, span)| span.clone())
    }

    /// The position of the token that begins at an offset of the text.
    pub fn at_offset(&self, offset: usize) -> Option<usize> {
        self.all.binary_search_by_key(&offset, |(_, span)| span.start).ok()
    }

    /// The text of a word; empty for any other token.
    pub fn word(&self, at: usize) -> &'t [u8] {
        if self.token(at) == Token::Word { &self.text[self.span(at)] } else { b"" }
    }

    /// Where the chain of names begins that ends with the one at a position, as `a` in `a.b.c`. A call or index before
    /// it is not part of it.
    pub fn chain_start(&self, mut at: usize) -> usize {
        while 2 <= at && self.is_punct(at - 1, b'.') && self.token(at - 2) == Token::Word {
            at -= 2;
        }
        at
    }

    /// Where the blocks of function literals stand, those within others behind them.
    pub fn func_literals(&self) -> Vec<Range<usize>> {
        let funcs = (0..self.len()).filter(|&at| self.word(at) == b"func" && self.is_punct(at + 1, b'('));
        let block = |func: usize| {
            let mut at = self.behind(func + 1);
            loop {
                match self.token(at) {
                    Token::Punct(b'{') => return Some(at..self.behind(at)),
                    Token::Semi | Token::Eof | Token::Punct(b')' | b'}' | b',' | b'=') => return None,
                    Token::Word if matches!(self.word(at), b"struct" | b"interface") => {
                        at = self.behind(at + 1);
                    }
                    _ => at = self.behind(at),
                }
            }
        };
        funcs.filter_map(block).collect()
    }

    /// For an opening bracket the position behind the one that closes it, for other tokens the next position.
    pub fn behind(&self, at: usize) -> usize {
        self.behind.get(at).copied().unwrap_or(self.all.len())
    }
}
