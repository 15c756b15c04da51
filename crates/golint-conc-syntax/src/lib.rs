//! Go text to outline to arena AST.
//!
//! Invariant: knows no rule, no file system and no meaning of names; no tree-sitter type is public; never fails.

pub mod ast;
mod lines;
mod lower;
mod outline;
mod rewrite;
mod source;
mod span;
pub mod stage;
mod symbol;
mod tokens;
pub mod visit;
mod words;

pub use lines::{LineIndex, Position};
pub use outline::{
    DeclKind, Directive, DirectiveKind, Import, Outline, OutlineDecl, Receiver, Signals, TextProblem, Token,
    tokens,
};
pub use source::{MAX_DECL_LEN, MAX_NESTING, STACK_SIZE, SourceFile};
pub use span::Span;
pub use symbol::Symbol;
pub use tokens::Tokens;
pub use words::{end_of_word, find_word, has_word, is_whole_word, is_word_byte, last_word, words};
