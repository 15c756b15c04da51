//! The rule contract, the catalogue and the rules.
//!
//! Invariant: a rule reads the model and yields findings; it never prints, filters, or looks at another rule.

mod addresses;
mod catalogue;
mod diagnostic;
mod edits;
mod engine;
mod imports;
mod leak;
mod lock_steps;
mod requests;
mod route;
mod rule;
mod rules;
mod transports;
mod unlocks;

pub use catalogue::{Catalogue, Effect, Example, ExampleKind, Head, Page, RuleOption, SECTIONS, catalogue};
pub use diagnostic::{
    Applicability, Confidence, Diagnostic, Edit, FileId, Finding, Lane, Place, Replacement, Severity, Step,
};
pub use engine::{LangRange, Selected, analyze};
pub use imports::unused_imports;
pub use rule::{Cx, Report, Rule, TestPolicy};
