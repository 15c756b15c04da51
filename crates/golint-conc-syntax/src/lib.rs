//! Go text to outline to arena AST.
//!
//! Invariant: knows no rule, no file system and no meaning of names; no tree-sitter type is public; never fails.

pub mod ast;
mod span;
mod symbol;

pub use span::Span;
pub use symbol::Symbol;
