//! The rule contract, the catalogue and the rules.
//!
//! Invariant: a rule reads the model and yields findings; it never prints, filters, or looks at another rule.

mod diagnostic;

pub use diagnostic::{
    Applicability, Confidence, Diagnostic, Edit, FileId, Finding, Lane, Place, Replacement, Severity, Step,
};
