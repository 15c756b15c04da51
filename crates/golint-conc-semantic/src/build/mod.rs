//! Which files make up a package, and in which version of the language they are written.
//!
//! Follows the packages `go/build` and `go/build/constraint` of the Go distribution, without touching a file.

mod constraint;
mod context;
mod gomod;
mod version;

pub use constraint::{Constraint, ConstraintError, FileConstraint};
pub use context::{BuildContext, KNOWN_ARCH, KNOWN_OS};
pub use gomod::{GoMod, GoWork, ModError, Replace};
pub use version::LangVersion;
